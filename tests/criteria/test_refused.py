"""Documents that are refused: where, why, and everything at once."""

from typing import Any

import jsonschema
import pytest

from tests.criteria.documents import document, with_test
from tests.logic.trees import group, leaf, ref
from trials.criteria.tree import SCHEMA, TreeError, parse_tree

VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def problems(data: Any) -> dict[str, str]:
    """By path; there is one problem a path in these tests."""
    with pytest.raises(TreeError) as error:
        parse_tree(data)
    found = dict(error.value.problems)
    assert len(found) == len(error.value.problems)
    assert all(path in str(error.value) for path in found)
    return found


BAD_TESTS: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    (".value", {"comparator": ">=", "value": "18"}),
    (".value", {"comparator": ">=", "value": True}),
    (".value", {"comparator": ">=", "value": [1, 2]}),
    (".value", {"comparator": "between", "value": [1]}),
    (".value", {"comparator": "in", "value": []}),
    (".value", {"comparator": "in", "value": ["a", "a"]}),
    (".value[1]", {"comparator": "in", "value": ["a", 1]}),
    (".value", {"comparator": "present", "value": 1}),
    (".value", {"value": 1}),
    ("", {"comparator": "<"}),
    (".comparator", {"comparator": "=<"}),
    (".comparator", {"comparator": True}),
    (".value", {"comparator": "<", "value": {"min": [1, 2], "max": [1, 2]}}),
    (".value", {"comparator": "<", "value": {"min": [1]}}),
    (".value.min[1].limit", {"comparator": "<", "value": {"min": [1, {"limit": "UNL"}]}}),
    (".value.max[0].times", {"comparator": "<", "value": {"max": [{"limit": "ULN", "times": "2"}, 1]}}),
    (".unit", {"unit": ""}),
    (".unit", {"unit": 1}),
    (".judgement", {"judgement": False}),
    (".open_list", {"open_list": "yes"}),
    ("", {"unit": "a", "colour": "red"}),
    (".window", {"window": {"anchor": "consent"}}),
    (".window.anchor", {"window": {"anchor": "tea", "direction": "before"}}),
    (".min_duration", {"min_duration": "6 months"}),
    (".min_duration", {"min_duration": "P"}),
    (".min_duration", {"min_duration": "P6MT"}),
    (".min_duration", {"min_duration": "P06M"}),
    (".min_duration", {"min_duration": "PT30M"}),
    (".min_duration", {"min_duration": 6}),
    (".min_duration.half_lives", {"min_duration": {"half_lives": 0}}),
    (".min_duration", {"min_duration": {"longest": ["P1D"]}}),
    (".min_duration.longest[0]", {"min_duration": {"longest": ["P1X", "P2D"]}}),
    (".applies_to", {"applies_to": "everyone"}),
    (".relative_to", {"relative_to": ["ULN"]}),
]
# What a schema cannot say.
BAD_TESTS_BEYOND: list[tuple[str, dict[str, Any]]] = [
    (".value", {"comparator": ">=", "value": float("nan")}),
    (".value", {"comparator": ">=", "value": 10**5000}),
    (".value", {"comparator": "between", "value": [2, 1]}),
    (".scale", {"scale": "\0"}),
]


@pytest.mark.parametrize(("where", "test"), BAD_TESTS + BAD_TESTS_BEYOND)
def test_a_wrong_test_is_refused_where_it_is_wrong(where: str, test: dict[str, Any]) -> None:
    assert f"inclusion.children[0].test{where}" in problems(with_test(**test))


# Structure

BAD_NODES: list[tuple[str, dict[str, Any], str]] = [
    ("", {"op": "all"}, "identifier"),
    ("", {"identifier": "a"}, "op"),
    (".identifier", leaf("A"), "form"),
    (".identifier", leaf("x" * 65), "form"),
    (".identifier", {"identifier": 4, "op": "statement", "text": "t"}, "a number"),
    (".op", {"identifier": "a", "op": "xor"}, "xor"),
    (".op", {"identifier": "a", "op": ["all"]}, "a list"),
    ("", {"identifier": "a", "op": "statement"}, "text"),
    ("", {"identifier": "a", "op": "lost", "text": " "}, "text"),
    (".children", leaf("a", children=[leaf("b")]), "no children"),
    (".children", group("not", "a", "b", "c"), "exactly one"),
    (".children", group("except", "a", "b"), "exception"),
    (".children", group("if", "a", "b"), "condition"),
    (".children", {"identifier": "a", "op": "all", "children": {}}, "a list"),
    ("", group("at_least", "a", "b"), '"k"'),
    (".k", group("at_least", "a", "b", k=0), "between"),
    (".k", group("at_least", "a", "b", k=True), "whole"),
    (".k", group("any", "a", "b", k=1), "alone"),
    (".target", leaf("a", target="b"), "alone"),
    (".test", group("any", "a", "b", test={"unit": "a"}), "alone"),
    ("", {"identifier": "a", "op": "ref"}, "target"),
    (".cohorts", leaf("a", cohorts=[]), "no cohort"),
    (".cohorts", leaf("a", cohorts=["SLE", "SLE"]), "twice"),
    (".warnings[0]", leaf("a", warnings=[""]), "empty"),
    (".note", leaf("a", note=None), "null"),
    ("", leaf("a", colour="red"), "colour"),
    ("", "a", "a mapping"),
    ("", None, "a mapping"),
]
# What a schema cannot say.
BAD_NODES_BEYOND: list[tuple[str, dict[str, Any], str]] = [
    (".identifier", leaf("inclusion"), "already"),
    (".children", {"identifier": "a", "op": "all"}, "child"),
    (".children[0]", group("any", "a", group("if", "b", "c", "d")), "below"),
    (".k", group("at_least", "a", "b", k=2), "between"),
    (".k", group("at_least", "a", "b", k=1.0), "whole"),
    (".target", ref("a", "nowhere"), "nowhere"),
    (".target", ref("a", "a"), "cycle"),
    (".target", ref("a", "inclusion"), "cycle"),
    (".cohorts", leaf("a", cohorts=["IIM"]), "IIM"),
    (".children[0].cohorts", group("any", "a", leaf("b", cohorts=["SSc"]), cohorts=["SLE"]), "SSc"),
    (".text", leaf("a") | {"text": "\ud800"}, "surrogate"),
    ("", leaf("a") | {1: 2}, "a number"),
]


@pytest.mark.parametrize(("where", "node", "reason"), BAD_NODES + BAD_NODES_BEYOND)
def test_a_wrong_node_is_refused_where_it_is_wrong(where: str, node: Any, reason: str) -> None:
    data = document(cohorts="SLE SSc")
    data["inclusion"]["children"] = [node]
    assert reason in problems(data)[f"inclusion.children[0]{where}"]


def test_a_cycle_is_found_through_the_targets_of_references() -> None:
    data = document(
        group("any", "a", ref("to_b", "b")),
        group("any", "b", ref("to_c", "c")),
        group("any", "c", ref("to_a", "a")),
    )
    assert set(problems(data)) == {f"inclusion.children[{place}].children[0].target" for place in range(3)}


def test_a_reference_into_a_sibling_is_no_cycle() -> None:
    assert parse_tree(document(group("any", "a", "x", ref("to_b", "b")), group("any", "b", "y")))


def test_all_problems_are_told_at_once() -> None:
    data = document(leaf("a", label=1), leaf("a", test={"unit": "", "value": 2}), ref("r", "gone"))
    data["inclusion"]["op"] = "any"
    assert set(problems(data)) == {
        "inclusion.op",
        "inclusion.children[0].label",
        "inclusion.children[1].identifier",
        "inclusion.children[1].test.unit",
        "inclusion.children[1].test.value",
        "inclusion.children[2].target",
    }


def test_a_document_is_both_roots_and_nothing_else() -> None:
    with pytest.raises(TreeError) as error:
        parse_tree({"inclusion": group("all", "i"), "more": 1})
    assert [problem.reason[:14] for problem in error.value.problems] == ["an unknown key", '"exclusion" is']
    for nothing in (None, [], "", 0, True):
        assert "a mapping" in problems(nothing)[""]


def test_cohort_codes_are_unique_and_roots_belong_to_all() -> None:
    data = document("a", cohorts="SLE SLE")
    assert "more than once" in problems(data)["cohorts"]
    data = document("a", cohorts="SLE")
    data["inclusion"]["cohorts"] = ["SLE"]
    assert "root" in problems(data)["inclusion.cohorts"]


# Documents made to do harm


def nested(levels: int) -> dict[str, Any]:
    node = leaf("leaf")
    for level in range(levels):
        node = group("all", f"n{level}", node)
    return node


def test_depth_has_a_limit_that_no_recursion_meets_first() -> None:
    assert parse_tree(document(nested(48)))
    for levels in (49, 50_000):
        (reason,) = problems(document(nested(levels))).values()
        assert "deeper than 50" in reason


def test_references_count_as_levels() -> None:
    chain = [group("all", "c0", "leaf")]
    chain += [group("all", f"c{link}", ref(f"r{link}", f"c{link - 1}")) for link in range(1, 60)]
    assert "references followed" in "".join(problems(document(*chain)).values())
    assert parse_tree(document(*chain[:20]))


def test_size_has_a_limit_even_where_a_node_is_its_own_child() -> None:
    endless: dict[str, Any] = {"identifier": "a", "op": "all"}
    endless["children"] = [endless] * 10
    with pytest.raises(TreeError, match=r"and \d+ more") as error:
        parse_tree(document(endless))
    assert any("more than 2000 nodes" in problem.reason for problem in error.value.problems)
    assert len(str(error.value)) < 100_000


# The schema


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("test", [test for _, test in BAD_TESTS])
def test_the_schema_refuses_wrong_tests_too(test: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(with_test(**test))


@pytest.mark.parametrize("node", [node for _, node, _ in BAD_NODES])
def test_the_schema_refuses_wrong_nodes_too(node: Any) -> None:
    data = document("a")
    assert VALIDATOR.is_valid(data)
    data["inclusion"]["children"] = [node]
    assert not VALIDATOR.is_valid(data)
