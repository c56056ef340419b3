"""What the database refuses of facts, pins and signatures, whoever forgets to check it first."""

from __future__ import annotations

import datetime
import io
import uuid
from importlib import import_module
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.utils import timezone

from config.context import acting_as, system
from screening.models import (
    AnchorDate,
    Answer,
    AnswerFact,
    AuditEvent,
    Deviation,
    Fact,
    HalfLife,
    Patient,
    Screening,
    Signature,
    VersionPin,
)
from tests.factories import CONTENT, Cast, acting, answer, make_cast, make_screening, make_version
from trials.models import Criterion, Variable

pytestmark = pytest.mark.django_db

OBSERVED = datetime.date(2026, 11, 3)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")


@pytest.fixture
def alt() -> Variable:
    with acting_as(CONTENT):
        return Variable.objects.create(code="lab.alt", label="ALT", kind="number", unit="U/L")


def make_fact(cast: Cast, patient: Patient, variable: Variable, **fields: Any) -> Fact:
    given = {"number": 32, "unit": "U/L"} if not {"code", "date", "text_sealed"} & fields.keys() else {}
    return Fact.objects.create(
        **{
            "center_id": patient.center_id,
            "patient": patient,
            "variable": variable,
            "observed_on": OBSERVED,
            "entered_by": cast.alice,
            "operation_id": uuid.uuid4(),
            **given,
            **fields,
        }
    )


def make_signature(cast: Cast, screening: Screening, **fields: Any) -> Signature:
    return Signature.objects.create(
        **{
            "center": cast.rennes,
            "screening": screening,
            "version": cast.version,
            "signer": cast.dora,
            "printed_name": "Dora",
            "meaning": "not_eligible",
            "outcome": "ineligible",
            "content": "{}",
            "digest": "0" * 64,
            "signed_at": timezone.now(),
            **fields,
        }
    )


@pytest.mark.parametrize(
    "values",
    [
        {"number": 32, "code": "positive"},
        {"number": None, "unit": ""},
        {"number": None, "unit": "", "code": "a", "date": OBSERVED},
        {"number": None, "unit": "", "date": OBSERVED, "text_sealed": "x"},
        {"number": None, "unit": "U/L", "code": "positive"},
        {"number": None, "unit": "", "code": "positive", "upper_limit": 40},
        {"lower_limit": 40, "upper_limit": 10},
        {"source_kind": "hearsay"},
        {"withdrawn_at": timezone.now()},
    ],
)
def test_a_fact_has_one_value_and_what_goes_with_it(
    cast: Cast, screening: Screening, alt: Variable, values: dict[str, Any]
) -> None:
    with acting(cast.alice), pytest.raises(IntegrityError, match="fact_"), transaction.atomic():
        make_fact(cast, screening.patient, alt, **{"number": 32, **values})


def test_zero_is_a_value(cast: Cast, screening: Screening, alt: Variable) -> None:
    with acting(cast.alice):
        assert make_fact(cast, screening.patient, alt, number=0).pk


def test_a_fact_is_entered_once(cast: Cast, screening: Screening, alt: Variable) -> None:
    operation = uuid.uuid4()
    with acting(cast.alice):
        make_fact(cast, screening.patient, alt, operation_id=operation)
        with pytest.raises(IntegrityError, match="fact_entered_once"), transaction.atomic():
            make_fact(cast, screening.patient, alt, operation_id=operation)


def test_a_fact_is_never_edited_and_withdrawn_once(cast: Cast, screening: Screening, alt: Variable) -> None:
    with acting(cast.alice):
        fact = make_fact(cast, screening.patient, alt)
        found = Fact.objects.filter(pk=fact.pk)
        for change in ({"number": 33}, {"observed_on": datetime.date(2026, 11, 4)}, {"upper_limit": 40}):
            with pytest.raises(ProgrammingError, match="changes once"), transaction.atomic():
                found.update(**change)
        with pytest.raises(ProgrammingError, match="changes once"), transaction.atomic():
            found.delete()
        found.update(withdrawn_at=timezone.now(), withdrawn_by=cast.alice, withdrawn_reason_sealed="sealed")
        for change in ({"withdrawn_reason_sealed": "other"}, {"withdrawn_at": timezone.now()}):
            with pytest.raises(ProgrammingError, match="changes once"), transaction.atomic():
                found.update(**change)


def test_a_correction_is_of_the_same_patient_and_a_fact_is_corrected_once(
    cast: Cast, screening: Screening, alt: Variable
) -> None:
    other = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-2")
    with acting(cast.alice):
        fact = make_fact(cast, screening.patient, alt)
        with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
            make_fact(cast, other.patient, alt, replaces=fact)
        better = make_fact(cast, screening.patient, alt, number=23, replaces=fact)
        with pytest.raises(IntegrityError, match="replaces"), transaction.atomic():
            make_fact(cast, screening.patient, alt, number=24, replaces=fact)
        assert list(Fact.objects.current()) == [better]


def test_nobody_enters_a_fact_for_another_centers_patient(
    cast: Cast, screening: Screening, alt: Variable
) -> None:
    with acting(cast.charlie):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            make_fact(cast, screening.patient, alt, entered_by=cast.charlie)
        with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
            make_fact(cast, screening.patient, alt, entered_by=cast.charlie, center_id=cast.iowa.pk)
    with acting(cast.bob), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        make_fact(cast, screening.patient, alt, entered_by=cast.bob)


def test_an_answer_rests_on_facts_of_its_own_patient(cast: Cast, screening: Screening, alt: Variable) -> None:
    other = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-2")
    given = answer(cast.alice, screening, "age", "yes").answer
    with acting(cast.alice):
        foreign = make_fact(cast, other.patient, alt)
        for patient in (screening.patient, other.patient):
            with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
                AnswerFact.objects.create(
                    center=cast.rennes, patient=patient, screening=screening, answer=given, fact=foreign
                )
        own = make_fact(cast, screening.patient, alt)
        AnswerFact.objects.create(
            center=cast.rennes, patient=screening.patient, screening=screening, answer=given, fact=own
        )


def test_a_half_life_is_positive_and_once_a_product(cast: Cast) -> None:
    rituximab = {
        "center": cast.rennes,
        "product": "Rituximab",
        "product_folded": "rituximab",
        "source": "Summary of product characteristics",
        "entered_by": cast.alice,
    }
    with acting(cast.alice):
        HalfLife.objects.create(**rituximab, hours="499.2")
        with pytest.raises(IntegrityError, match="half_life_once"), transaction.atomic():
            HalfLife.objects.create(**rituximab, hours=500)
        with pytest.raises(IntegrityError, match="half_life_is_positive"), transaction.atomic():
            HalfLife.objects.create(**rituximab | {"product_folded": "other"}, hours=0)


def test_an_event_has_a_date_and_consent_is_dated_by_the_screening(cast: Cast, screening: Screening) -> None:
    event = {"center": cast.rennes, "screening": screening, "recorded_by": cast.alice}
    with acting(cast.alice):
        with pytest.raises(IntegrityError, match="anchor_has_a_date"), transaction.atomic():
            AnchorDate.objects.create(**event, anchor="infusion")
        with pytest.raises(IntegrityError, match="anchor_known"), transaction.atomic():
            AnchorDate.objects.create(**event, anchor="consent", actual_on=OBSERVED)
        AnchorDate.objects.create(**event, anchor="infusion", planned_on=OBSERVED)


def test_a_screening_starts_with_a_pin_that_nobody_changes(cast: Cast, screening: Screening) -> None:
    with acting(cast.alice):
        pin = VersionPin.objects.get(screening=screening)
        assert (pin.version, pin.previous_version, pin.moved_by) == (cast.version, None, cast.alice)
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            VersionPin.objects.update(summary={"carried": []})
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            VersionPin.objects.all().delete()


def test_answers_to_an_earlier_version_stay_and_are_not_current(cast: Cast, screening: Screening) -> None:
    old = answer(cast.alice, screening, "age", "yes").answer
    newer = make_version(cast.trial, label="2")
    with acting(cast.alice):
        VersionPin.objects.create(
            center=cast.rennes,
            screening=screening,
            version=newer,
            previous_version=cast.version,
            moved_by=cast.alice,
        )
        Screening.objects.filter(pk=screening.pk).update(version=newer)
        assert list(screening.answers.all()) == [old]
        assert not screening.answers.current().exists()
    new = answer(cast.alice, Screening(pk=screening.pk, center=cast.rennes), "age", "no", base_revision=0)
    with acting(cast.alice):
        assert list(Answer.objects.current()) == [new.answer]


def test_an_answer_needs_a_pin_to_its_version(cast: Cast, screening: Screening) -> None:
    other = make_version(cast.trial, label="2")
    with acting(cast.alice), pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
        Answer.objects.create(
            center=cast.rennes,
            screening=screening,
            version=other,
            criterion=Criterion.objects.get(version=other, identifier="age"),
            value="yes",
            answered_by=cast.alice,
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"meaning": "eligible"},
        {"meaning": "eligible", "outcome": "undetermined", "attestation_sealed": "sealed"},
        {"meaning": "eligible", "outcome": "potentially_eligible"},
    ],
)
def test_no_signature_overrides_an_outcome(cast: Cast, screening: Screening, fields: dict[str, str]) -> None:
    with acting(cast.dora), pytest.raises(IntegrityError, match="signature_"), transaction.atomic():
        make_signature(cast, screening, **fields)


def test_a_signature_is_voided_once_and_never_changed(cast: Cast, screening: Screening) -> None:
    with acting(cast.dora):
        signature = make_signature(cast, screening)
        found = Signature.objects.filter(pk=signature.pk)
        with pytest.raises(IntegrityError, match="one_standing_signature"), transaction.atomic():
            make_signature(cast, screening)
        with pytest.raises(ProgrammingError, match="changes once"), transaction.atomic():
            found.update(digest="1" * 64)
        found.update(voided_at=timezone.now(), voided_by=cast.dora, void_kind="answer")
        with pytest.raises(ProgrammingError, match="changes once"), transaction.atomic():
            found.update(voided_at=None, voided_by=None, void_kind="")
        make_signature(cast, screening)


def test_a_deviation_is_from_a_criterion_of_a_version_of_the_screening(
    cast: Cast, screening: Screening
) -> None:
    recorded = {
        "center": cast.rennes,
        "screening": screening,
        "reason_sealed": "sealed",
        "approved_by_sealed": "sealed",
        "approved_on": OBSERVED,
        "recorded_by": cast.dora,
    }
    other = make_version(cast.trial, label="2")
    with acting(cast.dora):
        for version, identifier in ((cast.version, "nowhere"), (other, "age")):
            with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
                Deviation.objects.create(**recorded, version=version, identifier=identifier)
        Deviation.objects.create(**recorded, version=cast.version, identifier="age")
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            Deviation.objects.update(identifier="lupus")


def test_a_repeated_screening_is_of_the_same_patient(cast: Cast, screening: Screening) -> None:
    other = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-2")
    with acting(cast.alice), pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
        Screening.objects.filter(pk=other.pk).update(earlier=screening)


def test_screenings_of_before_get_their_first_pin(cast: Cast, screening: Screening) -> None:
    """The migration, on a database that has screenings and answers, and no pins."""
    answer(cast.alice, screening, "age", "yes")
    elsewhere = make_screening(cast.charlie, cast.iowa_site, cast.version)
    migration = import_module("screening.migrations.0011_first_pins")
    fill, drop, point = (each.sql for each in migration.Migration.operations[:3])
    everywhere = system("before", write_centers=[cast.rennes.pk, cast.iowa.pk])
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        with acting_as(everywhere, using="owner"):
            cursor.execute(drop)
            cursor.execute("alter table screening_versionpin disable trigger append_only")
            cursor.execute("delete from screening_versionpin")
            assert cursor.rowcount == 2
            cursor.execute("alter table screening_versionpin enable trigger append_only")
        cursor.execute(fill)
        cursor.execute(point)
    for user, center, pinned in ((cast.alice, cast.rennes, screening), (cast.charlie, cast.iowa, elsewhere)):
        with acting(user):
            pin = VersionPin.objects.get(screening=pinned)
            assert (pin.center, pin.version, pin.moved_by) == (center, cast.version, user)
            assert pin.moved_at == pinned.started_at
            event = AuditEvent.objects.filter(table="screening_versionpin", row=str(pin.pk)).get()
            assert event.actor == "system: migration"
    call_command("verify_audit", stdout=io.StringIO())
