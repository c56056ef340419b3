"""Steps of editing a draft that change what kind of thing a criterion is: operators, splitting, joining."""

from __future__ import annotations

from collections.abc import Sequence

from trials.criteria.draft import (
    LEAVES,
    Document,
    EditError,
    NodeDocument,
    by_identifier,
    changed,
    find,
    is_group,
    place_of,
    replaced,
    within_limits,
)
from trials.criteria.edit import new_node
from trials.criteria.messages import gettext_noop
from trials.criteria.nodes import Op

_COUNTING = frozenset({Op.ALL, Op.ANY, Op.AT_LEAST})


def change_operator(
    document: Document, identifier: str, op: str, *, new: str, k: int | None = None, target: str = ""
) -> Document:
    """Make a node something else, and keep what is below it sensible.

    `new` is the identifier of the one node that this can need: a "not" of several parts is the "not" of their
    group, an "if" has one consequence, and a statement that becomes a group stands in it.
    """
    place_of(document, identifier)
    node = find(document, identifier)
    if op not in list(Op):
        raise EditError(gettext_noop("There is no such operator."))
    wanted = Op(op)
    if is_group(node):
        after = _leaf_of(document, node, wanted) if wanted in LEAVES else _regrouped(node, wanted, new, k)
    elif wanted in LEAVES:
        after = _other_leaf(document, node, wanted, target)
    elif node["op"] == Op.STATEMENT:
        return split(document, identifier, [node.get("text", "")], [new], op=wanted)
    else:
        raise EditError(
            gettext_noop("Put a group around it instead: it has no statement that a group could hold.")
        )
    return within_limits(replaced(document, identifier, after))


def split(
    document: Document, identifier: str, texts: Sequence[str], new: Sequence[str], *, op: str = Op.ALL
) -> Document:
    """A statement becomes a group: its text is the heading now, and its test goes to the first part."""
    place_of(document, identifier)
    node = find(document, identifier)
    if node["op"] != Op.STATEMENT:
        raise EditError(gettext_noop("Only a statement can be split."))
    if op not in list(Op) or op in LEAVES:
        raise EditError(gettext_noop("Choose how the parts count together."))
    if not texts:
        raise EditError(gettext_noop("Write each part on a line of its own."))
    if len(set(new)) < len(texts) or by_identifier(document).keys() & set(new):
        raise EditError(gettext_noop("This identifier is taken already."))
    parts = [new_node(part, text=text.strip()) for part, text in zip(new, texts, strict=False)]
    parts[0] = changed(parts[0], test=node.get("test"))
    k = min(2, len(parts)) if op == Op.AT_LEAST else None
    return within_limits(
        replaced(document, identifier, changed(node, op=str(op), k=k, test=None, children=parts))
    )


def join(document: Document, identifier: str) -> Document:
    """A group of statements becomes one statement: what splitting did, taken back."""
    place_of(document, identifier)
    return replaced(document, identifier, _joined(find(document, identifier)))


def join_next(document: Document, identifier: str) -> Document:
    """A statement and the one after it become one statement, with the words of both."""
    place = place_of(document, identifier)
    pair = place.parent["children"][place.index : place.index + 2]
    if len(pair) < 2 or any(node["op"] != Op.STATEMENT for node in pair):
        raise EditError(
            gettext_noop("There is no statement right after this one that it could be joined with.")
        )
    if pair[0].get("cohorts") != pair[1].get("cohorts"):
        raise EditError(gettext_noop("The two are for different cohorts."))
    text = " ".join(node["text"] for node in pair if node.get("text"))
    quota = " ".join(node["quota"] for node in pair if node.get("quota"))
    one = changed(pair[0], text=text, quota=quota, **_of_several(pair))
    return replaced(replaced(document, pair[1]["identifier"]), identifier, one)


def wrap(document: Document, identifier: str, op: str, *, new: str) -> Document:
    """Put a group around a node, which others can then be moved into."""
    place_of(document, identifier)
    if op not in list(Op) or op in LEAVES:
        raise EditError(gettext_noop("Choose how the parts count together."))
    if new in by_identifier(document):
        raise EditError(gettext_noop("This identifier is taken already."))
    node = find(document, identifier)
    group = new_node(
        new, op, k=1 if op == Op.AT_LEAST else None, cohorts=node.get("cohorts"), children=[node]
    )
    return within_limits(replaced(document, identifier, group))


def unwrap(document: Document, identifier: str) -> Document:
    """Leave a group's parts in its place. It may have no words of its own, which would be lost."""
    place_of(document, identifier)
    node = find(document, identifier)
    if not is_group(node):
        raise EditError(gettext_noop("Only a group can be dissolved."))
    if any(node.get(key) for key in ("text", "note", "quota", "warnings")):
        raise EditError(
            gettext_noop("This group has words of its own: empty them first, or move its parts out.")
        )
    parts = [
        changed(part, cohorts=part.get("cohorts") or node.get("cohorts")) for part in node.get("children", ())
    ]
    return replaced(document, identifier, *parts)


def _regrouped(node: NodeDocument, op: Op, new: str, k: int | None) -> NodeDocument:
    children = list(node.get("children", ()))
    before = Op(node["op"])
    if op is Op.NOT and len(children) > 1:
        inner = before if before in _COUNTING else Op.ALL
        children = [new_node(new, inner, k=node.get("k") if inner is before else None, children=children)]
    elif op is Op.IF and len(children) > 2:
        children = [children[0], new_node(new, Op.ALL, children=children[1:])]
    count = None
    if op is Op.AT_LEAST:
        count = k or (node.get("k") if before is op else None) or max(1, min(2, len(children)))
    return changed(node, op=str(op), k=count, children=children)


def _other_leaf(document: Document, node: NodeDocument, op: Op, target: str) -> NodeDocument:
    if node.get("test") and op is not Op.STATEMENT:
        raise EditError(gettext_noop("It is decided by a value: take that away first."))
    if op is not Op.REF:
        return changed(node, op=str(op), target=None)
    if target not in by_identifier(document):
        raise EditError(gettext_noop("Choose the criterion that it refers to."))
    return changed(node, op=str(op), target=target)


def _leaf_of(document: Document, node: NodeDocument, op: Op) -> NodeDocument:
    if not node.get("children"):
        return _other_leaf(document, changed(node, k=None), op, "")
    if op is Op.STATEMENT:
        return _joined(node)
    raise EditError(gettext_noop("This group has parts: move them out or remove them first."))


def _joined(node: NodeDocument) -> NodeDocument:
    parts = node.get("children", [])
    if not parts or any(part["op"] != Op.STATEMENT for part in parts):
        raise EditError(gettext_noop("Only a group of statements can be joined into one."))
    if any(part.get("cohorts") for part in parts):
        raise EditError(gettext_noop("Some of the parts are for other cohorts than the group."))
    text = node.get("text") or " ".join(part["text"] for part in parts if part.get("text"))
    quota = " ".join(each["quota"] for each in (node, *parts) if each.get("quota"))
    merged = _of_several((node, *parts))
    return changed(node, op=str(Op.STATEMENT), text=text, quota=quota, k=None, children=None, **merged)


def _of_several(nodes: Sequence[NodeDocument]) -> dict[str, object]:
    tests = [node["test"] for node in nodes if node.get("test")]
    if len(tests) > 1:
        raise EditError(
            gettext_noop("Several of the parts are decided by a value, and one statement can have one.")
        )
    return {
        "test": tests[0] if tests else None,
        "note": " ".join(node["note"] for node in nodes if node.get("note")),
        "warnings": [warning for node in nodes for warning in node.get("warnings", ())],
    }
