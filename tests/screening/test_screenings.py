"""How a screening begins and ends."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from screening import vault
from screening.models import (
    Conclusion,
    Disposition,
    FailureKind,
    Kind,
    Outcome,
    Patient,
    PatientKey,
    Screening,
    Status,
)
from screening.services import (
    ReasonNeeded,
    Refused,
    choose_cohort,
    conclude_screening,
    record_consent,
    record_disposition,
    reopen_screening,
    start_screening,
)
from screening.services.rules import local_date
from tests.factories import (
    TREE_WITH_COHORTS,
    Cast,
    acting,
    answer,
    make_cast,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
    sign,
)
from tests.screening.concurrency import at_once
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


# --- The beginning ---


def test_a_screening_pins_version_site_and_participant(cast: Cast) -> None:
    screening = make_screening(
        cast.alice,
        cast.rennes_site,
        cast.version,
        patient_code=" R-17 ",
        birth_date=datetime.date(1980, 2, 29),
        sex="female",
        consent_date=today(cast),
    )
    with acting(cast.alice):
        screening = Screening.objects.for_log().get(pk=screening.pk)
        assert (screening.version, screening.site, screening.trial) == (
            cast.version,
            cast.rennes_site.site,
            cast.trial,
        )
        assert (screening.patient.code, screening.patient.sex) == ("R-17", "female")
        assert vault.birth_date(screening.patient) == datetime.date(1980, 2, 29)
        assert "1980" not in screening.patient.birth_date_sealed
        assert (screening.status, screening.outcome, screening.started_by) == (
            Status.OPEN,
            Outcome.UNDETERMINED,
            cast.alice,
        )


def test_numbers_follow_on_within_a_site(cast: Cast) -> None:
    other_site = make_center_site(cast.rennes, trial := make_trial())
    numbers = [
        make_screening(cast.alice, cast.rennes_site, cast.version, **fields).screening_number
        for fields in ({}, {"screening_number": " 1001-007 "}, {"screening_number": "S-041"}, {})
    ]
    assert numbers == ["S-001", "1001-007", "S-041", "S-042"]
    elsewhere = make_screening(cast.alice, other_site, make_version(trial))
    assert (elsewhere.screening_number, elsewhere.number_assigned_by_sponsor) == ("S-001", False)


def test_a_number_is_used_once_at_a_site(cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version, screening_number="A-1")
    with pytest.raises(Refused, match="already used"):
        make_screening(cast.alice, cast.rennes_site, cast.version, screening_number="a-1")
    make_screening(cast.charlie, cast.iowa_site, cast.version, screening_number="A-1")


@pytest.mark.parametrize("number", ["JD", "Jane Doe", "<b>1</b>", "1" * 31, "-1", "1\n2"])
def test_a_number_is_no_name(cast: Cast, number: str) -> None:
    with pytest.raises(Refused, match="screening number"):
        make_screening(cast.alice, cast.rennes_site, cast.version, screening_number=number)


@pytest.mark.parametrize("code", [" ", "Doe", "J D", "=1+1", "1" * 41, "é1"])
def test_a_code_is_no_name(cast: Cast, code: str) -> None:
    with pytest.raises(Refused, match="own code"):
        make_screening(cast.alice, cast.rennes_site, cast.version, patient_code=code)


def test_a_code_is_used_once_at_a_center(cast: Cast) -> None:
    make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="p-1")
    with pytest.raises(Refused, match="already uses the code"):
        make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")
    make_screening(cast.charlie, cast.iowa_site, cast.version, patient_code="P-1")


def test_a_known_participant_is_screened_again_once_the_first_is_concluded(cast: Cast) -> None:
    first = make_screening(cast.alice, cast.rennes_site, cast.version)
    with pytest.raises(Refused, match="continue screening S-001"):
        make_screening(cast.alice, cast.rennes_site, cast.version, patient=first.patient)
    conclude(cast, first, Conclusion.SCREEN_FAILURE, failure_kind=FailureKind.WITHDRAWN)
    again = make_screening(cast.alice, cast.rennes_site, cast.version, patient=first.patient)
    assert again.patient == first.patient
    with acting(cast.alice), pytest.raises(Refused, match="another open screening"):
        reopen_screening(user=cast.alice, screening=first, reason="by mistake")


def test_anothers_participant_is_refused(cast: Cast) -> None:
    theirs = make_screening(cast.charlie, cast.iowa_site, cast.version)
    with pytest.raises(Refused, match="participant of this center"):
        make_screening(cast.alice, cast.rennes_site, cast.version, patient=theirs.patient)


@pytest.mark.parametrize("days", [-40_000 * 2, 1])
def test_a_birth_date_is_one(cast: Cast, days: int) -> None:
    with pytest.raises(Refused, match="date of birth"):
        make_screening(
            cast.alice,
            cast.rennes_site,
            cast.version,
            birth_date=today(cast) + datetime.timedelta(days=days),
        )


def test_consent_is_dated_and_not_in_the_future(cast: Cast) -> None:
    for kind, date, message in (
        (Kind.CONSENTED, None, "Enter the date of consent"),
        (Kind.CONSENTED, today(cast) + A_DAY, "in the future"),
        (Kind.PRE_SCREENING, today(cast), "has no date of consent"),
    ):
        with acting(cast.alice), pytest.raises(Refused, match=message):
            start_screening(
                user=cast.alice,
                center_site=cast.rennes_site,
                version=cast.version,
                patient_code="P-1",
                kind=kind,
                consent_date=date,
            )


def test_today_is_the_centers(cast: Cast) -> None:
    with acting(cast.ada):
        cast.rennes.time_zone, cast.iowa.time_zone = "Pacific/Kiritimati", "Pacific/Midway"
        cast.rennes.save()
        cast.iowa.save()
    assert local_date(cast.rennes) - local_date(cast.iowa) >= A_DAY
    make_screening(cast.alice, cast.rennes_site, cast.version, consent_date=local_date(cast.rennes))
    with pytest.raises(Refused, match="in the future"):
        make_screening(cast.charlie, cast.iowa_site, cast.version, consent_date=local_date(cast.rennes))


def test_only_published_versions_of_the_sites_trial_are_screened_on(cast: Cast) -> None:
    draft = make_version(cast.trial, label="draft", published=False)
    elsewhere = make_version(make_trial())
    for version in (draft, elsewhere):
        with pytest.raises(Refused, match="published version"):
            make_screening(cast.alice, cast.rennes_site, version)


def test_a_protocol_is_screened_on_by_the_centers_that_work_its_trial(cast: Cast) -> None:
    protocol = make_version(cast.trial, source="protocol", label="protocol")
    assert make_screening(cast.alice, cast.rennes_site, protocol).version == protocol


def test_the_cohort_is_one_of_the_versions_or_left_open() -> None:
    cast = make_cast(TREE_WITH_COHORTS)
    newer = make_version(cast.trial, TREE_WITH_COHORTS, label="2")
    with acting(cast.alice):
        cohort, other = (Cohort.objects.filter(version=version)[0] for version in (newer, cast.version))
    assert make_screening(cast.alice, cast.rennes_site, newer, cohort=cohort).cohort == cohort
    assert make_screening(cast.alice, cast.rennes_site, newer).cohort is None
    with pytest.raises(Refused, match="cohort of the chosen"):
        make_screening(cast.alice, cast.rennes_site, newer, cohort=other)


def test_only_a_writer_of_the_sites_center_starts(cast: Cast) -> None:
    for user, site in ((cast.bob, cast.rennes_site), (cast.charlie, cast.rennes_site)):
        with pytest.raises(Refused, match="Only a coordinator"):
            make_screening(user, site, cast.version)


def test_a_form_sent_many_times_starts_one_screening(cast: Cast) -> None:
    operation = uuid.uuid4()
    copy = lambda: make_screening(  # noqa: E731
        cast.alice, cast.rennes_site, cast.version, patient_code="P-1", operation_id=operation
    )
    assert {str(result) for result in at_once(*[copy] * 12)} == {"S-001"}
    with acting(cast.alice):
        assert (Screening.objects.count(), Patient.objects.count()) == (1, 1)


def test_screenings_started_at_once_get_numbers_of_their_own(cast: Cast) -> None:
    start = lambda: make_screening(cast.alice, cast.rennes_site, cast.version)  # noqa: E731
    assert {str(result) for result in at_once(*[start] * 12)} == {f"S-{n:03}" for n in range(1, 13)}


def test_the_database_holds_numbers_and_open_screenings_apart(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    with acting(cast.alice):
        screening.pk = None
        for name, number in (("number_per_site", "s-001"), ("one_open", "S-002")):
            screening.screening_number = number
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                screening.save(force_insert=True)


def test_a_pre_screening_goes_on_after_consent(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    with acting(cast.alice):
        with pytest.raises(Refused, match="future"):
            record_consent(user=cast.alice, screening=screening, consent_date=today(cast) + A_DAY)
        consented = record_consent(user=cast.alice, screening=screening, consent_date=today(cast))
        assert (consented.kind, consented.consent_date) == (Kind.CONSENTED, today(cast))
        with pytest.raises(Refused, match="already"):
            record_consent(user=cast.alice, screening=screening, consent_date=today(cast))


# --- The end ---


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


def test_visible_to_says_in_the_query_what_the_database_holds(cast: Cast) -> None:
    own = make_screening(cast.alice, cast.rennes_site, cast.version)
    with acting(cast.alice):
        assert list(Screening.objects.visible_to(cast.bob)) == [own]
        assert not Screening.objects.visible_to(cast.charlie)
        assert list(Patient.objects.visible_to(cast.alice)) == [own.patient]
