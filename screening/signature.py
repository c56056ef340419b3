"""What a signature is bound to: a content, its one canonical text, the digest of that, and what differs.

Pure. A content is a JSON object. Its parts are looked at whole, except the keyed ones, of which each entry is
looked at by itself: the answers by their statement, the facts by their number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

type Content = Mapping[str, Any]


class Part(StrEnum):
    """In the order in which differences are told. `SIGNATURE` is there only once somebody has signed."""

    SCREENING = "screening"
    PARTICIPANT = "participant"
    VERSION = "version"
    COHORT = "cohort"
    CONSENT = "consent"
    FAILURE = "failure"
    OUTCOME = "outcome"
    ANSWERS = "answers"
    FACTS = "facts"
    DATES = "dates"
    HALF_LIVES = "half_lives"
    DEVIATIONS = "deviations"
    SIGNATURE = "signature"


KEYED = frozenset({Part.ANSWERS, Part.FACTS, Part.DATES, Part.HALF_LIVES, Part.DEVIATIONS})


@dataclass(frozen=True, slots=True)
class Difference:
    """One part, or one entry of a keyed part, that differs. What is not there is None, in either of them."""

    part: Part
    key: str
    before: Any
    after: Any


def text_of(content: Content) -> str:
    """The canonical JSON text: sorted keys, no spaces, no numbers but whole ones.

    Raises TypeError or ValueError for what two machines could write differently (a float, NaN).
    """
    _check(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(text: str) -> str:
    """SHA-256 over the UTF-8 text, in 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def outline_of(content: Content) -> dict[str, str]:
    """Each part and entry with the beginning of its digest: small enough to go with a page and come back."""
    return {
        f"{part}/{key}" if key else part: digest_of(text_of({"entry": entry}))[:12]
        for (part, key), entry in _entries(content).items()
    }


def differences(before: Content, after: Content) -> list[Difference]:
    """What differs between two contents, by part and, within a keyed part, in the order of the entries."""
    was, now = _entries(before), _entries(after)
    return [
        Difference(part, key, was.get((part, key)), now.get((part, key)))
        for part, key in _in_order(was, now)
        if was.get((part, key)) != now.get((part, key))
    ]


def changed_since(outline: Mapping[str, str], content: Content) -> list[Difference]:
    """The same against an outline, which does not know what it was before: `before` is None."""
    now = _entries(content)
    current = outline_of(content)
    stale = {name for name in {*outline, *current} if outline.get(name) != current.get(name)}
    split = [name.partition("/") for name in sorted(stale)]
    known = {(Part(part), key): None for part, _slash, key in split if part in Part}
    return [Difference(part, key, None, now.get((part, key))) for part, key in _in_order(known, {})]


def _entries(content: Content) -> dict[tuple[Part, str], Any]:
    return dict(_each(content))


def _each(content: Content) -> Iterator[tuple[tuple[Part, str], Any]]:
    for name, value in content.items():
        part = Part(name)
        if part in KEYED:
            for key, entry in value.items():
                yield (part, key), entry
        else:
            yield (part, ""), value


def _in_order(*entries: Mapping[tuple[Part, str], Any]) -> list[tuple[Part, str]]:
    rank = {part: number for number, part in enumerate(Part)}
    found = dict.fromkeys(place for each in entries for place in each)
    return sorted(found, key=lambda place: rank[place[0]])


def _check(value: Any) -> None:
    match value:
        case None | bool() | int() | str():
            pass
        case list():
            for each in value:
                _check(each)
        case Mapping():
            for key, each in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"a key of a signed content is a text, not {key!r}")
                _check(each)
        case _:
            raise TypeError(f"a signed content has no {type(value).__name__}: {value!r}")
