"""A screening begins: who, where, on which criteria, under which number."""

from __future__ import annotations

import datetime
from uuid import UUID

from screening.models import CenterSite, Kind, Patient, Screening, Sex, User
from trials.models import Cohort, CriteriaVersion


def start_screening(
    *,
    user: User,
    center_site: CenterSite,
    version: CriteriaVersion,
    patient: Patient | None = None,
    patient_code: str = "",
    birth_date: datetime.date | None = None,
    sex: Sex | str = "",
    cohort: Cohort | None = None,
    kind: Kind | str = Kind.PRE_SCREENING,
    consent_date: datetime.date | None = None,
    screening_number: str | None = None,
    operation_id: UUID | None = None,
) -> Screening:
    """Start one; either for a patient that the center knows, or for a new one with a code.

    `operation_id` is made by the form: the same form sent twice gives the same screening.
    """
    raise NotImplementedError


def record_consent(*, user: User, screening: Screening, consent_date: datetime.date) -> Screening:
    """A pre-screening goes on after consent."""
    raise NotImplementedError
