"""The live check: each rule by an example, and the promise that a draft without errors is a tree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.criteria.documents import document
from tests.criteria.drafts import VARIABLES, documents
from tests.documents.fixtures import fixture, trial_fixtures
from tests.logic.trees import group, leaf, lost, ref
from trials.criteria.draft import Document
from trials.criteria.lint import Entry, Finding, Severity, errors, lint
from trials.criteria.tree import parse_tree


def age(identifier: str, comparator: str, value: Any, **more: Any) -> dict[str, Any]:
    test = {"variable": "age", "comparator": comparator, "value": value, "unit": "a", **more}
    return leaf(identifier, test={key: item for key, item in test.items() if item is not None})


def codes(of: Document, **options: Any) -> set[tuple[str, str, str]]:
    return {(finding.code, finding.identifier, finding.field) for finding in lint(of, VARIABLES, **options)}


def only(of: Document) -> Finding:
    [finding] = lint(of, VARIABLES)
    return finding


GOOD = document(age("a", ">=", 18), "b", exclusion=["c"])


def test_a_good_draft_has_no_findings() -> None:
    assert lint(GOOD, VARIABLES) == ()


@pytest.mark.parametrize(
    ("inclusion", "code", "identifier", "field"),
    [
        ([group("at_least", "g", "a", "b", k=3)], "k", "g", "k"),
        ([group("any", "g", group("if", "c", "a", "b"), "d")], "if_outside_all", "c", "op"),
        ([group("if", "c", "a")], "parts_of_if", "c", "children"),
        ([group("not", "c", "a", "b")], "parts_of_not", "c", "children"),
        ([group("except", "c", "a")], "parts_of_except", "c", "children"),
        (["a", group("any", "g")], "empty", "g", "children"),
        ([leaf("a", text=" ")], "no_text", "a", "text"),
        (["a", ref("r", "gone")], "dangling", "r", "target"),
        ([group("all", "g", "a", ref("r", "g"))], "circle", "r", "target"),
        ([age("a", ">=", 18, unit=None)], "no_unit", "a", "test.unit"),
        ([age("a", ">=", 18, variable="nothing")], "unknown_variable", "a", "test.variable"),
        ([age("a", ">=", None)], "no_value", "a", "test.value"),
        ([age("a", "in", ["x"])], "kind", "a", "test.value"),
        ([leaf("a", test={"comparator": ">", "value": 2, "unit": "a"})], "no_variable", "a", "test.variable"),
        (
            [leaf("a", test={"variable": "ana", "comparator": "=", "value": "maybe"})],
            "unknown_code",
            "a",
            "test.value",
        ),
        (
            [leaf("a", test={"variable": "ana", "comparator": ">", "value": 2, "unit": "a"})],
            "kind",
            "a",
            "test.comparator",
        ),
        (
            [leaf("a", test={"variable": "pregnant", "comparator": "=", "value": "yes"})],
            "kind",
            "a",
            "test.comparator",
        ),
    ],
)
def test_what_is_an_error(inclusion: list[Any], code: str, identifier: str, field: str) -> None:
    found = errors(lint(document(*inclusion), VARIABLES))
    assert (code, identifier, field) in {(each.code, each.identifier, each.field) for each in found}


def test_the_sentence_names_what_is_wrong() -> None:
    finding = only(document(age("a", ">=", 18, unit=None)))
    assert str(finding.message) == "The number has no unit. The dictionary's is “a”."
    assert (
        str(only(document(group("at_least", "g", "a", "b", k=3))).message) == "At least 3 of 2 can never be."
    )


def test_numbers_without_dimension_need_no_unit() -> None:
    for code in ("count", "score"):
        test = {"variable": code, "comparator": ">", "value": 3}
        assert lint(document(leaf("a", test=test)), VARIABLES) == ()
    relative = age("a", ">=", 2, unit=None, relative_to="ULN")
    assert lint(document(relative), VARIABLES) == ()


def test_another_unit_than_the_dictionarys_is_to_be_looked_at() -> None:
    assert only(document(age("a", ">=", 18, unit="kg"))).code == "other_unit"
    assert lint(document(age("a", ">=", 216, unit="mo")), VARIABLES) == ()  # months and years are one kind
    assert only(document(age("a", ">=", 18, variable="count"))).code == "other_unit"


def test_bounds_that_nobody_is_within() -> None:
    finding = only(document(age("a", ">=", 40), "b", age("c", "<=", 17)))
    assert (finding.severity, finding.code, finding.identifier) == (Severity.ERROR, "never", "c")
    assert "“A”" in str(finding.message)
    assert codes(document(age("a", ">=", 40), age("b", "<=", 40))) == set()
    assert codes(document(age("a", ">=", 40), age("b", "<", 40))) == {("never", "b", "test")}
    assert codes(document(age("a", "between", [18, 30]), age("b", "=", 31))) == {("never", "b", "test")}


def test_an_alternative_that_is_never_true_harms_nobody_else() -> None:
    finding = only(document(group("any", "g", "a", group("all", "h", age("b", ">", 40), age("c", "<", 17)))))
    assert (finding.severity, finding.code) == (Severity.WARNING, "never")


def test_what_is_always_true() -> None:
    finding = only(document("x", exclusion=[age("a", ">=", 18), age("b", "<", 18)]))
    assert (finding.severity, finding.code, finding.identifier) == (Severity.ERROR, "always", "b")
    finding = only(document(group("any", "g", age("a", ">=", 18), age("b", "<=", 18))))
    assert (finding.severity, finding.code) == (Severity.WARNING, "always")


def test_inclusion_and_exclusion_are_read_together() -> None:
    finding = only(document(age("a", ">=", 40), exclusion=[age("b", ">", 17)]))
    assert (finding.severity, finding.code, finding.identifier) == (Severity.ERROR, "never", "b")
    assert "nobody eligible" in str(finding.message)
    assert codes(document(age("a", ">=", 40), exclusion=[age("b", "<=", 17), age("c", ">=", 75)])) == set()


def test_bounds_of_other_cohorts_windows_and_units_do_not_clash() -> None:
    apart = document(
        leaf("a", cohorts=["A"], test=age("", ">=", 40)["test"]),
        leaf("b", cohorts=["B"], test=age("", "<=", 17)["test"]),
        cohorts="A B",
    )
    assert codes(apart) == set()
    for other in (
        age("b", "<=", 17, unit="mo"),
        age("b", "<=", 17, window={"anchor": "consent", "direction": "at"}),
        age("b", "<=", 17, applies_to="female"),
    ):
        assert codes(document(age("a", ">=", 40), other)) == set()


def test_conditions_and_exceptions_are_understood() -> None:
    never = document(group("except", "g", age("a", ">=", 40), age("b", ">=", 18)))
    assert codes(never) == {("never", "b", "test")}
    assert codes(document(group("if", "g", age("a", ">=", 40), age("b", "<=", 17)))) == set()
    assert codes(document(group("not", "n", group("any", "g", age("a", ">=", 18), age("b", "<", 18))))) == {
        ("always", "b", "test")
    }


def test_something_present_and_absent_at_once() -> None:
    there, gone = ({"variable": "pregnant", "comparator": each} for each in ("present", "absent"))
    assert codes(document(leaf("a", test=there), leaf("b", test=gone))) == {("never", "b", "test")}


def test_what_is_asked_twice() -> None:
    assert only(document(age("a", ">=", 18), age("b", ">=", 18))).code == "same_test"
    assert (
        only(document(leaf("a", text="Any infection"), leaf("b", text="any  INFECTION"))).code == "same_text"
    )
    apart = document(
        leaf("a", text="Same", cohorts=["A"]), leaf("b", text="Same", cohorts=["B"]), cohorts="A B"
    )
    assert codes(apart) == set()


def test_cohorts_that_nothing_is_for() -> None:
    assert codes(document("a", leaf("b", cohorts=["A"]), cohorts="A B")) == {("cohort_alone", "", "cohorts")}
    inside = group("all", "g", leaf("b", cohorts=["B"]), leaf("c", cohorts=["A"]), cohorts=["A"])
    assert ("cohort_outside", "b", "cohorts") in codes(document(inside, cohorts="A B"))


def test_lost_text_is_seen_and_never_complete() -> None:
    assert codes(document("a", lost("b"))) == {("lost", "b", "op")}
    assert codes(document("a", lost("b")), complete=True) == {("lost_but_complete", "b", "op")}


def test_no_inclusion_at_all() -> None:
    assert codes(document(exclusion=["a"])) == {("no_inclusion", "", "children")}


def test_what_only_the_form_forbids_is_found_where_it_stands() -> None:
    of = document(
        "a",
        group(
            "any",
            "g",
            leaf("b", test={"variable": "age", "comparator": "between", "value": [3, 1], "unit": "a"}),
        ),
    )
    assert ("form", "b", "test.value") in codes(of)


@given(documents())
def test_a_draft_without_errors_is_a_tree(of: Document) -> None:
    found = lint(of, VARIABLES)
    assert all(str(finding.message) for finding in found)
    if not errors(found):
        parse_tree(of)


@pytest.mark.parametrize(
    ("text", "value", "more", "unsaid"),
    [
        ("Aged 18 or older", 18, {}, ""),
        ("Aged 18 or older", 21, {}, "21"),
        ("Aged 18 to 75", [18, 80], {"comparator": "between"}, "80"),
        ("Aged two within 6 months", 2, {}, ""),
        ("Aged 1,000", 1000, {}, ""),
        ("An adult", 18, {}, ""),
        ("A fall by 10%", 0.9, {"relative_to": "previous"}, ""),
    ],
)
def test_a_value_that_its_text_does_not_say(text: str, value: Any, more: Any, unsaid: str) -> None:
    statement = age("a", more.get("comparator", ">="), value, relative_to=more.get("relative_to"))
    found = lint(document({**statement, "text": text}), VARIABLES)
    said = [finding for finding in found if finding.code == "unsaid"]
    assert [finding.message.parameters["numbers"] for finding in said] == ([unsaid] if unsaid else [])
    assert all(finding.severity is Severity.WARNING for finding in said)


def test_an_earlier_value_is_of_a_variable_that_is_known() -> None:
    value = {"min": [5, {"prior": "baseline", "variable": "nowhere"}]}
    found = only(document(age("a", "<", value)))
    assert (found.code, found.identifier, found.field) == ("unknown_variable", "a", "test.value")


def test_the_trials_that_come_with_it_have_no_errors() -> None:
    entries = fixture("variables.yaml")
    variables = {
        each["code"]: Entry(each["kind"], each["unit"] or "", tuple(each.get("codes", ())))
        for each in entries
    }
    found, doubted = [], []
    for trial in trial_fixtures().values():
        for version in trial["criteria_versions"]:
            of = {key: version[key] for key in ("cohorts", "inclusion", "exclusion") if key in version}
            every = lint(of, variables, complete=version["completeness"] == "complete")
            found += errors(every)
            doubted += [finding for finding in every if finding.code == "unsaid"]
    assert (found, doubted) == ([], [])
