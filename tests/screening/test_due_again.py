"""Answers are due again when what they stood on has changed, expired or taken place."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from config.context import acting_as
from screening import vault
from screening.models import Answer, AnswerFact, Outcome, Screening
from screening.services import ReasonNeeded, Refused, Source, assess, record_consent, withdraw_fact
from screening.services.evaluation import read_standing
from tests.factories import (
    CONTENT,
    Cast,
    acting,
    answer,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
    statement,
)
from tests.screening.facts_world import enter, make_typed_cast, outcome, plan, proposed, today, within
from trials.models import Variable

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_typed_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version)


def rechecks(cast: Cast, screening: Screening) -> tuple[str, ...]:
    with acting(cast.alice):
        return assess(Screening.objects.for_log().get(pk=screening.pk)).rechecks


@pytest.mark.parametrize("added", [{"comment": "waiting for the letter"}, {"source": Source(kind="other")}])
def test_what_only_adds_to_an_answer_does_not_renew_it(
    cast: Cast, screening: Screening, added: dict[str, Any]
) -> None:
    fact = enter(cast.alice, screening.patient, "dx.lupus", "present")
    given = answer(cast.alice, screening, "lupus", "yes", facts=[fact.pk]).answer
    with acting(cast.alice):
        withdraw_fact(user=cast.alice, fact=fact, reason="another's letter")
    later = answer(cast.alice, screening, "lupus", "yes", **added).answer
    assert rechecks(cast, screening) == ("lupus",)
    assert later.answered_at == given.answered_at
    answer(cast.alice, screening, "lupus", "yes")
    assert rechecks(cast, screening) == ()


def test_an_answer_about_consent_is_due_once_consent_is_recorded(cast: Cast) -> None:
    tree = {
        "inclusion": {"identifier": "in", "op": "all", "children": [statement("age")]},
        "exclusion": {
            "identifier": "ex",
            "op": "any",
            "children": [
                statement(
                    "biologic",
                    test={
                        "variable": "rx.biologic",
                        "comparator": "present",
                        "window": within("consent", "P4W"),
                    },
                )
            ],
        },
    }
    trial = make_trial()
    screening = make_screening(cast.alice, make_center_site(cast.rennes, trial), make_version(trial, tree))
    for identifier, value in {"age": "yes", "biologic": "no"}.items():
        answer(cast.alice, screening, identifier, value)
    with acting(cast.alice):
        Answer.objects.update(answered_at=F("answered_at") - 3 * DAY)
        record_consent(user=cast.alice, screening=screening, consent_date=today(cast))
    assert rechecks(cast, screening) == ("biologic",)
    assert outcome(cast, screening) == Outcome.POTENTIALLY_ELIGIBLE
    answer(cast.alice, screening, "biologic", "no")
    assert outcome(cast, screening) == Outcome.ELIGIBLE


def test_a_fact_that_a_moved_event_leaves_outside_its_window_is_due_again(
    cast: Cast, screening: Screening
) -> None:
    fact = enter(cast.alice, screening.patient, "rx.biologic", "present", days_ago=20)
    answer(cast.alice, screening, "biologic", "yes", facts=[fact.pk])
    assert outcome(cast, screening) == Outcome.INELIGIBLE
    plan(cast, screening, "screening", actual_on=today(cast) - 10 * DAY)
    with acting(cast.alice):
        assert "biologic" not in read_standing(reloaded(screening), today(cast)).expired
    plan(cast, screening, "screening", actual_on=today(cast) - 25 * DAY)
    with acting(cast.alice):
        assert "biologic" in read_standing(reloaded(screening), today(cast)).expired


@pytest.mark.parametrize(
    ("test", "fact", "value"),
    [
        (  # said later in the screening, about the time before it
            {"variable": "rx.biologic", "comparator": "present", "window": within("screening", "P4W")},
            {"variable": "rx.biologic", "value": "absent"},
            "no",
        ),
        (  # worked out from a date, whenever that was told
            {
                "variable": "dx.ssc.disease_duration",
                "comparator": "<=",
                "value": 600,
                "unit": "mo",
                "window": {"anchor": "screening", "direction": "at"},
            },
            {"variable": "dx.ssc.onset", "date": datetime.date(2020, 5, 1), "days_ago": 40},
            "yes",
        ),
        (  # not about this participant, whenever that was found out
            {
                "variable": "ab.hiv",
                "comparator": "=",
                "value": "negative",
                "window": within("enrolment", "P7D"),
                "applies_to": "childbearing_potential",
            },
            {"variable": "childbearing_potential", "value": "absent", "days_ago": 400},
            "not_applicable",
        ),
    ],
)
def test_what_may_be_dated_outside_the_window_is_not_due_for_that(
    cast: Cast, test: dict[str, Any], fact: dict[str, Any], value: str
) -> None:
    with acting_as(CONTENT):
        Variable.objects.create(code="childbearing_potential", label="Childbearing potential", kind="boolean")
        Variable.objects.create(code="dx.ssc.onset", label="Onset", kind="date")
        Variable.objects.create(code="dx.ssc.disease_duration", label="Duration", kind="number", unit="mo")
    tree = {
        "inclusion": {"identifier": "in", "op": "all", "children": [statement("asked", test=test)]},
        "exclusion": {"identifier": "ex", "op": "any"},
    }
    version = make_version(cast.trial, tree, label="2")
    screening = make_screening(cast.alice, cast.rennes_site, version)
    plan(cast, screening, "screening", actual_on=today(cast) - 3 * DAY)
    plan(cast, screening, "enrolment", actual_on=today(cast))
    enter(cast.alice, screening.patient, fact.pop("variable"), **fact)
    assert proposed(cast, screening) == {"asked": value}
    answer(cast.alice, screening, "asked", value)
    with acting(cast.alice):
        assert AnswerFact.objects.filter(answer__screening=screening).exists()
    assert rechecks(cast, screening) == ()


def reloaded(screening: Screening) -> Screening:
    return Screening.objects.for_log().get(pk=screening.pk)


def test_a_withdrawn_fact_leaves_its_answers_due_again(cast: Cast, screening: Screening) -> None:
    fact = enter(cast.alice, screening.patient, "dx.lupus", "present")
    for identifier, value in (
        ("lupus", "yes"),
        ("hiv", "no"),
        ("biologic", "no"),
        ("bmi", "yes"),
        ("alt", "yes"),
    ):
        answer(cast.alice, screening, identifier, value)
    answer(cast.dora, screening, "fit", "yes")
    plan(cast, screening, "infusion", actual_on=today(cast))
    assert outcome(cast, screening) == Outcome.ELIGIBLE
    with acting(cast.alice), pytest.raises(ReasonNeeded):
        withdraw_fact(user=cast.alice, fact=fact, reason=" ")
    with acting(cast.alice):
        withdrawn = withdraw_fact(user=cast.alice, fact=fact, reason="another participant's letter")
        assert (
            vault.unseal(screening.patient, withdrawn.withdrawn_reason_sealed)
            == "another participant's letter"
        )
        with pytest.raises(Refused):
            withdraw_fact(user=cast.alice, fact=fact, reason="again")
    assert outcome(cast, screening) == Outcome.POTENTIALLY_ELIGIBLE
    with acting(cast.alice):
        assert assess(screening).rechecks == ("lupus",)
    again = answer(cast.alice, screening, "lupus", "yes")
    assert (again.repeated, again.answer.answer_facts.count()) == (False, 0)
    assert outcome(cast, screening) == Outcome.ELIGIBLE


def test_an_answer_expires_on_the_local_date(cast: Cast, screening: Screening) -> None:
    fact = enter(cast.alice, screening.patient, "lab.alt", 32, upper_limit=Decimal(40))
    plan(cast, screening, "infusion", planned_on=today(cast) + 7 * DAY)
    answer(cast.alice, screening, "alt", "yes")
    last = fact.observed_on + 28 * DAY

    def expired(on: datetime.date) -> bool:
        with acting(cast.alice):
            return "alt" in assess(screening, today=on).rechecks

    with acting(cast.alice):
        others = {"lupus": "yes", "fit": "yes", "hiv": "no", "biologic": "no", "bmi": "yes"}
    for identifier, value in others.items():
        answer(cast.dora, screening, identifier, value)
    # Before the event it is due again in any case.
    assert expired(last)
    # An event that took place while the fact was inside its window settles it for good.
    plan(cast, screening, "infusion", actual_on=today(cast))
    assert not expired(last + DAY)


def test_an_answer_about_an_event_is_due_again_once_it_has_taken_place(
    cast: Cast, screening: Screening
) -> None:
    for identifier, value in {
        "alt": "yes",
        "lupus": "yes",
        "hiv": "no",
        "biologic": "no",
        "bmi": "yes",
    }.items():
        answer(cast.alice, screening, identifier, value)
    answer(cast.dora, screening, "fit", "yes")
    assert outcome(cast, screening) == Outcome.POTENTIALLY_ELIGIBLE
    with acting(cast.alice):
        Answer.objects.update(answered_at=F("answered_at") - 3 * DAY)
    plan(cast, screening, "infusion", actual_on=today(cast))
    assert outcome(cast, screening) == Outcome.POTENTIALLY_ELIGIBLE
    assert not answer(cast.alice, screening, "alt", "yes").repeated
    assert outcome(cast, screening) == Outcome.ELIGIBLE
