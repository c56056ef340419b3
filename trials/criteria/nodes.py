"""The types of a criteria tree, and the ways to walk one.

A tree is one protocol version's eligibility criteria: two roots, `inclusion` (an `all`) and `exclusion`
(an `any`; exclusions are worded as the protocol words them, so an exclusion that is true excludes). The
types are frozen and hold nothing but the document, so a tree can be pinned by its digest, compared, and
used as a cache key. `tree.py` reads documents into these types; nothing else should build a `Tree`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from trials.criteria.typed import Test, without_blanks


class Op(StrEnum):
    """What a node makes of its children; the tables are in `screening/circuit.py`."""

    ALL = "all"
    ANY = "any"
    AT_LEAST = "at_least"
    NOT = "not"
    EXCEPT = "except"
    IF = "if"
    REF = "ref"
    STATEMENT = "statement"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Cohort:
    """A disease, arm or part of the trial with criteria of its own."""

    code: str
    label: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return without_blanks(code=self.code, label=self.label, note=self.note)


@dataclass(frozen=True, slots=True)
class Node:
    """One criterion, or a part of one. `cohorts` is what the document says here; see `Tree.cohorts_of`."""

    identifier: str
    op: Op
    label: str = ""
    text: str = ""
    children: tuple[Node, ...] = ()
    k: int | None = None
    target: str = ""
    cohorts: tuple[str, ...] = ()
    note: str = ""
    quota: str = ""
    warnings: tuple[str, ...] = ()
    test: Test | None = None

    def walk(self) -> Iterator[Node]:
        """This node and everything below it, in protocol order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_json(self) -> dict[str, Any]:
        return without_blanks(
            identifier=self.identifier,
            op=self.op.value,
            label=self.label,
            text=self.text,
            k=self.k,
            target=self.target,
            cohorts=list(self.cohorts),
            note=self.note,
            quota=self.quota,
            warnings=list(self.warnings),
            test=self.test and self.test.to_json(),
            children=[child.to_json() for child in self.children],
        )


@dataclass(frozen=True)
class Tree:
    """A version's criteria. Equal trees have equal digests; the digest is what a screening pins."""

    cohorts: tuple[Cohort, ...]
    inclusion: Node
    exclusion: Node

    def __hash__(self) -> int:
        # The generated hash would walk the whole tree at each use as a cache key; the digest is kept.
        return hash(self.digest)

    def walk(self) -> Iterator[Node]:
        """Every node in protocol order: inclusion first, a parent before its children."""
        yield from self.inclusion.walk()
        yield from self.exclusion.walk()

    @cached_property
    def nodes(self) -> MappingProxyType[str, Node]:
        """Every node by its identifier, in protocol order."""
        return MappingProxyType({node.identifier: node for node in self.walk()})

    @cached_property
    def statements(self) -> tuple[Node, ...]:
        """What a person answers, in protocol order."""
        return tuple(node for node in self.walk() if node.op is Op.STATEMENT)

    @cached_property
    def lost(self) -> tuple[Node, ...]:
        """Where the source lost text."""
        return tuple(node for node in self.walk() if node.op is Op.LOST)

    @cached_property
    def warnings(self) -> tuple[tuple[Node, str], ...]:
        """What a reviewer must see: (node, remark). Lost text is one of them by itself."""
        return tuple(
            (node, remark)
            for node in self.walk()
            for remark in ((node.text,) if node.op is Op.LOST else ()) + node.warnings
        )

    @cached_property
    def parents(self) -> MappingProxyType[str, Node]:
        """The parent of each node but the roots, by the child's identifier."""
        return MappingProxyType({child.identifier: node for node in self.walk() for child in node.children})

    @cached_property
    def inclusion_criteria(self) -> tuple[Node, ...]:
        """The inclusion criteria as the protocol numbers them.

        They are the children of the root. An unlabelled group that only repeats the root's operator is a
        heading ("Disease-specific criteria"): the criteria are below it.
        """
        return tuple(_criteria(self.inclusion))

    @cached_property
    def exclusion_criteria(self) -> tuple[Node, ...]:
        """The exclusion criteria, likewise."""
        return tuple(_criteria(self.exclusion))

    def cohorts_of(self, identifier: str) -> frozenset[str]:
        """The codes of the cohorts that a node belongs to; empty in a version without cohorts."""
        return self._membership[identifier]

    def na_offered(self, identifier: str) -> bool:
        """Whether "not applicable" is an ordinary answer to this statement.

        It is below an `if`, and where the test says to whom it applies. Anywhere else it takes a reason
        and the investigator.
        """
        return identifier in self._na_offered

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(canonical_json(self).encode()).hexdigest()

    @cached_property
    def _membership(self) -> dict[str, frozenset[str]]:
        every = frozenset(cohort.code for cohort in self.cohorts)
        membership: dict[str, frozenset[str]] = {}
        for node in self.walk():
            parent = self.parents.get(node.identifier)
            inherited = every if parent is None else membership[parent.identifier]
            membership[node.identifier] = frozenset(node.cohorts) if node.cohorts else inherited
        return membership

    @cached_property
    def _na_offered(self) -> frozenset[str]:
        conditional = (below for node in self.walk() if node.op is Op.IF for below in node.walk())
        applied = (node for node in self.statements if node.test is not None and node.test.applies_to)
        return frozenset(node.identifier for nodes in (conditional, applied) for node in nodes)


def _criteria(heading: Node) -> Iterator[Node]:
    for child in heading.children:
        if child.op is heading.op and not child.label:
            yield from _criteria(child)
        else:
            yield child


def tree_to_json(tree: Tree) -> dict[str, Any]:
    """The tree's document. `parse_tree` of it is the same tree; what is blank is left out."""
    return without_blanks(
        cohorts=[cohort.to_json() for cohort in tree.cohorts],
        inclusion=tree.inclusion.to_json(),
        exclusion=tree.exclusion.to_json(),
    )


def canonical_json(tree: Tree) -> str:
    """The one text of a tree: sorted keys, no spaces, Unicode as it is."""
    return json.dumps(
        tree_to_json(tree), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
