"""Which answers carry from one version to another: a truth table, and what holds of any two trees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.carrying import Why, carry
from screening.circuit import compile_tree
from screening.logic import evaluate
from tests.logic.trees import NA, NO, YES, Document, build, group, leaf, screenings, trees
from trials.criteria.tree import Op, Tree, parse_tree, tree_to_json

AGE = {"variable": "age", "comparator": "<=", "value": 65, "unit": "a"}
OLDER = AGE | {"value": 75}


def one(statement: Document | None, **around: Any) -> Tree:
    """A tree with one statement, or without."""
    children = [] if statement is None else [statement]
    return build([group("all", "g", "other", *children, **around)])


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (leaf("a"), leaf("a"), None),
        (leaf("a", label="1."), leaf("a", label="7)"), None),
        (leaf("a", note="see the manual"), leaf("a", quota="30%", warnings=["doubtful"]), None),
        (leaf("a", test=AGE), leaf("a", test=AGE | {"value": 65.0}), None),
        (leaf("a", test=AGE), leaf("a", test=OLDER), Why.CHANGED_VALUE),
        (leaf("a", test=AGE), leaf("a", test=OLDER, text="Aged 75 at most"), Why.CHANGED_VALUE),
        (leaf("a", test=AGE), leaf("a"), Why.CHANGED_VALUE),
        (leaf("a", test=AGE), leaf("a", test=AGE | {"judgement": True}), Why.CHANGED_VALUE),
        (leaf("a"), leaf("a", text="Another statement"), Why.REWORDED),
        (leaf("a"), leaf("a", text="a"), Why.REWORDED),
        (group("any", "a", "b"), leaf("a"), Why.ADDED),
        (None, leaf("a"), Why.ADDED),
    ],
)
@pytest.mark.parametrize("answer", ["yes", "no", "unknown"])
def test_an_answer_carries_where_the_statement_says_the_same(
    before: Document | None, after: Document, why: Why | None, answer: str
) -> None:
    answers = {"other": YES} | ({"a": answer} if before and before["op"] == "statement" else {})
    carried = carry(one(before), one(after), answers)
    assert carried.answers == ({"other": YES} if why else {"other": YES, "a": answer})
    assert carried.anew == ({"a": why} if why else {})
    assert carried.dropped == ()


@pytest.mark.parametrize(
    "after", [None, group("any", "a", "b"), {"identifier": "a", "op": "lost", "text": "?"}]
)
def test_an_answer_to_what_is_no_statement_any_more_is_dropped(after: Document | None) -> None:
    carried = carry(one(leaf("a")), one(after), {"a": YES})
    assert (carried.answers, carried.dropped) == ({}, ("a",))
    assert "a" not in carried.anew


def test_a_changed_statement_that_was_open_is_simply_open() -> None:
    assert carry(one(leaf("a", test=AGE)), one(leaf("a", test=OLDER)), {}).anew == {}


def test_where_it_stands_and_how_its_group_counts_does_not_matter() -> None:
    before = build(["a", group("any", "g", "b", "c")], ["x"])
    after = build([], [group("at_least", "h", "c", "b", k=2), "x", group("not", "n", "a")])
    answers = {"a": YES, "b": NO, "c": "unknown", "x": NO}
    carried = carry(before, after, answers)
    assert carried.answers == answers
    assert carried.anew == {}


def test_what_carries_below_words_that_changed_is_named() -> None:
    before = one(leaf("a"), text="At least one of these within 6 months:")
    assert carry(before, one(leaf("a"), text="… within 12 months:"), {"a": YES}).look_again == ("a",)
    assert carry(before, before, {"a": YES}).look_again == ()


@pytest.mark.parametrize(
    ("offered_before", "offered_after", "carries"),
    [(True, True, True), (False, False, True), (False, True, True), (True, False, False)],
)
def test_not_applicable_carries_unless_what_offered_it_is_gone(
    offered_before: bool, offered_after: bool, carries: bool
) -> None:
    def tree(offered: bool) -> Tree:
        return build([group("if", "i", "c", "a")] if offered else ["c", "a"])

    carried = carry(tree(offered_before), tree(offered_after), {"a": NA})
    assert carried.answers == ({"a": NA} if carries else {})
    assert carried.anew == ({} if carries else {"a": Why.NOT_OFFERED})


def test_only_what_the_cohort_takes_part_in_is_asked_anew() -> None:
    before = build(["age"], cohorts="SLE SSc")
    after = build(["age", leaf("lupus", cohorts=["SLE"]), leaf("skin", cohorts=["SSc"])], cohorts="SLE SSc")
    assert carry(before, after, {}, cohort="SSc").anew == {"skin": Why.ADDED}
    assert list(carry(before, after, {}).anew) == ["lupus", "skin"]


@st.composite
def amended(draw: st.DrawFn) -> tuple[Tree, dict[str, str], Tree]:
    """A tree with answers, and an amendment of it: each kind of change, at random."""
    tree, _cohort, answers = draw(screenings())

    def change(node: Document) -> Document | None:
        kind = draw(st.sampled_from(["same"] * 4 + ["text", "test", "label", "gone"]))
        children = [after for child in node.get("children", []) if (after := change(child))]
        if node["op"] == "statement":
            if kind == "text":
                return node | {"text": f"{node['text']} or so"}
            if kind == "test":
                return node | {"test": AGE}
        if kind == "label":
            return node | {"label": "9."} | ({"children": children} if children else {})
        if kind == "gone" and node["op"] in ("statement", "lost"):
            return None
        return node | ({"children": children} if "children" in node else {})

    document = tree_to_json(tree)
    for root in ("inclusion", "exclusion"):
        document[root] = document[root] | {
            "children": [after for child in document[root].get("children", []) if (after := change(child))]
            + ([leaf(f"new-{root}")] if draw(st.booleans()) else [])
        }
    try:
        return tree, answers, parse_tree(document)
    except ValueError:  # an emptied group, a reference to what is gone: no version could have that
        return tree, answers, draw(trees())


@given(screenings())
def test_to_the_same_tree_everything_carries(screening: tuple[Tree, str | None, dict[str, str]]) -> None:
    tree, cohort, answers = screening
    carried = carry(tree, tree, answers, cohort=cohort)
    assert (dict(carried.answers), dict(carried.anew)) == (answers, {})
    assert (carried.dropped, carried.look_again) == ((), ())


@given(amended())
def test_no_answer_carries_to_other_words_or_another_test(case: tuple[Tree, dict[str, str], Tree]) -> None:
    old, answers, new = case
    for identifier, answer in carry(old, new, answers).answers.items():
        before, after = old.nodes[identifier], new.nodes[identifier]
        assert before.op is after.op is Op.STATEMENT
        assert (before.text, before.test) == (after.text, after.test)
        assert answers[identifier] == answer


@given(amended())
def test_each_answer_carries_or_is_asked_anew_or_is_dropped(case: tuple[Tree, dict[str, str], Tree]) -> None:
    old, answers, new = case
    carried = carry(old, new, answers)
    fates = [set(carried.answers), set(carried.anew) & set(answers), set(carried.dropped)]
    assert sum(map(len, fates)) == len(set().union(*fates))
    # What takes no part any more (the text beside it was lost) is not worth a question.
    assert set(answers) - set().union(*fates) <= new.nodes.keys() - compile_tree(new, None).statements.keys()
    assert {each for each, why in carried.anew.items() if why is Why.ADDED} == {
        node.identifier
        for node in new.statements
        if node not in old.statements and _absent(old, node.identifier)
    }


def _absent(tree: Tree, identifier: str) -> bool:
    node = tree.nodes.get(identifier)
    return node is None or node.op is not Op.STATEMENT


@given(amended(), st.data())
def test_what_carries_can_be_evaluated(case: tuple[Tree, dict[str, str], Tree], data: st.DataObject) -> None:
    old, answers, new = case
    cohort = data.draw(st.sampled_from([None, *(each.code for each in new.cohorts)]))
    carried = carry(old, new, answers, cohort=cohort)
    assessment = evaluate(new, carried.answers, complete=True, reviewed=True, cohort=cohort)
    asked = set(carried.anew)
    assert not asked & set(carried.answers)
    assert set(carried.look_again) <= set(carried.answers)
    assert asked <= assessment.node_values.keys()
