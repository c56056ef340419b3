"""Windows: the calendar, both ends inclusive, events to come, half-lives; and by trying every day."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from screening.deciding.facts import AnchorTime
from screening.deciding.problems import ProblemKind, Undecidable
from screening.deciding.windows import holds_until, recheck_on, shifted, span
from tests.deciding.world import unhurried
from trials.criteria.tree import Anchor, Choice, Direction, HalfLives, Period, Window

SCREENED = date(2026, 8, 31)


def anchors(**times: date | AnchorTime) -> dict[Anchor, AnchorTime]:
    """Events that have taken place, unless an `AnchorTime` says otherwise."""
    screened = {"screening": SCREENED}
    return {
        Anchor(name): time if isinstance(time, AnchorTime) else AnchorTime(time, actual=True)
        for name, time in (screened | times).items()
    }


def planned(day: date) -> AnchorTime:
    return AnchorTime(day, actual=False)


def window(direction: str = "before", anchor: str = "screening", **more: Any) -> Window:
    return Window(Anchor(anchor), Direction(direction), **more)


def dates(found: Any) -> tuple[date, date]:
    assert (found.first, found.last) == (found.possibly_first, found.possibly_last)
    return found.first, found.last


@pytest.mark.parametrize(
    ("screened", "period", "first"),
    [
        (date(2026, 8, 31), Period(months=6), date(2026, 2, 28)),
        (date(2028, 8, 31), Period(months=6), date(2028, 2, 29)),
        (date(2026, 11, 3), Period(months=6), date(2026, 5, 3)),
        (date(2028, 2, 29), Period(years=5), date(2023, 2, 28)),
        (date(2026, 11, 3), Period(weeks=4), date(2026, 10, 6)),
        (date(2026, 3, 1), Period(days=28), date(2026, 2, 1)),
        (date(2026, 11, 3), Period(hours=72), date(2026, 10, 31)),
        (date(2026, 11, 3), Period(hours=73), date(2026, 10, 30)),
        (date(2026, 11, 3), Period(months=1, days=2), date(2026, 10, 1)),
        (date(2026, 11, 3), Period(), date(2026, 11, 3)),
        (date(2026, 11, 3), Period(years=9999), date.min),
    ],
)
def test_before_is_counted_by_the_calendar_with_both_ends(
    screened: date, period: Period, first: date
) -> None:
    assert dates(span(window(max=period), anchors(screening=screened))) == (first, screened)


def test_at_least_so_long_before_ends_earlier() -> None:
    found = span(window(min=Period(weeks=4), max=Period(months=6)), anchors(screening=date(2026, 11, 3)))
    assert dates(found) == (date(2026, 5, 3), date(2026, 10, 6))
    assert dates(span(window(), anchors())) == (date.min, SCREENED)


def test_after_an_event() -> None:
    times = anchors(infusion=date(2026, 11, 3))
    assert dates(span(window("after", "infusion"), times)) == (date(2026, 11, 3), date.max)
    bounded = window("after", "infusion", min=Period(days=1), max=Period(days=28))
    assert dates(span(bounded, times)) == (date(2026, 11, 4), date(2026, 12, 1))


@pytest.mark.parametrize("direction", ["at", "during"])
def test_an_event_is_its_day_and_the_screening_is_a_period(direction: str) -> None:
    consented = anchors(consent=date(2026, 8, 30))
    assert dates(span(window(direction, "consent"), consented)) == (date(2026, 8, 30), date(2026, 8, 30))
    assert dates(span(window(direction), anchors())) == (SCREENED, date.max)
    still_planned = anchors(enrolment=planned(date(2026, 9, 20)))
    assert dates(span(window(direction), still_planned)) == (SCREENED, date.max)
    over = anchors(enrolment=date(2026, 9, 20), infusion=date(2026, 10, 9))
    assert dates(span(window(direction), over)) == (SCREENED, date(2026, 9, 20))
    # An event of the past, before this screening began, does not end it
    assert dates(span(window(direction), anchors(baseline=date(2026, 1, 1)))) == (SCREENED, date.max)


def test_during_screening_as_well_lengthens_a_window() -> None:
    found = span(window(max=Period(months=6), and_during_screening=True), anchors())
    assert dates(found) == (date(2026, 2, 28), date.max)


def test_an_event_with_a_distance_says_two_things() -> None:
    with pytest.raises(Undecidable) as error:
        span(window("at", max=Period(days=3)), anchors())
    assert error.value.problem.kind is ProblemKind.TEST_UNCLEAR


def test_an_event_without_a_date_is_named() -> None:
    with pytest.raises(Undecidable) as error:
        span(window(anchor="apheresis", max=Period(weeks=3)), anchors())
    assert error.value.problem.kind is ProblemKind.ANCHOR_WITHOUT_DATE
    assert error.value.problem.parameters["anchor"] == "apheresis"


LONGER = Choice("longest", (Period(weeks=4), HalfLives(5)))
SHORTER = Choice("shortest", (Period(weeks=4), HalfLives(5)))


@pytest.mark.parametrize(
    ("duration", "hours", "days"),
    [
        (HalfLives(5), 24, 5),
        (HalfLives(5), 30, 7),  # 150 hours are 6 days and 6 hours: a started day counts
        (HalfLives(2.5), 24, 3),
        (LONGER, 24, 28),
        (LONGER, 24 * 22, 110),
        (SHORTER, 24, 5),
        (SHORTER, 24 * 22, 28),
    ],
)
def test_the_longer_and_the_shorter_of_weeks_and_half_lives(duration: Any, hours: int, days: int) -> None:
    found = span(window(max=duration), anchors(), Decimal(hours))
    assert dates(found) == (SCREENED - timedelta(days=days), SCREENED)


def test_what_is_certain_without_the_half_life_is_certain() -> None:
    longer = span(window(max=LONGER), anchors())
    assert longer.contains(SCREENED - timedelta(days=28)) is True
    assert longer.contains(SCREENED - timedelta(days=29)) is None
    assert longer.contains(SCREENED + timedelta(days=1)) is False
    shorter = span(window(max=SHORTER), anchors())
    assert shorter.contains(SCREENED - timedelta(days=28)) is None
    assert shorter.contains(SCREENED - timedelta(days=29)) is False
    assert shorter.contains(SCREENED) is True
    least = span(window(min=HalfLives(5)), anchors())
    assert least.contains(SCREENED - timedelta(days=400)) is None
    after = span(window("after", min=HalfLives(5), max=Period(days=9)), anchors())
    assert after.contains(SCREENED + timedelta(days=9)) is None
    assert after.contains(SCREENED + timedelta(days=10)) is False


def test_a_fact_holds_until_the_last_day_on_which_the_event_leaves_it_inside() -> None:
    within = window(anchor="enrolment", max=Period(days=28))
    times = anchors(enrolment=planned(date(2026, 11, 20)))
    assert holds_until(within, times, date(2026, 11, 3)) == date(2026, 12, 1)
    assert recheck_on(within, times) == date(2026, 11, 20)


def test_once_the_event_has_taken_place_nothing_moves() -> None:
    within = window(anchor="enrolment", max=Period(days=28))
    times = anchors(enrolment=date(2026, 11, 20))
    assert holds_until(within, times, date(2026, 11, 3)) is None
    assert recheck_on(within, times) is None
    assert recheck_on(None, times) is None
    assert holds_until(None, times, date(2026, 11, 3)) is None


def test_what_the_screening_period_holds_does_not_fall_out() -> None:
    both = window(anchor="enrolment", max=Period(days=7), and_during_screening=True)
    times = anchors(enrolment=planned(date(2026, 11, 20)))
    assert holds_until(both, times, SCREENED) is None
    assert holds_until(both, times, SCREENED - timedelta(days=1)) == date(2026, 9, 6)


# By trying every day

periods = st.builds(
    Period,
    years=st.integers(0, 2),
    months=st.integers(0, 14),
    weeks=st.integers(0, 8),
    days=st.integers(0, 40),
    hours=st.integers(0, 100),
)
half_lives = st.builds(HalfLives, st.sampled_from([1, 2.5, 5]))
simple = periods | half_lives
durations = simple | st.builds(
    Choice, st.sampled_from(["longest", "shortest"]), st.tuples(simple, simple) | st.tuples(simple)
)
days = st.dates(date(2019, 1, 1), date(2029, 12, 31))
hours = st.sampled_from([Decimal(6), Decimal("37.5"), Decimal(528)])


def start(anchor: date, duration: Any, half_life: Decimal) -> date:
    """The contract, naively: the first day that is no more than a duration before."""
    match duration:
        case Period():
            return shifted(anchor, duration, -1)
        case HalfLives(count=count):
            whole = Decimal(str(count)) * half_life / 24
            return anchor - timedelta(days=math.ceil(whole))
        case Choice(pick=pick, terms=terms):
            starts = [start(anchor, term, half_life) for term in terms]
            return min(starts) if pick == "longest" else max(starts)
    raise AssertionError(duration)


@unhurried
@given(days, durations, hours)
def test_a_window_has_each_day_between_its_ends_and_no_other(
    anchor: date, duration: Any, half_life: Decimal
) -> None:
    found = span(window(max=duration), anchors(screening=anchor), half_life)
    first = start(anchor, duration, half_life)
    for day in (first - timedelta(days=1), first, anchor, anchor + timedelta(days=1)):
        assert found.contains(day) is (first <= day <= anchor)


@unhurried
@given(days, durations, hours, st.integers(0, 900))
def test_it_holds_until_exactly_the_last_day(
    planned_on: date, duration: Any, half_life: Decimal, age: int
) -> None:
    within = window(anchor="enrolment", max=duration)
    observed = planned_on - timedelta(days=age)
    times = anchors(screening=observed - timedelta(days=1), enrolment=planned(planned_on))
    assume(span(within, times, half_life).contains(observed))
    until = holds_until(within, times, observed, half_life)
    assert until is not None
    assert planned_on <= until
    for slipped, inside in ((until, True), (until + timedelta(days=1), False)):
        later = times | {Anchor.ENROLMENT: planned(slipped)}
        assert span(within, later, half_life).contains(observed) is inside


@unhurried
@given(days, durations, hours)
def test_not_knowing_the_half_life_never_says_what_knowing_it_denies(
    anchor: date, duration: Any, half_life: Decimal
) -> None:
    for each in (window(max=duration), window(min=duration), window("after", max=duration)):
        known = span(each, anchors(screening=anchor), half_life)
        unknown = span(each, anchors(screening=anchor))
        for distance in range(-800, 800, 7):
            day = anchor + timedelta(days=distance)
            assert unknown.contains(day) in (None, known.contains(day))
