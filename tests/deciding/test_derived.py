"""Values that are worked out: from which facts, on which day, and what is asked for when one is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from screening.deciding import formulas
from screening.deciding.derived import INPUTS, RULES, told_by
from screening.deciding.problems import ProblemKind
from screening.deciding.proposal import variables_of
from tests.deciding.world import SCREENED, TODAY, fact, planned, problem, proposed, typed, value

AT_SCREENING = {"anchor": "screening", "direction": "at"}
BMI_LOW = typed(variable="bmi", comparator="<=", value=18.5, unit="kg/m2", window=AT_SCREENING)
CLEARANCE = typed(
    variable="lab.creatinine_clearance", comparator=">=", value=60, unit="mL/min", window=AT_SCREENING
)
RATE = typed(variable="lab.egfr.ckd_epi_2021", comparator=">=", value=60, unit="mL/min/{1.73_m2}")
QTC = typed(variable="ecg.qtc", comparator=">", value=480, unit="ms", window=AT_SCREENING)
DOSE = typed(
    variable="rx.prednisone_equivalent",
    comparator="<=",
    value=40,
    unit="mg/d",
    window={"anchor": "apheresis", "direction": "before", "max": "P3W"},
)
ADULT = typed(variable="age", comparator=">=", value=18, unit="a")
NOT_OLD = typed(variable="age", comparator="<=", value=65, unit="a")
RECENT_ONSET = typed(variable="dx.ssc.disease_duration", comparator="<=", value=60, unit="mo")

CREATININE = fact("lab.creatinine", 88.4, unit="umol/L", id="creatinine")
WEIGHT = fact("vital.weight", 72, unit="kg", id="weight")
HEIGHT = fact("vital.height", 180, unit="cm", on=date(2020, 1, 1), id="height")
BORN = date(1976, 11, 6)  # 49 on the day of the facts, 50 today


def test_a_body_mass_index_shows_what_it_is_worked_out_from() -> None:
    found = proposed(BMI_LOW, WEIGHT, HEIGHT)
    assert (found.value, found.facts) == ("no", ("weight", "height"))
    assert found.derived is not None
    assert (found.derived.formula, round(found.derived.number, 2)) == ("bmi", Decimal("22.22"))
    assert [(each.variable, each.value, each.unit, each.fact) for each in found.derived.inputs] == [
        ("vital.weight", 72, "kg", "weight"),
        ("vital.height", 180, "cm", "height"),
    ]


def test_inputs_come_in_the_units_that_people_measure_in() -> None:
    light = fact("vital.weight", 120, unit="[lb_av]")
    tall = fact("vital.height", 1.8, unit="m")
    assert value(BMI_LOW, light, tall) == "yes"
    assert problem(BMI_LOW, fact("vital.weight", 120, unit="cm"), tall) is ProblemKind.UNIT_OF_OTHER_KIND


def test_a_value_that_somebody_entered_counts_beside_the_one_worked_out() -> None:
    entered = fact("bmi", 22, unit="kg/m2", on=TODAY, id="entered")
    found = proposed(BMI_LOW, WEIGHT, HEIGHT, entered)
    assert (found.value, found.facts, found.agreeing) == ("no", ("entered",), ("weight", "height"))
    wrong = fact("bmi", 17, unit="kg/m2", id="wrong")
    assert set(proposed(BMI_LOW, WEIGHT, HEIGHT, wrong).conflicting) == {"wrong", "weight", "height"}


def test_the_weight_of_the_nearest_day_is_taken_and_all_of_that_day() -> None:
    far = fact("vital.weight", 200, unit="kg", on=date(2026, 10, 20), id="far")
    near = fact("vital.weight", 72, unit="kg", on=date(2026, 11, 4), id="near")
    found = proposed(CLEARANCE, CREATININE, far, near, born=BORN, sex="male")
    assert found.facts == ("creatinine", "near")
    twice = fact("vital.weight", 20, unit="kg", on=date(2026, 11, 4), id="twice")
    found = proposed(CLEARANCE, CREATININE, near, twice, born=BORN, sex="male")
    assert (found.value, set(found.conflicting)) == (None, {"creatinine", "near", "twice"})


def test_a_weight_of_long_ago_is_none_and_a_height_of_long_ago_is_one() -> None:
    inside = fact("vital.weight", 72, unit="kg", on=date(2026, 10, 8))
    outside = fact("vital.weight", 72, unit="kg", on=date(2026, 10, 7))
    assert value(CLEARANCE, CREATININE, inside, born=BORN, sex="male") == "yes"
    assert problem(CLEARANCE, CREATININE, outside, born=BORN, sex="male") is ProblemKind.INPUT_MISSING
    assert value(BMI_LOW, WEIGHT, HEIGHT) == "no"


def test_an_input_of_tomorrow_is_none() -> None:
    tomorrow = fact("vital.height", 180, unit="cm", on=date(2026, 11, 11))
    assert problem(BMI_LOW, WEIGHT, tomorrow) is ProblemKind.INPUT_MISSING


def test_a_clearance_takes_age_and_sex_from_the_record_and_the_age_of_that_day() -> None:
    found = proposed(CLEARANCE, CREATININE, WEIGHT, born=BORN, sex="female")
    assert found.record == ("birth_date", "sex")
    assert found.derived is not None
    creatinine = found.derived.inputs[0].value
    assert isinstance(creatinine, Decimal)
    assert found.derived.number == formulas.cockcroft_gault(49, Decimal(72), creatinine, "female")


@pytest.mark.parametrize(
    ("facts", "record", "missing"),
    [
        ([CREATININE], {"born": BORN, "sex": "male"}, "vital.weight"),
        ([CREATININE, WEIGHT], {"sex": "male"}, "birth_date"),
        ([CREATININE, WEIGHT], {"born": BORN}, "sex"),
    ],
)
def test_what_is_missing_is_named(facts: list[Any], record: dict[str, Any], missing: str) -> None:
    found = proposed(CLEARANCE, *facts, **record)
    assert found.value is None
    assert found.problem is not None
    assert found.problem.kind is ProblemKind.INPUT_MISSING
    assert found.problem.parameters["variable"] == missing
    # A value that somebody entered needs none of it
    entered = fact("lab.creatinine_clearance", 80, unit="mL/min")
    assert value(CLEARANCE, *facts, entered, **record) == "yes"


def test_an_input_that_cannot_be_is_told() -> None:
    milligrams = fact("lab.creatinine", 88.4, unit="mg/dL")
    assert problem(CLEARANCE, milligrams, WEIGHT, born=BORN, sex="male") is ProblemKind.OUT_OF_RANGE


def test_an_indexed_rate_is_no_clearance() -> None:
    assert value(RATE, CREATININE, born=BORN, sex="male") == "yes"
    entered = fact("lab.creatinine_clearance", 90, unit="mL/min/{1.73_m2}")
    assert problem(CLEARANCE, entered) is ProblemKind.UNIT_INDEXED


def test_a_heart_rate_belongs_to_the_tracing_of_its_day() -> None:
    qt = fact("ecg.qt", 440, unit="ms", id="qt")
    rate = fact("ecg.heart_rate", 90, unit="/min", id="rate")
    assert proposed(QTC, qt, rate).facts == ("qt", "rate")
    assert value(QTC, qt, rate) == "yes"
    other_day = fact("ecg.heart_rate", 90, unit="/min", on=date(2026, 11, 6))
    assert problem(QTC, qt, other_day) is ProblemKind.INPUT_MISSING


def dose(drug: str, milligrams: float, day: int = 5, **more: Any) -> Any:
    on = date(2026, 11, day)
    return fact("rx.glucocorticoid_dose", milligrams, unit="mg/d", product=drug, on=on, **more)


def test_glucocorticoids_of_a_day_add_up_as_prednisone() -> None:
    apheresis = planned(date(2026, 11, 20))
    assert value(DOSE, dose("Methylprednisolone", 32), apheresis=apheresis) == "yes"
    assert value(DOSE, dose("methylprednisolone", 32.1), apheresis=apheresis) == "no"
    both = [dose("Prednisone", 20, id="p"), dose("Hydrocortisone", 80, id="h")]
    found = proposed(DOSE, *both, apheresis=apheresis)
    assert (found.value, found.facts) == ("yes", ("p", "h"))
    assert found.derived is not None
    assert found.derived.number == 40
    assert [each.variable for each in found.derived.inputs] == ["Prednisone", "Hydrocortisone"]
    assert found.valid_until == date(2026, 11, 26)


def test_two_doses_of_one_drug_on_a_day_are_a_disagreement() -> None:
    apheresis = planned(date(2026, 11, 20))
    both = [dose("Prednisone", 20), dose("prednisone ", 60)]
    assert len(proposed(DOSE, *both, apheresis=apheresis).conflicting) == 2


def test_a_drug_that_the_table_does_not_have_is_asked_about() -> None:
    apheresis = planned(date(2026, 11, 20))
    assert problem(DOSE, dose("Deflazacort", 6), apheresis=apheresis) is ProblemKind.DRUG_UNKNOWN


def test_a_serum_test_is_a_pregnancy_test_and_not_every_pregnancy_test_is_one_in_serum() -> None:
    wide = typed(variable="lab.hcg", comparator="=", value="negative")
    narrow = typed(variable="lab.hcg_serum", comparator="=", value="negative")
    serum, any_kind = fact("lab.hcg_serum", "negative", id="serum"), fact("lab.hcg", "negative")
    assert proposed(wide, serum).facts == ("serum",)
    assert value(narrow, any_kind) is None
    urine = fact("lab.hcg", "positive", id="urine")
    assert set(proposed(wide, serum, urine).conflicting) == {"serum", "urine"}


def test_a_clearance_by_cockcroft_and_gault_is_a_clearance() -> None:
    entered = fact("lab.creatinine_clearance.cockcroft_gault", 59, unit="mL/min", id="entered")
    found = proposed(CLEARANCE, entered)
    assert (found.value, found.facts) == ("no", ("entered",))


def test_a_dose_shows_that_a_drug_was_ever_given_and_none_of_late_does_not_show_that_it_never_was() -> None:
    ever = typed(variable="rx.b_cell_depleting.ever", comparator="present")
    given = fact("rx.b_cell_depleting", "present", on=date(2024, 3, 1), id="given")
    not_of_late = fact("rx.b_cell_depleting", "absent")
    assert proposed(ever, given).facts == ("given",)
    assert value(ever, given) == "yes"
    assert value(ever, given, not_of_late) == "yes"
    assert value(ever, not_of_late) is None
    assert value(ever, fact("rx.b_cell_depleting.ever", "absent"), given) is None
    recently = typed(variable="rx.b_cell_depleting", comparator="present")
    assert value(recently, fact("rx.b_cell_depleting.ever", "present")) is None


def test_a_positive_antibody_of_the_disease_is_one_of_them_and_a_negative_one_leaves_the_others() -> None:
    test = typed(variable="ab.ssc", comparator="=", value="positive")
    assert value(test, fact("ab.ata", "positive"), fact("ab.aca", "negative")) == "yes"
    assert value(test, fact("ab.ata", "negative"), fact("ab.aca", "negative")) is None
    assert value(test, fact("ab.ata", "indeterminate")) is None


def test_a_variable_is_told_by_itself_and_by_whatever_it_follows_from() -> None:
    assert told_by("lab.alt") == {"lab.alt"}
    assert {"lab.creatinine", "lab.creatinine_clearance.cockcroft_gault"} < told_by(
        "lab.creatinine_clearance"
    )
    assert told_by("rx.cyclophosphamide.ever") == {"rx.cyclophosphamide.ever", "rx.cyclophosphamide"}
    assert told_by("rx.cyclophosphamide") == {"rx.cyclophosphamide"}


RISEN = typed(
    variable="score.mrss.increase",
    comparator=">=",
    value=3,
    unit="{score}",
    window={"anchor": "screening", "direction": "before", "max": "P6M", "and_during_screening": True},
)


def mrss(points: int, on: date, **more: Any) -> Any:
    return fact("score.mrss", points, unit="{score}", on=on, **more)


def test_an_increase_is_against_the_assessment_before() -> None:
    older, before = mrss(10, date(2026, 6, 1)), mrss(20, date(2026, 9, 1), id="before")
    now = mrss(23, date(2026, 11, 5), id="now")
    found = proposed(RISEN, before, now)
    assert (found.value, found.facts) == ("yes", ("now", "before"))
    assert found.derived is not None
    assert (found.derived.formula, found.derived.number) == ("increase", 3)
    assert value(RISEN, before, mrss(22, date(2026, 11, 5))) == "no"
    assert value(RISEN, now) is None
    # Both steps lie inside the window, and the first was a larger one
    assert value(RISEN, older, before, now) == "yes"
    assert value(RISEN, older, before, mrss(20, date(2026, 11, 5))) is None


def test_an_increase_against_an_assessment_of_before_the_window_says_nothing() -> None:
    now = mrss(23, date(2026, 11, 5))
    assert value(RISEN, mrss(10, date(2026, 5, 2)), now) == "yes"
    assert value(RISEN, mrss(10, date(2026, 5, 1)), now) is None


# The calendar


def test_age_is_that_of_the_day_that_counts() -> None:
    birthday = date(2008, 11, 11)
    assert value(ADULT, born=birthday) == "no"
    assert value(ADULT, born=birthday, today=date(2026, 11, 11)) == "yes"
    at_screening = typed(variable="age", comparator=">=", value=18, unit="a", window=AT_SCREENING)
    assert value(at_screening, born=birthday, today=date(2027, 1, 1)) == "no"
    assert value(at_screening, born=SCREENED.replace(year=2008), today=date(2027, 1, 1)) == "yes"
    assert value(ADULT) is None


def test_an_age_says_until_when_it_holds() -> None:
    found = proposed(NOT_OLD, born=date(1961, 1, 15))
    assert (found.value, found.valid_until) == ("yes", date(2027, 1, 14))
    assert found.record == ("birth_date",)
    assert proposed(ADULT, born=date(1961, 1, 15)).valid_until is None
    assert proposed(ADULT, born=date(2008, 11, 11)).valid_until == date(2026, 11, 10)
    # Born on 29 February: older on 1 March of a common year
    assert proposed(NOT_OLD, born=date(1960, 2, 29), today=date(2026, 2, 28)).valid_until == date(2026, 2, 28)
    assert value(NOT_OLD, born=date(1960, 2, 29), today=date(2026, 3, 1)) == "no"


def test_at_an_event_that_has_taken_place_the_age_stays() -> None:
    test = typed(
        variable="age",
        comparator="between",
        value=[18, 65],
        unit="a",
        window={"anchor": "enrolment", "direction": "at"},
    )
    born = date(1961, 1, 15)
    assert proposed(test, born=born, enrolment=date(2026, 11, 9)).valid_until is None
    found = proposed(test, born=born, enrolment=planned(date(2026, 12, 1)))
    assert (found.value, found.valid_until) == ("yes", date(2027, 1, 14))
    assert found.recheck_on == date(2026, 12, 1)
    assert value(test, born=born, enrolment=planned(date(2027, 1, 15))) == "no"
    assert problem(test, born=born) is ProblemKind.ANCHOR_WITHOUT_DATE


def test_months_since_an_onset_are_counted_to_the_day() -> None:
    onset = fact("dx.ssc.onset", date(2021, 11, 10), id="onset")
    found = proposed(RECENT_ONSET, onset)
    assert (found.value, found.facts, found.valid_until) == ("yes", ("onset",), TODAY)
    assert found.derived is not None
    assert (found.derived.formula, found.derived.number) == ("months_since", 60)
    assert value(RECENT_ONSET, onset, today=date(2026, 11, 11)) == "no"
    years = typed(variable="dx.ssc.disease_duration", comparator="<=", value=5, unit="a")
    assert proposed(years, onset).valid_until == TODAY


def test_two_onsets_that_lead_to_different_answers_are_shown() -> None:
    onsets = [fact("dx.ssc.onset", date(2021, 1, 1), id=1), fact("dx.ssc.onset", date(2024, 1, 1), id=2)]
    assert set(proposed(RECENT_ONSET, *onsets).conflicting) == {1, 2}


def test_an_onset_after_the_day_is_told() -> None:
    onset = fact("dx.ssc.onset", date(2026, 11, 11))
    assert problem(RECENT_ONSET, onset) is ProblemKind.OUT_OF_RANGE


def test_each_derived_variable_names_its_inputs() -> None:
    assert all(
        INPUTS[variable] == tuple(each.variable for each in rule.sources) for variable, rule in RULES.items()
    )
    assert all(hasattr(formulas, rule.formula) for rule in RULES.values())


def test_a_value_that_cannot_be_worked_out_stands_in_the_way_of_those_that_can() -> None:
    """Or Monday's good clearance would speak for a creatinine of Friday that has no weight beside it."""
    person: dict[str, Any] = {"sex": "female", "born": date(1980, 1, 1)}
    good = fact("lab.creatinine", 70, unit="umol/L", on=date(2026, 11, 3))
    weight = fact("vital.weight", 60, unit="kg", on=date(2026, 10, 10))
    assert value(CLEARANCE, good, weight, **person) == "yes"
    bad = fact("lab.creatinine", 400, unit="umol/L", on=date(2026, 11, 9), id="bad")
    found = proposed(CLEARANCE, good, weight, bad, **person)
    assert found.value is None
    assert found.problem is not None
    assert (found.problem.kind, found.problem.facts) == (ProblemKind.INPUT_MISSING, ("bad",))
    before = fact("lab.creatinine", 400, unit="umol/L", on=date(2026, 8, 1))
    assert value(CLEARANCE, good, weight, before, **person) == "yes"  # outside the window


def test_a_dose_that_no_table_has_stands_in_the_way_of_other_days_unless_its_equivalent_was_entered() -> None:
    soon: dict[str, Any] = {"apheresis": planned(date(2026, 11, 15))}
    low = fact("rx.glucocorticoid_dose", 10, unit="mg/d", product="Prednisone", on=date(2026, 11, 3))
    later = fact("rx.glucocorticoid_dose", 120, unit="mg/d", product="Deflazacort", on=date(2026, 11, 8))
    assert problem(DOSE, low, later, **soon) is ProblemKind.DRUG_UNKNOWN
    judged = fact("rx.prednisone_equivalent", 100, unit="mg/d", on=date(2026, 11, 8), id="judged")
    assert set(proposed(DOSE, low, later, judged, **soon).conflicting) == {"judged", low.id}


def test_a_statement_rests_on_its_variable_on_whom_it_applies_to_and_on_earlier_values() -> None:
    test = typed(
        variable="bmi",
        comparator="<",
        value={"min": [{"limit": "LLN"}, {"prior": "before the drug", "variable": "lab.b_cells"}]},
        applies_to="childbearing_potential",
    )
    assert variables_of(test) == {
        "bmi",
        "vital.weight",
        "vital.height",
        "lab.b_cells",
        "childbearing_potential",
    }
    assert variables_of(typed(judgement=True)) == frozenset()
