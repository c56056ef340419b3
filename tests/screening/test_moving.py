"""An open screening moves to an amendment: what carries, what is asked anew, what stays readable."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from screening import vault
from screening.models import AnswerChange, AuditEvent, Outcome, PatientKey, Screening, VersionPin, VoidKind
from screening.services import Overtaken, ReasonNeeded, Refused, conclude_screening, move_screening
from tests.factories import (
    SMALL_TREE,
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_trial,
    make_version,
    sign,
    statement,
)
from tests.screening.concurrency import at_once
from tests.screening.facts_world import TYPED_TREE, enter, make_typed_cast
from trials.models import Cohort, CriteriaVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    """Answered by Alice: of age, has lupus, no infection."""
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    for identifier, value in (("age", "yes"), ("lupus", "yes"), ("infection", "no")):
        answer(cast.alice, screening, identifier, value, comment=f"about {identifier}")
    return screening


def amendment() -> dict[str, Any]:
    """Lupus says something else, infection is no longer asked, tuberculosis is."""
    tree = copy.deepcopy(SMALL_TREE)
    tree["inclusion"]["children"][1]["text"] = "Active lupus"
    tree["exclusion"]["children"][1] = statement("tb", label="2.")
    return tree


def move(cast: Cast, screening: Screening, version: CriteriaVersion, **options: Any) -> Screening:
    with acting(options.pop("user", cast.alice)):
        return move_screening(
            **{"user": cast.alice, "screening": screening, "version": version, "reason": "Approved"} | options
        )


def standing(cast: Cast, screening: Screening) -> dict[str, str]:
    """The answers to the version that it is on now."""
    with acting(cast.alice):
        return dict(screening.answers.current().values_list("criterion__identifier", "value"))


def test_what_says_the_same_carries_and_the_rest_is_open(cast: Cast, screening: Screening) -> None:
    version = make_version(cast.trial, amendment(), label="2")
    assert move(cast, screening, version).outcome == Outcome.UNDETERMINED
    assert standing(cast, screening) == {"age": "yes"}
    with acting(cast.alice):
        carried = screening.answers.current().get()
        assert carried.carried_from is not None
        assert carried.carried_from.version == cast.version
        assert (carried.answered_by, carried.answered_at) == (
            cast.alice,
            carried.carried_from.answered_at,
        )
        assert vault.unseal(screening.patient, carried.comment_sealed) == "about age"
        assert vault.unseal(screening.patient, carried.changes.get().reason_sealed) == "Approved"


def test_the_answers_to_the_version_before_stay_as_they_were(cast: Cast, screening: Screening) -> None:
    version = make_version(cast.trial, amendment(), label="2")
    move(cast, screening, version)
    answer(cast.alice, screening, "age", "no", reason="wrong year")
    with acting(cast.alice):
        before = screening.answers.filter(version=cast.version)
        assert dict(before.values_list("criterion__identifier", "value")) == {
            "age": "yes",
            "lupus": "yes",
            "infection": "no",
        }
    assert standing(cast, screening) == {"age": "no"}


def test_the_move_is_recorded_with_who_why_and_what_became_of_the_answers(
    cast: Cast, screening: Screening
) -> None:
    version = make_version(cast.trial, amendment(), label="2")
    move(cast, screening, version, user=cast.dora)
    with acting(cast.dora):
        first, pin = VersionPin.objects.filter(screening=screening)
        assert (first.version, first.previous_version) == (cast.version, None)
        assert (pin.version, pin.previous_version) == (version, cast.version)
        assert pin.summary == {
            "carried": ["age"],
            "anew": {"lupus": "reworded", "tb": "added"},
            "dropped": ["infection"],
        }
        assert "Approved" not in pin.reason_sealed
        events = AuditEvent.objects.filter(table="screening_versionpin", row=str(pin.pk))
        assert [event.reason for event in events] == [pin.reason_sealed]


def test_a_carried_answer_is_changed_like_any_other(cast: Cast, screening: Screening) -> None:
    """By somebody else, and long ago: with a reason, and its history goes on."""
    move(cast, screening, make_version(cast.trial, amendment(), label="2"), user=cast.dora)
    with pytest.raises(ReasonNeeded):
        answer(cast.dora, screening, "age", "no")
    answer(cast.dora, screening, "age", "no", reason="wrong year")
    with acting(cast.alice):
        changes = AnswerChange.objects.filter(screening=screening, answer__criterion__identifier="age")
        assert sorted(changes.values_list("revision", "value")) == [(1, "yes"), (1, "yes"), (2, "no")]


def test_the_outcome_follows_from_the_new_version(cast: Cast, screening: Screening) -> None:
    tree = copy.deepcopy(SMALL_TREE)
    tree["exclusion"]["children"] = tree["exclusion"]["children"][1:]
    version = make_version(cast.trial, tree, label="2")
    assert move(cast, screening, version).outcome == Outcome.ELIGIBLE


def test_the_cohort_goes_along_by_its_code(cast: Cast) -> None:
    trial, moved = cast.trial, []
    first = make_version(trial, TREE_WITH_COHORTS, label="2")
    with acting(cast.alice):
        sle = Cohort.objects.get(version=first, code="SLE")
    screening = make_screening(cast.alice, cast.rennes_site, first, cohort=sle)
    renamed = copy.deepcopy(TREE_WITH_COHORTS)
    renamed["cohorts"][0]["label"] = "Systemic lupus"
    for tree in (renamed, SMALL_TREE):
        moved.append(move(cast, screening, make_version(trial, tree, label="n")).cohort)
    assert moved[0] is not None
    assert (moved[0].label, moved[1]) == ("Systemic lupus", None)


def test_sent_twice_it_moves_once(cast: Cast, screening: Screening) -> None:
    version = make_version(cast.trial, amendment(), label="2")

    def sent() -> object:
        return move(cast, screening, version, seen_on=cast.version.pk)

    results = at_once(*[sent] * 5)
    assert all(isinstance(result, Screening) for result in results), results
    with acting(cast.alice):
        assert VersionPin.objects.filter(screening=screening).count() == 2
        assert screening.answers.current().count() == 1


def test_a_page_that_shows_another_version_is_overtaken(cast: Cast, screening: Screening) -> None:
    second = make_version(cast.trial, amendment(), label="2")
    third = make_version(cast.trial, label="3")
    move(cast, screening, second)
    with pytest.raises(Overtaken):
        move(cast, screening, third, seen_on=cast.version.pk)
    assert move(cast, screening, third, seen_on=second.pk).version == third


def test_a_concluded_screening_does_not_move(cast: Cast, screening: Screening) -> None:
    answer(cast.alice, screening, "infection", "yes", reason="found later")
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=screening, conclusion="screen_failure", failure_kind="criteria"
        )
    with pytest.raises(Overtaken, match="concluded"):
        move(cast, screening, make_version(cast.trial, label="2"))


def test_only_a_newer_published_version_of_the_same_criteria_will_do(cast: Cast) -> None:
    second = make_version(cast.trial, amendment(), label="2")
    screening = make_screening(cast.alice, cast.rennes_site, second)
    elsewhere = make_trial()
    for version in (
        cast.version,
        make_version(cast.trial, label="draft", published=False),
        make_version(cast.trial, label="protocol", source="protocol"),
        make_version(elsewhere, label="3"),
    ):
        with pytest.raises(Refused, match="newer"):
            move(cast, screening, version)


def test_a_protocol_moves_to_a_protocol_that_the_center_may_read(cast: Cast) -> None:
    first, second = (make_version(cast.trial, label=label, source="protocol") for label in ("P1", "P2"))
    with acting(cast.alice):
        first = CriteriaVersion.objects.get(pk=first.pk)
    screening = make_screening(cast.alice, cast.rennes_site, second)
    assert standing(cast, screening) == {}
    with pytest.raises(Refused):
        move(cast, screening, first)
    third = make_version(cast.trial, label="P3", source="protocol")
    assert move(cast, screening, third).version == third


def test_it_takes_a_reason_and_a_role(cast: Cast, screening: Screening) -> None:
    version = make_version(cast.trial, amendment(), label="2")
    with pytest.raises(ReasonNeeded):
        move(cast, screening, version, reason="  ")
    for person in (cast.bob, cast.charlie):
        with acting(cast.alice), pytest.raises(Refused):
            move_screening(user=person, screening=screening, version=version, reason="because")
    assert standing(cast, screening)["lupus"] == "yes"


def test_a_signature_on_the_version_before_is_void(cast: Cast) -> None:
    screening = make_screening(
        cast.alice, cast.rennes_site, cast.version, consent_date=datetime.date(2024, 2, 3)
    )
    for identifier, value in {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}.items():
        answer(cast.alice, screening, identifier, value)
    signature = sign(cast.dora, screening)
    move(cast, screening, make_version(cast.trial, amendment(), label="2"))
    with acting(cast.alice):
        signature.refresh_from_db()
        assert (signature.void_kind, signature.voided_by) == (VoidKind.VERSION, cast.alice)


def test_facts_and_sources_go_along_with_their_answers() -> None:
    cast = make_typed_cast()
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    fact = enter(cast.alice, screening.patient, "dx.lupus", "present")
    answer(cast.alice, screening, "lupus", "yes", facts=[fact.pk])
    answer(cast.alice, screening, "fit", "yes")
    move(cast, screening, make_version(cast.trial, TYPED_TREE, label="2"))
    with acting(cast.alice):
        lupus, fit = screening.answers.current().order_by("criterion__identifier").reverse()
        assert [row.fact for row in lupus.answer_facts.all()] == [fact]
        assert (lupus.proposal, lupus.changes.get().facts) == ("yes", [fact.pk])
        # Still for the investigator to settle.
        assert (fit.proposed, fit.changes.get().proposed) == (True, True)


def test_an_erased_participants_screening_stays(cast: Cast, screening: Screening) -> None:
    with acting(cast.alice):
        PatientKey.objects.filter(patient=screening.patient).delete()
    with pytest.raises(Refused, match="erased"):
        move(cast, screening, make_version(cast.trial, amendment(), label="2"))


def test_moving_takes_as_many_queries_for_many_answers_as_for_few(cast: Cast) -> None:
    counts = []
    for size in (2, 40):
        tree = copy.deepcopy(SMALL_TREE)
        tree["inclusion"]["children"] += [statement(f"s{number}") for number in range(size)]
        first = make_version(cast.trial, tree, label=f"{size} a")
        screening = make_screening(cast.alice, cast.rennes_site, first)
        second = make_version(cast.trial, tree, label=f"{size} b")
        for number in range(size):
            answer(cast.alice, screening, f"s{number}", "yes")
        with acting(cast.alice):
            first.tree(), second.tree()
            with CaptureQueriesContext(connection) as queries:
                move_screening(user=cast.alice, screening=screening, version=second, reason="Approved")
        counts.append(len(queries))
    assert counts[0] == counts[1]
