"""A draft's document into its rows. Only what differs is written, so the audit trail reads like the steps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from django.db.models import Max

from trials.criteria.draft import ROOTS, Document, by_identifier, places, walk
from trials.models import Cohort, CriteriaVersion, Criterion

# Rows stand this far apart, so that a new one finds room between two others.
GAP = 1024
# Django deletes this many at a time, children with or before their parents.
_TOGETHER = 100


def store_document(version: CriteriaVersion, document: Document) -> None:
    """Bring the rows of a draft to what the document says; the draft must be locked."""
    _store_cohorts(version, document.get("cohorts", []))
    rows = {row.identifier: row for row in Criterion.objects.filter(version=version)}
    wanted = _columns(document)
    _make_room(rows, wanted)
    _insert(version, rows, wanted)
    _update(rows, wanted)
    gone = sorted(
        (row for row in rows.values() if row.identifier not in wanted), key=lambda row: -row.position
    )
    for some in batched(gone, _TOGETHER):
        Criterion.objects.filter(pk__in=[row.pk for row in some]).delete()


def spaced(positions: Sequence[int | None]) -> list[int]:
    """Ascending numbers for things in order, as few of them new as possible; None has no number yet."""
    kept = _ascending(positions)
    behind = iter([*kept, None])
    following = next(behind)
    result: list[int] = []
    for index in range(len(positions)):
        low = result[-1] if result else -1
        if index == following:
            result.append(positions[index] or 0)
            following = next(behind)
            continue
        if following is None:
            result.append(low + GAP)
            continue
        high, between = positions[following] or 0, following - index
        if high - low <= between:
            return [place * GAP for place in range(len(positions))]
        result.append(low + max(1, (high - low) // (between + 1)))
    return result


def _ascending(positions: Sequence[int | None]) -> list[int]:
    """The places of a longest ascending run among the numbers."""
    ends: list[int] = []  # the smallest number in which a run of each length ends
    last: list[int] = []  # and its place
    before: dict[int, int | None] = {}
    for place, position in enumerate(positions):
        if position is None:
            continue
        length = bisect_left(ends, position)
        before[place] = last[length - 1] if length else None
        ends[length : length + 1] = [position]
        last[length : length + 1] = [place]
    run: list[int] = []
    at = last[-1] if last else None
    while at is not None:
        run.append(at)
        at = before[at]
    return run[::-1]


def _columns(document: Document) -> dict[str, dict[str, Any]]:
    """What each row should hold, in protocol order; the parent is named by its identifier."""
    where = places(document)
    category = {node["identifier"]: root for root in ROOTS for node in walk(document[root])}
    return {
        identifier: {
            "parent": where[identifier].parent["identifier"] if identifier in where else None,
            "category": category[identifier],
            "op": node["op"],
            "label": node.get("label", ""),
            "text": node.get("text", ""),
            "k": node.get("k"),
            "target": node.get("target", ""),
            "cohorts": node.get("cohorts", []),
            "note": node.get("note", ""),
            "quota": node.get("quota", ""),
            "warnings": node.get("warnings", []),
            "test": node.get("test"),
        }
        for identifier, node in by_identifier(document).items()
    }


def _make_room(rows: dict[str, Criterion], wanted: dict[str, dict[str, Any]]) -> None:
    present = [rows[each].position if each in rows else None for each in wanted]
    for columns, position in zip(wanted.values(), spaced(present), strict=True):
        columns["position"] = position


def _insert(version: CriteriaVersion, rows: dict[str, Criterion], wanted: dict[str, dict[str, Any]]) -> None:
    """New rows, a layer of the tree at a time, since a row needs its parent's key."""
    waiting = [identifier for identifier in wanted if identifier not in rows]
    while waiting:
        layer = [each for each in waiting if wanted[each]["parent"] in rows]
        made = [
            Criterion(
                version=version,
                identifier=identifier,
                **{**wanted[identifier], "parent": rows[wanted[identifier]["parent"]]},
            )
            for identifier in layer
        ]
        rows |= {row.identifier: row for row in Criterion.objects.bulk_create(made)}
        waiting = [each for each in waiting if each not in rows]


def _update(rows: dict[str, Criterion], wanted: dict[str, dict[str, Any]]) -> None:
    for identifier, columns in wanted.items():
        row, parent = rows[identifier], columns.pop("parent")
        values = {**columns, "parent_id": rows[parent].pk if parent else None}
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        for name in differing:
            setattr(row, name, values[name])
        if differing:
            row.save(update_fields=[name.removesuffix("_id") for name in differing])


def _store_cohorts(version: CriteriaVersion, wanted: Iterable[dict[str, str]]) -> None:
    rows = {row.code: row for row in Cohort.objects.filter(version=version)}
    values = {cohort["code"]: {"label": cohort["label"], "note": cohort.get("note", "")} for cohort in wanted}
    kept = [code for code in rows if code in values]
    if list(values)[: len(kept)] != kept:  # another order; two rows cannot change places
        Cohort.objects.filter(version=version).delete()
        rows = {}
    Cohort.objects.filter(version=version).exclude(code__in=values).delete()
    last = Cohort.objects.filter(version=version).aggregate(last=Max("position"))["last"]
    free = 0 if last is None else last + 1
    for code, columns in values.items():
        row = rows.get(code)
        if row is None:
            Cohort.objects.create(version=version, position=free, code=code, **columns)
            free += 1
        elif any(getattr(row, name) != value for name, value in columns.items()):
            Cohort.objects.filter(pk=row.pk).update(**columns)
