"""Answers: what is stored once, what is refused, when a reason is due."""

from __future__ import annotations

import copy
import datetime
import uuid
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from screening import vault
from screening.models import Answer, AnswerChange, Outcome, PatientKey, Screening, User
from screening.services import Conflict, ReasonNeeded, Recorded, Refused, choose_cohort, record_answer, rules
from tests.factories import (
    SMALL_TREE,
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_version,
    statement,
)
from tests.screening.concurrency import at_once
from trials.models import Cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version)


def send(user: User, screening: Screening, value: str, **fields: Any) -> Recorded:
    """As a browser's tab would."""
    message: dict[str, Any] = {"identifier": "age", "client": "tab-1", "sequence": 1} | fields
    message.setdefault("operation_id", uuid.uuid4())
    with acting(user):
        return record_answer(user=user, screening=screening, value=value, **message)


def changes(cast: Cast) -> int:
    with acting(cast.alice):
        return AnswerChange.objects.count()


def grow_old(cast: Cast, seconds: int) -> None:
    with acting(cast.alice):
        Answer.objects.update(answered_at=F("answered_at") - datetime.timedelta(seconds=seconds))


def test_an_answer_keeps_who_when_and_the_outcome(cast: Cast, screening: Screening) -> None:
    assert screening.outcome == Outcome.UNDETERMINED
    recorded = send(cast.alice, screening, "no", comment=" too young ")
    assert not recorded.repeated
    with acting(cast.alice):
        stored = Answer.objects.get()
        assert (stored.value, stored.revision, stored.answered_by) == ("no", 1, cast.alice)
        assert vault.unseal(screening.patient, stored.comment_sealed) == "too young"
        change = stored.changes.get()
        assert (change.previous_value, change.value, change.by) == ("", "no", cast.alice)
        screening.refresh_from_db()
    assert screening.outcome == Outcome.INELIGIBLE


def test_all_answers_together_make_the_outcome(cast: Cast, screening: Screening) -> None:
    said = {"age": "yes", "lupus": "yes", "pregnant": "not_applicable", "infection": "no"}
    for identifier, value in said.items():
        answer(cast.alice, screening, identifier, value)
    with acting(cast.alice):
        screening.refresh_from_db()
    assert screening.outcome == Outcome.ELIGIBLE


def test_a_repeated_message_is_acknowledged_and_not_stored_again(cast: Cast, screening: Screening) -> None:
    operation = uuid.uuid4()
    first = send(cast.alice, screening, "yes", operation_id=operation)
    again = send(cast.alice, screening, "yes", operation_id=operation)
    assert (again.repeated, again.answer.pk, again.answer.revision) == (True, first.answer.pk, 1)
    send(cast.alice, screening, "no", sequence=2)
    late = send(cast.alice, screening, "yes", operation_id=operation)
    assert (late.repeated, late.answer.value) == (True, "no")
    assert changes(cast) == 2


def test_an_older_message_of_the_same_tab_never_overwrites_a_newer_one(
    cast: Cast, screening: Screening
) -> None:
    send(cast.alice, screening, "no", sequence=5)
    late = send(cast.alice, screening, "yes", sequence=4)
    assert (late.repeated, late.answer.value) == (True, "no")
    assert changes(cast) == 1


def test_that_holds_after_the_same_answer_was_given_twice(cast: Cast, screening: Screening) -> None:
    send(cast.alice, screening, "no", sequence=5)
    same = send(cast.alice, screening, "no", sequence=7)
    late = send(cast.alice, screening, "yes", sequence=6)
    assert (same.repeated, late.repeated, late.answer.value, late.answer.revision) == (True, True, "no", 1)


def test_the_same_tab_goes_on_without_asking_for_the_revision(cast: Cast, screening: Screening) -> None:
    send(cast.alice, screening, "no", sequence=1)
    assert send(cast.alice, screening, "yes", sequence=2, base_revision=0).answer.revision == 2


@pytest.mark.parametrize("client", ["tab-2", ""])
def test_another_tab_gets_what_stands_now(cast: Cast, screening: Screening, client: str) -> None:
    send(cast.alice, screening, "no")
    with pytest.raises(Conflict) as conflict:
        send(cast.alice, screening, "yes", client=client)
    assert conflict.value.current is not None
    assert conflict.value.current.value == "no"
    stored = send(cast.alice, screening, "yes", client=client, base_revision=1)
    assert (stored.answer.value, stored.answer.revision) == ("yes", 2)


def test_an_operation_belongs_to_one_statement(cast: Cast, screening: Screening) -> None:
    operation = uuid.uuid4()
    send(cast.alice, screening, "yes", operation_id=operation)
    with pytest.raises(Refused, match="another statement"):
        send(cast.alice, screening, "yes", operation_id=operation, identifier="lupus")


def test_for_a_minute_one_changes_ones_own_answer_freely(cast: Cast, screening: Screening) -> None:
    send(cast.alice, screening, "yes")
    grow_old(cast, 50)
    assert send(cast.alice, screening, "no", sequence=2).answer.revision == 2
    grow_old(cast, 61)
    with pytest.raises(ReasonNeeded, match="more than a minute"):
        send(cast.alice, screening, "yes", sequence=3)
    with pytest.raises(ReasonNeeded, match="more than a minute"):
        send(cast.alice, screening, "no", sequence=3, comment="added later")
    with pytest.raises(ReasonNeeded):
        send(cast.alice, screening, "yes", sequence=3, reason="  ")
    changed = send(cast.alice, screening, "yes", sequence=3, reason="misread")
    with acting(cast.alice):
        kept = AnswerChange.objects.get(revision=changed.answer.revision).reason_sealed
        assert vault.unseal(screening.patient, kept) == "misread"


def test_anothers_answer_takes_a_reason_at_once(cast: Cast, screening: Screening) -> None:
    send(cast.alice, screening, "yes")
    with pytest.raises(ReasonNeeded, match="Somebody else"):
        send(cast.dora, screening, "no", client="tab-2", base_revision=1)
    assert send(cast.dora, screening, "yes", client="tab-2", base_revision=1).repeated
    send(cast.dora, screening, "no", client="tab-2", base_revision=1, sequence=9, reason="seen the report")


def test_the_free_minute_counts_from_the_first_giving(
    cast: Cast, screening: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = {"ahead": 0}
    later = lambda: rules.database_time() + datetime.timedelta(seconds=clock["ahead"])  # noqa: E731
    monkeypatch.setattr("screening.services.answers.database_time", later)
    send(cast.alice, screening, "yes")
    clock["ahead"] = 40
    send(cast.alice, screening, "no", sequence=2)
    clock["ahead"] = 70
    with pytest.raises(ReasonNeeded, match="more than a minute"):
        send(cast.alice, screening, "yes", sequence=3)
    send(cast.alice, screening, "yes", sequence=3, reason="misread")
    clock["ahead"] = 110
    send(cast.alice, screening, "no", sequence=4)
    clock["ahead"] = 140
    with pytest.raises(ReasonNeeded, match="more than a minute"):
        send(cast.alice, screening, "yes", sequence=5)


def test_who_only_comments_has_not_answered(cast: Cast, screening: Screening) -> None:
    given = send(cast.dora, screening, "not_applicable", reason="amended in the letter of May").answer
    said = {"client": "tab-2", "base_revision": 1, "comment": "see the letter"}
    with pytest.raises(ReasonNeeded, match="Somebody else"):
        send(cast.alice, screening, "not_applicable", **said)
    commented = send(cast.alice, screening, "not_applicable", reason="to find it again", **said).answer
    with acting(cast.alice):
        stored = Answer.objects.get()
        assert (stored.answered_by, stored.answered_at) == (cast.dora, given.answered_at)
        assert vault.unseal(screening.patient, stored.comment_sealed) == "see the letter"
        assert stored.changes.get(revision=commented.revision).by == cast.alice
    with pytest.raises(ReasonNeeded, match="Somebody else"):
        send(cast.dora, screening, "yes", client="tab-3", base_revision=2)


def test_nothing_is_answered_about_somebody_whose_data_were_erased(cast: Cast, screening: Screening) -> None:
    send(cast.alice, screening, "yes", comment="seen")
    with acting(cast.alice):
        PatientKey.objects.filter(patient=screening.patient_id).delete()
        erased = Screening.objects.get(pk=screening.pk)
    for fields in ({}, {"comment": "again"}, {"reason": "misread"}):
        with pytest.raises(Refused, match="erased"):
            send(cast.alice, erased, "no", sequence=2, **fields)


def test_a_comment_that_is_not_sent_stays(cast: Cast, screening: Screening) -> None:
    send(cast.alice, screening, "yes", comment="seen")
    changed = send(cast.alice, screening, "no", sequence=2).answer
    cleared = send(cast.alice, screening, "no", sequence=3, comment="").answer
    with acting(cast.alice):
        assert vault.unseal(screening.patient, changed.comment_sealed) == "seen"
        assert cleared.comment_sealed == ""


def test_not_applicable_where_it_is_not_offered_takes_an_investigator_and_a_reason(
    cast: Cast, screening: Screening
) -> None:
    assert send(cast.alice, screening, "not_applicable", identifier="pregnant").answer.pk
    with pytest.raises(Refused, match="Only an investigator"):
        send(cast.alice, screening, "not_applicable", reason="because")
    with pytest.raises(ReasonNeeded, match="not applicable"):
        send(cast.dora, screening, "not_applicable")
    send(cast.dora, screening, "not_applicable", reason="amended in the letter of May")


@pytest.mark.parametrize("identifier", ["nothing", "in", "ex"])
def test_only_statements_of_the_version_are_answered(
    cast: Cast, screening: Screening, identifier: str
) -> None:
    with pytest.raises(Refused, match="no such statement"):
        send(cast.alice, screening, "yes", identifier=identifier)


def test_a_monitor_and_strangers_answer_nothing(cast: Cast, screening: Screening) -> None:
    with pytest.raises(Refused, match="Only a coordinator"):
        send(cast.bob, screening, "yes")
    for stranger in (cast.charlie, cast.ada, cast.sven):
        with pytest.raises(Refused):
            send(stranger, screening, "yes")
    assert changes(cast) == 0


def test_a_version_pinned_stays_while_the_criteria_go_on(cast: Cast, screening: Screening) -> None:
    newer = make_version(cast.trial, label="2")
    send(cast.alice, screening, "yes")
    assert make_screening(cast.alice, cast.rennes_site, newer).version == newer
    with acting(cast.alice):
        assert Screening.objects.get(pk=screening.pk).version == cast.version
        assert Answer.objects.get().criterion.version == cast.version


def test_naming_the_cohort_moves_the_outcome() -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "age", "yes")
    answer(cast.alice, screening, "lupus", "no")
    with acting(cast.alice):
        screening.refresh_from_db()
        assert screening.outcome == Outcome.UNDETERMINED
        lupus = Cohort.objects.get(version=cast.version, code="SLE")
        named = choose_cohort(user=cast.alice, screening=screening, cohort=lupus)
        assert (named.cohort, named.outcome) == (lupus, Outcome.INELIGIBLE)
        opened = choose_cohort(user=cast.alice, screening=screening, cohort=None)
        assert (opened.cohort, opened.outcome) == (None, Outcome.UNDETERMINED)


def test_a_cohort_of_another_version_is_refused() -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    other = make_version(cast.trial, TREE_WITH_COHORTS, label="2")
    with acting(cast.alice), pytest.raises(Refused, match="criteria version"):
        choose_cohort(user=cast.alice, screening=screening, cohort=Cohort.objects.filter(version=other)[0])


# --- At the same time ---


def test_fifty_copies_of_one_message_make_one_answer(cast: Cast, screening: Screening) -> None:
    operation = uuid.uuid4()
    copy = lambda: send(cast.alice, screening, "yes", operation_id=operation)  # noqa: E731
    results = at_once(*[copy] * 50)
    assert all(isinstance(result, Recorded) for result in results), results
    assert sum(not result.repeated for result in results if isinstance(result, Recorded)) == 1
    with acting(cast.alice):
        assert (Answer.objects.count(), AnswerChange.objects.count()) == (1, 1)
        assert Answer.objects.get().revision == 1


def test_of_two_coordinators_at_once_one_is_stored_and_one_sees_the_difference(
    cast: Cast, screening: Screening
) -> None:
    results = at_once(
        lambda: send(cast.alice, screening, "yes", client="tab-1"),
        lambda: send(cast.dora, screening, "no", client="tab-2"),
    )
    assert {type(result) for result in results} == {Recorded, Conflict}
    assert changes(cast) == 1


def test_answers_to_different_statements_at_once_leave_the_right_outcome(
    cast: Cast, screening: Screening
) -> None:
    said = {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}
    results = at_once(
        *(
            lambda identifier=identifier, value=value: send(  # type: ignore[misc]
                cast.alice, screening, value, identifier=identifier, client=identifier
            )
            for identifier, value in said.items()
        )
    )
    assert all(isinstance(result, Recorded) for result in results), results
    with acting(cast.alice):
        screening.refresh_from_db()
    assert screening.outcome == Outcome.ELIGIBLE


def test_the_number_of_queries_does_not_grow_with_the_tree(cast: Cast) -> None:
    large = copy.deepcopy(SMALL_TREE)
    large["exclusion"]["children"] += [statement(f"e-{number}") for number in range(200)]
    small_one = make_screening(cast.alice, cast.rennes_site, cast.version)
    large_one = make_screening(cast.alice, cast.rennes_site, make_version(cast.trial, large, label="large"))
    taken = []
    for screening in (small_one, large_one):
        answer(cast.alice, screening, "age", "yes")
        with acting(cast.alice), CaptureQueriesContext(connection) as captured:
            record_answer(
                user=cast.alice,
                screening=screening,
                identifier="lupus",
                value="yes",
                operation_id=uuid.uuid4(),
            )
        taken.append(len(captured))
    assert taken[0] == taken[1] < 30
