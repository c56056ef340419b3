"""What identifies a patient, and free text about one, sealed under that patient's own key.

The key lies wrapped in `PatientKey`. Whoever deletes that row has erased every sealed text, in the tables and
in the audit trail, while the rows and the trail's chain stay whole.
"""

from __future__ import annotations

import datetime

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _

from screening.models import Patient, PatientKey

ERASED = _("erased")


class VaultError(Exception):
    """A sealed text does not open."""


def create_key(patient: Patient) -> PatientKey:
    """Give a new patient a key. Nothing can be sealed before."""
    wrapped = _wrapping().encrypt(Fernet.generate_key()).decode()
    return PatientKey.objects.create(patient=patient, center_id=patient.center_id, wrapped=wrapped)


def seal(patient: Patient, text: str) -> str:
    """The text under the patient's key; an empty one stays empty."""
    if not text:
        return ""
    key = _key_of(patient)
    if key is None:
        raise VaultError("This participant's data were erased: nothing more can be written about them.")
    return key.encrypt(text.encode()).decode()


def unseal(patient: Patient, token: str) -> str:
    """The text again, or `ERASED` when the patient's key is gone."""
    if not token:
        return ""
    key = _key_of(patient)
    if key is None:
        return str(ERASED)
    return _open(key, token).decode()


def is_erased(patient: Patient) -> bool:
    return _key_of(patient) is None


def birth_date(patient: Patient) -> datetime.date | None:
    """None where it was never given, and where it was erased."""
    if not patient.birth_date_sealed or is_erased(patient):
        return None
    return datetime.date.fromisoformat(unseal(patient, patient.birth_date_sealed))


def _key_of(patient: Patient) -> Fernet | None:
    try:
        wrapped = patient.key.wrapped
    except ObjectDoesNotExist:
        return None
    return Fernet(_open(_wrapping(), wrapped))


def _wrapping() -> Fernet:
    return Fernet(settings.PATIENT_KEY)


def _open(key: Fernet, token: str) -> bytes:
    try:
        return key.decrypt(token.encode())
    except InvalidToken:
        raise VaultError(
            "A sealed text does not open: TRIALDESK_PATIENT_KEY is not the key that it was sealed under."
        ) from None
