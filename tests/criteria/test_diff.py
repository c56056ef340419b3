"""Two versions compared by identifier."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from tests.criteria.documents import document
from tests.criteria.drafts import documents
from tests.logic.trees import group, leaf
from trials.criteria import edit
from trials.criteria.diff import Difference, Kind, Part, compare, words_between
from trials.criteria.draft import Document

BEFORE = document(
    leaf("a", text="Aged 18 to 65 years", test={"variable": "age", "comparator": "<=", "value": 65}),
    group("all", "g", "b", "c", "d"),
    exclusion=["x", "y"],
)


def kinds(difference: Difference) -> dict[str, set[str]]:
    return {change.identifier: {str(kind) for kind in change.kinds} for change in difference.changes}


def test_the_same_has_no_differences() -> None:
    assert not compare(BEFORE, BEFORE)


def test_words_and_values() -> None:
    after = edit.set_words(BEFORE, "a", text="Aged 18 to 75 years")
    after = edit.set_test(after, "a", {"variable": "age", "comparator": "<=", "value": 75})
    [change] = compare(BEFORE, after).changes
    assert change.kinds == {Kind.REWORDED, Kind.VALUE}
    assert [(piece.kind, piece.text) for piece in change.words] == [
        ("same", "Aged 18 to "), ("removed", "65"), ("added", "75"), ("same", " years"),
    ]  # fmt: skip
    assert change.test == (Part("value", 65, 75),)


def test_added_removed_and_where() -> None:
    after = edit.remove(edit.add_after(BEFORE, "x", edit.new_node("new")), "c")
    difference = compare(BEFORE, after)
    assert kinds(difference) == {"c": {"removed"}, "new": {"added"}}
    assert [(change.identifier, change.category) for change in difference.changes] == [
        ("c", "inclusion"),
        ("new", "exclusion"),
    ]
    assert difference.count(Kind.ADDED) == 1


def test_only_what_moved_has_moved() -> None:
    assert kinds(compare(BEFORE, edit.move(BEFORE, "d", parent="g", index=0))) == {"d": {"moved"}}
    assert kinds(compare(BEFORE, edit.outdent(BEFORE, "b"))) == {"b": {"moved"}}
    assert kinds(compare(BEFORE, edit.move(BEFORE, "b", parent="exclusion", index=0))) == {"b": {"moved"}}


def test_operator_cohorts_and_remarks() -> None:
    after = document(
        {**BEFORE["inclusion"]["children"][0], "label": "1."},
        group("at_least", "g", "b", "c", leaf("d", cohorts=["A"]), k=2, note="Two of them"),
        exclusion=["x", "y"],
        cohorts="A",
    )
    difference = compare(BEFORE, after)
    assert kinds(difference) == {"a": {"relabelled"}, "g": {"operator", "remarks"}, "d": {"cohorts"}}
    assert [(part.key, part.before) for part in difference.cohorts] == [("A", None)]


def test_all_of_both_texts_is_in_the_pieces() -> None:
    before, after = "BMI at Screening of ≤17 or ≥40 kg/m2", "BMI at Screening: ≤18.5 or ≥35 kg/m2"
    pieces = words_between(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_texts_that_have_little_in_common_stand_whole() -> None:
    pieces = words_between("Physician Global Assessment (PhGA) at least 2", "PhGA score of 2 cm or more")
    assert [piece.kind for piece in pieces] == ["removed", "added"]


def mirrored(difference: Difference) -> set[Any]:
    turned = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}
    return {
        (change.identifier, frozenset(turned.get(kind, kind) for kind in change.kinds))
        for change in difference.changes
    }


@given(documents(), documents())
def test_the_other_way_round_is_the_same_with_before_and_after_exchanged(
    one: Document, other: Document
) -> None:
    there, back = compare(one, other), compare(other, one)
    assert mirrored(there) == {(change.identifier, change.kinds) for change in back.changes}
    assert {(part.key, part.after, part.before) for part in _hashable(there)} == {
        (part.key, part.before, part.after) for part in _hashable(back)
    }
    assert bool(there) == (one != other)


def _hashable(difference: Difference) -> list[Part]:
    return [Part(part.key, str(part.before), str(part.after)) for part in difference.cohorts]


@given(documents())
def test_a_document_never_differs_from_itself(of: Document) -> None:
    assert not compare(of, of)
