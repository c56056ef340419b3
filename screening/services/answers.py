"""Answers, one statement at a time, and the cohort: whatever moves the outcome of an open screening."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from screening.models import Answer, Screening, User, Value
from trials.models import Cohort


@dataclass(frozen=True)
class Recorded:
    """The answer as it now stands; `repeated` when this call itself stored nothing."""

    answer: Answer
    repeated: bool


def record_answer(
    *,
    user: User,
    screening: Screening,
    identifier: str,
    value: Value | str,
    operation_id: UUID,
    comment: str | None = None,
    reason: str = "",
    client: str = "",
    sequence: int = 0,
    base_revision: int = 0,
) -> Recorded:
    """Record one answer, or raise `Conflict`, `ReasonNeeded` or `Refused`. `comment=None` leaves the comment.

    `base_revision` is the revision that the form was shown with (0: not answered); a form without JavaScript
    sends no client and no sequence.
    """
    raise NotImplementedError


def choose_cohort(*, user: User, screening: Screening, cohort: Cohort | None) -> Screening:
    """Name the cohort, another one, or leave it open again."""
    raise NotImplementedError
