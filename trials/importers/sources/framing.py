"""Records in a text: one, a list, a page of the registry's API, or any of these one after another.

A record that is broken is refused alone, and reading goes on where the next one may begin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from trials.importers.incoming import NCT_ID, Incoming, Refused, nct_id_of, refused
from trials.importers.problems import ImportProblem
from trials.importers.sources.brackets import Brackets
from trials.importers.sources.mistaken import instead_of_a_study, instead_of_json
from trials.importers.sources.texts import Window
from trials.importers.sources.values import DECODER, problems_of

LONGEST = 64 * 2**20  # bytes of a record
_LONGEST_HEADER = 4096  # characters of a page before its studies
_MOST_PAGES = 3  # one within the other
_TAIL = 20  # characters before the end where an error may only mean that more is to come

# A page up to its first study, as long as nothing but plain values stands before those.
_STRING = r'"(?:[^"\\]|\\.)*+"'
_PLAIN = rf"(?:{_STRING}|[-+.\w]++)"
_PAGE = re.compile(rf'\{{\s*+(?:(?!"studies"){_STRING}\s*+:\s*+{_PLAIN}\s*+,\s*+)*+"studies"\s*+:\s*+\[')
# Where another record begins, as the registry, JSON lines and most programs write it.
_ANOTHER = re.compile(r'\{\s*"protocolSection"|\n(?=[\[{])')
_LONGEST_MARK = 64
_NCT_ID = re.compile(rf'"nctId"\s*:\s*"({NCT_ID.pattern})"')
_CUT_OFF = "ends in the middle: it was cut off"
_TOO_LONG = f"is longer than {LONGEST // 2**20} MB"
_BETWEEN_VALUES = re.compile(r"[\s,:]*")


class _BrokenError(Exception):
    """No value can be read here; the text says why."""


class Framing:
    """The records of one text, in its order.

    `page` gets what stands beside the studies of a page; it is None where there was none.
    """

    def __init__(self, window: Window, name: str) -> None:
        self._window = window
        self._name = name
        self._astray = False  # whether brackets may be left over from what was refused
        self._told_end = False
        self.page: dict[str, Any] | None = None

    def __iter__(self) -> Iterator[Incoming | Refused]:
        window, first = self._window, True
        while character := window.next():
            if first and (reason := instead_of_json(window.text[window.at :])):
                yield refused(self._name, reason)
                return
            first = False
            if character == "[":
                yield from self._studies("")
            elif character in "]}":
                if not self._astray:
                    yield refused(self._where(""), "a bracket ends nothing here: something is missing")
                self._astray = True
                window.take(1)
            else:
                yield from self._record("")
        if window.failure and not self._told_end:
            yield refused(self._name if first else self._where(""), window.failure)
        elif first:
            yield refused(self._name, "is empty")

    def _where(self, path: str) -> str:
        return f"{self._name}:{self._window.line} {path}".rstrip()

    def _studies(self, path: str) -> Iterator[Incoming | Refused]:
        """A list of records, which comes next."""
        window = self._window
        window.next()
        window.take(1)
        for index in count():
            character = window.next()
            if character == "]":
                window.take(1)
                return
            if character in ("", "}"):
                yield from self._unended(path, "list")
                return
            yield from self._record(f"{path}[{index}]")

    def _record(self, path: str) -> Iterator[Incoming | Refused]:
        window = self._window
        if len(window.text) - window.at < _LONGEST_HEADER:
            window.more(_LONGEST_HEADER)
        pages = path.count("studies") < _MOST_PAGES
        if pages and (page := _PAGE.match(window.text, window.at)):
            yield from self._page(page.group(), path)
            return
        where, line = self._where(path), window.line
        try:
            value, text = self._value()
        except _BrokenError as error:
            yield self._broken(where, str(error))
            return
        if pages and isinstance(value, dict) and _is_page(value):
            self._note(value)
            within = Window(iter([text[_start_of_studies(text) :]]), line)
            yield from Framing(within, self._name)._studies(f"{path}.studies".removeprefix("."))
        else:
            yield _judged(value, text, where)

    def _page(self, head: str, path: str) -> Iterator[Incoming | Refused]:
        """A page of which no more is held than a study at a time."""
        window, where = self._window, self._where(path)
        window.take(len(head) - 1)
        self._note(DECODER.decode(f"{head}]}}"))
        yield from self._studies(f"{path}.studies".removeprefix("."))
        try:
            while window.next() == '"':
                key, _text = self._value()
                if window.next() != ":":
                    break
                window.take(1)
                window.next()
                value, _text = self._value()
                if key == "studies":
                    yield refused(where, 'the key "studies" stands twice: the second was not read')
                self._note({key: value})
        except _BrokenError:
            self._pass_over()
        if window.next() == "}":
            window.take(1)
        else:
            yield from self._unended(path, "page")

    def _note(self, members: object) -> None:
        told = members if isinstance(members, dict) else {}
        self.page = {**(self.page or {}), **{key: told[key] for key in told if key != "studies"}}

    # --- Values, and what is none ---

    def _value(self) -> tuple[Any, str]:
        """The value that begins here, and its text. What is none stays where it is."""
        window = self._window
        while True:
            try:
                value, end = DECODER.raw_decode(window.text, window.at)
            except RecursionError:
                raise _BrokenError("is nested too deeply") from None
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos >= len(window.text) - _TAIL
                reason = self._not_json(error)
            else:
                # A number might go on.
                if end < len(window.text) or not window.more(LONGEST):
                    return value, window.take(end - window.at)
                continue
            if not cut:
                raise _BrokenError(reason)
            if len(window.text) - window.at >= LONGEST:
                raise _BrokenError(_TOO_LONG)
            if not window.more(LONGEST):
                raise _BrokenError(reason)

    def _not_json(self, error: json.JSONDecodeError) -> str:
        window = self._window
        if error.msg.startswith("Unterminated") or error.pos >= len(window.text.rstrip()):
            return _CUT_OFF
        lines = window.text.count("\n", window.at, error.pos)
        place = f"line {window.line + lines}" if lines else f"character {error.pos - window.at + 1}"
        return f"is not JSON ({error.msg.removesuffix(' at')}, {place})"

    def _broken(self, where: str, reason: str) -> Refused:
        if reason == _CUT_OFF:
            self._told_end = True
            reason = self._window.failure or reason
        self._astray = True
        return Refused(where, (ImportProblem("", reason),), self._pass_over())

    def _pass_over(self) -> str:
        """Go on to where the next record may begin. The NCT number of what is passed over, if it has one."""
        window, named = self._window, ""
        if not window.next():
            return named
        brackets = Brackets(window.text[window.at])
        looked_at, first = 0, 1  # from here: what the brackets have seen, and where another may begin
        while True:
            another = _ANOTHER.search(window.text, window.at + first)
            stop = another.start() if another else len(window.text)
            end = brackets.end(window.text, window.at + looked_at, stop)
            here = stop if end is None else end
            if not named and (found := _NCT_ID.search(window.text, window.at, here)):
                named = found.group(1)
            if end is not None or another:
                window.take(here - window.at)
                return named
            looked_at = min(here - window.at, _LONGEST_MARK)
            if window.take(here - window.at - looked_at):
                first = 0
            if not window.more(LONGEST):
                window.take(looked_at)
                return named

    def _unended(self, path: str, what: str) -> Iterator[Refused]:
        self._astray = True
        if not self._told_end and not self._window.failure:  # which is told at last
            self._told_end = not self._window.next()
            yield refused(self._where(path), f"the {what} does not end: something is missing")


def _judged(value: object, text: str, where: str) -> Incoming | Refused:
    problems = problems_of(value, text) or instead_of_a_study(value)
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        problems, raw = (ImportProblem("", "is not UTF-8"),), b""
    if len(raw) > LONGEST:
        problems = (ImportProblem("", _TOO_LONG),)
    if problems or not isinstance(value, dict):
        return Refused(where, problems, nct_id_of(value))
    return Incoming(where, raw, value)


def _is_page(value: dict[str, Any]) -> bool:
    return isinstance(value.get("studies"), list) and "protocolSection" not in value


def _start_of_studies(page: str) -> int:
    """Where the list of studies begins in a page that reads as JSON."""
    at = page.index("{") + 1
    while True:
        key, at = DECODER.raw_decode(page, _between_values(page, at))
        at = _between_values(page, at)
        if key == "studies":
            return at
        _value, at = DECODER.raw_decode(page, at)


def _between_values(text: str, at: int) -> int:
    found = _BETWEEN_VALUES.match(text, at)
    return found.end() if found else at
