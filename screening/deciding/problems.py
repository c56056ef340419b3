"""Why facts decide nothing: said as a kind and its parameters, worded where it is shown."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

# Whatever tells the caller's facts apart; a primary key.
type FactId = Hashable


class ProblemKind(StrEnum):
    """What is wrong or missing, with the parameters that its sentence needs."""

    UNIT_MISSING = "unit_missing"  # value, wanted
    UNIT_UNKNOWN = "unit_unknown"  # value, unit, wanted
    UNIT_OF_OTHER_KIND = "unit_of_other_kind"  # value, unit, wanted
    UNIT_NEEDS_ANALYTE = "unit_needs_analyte"  # value, unit, wanted, variable: no factor is known
    UNIT_INDEXED = "unit_indexed"  # value, unit, wanted: one is indexed to 1.73 m2, the other is not
    WRONG_TYPE = "wrong_type"  # value, expected: number, code, date or presence
    LIMIT_MISSING = "limit_missing"  # limit: ULN or LLN
    PREDICTED_MISSING = "predicted_missing"  # value, unit: a share of the predicted value is needed
    EARLIER_MISSING = "earlier_missing"  # relative_to: previous or baseline
    PRIOR_UNCLEAR = "prior_unclear"  # text: which earlier value is meant is for a person to say
    ANCHOR_WITHOUT_DATE = "anchor_without_date"  # anchor
    PRODUCT_MISSING = "product_missing"  # the window counts half-lives, the fact names no product
    HALF_LIFE_MISSING = "half_life_missing"  # product
    TEST_UNCLEAR = "test_unclear"  # it says two things at once, or compares what cannot be compared
    DURATION_UNKNOWN = "duration_unknown"  # min_duration
    INDETERMINATE = "indeterminate"  # code
    OPEN_LIST = "open_list"  # code: not on a list that ends in "etc."
    INPUT_MISSING = "input_missing"  # formula, variable
    OUT_OF_RANGE = "out_of_range"  # formula, input, value, low, high
    DRUG_UNKNOWN = "drug_unknown"  # product: none of the drugs that the formula's table has


@dataclass(frozen=True, slots=True)
class Problem:
    """`parameters` are texts and numbers for the sentence, `facts` what it is about."""

    kind: ProblemKind
    parameters: MappingProxyType[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    facts: tuple[FactId, ...] = ()


class Undecidable(ValueError):  # noqa: N818 - a finding to be shown, not a failure of the program
    """Raised inside the package; `propose` gives its problem back."""

    def __init__(self, kind: ProblemKind, /, facts: tuple[FactId, ...] = (), **parameters: Any) -> None:
        told = ", ".join(f"{name}={value}" for name, value in parameters.items())
        super().__init__(f"{kind}: {told}" if told else kind.value)
        self.problem = Problem(kind, MappingProxyType(parameters), facts)


class UnitError(Undecidable):
    """A value that cannot be brought to the unit that is wanted."""


class FormulaError(Undecidable):
    """An input outside what the formula was made for."""
