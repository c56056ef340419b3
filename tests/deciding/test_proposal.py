"""What facts propose, by example: what the five trials ask, and what a toy would get wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from screening.deciding.problems import ProblemKind
from screening.deciding.proposal import Proposal
from tests.deciding.world import (
    ALT,
    AT_SCREENING,
    HCG,
    INFARCTION,
    SCREENED,
    TODAY,
    fact,
    problem,
    proposed,
    typed,
    uln,
    value,
)

NEUTROPHILS = typed(variable="lab.neutrophils", comparator=">", value=1.0, unit="10*9/L", window=AT_SCREENING)
ADULT = typed(variable="age", comparator=">=", value=18, unit="a")


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
