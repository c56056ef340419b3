"""Differences between two versions, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from trials.criteria.diff import Change, Kind, Piece, compare
from trials.criteria.draft import Document, NodeDocument
from trials.criteria.lint import name
from trials.editor.outline import Where
from trials.editor.words import KINDS, operator_words, test_words
from trials.models import CriteriaVersion, Variable
from trials.models.criteria import tree_document


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What became of one criterion. Of a pair the first is how it was; None where that did not change."""

    place: str
    kinds: tuple[str | Promise, ...]
    text: str
    pieces: tuple[Piece, ...]
    value: tuple[str, str] | None
    operator: tuple[str, str] | None
    label: tuple[str, str] | None
    whom: tuple[str, str] | None
    moved: tuple[str, str] | None
    remarks: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Changes:
    lines: tuple[ChangeLine, ...]
    cohorts: tuple[tuple[str, str], ...]

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
    return Changes(tuple(_line(change, *where, labels) for change in difference.changes), cohorts)


def _line(change: Change, before: Where, after: Where, labels: Mapping[str, str]) -> ChangeLine:
    old, new = change.before, change.after

    def pair(kind: Kind, words: tuple[str, str]) -> tuple[str, str] | None:
        return words if kind in change.kinds else None

    tests = tuple(test_words((node or {}).get("test") or {}, labels) for node in (old, new))
    return ChangeLine(
        place=(after if new else before).path(change.identifier),
        kinds=tuple(KINDS[kind] for kind in Kind if kind in change.kinds),
        text=name(change.node) if Kind.REWORDED not in change.kinds else "",
        pieces=change.words,
        value=pair(Kind.VALUE, (tests[0], tests[1])),
        operator=pair(Kind.OPERATOR, (_operator(old), _operator(new))),
        label=pair(Kind.RELABELLED, (_text(old, "label"), _text(new, "label"))),
        whom=pair(Kind.COHORTS, (_listed(old, "cohorts"), _listed(new, "cohorts"))),
        moved=pair(Kind.MOVED, _places(change, before, after)),
        remarks=pair(Kind.REMARKS, (_remarks(old), _remarks(new))),
    )


def _places(change: Change, before: Where, after: Where) -> tuple[str, str]:
    if change.before is None or change.after is None:
        return "", ""
    return before.path(change.identifier), after.path(change.identifier)


def _operator(node: NodeDocument | None) -> str:
    return operator_words(node) if node else ""


def _text(node: NodeDocument | None, key: str) -> str:
    return str((node or {}).get(key, ""))


def _listed(node: NodeDocument | None, key: str) -> str:
    return ", ".join((node or {}).get(key, ()))


def _remarks(node: NodeDocument | None) -> str:
    node = node or {}
    return " · ".join(filter(None, (node.get("note"), node.get("quota"), *node.get("warnings", ()))))
