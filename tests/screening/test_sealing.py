"""What is written about a patient is sealed, in the trail too, and gone with the patient's key."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from screening import vault
from screening.models import Answer, AuditEvent, Patient, PatientKey
from tests.factories import Cast, acting, answer, make_cast, make_screening
from tests.screening.trail import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_sealed_texts_are_ciphertext_everywhere_and_gone_with_the_key(cast: Cast) -> None:
    birth_date = "1969-07-20"
    screening = make_screening(
        cast.alice, cast.rennes_site, cast.version, birth_date=datetime.date(1969, 7, 20)
    )
    answer(cast.alice, screening, "age", "yes", comment="a comment about somebody")
    answer(cast.dora, screening, "age", "no", reason="a reason about somebody")
    with acting(cast.alice):
        patient = Patient.objects.get(pk=screening.patient_id)
        assert vault.birth_date(patient).isoformat() == birth_date  # type: ignore[union-attr]
        trail = "".join(f"{event.before}{event.after}{event.reason}" for event in AuditEvent.objects.all())
    assert "somebody" not in trail
    assert birth_date not in trail

    with acting(cast.alice):
        PatientKey.objects.filter(patient=patient).delete()
        erased = Patient.objects.get(pk=screening.patient_id)
        assert vault.unseal(erased, erased.birth_date_sealed) == vault.ERASED
        assert vault.birth_date(erased) is None
        comment = Answer.objects.get().comment_sealed
        assert vault.unseal(erased, comment) == vault.ERASED
    assert verify()[0] == 0


def test_a_text_sealed_under_another_master_key_is_an_error_not_an_answer(cast: Cast, settings: Any) -> None:
    with acting(cast.alice):
        patient = Patient.objects.create(center=cast.rennes, code="P-7")
        vault.create_key(patient)
        sealed = vault.seal(patient, "a text")
        assert vault.unseal(patient, sealed) == "a text"
        assert vault.seal(patient, "") == ""
        settings.PATIENT_KEY = vault.Fernet.generate_key().decode()
        with pytest.raises(vault.VaultError, match="TRIALDESK_PATIENT_KEY"):
            vault.unseal(patient, sealed)
