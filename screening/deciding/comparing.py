"""One value held against one test: true, false, or a problem. Exact, in fractions; nothing is coerced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from screening.deciding.derived import Derived, Input, Reading
from screening.deciding.facts import Circumstances, Presence
from screening.deciding.formulas import percent_change, times_uln
from screening.deciding.problems import FactId, ProblemKind, Undecidable
from screening.deciding.units import SHARES_OF_PREDICTED, TIMES_ULN, as_decimal, convert_exactly, ucum
from screening.deciding.windows import time_of
from trials.criteria.tree import (
    Anchor,
    Comparator,
    Expression,
    LimitTerm,
    PriorTerm,
    Range,
    RelativeTo,
    Test,
)

# What a value of before is needed for.
TO_AN_EARLIER = (RelativeTo.PREVIOUS, RelativeTo.BASELINE)
# Codes that the dictionary uses for "no answer" and for "nothing of the list".
_INDETERMINATE, _NONE = "indeterminate", "none"
# Of which a participant has several at a time: one that is not on the list says nothing of the others.
_SEVERAL_AT_ONCE = frozenset({"ab.msa_maa", "rx.immunomodulator"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What one value says of the statement.

    facts: what this rests on, the value's own first
    derived: the value as the test looks at it, where that is a multiple or a change
    """

    true: bool
    facts: tuple[FactId, ...]
    derived: Derived | None = None


def findings(
    test: Test, reading: Reading, others: Sequence[Reading], circumstances: Circumstances
) -> list[Finding]:
    """Usually one; none where a value says nothing; several where an earlier day has several values.

    `others` are all values of the variable. Raises `Undecidable`.
    """
    fact = reading.value
    if (problem := reading.problem) is not None:
        raise Undecidable(problem.kind, problem.facts, **problem.parameters)
    match test.comparator:
        case Comparator.PRESENT | Comparator.ABSENT:
            if fact.code not in tuple(Presence):
                raise _wrong_type(reading, "presence")
            return [Finding(fact.code == test.comparator.value, reading.facts)]
        case Comparator.IN | Comparator.NOT_IN | Comparator.EQUAL | Comparator.UNEQUAL if not isinstance(
            test.value, int | float | Expression
        ):
            return _coded(test, reading)
    if fact.number is None:
        raise _wrong_type(reading, "number")
    if test.relative_to in TO_AN_EARLIER:
        return [
            Finding(
                _compared(test, reading, _number_of(earlier, fact.unit)),
                reading.facts + earlier.facts,
                _change(reading, earlier),
            )
            for earlier in _earlier(test, reading, others, circumstances)
        ]
    return [Finding(_compared(test, reading, None), reading.facts, _multiple(test, reading))]


def _coded(test: Test, reading: Reading) -> list[Finding]:
    codes = (test.value,) if isinstance(test.value, str) else test.value
    code, variable = reading.value.code, reading.value.variable
    if not code or not isinstance(codes, tuple):
        raise _wrong_type(reading, "code")
    listed = code in codes
    if not listed:
        if code == _INDETERMINATE:
            raise Undecidable(ProblemKind.INDETERMINATE, reading.facts, code=code)
        if test.open_list and code != _NONE:
            raise Undecidable(ProblemKind.OPEN_LIST, reading.facts, code=code)
        if variable in _SEVERAL_AT_ONCE and code != _NONE:
            return []
    return [Finding(listed is (test.comparator in (Comparator.IN, Comparator.EQUAL)), reading.facts)]


def _compared(test: Test, reading: Reading, earlier: Fraction | None) -> bool:
    """A number against the test's; `earlier` is what the test's number is a multiple of, if it is of one."""
    fact = reading.value
    if fact.unit == TIMES_ULN and test.relative_to is not RelativeTo.ULN:
        raise _unit_problem(reading, ProblemKind.UNIT_OF_OTHER_KIND, test.unit)
    match test.relative_to:
        case RelativeTo.ULN if fact.unit == TIMES_ULN:
            number, scale = _number_of(reading, TIMES_ULN), Fraction(1)
        case RelativeTo.ULN | RelativeTo.LLN:
            number, scale = _number_of(reading, fact.unit), _limit(reading, test.relative_to.value)
        case RelativeTo.PREDICTED:
            if ucum(fact.unit) not in SHARES_OF_PREDICTED:
                raise _unit_problem(reading, ProblemKind.PREDICTED_MISSING, "%")
            number, scale = _number_of(reading, fact.unit), Fraction(1)
        case RelativeTo.PREVIOUS | RelativeTo.BASELINE if earlier is not None:
            number, scale = _number_of(reading, fact.unit), earlier
        case _:
            number, scale = _number_of(reading, test.unit), Fraction(1)
    if isinstance(test.value, Range):
        if test.comparator is not Comparator.BETWEEN:
            raise Undecidable(ProblemKind.TEST_UNCLEAR, reading.facts)
        return exact(test.value.low) * scale <= number <= exact(test.value.high) * scale
    if isinstance(test.value, int | float):
        return _holds(number, test.comparator, exact(test.value) * scale)
    if not isinstance(test.value, Expression):
        raise _wrong_type(reading, "code")
    if test.relative_to is not None:
        raise Undecidable(ProblemKind.TEST_UNCLEAR, reading.facts)
    answers = {_holds(number, test.comparator, bound) for bound in _bounds(test.value, reading, test.unit)}
    if len(answers) > 1:
        texts = [term.text for term in test.value.terms if isinstance(term, PriorTerm)]
        raise Undecidable(ProblemKind.PRIOR_UNCLEAR, reading.facts, text="; ".join(texts))
    return answers.pop()


def _holds(number: Fraction, comparator: Comparator | None, bound: Fraction | float) -> bool:
    match comparator:
        case Comparator.LESS:
            return number < bound
        case Comparator.AT_MOST:
            return number <= bound
        case Comparator.GREATER:
            return number > bound
        case Comparator.AT_LEAST:
            return number >= bound
        case Comparator.EQUAL:
            return number == bound
        case Comparator.UNEQUAL:
            return number != bound
    raise Undecidable(ProblemKind.TEST_UNCLEAR)


def _bounds(expression: Expression, reading: Reading, unit: str) -> tuple[Fraction | float, Fraction | float]:
    """What the smallest or largest term is at least and at most.

    Which earlier value the text means is for a person to say: as a term it is anything.
    """
    known = [_term(term, reading, unit) for term in expression.terms if not isinstance(term, PriorTerm)]
    whole = len(known) == len(expression.terms)
    if expression.pick == "min":
        most = min(known, default=math.inf)
        return (most if whole else -math.inf), most
    least = max(known, default=-math.inf)
    return least, (least if whole else math.inf)


def _term(term: int | float | LimitTerm, reading: Reading, unit: str) -> Fraction:
    if isinstance(term, LimitTerm):
        limit = _limit(reading, term.limit) * exact(term.times)
        return convert_exactly(limit, reading.value.unit, unit, reading.value.variable)
    return exact(term)


def _limit(reading: Reading, which: str) -> Fraction:
    limit = reading.value.upper if which == "ULN" else reading.value.lower
    # Of an upper limit of none everything would be a multiple.
    if limit is None or not limit.is_finite() or limit < 0 or (which == "ULN" and not limit):
        raise Undecidable(ProblemKind.LIMIT_MISSING, reading.facts, limit=which)
    return Fraction(limit)


def _number_of(reading: Reading, unit: str) -> Fraction:
    """A reading's number in a unit."""
    fact = reading.value
    if fact.number is None or not fact.number.is_finite():
        raise _wrong_type(reading, "number")
    if fact.unit == unit:
        return Fraction(fact.number)
    try:
        return convert_exactly(Fraction(fact.number), fact.unit, unit, fact.variable)
    except Undecidable as error:
        raise Undecidable(error.problem.kind, reading.facts, **error.problem.parameters) from None


def exact(number: int | float) -> Fraction:
    """The number as it is written: 0.1 is a tenth."""
    return Fraction(str(number))


def _earlier(
    test: Test, reading: Reading, others: Sequence[Reading], circumstances: Circumstances
) -> list[Reading]:
    """The values of the day that a value is compared with: the last day before it, or up to the baseline."""
    day = reading.value.observed_on
    if test.relative_to is RelativeTo.BASELINE:
        day = min(day, time_of(Anchor.BASELINE, circumstances.anchors).on + timedelta(days=1))
    last = max((each.value.observed_on for each in others if each.value.observed_on < day), default=None)
    return [each for each in others if each.value.observed_on == last]


def _multiple(test: Test, reading: Reading) -> Derived | None:
    fact = reading.value
    if test.relative_to is not RelativeTo.ULN or fact.number is None or not fact.upper or fact.upper < 0:
        return None
    limits = tuple(Input(fact.variable, each, fact.unit, fact.id) for each in (fact.number, fact.upper))
    return Derived("times_uln", fact.variable, times_uln(fact.number, fact.upper), TIMES_ULN, limits)


def _change(reading: Reading, earlier: Reading) -> Derived | None:
    before, after = as_decimal(_number_of(earlier, reading.value.unit)), reading.value
    if after.number is None or before <= 0:
        return None
    values = (
        Input(after.variable, before, after.unit, earlier.value.id),
        Input(after.variable, after.number, after.unit, after.id),
    )
    return Derived("percent_change", after.variable, percent_change(before, after.number), "%", values)


def _wrong_type(reading: Reading, expected: str) -> Undecidable:
    fact = reading.value
    value = fact.code or (fact.number if fact.number is not None else fact.date)
    return Undecidable(ProblemKind.WRONG_TYPE, reading.facts, value=value, expected=expected)


def _unit_problem(reading: Reading, kind: ProblemKind, wanted: str) -> Undecidable:
    fact = reading.value
    return Undecidable(kind, reading.facts, value=fact.number, unit=fact.unit, wanted=wanted)
