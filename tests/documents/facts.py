"""Facts on either side of a typed statement, in the unit that the dictionary has for them.

What each should propose follows from the document alone: from its comparator, its number, its codes.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from screening.deciding.derived import AGE, DISEASE_DURATIONS, SEX
from screening.deciding.facts import Circumstances, FactValue, by_variable
from screening.deciding.proposal import Proposal, propose
from screening.deciding.windows import Span, span
from tests.deciding.world import SCREENED, TODAY, circumstances, planned
from trials.criteria.tree import AppliesTo, Comparator, Expression, Range, RelativeTo, Test

PRODUCT, HALF_LIFE = "product", 48
LOWER, UPPER, BEFORE = Decimal(10), Decimal(40), Decimal(20)
_COMPARED = {
    Comparator.LESS: operator.lt,
    Comparator.AT_MOST: operator.le,
    Comparator.GREATER: operator.gt,
    Comparator.AT_LEAST: operator.ge,
}
_SCALES = {RelativeTo.ULN: UPPER, RelativeTo.LLN: LOWER, RelativeTo.PREVIOUS: BEFORE}


class Case(NamedTuple):
    """Facts, whose last one is the one in question; the answer that should follow."""

    facts: tuple[FactValue, ...]
    answer: str
    record: Mapping[str, Any] = MappingProxyType({})

    def proposed(self, test: Test) -> Proposal:
        return propose(test, by_variable(self.facts), situation(test, **self.record))

    def on(self, day: date) -> Case:
        *earlier, fact = self.facts
        return self._replace(facts=(*earlier, replace(fact, observed_on=day)))


def situation(test: Test, sex: str = "", born: date | None = None) -> Circumstances:
    """In the screening, with everything after it planned."""
    later = ("enrolment", "randomisation", "apheresis", "infusion", "baseline")
    applies = (AppliesTo.MALE, AppliesTo.PARTNER_OF_CHILDBEARING_POTENTIAL)
    sex = sex or ("male" if test.applies_to in applies else "female")
    return circumstances(
        half_lives={PRODUCT: HALF_LIFE},
        sex=sex,
        born=born,
        consent=SCREENED,
        **dict.fromkeys(later, planned(TODAY + timedelta(days=2))),
    )


def window_of(test: Test) -> Span | None:
    return span(test.window, situation(test).anchors, Decimal(HALF_LIFE)) if test.window else None


def day_inside(test: Test) -> date:
    window = window_of(test)
    return min(TODAY, window.last) if window else TODAY


def cases(test: Test, variable: dict[str, Any]) -> Iterator[Case]:
    """Just inside and just outside; of codes all of which the answer is clear."""
    if test.variable == AGE or test.variable in DISEASE_DURATIONS:
        yield from _by_calendar(test)
    elif variable["kind"] == "number":
        yield from _numbers(test, variable["unit"])
    else:
        codes = ("present", "absent") if variable["kind"] == "boolean" else variable["codes"]
        for code in codes:
            answer = _of_code(test, code)
            if answer and test.variable == SEX:
                yield Case((), answer, {SEX: code})
            elif answer:
                yield Case((_fact(test, code=code),), answer)


def decided(test: Test, variable: dict[str, Any]) -> bool:
    """Whether facts decide the statement, to either side."""
    answers = {(case.answer, case.proposed(test).value) for case in cases(test, variable)}
    return answers == {("yes", "yes"), ("no", "no")}


def _fact(test: Test, **value: Any) -> FactValue:
    return FactValue("fact", test.variable, day_inside(test), product=PRODUCT, **value)


def _answer(true: bool) -> str:
    return "yes" if true else "no"


def _of_code(test: Test, code: str) -> str | None:
    """None for what another code could still turn: an indeterminate result, one of several drugs."""
    if code in ("present", "absent"):
        return _answer(code == test.comparator)
    listed = test.value if isinstance(test.value, tuple) else (test.value,)
    if code in listed:
        return _answer(test.comparator in (Comparator.IN, Comparator.EQUAL))
    clear = code == "none" or test.variable not in ("ab.msa_maa", "rx.immunomodulator")
    return "no" if clear and code != "indeterminate" else None


def _numbers(test: Test, unit: str) -> Iterator[Case]:
    in_percent = test.relative_to is RelativeTo.PREDICTED
    limits: dict[str, Any] = {} if in_percent else {"lower": LOWER, "upper": UPPER}
    relative = _SCALES.get(test.relative_to, Decimal(1)) if test.relative_to else Decimal(1)
    scale = Decimal(1) if unit == "{xULN}" else relative
    earlier = FactValue(
        "earlier", test.variable, SCREENED - timedelta(days=90), number=BEFORE, unit=unit or "", **limits
    )
    for bound in _bounds(test):
        for number in (bound * scale + step for step in (Decimal("-0.01"), Decimal(0), Decimal("0.01"))):
            fact = _fact(test, number=number, unit="%" if in_percent else unit or "", **limits)
            facts = (earlier, fact) if test.relative_to is RelativeTo.PREVIOUS else (fact,)
            yield Case(facts, _answer(_holds(test, number / scale)))


def _bounds(test: Test) -> tuple[Decimal, ...]:
    match test.value:
        case Range(low=low, high=high):
            return Decimal(str(low)), Decimal(str(high))
        case Expression():
            return (LOWER,)  # of its terms, the one that a fact has
    return (Decimal(str(test.value)),)


def _holds(test: Test, number: Decimal) -> bool:
    bounds = _bounds(test)
    if test.comparator is Comparator.BETWEEN:
        return bounds[0] <= number <= bounds[1]
    assert test.comparator is not None
    return bool(_COMPARED[test.comparator](number, bounds[0]))


def _by_calendar(test: Test) -> Iterator[Case]:
    """The day before a whole year or month is reached, and that day."""
    day = SCREENED if test.window else TODAY
    for bound in _bounds(test):
        for months in (int(bound * (12 if test.variable == AGE else 1)) + more for more in (0, 12)):
            year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
            reached = date(year, month + 1, day.day)
            for start, whole in ((reached, True), (reached + timedelta(days=1), False)):
                if test.variable == AGE:
                    years = Decimal(months // 12 - (not whole))
                    yield Case((), _answer(_holds(test, years)), {"born": start})
                else:
                    count = Decimal(months) if whole else months - Decimal("0.01")
                    onset = FactValue("onset", DISEASE_DURATIONS[test.variable], TODAY, date=start)
                    yield Case((onset,), _answer(_holds(test, count)))
