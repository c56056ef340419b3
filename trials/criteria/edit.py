"""Steps of editing a draft: where criteria stand, what they say and for whom they are.

Each step takes a draft's document and gives a new one, or raises `EditError` with a sentence for whoever made
it. It asks only that the step makes sense; what is wrong with the outcome, `lint.py` says. New identifiers
come from outside, since they mean nothing and stay for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trials.criteria.draft import (
    Document,
    EditError,
    NodeDocument,
    by_identifier,
    changed,
    find,
    is_group,
    place_of,
    places,
    replaced,
    walk,
    with_children,
    within_limits,
)
from trials.criteria.messages import gettext_noop
from trials.criteria.nodes import Op

_ONLY_GROUPS = gettext_noop("Only a group has parts. Put a group around this one, or split it.")


def new_node(identifier: str, op: str = Op.STATEMENT, **values: Any) -> NodeDocument:
    return changed({"identifier": identifier, "op": str(op)}, **values)


# --- Where criteria stand ---


def insert(document: Document, node: NodeDocument, *, parent: str, index: int | None = None) -> Document:
    """Put a new node among the children of a group; at the end where no index is given."""
    group = find(document, parent)
    if not is_group(group):
        raise EditError(_ONLY_GROUPS)
    known = by_identifier(document)
    if any(each["identifier"] in known for each in walk(node)):
        raise EditError(gettext_noop("This identifier is taken already."))
    children = list(group.get("children", ()))
    at = len(children) if index is None else min(max(index, 0), len(children))
    return within_limits(with_children(document, parent, [*children[:at], node, *children[at:]]))


def add_after(document: Document, identifier: str, node: NodeDocument) -> Document:
    place = place_of(document, identifier)
    return insert(document, node, parent=place.parent["identifier"], index=place.index + 1)


def add_below(document: Document, identifier: str, node: NodeDocument) -> Document:
    return insert(document, node, parent=identifier)


def remove(document: Document, identifier: str) -> Document:
    """Take out a node and everything below it."""
    place_of(document, identifier)
    return replaced(document, identifier)


def move(document: Document, identifier: str, *, parent: str, index: int) -> Document:
    """Put a node elsewhere; `index` counts the new siblings without the node itself."""
    place_of(document, identifier)
    node = find(document, identifier)
    if any(each["identifier"] == parent for each in walk(node)):
        raise EditError(gettext_noop("A criterion cannot go into itself."))
    return insert(replaced(document, identifier), node, parent=parent, index=index)


def move_up(document: Document, identifier: str) -> Document:
    place = place_of(document, identifier)
    if not place.index:
        raise EditError(gettext_noop("This is the first of its group."))
    return move(document, identifier, parent=place.parent["identifier"], index=place.index - 1)


def move_down(document: Document, identifier: str) -> Document:
    place = place_of(document, identifier)
    if place.index == len(place.parent["children"]) - 1:
        raise EditError(gettext_noop("This is the last of its group."))
    return move(document, identifier, parent=place.parent["identifier"], index=place.index + 1)


def indent(document: Document, identifier: str) -> Document:
    """Make a node the last part of the group before it."""
    place = place_of(document, identifier)
    before = place.parent["children"][place.index - 1] if place.index else None
    if before is None or not is_group(before):
        raise EditError(gettext_noop("There is no group just before this one that it could go into."))
    return move(document, identifier, parent=before["identifier"], index=len(before.get("children", ())))


def outdent(document: Document, identifier: str) -> Document:
    """Take a node out of its group, to stand right after it."""
    parent = place_of(document, identifier).parent["identifier"]
    around = places(document).get(parent)
    if around is None:
        raise EditError(gettext_noop("This stands at the outermost level already."))
    return move(document, identifier, parent=around.parent["identifier"], index=around.index + 1)


# --- What a criterion says ---


def set_words(
    document: Document,
    identifier: str,
    *,
    label: str | None = None,
    text: str | None = None,
    note: str | None = None,
    quota: str | None = None,
    warnings: Sequence[str] | None = None,
) -> Document:
    """Change what is given; an empty text takes it away."""
    words: dict[str, Any] = {"label": label, "text": text, "note": note, "quota": quota}
    words = {key: value.strip() for key, value in words.items() if value is not None}
    if warnings is not None:
        words["warnings"] = [each.strip() for each in warnings if each.strip()]
    return replaced(document, identifier, changed(find(document, identifier), **words))


def set_count(document: Document, identifier: str, k: int) -> Document:
    """How many parts of an "at least" have to be true. More than there are is for the check to say."""
    node = find(document, identifier)
    if node["op"] != Op.AT_LEAST:
        raise EditError(gettext_noop("Only “at least … of these” has a number."))
    if not 1 <= k <= 1000:
        raise EditError(gettext_noop("Give a whole number from 1."))
    return replaced(document, identifier, changed(node, k=k))


def set_test(document: Document, identifier: str, test: dict[str, Any] | None) -> Document:
    """Type a statement, or take its type away."""
    node = find(document, identifier)
    if node["op"] != Op.STATEMENT:
        raise EditError(gettext_noop("Only a statement can be decided by a value."))
    return replaced(document, identifier, changed({**node, "test": test or None}))


# --- For whom ---


def set_cohorts(document: Document, identifier: str, codes: Sequence[str]) -> Document:
    """Say which cohorts a criterion is for; none named are those of the group that it stands in."""
    place_of(document, identifier)
    declared = [cohort["code"] for cohort in document.get("cohorts", ())]
    if unknown := [code for code in codes if code not in declared]:
        raise EditError(gettext_noop("There is no cohort “%(code)s”."), code=unknown[0])
    chosen = [code for code in declared if code in codes]
    return replaced(document, identifier, changed(find(document, identifier), cohorts=chosen))


def add_cohort(document: Document, code: str, label: str, note: str = "") -> Document:
    cohorts = list(document.get("cohorts", ()))
    _check_cohort(cohorts, code, label)
    return {**document, "cohorts": [*cohorts, _cohort(code, label, note)]}


def change_cohort(document: Document, code: str, *, new_code: str, label: str, note: str = "") -> Document:
    """Rename a cohort, wherever it is named."""
    others = [cohort for cohort in document.get("cohorts", ()) if cohort["code"] != code]
    _check_known(document, code)
    _check_cohort(others, new_code, label)
    cohorts = [
        _cohort(new_code, label, note) if cohort["code"] == code else cohort for cohort in document["cohorts"]
    ]
    return _with_cohorts(document, cohorts, {code: [new_code]})


def remove_cohort(document: Document, code: str) -> Document:
    """Take a cohort away, unless a criterion is its alone: that would silently become everybody's."""
    _check_known(document, code)
    alone = [node for node in by_identifier(document).values() if node.get("cohorts") == [code]]
    if alone:
        raise EditError(
            gettext_noop(
                "%(n)s of the criteria are for this cohort alone: remove them, or give them to others."
            ),
            n=len(alone),
        )
    cohorts = [cohort for cohort in document["cohorts"] if cohort["code"] != code]
    return _with_cohorts(document, cohorts, {code: []})


def _cohort(code: str, label: str, note: str) -> dict[str, str]:
    values = {"code": code.strip(), "label": label.strip(), "note": note.strip()}
    return {key: value for key, value in values.items() if value}


def _check_known(document: Document, code: str) -> None:
    if code not in [cohort["code"] for cohort in document.get("cohorts", ())]:
        raise EditError(gettext_noop("There is no cohort “%(code)s”."), code=code)


def _check_cohort(others: Sequence[dict[str, str]], code: str, label: str) -> None:
    if not code.strip() or not label.strip():
        raise EditError(gettext_noop("A cohort needs a short code and a name."))
    if code.strip() in [cohort["code"] for cohort in others]:
        raise EditError(gettext_noop("Another cohort has the code “%(code)s” already."), code=code.strip())


def _with_cohorts(
    document: Document, cohorts: Sequence[dict[str, str]], instead: dict[str, list[str]]
) -> Document:
    def renamed(node: NodeDocument) -> NodeDocument:
        codes = [new.strip() for code in node.get("cohorts", ()) for new in instead.get(code, [code])]
        return changed(node, cohorts=codes, children=[renamed(child) for child in node.get("children", ())])

    rest = {key: value for key, value in document.items() if key != "cohorts"}
    rest |= {root: renamed(document[root]) for root in ("inclusion", "exclusion")}
    return {**({"cohorts": list(cohorts)} if cohorts else {}), **rest}
