"""When a fact counts: a test's window as local dates.

Everything is whole calendar days at the center, and both ends belong to the window. "Within 6 months before
screening" on 31 August begins on 28 (or 29) February: months and years are the calendar's, and a day that
the month has not is its last one. Hours and half-lives are rounded up to whole days, since the time of
the day of a dose is not recorded and a wash-out is rather a day longer than a day short.

`before`: from the anchor less `max` (without one: from ever) to the anchor less `min` (without one: the day
of the anchor itself).
`after`: from the anchor plus `min` to the anchor plus `max` or, without one, without end.
`at`, `during`: the day of the anchor. The screening is no day but a period: it begins on its anchor's date
and ends on the first later event that has taken place (baseline, enrolment, randomisation, apheresis,
infusion); until then it has no end. With `min` or `max` these two say two things, which is a problem.
`and_during_screening`: the screening period belongs to the window as well, and whatever lies between.

An anchor that is only planned gives the window as it will be if the event takes place on that day; whatever
follows is provisional and due again then (`recheck_on`). Should the event slip, a fact falls out of a
window "within `max` before" some day: `holds_until` is the last date of the event for which the fact is still
inside. After an event has taken place nothing moves any more, and a fact inside holds for good (None).
An anchor without any date is a problem that names it.

A half-life that nobody entered leaves an end of the window unknown. As far as the rest decides, it decides:
of "the longer of 4 weeks or 5 half-lives" the 4 weeks are certain.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from screening.deciding.facts import AnchorTime
from screening.deciding.problems import ProblemKind, Undecidable
from trials.criteria.tree import Anchor, Choice, Direction, HalfLives, Period, Window

type Duration = Period | HalfLives | Choice

# What ends the screening.
_AFTER_SCREENING = (
    Anchor.BASELINE, Anchor.ENROLMENT, Anchor.RANDOMISATION, Anchor.APHERESIS, Anchor.INFUSION,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """The local dates from `first` to `last`, both included; `date.min` and `date.max` are no end at all.

    `possibly_first` and `possibly_last` lie further out where a half-life is not known: whether the days
    between are inside is not known either.
    """

    first: date
    last: date
    possibly_first: date
    possibly_last: date

    def contains(self, day: date) -> bool | None:
        """Whether a day is inside; None if that hangs on a half-life that is not known."""
        if self.first <= day <= self.last:
            return True
        return None if self.possibly_first <= day <= self.possibly_last else False


def span(window: Window, anchors: Mapping[Anchor, AnchorTime], half_life: Decimal | None = None) -> Span:
    """The window's dates; `half_life` in hours, of the product that the fact is about.

    Raises `Undecidable` if the anchor has no date, or if the window says two things.
    """
    anchor = time_of(window.anchor, anchors).on
    first = last = possibly_first = possibly_last = anchor
    if window.direction in (Direction.AT, Direction.DURING):
        if window.min or window.max:
            raise Undecidable(ProblemKind.TEST_UNCLEAR)
        if window.anchor is Anchor.SCREENING:
            last = possibly_last = screening_period(anchors)[1]
    elif window.direction is Direction.BEFORE:
        last, possibly_last = _reach(anchor, window.min, -1, half_life) if window.min else (anchor, anchor)
        possibly_first, first = (
            _reach(anchor, window.max, -1, half_life) if window.max else (date.min, date.min)
        )
    else:
        possibly_first, first = _reach(anchor, window.min, 1, half_life) if window.min else (anchor, anchor)
        last, possibly_last = _reach(anchor, window.max, 1, half_life) if window.max else (date.max, date.max)
    if window.and_during_screening:
        start, end = screening_period(anchors)
        first, possibly_first = min(first, start), min(possibly_first, start)
        last, possibly_last = max(last, end), max(possibly_last, end)
    return Span(first, last, possibly_first, possibly_last)


def recheck_on(window: Window | None, anchors: Mapping[Anchor, AnchorTime]) -> date | None:
    """The day for which the window's event is planned; None once it has taken place, or without a window."""
    if window is None or window.anchor not in anchors or anchors[window.anchor].actual:
        return None
    return anchors[window.anchor].on


def holds_until(
    window: Window | None,
    anchors: Mapping[Anchor, AnchorTime],
    observed_on: date,
    half_life: Decimal | None = None,
) -> date | None:
    """The last day on which the planned event leaves a fact inside; None if nothing moves it out."""
    if window is None or window.max is None or window.direction is not Direction.BEFORE:
        return None
    if window.min is not None:
        return None  # a sooner event moves it out as well
    if recheck_on(window, anchors) is None:
        return None
    if window.and_during_screening and time_of(Anchor.SCREENING, anchors).on <= observed_on:
        return None
    return _latest_anchor(observed_on, window.max, half_life)


def time_of(anchor: Anchor, anchors: Mapping[Anchor, AnchorTime]) -> AnchorTime:
    """When an event is or was. Raises `Undecidable` if nobody knows."""
    if anchor not in anchors:
        raise Undecidable(ProblemKind.ANCHOR_WITHOUT_DATE, anchor=anchor.value)
    return anchors[anchor]


def screening_period(anchors: Mapping[Anchor, AnchorTime]) -> tuple[date, date]:
    """Its first and its last day; `date.max` while it goes on. Raises `Undecidable`."""
    start = time_of(Anchor.SCREENING, anchors).on
    ends = (anchors[each] for each in _AFTER_SCREENING if each in anchors)
    return start, min((end.on for end in ends if end.actual and end.on >= start), default=date.max)


def shifted(day: date, period: Period, sign: int) -> date:
    """A day moved by a calendar period: years and months first, then weeks, days and hours."""
    months = day.year * 12 + day.month - 1 + sign * (period.years * 12 + period.months)
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if sign < 0 else date.max
    moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    days = period.weeks * 7 + period.days + math.ceil(period.hours / 24)
    try:
        return moved + sign * timedelta(days=days)
    except OverflowError:
        return date.min if sign < 0 else date.max


def _reach(anchor: date, duration: Duration, sign: int, half_life: Decimal | None) -> tuple[date, date]:
    """How far from the anchor a duration leads: the earliest and the latest date that it can be."""
    match duration:
        case Period():
            end = shifted(anchor, duration, sign)
            return end, end
        case HalfLives():
            if half_life is None:
                return (date.min, anchor) if sign < 0 else (anchor, date.max)
            end = shifted(anchor, _period_of(duration, half_life), sign)
            return end, end
        case Choice(pick=pick, terms=terms):
            reaches = [_reach(anchor, term, sign, half_life) for term in terms]
            farthest = max if (pick == "longest") == (sign > 0) else min
            return farthest(each[0] for each in reaches), farthest(each[1] for each in reaches)


def _latest_anchor(day: date, duration: Duration, half_life: Decimal | None) -> date | None:
    """The last date of an event that `day` is still within `duration` before."""
    match duration:
        case Period():
            return _inverse(day, duration)
        case HalfLives():
            return None if half_life is None else _inverse(day, _period_of(duration, half_life))
        case Choice(pick=pick, terms=terms):
            ends = [_latest_anchor(day, term, half_life) for term in terms]
            known = [end for end in ends if end is not None]
            if pick == "longest":
                return max(known, default=None)
            return min(known, default=None)


def _inverse(day: date, period: Period) -> date:
    """Months differ in length, so going forth is not exactly the way back: look around the end of it."""
    end = shifted(day, period, 1)
    while end < date.max and shifted(end + timedelta(days=1), period, -1) <= day:
        end += timedelta(days=1)
    while end > day and shifted(end, period, -1) > day:
        end -= timedelta(days=1)
    return end


def _period_of(duration: HalfLives, half_life: Decimal) -> Period:
    return Period(hours=math.ceil(Decimal(str(duration.count)) * half_life))
