"""Steps of editing a draft: nothing is lost, nothing is doubled, and what one step did another takes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.criteria.documents import document
from tests.criteria.drafts import documents, identifiers
from tests.logic.trees import group, leaf, ref
from trials.criteria import edit, reshape
from trials.criteria.draft import Document, EditError, find, places, walk
from trials.criteria.nodes import Op

LIMITS = document(
    "age", exclusion=[group("any", "bmi", leaf("low"), leaf("high"), text="BMI"), leaf("other")]
)


def without_empty_lists(of: Document) -> Document:
    return edit.remove(edit.insert(of, edit.new_node("x"), parent="exclusion"), "x")


def children(of: Document, identifier: str) -> list[str]:
    return [child["identifier"] for child in find(of, identifier).get("children", ())]


def test_a_new_criterion_comes_after_another_or_into_a_group() -> None:
    after = edit.add_after(LIMITS, "bmi", edit.new_node("new", text="New"))
    assert children(after, "exclusion") == ["bmi", "new", "other"]
    below = edit.add_below(LIMITS, "bmi", edit.new_node("new"))
    assert children(below, "bmi") == ["low", "high", "new"]
    with pytest.raises(EditError, match="Only a group has parts"):
        edit.add_below(LIMITS, "low", edit.new_node("new"))
    with pytest.raises(EditError, match="taken already"):
        edit.add_below(LIMITS, "bmi", edit.new_node("age"))


def test_up_down_in_and_out() -> None:
    assert children(edit.move_up(LIMITS, "high"), "bmi") == ["high", "low"]
    assert children(edit.move_down(LIMITS, "bmi"), "exclusion") == ["other", "bmi"]
    assert children(edit.indent(LIMITS, "other"), "bmi") == ["low", "high", "other"]
    assert children(edit.outdent(LIMITS, "low"), "exclusion") == ["bmi", "low", "other"]


@pytest.mark.parametrize(
    ("step", "identifier", "words"),
    [
        (edit.move_up, "low", "first of its group"),
        (edit.move_down, "high", "last of its group"),
        (edit.indent, "bmi", "no group just before"),
        (edit.indent, "high", "no group just before"),
        (edit.outdent, "bmi", "outermost"),
        (edit.remove, "exclusion", "stay where they are"),
        (edit.remove, "gone", "not there any more"),
        (reshape.join, "low", "Only a group of statements"),
        (reshape.join_next, "high", "no statement right after"),
        (reshape.unwrap, "bmi", "words of its own"),
    ],
)
def test_a_step_without_sense_is_refused_in_words(
    step: Callable[[Document, str], Document], identifier: str, words: str
) -> None:
    with pytest.raises(EditError, match=words):
        step(LIMITS, identifier)


def test_nothing_goes_into_itself() -> None:
    with pytest.raises(EditError, match="into itself"):
        edit.move(LIMITS, "bmi", parent="bmi", index=0)


def test_a_draft_may_be_wrong_for_a_while() -> None:
    of = document(group("at_least", "g", "a", "b", k=2))
    assert find(edit.set_count(of, "g", 5), "g")["k"] == 5
    assert find(edit.remove(of, "a"), "g")["k"] == 2
    pointing = document("a", ref("r", "a"))
    assert find(edit.remove(pointing, "a"), "r")["target"] == "a"


def test_words_are_set_and_taken_away() -> None:
    of = edit.set_words(LIMITS, "low", text=" At most 17 ", note="Remark", warnings=["", " Sure? "])
    low = find(of, "low")
    assert (low["text"], low["note"], low["warnings"]) == ("At most 17", "Remark", ["Sure?"])
    assert "note" not in find(edit.set_words(of, "low", note=""), "low")


def test_only_a_statement_is_decided_by_a_value() -> None:
    typed = edit.set_test(LIMITS, "low", {"variable": "bmi"})
    assert find(typed, "low")["test"] == {"variable": "bmi"}
    assert edit.set_test(typed, "low", None) == LIMITS
    with pytest.raises(EditError, match="Only a statement"):
        edit.set_test(LIMITS, "bmi", {"variable": "bmi"})


def test_splitting_keeps_the_sentence_as_the_heading_and_the_test_with_the_first_part() -> None:
    of = document(leaf("a", text="Aged 18 to 75", label="1.", note="N", test={"variable": "age"}))
    split = reshape.split(of, "a", ["Aged 18", "to 75"], ["b", "c"])
    whole = find(split, "a")
    assert (whole["op"], whole["text"], whole["label"], whole["note"]) == ("all", "Aged 18 to 75", "1.", "N")
    assert whole["children"] == [
        {"identifier": "b", "op": "statement", "text": "Aged 18", "test": {"variable": "age"}},
        {"identifier": "c", "op": "statement", "text": "to 75"},
    ]
    assert reshape.join(split, "a") == of


def test_two_typed_parts_are_not_joined() -> None:
    of = document(group("all", "g", leaf("a", test={"variable": "age"}), leaf("b", test={"variable": "bmi"})))
    with pytest.raises(EditError, match="one statement can have one"):
        reshape.join(of, "g")
    with pytest.raises(EditError, match="one statement can have one"):
        reshape.join_next(of, "a")


def test_neighbours_are_joined_with_the_words_of_both() -> None:
    of = reshape.join_next(document(leaf("a", note="N"), leaf("b", note="M", test={"variable": "age"})), "a")
    [one] = of["inclusion"]["children"]
    assert one == {
        "identifier": "a", "op": "statement", "text": "A B", "note": "N M", "test": {"variable": "age"},
    }  # fmt: skip


def test_a_not_of_several_parts_is_the_not_of_their_group() -> None:
    of = reshape.change_operator(LIMITS, "bmi", "not", new="inner")
    [inner] = find(of, "bmi")["children"]
    assert (inner["identifier"], inner["op"], children(of, "inner")) == ("inner", "any", ["low", "high"])


def test_an_if_has_one_consequence() -> None:
    of = reshape.change_operator(document(group("all", "g", "a", "b", "c")), "g", "if", new="then")
    assert children(of, "g") == ["a", "then"]
    assert children(of, "then") == ["b", "c"]


def test_a_statement_that_becomes_a_group_stands_in_it() -> None:
    of = document(leaf("a", test={"variable": "age"}))
    grouped = reshape.change_operator(of, "a", "any", new="b")
    assert children(grouped, "a") == ["b"]
    assert find(grouped, "b")["test"] == {"variable": "age"}
    assert reshape.change_operator(grouped, "a", "statement", new="") == of


def test_a_group_with_parts_is_no_reference() -> None:
    with pytest.raises(EditError, match="has parts"):
        reshape.change_operator(LIMITS, "bmi", "ref", new="", target="age")
    of = reshape.change_operator(LIMITS, "other", "ref", new="", target="age")
    assert find(of, "other")["target"] == "age"
    with pytest.raises(EditError, match="Choose the criterion"):
        reshape.change_operator(LIMITS, "other", "ref", new="", target="gone")


COHORTS = without_empty_lists(
    document("a", leaf("b", cohorts=["A"]), leaf("c", cohorts=["A", "B"]), cohorts="A B")
)


def test_a_cohort_is_renamed_wherever_it_is_named() -> None:
    of = edit.change_cohort(COHORTS, "A", new_code="Z", label="Zed")
    assert of["cohorts"] == [{"code": "Z", "label": "Zed"}, {"code": "B", "label": "B"}]
    assert find(of, "c")["cohorts"] == ["Z", "B"]
    assert edit.change_cohort(of, "Z", new_code="A", label="A") == COHORTS
    with pytest.raises(EditError, match="already"):
        edit.change_cohort(COHORTS, "A", new_code="B", label="B")


def test_a_cohort_with_criteria_of_its_own_stays() -> None:
    with pytest.raises(EditError, match="1 of the criteria"):
        edit.remove_cohort(COHORTS, "A")
    of = edit.remove_cohort(COHORTS, "B")
    assert find(of, "c")["cohorts"] == ["A"]


def test_cohorts_of_a_criterion_are_those_declared_in_their_order() -> None:
    assert find(edit.set_cohorts(COHORTS, "a", ["B", "A"]), "a")["cohorts"] == ["A", "B"]
    assert edit.set_cohorts(edit.set_cohorts(COHORTS, "a", ["B"]), "a", []) == COHORTS
    with pytest.raises(EditError, match="no cohort “Q”"):
        edit.set_cohorts(COHORTS, "a", ["Q"])


# --- Properties ---

STEPS: dict[str, Callable[[Any, Document, str], Document]] = {
    "add after": lambda _d, of, at: edit.add_after(of, at, edit.new_node("x1")),
    "add below": lambda _d, of, at: edit.add_below(of, at, edit.new_node("x1")),
    "remove": lambda _d, of, at: edit.remove(of, at),
    "up": lambda _d, of, at: edit.move_up(of, at),
    "down": lambda _d, of, at: edit.move_down(of, at),
    "indent": lambda _d, of, at: edit.indent(of, at),
    "outdent": lambda _d, of, at: edit.outdent(of, at),
    "move": lambda d, of, at: edit.move(
        of, at, parent=d.draw(st.sampled_from(identifiers(of))), index=d.draw(st.integers(0, 4))
    ),
    "operator": lambda d, of, at: reshape.change_operator(
        of, at, d.draw(st.sampled_from(list(Op))), new="x1", target=d.draw(st.sampled_from(identifiers(of)))
    ),
    "split": lambda _d, of, at: reshape.split(of, at, ["One", "Two"], ["x1", "x2"]),
    "join": lambda _d, of, at: reshape.join(of, at),
    "join next": lambda _d, of, at: reshape.join_next(of, at),
    "wrap": lambda _d, of, at: reshape.wrap(of, at, "any", new="x1"),
    "unwrap": lambda _d, of, at: reshape.unwrap(of, at),
}
TAKES_AWAY = {"remove", "join", "join next", "unwrap", "operator"}


@given(data=st.data(), of=documents(), name=st.sampled_from(sorted(STEPS)))
def test_identifiers_stay_unique_and_nothing_is_lost(data: Any, of: Document, name: str) -> None:
    at = data.draw(st.sampled_from(identifiers(of)))
    written = json.dumps(of)
    try:
        after = STEPS[name](data, of, at)
    except EditError:
        return
    finally:
        assert json.dumps(of) == written  # a step never changes the document that it was given
    left = identifiers(after)
    assert len(left) == len(set(left))
    if name not in TAKES_AWAY:
        assert set(identifiers(of)) <= set(left)
    if name == "remove":
        gone = {node["identifier"] for node in walk(find(of, at))}
        assert set(left) == set(identifiers(of)) - gone


@given(data=st.data(), of=documents())
def test_what_a_step_did_another_takes_back(data: Any, of: Document) -> None:
    at = data.draw(st.sampled_from(identifiers(of)))
    there = places(of).get(at)
    if there is None:
        return
    for step, back in ((edit.move_up, edit.move_down), (edit.move_down, edit.move_up)):
        try:
            after = step(of, at)
        except EditError:
            continue
        assert back(after, at) == of
    assert edit.remove(edit.add_after(of, at, edit.new_node("x1")), "x1") == of
    assert reshape.unwrap(reshape.wrap(of, at, "all", new="x1"), "x1") == of
    moved = edit.move(of, at, parent="exclusion", index=0)
    assert edit.move(moved, at, parent=there.parent["identifier"], index=there.index) == of
    try:
        after = edit.indent(of, at)
    except EditError:
        return
    assert edit.outdent(after, at) == of
