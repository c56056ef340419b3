"""Differences between two versions, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trials.criteria.diff import Change, Kind, Piece, compare
from trials.criteria.draft import Document, NodeDocument
from trials.criteria.lint import name
from trials.editor.outline import Where
from trials.editor.words import KINDS, operator_words, test_words
from trials.models import CriteriaVersion, Variable
from trials.models.criteria import tree_document


class Aspect(NamedTuple):
    """One thing about a criterion that differs, named, as it was and as it is."""

    name: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What became of one criterion.

    before, after: its words in runs, those that differ marked; empty where it is not there
    text: its words where they are the same in both
    """

    identifier: str
    place: str
    kinds: tuple[str | Promise, ...]
    text: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """`counts` has each kind of change that there is, and of how many criteria."""

    lines: tuple[ChangeLine, ...]
    cohorts: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str | Promise, int], ...]

    def __bool__(self) -> bool:
        return bool(self.lines or self.cohorts)


def version_before(version: CriteriaVersion) -> CriteriaVersion | None:
    """The published version that this one follows, of the same source."""
    same = CriteriaVersion.objects.filter(trial=version.trial_id, source=version.source).published()
    if version.published_at is not None:
        same = same.filter(published_at__lt=version.published_at)
    return same.newest_first().first()


def changes_between(before: CriteriaVersion, after: CriteriaVersion) -> Changes:
    labels = dict(Variable.objects.values_list("code", "label"))
    return in_words(tree_document(before.pk), tree_document(after.pk), labels)


def in_words(before: Document, after: Document, labels: Mapping[str, str]) -> Changes:
    difference = compare(before, after)
    cohorts = tuple(
        ((part.before or {}).get("label", ""), (part.after or {}).get("label", ""))
        for part in difference.cohorts
    )
    where = Where(before), Where(after)
    lines = tuple(_line(change, *where, labels) for change in difference.changes)
    counts = tuple((KINDS[kind], count) for kind in Kind if (count := difference.count(kind)))
    return Changes(lines, cohorts, counts)


def _line(change: Change, before: Where, after: Where, labels: Mapping[str, str]) -> ChangeLine:
    old, new = change.before, change.after
    pieces = change.words or _whole(change)
    return ChangeLine(
        identifier=change.identifier,
        place=(after if new else before).path(change.identifier),
        kinds=tuple(KINDS[kind] for kind in Kind if kind in change.kinds),
        text="" if pieces else name(change.node),
        before=tuple(piece for piece in pieces if piece.kind != "added"),
        after=tuple(piece for piece in pieces if piece.kind != "removed"),
        aspects=tuple(_aspects(change, before, after, labels)) if old and new else (),
    )


def _whole(change: Change) -> tuple[Piece, ...]:
    """All words of what was added or removed."""
    for kind, piece in ((Kind.ADDED, "added"), (Kind.REMOVED, "removed")):
        if kind in change.kinds:
            words = f"{change.node.get('label', '')} {change.node.get('text', '')}".strip()
            return (Piece(piece, words or operator_words(change.node)),)  # type: ignore[arg-type]
    return ()


def _aspects(change: Change, before: Where, after: Where, labels: Mapping[str, str]) -> Iterator[Aspect]:
    """Of a criterion that both have."""
    old, new = change.before or {}, change.after or {}
    nothing, everybody = _("nothing"), _("everybody in its group")
    if Kind.VALUE in change.kinds:
        tests = [test_words(node.get("test") or {}, labels) or nothing for node in (old, new)]
        yield Aspect(_("Decided by"), *tests)
    if Kind.OPERATOR in change.kinds:
        yield Aspect(_("Counts as"), *(operator_words(node) or nothing for node in (old, new)))
    if Kind.RELABELLED in change.kinds:
        yield Aspect(_("Label"), *(node.get("label") or nothing for node in (old, new)))
    if Kind.COHORTS in change.kinds:
        yield Aspect(_("For"), *(", ".join(node.get("cohorts", ())) or everybody for node in (old, new)))
    if Kind.MOVED in change.kinds:
        yield Aspect(_("Stands in"), *(where.path(change.identifier) for where in (before, after)))
    if Kind.REMARKS in change.kinds:
        yield Aspect(_("Remarks"), *(_remarks(node) or nothing for node in (old, new)))


def _remarks(node: NodeDocument) -> str:
    return " · ".join(filter(None, (node.get("note"), node.get("quota"), *node.get("warnings", ()))))
