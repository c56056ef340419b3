"""Criteria that can never, or must always, be true, because of the numbers in them.

One variable is looked at at a time: between its neighbouring limits the truth of every criterion stays the
same, so the limits and a point between each two of them stand for all values. Whatever else a criterion asks
is unknown (Kleene). What comes out the same at every point does not depend on the participant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from trials.criteria.draft import Document, NodeDocument, walk
from trials.criteria.nodes import Op

_SAME = ("variable", "unit", "relative_to", "scale", "window", "min_duration")


@dataclass(frozen=True, slots=True)
class Clash:
    """Statements about one variable that fix the value of `node`, or, where that is empty, of the outcome.

    `always` is the value; `nobody`: with it nobody of this cohort is ever eligible.
    """

    node: str
    statements: tuple[str, ...]
    always: bool
    nobody: bool
    cohort: str | None


def clashes(document: Document, membership: Mapping[str, frozenset[str]]) -> Iterator[Clash]:
    """Every clash, cohort by cohort. References must lead somewhere and not in a circle."""
    codes: list[str | None] = [cohort["code"] for cohort in document.get("cohorts", ())]
    for cohort in codes or [None]:
        yield from _Scope(document, membership, cohort).clashes()


class _Scope:
    """The criteria as one cohort has them."""

    def __init__(
        self, document: Document, membership: Mapping[str, frozenset[str]], cohort: str | None
    ) -> None:
        self.document = document
        self.cohort = cohort
        self.nodes = {node["identifier"]: node for root in _roots(document) for node in walk(root)}
        self.outside = {
            identifier for identifier in self.nodes if cohort and cohort not in membership[identifier]
        }

    def clashes(self) -> Iterator[Clash]:
        for leaves in self._alike():
            if len(leaves) > 1:
                yield from self._clashes_of(leaves)

    def _alike(self) -> list[list[NodeDocument]]:
        """The statements that compare the same thing with a number, together."""
        found: dict[str, list[NodeDocument]] = {}
        for identifier, node in self.nodes.items():
            test = node.get("test") or {}
            if identifier in self.outside or not _is_plain(test):
                continue
            key = json.dumps([_is_number(test), *(test.get(part) for part in _SAME)], sort_keys=True)
            found.setdefault(key, []).append(node)
        return list(found.values())

    def _clashes_of(self, leaves: Sequence[NodeDocument]) -> Iterator[Clash]:
        columns = [self._values({leaf["identifier"]: _holds(leaf["test"], point) for leaf in leaves})
                   for point in _points(leaves)]  # fmt: skip
        constant = {
            identifier: columns[0][identifier]
            for identifier in self.nodes
            if columns[0].get(identifier) is not None
            and all(column[identifier] == columns[0][identifier] for column in columns)
        }
        inclusion, exclusion = (root["identifier"] for root in _roots(self.document))
        nobody = all(column[inclusion] is False or column[exclusion] is True for column in columns)
        lowest = [
            identifier
            for identifier in constant
            if not any(below["identifier"] in constant for below in self._below(identifier))
        ]
        for identifier in lowest:
            inside = [leaf["identifier"] for leaf in leaves if leaf in list(walk(self.nodes[identifier]))]
            if len(inside) > 1:
                yield Clash(identifier, tuple(inside), bool(constant[identifier]), nobody, self.cohort)
        if nobody and not lowest:
            yield Clash("", tuple(leaf["identifier"] for leaf in leaves), False, nobody, self.cohort)

    def _below(self, identifier: str) -> Iterator[NodeDocument]:
        for child in self.nodes[identifier].get("children", ()):
            yield from walk(child)

    def _values(self, known: Mapping[str, bool]) -> dict[str, bool | None]:
        values: dict[str, bool | None] = dict(known)

        def value(identifier: str) -> bool | None:
            if identifier not in values:
                values[identifier] = None  # until it is known: a circle of references stays unknown
                node = self.nodes[identifier]
                parts = [part["identifier"] for part in node.get("children", ())]
                if node["op"] == Op.REF:
                    parts = [node["target"]] if node.get("target") in self.nodes else []
                seen = [value(part) for part in parts if part not in self.outside or node["op"] == Op.REF]
                values[identifier] = _truth(node, seen)
            return values[identifier]

        for identifier in self.nodes:
            value(identifier)
        return values


def _roots(document: Document) -> tuple[NodeDocument, NodeDocument]:
    return document["inclusion"], document["exclusion"]


def _is_number(test: Mapping[str, Any]) -> bool:
    return test.get("comparator") not in ("present", "absent")


def _is_plain(test: Mapping[str, Any]) -> bool:
    """Whether a variable's value alone decides the test: it is compared with a number, or asked for."""
    if not test.get("variable") or test.get("applies_to") or test.get("judgement"):
        return False
    value = test.get("value")
    match test.get("comparator"):
        case "present" | "absent":
            return True
        case "<" | "<=" | ">" | ">=" | "=" | "!=":
            return isinstance(value, int | float)
        case "between":
            return isinstance(value, list) and len(value) == 2
    return False


def _points(leaves: Sequence[NodeDocument]) -> list[Any]:
    if not _is_number(leaves[0]["test"]):
        return [True, False]
    limits: set[float] = set()
    for leaf in leaves:
        value = leaf["test"]["value"]
        limits.update(value if isinstance(value, list) else [value])
    ordered = sorted(limits)
    between = [(low + high) / 2 for low, high in pairwise(ordered)]
    return [ordered[0] - 1, *ordered, *between, ordered[-1] + 1]


def _holds(test: Mapping[str, Any], point: Any) -> bool:
    value: Any = test.get("value")
    match test["comparator"]:
        case "present":
            return bool(point)
        case "absent":
            return not point
        case "between":
            return bool(value[0] <= point <= value[1])
        case "<":
            return bool(point < value)
        case "<=":
            return bool(point <= value)
        case ">":
            return bool(point > value)
        case ">=":
            return bool(point >= value)
        case "=":
            return bool(point == value)
    return bool(point != value)


def _truth(node: NodeDocument, parts: Sequence[bool | None]) -> bool | None:
    """Of a node whose parts have these values; unknown wherever it is not certain."""
    match node["op"]:
        case Op.ALL:
            return _all(parts)
        case Op.ANY:
            return _not(_all([_not(part) for part in parts]))
        case Op.AT_LEAST if parts:
            k = node.get("k") or 1
            if parts.count(True) >= k:
                return True
            return False if len(parts) - parts.count(False) < k else None
        case Op.NOT if len(parts) == 1:
            return _not(parts[0])
        case Op.EXCEPT if len(parts) > 1:
            return _all([parts[0], *(_not(part) for part in parts[1:])])
        case Op.IF if len(parts) == 2 and parts[0] is True:
            return parts[1]
        case Op.REF if parts:
            return parts[0]
    return None


def _all(parts: Sequence[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts or not parts else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value
