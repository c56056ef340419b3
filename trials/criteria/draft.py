"""A draft's document: what an editor works on before it is a tree.

A draft has the form of a criteria document and may break its rules: a group may be empty, `k` too large, a
reference may lead nowhere. So it is handled as the plain document; `parse_tree` takes it once it is right.
Documents are never changed in place: each function gives a new one that shares the parts that stayed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trials.criteria.messages import Message, gettext_noop
from trials.criteria.nodes import Op
from trials.criteria.schema import MAX_DEPTH, MAX_NODES

type Document = dict[str, Any]
type NodeDocument = dict[str, Any]

ROOTS = ("inclusion", "exclusion")
LEAVES = frozenset({Op.STATEMENT, Op.REF, Op.LOST})
_KEYS = (
    "identifier", "op", "label", "text", "k", "target", "cohorts", "note", "quota", "warnings", "test",
    "children",
)  # fmt: skip


class EditError(Exception):
    """A step that makes no sense; the document stays as it is."""

    def __init__(self, template: str, **parameters: str | int) -> None:
        self.message = Message(template, parameters)
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: which child of which parent."""

    parent: NodeDocument
    index: int


def walk(node: NodeDocument) -> Iterator[NodeDocument]:
    """A node and everything below it, in protocol order."""
    yield node
    for child in node.get("children", ()):
        yield from walk(child)


def all_nodes(document: Document) -> Iterator[NodeDocument]:
    for root in ROOTS:
        yield from walk(document[root])


def by_identifier(document: Document) -> dict[str, NodeDocument]:
    return {node["identifier"]: node for node in all_nodes(document)}


def places(document: Document) -> dict[str, Place]:
    """Where each node stands; the roots stand nowhere."""
    return {
        child["identifier"]: Place(node, index)
        for node in all_nodes(document)
        for index, child in enumerate(node.get("children", ()))
    }


def find(document: Document, identifier: str) -> NodeDocument:
    for node in all_nodes(document):
        if node["identifier"] == identifier:
            return node
    raise EditError(gettext_noop("This criterion is not there any more."))


def place_of(document: Document, identifier: str) -> Place:
    find(document, identifier)
    place = places(document).get(identifier)
    if place is None:
        raise EditError(
            gettext_noop("The inclusion and the exclusion criteria as a whole stay where they are.")
        )
    return place


def is_group(node: NodeDocument) -> bool:
    return node["op"] not in LEAVES


def changed(node: NodeDocument, **values: Any) -> NodeDocument:
    """The node with these values; what is blank is left out, as in any document."""
    merged = {**node, **values}
    return {key: merged[key] for key in _KEYS if merged.get(key) not in (None, "", [], ())}


def replaced(document: Document, identifier: str, *into: NodeDocument) -> Document:
    """The document with other nodes, or none, in the place of one."""
    return {
        **document,
        **{
            root: into[0]
            if document[root]["identifier"] == identifier
            else _below(document[root], identifier, into)
            for root in ROOTS
        },
    }


def with_children(document: Document, identifier: str, children: Sequence[NodeDocument]) -> Document:
    return replaced(document, identifier, changed(find(document, identifier), children=list(children)))


def within_limits(document: Document) -> Document:
    """The document, unless it grew beyond what a tree may be."""
    if max(_depth(document[root]) for root in ROOTS) > MAX_DEPTH:
        raise EditError(gettext_noop("Criteria may lie at most %(n)s levels deep."), n=MAX_DEPTH)
    if sum(1 for _ in all_nodes(document)) > MAX_NODES:
        raise EditError(gettext_noop("A version has at most %(n)s criteria."), n=MAX_NODES)
    return document


def _depth(node: NodeDocument) -> int:
    return 1 + max((_depth(child) for child in node.get("children", ())), default=0)


def _below(node: NodeDocument, identifier: str, into: Sequence[NodeDocument]) -> NodeDocument:
    children: list[NodeDocument] = []
    for child in node.get("children", ()):
        children += into if child["identifier"] == identifier else [_below(child, identifier, into)]
    same = len(children) == len(node.get("children", ())) and all(
        new is old for new, old in zip(children, node.get("children", ()), strict=True)
    )
    return node if same else changed(node, children=children)
