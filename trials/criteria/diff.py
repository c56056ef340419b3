"""Two versions of criteria compared by identifier: what was added, removed, reworded, moved, and so on.

Drafts can be compared as well as trees, so it takes their documents. Comparing them the other way round gives
the same changes with before and after exchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from trials.criteria.draft import ROOTS, Document, NodeDocument, by_identifier, places, walk

# The share of words that two texts have in common, from which on they are read as one that was changed.
ALIKE = 0.4


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    RELABELLED = "relabelled"
    VALUE = "value"
    OPERATOR = "operator"
    COHORTS = "cohorts"
    MOVED = "moved"
    REMARKS = "remarks"


class Piece(NamedTuple):
    """A run of words of two texts laid over each other."""

    kind: Literal["same", "removed", "added"]
    text: str


class Part(NamedTuple):
    """One entry of a test that differs; None where it has none."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one criterion; `before` or `after` is missing where it was added or removed.

    `category` is where it stands now, or stood last; `words` lays both texts over each other.
    """

    identifier: str
    kinds: frozenset[Kind]
    category: str
    before: NodeDocument | None
    after: NodeDocument | None
    words: tuple[Piece, ...] = ()
    test: tuple[Part, ...] = ()

    @property
    def node(self) -> NodeDocument:
        return self.after or self.before or {}


@dataclass(frozen=True, slots=True)
class Difference:
    """`changes` in protocol order, what was removed where it stood; `cohorts` by code, before and after."""

    changes: tuple[Change, ...]
    cohorts: tuple[Part, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.cohorts)

    def count(self, kind: Kind) -> int:
        return sum(1 for change in self.changes if kind in change.kinds)


def compare(before: Document, after: Document) -> Difference:
    old, new = by_identifier(before), by_identifier(after)
    moved = _moved(before, after)
    changes = []
    for identifier in _in_order(before, after):
        one, other = old.get(identifier), new.get(identifier)
        kinds = _kinds(one, other) | ({Kind.MOVED} if identifier in moved else set())
        if kinds:
            changes.append(
                Change(
                    identifier,
                    frozenset(kinds),
                    _category(after if other else before, identifier),
                    one,
                    other,
                    words_between(_text(one), _text(other)) if Kind.REWORDED in kinds else (),
                    _parts(_test(one), _test(other)),
                )
            )
    return Difference(tuple(changes), _parts(_cohorts(before), _cohorts(after)))


def words_between(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts as one run of words: those of the first alone, of the second alone, and of both.

    Texts that have little in common stand whole, one after the other: nobody reads confetti.
    """
    if (
        before
        and after
        and SequenceMatcher(None, before.split(), after.split(), autojunk=False).ratio() < ALIKE
    ):
        return Piece("removed", before), Piece("added", after)
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    pieces: list[Piece] = []
    for tag, start, end, other_start, other_end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[start:end])))
            continue
        if start < end:
            pieces.append(Piece("removed", "".join(old[start:end])))
        if other_start < other_end:
            pieces.append(Piece("added", "".join(new[other_start:other_end])))
    return tuple(pieces)


def _kinds(before: NodeDocument | None, after: NodeDocument | None) -> set[Kind]:
    if before is None:
        return {Kind.ADDED}
    if after is None:
        return {Kind.REMOVED}
    keys = {
        Kind.REWORDED: ("text",),
        Kind.RELABELLED: ("label",),
        Kind.VALUE: ("test",),
        Kind.OPERATOR: ("op", "k", "target"),
        Kind.COHORTS: ("cohorts",),
        Kind.REMARKS: ("note", "quota", "warnings"),
    }
    return {kind for kind, names in keys.items() if any(before.get(key) != after.get(key) for key in names)}


def _moved(before: Document, after: Document) -> set[str]:
    """What has another parent, and of those with the same one the fewest that explain the new order."""
    old, new = places(before), places(after)
    both = old.keys() & new.keys()
    moved = {each for each in both if _parent(old, each) != _parent(new, each)}
    stayed = both - moved
    for parent in {_parent(new, each) for each in stayed}:
        rows = [
            [each for each in where if each in stayed and _parent(where, each) == parent]
            for where in (old, new)
        ]
        moved |= set(rows[0]) - set(_in_both_orders(*rows))
    return moved


def _parent(where: Mapping[str, Any], identifier: str) -> str:
    return str(where[identifier].parent["identifier"])


def _in_both_orders(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The longest common subsequence; of several the first in the alphabet, whichever side is the old one."""
    if list(old) == list(new):
        return tuple(old)
    best: list[tuple[str, ...]] = [()] * (len(new) + 1)
    for mine in reversed(old):
        row: list[tuple[str, ...]] = [()] * (len(new) + 1)
        for at in range(len(new) - 1, -1, -1):
            options = [best[at], row[at + 1]]
            if mine == new[at]:
                options.append((mine, *best[at + 1]))
            row[at] = min(options, key=lambda run: (-len(run), run))
        best = row
    return best[0]


def _in_order(before: Document, after: Document) -> list[str]:
    """The identifiers of the later document, and each that was removed behind the one it followed."""
    old = list(by_identifier(before))
    order = list(by_identifier(after))
    present = set(order)
    for at, identifier in enumerate(old):
        if identifier not in present:
            order.insert(order.index(old[at - 1]) + 1 if at else 0, identifier)
            present.add(identifier)
    return order


def _category(document: Document, identifier: str) -> str:
    return next(
        root for root in ROOTS if any(node["identifier"] == identifier for node in walk(document[root]))
    )


def _text(node: NodeDocument | None) -> str:
    return str(node.get("text", "")) if node else ""


def _test(node: NodeDocument | None) -> dict[str, Any]:
    return dict(node.get("test") or {}) if node else {}


def _cohorts(document: Document) -> dict[str, Any]:
    return {cohort["code"]: cohort for cohort in document.get("cohorts", ())}


def _parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Part, ...]:
    keys = [*before, *(key for key in after if key not in before)]
    return tuple(
        Part(key, before.get(key), after.get(key)) for key in sorted(keys) if not _same(before, after, key)
    )


def _same(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> bool:
    """18 and 18.0 are written differently, and that is a difference: somebody wrote it."""
    return json.dumps(before.get(key), sort_keys=True) == json.dumps(after.get(key), sort_keys=True)
