"""Reading untrusted JSON-shaped data into typed values, noting everything that is wrong on the way.

No method raises: it notes the problem with its path and returns a stand-in of the right type, so that the
rest of the document is read too. Who uses a `Reader` must throw the result away if there are problems.
Python's `True == 1` and `"18"` against `18` are never let through: a boolean is no number here, and a
numeral in quotation marks is a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from trials.criteria.typed import Number

LARGEST = 10**15


class Problem(NamedTuple):
    """`path` as in "inclusion.children[2].test.unit"; empty for the document itself."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class Fields:
    """The entries of one mapping of the document."""

    def __init__(self, entries: Mapping[str, Any], path: str) -> None:
        self.entries = entries
        self.path = path

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def read[T, D](self, key: str, reading: Callable[[object, str], T], default: D) -> T | D:
        """What stands under the key, read by `reading(data, path)`; or the default where nothing does."""
        return reading(self.entries[key], self.at(key)) if key in self.entries else default

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


class Reader:
    """Collects the problems of one document."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, path: str, reason: str) -> None:
        self.problems.append(Problem(path, reason))

    def wrong(self, data: object, path: str, needed: str) -> None:
        self.note(path, f"{needed} is needed, not {kind(data)}")

    def fields(self, data: object, path: str, required: str = "", optional: str = "") -> Fields:
        """A mapping with these keys and no others; each argument names keys, separated by spaces."""
        if not isinstance(data, Mapping):
            self.wrong(data, path, "a mapping")
            return Fields({}, path)
        known = required.split() + optional.split()
        for key in data:
            if key not in known:
                self.note(path, f"an unknown key, {kind(key)}; known are {', '.join(known)}")
        for key in required.split():
            if key not in data:
                self.note(path, f'"{key}" is missing')
        return Fields({key: data[key] for key in known if key in data}, path)

    def each[T](self, data: object, path: str, reading: Callable[[object, str], T]) -> tuple[T, ...]:
        if not isinstance(data, list | tuple):
            self.wrong(data, path, "a list")
            return ()
        return tuple(reading(item, f"{path}[{position}]") for position, item in enumerate(data))

    def blank_or_text(self, data: object, path: str) -> str:
        if not isinstance(data, str):
            self.wrong(data, path, "a text")
            return ""
        # PostgreSQL's jsonb holds neither: better refused here than as a database error.
        if "\0" in data or any("\ud800" <= character <= "\udfff" for character in data):
            self.note(path, "holds a NUL character or half a surrogate pair")
        return data

    def text(self, data: object, path: str) -> str:
        text = self.blank_or_text(data, path)
        if isinstance(data, str) and not data.strip():
            self.note(path, "an empty text; leave the key out")
        return text

    def matching(self, data: object, path: str, pattern: str, example: str) -> str:
        text = self.text(data, path)
        if text.strip() and not re.fullmatch(pattern, text):
            self.note(path, f"{kind(text)} is not of the form {pattern} (as in {example})")
        return text

    def member[E: StrEnum](self, data: object, path: str, choices: type[E]) -> E | None:
        if isinstance(data, str) and data in choices:
            return choices(data)
        self.note(path, f"{kind(data)} is none of {', '.join(choices)}")
        return None

    def flag(self, data: object, path: str) -> bool:
        if data is not True:
            self.note(path, "only true can stand here; leave the key out otherwise")
        return True

    def number(self, data: object, path: str) -> Number:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.wrong(data, path, "a number")
            return 0
        if not -LARGEST <= data <= LARGEST:  # NaN is refused here as well: it is not between
            self.note(path, "is not a number of any use: infinite, undefined or far too large")
            return 0
        return data

    def whole_number(self, data: object, path: str) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.wrong(data, path, "a whole number")
            return 1
        return int(self.number(data, path))


def kind(data: object) -> str:
    """What a piece of the document is, in an author's words."""
    match data:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return f"the text {data[:40]!r}"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a mapping"
    return f"a {type(data).__name__}"
