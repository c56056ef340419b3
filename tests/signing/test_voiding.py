"""Whatever changes something signed voids the signature in the same act, visibly and for good."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, transaction

from config.context import acting_as
from screening.models import Fact, Screening, Signature
from screening.services import (
    ReasonNeeded,
    Refused,
    choose_cohort,
    conclude_screening,
    move_screening,
    record_consent,
    record_disposition,
    reopen_screening,
)
from screening.services.deviations import record_deviation
from screening.services.facts import record_anchor, record_fact, record_half_life, withdraw_fact
from screening.services.rules import local_date
from screening.services.signing import last_validity, require_eligible_signature
from tests.factories import (
    CONTENT,
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_version,
    sign,
    statement,
)
from tests.signing.signing import answered, now, standing
from trials.models import Cohort, Variable

pytestmark = pytest.mark.django_db

A_DAY = datetime.timedelta(days=1)
# As SMALL_TREE, with an age that facts can decide and a drug that must have left the body.
ABOVE = {"variable": "lab.x", "comparator": ">=", "value": 18, "unit": "mg"}
TYPED_TREE: dict[str, Any] = {
    "inclusion": {
        "identifier": "in",
        "op": "all",
        "children": [
            statement("age", label="1.", test=ABOVE),
            statement("lupus", label="2."),
        ],
    },
    "exclusion": {
        "identifier": "ex",
        "op": "any",
        "children": [
            statement("pregnant", label="1.", test={"applies_to": "childbearing_potential"}),
            statement("infection", label="2.", test={"variable": "rx.x", "comparator": "present"}),
        ],
    },
}


@pytest.fixture
def cast() -> Cast:
    with acting_as(CONTENT):
        Variable.objects.create(code="lab.x", label="Laboratory value X", kind="number", unit="mg")
        Variable.objects.create(code="lab.y", label="Laboratory value Y", kind="number", unit="mg")
        Variable.objects.create(code="rx.x", label="Drug X", kind="boolean")
        Variable.objects.create(code="childbearing_potential", label="Childbearing", kind="boolean")
    return make_cast(TYPED_TREE)


def fact(cast: Cast, screening: Screening, variable: str = "lab.x", **fields: Any) -> Fact:
    fields = {"number": Decimal(20), "unit": "mg"} | fields if variable.startswith("lab") else fields
    with acting(cast.alice):
        return record_fact(
            user=cast.alice,
            patient=screening.patient,
            variable=Variable.objects.get(code=variable),
            operation_id=uuid.uuid4(),
            observed_on=local_date(cast.rennes),
            **fields,
        )


def state(cast: Cast, screening: Screening) -> tuple[str, bool]:
    """How the last signature was voided, and whether it holds."""
    with acting(cast.alice):
        last = last_validity(now(cast, screening))
        assert last is not None
        return last.signature.void_kind, last.valid


def test_an_answer_that_changes_voids(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    assert state(cast, screening) == ("", True)
    answer(cast.alice, screening, "age", "no", reason="misread")
    assert state(cast, screening) == ("answer", False)
    assert standing(cast, screening).voided_by == cast.alice


def test_a_comment_or_a_source_is_part_of_what_was_signed(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    answer(cast.alice, screening, "age", "yes", comment="seen the passport", reason="seen since")
    assert state(cast, screening) == ("answer", False)


def test_what_changes_nothing_voids_nothing(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    answer(cast.alice, screening, "age", "yes")
    other = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, other, "age", "no")
    fact(cast, other)
    fact(cast, screening, "lab.y")  # no criterion of this version asks about it
    assert state(cast, screening) == ("", True)


def test_a_fact_about_whom_a_criterion_applies_to_voids(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    fact(cast, screening, "childbearing_potential", code="absent")
    assert state(cast, screening) == ("fact", False)


def test_another_cohort_voids() -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    screening = answered(cast, {"age": "yes", "lupus": "yes", "skin": "yes"})
    with acting(cast.alice):
        lupus, skin = (Cohort.objects.get(version=cast.version, code=code) for code in ("SLE", "SSc"))
        choose_cohort(user=cast.alice, screening=screening, cohort=lupus)
    sign(cast.dora, screening)
    with acting(cast.alice):
        choose_cohort(user=cast.alice, screening=screening, cohort=skin)
    assert state(cast, screening) == ("cohort", False)


def test_a_fact_that_comes_or_goes_voids(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    entered = fact(cast, screening)
    assert state(cast, screening) == ("fact", False)
    sign(cast.dora, screening)
    with acting(cast.alice):
        withdraw_fact(user=cast.alice, fact=entered, reason="of another participant")
    assert state(cast, screening) == ("fact", False)


def changed_consent(cast: Cast, screening: Screening) -> None:
    record_consent(user=cast.alice, screening=screening, consent_date=local_date(cast.rennes))


def dated(cast: Cast, screening: Screening) -> None:
    record_anchor(
        user=cast.alice, screening=screening, anchor="infusion", planned_on=local_date(cast.rennes) + A_DAY
    )


def deviated(cast: Cast, screening: Screening) -> None:
    record_deviation(
        user=cast.alice,
        screening=screening,
        identifier="age",
        reason="two days too early",
        approved_by="Dr Sponsor",
        approved_on=local_date(cast.rennes),
    )


def failed(cast: Cast, screening: Screening) -> None:
    conclude_screening(
        user=cast.alice, screening=screening, conclusion="screen_failure", failure_kind="withdrawn"
    )


def reopened(cast: Cast, screening: Screening) -> None:
    reopen_screening(user=cast.alice, screening=screening, reason="a result came late")


def with_half_life(cast: Cast, screening: Screening) -> None:
    record_half_life(
        user=cast.alice, center=cast.rennes, product="Mab-X", hours=Decimal(480), source="the label"
    )


@pytest.mark.parametrize(
    ("act", "kind", "consented"),
    [
        (changed_consent, "consent", False),
        (dated, "anchor", True),
        (deviated, "deviation", True),
        (failed, "conclusion", True),
        (with_half_life, "half_life", True),
    ],
)
def test_every_other_change_voids(
    cast: Cast, act: Callable[[Cast, Screening], None], kind: str, consented: bool
) -> None:
    screening = answered(cast, consent_date=local_date(cast.rennes) if consented else None)
    fact(cast, screening, "rx.x", code="absent", product="Mab-X")
    sign(cast.dora, screening)
    with acting(cast.alice):
        act(cast, now(cast, screening))
    assert state(cast, screening) == (kind, False)


def test_to_be_concluded_as_proposed_is_no_change_and_to_be_opened_again_is(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=screening, conclusion="proposed_eligible")
    assert state(cast, screening) == ("", True)
    with acting(cast.alice):
        reopened(cast, screening)
    assert state(cast, screening) == ("reopened", False)


def test_a_screening_that_fails_by_its_criteria_keeps_its_signature(cast: Cast) -> None:
    screening = answered(cast, {"infection": "yes"})
    sign(cast.dora, screening, "not_eligible")
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=screening, conclusion="screen_failure", failure_kind="criteria"
        )
    assert state(cast, screening) == ("", True)


def enrolled(cast: Cast) -> Screening:
    screening = answered(cast)
    sign(cast.dora, screening)
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=screening, conclusion="proposed_eligible")
        record_disposition(
            user=cast.alice, screening=screening, disposition="enrolled", date=local_date(cast.rennes)
        )
    return now(cast, screening)


def test_what_comes_after_enrolment_is_no_longer_about_the_decision(cast: Cast) -> None:
    screening = enrolled(cast)
    fact(cast, screening)
    with acting(cast.alice):
        dated(cast, screening)
        deviated(cast, screening)
        with_half_life(cast, screening)
    assert state(cast, screening) == ("", True)


def test_a_fact_that_was_signed_and_turns_out_wrong_voids_after_enrolment_too(cast: Cast) -> None:
    screening = answered(cast)
    entered = fact(cast, screening)
    sign(cast.dora, screening)
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=screening, conclusion="proposed_eligible")
        enrol = lambda kind: record_disposition(  # noqa: E731
            user=cast.alice, screening=screening, disposition=kind, date=local_date(cast.rennes)
        )
        enrol("enrolled")
        withdraw_fact(user=cast.alice, fact=entered, reason="of another participant")
    assert state(cast, screening) == ("fact", False)
    with acting(cast.alice), pytest.raises(Refused, match="signs again first"):
        enrol("randomised")
    sign(cast.dora, screening)
    with acting(cast.alice):
        enrol("randomised")
    assert state(cast, screening) == ("", True)


def test_nobody_is_enrolled_on_a_signature_that_was_voided_or_means_something_else(cast: Cast) -> None:
    screening = answered(cast)
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=screening, conclusion="proposed_eligible")
        enrol = lambda: record_disposition(  # noqa: E731
            user=cast.alice, screening=screening, disposition="enrolled", date=local_date(cast.rennes)
        )
        with pytest.raises(Refused, match="First an investigator signs"):
            enrol()
    sign(cast.dora, screening)
    fact(cast, screening)
    with acting(cast.alice), pytest.raises(Refused, match="signs again first"):
        enrol()


def test_nobody_is_enrolled_on_a_day_to_which_the_answers_do_not_reach(cast: Cast) -> None:
    screening = answered(cast)
    with acting(cast.alice), connection.cursor() as cursor:
        cursor.execute(
            "update screening_answer set valid_until = %s where screening_id = %s and valid_until is null",
            [local_date(cast.rennes), screening.pk],
        )
    sign(cast.dora, screening)
    with acting(cast.alice):
        conclude_screening(user=cast.alice, screening=screening, conclusion="proposed_eligible")
        today = local_date(cast.rennes)
        require_eligible_signature(now(cast, screening), on=today)
        with pytest.raises(Refused, match=r"no longer hold: 1\. Statement age"):
            require_eligible_signature(now(cast, screening), on=today + A_DAY)


def test_a_signature_is_voided_once_and_never_removed(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    answer(cast.alice, screening, "age", "no", reason="misread")
    for write in (
        lambda: Signature.objects.update(void_kind="fact"),
        lambda: Signature.objects.update(voided_at=None, voided_by=None, void_kind=""),
        lambda: Signature.objects.all().delete(),
    ):
        with acting(cast.alice), pytest.raises(Error, match="changes once"), transaction.atomic():
            write()


def test_an_act_that_fails_voids_nothing(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    with pytest.raises(ReasonNeeded):
        answer(cast.dora, screening, "age", "no")
    assert state(cast, screening) == ("", True)


def test_moving_to_an_amendment_voids(cast: Cast) -> None:
    screening = answered(cast)
    sign(cast.dora, screening)
    newer = make_version(cast.trial, TYPED_TREE, label="2")
    with acting(cast.alice):
        move_screening(user=cast.alice, screening=screening, version=newer, reason="amendment 1")
    assert state(cast, screening) == ("version", False)
