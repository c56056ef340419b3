"""Where a value ends that cannot be read, by its brackets and strings."""

from __future__ import annotations

import re

_STRUCTURE = re.compile(r'["\[\]{}]')
_REST_OF_STRING = re.compile(r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+')


class Brackets:
    """Follows a value through the parts of a text, from its first character on.

    A line's end ends a string as well: none has one in it, so that a missing quote does no more harm.
    """

    def __init__(self, opening: str) -> None:
        self._opening = opening
        self._open = {"{": 0, "[": 0}
        self._quoted = False
        self._escaped = False

    def end(self, text: str, start: int, stop: int) -> int | None:
        """Where the value ends between the two positions; None if it goes on."""
        at = start
        while at < stop:
            if self._escaped:
                self._escaped = False
                at += 1
            elif self._quoted:
                rest = _REST_OF_STRING.match(text, at, stop)
                at = rest.end() if rest else at
                self._escaped = text[at : at + 1] == "\\"
                self._quoted = at == stop or self._escaped
                at += 1
            elif found := _STRUCTURE.search(text, at, stop):
                at = found.end()
                if self._ends_before(found.group()):
                    return found.start()
                if self._ends_with(found.group()):
                    return at
            else:
                break
        return None

    def _ends_before(self, mark: str) -> bool:
        """Whether this is not the value's any more: the end of the list that it is in, or a next value."""
        if self._opening in self._open:
            return mark == "]" and not self._open["["]
        return mark != '"'

    def _ends_with(self, mark: str) -> bool:
        if mark == '"':
            self._quoted = True
        elif mark in self._open:
            self._open[mark] += 1
        else:
            opening = "{" if mark == "}" else "["
            self._open[opening] -= 1
            return opening == self._opening and not self._open[opening]
        return False
