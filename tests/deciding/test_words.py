"""Each problem has a sentence that says what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from screening.deciding import derived, formulas
from screening.deciding.problems import Problem, ProblemKind
from screening.deciding_words import FORMULAS, problem_words

SAMPLE: dict[str, Any] = {
    "value": Decimal("80.00000000"),
    "unit": "mg/dL",
    "wanted": "umol/L",
    "variable": "vital.weight",
    "limit": "ULN",
    "relative_to": "previous",
    "text": "the count before rituximab",
    "anchor": "infusion",
    "product": "rituximab",
    "min_duration": "P3M",
    "code": "other",
    "formula": "cockcroft_gault",
    "input": "weight_kg",
    "low": 20,
    "high": 650,
    "expected": "number",
}


def words(kind: ProblemKind, **parameters: Any) -> str:
    labels = {"vital.weight": "Body weight"}
    return problem_words(Problem(kind, MappingProxyType(SAMPLE | parameters)), labels)


@pytest.mark.parametrize("kind", ProblemKind)
def test_each_problem_has_a_sentence_without_a_gap(kind: ProblemKind) -> None:
    sentence = words(kind)
    assert sentence.endswith(".")
    assert "%(" not in sentence


def test_a_number_is_written_as_a_person_writes_it() -> None:
    assert words(ProblemKind.UNIT_NEEDS_ANALYTE).startswith("80 mg/dL cannot be converted to umol/L")
    assert words(ProblemKind.UNIT_OF_OTHER_KIND, value=Decimal("1E+2")).startswith("100 mg/dL")


def test_what_is_missing_is_named_as_the_desk_names_it() -> None:
    assert words(ProblemKind.INPUT_MISSING) == (
        "To work it out (Cockcroft-Gault), this is missing: Body weight. Enter it."
    )
    assert "date of birth" in words(ProblemKind.INPUT_MISSING, variable="birth_date")
    assert "at least 3 months" in words(ProblemKind.DURATION_UNKNOWN)


def test_a_criterion_without_a_unit_is_not_held_against_the_fact() -> None:
    assert "gives no unit" in words(ProblemKind.UNIT_OF_OTHER_KIND, wanted="")
    assert "criterion's unit" in words(ProblemKind.UNIT_UNKNOWN, unit="furlong", wanted="furlong")


def test_a_date_that_cannot_be_is_told_as_a_date() -> None:
    told = words(
        ProblemKind.OUT_OF_RANGE, input="onset", value=date(2027, 1, 2), low="", high=date(2026, 11, 3)
    )
    assert told == "The date of onset cannot be: 2 Jan 2027 lies after 3 Nov 2026. Correct it."


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("number", "high", "no number"),
        ("code", Decimal(3), "3 is a number"),
        ("presence", "maybe", "neither"),
    ],
)
def test_a_confusion_of_types_is_told(kind: str, value: Any, said: str) -> None:
    assert said in words(ProblemKind.WRONG_TYPE, expected=kind, value=value)


def test_each_formula_that_is_used_has_a_title() -> None:
    used = {rule.formula for rule in derived.RULES.values()}
    others = {"age_on", "increase", "months_since", "percent_change", "prednisone_equivalent", "times_uln"}
    assert used | others == FORMULAS.keys()
    assert all(hasattr(formulas, name) for name in FORMULAS)
