"""A record with thousands of everything: its page stays small, and what is not on it is a link away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_version, statement
from tests.trials.records import record
from tests.trials_views.catalogue import add_trial
from tests.trials_views.promises import LARGEST, broken
from tests.trials_views.test_any_record import OF_THE_REGISTRY, WITHOUT_COLUMNS, store
from tests.trials_views.test_trial_page import page_of
from trials.models import Trial
from trials.reading.long import portion
from trials.reading.page import TrialPage, for_page
from trials.reading.portions import PIECE, fair_share, pieces

MANY = 3000
ADDRESS = "/trials/NCT00000009/"


def each(make: Any, count: int = MANY) -> list[Any]:
    return [make(n) for n in range(count)]


def paragraphs(word: str, characters: int) -> str:
    return "\n\n".join(
        f"{word} {n} says < little & in two lines,\nof which this is one." for n in range(characters // 50)
    )


def huge() -> dict[str, Any]:
    """As many entries in each list as no record has, in each an own number; texts as long as are taken."""
    whole = record(
        identificationModule={
            "nctId": "NCT00000009",
            "officialTitle": "A long title " * 2000,
            "nctIdAliases": each(lambda n: f"NCT1{n:07}"),
            "secondaryIdInfos": each(lambda n: {"id": f"Id-{n:04}", "type": "OTHER", "domain": "A registry"}),
        },
        descriptionModule={
            "briefSummary": paragraphs("Summary", 65_000),
            "detailedDescription": paragraphs("Description", 65_000),
        },
        conditionsModule={
            "conditions": each(lambda n: f"Condition {n:04}"),
            "keywords": each(lambda n: f"Keyword {n:04}"),
        },
        armsInterventionsModule={
            "armGroups": each(
                lambda n: {
                    "label": f"Group {n:04}",
                    "description": "Text",
                    "interventionNames": [f"Drug: Drug {n:04}"],
                }
            ),
            "interventions": each(
                lambda n: {"type": "DRUG", "name": f"Drug {n:04}", "otherNames": [f"Name {n:04}", "Another"]}
            ),
        },
        outcomesModule={
            f"{kind}Outcomes": each(
                lambda n, kind=kind: {
                    "measure": f"{kind} {n:04}",
                    "description": "What & how. " * 20,
                    "timeFrame": "Day 1",
                }
            )
            for kind in ("primary", "secondary", "other")
        },
        eligibilityModule={"eligibilityCriteria": "\n".join(each(lambda n: f"* Criterion {n:04}"))},
        contactsLocationsModule={
            "overallOfficials": each(lambda n: {"name": f"Official {n:04}", "role": "STUDY_CHAIR"}),
            "centralContacts": each(
                lambda n: {"name": f"Contact {n:04}", "phone": "555", "email": "a@b.example"}
            ),
            "locations": each(
                lambda n: {
                    "facility": f"Clinic {n:04}",
                    "city": f"City {n % 90}",
                    "country": f"Country {n:04}",
                    "contacts": each(
                        lambda m: {"name": f"Nurse {m:03}", "phone": "555"}, 30 if n < 50 else 1
                    ),
                }
            ),
        },
        sponsorCollaboratorsModule={
            "leadSponsor": {"name": "A sponsor"},
            "collaborators": each(lambda n: {"name": f"Collaborator {n:04}"}),
        },
        referencesModule={
            "references": each(
                lambda n: {"citation": f"Citation {n:04}", "type": "RESULT", "pmid": f"{n + 1}"}
            ),
            "seeAlsoLinks": each(lambda n: {"label": f"Link {n:04}", "url": f"https://more.example/{n}"}),
            "availIpds": each(lambda n: {"id": f"Data {n:04}", "type": "Dataset"}),
        },
        **{
            key: WITHOUT_COLUMNS[key]
            for key in ("oversightModule", "ipdSharingStatementModule", "designModule")
        },
    )
    return (
        whole
        | OF_THE_REGISTRY
        | {
            "derivedSection": {
                f"{kind}BrowseModule": {
                    "meshes": each(lambda n: {"term": f"Term {n:04}"}),
                    "ancestors": each(lambda n: {"term": f"Broader {n:04}"}),
                }
                for kind in ("condition", "intervention")
            }
            | {"miscInfoModule": {"removedCountries": each(lambda n: f"Land {n:04}")}},
            "documentSection": {
                "largeDocumentModule": {
                    "largeDocs": each(lambda n: {"label": f"Paper {n:04}", "filename": f"paper_{n}.pdf"})
                }
            },
        }
    )


# Where the last entry of each list is found.
LAST = {
    "conditions": "Condition 2999",
    "keywords": "Keyword 2999",
    "groups": "Group 2999",
    "interventions": "Drug 2999",
    "primary_outcomes": "primary 2999",
    "secondary_outcomes": "secondary 2999",
    "other_outcomes": "other 2999",
    "criteria": "Criterion 2999",
    "officials": "Official 2999",
    "contacts": "Contact 2999",
    "sponsors": "Collaborator 2999",
    "references": "Citation 2999",
    "links": "Link 2999",
    "available_data": "Data 2999",
    "identifiers": "Id-2999",
    "condition_terms": "Term 2999",
    "broader_condition_terms": "Broader 2999",
    "intervention_terms": "Term 2999",
    "broader_intervention_terms": "Broader 2999",
    "removed_countries": "Land 2999",
    "documents": "Paper 2999",
    "official_title": "A long title",
    "brief_summary": "Summary 1299",
    "detailed_description": "Description 1299",
}


@pytest.mark.django_db
def test_thousands_of_everything_stay_a_small_page_and_a_link_away(client: Client) -> None:
    store(record(identificationModule={"nctId": "NCT00000001"}))
    with CaptureQueriesContext(connection) as few:
        page_of(client, "NCT00000001")
    store(whole := huge())
    with CaptureQueriesContext(connection) as many:
        html = page_of(client, "NCT00000009")
    assert len(many) <= len(few) + 4
    assert broken(html, whole) == []
    assert len(html.encode()) > LARGEST // 2
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert anchors <= set(re.findall(r'id="([^"]+)"', html))
    links = dict(re.findall(rf'href="{ADDRESS}all/(\w+)/">([^<]+)<', html))
    assert set(links) == set(LAST)
    assert links["secondary_outcomes"] == "All 3,000 secondary outcomes"
    assert links["detailed_description"] == "Read all of it"
    beside = client.get("/trials/compare/?nct=NCT00000009&nct=NCT00000001").content.decode()
    assert len(beside.encode()) < LARGEST
    assert "and 2,988 more" in beside
    page = TrialPage(for_page(Trial.objects.all()).get(nct_id="NCT00000009"), {})
    for name, words in LAST.items():
        found = portion(page, name)
        last = found.runs()[-1]
        shown = render_to_string(found.kind.template, {"entries": last.entries, "first": last.first})
        assert words in shown, name
        assert len(shown.encode()) < LARGEST * 3 // 4, name
    second = client.get(f"{ADDRESS}all/primary_outcomes/?page=2").content.decode()
    assert broken(second, {}) == []
    [(first, last_shown)] = re.findall(r">(\d+) to (\d+) of 3,000<", second)
    assert f"primary {int(first) - 1:04}" in second
    assert f"primary {int(last_shown) - 1:04}" in second


@pytest.mark.django_db
def test_criteria_without_number_are_begun_and_lead_to_all_of_them(client: Client) -> None:
    def many(name: str, count: int) -> list[dict[str, Any]]:
        return [statement(f"{name.lower()}-{n}", f"{name} {n:03} " + "says much " * 20) for n in range(count)]

    trees = {
        "inclusion": {"identifier": "in", "op": "all", "children": many("Inclusion", 300)},
        "exclusion": {"identifier": "ex", "op": "any", "children": many("Exclusion", 5)},
    }
    make_version(add_trial("NCT00000009"), trees)
    html = page_of(client, "NCT00000009")
    assert len(html.encode()) < LARGEST
    assert "Exclusion 004" in html
    assert "Inclusion 199" in html
    assert "Inclusion 200" not in html
    assert re.findall(rf'href="({ADDRESS}all/[^"]*)">([^<]+)<', html) == [
        (f"{ADDRESS}all/inclusion/", "All 300 inclusion criteria")
    ]
    assert "Inclusion 299" in client.get(f"{ADDRESS}all/inclusion/?page=2").content.decode()
    former = client.get("/trials/nct00000009/all/inclusion/")
    assert former.headers["Location"] == f"{ADDRESS}all/inclusion/"
    assert client.get(f"{ADDRESS}all/nothing/").status_code == 404
    assert "The record says nothing of this." in client.get(f"{ADDRESS}all/links/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("nested", "is_shown"), [(290, True), (1900, False)])
def test_a_group_too_large_for_the_page_is_a_link_and_never_said_to_be_none(
    client: Client, nested: int, is_shown: bool
) -> None:
    below = [statement(f"in-{n}", f"Nested {n:04}") for n in range(nested)]
    group = {"identifier": "group", "op": "any", "text": "Any of these:", "children": below}
    trees = {
        "inclusion": {"identifier": "in", "op": "all", "children": [group]},
        "exclusion": {"identifier": "ex", "op": "any", "children": []},
    }
    make_version(add_trial("NCT00000009"), trees)
    html = page_of(client, "NCT00000009")
    assert len(html.encode()) < LARGEST
    assert (f"Nested {nested - 1:04}" in html) == is_shown
    assert (f'href="{ADDRESS}all/inclusion/"' in html) != is_shown
    inclusion, exclusion = re.findall(r"<h3>(?:In|Ex)clusion criteria</h3>(.*?)(?=<h3>)", html, re.DOTALL)
    assert "None reported." not in inclusion
    assert "None reported." in exclusion


@pytest.mark.django_db
def test_sites_with_endless_names_leave_room_for_the_trial(client: Client) -> None:
    people = [{"name": f"{n} " + "Name " * 90, "role": "CONTACT", "phone": "1" * 40} for n in range(3)]
    long = {"city": "City " * 150, "state": "State " * 150, "country": "France", "contacts": people}
    places = [{"facility": f"{n} " + "Facility " * 100, **long} for n in range(60)]
    add_trial("NCT00000009", contactsLocationsModule={"locations": places})
    html = page_of(client, "NCT00000009")
    assert len(html.encode()) < LARGEST
    assert "0 Facility Facility" in html
    assert re.search(r"<h1>\s*\w", html)


@given(st.lists(st.integers(0, 500)), st.integers(-50, 5000))
def test_what_there_is_room_for_is_shared_fairly(sizes: list[int], room: int) -> None:
    share = fair_share(sizes, room)
    taken = sum(min(size, share) for size in sizes)
    assert taken <= max(room, 0)
    if any(size > share for size in sizes):
        assert taken > room - len(sizes)  # what is left would give none of them a byte more


@given(st.text(alphabet="ab \n-", max_size=4 * PIECE) | st.text())
def test_the_pieces_of_a_text_make_it_up_again(text: str) -> None:
    found = pieces(text)
    assert "".join(found) == text
    assert all(0 < len(piece) <= PIECE for piece in found)
