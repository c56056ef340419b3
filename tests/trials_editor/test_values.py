"""What people type as values and durations, and that no document's test is lost in the form."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from tests.documents.fixtures import trial_fixtures
from trials.criteria import tree
from trials.editor.durations import duration_words, read_duration
from trials.editor.expressions import read_term, term_line
from trials.editor.test_form import TestForm, read_value
from trials.editor.words import test_words as in_words


def fixture_tests() -> list[tree.Test]:
    versions = (
        version for document in trial_fixtures().values() for version in document["criteria_versions"]
    )
    trees = (
        tree.parse_tree({key: each[key] for key in ("cohorts", "inclusion", "exclusion") if key in each})
        for each in versions
    )
    return [node.test for each in trees for node in each.statements if node.test]


def sent_back(form: TestForm) -> TestForm:
    """As a browser would post the form, untouched."""
    data = QueryDict(mutable=True)
    for bound in form:
        value = bound.value()
        if value is True:
            data[bound.name] = "on"
        elif value not in (None, False):
            data[bound.name] = str(value)
    return TestForm(data)


def test_every_test_of_the_trials_goes_through_the_form_unchanged() -> None:
    tests = fixture_tests()
    assert len(tests) > 200
    for test in tests:
        form = sent_back(TestForm.of(test.to_json()))
        assert form.is_valid(), (test, form.errors)
        assert form.test() == test.to_json()
        assert in_words(test.to_json(), {})


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("6 months", "P6M"),
        ("1 year", "P1Y"),
        ("1 year 6 months", "P1Y6M"),
        ("72 hours", "PT72H"),
        ("2w", "P2W"),
        ("P4W", "P4W"),
        ("5 half-lives", {"half_lives": 5}),
        ("2.5 half lives", {"half_lives": 2.5}),
        ("longer of 4 weeks or 5 half-lives", {"longest": ["P4W", {"half_lives": 5}]}),
        ("shorter of 1 day, 2 weeks or P3M", {"shortest": ["P1D", "P2W", "P3M"]}),
    ],
)
def test_durations_are_read_and_written(text: str, duration: Any) -> None:
    assert read_duration(text) == duration
    assert read_duration(duration_words(duration)) == duration


@pytest.mark.parametrize(
    "text", ["soon", "6", "months", "-3 days", "longer of 4 weeks", "6 months ago", "0 half-lives"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValidationError, match="is no duration"):
        read_duration(text)


@pytest.mark.parametrize(
    ("text", "comparator", "value"),
    [
        ("18", ">=", 18),
        ("18.5", "<=", 18.5),
        ("0", "=", 0),
        ("18 to 75", "between", [18, 75]),
        ("18 - 75", "between", [18, 75]),
        ("positive", "=", "positive"),
        ("probable, definite", "in", ["probable", "definite"]),
    ],
)
def test_values_are_read(text: str, comparator: str, value: Any) -> None:
    assert read_value(text, comparator) == value


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("eighteen", ">="),
        ("1,5", ">="),
        ("75 to 18", "between"),
        ("18", "between"),
        ("a, a", "in"),
        ('{"max": [1, 2]}', "<"),
        ("9" * 400, "<"),
    ],
)
def test_what_is_no_value(text: str, comparator: str) -> None:
    with pytest.raises(ValidationError):
        read_value(text, comparator)


@pytest.mark.parametrize(
    ("line", "term"),
    [
        ("100", 100),
        ("-0.5", -0.5),
        ("ULN", {"limit": "ULN", "times": 1}),
        ("2 × ULN", {"limit": "ULN", "times": 2}),  # noqa: RUF001
        ("1.5x lln", {"limit": "LLN", "times": 1.5}),
        ("earlier value: last before the infusion", {"prior": "last before the infusion"}),
        ("Earlier value: at baseline [lab.b_cells]", {"prior": "at baseline", "variable": "lab.b_cells"}),
    ],
)
def test_terms_are_read_and_written(line: str, term: Any) -> None:
    assert read_term(line) == term
    assert read_term(term_line(term)) == term


def test_the_smallest_of_several_terms_is_a_value() -> None:
    form = TestForm({"variable": "alt", "comparator": "<=", "pick": "min", "terms": "100\n\n 2 x  ULN\n"})
    assert form.is_valid(), form.errors
    assert form.test() == {
        "variable": "alt", "comparator": "<=", "value": {"min": [100, {"limit": "ULN", "times": 2}]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"terms": "1\n2"}, "pick", "smallest or the largest"),
        ({"pick": "max"}, "terms", "two at least"),
        ({"pick": "max", "terms": "LLN"}, "terms", "two at least"),
        ({"pick": "max", "terms": "LLN\ntwice the limit"}, "terms", "“twice the limit” is no term"),
        ({"pick": "max", "terms": "1\n2", "comparator": "in"}, "comparator", "how the smallest or largest"),
        ({"pick": "max", "terms": "1\n2", "value": "3"}, "value", "not both"),
        ({"pick": "max", "terms": "1\nearlier value: \0"}, "terms", "Null characters"),
    ],
)
def test_what_is_no_smallest_or_largest_is_said(values: dict[str, str], field: str, message: str) -> None:
    form = TestForm({"variable": "alt", "comparator": "<=", **values})
    assert not form.is_valid()
    assert message in str(form.errors[field])


def test_a_value_of_zero_is_kept() -> None:
    form = TestForm({"variable": "count", "comparator": ">", "value": "0"})
    assert form.is_valid()
    assert form.test() == {"variable": "count", "comparator": ">", "value": 0}


def test_a_test_in_words() -> None:
    labels = {"bmi": "Body mass index", "ck": "Creatine kinase"}
    window = {"anchor": "infusion", "direction": "before", "max": {"longest": ["P4W", {"half_lives": 5}]}}
    said = [
        in_words({"variable": "bmi", "comparator": "between", "value": [17, 40], "unit": "kg/m2"}, labels),
        in_words({"variable": "ck", "comparator": ">=", "value": 1.5, "relative_to": "ULN"}, labels),
        in_words({"variable": "age", "comparator": "<=", "value": 75, "unit": "a"}, labels),
        in_words({"variable": "dx", "comparator": "present", "window": window}, labels),
        in_words({"judgement": True, "applies_to": "female"}, labels),
    ]
    assert said == [
        "Body mass index 17 to 40 kg/m2",
        "Creatine kinase ≥ 1.5 × ULN",  # noqa: RUF001
        "age ≤ 75 years",
        "dx is present, within longer of 4 weeks or 5 half-lives before infusion",
        "asked of women, the investigator's judgement",
    ]
