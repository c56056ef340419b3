"""The page on which an investigator reads what is signed, says who they are, and signs."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.context import acting_as
from screening.models import Screening, Signature, User
from screening.services.answers import Source
from tests.factories import (
    CONTENT,
    PASSWORD,
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_version,
    sign,
    statement,
)
from tests.screening.facts_world import enter, make_variables
from tests.signing.signing import ATTESTED, ELIGIBLE, answered, posted, standing
from trials.models import Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def dora(client: Client, cast: Cast) -> Client:
    client.force_login(cast.dora)
    return client


def url(screening: Screening) -> str:
    return f"/screening/{screening.pk}/sign/"


def shown(client: Client, screening: Screening) -> str:
    response = client.get(url(screening))
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    return re.sub(r"\s+", " ", response.text)


def signatures(cast: Cast) -> int:
    with acting(cast.alice):
        return Signature.objects.count()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


def test_what_was_read_is_signed_with_the_password(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    page = shown(dora, screening)
    assert "I, Dora Example, have read the answers above, and sign that this participant is eligible." in page
    sent = {name: hidden(page, name) for name in ("digest", "outline", "meaning")}
    response = dora.post(url(screening), sent | {"password": PASSWORD}, follow=True)
    assert response.redirect_chain == [(f"/screening/{screening.pk}/record/", 302)]
    assert "Signed: eligible" in response.text
    assert standing(cast, screening).signer == cast.dora
    assert "Open the signed record" in shown(dora, screening)
    assert 'type="password"' not in shown(dora, screening)


def test_all_is_on_one_page(dora: Client, cast: Cast) -> None:
    screening = answered(cast, {"age": "yes", "infection": "yes"})
    answer(cast.alice, screening, "age", "yes", comment="seen the passport", base_revision=1)
    page = shown(dora, screening)
    for words in ("Ineligible", "Exclusion 2.: Statement infection", "Statement lupus", "Not answered"):
        assert words in page
    assert "Comment: seen the passport" in page
    assert page.count('class="btn btn-primary"') == 1
    assert "Sign: not eligible" in page


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), f" {PASSWORD}"])
def test_a_wrong_password_signs_nothing(dora: Client, cast: Cast, password: str) -> None:
    screening = answered(cast)
    response = dora.post(url(screening), posted(cast, screening, password))
    assert response.status_code == 422
    assert ("not your password" in response.text) == bool(password)
    assert password not in response.text or not password
    assert signatures(cast) == 0


def test_after_five_wrong_ones_even_the_right_one_waits(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    said = [dora.post(url(screening), posted(cast, screening, "wrong")).text for _ in range(5)]
    assert "4 more tries" in said[0]
    assert "One more try" in said[3]
    assert "Too many wrong passwords" in said[4]
    response = dora.post(url(screening), posted(cast, screening, PASSWORD))
    assert "Too many wrong passwords" in response.text
    assert signatures(cast) == 0
    with acting(cast.dora):
        User.objects.filter(pk=cast.dora.pk).update(locked_until="2026-01-01T00:00Z")
    assert dora.post(url(screening), posted(cast, screening, PASSWORD)).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    for _ in range(2):
        for _ in range(3):
            dora.post(url(screening), posted(cast, screening, "wrong"))
        sign_and_change(dora, cast, screening)


def sign_and_change(client: Client, cast: Cast, screening: Screening) -> None:
    assert client.post(url(screening), posted(cast, screening, PASSWORD)).status_code == 302
    answer(cast.alice, screening, "age", "yes", comment=f"seen {signatures(cast)}", reason="seen since")


def test_tries_in_another_window_are_counted_too(cast: Cast) -> None:
    screening = answered(cast)
    for _ in range(5):
        window = Client()
        window.force_login(cast.dora)
        window.post(url(screening), posted(cast, screening, "wrong"))
    assert "Too many" in window.post(url(screening), posted(cast, screening, PASSWORD)).text


@pytest.mark.parametrize(("person", "status"), [("alice", 403), ("bob", 403), ("charlie", 404)])
def test_nobody_else_signs(client: Client, cast: Cast, person: str, status: int) -> None:
    screening = answered(cast)
    client.force_login(getattr(cast, person))
    assert client.post(url(screening), posted(cast, screening, PASSWORD)).status_code == status
    assert signatures(cast) == 0
    if person != "charlie":
        page = shown(client, screening)
        assert "An investigator of this center signs here." in page
        assert 'type="password"' not in page


def test_a_page_that_is_no_longer_current_is_shown_anew_with_what_changed(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    read = posted(cast, screening, PASSWORD)
    answer(cast.alice, screening, "infection", "yes", reason="culture came back")
    response = dora.post(url(screening), read)
    assert response.status_code == 409
    page = re.sub(r"\s+", " ", response.text)
    changed = page[page.index("This changed while you were reading") : page.index("Read it again")]
    for words in ("Exclusion 2.", "Yes", "Alice Example", "Outcome", "Ineligible"):
        assert words in changed
    assert signatures(cast) == 0
    assert hidden(page, "digest") != read["digest"]
    assert hidden(page, "meaning") == "not_eligible"


@pytest.mark.parametrize(
    "outline",
    ["", "[]", "{", "[" * 5000, '{"x": 1}', "null", '{"answers/\\ud800": "x"}', '{"dates/\\u0000": 1}'],
)
def test_a_broken_outline_breaks_nothing(dora: Client, cast: Cast, outline: str) -> None:
    screening = answered(cast)
    read = posted(cast, screening, PASSWORD, outline=outline)
    answer(cast.alice, screening, "infection", "yes", reason="culture came back")
    assert dora.post(url(screening), read).status_code == 409


@pytest.mark.parametrize("sent", [{"meaning": "maybe"}, {"digest": "x"}, {"digest": ""}])
def test_a_broken_form_is_refused(dora: Client, cast: Cast, sent: dict[str, str]) -> None:
    screening = answered(cast)
    assert dora.post(url(screening), posted(cast, screening, PASSWORD, **sent)).status_code == 422
    assert signatures(cast) == 0


def test_the_other_meaning_is_refused_in_words(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    response = dora.post(url(screening), posted(cast, screening, PASSWORD, meaning="not_eligible"))
    assert (response.status_code, signatures(cast)) == (409, 0)
    assert "No criterion excludes this participant" in response.text


@pytest.mark.parametrize(
    ("answers", "hindrance"),
    [({}, "Open statements could still decide"), ({"age": "yes"}, "could still decide")],
)
def test_what_stands_against_a_signature_is_said_before(
    dora: Client, cast: Cast, answers: dict[str, str], hindrance: str
) -> None:
    page = shown(dora, answered(cast, answers))
    assert hindrance in page
    assert 'type="password"' not in page


def test_without_a_cohort_it_says_where_to_choose_one(client: Client) -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    client.force_login(cast.dora)
    page = shown(client, answered(cast, {"age": "yes", "lupus": "yes", "skin": "no"}))
    assert "Choose the cohort first: at the top of the checklist." in page


def test_over_an_abridged_text_a_sentence_is_asked_and_kept_when_the_password_is_wrong(
    dora: Client, cast: Cast
) -> None:
    abridged = make_version(cast.trial, label="key criteria", completeness="abridged")
    screening = answered(cast, version=abridged)
    assert "What you checked against the full protocol" in shown(dora, screening)
    response = dora.post(url(screening), posted(cast, screening, PASSWORD))
    assert response.status_code == 422
    assert "Write what you checked against the full protocol." in response.text
    response = dora.post(url(screening), posted(cast, screening, "wrong", attestation=ATTESTED))
    assert ATTESTED in response.text
    assert (
        dora.post(url(screening), posted(cast, screening, PASSWORD, attestation=ATTESTED)).status_code == 302
    )
    assert ATTESTED in dora.get(f"/screening/{screening.pk}/record/").text


def test_a_judgement_that_was_proposed_waits_for_the_investigator(client: Client) -> None:
    tree = {
        "inclusion": {"identifier": "in", "op": "all", "children": [statement("age", label="1.")]},
        "exclusion": {
            "identifier": "ex",
            "op": "any",
            "children": [statement("unsuited", label="1.", test={"judgement": True})],
        },
    }
    cast = make_cast(tree)
    client.force_login(cast.dora)
    screening = answered(cast, {"age": "yes", "unsuited": "no"})
    page = shown(client, screening)
    assert "Waiting for the investigator's judgement" in page
    assert f'href="/screening/{screening.pk}/#c-unsuited"' in page
    assert "Open statements could still decide" in page
    answer(cast.dora, screening, "unsuited", "no")
    page = shown(client, screening)
    assert "Waiting for the investigator" not in page
    assert 'type="password"' in page


def test_what_a_later_fact_contradicts_is_answered_again_before_anybody_signs(client: Client) -> None:
    test = {"variable": "bmi", "comparator": ">=", "value": 40, "unit": "kg/m2"}
    tree = {
        "inclusion": {"identifier": "in", "op": "all", "children": [statement("age", label="1.")]},
        "exclusion": {
            "identifier": "ex",
            "op": "any",
            "children": [statement("obese", "A BMI of 40 or more", label="1.", test=test)],
        },
    }
    make_variables()
    cast = make_cast(tree)
    client.force_login(cast.dora)
    screening = answered(cast, {"age": "yes", "obese": "no"})
    assert 'type="password"' in shown(client, screening)
    read = posted(cast, screening, PASSWORD)
    enter(cast.alice, screening.patient, "bmi", 50)
    page = shown(client, screening)
    assert "contradict these answers: 1. A BMI of 40 or more" in page
    assert 'type="password"' not in page
    assert client.post(url(screening), posted(cast, screening, PASSWORD)).status_code == 409
    assert client.post(url(screening), read).status_code == 409
    assert signatures(cast) == 0
    answer(cast.alice, screening, "obese", "no", reason="of another person, by mistake")
    assert client.post(url(screening), posted(cast, screening, PASSWORD)).status_code == 302


def requiring_sources(cast: Cast) -> None:
    with acting_as(CONTENT):
        Trial.objects.filter(pk=cast.trial.pk).update(requires_sources=True)


def test_a_trial_that_requires_sources_names_the_answers_without_one(dora: Client, cast: Cast) -> None:
    requiring_sources(cast)
    letter = Source(kind="clinic_letter", page="2")
    screening = answered(cast, {})
    for identifier, value in ELIGIBLE.items():
        answer(cast.alice, screening, identifier, value, source=None if identifier == "age" else letter)
    page = shown(dora, screening)
    assert "some have none yet" in page
    missing = page[page.index("Answers without a source") : page.index("criteria-title")]
    assert "Inclusion 1." in missing
    assert "Inclusion 2." not in missing
    response = dora.post(url(screening), posted(cast, screening, PASSWORD))
    assert "these have none: 1. Statement age" in response.text
    assert signatures(cast) == 0
    answer(cast.alice, screening, "age", "yes", source=letter)
    assert dora.post(url(screening), posted(cast, screening, PASSWORD)).status_code == 302


def test_what_changed_since_the_last_signature_is_told_before_the_next(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    answer(cast.alice, screening, "infection", "yes", reason="culture came back")
    page = shown(dora, screening)
    assert "Signature voided" in page
    changed = page[page.index("What changed since the last signature") : page.index("criteria-title")]
    assert re.search(r"Exclusion 2\..*<del>No.*</del>.*<ins>Yes", changed)
    assert re.search(r"Outcome.*<del>Eligible.*<ins>Ineligible", changed)


def test_the_checklist_shows_the_signature_and_that_it_was_voided(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    assert "desk-signed" not in dora.get(f"/screening/{screening.pk}/").text
    sign(cast.dora, screening)
    assert "Signed: eligible" in dora.get(f"/screening/{screening.pk}/").text
    answer(cast.alice, screening, "age", "no", reason="misread")
    page = dora.get(f"/screening/{screening.pk}/").text
    assert re.search(r"voided \d+ \w+ \d{4}, \d\d:\d\d UTC: an answer changed", page)


def test_raw_sql_behind_the_desk_shows_on_the_checklist(dora: Client, cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    with acting(cast.alice), connection.cursor() as cursor:
        cursor.execute("update screening_screening set consent_date = consent_date - 1")
    page = dora.get(f"/screening/{screening.pk}/").text
    assert "Signature not valid" in page
    assert "outside the desk" in page


def test_the_number_of_queries_does_not_grow(dora: Client, cast: Cast) -> None:
    counts = []
    for answers in ({"infection": "yes"}, ELIGIBLE | {"infection": "yes"}):
        screening = answered(cast, answers)
        with CaptureQueriesContext(connection) as queries:
            shown(dora, screening)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def deviation(**fields: str) -> dict[str, str]:
    return {
        "identifier": "age",
        "reason": "two days too early",
        "approved_by": "Dr Sponsor",
        "approved_on": "2024-02-03",
    } | fields


def test_a_deviation_stands_beside_the_outcome_and_changes_nothing_of_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    screening = answered(cast, {"age": "no"})
    place = f"/screening/{screening.pk}/deviations/"
    response = client.post(place, deviation(), follow=True)
    for words in (
        "Inclusion 1.",
        "two days too early",
        "Approved by Dr Sponsor on 3 Feb 2024",
        "Alice Example",
    ):
        assert words in response.text
    assert "Ineligible" in shown(client, screening)
    assert "two days too early" in shown(client, screening)
    client.force_login(cast.dora)
    response = client.post(url(screening), posted(cast, screening, PASSWORD, meaning="eligible"))
    assert (response.status_code, signatures(cast)) == (409, 0)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"reason": " "}, "This field is required"),
        ({"approved_by": ""}, "This field is required"),
        ({"approved_on": "2190-01-01"}, "in the future"),
        ({"approved_on": ""}, "This field is required"),
        ({"identifier": "nothing"}, "Select a valid choice"),
        ({"identifier": "in"}, "Select a valid choice"),
    ],
)
def test_a_deviation_says_what_why_and_who(
    client: Client, cast: Cast, sent: dict[str, str], message: str
) -> None:
    client.force_login(cast.alice)
    screening = answered(cast)
    response: Any = client.post(f"/screening/{screening.pk}/deviations/", deviation(**sent))
    assert response.status_code == 422
    assert message in response.text
    assert "No protocol deviation is recorded." in response.text
