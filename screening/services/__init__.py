"""Every write of the desk. Keyword arguments only; a rule that stands against it raises `Refused`.

Callers are inside a context (`config.context.acting_as`), the middleware's or their own.
"""

from screening.services.answers import Recorded, choose_cohort, record_answer
from screening.services.conclusion import conclude_screening, record_disposition, reopen_screening
from screening.services.errors import Conflict, ReasonNeeded, Refused
from screening.services.evaluation import anchors_reached, assess
from screening.services.signing import (
    ChangedSinceRead,
    last_validity,
    sign_screening,
    void_signatures,
    void_where_changed,
)
from screening.services.start import record_consent, start_screening

__all__ = [
    "ChangedSinceRead",
    "Conflict",
    "ReasonNeeded",
    "Recorded",
    "Refused",
    "anchors_reached",
    "assess",
    "choose_cohort",
    "conclude_screening",
    "last_validity",
    "record_answer",
    "record_consent",
    "record_disposition",
    "reopen_screening",
    "sign_screening",
    "start_screening",
    "void_signatures",
    "void_where_changed",
]
