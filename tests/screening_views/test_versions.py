"""The page of a screening's versions, and the list of those whose criteria were amended."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.context import acting_as
from screening.models import PatientKey, Screening, VersionPin
from screening.services import conclude_screening, move_screening
from tests.factories import (
    CONTENT,
    SMALL_TREE,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_version,
    statement,
)
from tests.trials_views.catalogue import text_of
from trials.models import CriteriaVersion, Criterion

pytestmark = pytest.mark.django_db
WITHDRAWN = {"conclusion": "screen_failure", "failure_kind": "withdrawn"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    for identifier, value in (("age", "yes"), ("lupus", "no"), ("infection", "no")):
        answer(cast.alice, screening, identifier, value, comment=f"seen: {identifier}")
    return screening


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def amended() -> dict[str, Any]:
    """Lupus says something else, infection is gone, tuberculosis is new."""
    tree = copy.deepcopy(SMALL_TREE)
    tree["inclusion"]["children"][1]["text"] = "Active lupus"
    tree["exclusion"]["children"][1] = statement("tb", "Tuberculosis", label="2.")
    return tree


def page(client: Client, screening: Screening, query: str = "", status: int = 200) -> str:
    response = client.get(f"/screening/{screening.pk}/version/{query}")
    assert response.status_code == status
    return text_of(response.text)


def send(client: Client, screening: Screening, version: CriteriaVersion, **said: Any) -> Any:
    form = {"to": version.number, "seen_on": screening.version_id, "reason": "Approved on 3 Nov"} | said
    return client.post(f"/screening/{screening.pk}/version/", form, follow=True)


def now(cast: Cast, screening: Screening) -> Screening:
    with acting(cast.alice):
        return Screening.objects.select_related("version").get(pk=screening.pk)


def test_before_the_move_each_answer_says_what_becomes_of_it(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    make_version(cast.trial, amended(), label="Amendment 2")
    text = page(alice, screening)
    assert "1 carry over, 2 to answer anew, 1 no longer asked" in text
    assert "Outcome now ✕ Ineligible After the move ○ Undetermined" in text
    anew, rest = text.split("Carries over", 1)
    assert (
        "Inclusion 2. ↻ reworded Before Statement lupus After Active lupus Answer: No Alice Example" in anew
    )
    assert "Exclusion 2. ↻ new Before It was not there. After 2. Tuberculosis" in anew
    carried, dropped = rest.split("No longer asked", 1)
    assert "Inclusion 1. ✓ carries over Statement age Answer: Yes" in carried
    assert "seen: age" in carried
    assert "Exclusion 2. ✕ no longer asked Statement infection Answer: No" in dropped
    assert now(cast, screening).version == cast.version


def test_it_is_moved_and_the_old_answers_stay_readable(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    version = make_version(cast.trial, amended(), label="Amendment 2")
    done = send(alice, screening, version)
    assert done.redirect_chain[-1][0] == f"/screening/{screening.pk}/"
    assert "This screening is now on the version “Amendment 2”." in done.text
    assert now(cast, screening).version == version
    text = page(alice, screening)
    assert "These criteria have no newer version." in text
    assert "Statement lupus After Active lupus Answer: No Alice Example" in text
    assert "Approved on 3 Nov" in text
    assert "Move this screening" not in text
    answer(cast.alice, screening, "lupus", "yes", base_revision=0)
    assert "Answer: No Alice Example" in page(alice, screening, "?of=1")


def test_the_answers_of_each_earlier_version_can_be_read(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    second = make_version(cast.trial, amended(), label="Amendment 2")
    send(alice, screening, second)
    third = make_version(cast.trial, SMALL_TREE, label="Amendment 3")
    text = page(alice, screening)
    assert "From “Amendment 2” to “Amendment 3”" in text
    back = page(alice, screening, "?of=1")
    assert "From “1” to “Amendment 2”: answered anew" in back
    send(alice, now(cast, screening), third)
    assert "From “Amendment 2” to “Amendment 3”: answered anew" in page(alice, screening)


def test_one_of_several_amendments_is_chosen(alice: Client, cast: Cast, screening: Screening) -> None:
    make_version(cast.trial, amended(), label="Amendment 2")
    make_version(cast.trial, SMALL_TREE, label="Amendment 3")
    assert "From “1” to “Amendment 3”" in page(alice, screening)
    assert "From “1” to “Amendment 2”" in page(alice, screening, "?to=2")
    assert "From “1” to “Amendment 3”" in page(alice, screening, "?to=nothing")


def test_sent_twice_it_moves_once(alice: Client, cast: Cast, screening: Screening) -> None:
    version = make_version(cast.trial, amended(), label="Amendment 2")
    for _each in range(2):
        assert send(alice, screening, version).status_code == 200
    with acting(cast.alice):
        assert VersionPin.objects.filter(screening=screening).count() == 2


def test_what_is_wrong_is_said_and_nothing_moves(alice: Client, cast: Cast, screening: Screening) -> None:
    version = make_version(cast.trial, amended(), label="Amendment 2")
    draft = make_version(cast.trial, amended(), label="Draft", published=False)
    for said, words in (
        ({"reason": " "}, "This field is required."),
        ({"to": "x"}, "Part of the form was missing."),
        ({"to": "99"}, "no such version"),
        ({"to": draft.number}, "no such version"),
        ({"to": cast.version.number, "seen_on": 0}, "on the version"),
    ):
        answered = send(alice, screening, version, **said)
        assert words in answered.text, said
        assert answered.status_code == (422 if words != "on the version" else 200)
    assert now(cast, screening).version == cast.version


def test_a_page_that_was_overtaken_shows_what_stands_now(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    second = make_version(cast.trial, amended(), label="Amendment 2")
    with acting(cast.dora):
        move_screening(user=cast.dora, screening=screening, version=second, reason="because")
    third = make_version(cast.trial, SMALL_TREE, label="Amendment 3")
    answered = send(alice, screening, third, seen_on=cast.version.pk)
    assert answered.status_code == 409
    assert "was moved meanwhile" in answered.text
    assert "From “Amendment 2” to “Amendment 3”" in text_of(answered.text)
    assert "Approved on 3 Nov" in answered.text  # what was typed is still there
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=screening, **WITHDRAWN)
    answered = send(alice, screening, third, seen_on=second.pk)
    assert answered.status_code == 409
    assert "This screening is concluded." in answered.text


def test_a_monitor_reads_and_moves_nothing(client: Client, cast: Cast, screening: Screening) -> None:
    version = make_version(cast.trial, amended(), label="Amendment 2")
    client.force_login(cast.bob)
    text = page(client, screening)
    assert "1 carry over" in text
    assert "Move this screening" not in text
    assert send(client, screening, version).status_code == 403
    client.force_login(cast.charlie)
    assert send(client, screening, version).status_code == 404


def test_an_erased_participants_words_are_gone_from_the_page(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    send(alice, screening, make_version(cast.trial, amended(), label="Amendment 2"))
    with acting(cast.alice):
        PatientKey.objects.filter(patient=screening.patient).delete()
    text = page(alice, screening)
    assert "Approved on 3 Nov" not in text
    assert "seen: age" not in text


def listed(client: Client) -> str:
    response = client.get("/screening/amendments/")
    assert response.status_code == 200
    return text_of(response.text)


def test_each_center_sees_its_own_open_screenings_on_an_earlier_version(
    client: Client, cast: Cast, screening: Screening
) -> None:
    theirs = make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="IA-1")
    client.force_login(cast.alice)
    assert "Every open screening is on the newest version" in listed(client)
    make_version(cast.trial, amended(), label="Amendment 2")
    text = listed(client)
    assert "1 → to Amendment 2" in text
    assert "✕ Ineligible → would become ○ Undetermined 1 carry over, 2 to answer anew Look and move" in text
    assert theirs.patient.code not in text
    client.force_login(cast.bob)
    assert "Look : S-001" in listed(client)
    client.force_login(cast.charlie)
    assert theirs.patient.code in listed(client)
    assert screening.patient.code not in listed(client)


def test_a_screening_that_was_moved_or_concluded_is_no_longer_listed(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    version = make_version(cast.trial, amended(), label="Amendment 2")
    other = make_screening(cast.alice, cast.rennes_site, version, patient_code="Q-2")
    assert other.patient.code not in listed(alice)
    assert screening.patient.code in listed(alice)
    send(alice, screening, version)
    assert "Every open screening is on the newest version" in listed(alice)


def test_the_desk_says_that_criteria_were_amended_until_the_screening_moves(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    def said() -> tuple[bool, bool]:
        checklist = alice.get(f"/screening/{screening.pk}/").text
        today = alice.get("/screening/today/").text
        return "These criteria were amended (“Amendment 2”)" in checklist, "1 open screening were" in today

    assert said() == (False, False)
    version = make_version(cast.trial, amended(), label="Amendment 2")
    assert said() == (True, True)
    send(alice, screening, version)
    assert said() == (False, False)


def test_an_amendment_of_another_source_concerns_nobody(
    alice: Client, cast: Cast, screening: Screening
) -> None:
    make_version(cast.trial, amended(), label="Protocol 2", source="protocol")
    make_version(cast.trial, amended(), label="Draft", published=False)
    assert "Every open screening is on the newest version" in listed(alice)


def test_the_list_takes_as_many_queries_for_many_as_for_one(alice: Client, cast: Cast) -> None:
    early = [make_screening(cast.alice, cast.rennes_site, cast.version) for _each in range(20)]
    make_version(cast.trial, amended(), label="Amendment 2")
    with acting(cast.alice):
        rows = Screening.objects.filter(pk__in=[screening.pk for screening in early[1:]])
        counts = []
        for status in ("open", "one alone"):
            if status != "open":
                for screening in rows:
                    conclude_screening(
                        user=cast.alice,
                        screening=screening,
                        conclusion="screen_failure",
                        failure_kind="withdrawn",
                    )
            listed(alice)
            with CaptureQueriesContext(connection) as queries:
                listed(alice)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def counts_page(client: Client, version: CriteriaVersion, **headers: str) -> str:
    response = client.get(f"/screening/try/{version.pk}/open/", headers=headers)
    assert response.status_code == 200
    return response.text


def test_the_publisher_sees_numbers_and_nobody(client: Client, cast: Cast, screening: Screening) -> None:
    make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="IA-1")
    draft = make_version(cast.trial, amended(), label="Amendment 2", published=False)
    client.force_login(cast.ada)
    published = client.get(f"/trials/{cast.trial.nct_id}/versions/{draft.number}/publish/").text
    assert f'hx-get="/screening/try/{draft.pk}/open/"' in published
    page = counts_page(client, draft)
    text = text_of(page)
    assert (
        "Open screenings 2 on an earlier version Outcome would change for 1 Answers 1 of 3 carry over" in text
    )
    assert "✕ Ineligible ○ Undetermined 1" in text
    assert "Inclusion 2. Active lupus reworded 1" in text
    assert "Exclusion 2. Tuberculosis new 2" in text
    assert "Statements Screenings 1 1 2 1" in text
    for private in (screening.patient.code, screening.screening_number, "IA-1", "RENNES", "IOWA"):
        assert private not in page
    part = counts_page(client, draft, HX_Request="true")
    assert "<main" not in part
    assert "would change for 1" in part


def test_without_an_open_screening_and_with_a_faulty_draft(client: Client, cast: Cast) -> None:
    client.force_login(cast.ada)
    draft = make_version(cast.trial, amended(), label="2", published=False)
    assert "No open screening is on an earlier version" in counts_page(client, draft)
    with acting_as(CONTENT):
        Criterion.objects.filter(version=draft, identifier="tb").update(text="")
    assert "Mend the draft first" in counts_page(client, draft)
