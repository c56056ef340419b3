"""Which of a participant's values a test is about: those in its window, and what each of them says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from screening.deciding.comparing import TO_AN_EARLIER, Finding, exact, findings
from screening.deciding.derived import (
    AGE,
    CALENDAR,
    NARROWER,
    SEX,
    Reading,
    derive,
    derive_for_day,
)
from screening.deciding.facts import Circumstances, Facts, FactValue, Presence, fold
from screening.deciding.problems import ProblemKind, Undecidable
from screening.deciding.units import convert_exactly
from screening.deciding.windows import Span, holds_until, recheck_on, screening_period, shifted, span, time_of
from trials.criteria.tree import Anchor, Direction, Period, Range, Test, Window


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
    """

    counted: list[Candidate]
    set_aside: list[Candidate]
    span: Span | None


def candidates(test: Test, facts: Facts, circumstances: Circumstances) -> Found:
    """Raises `Undecidable` where the window has no dates, or what is inside it cannot be compared."""
    known = list(_known(test, facts, circumstances))
    calendar = test.variable in (SEX, *CALENDAR)
    if test.variable in CALENDAR and test.window is None:
        # What it was years ago it is no longer; from the record it is worked out for today.
        known = [each for each in known if _since_screening(each, circumstances)]
    if not known and not calendar:
        return Found([], [], None)
    if test.window is None:
        counted, set_aside, within = *_now(test, known, circumstances), None
    else:
        within = span(test.window, circumstances.anchors)
        counted, set_aside = _inside(test, test.window, known, circumstances), []
    if calendar:
        counted += _of_the_day(test, facts, circumstances)
    telling = [each for each in counted if each.findings]
    if counted and not telling and test.relative_to in TO_AN_EARLIER:
        alone = tuple(fact for each in counted for fact in each.reading.facts)
        raise Undecidable(ProblemKind.EARLIER_MISSING, alone, relative_to=test.relative_to.value)
    return Found(telling, set_aside, within)


def _known(test: Test, facts: Facts, circumstances: Circumstances) -> Iterator[Reading]:
    """Until today. On a day on which the value itself was entered, it need not be worked out."""
    measured = (test.variable, *NARROWER.get(test.variable, ()))
    entered = [fact for variable in measured for fact in facts.get(variable, ())]
    days = {fact.observed_on for fact in entered}
    derived = derive(test.variable, facts, circumstances)
    for reading in (*(Reading(fact, (fact.id,)) for fact in entered), *derived):
        day = reading.value.observed_on
        if day <= circumstances.today and (reading.problem is None or day not in days):
            yield reading


def _now(
    test: Test, known: Sequence[Reading], circumstances: Circumstances
) -> tuple[list[Candidate], list[Candidate]]:
    """Without a window: numbers since the screening began before earlier ones, anything else from ever.

    A change from an earlier value is that of the last value.
    """
    if test.relative_to in TO_AN_EARLIER:
        last = max((each.value.observed_on for each in known), default=None)
        latest = [each for each in known if each.value.observed_on == last]
        return [Candidate(each, _said(test, each, known, circumstances)) for each in latest], []
    recent = [
        each
        for each in known
        if (each.value.number is not None or each.problem is not None)
        and _since_screening(each, circumstances)
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


def _since_screening(reading: Reading, circumstances: Circumstances) -> bool:
    start = circumstances.anchors.get(Anchor.SCREENING)
    return start is not None and reading.value.observed_on >= start.on


def _inside(
    test: Test, window: Window, known: Sequence[Reading], circumstances: Circumstances
) -> list[Candidate]:
    inside: list[Candidate] = []
    unsure: list[Candidate] = []
    before: list[Reading] = []
    for reading in known:
        day = reading.value.observed_on
        half_life = circumstances.half_lives.get(fold(reading.value.product))
        within = span(window, circumstances.anchors, half_life)
        contained = within.contains(day)
        if reading.since is not None and not within.contains(reading.since):
            contained = False
        absent = reading.value.code == Presence.ABSENT
        if absent:
            contained = _absent_of(window, within, day, circumstances)
        if contained is False:
            before += [reading] if day < within.first else []
            continue
        until = None
        if not absent:  # which is silent about the days until the event
            until = holds_until(window, circumstances.anchors, reading.since or day, half_life)
        candidate = Candidate(reading, _said(test, reading, known, circumstances), within, until)
        (inside if contained else unsure).append(candidate)
    truths = {finding.true for each in inside for finding in each.findings}
    for candidate in unsure:
        if {finding.true for finding in candidate.findings} != truths:
            raise _half_life_missing(candidate.reading)
    if any(_may_differ(test, reading, known, circumstances, truths) for reading in before):
        # An event that comes sooner than planned brings these in: it is due again then.
        return [replace(candidate, valid_until=None) for candidate in inside]
    return inside


def _may_differ(
    test: Test, reading: Reading, known: Sequence[Reading], circumstances: Circumstances, truths: set[bool]
) -> bool:
    try:
        return any(finding.true not in truths for finding in _said(test, reading, known, circumstances))
    except Undecidable:
        return True


def _absent_of(window: Window, within: Span, day: date, circumstances: Circumstances) -> bool | None:
    """Whether "absent", said on a day, is about a window.

    Said since the screening began it is about one that lies before that day as well. Nor does it need a
    half-life: where nothing was given, no product has one. Said before days of the window that have passed,
    it says nothing of those.
    """
    contained = within.contains(day)
    if window.direction in (Direction.AT, Direction.DURING):
        return contained
    if day < within.last <= circumstances.today:
        return False
    if contained or window.direction is not Direction.BEFORE or day < within.possibly_first:
        return contained
    start, end = screening_period(circumstances.anchors)
    return True if start <= day <= end else contained


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
