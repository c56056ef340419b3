"""What facts propose, by example: what the five trials ask, and what a toy would get wrong."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from screening.deciding.problems import ProblemKind
from screening.deciding.proposal import Proposal
from tests.deciding.world import SCREENED, TODAY, fact, planned, problem, proposed, typed, value

AT_SCREENING = {"anchor": "screening", "direction": "at"}
ALT = typed(variable="lab.alt", comparator="<=", value=3, relative_to="ULN", window=AT_SCREENING)
NEUTROPHILS = typed(variable="lab.neutrophils", comparator=">", value=1.0, unit="10*9/L", window=AT_SCREENING)
ADULT = typed(variable="age", comparator=">=", value=18, unit="a")
INFARCTION = typed(
    variable="hx.myocardial_infarction",
    comparator="present",
    window={"anchor": "screening", "direction": "before", "max": "P6M"},
)
HCG = typed(
    variable="lab.hcg",
    comparator="=",
    value="negative",
    window={"anchor": "enrolment", "direction": "before", "max": "P7D"},
    applies_to="childbearing_potential",
)
WASHOUT = typed(
    variable="rx.investigational",
    comparator="present",
    window={"anchor": "consent", "direction": "before", "max": {"longest": ["P4W", {"half_lives": 5}]}},
)


def uln(number: float | Decimal, upper: float | Decimal = 40, **more: object) -> object:
    return fact("lab.alt", number, unit="U/L", upper=upper, **more)


# One fact


def test_the_laboratorys_own_limit_decides() -> None:
    assert value(ALT, uln(120)) == "yes"
    assert value(ALT, uln(121)) == "no"
    assert value(ALT, uln(121, upper=41)) == "yes"
    assert problem(ALT, fact("lab.alt", 20, unit="U/L")) is ProblemKind.LIMIT_MISSING


def test_a_multiple_that_the_laboratory_reports_is_taken_as_it_is() -> None:
    assert value(ALT, fact("lab.alt", 3, unit="{xULN}")) == "yes"
    assert value(ALT, fact("lab.alt", 3.01, unit="{xULN}")) == "no"
    absolute = typed(variable="score.haq", comparator=">", value=0.25, unit="{score}")
    assert problem(absolute, fact("score.haq", 1, unit="{xULN}")) is ProblemKind.UNIT_OF_OTHER_KIND


def test_the_value_is_shown_as_the_multiple_that_the_test_asks_for() -> None:
    derived = proposed(ALT, uln(100)).derived
    assert derived is not None
    assert (derived.formula, derived.number, derived.unit) == ("times_uln", Decimal("2.5"), "{xULN}")
    assert [each.value for each in derived.inputs] == [100, 40]


def test_a_unit_is_converted_exactly_and_never_dropped() -> None:
    assert value(NEUTROPHILS, fact("lab.neutrophils", 1001, unit="/uL")) == "yes"
    assert value(NEUTROPHILS, fact("lab.neutrophils", 1000, unit="/uL")) == "no"
    assert value(NEUTROPHILS, fact("lab.neutrophils", 1, unit="G/L")) == "no"
    found = proposed(NEUTROPHILS, fact("lab.neutrophils", 1000, unit="mg/dL", id="n"))
    assert found.value is None
    assert found.problem is not None
    assert found.problem.kind is ProblemKind.UNIT_OF_OTHER_KIND
    assert found.problem.facts == ("n",)
    assert found.problem.parameters["wanted"] == "10*9/L"
    assert problem(NEUTROPHILS, fact("lab.neutrophils", 1000)) is ProblemKind.UNIT_MISSING


def test_text_is_no_number_and_a_number_is_no_code() -> None:
    assert problem(ADULT, fact("age", "12")) is ProblemKind.WRONG_TYPE
    hiv = typed(variable="ab.hiv", comparator="=", value="positive")
    assert problem(hiv, fact("ab.hiv", 1)) is ProblemKind.WRONG_TYPE
    for wrong in ("positive", 1):
        said = fact("hx.myocardial_infarction", wrong, on=SCREENED)
        assert problem(INFARCTION, said) is ProblemKind.WRONG_TYPE


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_finite_number_is_no_value(number: str) -> None:
    assert problem(ALT, uln(Decimal(number))) is ProblemKind.WRONG_TYPE
    assert problem(ALT, uln(1, upper=Decimal(number))) is ProblemKind.LIMIT_MISSING


def test_zero_is_a_value() -> None:
    ecog = typed(variable="score.ecog", comparator="between", value=[0, 1], unit="{score}")
    assert value(ecog, fact("score.ecog", 0, unit="{score}")) == "yes"
    assert value(ecog, fact("score.ecog", 1, unit="{score}")) == "yes"
    assert value(ecog, fact("score.ecog", 2, unit="{score}")) == "no"


@pytest.mark.parametrize(
    ("comparator", "answers"),
    [
        ("<", "yes no no"),
        ("<=", "yes yes no"),
        (">", "no no yes"),
        (">=", "no yes yes"),
        ("=", "no yes no"),
        ("!=", "yes no yes"),
    ],
)
def test_each_comparator_at_its_limit(comparator: str, answers: str) -> None:
    test = typed(variable="score.haq", comparator=comparator, value=0.25, unit="{score}")
    found = [value(test, fact("score.haq", number, unit="{score}")) for number in (0.24, 0.25, 0.26)]
    assert " ".join(str(each) for each in found) == answers


def test_a_share_of_the_predicted_value_is_no_volume() -> None:
    fvc = typed(variable="pft.fvc", comparator="<=", value=50, unit="%", relative_to="% predicted")
    assert value(fvc, fact("pft.fvc", 50, unit="%")) == "yes"
    assert problem(fvc, fact("pft.fvc", 2.1, unit="L")) is ProblemKind.PREDICTED_MISSING


def test_an_indeterminate_result_is_neither_positive_nor_negative() -> None:
    hiv = typed(variable="ab.hiv", comparator="=", value="positive")
    assert value(hiv, fact("ab.hiv", "positive")) == "yes"
    assert value(hiv, fact("ab.hiv", "negative")) == "no"
    assert problem(hiv, fact("ab.hiv", "indeterminate")) is ProblemKind.INDETERMINATE


def test_codes_in_a_list_and_beside_it() -> None:
    classified = typed(variable="dx.iim.acr_eular_2017", comparator="in", value=["probable", "definite"])
    assert value(classified, fact("dx.iim.acr_eular_2017", "probable")) == "yes"
    assert value(classified, fact("dx.iim.acr_eular_2017", "possible")) == "no"
    others = typed(variable="dx.iim.acr_eular_2017", comparator="not_in", value=["none"])
    assert value(others, fact("dx.iim.acr_eular_2017", "possible")) == "yes"


def test_what_an_open_list_does_not_name_is_for_a_person() -> None:
    test = typed(variable="rx.immunomodulator", comparator="in", value=["rituximab"], open_list=True)
    assert value(test, fact("rx.immunomodulator", "rituximab")) == "yes"
    assert problem(test, fact("rx.immunomodulator", "other")) is ProblemKind.OPEN_LIST
    assert value(test, fact("rx.immunomodulator", "none")) == "no"


def test_one_drug_of_several_says_nothing_of_the_others() -> None:
    test = typed(variable="rx.immunomodulator", comparator="in", value=["rituximab"])
    methotrexate = fact("rx.immunomodulator", "methotrexate")
    assert proposed(test, methotrexate) == Proposal()
    assert value(test, methotrexate, fact("rx.immunomodulator", "rituximab")) == "yes"


# Several facts


def test_facts_that_agree_propose_and_the_latest_is_named() -> None:
    first = uln(30, id="first", on=date(2026, 11, 3))
    last = uln(35, id="last", on=date(2026, 11, 6))
    found = proposed(ALT, first, last)
    assert (found.value, found.facts, found.agreeing) == ("yes", ("last",), ("first",))


def test_facts_that_disagree_are_all_named_and_none_is_chosen() -> None:
    high = uln(200, id="high", on=date(2026, 11, 3))
    low = uln(20, id="low", on=date(2026, 11, 6))
    found = proposed(ALT, high, low)
    assert (found.value, found.conflicting, found.facts) == (None, ("low", "high"), ())


def test_one_that_cannot_be_compared_stands_in_the_way() -> None:
    assert problem(ALT, uln(20), fact("lab.alt", 20, unit="U/L")) is ProblemKind.LIMIT_MISSING


def test_a_fact_of_tomorrow_says_nothing_yet() -> None:
    assert value(ALT, uln(20, on=date(2026, 11, 11))) is None


def test_without_a_window_a_value_of_this_screening_speaks_before_an_older_one() -> None:
    test = typed(variable="lab.neutrophils", comparator=">=", value=1, unit="10*9/L")
    old = fact("lab.neutrophils", 0.4, unit="10*9/L", on=date(2024, 2, 1), id="old")
    new = fact("lab.neutrophils", 3, unit="10*9/L", on=SCREENED, id="new")
    assert value(test, old) == "no"
    found = proposed(test, old, new)
    assert (found.value, found.facts, found.against) == ("yes", ("new",), ("old",))


def test_what_was_ever_positive_is_not_forgotten() -> None:
    hiv = typed(variable="ab.hiv", comparator="=", value="positive")
    once = fact("ab.hiv", "positive", on=date(2019, 1, 1), id="once")
    now = fact("ab.hiv", "negative", on=TODAY, id="now")
    assert proposed(hiv, once, now).conflicting == ("now", "once")


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


# To whom it applies


def test_not_applicable_is_proposed_from_the_record_or_from_a_fact() -> None:
    found = proposed(HCG, sex="male")
    assert (found.value, found.record, found.facts) == ("not_applicable", ("sex",), ())
    menopausal = fact("childbearing_potential", "absent", id="menopause")
    found = proposed(HCG, menopausal, sex="female")
    assert (found.value, found.record, found.facts) == ("not_applicable", (), ("menopause",))


def test_not_applicable_is_never_proposed_from_silence() -> None:
    assert value(HCG) is None
    assert value(HCG, sex="female") is None
    assert value(HCG, fact("childbearing_potential", "present")) is None
    both = [fact("childbearing_potential", "present"), fact("childbearing_potential", "absent")]
    assert value(HCG, *both, sex="female") is None


@pytest.mark.parametrize(
    ("applies_to", "sex", "answer"),
    [
        ("female", "male", "not_applicable"),
        ("female", "female", None),
        ("male", "female", "not_applicable"),
        ("male", "", None),
        ("partner_of_childbearing_potential", "female", "not_applicable"),
        ("partner_of_childbearing_potential", "male", None),
    ],
)
def test_each_group_by_the_sex_that_is_recorded(applies_to: str, sex: str, answer: str | None) -> None:
    assert value(typed(applies_to=applies_to), sex=sex) == answer


def test_the_sex_itself_may_be_asked() -> None:
    test = typed(variable="sex", comparator="=", value="male")
    assert value(test, sex="male") == "yes"
    assert value(test, sex="female") == "no"
    assert value(test) is None


# Earlier values


def test_a_change_is_against_the_last_value_before() -> None:
    test = typed(variable="score.mrss", comparator=">", value=1.25, relative_to="previous")
    old = fact("score.mrss", 10, unit="{score}", on=date(2025, 1, 1), id="old")
    last = fact("score.mrss", 20, unit="{score}", on=date(2026, 6, 1), id="last")
    now = fact("score.mrss", 26, unit="{score}", on=TODAY, id="now")
    found = proposed(test, old, last, now)
    assert (found.value, found.facts) == ("yes", ("now", "last"))
    assert found.derived is not None
    assert (found.derived.formula, found.derived.number) == ("percent_change", 30)
    assert value(test, last, fact("score.mrss", 25, unit="{score}", on=TODAY)) == "no"
    assert problem(test, now) is ProblemKind.EARLIER_MISSING


def test_two_values_of_the_day_before_may_disagree() -> None:
    test = typed(variable="pft.fvc", comparator="<=", value=0.9, relative_to="previous")
    before = [fact("pft.fvc", litres, unit="L", on=date(2026, 6, 1)) for litres in (2.0, 3.0)]
    found = proposed(test, *before, fact("pft.fvc", 2500, unit="mL", on=TODAY))
    assert found.value is None
    assert len(found.conflicting) == 3


def test_a_baseline_is_the_last_value_up_to_it() -> None:
    test = typed(variable="score.mrss", comparator="<=", value=1, relative_to="baseline")
    before = fact("score.mrss", 20, unit="{score}", on=date(2026, 10, 1), id="before")
    day = fact("score.mrss", 22, unit="{score}", on=date(2026, 11, 3), id="day")
    now = fact("score.mrss", 21, unit="{score}", on=TODAY, id="now")
    found = proposed(test, before, day, now, baseline=date(2026, 11, 3))
    assert (found.value, found.facts) == ("yes", ("now", "day"))
    assert value(test, before, now, baseline=date(2026, 11, 3)) == "no"
    assert problem(test, before, now) is ProblemKind.ANCHOR_WITHOUT_DATE


B_CELLS = typed(
    variable="lab.b_cells",
    comparator="<",
    value={"min": [{"limit": "LLN"}, {"prior": "the count before rituximab", "variable": "lab.b_cells"}]},
    unit="/uL",
)


def test_the_smaller_of_a_limit_and_an_earlier_value() -> None:
    enough = fact("lab.b_cells", 0.1, unit="10*9/L", lower=0.1)
    assert value(B_CELLS, enough) == "no"  # whatever the earlier value was
    assert problem(B_CELLS, fact("lab.b_cells", 99, unit="/uL", lower=100)) is ProblemKind.PRIOR_UNCLEAR
    assert problem(B_CELLS, fact("lab.b_cells", 99, unit="/uL")) is ProblemKind.LIMIT_MISSING


def test_the_larger_of_a_number_and_a_limit() -> None:
    largest = {"max": [50, {"limit": "ULN", "times": 2}]}
    test = typed(variable="lab.ck", comparator=">=", value=largest, unit="U/L")
    assert value(test, fact("lab.ck", 60, unit="U/L", upper=20)) == "yes"
    assert value(test, fact("lab.ck", 60, unit="U/L", upper=31)) == "no"
    assert value(test, fact("lab.ck", 1, unit="ukat/L", upper=0.4)) == "yes"


# How long it lasted


def test_facts_of_single_days_show_a_duration_only_from_end_to_end() -> None:
    test = typed(variable="rx.methotrexate.inadequate", comparator="present", min_duration="P3M")
    first = fact("rx.methotrexate.inadequate", "present", on=date(2026, 1, 15))
    assert problem(test, first) is ProblemKind.DURATION_UNKNOWN
    short = fact("rx.methotrexate.inadequate", "present", on=date(2026, 4, 14))
    assert problem(test, first, short) is ProblemKind.DURATION_UNKNOWN
    long = fact("rx.methotrexate.inadequate", "present", on=date(2026, 4, 15))
    assert value(test, first, long) == "yes"
    assert value(test, fact("rx.methotrexate.inadequate", "absent")) == "no"


# Judgement, and what no fact decides


def test_the_investigators_statement_gets_help_and_no_more() -> None:
    test = typed(variable="life_expectancy", comparator=">=", value=3, unit="mo", judgement=True)
    found = proposed(test, fact("life_expectancy", 1, unit="a"))
    assert (found.value, found.judgement) == ("yes", True)


def test_a_statement_without_a_variable_gets_no_proposal() -> None:
    assert proposed(typed(judgement=True)) == Proposal(judgement=True)
    assert proposed(typed(min_duration="P6M")) == Proposal()
    assert proposed(typed(variable="lab.alt"), uln(20)) == Proposal()


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


@pytest.mark.parametrize("upper", [0, -40])
def test_an_upper_limit_of_none_is_no_limit(upper: int) -> None:
    high = typed(variable="lab.ck", comparator=">=", value=2, relative_to="ULN")
    assert problem(high, fact("lab.ck", 30, unit="U/L", upper=upper)) is ProblemKind.LIMIT_MISSING


def test_a_share_without_its_unit_is_no_share() -> None:
    lvef = typed(variable="echo.lvef", comparator=">=", value=50, unit="%")
    assert value(lvef, fact("echo.lvef", 55, unit="%")) == "yes"
    assert problem(lvef, fact("echo.lvef", 30)) is ProblemKind.UNIT_MISSING


def test_an_age_of_years_ago_is_not_that_of_today() -> None:
    oldest = typed(variable="age", comparator="<=", value=65, unit="a")
    assert value(oldest, fact("age", 64, unit="a", on=date(2020, 1, 1))) is None
    assert value(oldest, fact("age", 64, unit="a", on=SCREENED)) == "yes"
    long_ago = fact("age", 64, unit="a", on=date(2020, 1, 1))
    assert value(oldest, long_ago, born=date(1950, 1, 1)) == "no"
