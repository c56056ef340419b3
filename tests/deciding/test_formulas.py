"""The formulas, by examples that somebody else worked out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.deciding.formulas import (
    PREDNISONE_5_MG,
    age_on,
    bmi,
    ckd_epi_2021,
    cockcroft_gault,
    increase,
    months_since,
    percent_change,
    prednisone_equivalent,
    qtcf,
    times_uln,
)
from screening.deciding.problems import FormulaError, ProblemKind
from tests.deciding.world import unhurried

D = Decimal


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(1990, 11, 3), date(2026, 11, 2), 35),
        (date(1990, 11, 3), date(2026, 11, 3), 36),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 11, 3), date(2026, 11, 3), 0),
    ],
)
def test_age_is_in_completed_years(born: date, day: date, years: int) -> None:
    assert age_on(day, born) == years


def test_body_mass_index() -> None:
    # CDC, About adult BMI: 68 kg and 165 cm are 24.98 kg/m2
    assert round(bmi(D(165), D(68)), 2) == D("24.98")
    assert bmi(D(200), D(74)) == D("18.5")


@pytest.mark.parametrize(
    ("age", "weight", "creatinine", "sex", "clearance"),
    [
        # droracle.ai, superglobalcalculator.com: a man of 70, one of 60; a man of 50 with 100 mL/min
        (70, "75", "1.0", "male", "72.9"),
        (60, "80", "1.2", "male", "74.1"),
        (50, "80", "1", "male", "100.0"),
        (45, "60", "0.9", "female", "74.8"),
    ],
)
def test_creatinine_clearance(age: int, weight: str, creatinine: str, sex: str, clearance: str) -> None:
    assert round(cockcroft_gault(age, D(weight), D(creatinine), sex), 1) == D(clearance)


@pytest.mark.parametrize(
    ("age", "creatinine", "sex", "rate"),
    [
        # The documentation of the R package tabletools; a calculator's own test
        (70, "0.8", "male", "95.2"),
        (50, "1.0", "female", "68.6"),
        (50, "1.1", "male", "81.8"),
    ],
)
def test_filtration_rate(age: int, creatinine: str, sex: str, rate: str) -> None:
    assert round(ckd_epi_2021(age, D(creatinine), sex), 1) == D(rate)


def test_the_filtration_rate_has_no_step_where_its_two_branches_join() -> None:
    for sex, knee in (("female", D("0.7")), ("male", D("0.9"))):
        rates = [ckd_epi_2021(40, knee + step, sex) for step in (D("-0.0001"), D(0), D("0.0001"))]
        assert rates[0] > rates[1] > rates[2] > rates[0] - D("0.1")


def test_qt_corrected_by_fridericia() -> None:
    assert round(qtcf(D(400), D(60)), 6) == 400
    assert round(qtcf(D(400), D("30.72")), 6) == 320  # RR is 1/0.512 s, and its cube root 1/0.8
    # calculator.academy: QT 360 ms at a rate of 75; calculatorbyte.com: 400 ms at 70
    assert round(qtcf(D(360), D(75)), 1) == D("387.8")
    assert round(qtcf(D(400), D(70))) == 421


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        # The labelling: 15 mg prednisolone is equal to each of these
        ("cortisone", "75"),
        ("hydrocortisone", "60"),
        ("prednisone", "15"),
        ("prednisolone", "15"),
        ("methylprednisolone", "12"),
        ("triamcinolone", "12"),
        ("dexamethasone", "2.25"),
        ("betamethasone", "2.25"),
    ],
)
def test_equal_doses_are_equal(drug: str, dose: str) -> None:
    assert prednisone_equivalent(drug, D(dose)) == 15
    assert prednisone_equivalent(drug, D(0)) == 0


def test_a_drug_that_the_table_does_not_have_is_not_guessed() -> None:
    with pytest.raises(FormulaError) as error:
        prednisone_equivalent("deflazacort", D(6))
    assert error.value.problem.kind is ProblemKind.DRUG_UNKNOWN
    assert "deflazacort" not in PREDNISONE_5_MG


@pytest.mark.parametrize(
    ("onset", "day", "months"),
    [
        (date(2026, 1, 15), date(2026, 3, 15), D(2)),
        (date(2026, 1, 15), date(2026, 3, 14), 1 + D(27) / 28),
        (date(2026, 1, 15), date(2026, 3, 16), 2 + D(1) / 31),
        (date(2025, 8, 31), date(2026, 2, 28), D(6)),
        (date(2021, 11, 3), date(2026, 11, 3), D(60)),
        (date(2026, 11, 3), date(2026, 11, 3), D(0)),
    ],
)
def test_months_are_the_calendars(onset: date, day: date, months: Decimal) -> None:
    assert months_since(onset, day) == months


@unhurried
@given(st.dates(date(1930, 1, 1), date(2090, 1, 1)), st.integers(0, 20_000))
def test_months_never_go_back(onset: date, days: int) -> None:
    day = onset + timedelta(days=days)
    assert months_since(onset, day) < months_since(onset, day + timedelta(days=1))


def test_a_multiple_of_the_limit_and_a_change() -> None:
    assert times_uln(D(120), D(40)) == 3
    assert percent_change(D(80), D(72)) == -10
    assert percent_change(D(16), D(20)) == 25
    assert increase(D(20), D(18)) == -2


OUT_OF_RANGE: list[Callable[[], object]] = [
    partial(age_on, date(2026, 1, 1), date(2026, 1, 2)),
    partial(months_since, date(2026, 1, 2), date(2026, 1, 1)),
    partial(bmi, D("1.70"), D(70)),
    partial(bmi, D(170), D(0)),
    partial(cockcroft_gault, 17, D(70), D(1), "male"),
    partial(cockcroft_gault, 50, D(70), D(88), "male"),
    partial(cockcroft_gault, 50, D(70), D(0), "male"),
    partial(ckd_epi_2021, 17, D(1), "male"),
    partial(ckd_epi_2021, 50, D(80), "male"),
    partial(qtcf, D("0.4"), D(60)),
    partial(qtcf, D(400), D(0)),
    partial(prednisone_equivalent, "prednisone", D(-1)),
    partial(times_uln, D(1), D(0)),
    partial(percent_change, D(0), D(1)),
]


@pytest.mark.parametrize("run", OUT_OF_RANGE)
def test_an_input_that_cannot_be_is_refused(run: Callable[[], object]) -> None:
    with pytest.raises(FormulaError) as error:
        run()
    assert error.value.problem.kind is ProblemKind.OUT_OF_RANGE


@pytest.mark.parametrize("sex", ["", "unknown"])
def test_a_formula_that_needs_the_sex_does_not_assume_one(sex: str) -> None:
    for run in (partial(cockcroft_gault, 50, D(70), D(1), sex), partial(ckd_epi_2021, 50, D(1), sex)):
        with pytest.raises(FormulaError) as error:
            run()
        assert error.value.problem.parameters["variable"] == "sex"
