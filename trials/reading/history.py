"""What imports changed of a trial, in words: by heading what stood there before and stands there now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.criteria.diff import Piece, words_between
from trials.models import Trial, TrialImport
from trials.reading.in_words import LIST_NAMES, column_in_words, entry_in_words

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.functional import Promise

# More entries of one list than these are counted and not shown: a page is to be read.
MOST_ENTRIES = 50
# Longer passages are laid side by side whole: to compare them word by word would take too long.
_LONGEST = 6000
_LISTS_OF_GROUPS = {
    "arms": gettext_lazy("Arms"),
    "interventions": gettext_lazy("Interventions"),
    "links": gettext_lazy("Which arm receives what"),
}
# Columns first, as the trial has them.
_ORDER = {field.name: place for place, field in enumerate(Trial._meta.concrete_fields)}
_MODULES: Mapping[str, str | Promise] = {
    "oversightModule": gettext_lazy("Oversight"),
    "ipdSharingStatementModule": gettext_lazy("Sharing of data"),
    "referencesModule": gettext_lazy("Publications and links"),
    "documentSection": gettext_lazy("Study documents"),
    "resultsSection": gettext_lazy("Results"),
    "annotationSection": gettext_lazy("Remarks of the registry"),
    "derivedSection": gettext_lazy("Subject terms"),
}


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
    def _all(self) -> list[Entry]:
        return list(self._entries)

    @property
    def entries(self) -> list[Entry]:
        return self._all[:MOST_ENTRIES]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(0, len(self._all) - MOST_ENTRIES)


@dataclass(frozen=True)
class Told:
    """One import of the trial's record."""

    at: datetime
    by: str
    is_first: bool
    changes: Sequence[Changed]

    @property
    def headings(self) -> list[str]:
        return list(dict.fromkeys(str(change.heading) for change in self.changes))


def told(imported: TrialImport) -> Told:
    named = sorted(imported.changes.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER)))
    changes = [change for name, value in named for change in _changed(name, value)]
    return Told(imported.at, imported.by, not imported.changes, changes)


def _changed(name: str, value: Any) -> Iterator[Changed]:
    match name:
        case "sites":
            yield _of_list(gettext_lazy("Sites"), value, "sites")
        case "groups":
            for part, difference in (value or dict.fromkeys(("arms",))).items():
                yield _of_list(_LISTS_OF_GROUPS[part], difference, part)
        case "record":
            yield from (_of_record(path, difference) for path, difference in (value or {}).items())
        case _ if name in LIST_NAMES:
            yield _of_list(_capital(LIST_NAMES[name]), value, name)
        case _:
            column = Trial._meta.get_field(name)
            words = (column_in_words(column, side) for side in value)  # type: ignore[arg-type]
            yield Changed(_capital(column.verbose_name), _between(*words))  # type: ignore[union-attr]


def _of_list(heading: str | Promise, difference: Mapping[str, Any] | None, name: str) -> Changed:
    return Changed(heading, None if difference is None else _entries(difference, name))


def _entries(difference: Mapping[str, Any], name: str) -> Iterator[Entry]:
    for before, after in difference.get("changed", ()):
        yield from _between(entry_in_words(name, before), entry_in_words(name, after))
    for gone in difference.get("removed", ()):
        yield from _between(entry_in_words(name, gone), "")
    for new in difference.get("added", ()):
        yield from _between("", entry_in_words(name, new))
    if order := difference.get("order"):
        yield from _between(*("\n".join(entry_in_words(name, each) for each in side) for side in order))


def _of_record(path: str, difference: Any) -> Changed:
    heading, name = _heading_of(path), path.rpartition(".")[2]
    if difference is None:
        return Changed(heading)
    if isinstance(difference, Mapping):
        return _of_list(heading, difference, name)
    return Changed(heading, _between(*(entry_in_words(name, side) for side in difference)))


def _heading_of(path: str) -> str:
    """ "protocolSection.oversightModule.isUsExport" as "Oversight: is us export"."""
    section, *keys = path.split(".")
    known = _MODULES.get(section)
    if keys and keys[0].endswith("Module"):
        known = _MODULES.get(keys.pop(0), known)
    return ": ".join([str(known or _("Record")), *map(_spoken, keys)])


def _spoken(key: str) -> str:
    """ "targetDuration" as "target duration"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key)
    return words.lower()


def _between(before: str, after: str) -> Iterator[Entry]:
    """Where two texts differ, passage by passage; a passage is made of lines."""
    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag != "equal":
            yield _passage("\n".join(old[start:end]), "\n".join(new[other_start:other_end]))


def _passage(before: str, after: str) -> Entry:
    if max(len(before), len(after)) > _LONGEST:
        return Entry([Piece("removed", before)] if before else [], [Piece("added", after)] if after else [])
    pieces = words_between(before, after)
    return Entry(
        [piece for piece in pieces if piece.kind != "added"],
        [piece for piece in pieces if piece.kind != "removed"],
    )


def _capital(words: object) -> str:
    text = str(words)
    return text[:1].upper() + text[1:]
