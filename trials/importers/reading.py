"""Reading values of the expected type out of JSON that somebody else wrote.

A `Part` is one object of a document. Its methods never raise: a wrong value is noted with its path, and a
blank of the right type is returned, so that one reading finds every problem. It also remembers what was asked
for, so that keys nobody reads can be named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from trials.dates import PartialDate
from trials.importers.problems import ImportProblem

LARGEST_INTEGER = 2**31 - 1  # of the columns that whole numbers go to
_SURROGATE = re.compile("[\ud800-\udfff]")


# Dates are among the most frequent values of a registry, and few.
_partial_date = lru_cache(maxsize=16_384)(PartialDate)


# Where a part stands: where that is which it stands in, and its name there.
type At = tuple[At | None, str]


class Part:
    __slots__ = ("_at", "_read", "_values", "problems")

    def __init__(
        self,
        value: object,
        name: str = "",
        problems: list[ImportProblem] | None = None,
        within: At | None = None,
    ) -> None:
        """`name` is the path from `within`, or from the document's beginning."""
        # Names and no part: parts that knew each other would wait for the collector of garbage.
        self._at: At = (within, name)
        self.problems: list[ImportProblem] = [] if problems is None else problems
        self._values: Mapping[Any, Any] = {}
        self._read: dict[str, Sequence[Part]] = {}
        if type(value) is dict or isinstance(value, Mapping):  # the first is what all but a few are
            self._values = value
        elif value is not None:
            self.note("", f"an object is needed, not {kind(value)}")

    @property
    def path(self) -> str:
        names: list[str] = []
        at: At | None = self._at
        while at is not None:
            at, name = at
            names.append(name)
        return ".".join(filter(None, reversed(names)))

    def note(self, key: str, reason: str) -> None:
        self.problems.append(ImportProblem(self._path(key), reason))

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        """The keys, for objects whose keys are names of something."""
        return iter([key for key in self._values if isinstance(key, str)])

    def part(self, key: str) -> Part:
        """The object at `key`; an empty one where there is none."""
        part = Part(self._values.get(key), key, self.problems, self._at)
        self._read[key] = (part,)
        return part

    def parts(self, key: str) -> list[Part]:
        """The list of objects at `key`."""
        parts = [
            Part(value, f"{key}[{index}]", self.problems, self._at)
            for index, value in enumerate(self._items(key))
        ]
        self._read[key] = parts
        return parts

    def text(self, key: str, *, longest: int | None = None) -> str:
        self._read[key] = ()
        value = self._values.get(key)
        if value is None:
            return ""
        # Most of a record is short plain text: that much is seen without asking further.
        if (
            type(value) is str
            and value.isascii()
            and "\0" not in value
            and (not longest or len(value) <= longest)
        ):
            return value
        if reason := text_problem(value, longest):
            self.note(key, reason)
            return ""
        return str(value)

    def texts(self, key: str, *, longest: int | None = None) -> list[str]:
        items = self._items(key)
        for index, value in enumerate(items):
            if reason := text_problem(value, longest):
                self.note(f"{key}[{index}]", reason)
                items[index] = ""
        return items

    def boolean(self, key: str) -> bool | None:
        value = self._value(key)
        if value is None or isinstance(value, bool):
            return value
        self.note(key, f"true or false is needed, not {kind(value)}")
        return None

    def integer(self, key: str) -> int | None:
        """A whole number that is not negative."""
        value = self._value(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.note(key, f"a whole number is needed, not {kind(value)}")
        elif not 0 <= value <= LARGEST_INTEGER:
            self.note(key, f"a number from 0 to {LARGEST_INTEGER} is needed")
        else:
            return value
        return None

    def number(self, key: str, *, within: float) -> float | None:
        value = self._value(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.note(key, f"a number is needed, not {kind(value)}")
        elif not -within <= value <= within:  # so is NaN
            self.note(key, f"a number from {-within} to {within} is needed")
        else:
            return float(value)
        return None

    def date(self, key: str) -> PartialDate | None:
        return self.converted(key, _partial_date)

    def choice(self, key: str, choices: Sequence[str]) -> str:
        text = self.text(key)
        if text not in choices:
            self.note(key, f"one of {', '.join(choices)} is needed")
        return text

    def converted[T](self, key: str, convert: Callable[[str], T]) -> T | None:
        """The text at `key` as something else; what `convert` refuses with a ValueError is a problem."""
        text = self.text(key)
        try:
            return convert(text) if text else None
        except ValueError as error:
            self.note(key, str(error))
            return None

    def pass_over(self, key: str) -> None:
        """Somebody else reads what is at `key`."""
        self._read.setdefault(key, ())

    def unread(self) -> Iterator[tuple[str, Any]]:
        """The paths of keys that nobody asked for, and what stands there."""
        for key, value in self._values.items():
            if key not in self._read:
                yield self._path(key), value
            for part in self._read.get(key, ()):
                yield from part.unread()

    def _value(self, key: str) -> Any:
        self._read.setdefault(key, ())
        return self._values.get(key)

    def _items(self, key: str) -> list[Any]:
        value = self._value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(key, f"a list is needed, not {kind(value)}")
            return []
        return list(value)

    def _path(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)


def text_problem(value: object, longest: int | None = None) -> str:
    """Why a value cannot be stored as text; "" if it can."""
    if not isinstance(value, str):
        hint = " (put it in quotes)" if isinstance(value, bool | int | float) else ""
        return f"text is needed, not {kind(value)}{hint}"
    if "\0" in value:
        return "the text has a NUL character"
    if not value.isascii() and _SURROGATE.search(value):
        return "the text has half of a surrogate pair"
    if longest is not None and len(value) > longest:
        return f"the text has {len(value)} characters, and {longest} is the most"
    return ""


def kind(value: object) -> str:
    """What a JSON value is, for a message; never the value itself, which may be anything of any length."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case float() if not math.isfinite(value):
            return "NaN or infinity"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"a {type(value).__name__}"
