"""How a screening begins."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import IntegrityError, transaction

from screening import vault
from screening.models import Conclusion, FailureKind, Kind, Outcome, Patient, Screening, Status
from screening.services import Refused, conclude_screening, record_consent, reopen_screening, start_screening
from screening.services.rules import local_date
from tests.factories import (
    TREE_WITH_COHORTS,
    Cast,
    acting,
    make_cast,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
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
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice,
            screening=first,
            conclusion=Conclusion.SCREEN_FAILURE,
            failure_kind=FailureKind.WITHDRAWN,
        )
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


def test_visible_to_says_in_the_query_what_the_database_holds(cast: Cast) -> None:
    own = make_screening(cast.alice, cast.rennes_site, cast.version)
    with acting(cast.alice):
        assert list(Screening.objects.visible_to(cast.bob)) == [own]
        assert not Screening.objects.visible_to(cast.charlie)
        assert list(Patient.objects.visible_to(cast.alice)) == [own.patient]
