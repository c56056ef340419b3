"""What can be long on a page: as much of each list and text as there is room for, the rest on further pages.

A page has room for so much. Where a record has more, its lists and texts give way, the longest first; a usual
record is shown whole. All of a list or text stands on pages of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import escape
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# More entries of one list than these nobody reads at a sitting.
MOST_ENTRIES = 200
# Bytes of a page of one list or text.
ROOM_ALONE = 100_000
# A text is cut into pieces of so many characters, or fewer.
PIECE = 1000
_LINE_BREAK = 12  # bytes of mark-up that come with a line of a text


def together(pieces: Sequence[str]) -> str:
    """A text again."""
    return "".join(pieces)


@dataclass(frozen=True)
class Kind:
    """A list or text: what it is called, how it is shown, and of an entry the words that take room.

    `markup` has the bytes of an entry beside its words. `made_of` makes what `template` shows of entries.
    """

    heading: _StrPromise
    every: _StrPromise
    template: str
    words: Callable[[Any], Iterable[str]]
    markup: int = 120
    made_of: Callable[[Sequence[Any]], Any] = tuple


@dataclass(frozen=True)
class Portion:
    """All entries of one list, or pieces of one text, under the name that it has in an address."""

    key: str
    kind: Kind
    entries: Sequence[Any]

    @property
    def number(self) -> str:
        return f"{len(self.entries):,}"

    @property
    def is_text(self) -> bool:
        return self.kind.made_of is together

    @property
    def room(self) -> int:
        """What showing it would take, in bytes; of a long list what its first entries would."""
        return sum(self._sizes(self.entries[:MOST_ENTRIES]))

    def within(self, share: int) -> Shown:
        """Its first entries, as far as the share of the page goes."""
        left, count = share, 0
        for size in self._sizes(self.entries[:MOST_ENTRIES]):
            if size > left:
                break
            left -= size
            count += 1
        return Shown(self, self.entries[:count])

    def runs(self) -> list[Run]:
        """Page by page; an entry longer than a page has one of its own."""
        runs, start, taken = [], 0, 0
        for place, size in enumerate(self._sizes(self.entries)):
            if place > start and (taken + size > ROOM_ALONE or place - start == MOST_ENTRIES):
                runs.append(self._run(start, place))
                start, taken = place, 0
            taken += size
        return [*runs, self._run(start, len(self.entries))]

    def _run(self, start: int, end: int) -> Run:
        return Run(start + 1, end, self.kind.made_of(self.entries[start:end]))

    def _sizes(self, entries: Sequence[Any]) -> Iterator[int]:
        for entry in entries:
            yield self.kind.markup + sum(size(word) for word in self.kind.words(entry) if word)


@dataclass(frozen=True)
class Run:
    """A page of entries: the places of the first and last one, counted from 1, and what is shown of them."""

    first: int
    last: int
    entries: Any


@dataclass(frozen=True)
class Shown:
    """As many of the first entries as there is room for."""

    portion: Portion
    _first: Sequence[Any]

    def __bool__(self) -> bool:
        """Whether there is anything of it, shown or not."""
        return bool(self.portion.entries)

    @property
    def count(self) -> int:
        return len(self._first)

    @property
    def entries(self) -> Any:
        return self.portion.kind.made_of(self._first)

    @property
    def template(self) -> str:
        return self.portion.kind.template

    @property
    def is_cut(self) -> bool:
        return self.count < len(self.portion.entries)

    @property
    def key(self) -> str:
        return self.portion.key

    @property
    def every(self) -> str:
        """The words that lead to all of it."""
        if len(self.portion.entries) == 1:
            return gettext("Read all of it")
        return self.portion.kind.every % {"n": self.portion.number}


def shown(portions: Mapping[str, Portion], room: int) -> dict[str, Shown]:
    """What fits on one page together."""
    share = fair_share([portion.room for portion in portions.values()], room)
    return {key: portion.within(share) for key, portion in portions.items()}


def fair_share(sizes: Sequence[int], room: int) -> int:
    """The most that each may take for all to keep within the room; what one does not need is the others'."""
    left = room
    for place, size in enumerate(sorted(sizes)):
        share = max(0, left) // (len(sizes) - place)
        if size > share:
            return share
        left -= size
    return max(sizes, default=0)


def beginning(text: str, room: int) -> str:
    """As much of a text as takes so many bytes, whole paragraphs, lines or words."""
    shown = ""
    for piece in pieces(text):
        room -= size(piece)
        if room < 0:
            break
        shown += piece
    return shown


def size(text: str) -> int:
    """About how many bytes a text takes on a page."""
    return len(escape(text).encode()) + _LINE_BREAK * text.count("\n")


def pieces(text: str) -> list[str]:
    """A text in parts that make it up again, each ended where a paragraph ends or else a line, a word."""
    found: list[str] = []
    piece = ""
    for line in _lines(text):
        paragraph_ended = piece.endswith("\n\n") and len(piece) > PIECE // 2
        if piece and (paragraph_ended or len(piece) + len(line) > PIECE):
            found.append(piece)
            piece = ""
        piece += line
    return [*found, piece] if piece else found


def _lines(text: str) -> Iterator[str]:
    """With their ends; one that is too long for a piece in several."""
    for line in text.splitlines(keepends=True):
        rest = line
        while len(rest) > PIECE:
            end = rest.rfind(" ", PIECE // 2, PIECE) + 1 or PIECE
            yield rest[:end]
            rest = rest[end:]
        yield rest
