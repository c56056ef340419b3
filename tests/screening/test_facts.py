"""Facts: entered once, proposing answers in every screening of the patient, never deciding by themselves."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from screening import vault
from screening.models import AnswerFact, Fact, Outcome, Screening
from screening.services import (
    Overtaken,
    ReasonNeeded,
    Refused,
    Source,
    record_half_life,
    withdraw_fact,
)
from screening.services.proposals import proposals_for
from tests.factories import (
    Cast,
    acting,
    answer,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
)
from tests.screening.facts_world import (
    TYPED_TREE,
    enter,
    make_typed_cast,
    outcome,
    plan,
    proposed,
    today,
)
from tests.screening.test_answers import grow_old

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_typed_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version)


def test_a_fact_proposes_and_decides_nothing(cast: Cast, screening: Screening) -> None:
    enter(cast.alice, screening.patient, "ab.hiv", "positive")
    assert proposed(cast, screening) == {"hiv": "yes"}
    assert outcome(cast, screening) == Outcome.UNDETERMINED
    answer(cast.alice, screening, "hiv", "yes")
    assert outcome(cast, screening) == Outcome.INELIGIBLE


def test_a_confirmed_answer_keeps_its_facts_and_until_when_it_holds(cast: Cast, screening: Screening) -> None:
    fact = enter(cast.alice, screening.patient, "lab.alt", 32, upper_limit=Decimal(40), days_ago=2)
    plan(cast, screening, "infusion", planned_on=today(cast) + 7 * DAY)
    given = answer(cast.alice, screening, "alt", "yes", facts=[fact.pk]).answer
    with acting(cast.alice):
        assert (given.proposal, given.valid_until) == ("yes", fact.observed_on + 28 * DAY)
        assert list(AnswerFact.objects.filter(answer=given).values_list("fact", flat=True)) == [fact.pk]
        assert given.changes.get().facts == [fact.pk]


def test_a_second_trial_of_the_same_patient_is_proposed_the_same(cast: Cast, screening: Screening) -> None:
    enter(cast.alice, screening.patient, "dx.lupus", "present")
    trial = make_trial()
    second = make_screening(
        cast.alice,
        make_center_site(cast.rennes, trial),
        make_version(trial, TYPED_TREE),
        patient=screening.patient,
    )
    assert proposed(cast, second) == {"lupus": "yes"}


def test_a_different_answer_takes_a_reason(cast: Cast, screening: Screening) -> None:
    enter(cast.alice, screening.patient, "dx.lupus", "present")
    for value in ("no", "unknown"):
        with pytest.raises(ReasonNeeded, match="yes"):
            answer(cast.alice, screening, "lupus", value)
    given = answer(cast.alice, screening, "lupus", "no", reason="The diagnosis was revised.").answer
    with acting(cast.alice):
        assert (given.value, given.proposal, given.answer_facts.count()) == ("no", "yes", 0)


def test_facts_that_changed_since_the_page_was_drawn_are_not_confirmed(
    cast: Cast, screening: Screening
) -> None:
    shown = enter(cast.alice, screening.patient, "dx.lupus", "present", days_ago=3)
    enter(cast.alice, screening.patient, "dx.lupus", "present")
    with pytest.raises(Overtaken):
        answer(cast.alice, screening, "lupus", "yes", facts=[shown.pk])


def test_a_proposal_does_not_outlive_its_fact(cast: Cast, screening: Screening) -> None:
    shown = enter(cast.alice, screening.patient, "dx.lupus", "present")
    with acting(cast.alice):
        withdraw_fact(user=cast.alice, fact=shown, reason="another's letter")
    with pytest.raises(Overtaken):
        answer(cast.alice, screening, "lupus", "yes", facts=[shown.pk])
    negative = enter(cast.alice, screening.patient, "ab.hiv", "negative")
    enter(cast.alice, screening.patient, "ab.hiv", "positive")
    with pytest.raises(Overtaken):
        answer(cast.alice, screening, "hiv", "no", facts=[negative.pk])


def test_a_source_alone_neither_settles_a_judgement_nor_opens_it(cast: Cast, screening: Screening) -> None:
    letter = Source(kind="clinic_letter")
    answer(cast.alice, screening, "fit", "yes")
    assert answer(cast.dora, screening, "fit", "yes", source=letter).answer.proposed
    assert not answer(cast.dora, screening, "fit", "yes").answer.proposed
    other = Source(kind="clinic_letter", page="2")
    assert not answer(cast.alice, screening, "fit", "yes", source=other, reason="page").answer.proposed
    assert answer(cast.alice, screening, "fit", "yes").repeated


def test_a_judgement_that_was_only_proposed_is_no_answer_with_or_without_a_source(
    cast: Cast, screening: Screening
) -> None:
    answer(cast.alice, screening, "fit", "yes", source=Source(kind="clinic_letter"))
    answer(cast.alice, screening, "hiv", "no")
    with acting(cast.alice):
        found = Screening.objects.share_with_source().get(pk=screening.pk)
    assert (found.answered, found.sourced) == (1, 0)  # type: ignore[attr-defined]


def test_facts_that_disagree_propose_nothing(cast: Cast, screening: Screening) -> None:
    facts = [enter(cast.alice, screening.patient, "ab.hiv", code) for code in ("positive", "negative")]
    with acting(cast.alice):
        found = proposals_for(screening)["hiv"]
    assert (found.value, set(found.conflicting)) == (None, {fact.pk for fact in facts})


def test_a_corrected_fact_proposes_in_the_old_ones_place(cast: Cast, screening: Screening) -> None:
    wrong = enter(cast.alice, screening.patient, "ab.hiv", "positive")
    enter(cast.alice, screening.patient, "ab.hiv", "negative", replaces=wrong)
    assert proposed(cast, screening) == {"hiv": "no"}
    with pytest.raises(Refused, match="already"):
        enter(cast.alice, screening.patient, "ab.hiv", "positive", replaces=wrong)


def test_a_coordinator_proposes_a_judgement_and_an_investigator_settles_it(
    cast: Cast, screening: Screening
) -> None:
    given = answer(cast.alice, screening, "fit", "no").answer
    assert given.proposed
    assert outcome(cast, screening) == Outcome.UNDETERMINED
    grow_old(cast, 3600)
    settled = answer(cast.dora, screening, "fit", "no").answer
    assert (settled.proposed, settled.answered_by, settled.revision) == (False, cast.dora, 2)
    assert outcome(cast, screening) == Outcome.INELIGIBLE
    with pytest.raises(ReasonNeeded):
        answer(cast.alice, screening, "fit", "yes")


def test_a_source_is_added_freely_and_changed_for_a_reason(cast: Cast, screening: Screening) -> None:
    answer(cast.alice, screening, "lupus", "yes")
    grow_old(cast, 3600)
    letter = Source(kind="clinic_letter", date=today(cast), page="2", quote="SLE since 2019")
    given = answer(cast.dora, screening, "lupus", "yes", source=letter).answer
    assert (given.revision, given.answered_by, given.source_kind) == (2, cast.alice, "clinic_letter")
    assert "SLE" not in given.source_quote_sealed
    with acting(cast.alice):
        assert vault.unseal(screening.patient, given.source_quote_sealed) == "SLE since 2019"
    with pytest.raises(ReasonNeeded):
        answer(cast.dora, screening, "lupus", "yes", source=Source())


def test_an_answer_to_another_version_is_refused(cast: Cast, screening: Screening) -> None:
    with pytest.raises(Overtaken):
        answer(cast.alice, screening, "lupus", "yes", version=cast.version.pk + 1)
    answer(cast.alice, screening, "lupus", "yes", version=cast.version.pk)


def test_a_half_life_is_entered_once_and_decides_the_window(cast: Cast, screening: Screening) -> None:
    enter(cast.alice, screening.patient, "rx.biologic", "present", product="Rituximab", days_ago=60)
    with acting(cast.alice):
        problem = proposals_for(screening)["biologic"].problem
        assert problem
        assert problem.kind == "half_life_missing"
        for hours, source in ((0, "label"), (499, " ")):
            with pytest.raises(Refused):
                record_half_life(
                    user=cast.alice,
                    center=cast.rennes,
                    product="rituximab",
                    hours=Decimal(hours),
                    source=source,
                )
        for hours in (400, 499):
            record_half_life(
                user=cast.alice,
                center=cast.rennes,
                product=" RITUXIMAB ",
                hours=Decimal(hours),
                source="label",
            )
        assert cast.rennes.half_lives.get().hours == 499
    assert proposed(cast, screening)["biologic"] == "yes"


@pytest.mark.parametrize(
    ("variable", "value", "fields", "message"),
    [
        ("lab.alt", "high", {}, "Enter one value"),
        ("ab.hiv", 1, {"unit": ""}, "Enter one value"),
        ("ab.hiv", "maybe", {}, "one of the values"),
        ("dx.lupus", "positive", {}, "one of the values"),
        ("lab.creatinine", 1, {"unit": "mm"}, "cannot be converted"),
        ("lab.creatinine", 1, {"unit": ""}, "has no unit"),
        ("lab.alt", 1, {"unit": "furlongs"}, "is not known"),
        ("ab.hiv", "positive", {"unit": "U/L"}, "belong to a number"),
        ("lab.alt", 1, {"lower_limit": Decimal(3), "upper_limit": Decimal(2)}, "above the upper"),
        ("lab.alt", -5, {}, "never below zero"),
        ("lab.alt", 1, {"lower_limit": Decimal(-3)}, "never below zero"),
        ("lab.alt", 1, {"days_ago": -1}, "in the future"),
        ("lab.alt", 1, {"observed_on": datetime.date(1889, 1, 1)}, "before the date of birth"),
    ],
)
def test_what_cannot_be_a_fact_is_refused(
    cast: Cast, screening: Screening, variable: str, value: Any, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        enter(cast.alice, screening.patient, variable, value, **fields)
    with acting(cast.alice):
        assert not Fact.objects.exists()


@pytest.mark.parametrize(("unit", "kept"), [("mg/dL", "mg/dL"), ("µmol/L", "umol/L"), ("{xULN}", "{xULN}")])
def test_units_that_convert_are_kept_as_they_were_reported(
    cast: Cast, screening: Screening, unit: str, kept: str
) -> None:
    assert enter(cast.alice, screening.patient, "lab.creatinine", 1.1, unit=unit).unit == kept


def test_the_same_operation_enters_one_fact(cast: Cast, screening: Screening) -> None:
    operation = uuid.uuid4()
    one, two = (
        enter(cast.alice, screening.patient, "dx.lupus", "present", operation_id=operation) for _ in "ab"
    )
    assert one.pk == two.pk


def test_a_monitor_enters_nothing(cast: Cast, screening: Screening) -> None:
    with pytest.raises(Refused):
        enter(cast.bob, screening.patient, "dx.lupus", "present")


def test_what_was_said_about_the_source_is_sealed(cast: Cast, screening: Screening) -> None:
    fact = enter(
        cast.alice,
        screening.patient,
        "dx.lupus",
        "present",
        source_kind="clinic_letter",
        source_reference="Dr Noir",
    )
    assert "Noir" not in fact.source_reference_sealed
    with acting(cast.alice):
        assert vault.unseal(screening.patient, fact.source_reference_sealed) == "Dr Noir"


def test_an_event_that_has_not_taken_place_is_planned(cast: Cast, screening: Screening) -> None:
    with pytest.raises(Refused, match="planned"):
        plan(cast, screening, "infusion", actual_on=today(cast) + DAY)
    with pytest.raises(Refused, match="consent"):
        plan(cast, screening, "consent", actual_on=today(cast))
    assert plan(cast, screening, "infusion", planned_on=today(cast) + DAY)
    assert plan(cast, screening, "infusion") is None


def test_proposals_take_the_same_queries_however_many_facts_there_are(
    cast: Cast, screening: Screening
) -> None:
    def queries() -> int:
        with acting(cast.alice), CaptureQueriesContext(connection) as captured:
            loaded = Screening.objects.for_log().get(pk=screening.pk)
            proposals_for(loaded)
        return len(captured)

    enter(cast.alice, screening.patient, "lab.alt", 30)
    few = queries()
    for number in range(8):
        enter(cast.alice, screening.patient, "lab.alt", 30, days_ago=number)
        enter(cast.alice, screening.patient, "vital.weight", 70, days_ago=number)
    enter(cast.alice, screening.patient, "vital.height", 170)
    assert queries() == few
