"""The page of one trial: all that its record says, in words, and nothing that it does not."""

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import TextChoices
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.context import acting_as
from tests.factories import CONTENT, TREE_WITH_COHORTS, make_cast, make_user, make_version, statement
from tests.trials_views.catalogue import NUMBERS, add_documents, add_trial, text_of
from tests.trials_views.shown import SHOWN
from trials import vocabulary
from trials.models import Trial

pytestmark = pytest.mark.django_db


def page_of(client: Client, nct_id: str) -> str:
    response = client.get(f"/trials/{nct_id}/")
    assert response.status_code == 200
    return response.content.decode()


def sections(html: str) -> list[str]:
    return re.findall(r'<section id="([a-z]+)"', html)


# --- The five trials that come with Trialdesk ---


@pytest.mark.parametrize("name", NUMBERS)
def test_a_document_is_shown_in_full_and_in_words(client: Client, name: str) -> None:
    add_documents(name)
    html = page_of(client, NUMBERS[name])
    text = text_of(html)
    missing = [part for part in SHOWN[name] if part not in text]
    assert not missing
    assert_no_machinery(text)


def assert_no_machinery(text: str) -> None:
    """No escape, comment, enumeration, place-holder or Python value among the words."""
    for leftover in ("\\", "<!--", "{{", "{%", "None ", "[]", "PartialDate"):
        assert leftover not in text.replace("None (open label)", "").replace("None reported", "")
    kinds = (kind for kind in vars(vocabulary).values() if isinstance(kind, type))
    values = {value for kind in kinds if issubclass(kind, TextChoices) for value in kind.values}
    # Those without an underscore may be words or names ("NIH", "OTHER"): only a few cannot.
    leaks = {value for value in values if "_" in value} | {
        "RECRUITING",
        "INTERVENTIONAL",
        "PHASE2",
        "INDUSTRY",
    }
    assert not [value for value in leaks if re.search(rf"\b{value}\b", text)]


def test_the_sites_of_a_large_trial_are_all_there(client: Client) -> None:
    add_documents("novartis")
    html = page_of(client, NUMBERS["novartis"])
    assert html.count('<th scope="row">') == 50
    assert html.count("Worldwide contacts</a>") == 45


def test_every_criterion_keeps_its_label(client: Client) -> None:
    add_documents("novartis")
    html = page_of(client, NUMBERS["novartis"])
    labels = re.findall(r'<span class="label">([^<]*)</span>', html)
    assert labels == [f"{number}." for number in (*range(1, 5), *range(1, 8))]


# --- What a record has, and has not ---


def test_a_full_record_is_told_in_words(client: Client) -> None:
    add_trial("NCT00000001")
    text = text_of(page_of(client, "NCT00000001"))
    for part in (
        "Study type Interventional",
        "Phase Phase 1 / Phase 2",
        "Participants 0 (estimated)",
        "Ages 18 to 75 years : Adult, Older adult",
        "Healthy volunteers No",
        "Start Dec 2024 (actual)",
        "Completion 17 Jul 2030 (estimated)",
        "First submitted 3 Nov 2024",
        "Masking Double : two parties do not know who receives what.",
        "Who is masked Participant, Investigator",
        "Treated Experimental Receives: Cells: new",
        "Cells: new Drug Also called: C-1",
        "Primary outcomes Response Time frame: Week 52",
        "2020-000001-11 EudraCT number",
        "Someone Else Class not known",
        "Responsible party Sponsor",
        "Dr One, Study chair There",
        "Desk 555-0100 ext. 12",
        "4 sites in 2 countries.",
        "Málaga, 29010",
    ):
        assert part in text
    assert_no_machinery(text)


def test_a_record_with_next_to_nothing_looks_complete(client: Client) -> None:
    with acting_as(CONTENT):
        Trial.objects.create(nct_id="NCT00000001", brief_title="Only a title", org_study_id="X-1")
    html = page_of(client, "NCT00000001")
    assert sections(html) == ["glance", "eligibility", "locations", "timeline", "identifiers"]
    text = text_of(html)
    assert "The record gives no criteria." in text
    assert "The record names no sites." in text
    assert_no_machinery(text)
    assert not re.search(r"<h[23][^>]*>\s*</h[23]>|<dd[^>]*>\s*</dd>|<ul[^>]*>\s*</ul>", html)


def test_the_contents_name_every_section(client: Client) -> None:
    add_trial("NCT00000001")
    html = page_of(client, "NCT00000001")
    contents = html[html.index('id="contents-heading"') : html.index('class="sections"')]
    assert re.findall(r'href="#([a-z]+)"', contents) == sections(html)


def test_the_captions_stand_under_every_heading(client: Client) -> None:
    add_trial("NCT00000001")
    html = page_of(client, "NCT00000001")
    assert len(re.findall(r'</h2>\s*<p class="caption">[^<]+</p>', html)) == len(sections(html))


def test_registered_criteria_are_rendered_where_no_tree_is_published(client: Client) -> None:
    text = "Inclusion Criteria:\n\n* MMT \\< 142\n* <script>alert(1)</script>"
    add_trial("NCT00000001", eligibilityModule={"eligibilityCriteria": text})
    html = page_of(client, "NCT00000001")
    assert "<h4>Inclusion Criteria:</h4>" in html
    assert "<li>MMT &lt; 142</li>" in html
    assert "<script>alert" not in html


def test_hostile_text_in_any_field_stays_text(client: Client) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    add_trial(
        "NCT00000001",
        identificationModule={"briefTitle": hostile, "officialTitle": hostile},
        descriptionModule={"briefSummary": hostile, "detailedDescription": hostile},
        conditionsModule={"conditions": [hostile], "keywords": [hostile]},
        contactsLocationsModule={
            "locations": [
                {
                    "facility": hostile,
                    "city": hostile,
                    "country": hostile,
                    "contacts": [{"name": hostile, "phone": hostile, "email": hostile}],
                }
            ]
        },
    )
    html = page_of(client, "NCT00000001")
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html


# --- Criteria ---


def test_criteria_are_nested_with_their_logic_in_words(client: Client) -> None:
    add_trial("NCT00000001")
    tree: dict[str, Any] = {
        "inclusion": {
            "identifier": "in",
            "op": "all",
            "children": [
                {
                    "identifier": "two",
                    "op": "at_least",
                    "k": 2,
                    "label": "1)",
                    "text": "Active disease:",
                    "children": [statement("a"), statement("b"), statement("c")],
                },
                {
                    "identifier": "if",
                    "op": "if",
                    "label": "2)",
                    "children": [statement("steroids"), statement("dose", note="A note.")],
                },
                {"identifier": "gone", "op": "lost", "label": "3)", "text": "Item 3 is missing."},
            ],
        },
        "exclusion": {
            "identifier": "ex",
            "op": "any",
            "children": [
                {
                    "identifier": "but",
                    "op": "except",
                    "children": [statement("cancer", quota="At most 30%."), statement("cured")],
                },
                {
                    "identifier": "again",
                    "op": "ref",
                    "target": "cancer",
                    "warnings": ["Which is unclear."],
                },
            ],
        },
    }
    make_version(Trial.objects.get(nct_id="NCT00000001"), tree, completeness="abridged", label="2026-01-22")
    text = text_of(page_of(client, "NCT00000001"))
    for part in (
        "The published text has lost 1 item.",
        "1) Active disease: At least 2 of these: Statement a Statement b Statement c",
        "2) If: Statement steroids Then: Statement dose Note: A note.",
        "3) Lost in the source Item 3 is missing.",
        "Statement cancer Quota: At most 30%. Except: Statement cured",
        "The same as: Statement cancer Take care: Which is unclear.",
        "Other protocol-defined criteria may apply",
        "Criteria as registered, version 2026-01-22.",
    ):
        assert part in text


def asked_within(html: str) -> list[str]:
    """What is folded as the parts of a sentence that stands in full above them."""
    folded = re.findall(r'<details class="more taken-apart">(.*?)</details>', html, re.DOTALL)
    return [text_of(f"<main>{part}</main>").removeprefix("How this is asked ") for part in folded]


def test_a_sentence_is_shown_whole_and_its_parts_are_folded_under_it(client: Client) -> None:
    add_trial("NCT00000001")
    make_version(
        Trial.objects.get(nct_id="NCT00000001"),
        {
            "inclusion": {
                "identifier": "in",
                "op": "all",
                "children": [
                    {
                        "identifier": "values",
                        "op": "all",
                        "text": "Neutrophils > 1.0, haemoglobin ≥ 80 g/L (except if related to the disease)",
                        "children": [
                            statement("neutrophils", "Neutrophils > 1.0", note="Counted once."),
                            statement("related", "Haemoglobin … related to the disease"),
                        ],
                    }
                ],
            },
            "exclusion": {"identifier": "ex", "op": "any"},
        },
    )
    html = page_of(client, "NCT00000001")
    assert asked_within(html) == [
        "All of these: Neutrophils > 1.0 Note: Counted once. Haemoglobin … related to the disease"
    ]
    assert text_of(html).count("except if related to the disease") == 1
    client.force_login(make_user("Ada", is_staff=True))  # who edits it sees the tree as it is
    tree = client.get("/trials/NCT00000001/versions/1/").text
    assert "Counted once." in tree
    assert asked_within(tree) == []


@pytest.mark.parametrize(
    "part",
    [
        statement("a", "Neutrophils > 1.5"),
        statement("a", "Neutrophils < 1.0"),
        statement("a", "Platelets > 1.0"),
        {"identifier": "a", "op": "lost", "text": "Neutrophils"},
        {"identifier": "a", "op": "not", "children": [statement("b", "Something new")]},
    ],
)
def test_what_the_sentence_does_not_say_is_never_folded(client: Client, part: dict[str, Any]) -> None:
    add_trial("NCT00000001")
    sentence = {"identifier": "s", "op": "any", "text": "Neutrophils > 1.0 or leukocytes > 3"}
    children = [part, statement("z", "leukocytes > 3")]
    make_version(
        Trial.objects.get(nct_id="NCT00000001"),
        {
            "inclusion": {"identifier": "in", "op": "all", "children": [{**sentence, "children": children}]},
            "exclusion": {"identifier": "ex", "op": "any"},
        },
        completeness="abridged",
    )
    assert asked_within(page_of(client, "NCT00000001")) == []


def test_criteria_of_cohorts_stand_cohort_by_cohort(client: Client) -> None:
    add_trial("NCT00000001")
    make_version(Trial.objects.get(nct_id="NCT00000001"), TREE_WITH_COHORTS)
    text = text_of(page_of(client, "NCT00000001"))
    assert (
        "For every cohort Statement age Cohort: Lupus Statement lupus Cohort: Sclerosis Statement skin "
        "Exclusion criteria None reported."
    ) in text


def test_parts_for_each_cohort_are_not_said_to_be_needed_all(client: Client) -> None:
    add_documents("clinconnect")
    text = text_of(page_of(client, NUMBERS["clinconnect"]))
    assert (
        "Disease-Specific Inclusion Criteria Those of the participant's cohort: Refractory/Relapsed SLE: "
        "All of these: 1. SLE fulfilling"
    ) in text


def test_a_heading_of_the_source_is_shown_where_it_says_more(client: Client) -> None:
    add_documents("clinconnect", "novartis")
    text = text_of(page_of(client, NUMBERS["clinconnect"]))
    assert "Inclusion criteria Common Inclusion Criteria:" in text
    assert "Inclusion criteria Inclusion Criteria" not in text
    assert "Inclusion criteria Key Inclusion Criteria:" in text_of(page_of(client, NUMBERS["novartis"]))


def test_results_are_said_to_be_missing_only_by_a_record_that_says_so(client: Client) -> None:
    add_documents("mirror", "novartis")
    assert "Results Not published yet" in text_of(page_of(client, NUMBERS["mirror"]))
    assert "Results Not reported" in text_of(page_of(client, NUMBERS["novartis"]))


def test_neither_drafts_nor_protocols_are_on_the_public_page(client: Client) -> None:
    add_trial("NCT00000001")
    trial = Trial.objects.get(nct_id="NCT00000001")
    for label, options in (("Draft", {"published": False}), ("Secret", {"source": "protocol"})):
        make_version(trial, label=label, **options)  # type: ignore[arg-type]
    text = text_of(page_of(client, "NCT00000001"))
    assert "Statement" not in text
    assert "Adults" in text


def test_those_who_see_the_protocol_find_the_registered_criteria_on_the_public_page(client: Client) -> None:
    cast = make_cast()
    make_version(cast.trial, TREE_WITH_COHORTS, label="Protocol 3.0", source="protocol")
    client.force_login(cast.alice)
    text = text_of(page_of(client, cast.trial.nct_id))
    assert "Statement infection" in text
    assert "Statement skin" not in text


def test_the_newest_version_is_shown_and_the_earlier_are_named(client: Client) -> None:
    add_documents("novartis")
    text = text_of(page_of(client, NUMBERS["novartis"]))
    assert "BMI at Screening of ≤17 or ≥40 kg/m2" in text
    assert "BMI at Screening of ≤18.5" not in text
    assert "2 versions" in text


# --- Addresses, people, speed ---


@pytest.mark.parametrize("address", ["/trials/NCT99999999/", "/trials/x/", "/trials/NCT1/"])
def test_an_unknown_trial_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_number_in_small_letters_leads_to_the_page(client: Client) -> None:
    add_trial("NCT00000001")
    assert client.get("/trials/nct00000001/").headers["Location"] == "/trials/NCT00000001/"


def test_only_people_with_a_desk_are_offered_to_screen(client: Client) -> None:
    cast = make_cast()
    offered = f'/screening/start/?trial={cast.trial.nct_id}"'
    assert offered not in page_of(client, cast.trial.nct_id)
    client.force_login(cast.sven)
    assert offered not in page_of(client, cast.trial.nct_id)
    client.force_login(cast.alice)
    assert offered in page_of(client, cast.trial.nct_id)


def test_a_larger_trial_takes_no_more_queries(client: Client, django_assert_num_queries: Any) -> None:
    def with_sites(nct_id: str, number: int) -> None:
        sites = [
            {
                "facility": f"Hospital {n}",
                "city": "Rennes",
                "country": "France",
                "contacts": [{"name": "A. B."}],
            }
            for n in range(number)
        ]
        add_trial(nct_id, contactsLocationsModule={"locations": sites})

    with_sites("NCT00000001", 1)
    with_sites("NCT00000002", 20)
    with CaptureQueriesContext(connection) as one:
        client.get("/trials/NCT00000001/")
    with django_assert_num_queries(len(one)):
        client.get("/trials/NCT00000002/")


def test_where_results_are_published_a_section_leads_to_them(client: Client) -> None:
    trial = add_trial("NCT00000002")
    assert "results" not in sections(page_of(client, trial.nct_id))
    with acting_as(CONTENT):
        Trial.objects.filter(pk=trial.pk).update(has_results=True)
    html = page_of(client, trial.nct_id)
    assert "results" in sections(html)
    assert "https://clinicaltrials.gov/study/NCT00000002?tab=results" in html
