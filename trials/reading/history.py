"""What imports changed of a trial, in words: by heading what stood there before and stands there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from trials.criteria.diff import Piece, words_between
from trials.models import Trial, TrialImport
from trials.reading.in_words import LIST_NAMES, column_in_words, entry_in_words
from trials.reading.portions import Kind, Portion, pieces
from trials.reading.record_words import heading_of, place_of, said

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.functional import Promise

# Longer passages are laid side by side in pieces: to compare them word by word would take too long.
_LONGEST = 6000
_LISTS_OF_GROUPS = {
    "arms": gettext_lazy("Arms"),
    "interventions": gettext_lazy("Interventions"),
    "links": gettext_lazy("Which arm receives what"),
}
# Columns first, as the trial has them.
_ORDER = {field.name: place for place, field in enumerate(Trial._meta.concrete_fields)}


@dataclass(frozen=True)
class Entry:
    """One thing as it was and as it is, in runs of words; a side on which it is not there is empty."""

    before: Sequence[Piece]
    after: Sequence[Piece]


class Changed:
    """What became of the things under one heading; they are compared when somebody looks at them.

    Without entries, that it changed is known, and not how.
    """

    def __init__(self, heading: str | Promise, entries: Iterable[Entry] | None = None) -> None:
        self.heading = heading
        self.unknown = entries is None
        self._entries = entries or ()

    @cached_property
    def entries(self) -> list[Entry]:
        return list(self._entries)


@dataclass(frozen=True)
class Line:
    """One entry with what it belongs to; none where there is no telling what became of it."""

    change: Changed
    entry: Entry | None

    @property
    def words(self) -> list[str]:
        sides = (*self.entry.before, *self.entry.after) if self.entry else ()
        return [str(self.change.heading), *(piece.text for piece in sides)]


@dataclass(frozen=True)
class UnderHeading:
    """The entries of one change that are shown together."""

    change: Changed
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Told:
    """One import of the trial's record."""

    pk: int
    at: datetime
    is_first: bool
    changes: Sequence[Changed]

    @property
    def headings(self) -> list[str]:
        return list(dict.fromkeys(str(change.heading) for change in self.changes))


def lines_of(told: Told) -> Portion:
    """All that an import changed, entry by entry."""
    lines = [Line(change, entry) for change in told.changes for entry in change.entries or (None,)]
    return Portion(str(told.pk), _CHANGES, lines)


def _under_headings(lines: Sequence[Line]) -> list[UnderHeading]:
    by_change: dict[int, list[Line]] = {}
    for line in lines:
        by_change.setdefault(id(line.change), []).append(line)
    return [
        UnderHeading(found[0].change, [line.entry for line in found if line.entry])
        for found in by_change.values()
    ]


_CHANGES = Kind(
    gettext_lazy("Changes"),
    gettext_lazy("All %(n)s changes"),
    "trials/changes.html",
    lambda line: line.words,
    markup=450,
    made_of=_under_headings,
)


def told(imported: TrialImport) -> Told:
    named = sorted(imported.changes.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER)))
    changes = [change for name, value in named for change in _changed(name, value)]
    return Told(imported.pk, imported.at, not imported.changes, changes)


def _changed(name: str, value: Any) -> Iterator[Changed]:
    match name:
        case "sites":
            yield _of_list(gettext_lazy("Sites"), value, "sites")
        case "groups":
            for part, difference in (value or dict.fromkeys(("arms",))).items():
                yield _of_list(_LISTS_OF_GROUPS[part], difference, part)
        case "record":
            places = sorted((value or {}).items(), key=lambda item: place_of(item[0]))
            yield from (_of_record(path, difference) for path, difference in places)
        case _ if name in LIST_NAMES:
            yield _of_list(_capital(LIST_NAMES[name]), value, name)
        case _:
            column = Trial._meta.get_field(name)
            words = (column_in_words(column, side) for side in value)  # type: ignore[arg-type]
            yield Changed(_capital(column.verbose_name), _between(*words))  # type: ignore[union-attr]


def _of_list(heading: str | Promise, difference: Mapping[str, Any] | None, name: str) -> Changed:
    return Changed(
        heading, None if difference is None else _entries(difference, partial(entry_in_words, name))
    )


def _entries(difference: Mapping[str, Any], said: Callable[[Any], str]) -> Iterator[Entry]:
    for before, after in difference.get("changed", ()):
        yield from _between(said(before), said(after))
    gone, new = (Counter(map(said, difference.get(kind, ()))) for kind in ("removed", "added"))
    for words in (gone - new).elements():  # what reads the same differs in what is for programs alone
        yield from _between(words, "")
    for words in (new - gone).elements():
        yield from _between("", words)
    if order := difference.get("order"):
        yield from _between(*("\n".join(said(each) for each in side) for side in order))


def _of_record(path: str, difference: Any) -> Changed:
    heading, in_words = heading_of(path), partial(said, path)
    if difference is None:
        return Changed(heading)
    if isinstance(difference, Mapping):
        return Changed(heading, _entries(difference, in_words))
    return Changed(heading, _between(*map(in_words, difference)))


def _between(before: str, after: str) -> Iterator[Entry]:
    """Where two texts differ, passage by passage; a passage is made of lines."""
    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag != "equal":
            yield from _passages("\n".join(old[start:end]), "\n".join(new[other_start:other_end]))


def _passages(before: str, after: str) -> Iterator[Entry]:
    if max(len(before), len(after)) <= _LONGEST:
        yield _passage(before, after)
        return
    for old, new in zip_longest(pieces(before), pieces(after), fillvalue=""):
        yield Entry([Piece("removed", old)] if old else [], [Piece("added", new)] if new else [])


def _passage(before: str, after: str) -> Entry:
    pieces = words_between(before, after)
    return Entry(
        [piece for piece in pieces if piece.kind != "added"],
        [piece for piece in pieces if piece.kind != "removed"],
    )


def _capital(words: object) -> str:
    text = str(words)
    return text[:1].upper() + text[1:]
