"""Every write of the desk. Keyword arguments only; a rule that stands against it raises `Refused`.

Callers are inside a context (`config.context.acting_as`), the middleware's or their own.
"""

from screening.services.answers import Recorded, Source, choose_cohort, record_answer
from screening.services.conclusion import conclude_screening, record_disposition, reopen_screening
from screening.services.errors import Conflict, Overtaken, ReasonNeeded, Refused
from screening.services.evaluation import assess
from screening.services.facts import record_anchor, record_fact, record_half_life, withdraw_fact
from screening.services.moving import amendments_of, move_screening
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
    "Overtaken",
    "ReasonNeeded",
    "Recorded",
    "Refused",
    "Source",
    "amendments_of",
    "assess",
    "choose_cohort",
    "conclude_screening",
    "last_validity",
    "move_screening",
    "record_anchor",
    "record_answer",
    "record_consent",
    "record_disposition",
    "record_fact",
    "record_half_life",
    "reopen_screening",
    "sign_screening",
    "start_screening",
    "void_signatures",
    "void_where_changed",
    "withdraw_fact",
]
