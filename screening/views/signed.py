"""How the desk says whether a screening is signed, and what has changed since: the same words everywhere."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from screening.models import Meaning, Screening, Signature, VoidKind
from screening.services.signing import Validity
from screening.signature import Difference, Part
from screening.views.recorded import Recorded


@dataclass(frozen=True, slots=True)
class SignedState:
    """For `screening/_signed.html`: colour, glyph and words together, then who and when."""

    look: str
    glyph: str
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from what was signed or read; `before` is empty where it is unknown, or was not there."""

    name: str
    before: str
    after: str


def signed_state(screening: Screening) -> SignedState | None:
    """Of the last signature, for a list: the screening comes `with_signatures()`, and no query is made."""
    signatures = list(screening.signatures.all())
    return _state(signatures[-1], holds=True) if signatures else None


def recomputed_state(validity: Validity | None) -> SignedState | None:
    """The same for one screening's own pages, where a change behind the desk is told too."""
    return _state(validity.signature, holds=validity.valid) if validity else None


def _state(signature: Signature, *, holds: bool) -> SignedState:
    by = _("%(name)s, %(time)s") % {"name": signature.printed_name, "time": utc(signature.signed_at)}
    meant = f"{Meaning(signature.meaning).label}: {by}"
    if signature.voided_at is not None:
        return SignedState("bad", "✕", _("Signature voided"), f"{void_words(signature)} ({meant})")
    if not holds:
        found = _("something signed was changed outside the desk")
        return SignedState("bad", "✕", _("Signature not valid"), f"{found} ({meant})")
    if signature.meaning == Meaning.ELIGIBLE:
        return SignedState("good", "✓", _("Signed: eligible"), by)
    return SignedState("info", "✓", _("Signed: not eligible"), by)


def void_words(signature: Signature) -> str:
    """Such as: voided 22 Nov 2026, 10:42 UTC: an answer changed."""
    if signature.voided_at is None:
        return ""
    return _("voided %(time)s: %(why)s") % {
        "time": utc(signature.voided_at),
        "why": VoidKind(signature.void_kind).label,
    }


def utc(moment: datetime.datetime) -> str:
    """ "22 Nov 2026, 10:42 UTC", the same for every reader."""
    return f"{date_format(moment.astimezone(datetime.UTC), 'j M Y, H:i')} UTC"


def changes(found: Iterable[Difference], after: Recorded, before: Recorded | None = None) -> list[Change]:
    """Differences in words. Without `before`, what is known is how it stands now."""
    return [
        Change(
            _name(each, after),
            before.words_of(each.part, each.key) if before and each.before is not None else "",
            after.words_of(each.part, each.key) if each.after is not None else _("no longer there"),
        )
        for each in found
    ]


def _name(difference: Difference, recorded: Recorded) -> str:
    match difference.part:
        case Part.ANSWERS:
            return recorded.place(difference.key)
        case Part.FACTS:
            row = difference.after or difference.before
            return recorded.variable(row) if row else _("A fact")
        case Part.DATES:
            return _("Date: %(event)s") % {"event": difference.key.replace("_", " ")}
        case Part.HALF_LIVES:
            return _("Half-life: %(product)s") % {"product": difference.key}
        case Part.DEVIATIONS:
            return _("Protocol deviation")
        case Part.SCREENING:
            return _("Screening number, site or center")
        case Part.PARTICIPANT:
            return _("Participant")
        case Part.VERSION:
            return _("Criteria version")
        case Part.COHORT:
            return _("Cohort")
        case Part.CONSENT:
            return _("Consent")
        case Part.FAILURE:
            return _("Reason of the failure")
        case Part.OUTCOME:
            return _("Outcome")
        case Part.SIGNATURE:
            return _("The signature itself")
