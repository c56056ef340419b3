"""Documents that are read, and what can be asked of their trees."""

import copy
import json
from typing import Any

import jsonschema
from hypothesis import given

from tests.criteria.documents import document, with_test
from tests.logic.trees import build, group, leaf, lost, ref, trees
from trials.criteria.tree import (
    SCHEMA,
    Anchor,
    Choice,
    Comparator,
    Direction,
    Expression,
    HalfLives,
    LimitTerm,
    Period,
    PriorTerm,
    Range,
    RelativeTo,
    Tree,
    Window,
    canonical_json,
    parse_tree,
    tree_to_json,
)
from trials.criteria.tree import Test as CriterionTest

VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def read_test(**test: Any) -> CriterionTest:
    found = parse_tree(with_test(**test)).nodes["a"].test
    assert found is not None
    return found


FULL = document(
    leaf(
        "age",
        label="1.",
        note="at consent",
        test={"variable": "age", "comparator": ">=", "value": 18, "unit": "a"},
    ),
    group(
        "if", "gc", "on_gc", leaf("dose", cohorts=["SLE"]), text="If on steroids", warnings=["check the dose"]
    ),
    group("at_least", "two", "x", "y", group("not", "no_z", "z"), k=2, quota="30% at most"),
    lost("gone"),
    exclusion=[group("except", "cancer", "tumour", "cured", cohorts=["SSc"]), ref("again", "x", label="2)")],
    cohorts="SLE SSc",
)


def test_a_document_comes_back_as_it_was() -> None:
    assert VALIDATOR.is_valid(FULL)
    assert tree_to_json(parse_tree(FULL)) == FULL


@given(trees())
def test_every_tree_comes_back_from_its_document(tree: Tree) -> None:
    data = json.loads(canonical_json(tree))
    assert VALIDATOR.is_valid(data)
    again = parse_tree(data)
    assert again == tree
    assert hash(again) == hash(tree)
    assert again.digest == tree.digest


def test_the_digest_follows_the_content_and_not_the_spelling() -> None:
    shuffled = json.loads(json.dumps(FULL, sort_keys=True))
    shuffled["inclusion"]["label"] = ""
    assert parse_tree(shuffled).digest == parse_tree(FULL).digest
    changed = copy.deepcopy(FULL)
    changed["inclusion"]["children"][0]["text"] += " "
    assert parse_tree(changed).digest != parse_tree(FULL).digest


# What can be asked of a tree


def test_nodes_statements_and_parents_are_in_protocol_order() -> None:
    tree = parse_tree(FULL)
    assert [node.identifier for node in tree.statements] == [
        "age", "on_gc", "dose", "x", "y", "z", "tumour", "cured",
    ]  # fmt: skip
    assert next(iter(tree.nodes)) == "inclusion"
    assert tree.parents["z"].identifier == "no_z"
    assert "exclusion" not in tree.parents


def test_warnings_name_lost_text_too() -> None:
    assert [(node.identifier, remark) for node, remark in parse_tree(FULL).warnings] == [
        ("gc", "check the dose"),
        ("gone", "gone is missing from the page"),
    ]


def test_cohorts_are_inherited() -> None:
    tree = parse_tree(FULL)
    assert tree.cohorts_of("age") == {"SLE", "SSc"}
    assert tree.cohorts_of("dose") == {"SLE"}
    assert tree.cohorts_of("cured") == {"SSc"}
    assert build(["a"]).cohorts_of("a") == frozenset()


def test_not_applicable_is_offered_below_an_if_and_where_a_test_says_to_whom_it_applies() -> None:
    tree = parse_tree(
        document("a", group("if", "i", "b", group("any", "c", "d")), leaf("e", test={"applies_to": "male"}))
    )
    assert [node.identifier for node in tree.statements if tree.na_offered(node.identifier)] == [
        "b",
        "d",
        "e",
    ]


def test_criteria_are_what_the_protocol_numbers() -> None:
    heading = group("all", "heading", "a", group("all", "three", "b", "c", label="3)"), text="Key criteria:")
    tree = parse_tree(document(heading, group("any", "d", "e"), exclusion=[group("all", "f", "g")]))
    assert [node.identifier for node in tree.inclusion_criteria] == ["a", "three", "d"]
    assert [node.identifier for node in tree.exclusion_criteria] == ["f"]


# Tests


def test_a_test_is_read_into_its_types() -> None:
    found = read_test(
        variable="alt",
        comparator="<=",
        value={
            "max": [
                3,
                {"limit": "ULN", "times": 1.5},
                {"limit": "LLN"},
                {"prior": "first count", "variable": "alt"},
            ]
        },
        unit="U/L",
        relative_to="ULN",
        scale="VAS 10 cm",
        window={
            "anchor": "infusion",
            "direction": "before",
            "min": "P4W",
            "max": {"longest": ["P1Y6M2DT12H", {"half_lives": 5}]},
            "and_during_screening": True,
        },
        min_duration={"half_lives": 2.5},
        judgement=True,
        open_list=True,
        applies_to="female",
    )
    assert found.comparator is Comparator.AT_MOST
    assert found.value == Expression(
        "max", (3, LimitTerm("ULN", 1.5), LimitTerm("LLN", 1), PriorTerm("first count", "alt"))
    )
    assert found.relative_to is RelativeTo.ULN
    assert found.window == Window(
        Anchor.INFUSION,
        Direction.BEFORE,
        Period(weeks=4),
        Choice("longest", (Period(1, 6, 0, 2, 12), HalfLives(5))),
        and_during_screening=True,
    )
    assert found.min_duration == HalfLives(2.5)


def test_values_fit_their_comparators() -> None:
    assert read_test(comparator="between", value=[0, 1.5]).value == Range(0, 1.5)
    assert read_test(comparator="in", value=["I", "II"]).value == ("I", "II")
    assert read_test(comparator="=", value="positive").value == "positive"
    assert read_test(comparator="=", value=0).value == 0
    assert read_test(comparator="present").value is None


def test_zero_is_kept() -> None:
    given = leaf("a", test={"comparator": ">", "value": 0, "min_duration": "P0D"})
    assert parse_tree(document(given)).nodes["a"].to_json() == given
