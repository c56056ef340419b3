"""Durations as people write them ("6 months", "longer of 4 weeks or 5 half-lives"), and in a document."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trials.criteria.schema import PERIOD

# The letter in ISO 8601, and the words of it that are understood.
_UNITS = (
    ("Y", r"y|years?"),
    ("M", r"months?"),
    ("W", r"w|weeks?"),
    ("D", r"d|days?"),
    ("H", r"h|hours?"),
)
_CHOICES = (("longest", r"(?:longer|longest)"), ("shortest", r"(?:shorter|shortest)"))


def read_duration(text: str) -> Any:
    """The document's form of a duration; `ValidationError` says how to write one."""
    words = " ".join(text.split())
    for pick, name in _CHOICES:
        if choice := re.fullmatch(rf"{name} of (.+)", words, re.IGNORECASE):
            terms = [_simple(term) for term in re.split(r"\s*,\s*(?:or\s+)?|\s+or\s+", choice[1])]
            if len(terms) > 1:
                return {pick: terms}
            raise _unreadable(text)
    return _simple(words)


def duration_words(duration: Any) -> str:
    """How a person would write it; `read_duration` understands it."""
    if isinstance(duration, dict):
        if "half_lives" in duration:
            count = duration["half_lives"]
            return ngettext("%(n)s half-life", "%(n)s half-lives", 1 if count == 1 else 2) % {"n": count}
        pick, terms = next(iter(duration.items()))
        joined = _(" or ").join(duration_words(term) for term in terms)
        template = _("longer of %(terms)s") if pick == "longest" else _("shorter of %(terms)s")
        return template % {"terms": joined}
    return _period_words(str(duration))


def _simple(text: str) -> Any:
    if re.fullmatch(PERIOD, text):
        return text
    if half_lives := re.fullmatch(r"(\d+(?:\.\d+)?) half-?\s?li(?:fe|ves)", text, re.IGNORECASE):
        count = float(half_lives[1])
        if count > 0:
            return {"half_lives": int(count) if count.is_integer() else count}
    rest, date, time = text, "", ""
    for letter, names in _UNITS:
        if found := re.match(rf"([1-9]\d{{0,3}})\s*(?:{names})\b[\s,]*(?:and\s+)?", rest, re.IGNORECASE):
            rest = rest[found.end() :]
            if letter == "H":
                time = f"T{found[1]}H"
            else:
                date += f"{found[1]}{letter}"
    if rest or not date + time:
        raise _unreadable(text)
    return f"P{date}{time}"


def _period_words(period: str) -> str:
    match = re.fullmatch(PERIOD, period)
    counts = [int(count or 0) for count in match.groups()] if match else [0] * 5
    words = [
        ngettext("%(n)s year", "%(n)s years", counts[0]),
        ngettext("%(n)s month", "%(n)s months", counts[1]),
        ngettext("%(n)s week", "%(n)s weeks", counts[2]),
        ngettext("%(n)s day", "%(n)s days", counts[3]),
        ngettext("%(n)s hour", "%(n)s hours", counts[4]),
    ]
    said = [word % {"n": count} for word, count in zip(words, counts, strict=True) if count]
    return " ".join(said) or period


def _unreadable(text: str) -> ValidationError:
    return ValidationError(
        _("“%(text)s” is no duration. Write 6 months, 5 half-lives, or longer of 4 weeks or 5 half-lives."),
        params={"text": text},
    )
