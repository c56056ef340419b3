"""How a screening ends."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from screening import vault
from screening.models import Conclusion, Disposition, FailureKind, Outcome, PatientKey, Screening, Status
from screening.services import (
    ReasonNeeded,
    Refused,
    choose_cohort,
    conclude_screening,
    record_consent,
    record_disposition,
    reopen_screening,
)
from screening.services.rules import local_date
from tests.factories import (
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_screening,
    make_version,
    sign,
)
from trials.models import Cohort

pytestmark = pytest.mark.django_db

A_DAY = datetime.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def today(cast: Cast) -> datetime.date:
    return local_date(cast.rennes)


def eligible(cast: Cast, **fields: Any) -> Screening:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version, **fields)
    for identifier, value in {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}.items():
        answer(cast.alice, screening, identifier, value)
    return screening


def conclude(cast: Cast, screening: Screening, conclusion: str, **fields: Any) -> Screening:
    with acting(cast.alice):
        return conclude_screening(user=cast.alice, screening=screening, conclusion=conclusion, **fields)


def test_eligible_is_proposed_only_where_the_answers_say_so(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    with pytest.raises(Refused, match="answer what is still open"):
        conclude(cast, screening, Conclusion.PROPOSED_ELIGIBLE)
    answer(cast.alice, screening, "infection", "yes")
    with pytest.raises(Refused, match="do not make this participant eligible"):
        conclude(cast, screening, Conclusion.PROPOSED_ELIGIBLE)
    done = conclude(cast, eligible(cast), Conclusion.PROPOSED_ELIGIBLE)
    assert (done.status, done.concluded_by, done.deciding) == (Status.CONCLUDED, cast.alice, [])


def test_an_abridged_text_makes_potentially_eligible_which_may_be_proposed(cast: Cast) -> None:
    abridged = make_version(cast.trial, label="key criteria", completeness="abridged")
    screening = make_screening(cast.alice, cast.rennes_site, abridged)
    for identifier, value in {"age": "yes", "lupus": "yes", "pregnant": "no", "infection": "no"}.items():
        answer(cast.alice, screening, identifier, value)
    done = conclude(cast, screening, Conclusion.PROPOSED_ELIGIBLE)
    assert done.outcome == Outcome.POTENTIALLY_ELIGIBLE


def test_a_failure_by_criteria_keeps_what_decided(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    with pytest.raises(Refused, match="No criterion excludes"):
        conclude(cast, screening, Conclusion.SCREEN_FAILURE, failure_kind=FailureKind.CRITERIA)
    answer(cast.alice, screening, "infection", "yes")
    done = conclude(cast, screening, Conclusion.SCREEN_FAILURE, failure_kind=FailureKind.CRITERIA)
    assert done.deciding == [
        {"identifier": "infection", "category": "exclusion", "label": "2.", "text": "Statement infection"}
    ]


def test_other_failures_say_why_and_it_is_sealed(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    with pytest.raises(Refused, match="Choose why"):
        conclude(cast, screening, Conclusion.SCREEN_FAILURE)
    with pytest.raises(ReasonNeeded):
        conclude(cast, screening, Conclusion.SCREEN_FAILURE, failure_kind=FailureKind.OTHER, text=" ")
    done = conclude(
        cast, screening, Conclusion.SCREEN_FAILURE, failure_kind=FailureKind.OTHER, text="moved away"
    )
    with acting(cast.alice):
        assert vault.unseal(done.patient, done.failure_text_sealed) == "moved away"
    assert "moved" not in done.failure_text_sealed


def test_a_concluded_screening_is_closed_until_it_is_reopened_with_a_reason(cast: Cast) -> None:
    screening = conclude(cast, eligible(cast), Conclusion.PROPOSED_ELIGIBLE)
    with pytest.raises(Refused, match="Reopen it"):
        answer(cast.alice, screening, "age", "no", reason="misread")
    with pytest.raises(Refused, match="Reopen it"):
        conclude(cast, screening, Conclusion.PROPOSED_ELIGIBLE)
    with acting(cast.alice):
        with pytest.raises(ReasonNeeded):
            reopen_screening(user=cast.alice, screening=screening, reason=" ")
        opened = reopen_screening(user=cast.alice, screening=screening, reason="a result came late")
        assert (opened.status, opened.conclusion, opened.concluded_by) == (Status.OPEN, "", None)
        with pytest.raises(Refused, match="open already"):
            reopen_screening(user=cast.alice, screening=screening, reason="again")
    answer(cast.alice, screening, "age", "no", reason="misread")


def test_what_followed_is_recorded_in_order(cast: Cast) -> None:
    consent = today(cast) - 3 * A_DAY
    screening = eligible(cast, consent_date=consent)

    def record(disposition: str, date: datetime.date, reason: str = "") -> Screening:
        with acting(cast.alice):
            return record_disposition(
                user=cast.alice, screening=screening, disposition=disposition, date=date, reason=reason
            )

    with pytest.raises(Refused, match="First conclude"):
        record(Disposition.ENROLLED, today(cast))
    conclude(cast, screening, Conclusion.PROPOSED_ELIGIBLE)
    sign(cast.dora, screening)
    with pytest.raises(Refused, match="future"):
        record(Disposition.ENROLLED, today(cast) + A_DAY)
    with pytest.raises(Refused, match="before the date of consent"):
        record(Disposition.ENROLLED, consent - A_DAY)
    record(Disposition.ENROLLED, today(cast) - A_DAY)
    with acting(cast.alice), pytest.raises(Refused, match="cannot be reopened"):
        reopen_screening(user=cast.alice, screening=screening, reason="misread")
    with pytest.raises(ReasonNeeded, match="corrects"):
        record(Disposition.ENROLLED, today(cast))
    randomised = record(Disposition.RANDOMISED, today(cast))
    assert (randomised.disposition, randomised.disposition_date) == (Disposition.RANDOMISED, today(cast))
    with pytest.raises(ReasonNeeded, match="corrects"):
        record(Disposition.ENROLLED, today(cast))
    with pytest.raises(ReasonNeeded, match="not enrolled"):
        record(Disposition.NOT_ENROLLED, today(cast))
    corrected = record(Disposition.NOT_ENROLLED, today(cast), "randomised by mistake")
    with acting(cast.alice):
        assert vault.unseal(corrected.patient, corrected.disposition_reason_sealed) == "randomised by mistake"


def test_nobody_is_enrolled_before_the_cohort_is_chosen() -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    screening = make_screening(cast.alice, cast.rennes_site, cast.version, consent_date=today(cast))
    for identifier, value in {"age": "yes", "lupus": "yes", "skin": "no"}.items():
        answer(cast.alice, screening, identifier, value)
    conclude(cast, screening, Conclusion.PROPOSED_ELIGIBLE)
    with acting(cast.alice):
        enrol = lambda: record_disposition(  # noqa: E731
            user=cast.alice, screening=screening, disposition="enrolled", date=today(cast)
        )
        lupus, skin = (Cohort.objects.get(version=cast.version, code=code) for code in ("SLE", "SSc"))
        with pytest.raises(Refused, match="Choose the cohort first"):
            enrol()
        with pytest.raises(Refused, match="do not make this participant eligible"):
            choose_cohort(user=cast.alice, screening=screening, cohort=skin)
        assert choose_cohort(user=cast.alice, screening=screening, cohort=lupus).cohort == lupus
        with pytest.raises(Refused, match="First an investigator signs"):
            enrol()
    sign(cast.dora, screening)
    with acting(cast.alice):
        assert enrol().disposition == Disposition.ENROLLED
        with pytest.raises(Refused, match="Reopen it"):
            choose_cohort(user=cast.alice, screening=screening, cohort=None)


def test_an_erased_participants_screening_is_closed_without_words(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    with acting(cast.alice):
        PatientKey.objects.filter(patient=screening.patient_id).delete()
        screening = Screening.objects.get(pk=screening.pk)
    with pytest.raises(Refused, match="no text can be kept"):
        conclude(cast, screening, Conclusion.SCREEN_FAILURE, failure_kind="withdrawn", text="moved away")
    done = conclude(cast, screening, Conclusion.SCREEN_FAILURE, failure_kind="withdrawn")
    with acting(cast.alice), pytest.raises(Refused, match="no text can be kept"):
        reopen_screening(user=cast.alice, screening=done, reason="misread")


def test_dates_follow_on(cast: Cast) -> None:
    for date, message in (
        (datetime.date(1899, 12, 31), "too long ago"),
        (datetime.date(1980, 1, 1), "before the date of birth"),
    ):
        with pytest.raises(Refused, match=message):
            make_screening(
                cast.alice,
                cast.rennes_site,
                cast.version,
                birth_date=datetime.date(1980, 1, 2),
                consent_date=date,
            )
    screening = eligible(cast, birth_date=datetime.date(1980, 1, 2))
    with acting(cast.alice):
        with pytest.raises(Refused, match="before the date of birth"):
            record_consent(user=cast.alice, screening=screening, consent_date=datetime.date(1980, 1, 1))
        conclude_screening(user=cast.alice, screening=screening, conclusion="proposed_eligible")
        with pytest.raises(Refused, match="before the screening started"):
            record_disposition(
                user=cast.alice,
                screening=screening,
                disposition="not_enrolled",
                date=today(cast) - A_DAY,
                reason="moved away",
            )


def test_nobody_is_enrolled_from_a_pre_screening_or_a_failure(cast: Cast) -> None:
    pre = conclude(cast, eligible(cast), Conclusion.PROPOSED_ELIGIBLE)
    failed = make_screening(cast.alice, cast.rennes_site, cast.version)
    conclude(cast, failed, Conclusion.SCREEN_FAILURE, failure_kind=FailureKind.WITHDRAWN)
    for screening, message in ((pre, "pre-screening"), (failed, "First conclude")):
        with acting(cast.alice), pytest.raises(Refused, match=message):
            record_disposition(user=cast.alice, screening=screening, disposition="enrolled", date=today(cast))


def test_a_monitor_ends_nothing(cast: Cast) -> None:
    screening = eligible(cast)
    calls = (
        lambda: conclude_screening(user=cast.bob, screening=screening, conclusion="proposed_eligible"),
        lambda: reopen_screening(user=cast.bob, screening=screening, reason="x"),
        lambda: record_disposition(
            user=cast.bob, screening=screening, disposition="enrolled", date=today(cast)
        ),
        lambda: record_consent(user=cast.bob, screening=screening, consent_date=today(cast)),
    )
    for call in calls:
        with acting(cast.bob), pytest.raises(Refused, match="Only a coordinator"):
            call()
