"""Rounds as the database keeps them: resumed, answered once, never changed, never a screening."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from config.context import acting_as, system
from screening.models import Answer, Patient, PracticeAnswer, PracticeRound, Screening
from screening.services import Refused
from screening.services.practice import CASES, answer_case, cases_of, start_round, wrong_cases
from tests.factories import acting
from tests.practice.worlds import World, answer, answer_all, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_form_sent_twice_starts_one_round_and_a_break_ends_none(world: World) -> None:
    first, second = world.start(world.cast.alice), world.start(world.cast.alice)
    assert first.pk == second.pk
    assert len(first.cases) == CASES
    answer(world.cast.alice, first, 0)
    assert world.start(world.cast.alice).pk == first.pk


def test_a_case_is_answered_once(world: World) -> None:
    alice, practice_round = world.cast.alice, world.start(world.cast.alice)
    case = cases_of(practice_round)[0]
    statement = next(iter(case.answers))
    answer(alice, practice_round, 0, wrong=(statement,))
    answer(alice, practice_round, 0)
    with acting(alice):
        rows = {row.identifier: row for row in PracticeAnswer.objects.all()}
        assert rows.keys() == {*case.answers, ""}
        assert rows[statement].value != rows[statement].expected
        assert rows[""].value == rows[""].expected == case.outcome.value


def test_the_database_changes_no_answer_after_its_explanation(world: World) -> None:
    alice, practice_round = world.cast.alice, world.start(world.cast.alice)
    answer(alice, practice_round, 0)
    with acting(alice):
        for write in (
            lambda: PracticeAnswer.objects.update(value="unknown"),
            lambda: PracticeAnswer.objects.all().delete(),
            lambda: PracticeRound.objects.update(cases=[]),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                write()


def test_participants_are_answered_in_order_and_in_full(world: World) -> None:
    alice, practice_round = world.cast.alice, world.start(world.cast.alice)
    with pytest.raises(Refused, match="one after the other"):
        answer(alice, practice_round, 1)
    with acting(alice), pytest.raises(Refused, match="every statement"):
        answer_case(user=alice, practice_round=practice_round, number=0, answers={}, outcome="eligible")
    with acting(alice):
        assert not PracticeAnswer.objects.exists()


def test_a_finished_round_is_followed_by_what_was_wrong_or_by_something_new(world: World) -> None:
    alice, first = world.cast.alice, world.start(world.cast.alice)
    wrong = cases_of(first)[2]
    for number in range(CASES):
        answer(alice, first, number, wrong=("",) if number == 2 else ())
    with acting(alice):
        first.refresh_from_db()
        assert first.finished_at is not None
        assert wrong_cases(first) == [wrong.key]
    again = world.start(alice, again=first)
    assert [case.key for case in cases_of(again)] == [wrong.key]
    answer_all(alice, again)
    third = world.start(alice)
    keys = {case.key for case in cases_of(first)}
    assert not keys & {case.key for case in cases_of(third)}
    answer_all(alice, third)
    with pytest.raises(Refused, match="Nothing was wrong"):
        world.start(alice, again=third)


def test_who_does_not_screen_does_not_practise(world: World) -> None:
    for user, center in ((world.cast.bob, world.cast.rennes), (world.cast.charlie, world.cast.rennes)):
        with acting(user), pytest.raises(Refused):
            start_round(user=user, center=center, version=world.version)


def test_a_protocol_is_practised_where_its_trial_is_worked_alone(world: World) -> None:
    cast = world.cast
    with acting(cast.alice):
        begun = start_round(user=cast.alice, center=cast.rennes, version=world.protocol)
        assert begun.cases
    with acting(cast.charlie), pytest.raises(Refused, match="works no site"):
        start_round(user=cast.charlie, center=cast.iowa, version=world.protocol)
    with acting(cast.charlie):
        assert not PracticeRound.objects.exists()


def test_practice_leaves_no_participant_screening_or_answer(world: World) -> None:
    answer_all(world.cast.alice, world.start(world.cast.alice))
    with acting_as(system("test", read_centers=[world.cast.rennes.pk])):
        assert not Patient.objects.exists()
        assert not Screening.objects.exists()
        assert not Answer.objects.exists()
        assert PracticeAnswer.objects.exists()
