"""Which of a participant's values a test is about: those in its window, and what each of them says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from screening.deciding.comparing import Finding, exact, findings
from screening.deciding.derived import (
    AGE,
    CALENDAR,
    SEX,
    Reading,
    derive,
    derive_for_day,
)
from screening.deciding.facts import Circumstances, Facts, FactValue, Presence, fold
from screening.deciding.problems import Problem, ProblemKind, Undecidable
from screening.deciding.units import convert_exactly
from screening.deciding.windows import Span, holds_until, recheck_on, shifted, span, time_of
from trials.criteria.tree import Anchor, Period, Range, Test, Window


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that takes part, what it says, and until when it does."""

    reading: Reading
    findings: tuple[Finding, ...]
    span: Span | None = None
    valid_until: date | None = None

    @property
    def observed_on(self) -> date:
        return self.reading.value.observed_on


@dataclass(frozen=True, slots=True)
class Found:
    """All that take part.

    set_aside: earlier values that later ones speak for
    span: the window as it is for any fact
    problem: what kept a value from being worked out
    """

    counted: list[Candidate]
    set_aside: list[Candidate]
    span: Span | None
    problem: Problem | None


def candidates(test: Test, facts: Facts, circumstances: Circumstances) -> Found:
    """Raises `Undecidable` where a value inside the window cannot be compared, or the window has no dates."""
    problems: list[Problem] = []
    known = [Reading(fact, (fact.id,)) for fact in facts.get(test.variable, ())]
    known += derive(test.variable, facts, circumstances, problems)
    known = [each for each in known if each.value.observed_on <= circumstances.today]
    calendar = test.variable in (SEX, *CALENDAR)
    if not known and not calendar:
        return Found([], [], None, problems[0] if problems else None)
    if test.window is None:
        counted, set_aside, within = *_now(test, known, circumstances), None
    else:
        within = span(test.window, circumstances.anchors)
        counted, set_aside = _inside(test, test.window, known, circumstances), []
    if calendar:
        counted += _of_the_day(test, facts, circumstances)
    return Found(
        [each for each in counted if each.findings], set_aside, within, problems[0] if problems else None
    )


def _now(
    test: Test, known: Sequence[Reading], circumstances: Circumstances
) -> tuple[list[Candidate], list[Candidate]]:
    """Without a window: numbers since the screening began before earlier ones, anything else from ever."""
    start = circumstances.anchors.get(Anchor.SCREENING)
    recent = [
        each
        for each in known
        if start is not None and each.value.number is not None and each.value.observed_on >= start.on
    ]
    counted = [Candidate(each, _said(test, each, known, circumstances)) for each in recent or known]
    set_aside = []
    for reading in known if recent else ():
        if reading not in recent:
            try:
                set_aside.append(Candidate(reading, _said(test, reading, known, circumstances)))
            except Undecidable:
                continue  # it takes no part in any case
    return counted, set_aside


def _inside(
    test: Test, window: Window, known: Sequence[Reading], circumstances: Circumstances
) -> list[Candidate]:
    inside: list[Candidate] = []
    unsure: list[Candidate] = []
    for reading in known:
        day = reading.value.observed_on
        half_life = circumstances.half_lives.get(fold(reading.value.product))
        within = span(window, circumstances.anchors, half_life)
        contained = within.contains(day)
        if contained is False:
            continue
        until = holds_until(window, circumstances.anchors, day, half_life)
        candidate = Candidate(reading, _said(test, reading, known, circumstances), within, until)
        if contained:
            inside.append(candidate)
        elif reading.value.code != Presence.ABSENT:
            unsure.append(candidate)
        elif day >= time_of(Anchor.SCREENING, circumstances.anchors).on:
            # Nothing was given, so no product has a half-life: what was said since the screening began holds.
            inside.append(candidate)
    truths = {finding.true for each in inside for finding in each.findings}
    for candidate in unsure:
        if {finding.true for finding in candidate.findings} != truths:
            raise _half_life_missing(candidate.reading)
    return inside


def _half_life_missing(reading: Reading) -> Undecidable:
    product = reading.value.product
    if product:
        return Undecidable(ProblemKind.HALF_LIFE_MISSING, reading.facts, product=product)
    return Undecidable(ProblemKind.PRODUCT_MISSING, reading.facts)


def _of_the_day(test: Test, facts: Facts, circumstances: Circumstances) -> Iterator[Candidate]:
    """What follows from the calendar, and from the participant's record."""
    if test.variable == SEX:
        if circumstances.sex:
            value = FactValue(None, SEX, circumstances.today, code=circumstances.sex)
            reading = Reading(value, record=(SEX,))
            yield Candidate(reading, _said(test, reading, (), circumstances))
        return
    window, anchors = test.window, circumstances.anchors
    day = circumstances.today if window is None else time_of(window.anchor, anchors).on
    moves = window is None or recheck_on(window, anchors) is not None
    for reading in derive_for_day(test.variable, day, facts, circumstances):
        said = _said(test, reading, (), circumstances)
        until = _last_day(test, reading, said, facts, circumstances) if moves else None
        yield Candidate(reading, said, valid_until=until)


def _last_day(
    test: Test, reading: Reading, said: tuple[Finding, ...], facts: Facts, circumstances: Circumstances
) -> date | None:
    """The last day on which the calendar leaves a value on the same side of the test's numbers."""
    for day in sorted(_turning_days(test, reading)):
        if day > reading.value.observed_on:
            for later in derive_for_day(test.variable, day, facts, circumstances):
                if later.facts == reading.facts and _said(test, later, (), circumstances) != said:
                    return day - timedelta(days=1)
    return None


def _turning_days(test: Test, reading: Reading) -> Iterator[date]:
    """The days on which a comparison can turn: when the value reaches a number of the test, or just after."""
    if reading.derived is None or not isinstance(start := reading.derived.inputs[0].value, date):
        return
    match test.value:
        case Range(low=low, high=high):
            numbers = [low, high]
        case int() | float():
            numbers = [test.value]
        case _:
            return
    for number in numbers:
        months = convert_exactly(exact(number), test.unit, "mo")
        if test.variable == AGE:
            years = math.floor(months / 12)
            for birthday in (Period(years=years), Period(years=years + 1)):
                yield from _days(shifted(start, birthday, 1), 2)  # 29 February: the next day
        else:
            yield from _days(shifted(start, Period(months=math.floor(months)), 1), 33)


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=each) for each in range(count) if first < date.max - timedelta(days=count))


def _said(
    test: Test, reading: Reading, known: Sequence[Reading], circumstances: Circumstances
) -> tuple[Finding, ...]:
    return tuple(findings(test, reading, known, circumstances))
