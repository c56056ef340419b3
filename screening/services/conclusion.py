"""How a screening ends, and what followed."""

from __future__ import annotations

import datetime

from screening.models import Conclusion, Disposition, FailureKind, Screening, User


def conclude_screening(
    *,
    user: User,
    screening: Screening,
    conclusion: Conclusion | str,
    failure_kind: FailureKind | str = "",
    text: str = "",
) -> Screening:
    """Close it; a failure by criteria keeps the criteria that decided, another one takes a text."""
    raise NotImplementedError


def reopen_screening(*, user: User, screening: Screening, reason: str) -> Screening:
    """Open a concluded screening again, as long as nothing has followed from it."""
    raise NotImplementedError


def record_disposition(
    *,
    user: User,
    screening: Screening,
    disposition: Disposition | str,
    date: datetime.date,
    reason: str = "",
) -> Screening:
    """Enrolled or randomised on a date, or eligible but not enrolled and why."""
    raise NotImplementedError
