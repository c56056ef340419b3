"""What happened inside a window or outside it, and what is still to come."""

from __future__ import annotations

from datetime import date, timedelta

from screening.deciding.problems import ProblemKind
from screening.deciding.proposal import Proposal
from tests.deciding.world import (
    AT_SCREENING,
    HCG,
    INFARCTION,
    SCREENED,
    TODAY,
    fact,
    planned,
    problem,
    proposed,
    typed,
    uln,
    value,
)

WASHOUT = typed(
    variable="rx.investigational",
    comparator="present",
    window={"anchor": "consent", "direction": "before", "max": {"longest": ["P4W", {"half_lives": 5}]}},
)


# Present and absent


def test_an_event_inside_the_window_is_present() -> None:
    event = fact("hx.myocardial_infarction", "present", on=date(2026, 5, 2), id="event")
    found = proposed(INFARCTION, event)
    assert (found.value, found.facts, found.valid_until) == ("yes", ("event",), None)
    assert found.span is not None
    assert found.span.first == date(2026, 5, 2)


def test_an_event_outside_the_window_says_neither_yes_nor_no() -> None:
    found = proposed(INFARCTION, fact("hx.myocardial_infarction", "present", on=date(2026, 5, 1)))
    assert (found.value, found.problem, found.conflicting) == (None, None, ())


def test_absent_is_proposed_only_from_a_fact_that_says_so() -> None:
    assert value(INFARCTION) is None
    assert value(INFARCTION, fact("hx.myocardial_infarction", "absent", on=SCREENED)) == "no"
    assert value(INFARCTION, fact("hx.myocardial_infarction", "absent", on=date(2020, 1, 1))) is None
    effusion = typed(variable="echo.pericardial_effusion", comparator="absent", window=AT_SCREENING)
    assert value(effusion, fact("echo.pericardial_effusion", "absent")) == "yes"
    assert value(effusion, fact("echo.pericardial_effusion", "present")) == "no"


def test_absent_said_later_in_the_screening_looks_back_and_an_event_of_that_day_does_not() -> None:
    assert value(INFARCTION, fact("hx.myocardial_infarction", "absent", on=TODAY)) == "no"
    assert value(INFARCTION, fact("hx.myocardial_infarction", "present", on=TODAY)) is None
    after = fact("hx.myocardial_infarction", "absent", on=TODAY)
    assert value(INFARCTION, after, enrolment=date(2026, 11, 9)) is None  # the screening was over
    unraised = typed(
        variable="hx.glucocorticoid_dose_raised",
        comparator="absent",
        window={"anchor": "apheresis", "direction": "before", "max": "P3W"},
    )
    early = fact("hx.glucocorticoid_dose_raised", "absent", on=SCREENED)
    assert value(unraised, early, apheresis=planned(date(2026, 11, 24))) is None
    assert value(unraised, early, apheresis=planned(date(2026, 11, 23))) == "yes"


def test_present_and_absent_in_one_window_disagree() -> None:
    found = proposed(
        INFARCTION,
        fact("hx.myocardial_infarction", "present", on=date(2026, 7, 1), id=1),
        fact("hx.myocardial_infarction", "absent", on=SCREENED, id=2),
    )
    assert (found.value, found.conflicting) == (None, (2, 1))


# Half-lives


def given(on: date, product: str = "Drug X", state: str = "present") -> object:
    return fact("rx.investigational", state, on=on, product=product)


def test_the_longer_of_four_weeks_and_five_half_lives() -> None:
    consent = date(2026, 11, 2)
    long = {"half_lives": {"drug x": 24 * 22}, "consent": consent}
    assert value(WASHOUT, given(date(2026, 7, 15)), **long) == "yes"
    assert value(WASHOUT, given(date(2026, 7, 14)), **long) is None
    assert value(WASHOUT, given(date(2026, 7, 15), " drug  X "), **long) == "yes"


def test_a_half_life_that_nobody_entered_is_asked_for_where_it_matters() -> None:
    consent = date(2026, 11, 2)
    assert value(WASHOUT, given(date(2026, 10, 5)), consent=consent) == "yes"
    assert problem(WASHOUT, given(date(2026, 10, 4)), consent=consent) is ProblemKind.HALF_LIFE_MISSING
    assert problem(WASHOUT, given(date(2026, 10, 4), ""), consent=consent) is ProblemKind.PRODUCT_MISSING
    both = [given(date(2026, 10, 5)), given(date(2026, 10, 4))]
    assert value(WASHOUT, *both, consent=consent) == "yes"


def test_nothing_given_needs_no_half_life() -> None:
    test = typed(
        variable="rx.investigational",
        comparator="present",
        window={"anchor": "enrolment", "direction": "before", "max": {"half_lives": 5}},
    )
    enrolment = planned(date(2026, 11, 20))
    assert value(test, given(date(2026, 11, 5), "", "absent"), enrolment=enrolment) == "no"
    assert value(test, given(date(2026, 10, 5), "", "absent"), enrolment=enrolment) is None


# Events to come


def test_a_planned_event_makes_it_provisional() -> None:
    found = proposed(HCG, fact("lab.hcg", "negative", id="hcg"), enrolment=planned(date(2026, 11, 10)))
    assert (found.value, found.facts) == ("yes", ("hcg",))
    assert found.recheck_on == date(2026, 11, 10)
    assert found.valid_until == date(2026, 11, 12)


def test_a_fact_too_old_for_the_planned_day_proposes_nothing() -> None:
    assert value(HCG, fact("lab.hcg", "negative"), enrolment=planned(date(2026, 11, 13))) is None


def test_an_event_that_has_taken_place_leaves_nothing_to_check_again() -> None:
    found = proposed(HCG, fact("lab.hcg", "negative"), enrolment=date(2026, 11, 10))
    assert (found.value, found.recheck_on, found.valid_until) == ("yes", None, None)


def test_an_event_without_a_date_says_so_as_soon_as_there_is_a_fact() -> None:
    assert problem(HCG, fact("lab.hcg", "negative")) is ProblemKind.ANCHOR_WITHOUT_DATE
    assert proposed(HCG) == Proposal()


# What could let somebody in who does not belong there

BIOLOGIC = typed(
    variable="rx.biologic",
    comparator="present",
    window={"anchor": "apheresis", "direction": "before", "max": "P3W"},
)


def biologic(state: str, on: date) -> object:
    return fact("rx.biologic", state, on=on, product="Drug X")


def test_absent_said_inside_a_window_is_silent_about_the_days_since() -> None:
    said = fact("hx.myocardial_infarction", "absent", on=SCREENED - timedelta(days=1))
    assert value(INFARCTION, said) is None
    assert value(BIOLOGIC, biologic("absent", date(2026, 11, 3)), apheresis=date(2026, 11, 9)) is None
    before = biologic("present", date(2026, 10, 30))
    found = proposed(BIOLOGIC, before, biologic("absent", date(2026, 11, 3)), apheresis=date(2026, 11, 9))
    assert (found.value, found.conflicting) == ("yes", ())


def test_absent_said_before_a_planned_event_is_due_again_at_it() -> None:
    """With a date until which it held, it would not be: a dose of the days between went unasked."""
    said = biologic("absent", date(2026, 11, 3))
    found = proposed(BIOLOGIC, said, apheresis=planned(date(2026, 11, 20)))
    assert (found.value, found.valid_until, found.recheck_on) == ("no", None, date(2026, 11, 20))


def test_an_event_that_comes_sooner_than_planned_is_thought_of() -> None:
    """Earlier values are inside then, and later ones too near: no date is promised, it is due again."""
    test = typed(
        variable="lab.alt",
        comparator="<=",
        value=3,
        relative_to="ULN",
        window={"anchor": "infusion", "direction": "before", "max": "P4W"},
    )
    good, infusion = uln(20, on=date(2026, 11, 8)), planned(date(2026, 12, 4))
    assert proposed(test, good, infusion=infusion).valid_until == date(2026, 12, 6)
    also_good = uln(30, on=date(2026, 10, 20))
    assert proposed(test, good, also_good, infusion=infusion).valid_until == date(2026, 12, 6)
    for other in (uln(200, on=date(2026, 10, 20)), fact("lab.alt", 20, unit="U/L", on=date(2026, 10, 20))):
        found = proposed(test, good, other, infusion=infusion)
        assert (found.value, found.valid_until) == ("yes", None)
    apart = typed(
        variable="lab.alt",
        comparator="<=",
        value=3,
        relative_to="ULN",
        window={"anchor": "infusion", "direction": "before", "min": "P1W", "max": "P4W"},
    )
    assert proposed(apart, good, infusion=infusion).valid_until is None
