"""Conversions: what laboratories write, by published factors, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.deciding.analytes import ANALYTES
from screening.deciding.problems import ProblemKind, UnitError
from screening.deciding.units import check_unit, convert, convert_exactly, parse, ucum
from tests.deciding.world import unhurried
from tests.documents.fixtures import fixture


def converted(value: str, source: str, target: str, variable: str = "") -> Decimal:
    return convert(Decimal(value), source, target, variable)


def refused(value: str, source: str, target: str, variable: str = "") -> ProblemKind:
    with pytest.raises(UnitError) as error:
        converted(value, source, target, variable)
    return error.value.problem.kind


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        ("1", "10*9/L", "10*3/uL", "1"),
        ("1.5", "10*9/L", "/uL", "1500"),
        ("150000", "/uL", "10*9/L", "150"),
        ("150", "10^9/L", "10*9/L", "150"),
        ("8", "g/dL", "g/L", "80"),
        ("0.5", "mg/dL", "mg/L", "5"),
        ("60", "U/L", "ukat/L", "1"),
        ("1", "nkat/L", "U/L", "0.06"),
        ("1", "[IU]/mL", "k[IU]/L", "1"),
        ("900", "mg/d", "g/d", "0.9"),
        ("1", "mL/s", "mL/min", "60"),
        ("70", "[in_i]", "cm", "177.8"),
        ("1", "[lb_av]", "g", "453.59237"),
        ("0.48", "s", "ms", "480"),
        ("5", "a", "mo", "60"),
        ("2", "wk", "d", "14"),
        ("72", "h", "d", "3"),
        ("1", "kPa", "Pa", "1000"),
        ("7.5", "mm[Hg]", "kPa", "0.999915"),
        ("98.6", "[degF]", "Cel", "37"),
        ("37", "Cel", "K", "310.15"),
        ("22", "kg/m2", "g/cm2", "2.2"),
        ("55", "%", "", "0.55"),
        ("0", "mg/dL", "g/L", "0"),
    ],
)
def test_units_of_one_kind_convert_exactly(value: str, source: str, target: str, result: str) -> None:
    assert converted(value, source, target) == Decimal(result)


@pytest.mark.parametrize(
    ("variable", "value", "source", "target", "result"),
    [
        # The factors of the AMA Manual of Style, 11th edition, table 17.5-1, to the digits that it gives
        ("lab.bilirubin_total", "1", "mg/dL", "umol/L", "17.104"),
        ("lab.bun", "1", "mg/dL", "mmol/L", "0.357"),
        ("lab.calcium", "1", "mg/dL", "mmol/L", "0.25"),
        ("lab.cholesterol", "1", "mg/dL", "mmol/L", "0.0259"),
        ("lab.cortisol", "1", "ug/dL", "nmol/L", "27.588"),
        ("lab.creatinine", "1", "mg/dL", "umol/L", "88.4"),
        ("lab.glucose", "1", "mg/dL", "mmol/L", "0.0555"),
        ("lab.hemoglobin", "1", "g/dL", "mmol/L", "0.6206"),
        ("lab.iron", "1", "ug/dL", "umol/L", "0.179"),
        ("lab.lactate", "1", "mg/dL", "mmol/L", "0.111"),
        ("lab.magnesium", "1", "mg/dL", "mmol/L", "0.411"),
        ("lab.phosphate", "1", "mg/dL", "mmol/L", "0.323"),
        ("lab.triglycerides", "1", "mg/dL", "mmol/L", "0.0113"),
        ("lab.urate", "1", "mg/dL", "umol/L", "59.485"),
        ("lab.vitamin_d_25oh", "1", "ng/mL", "nmol/L", "2.496"),
        ("lab.urea", "6.006", "mg/dL", "mmol/L", "1.000"),
        # Stevens PE et al., KDIGO 2024, Kidney Int 105:S117: 30 mg/g is about 3 mg/mmol, 1 g/g about 113
        ("lab.upcr", "1", "g/g", "mg/mmol", "113.1"),
        ("lab.uacr", "30", "mg/g", "mg/mmol", "3.39"),
        ("lab.alt", "1", "[IU]/L", "U/L", "1"),
        ("lab.ck", "200", "IU/L", "ukat/L", "3.33"),
        # ngsp.org/ifcc.asp: 7% NGSP is 53 mmol/mol, 42 mmol/mol is 6.0%
        ("lab.hba1c", "7", "%", "mmol/mol", "53"),
        ("lab.hba1c", "42", "mmol/mol", "%", "6.0"),
        # ERS/ATS 2017: 1 mL/min/mmHg is 0.335 mmol/min/kPa
        ("pft.dlco", "1", "mL/min/mm[Hg]", "mmol/min/kPa", "0.335"),
    ],
)
def test_mass_and_amount_convert_by_the_analyte(
    variable: str, value: str, source: str, target: str, result: str
) -> None:
    found = converted(value, source, target, variable)
    step = Decimal(result).as_tuple().exponent
    # AMA rounds the molar mass as well as the factor: the last digit may differ by one.
    assert abs(found - Decimal(result)) <= Decimal(1).scaleb(int(step))


def test_what_cannot_be_converted_is_refused_by_what_is_wrong() -> None:
    assert refused("1", "mg/dL", "umol/L") is ProblemKind.UNIT_NEEDS_ANALYTE
    assert refused("1", "mg/L", "nmol/L", "lab.hscrp") is ProblemKind.UNIT_NEEDS_ANALYTE
    assert refused("1", "mg", "[IU]") is ProblemKind.UNIT_NEEDS_ANALYTE
    assert refused("1", "mg/dL", "mmHg") is ProblemKind.UNIT_OF_OTHER_KIND
    assert refused("1", "{score}", "{count}") is ProblemKind.UNIT_OF_OTHER_KIND
    assert refused("1", "{copies}/mL", "[IU]/mL", "lab.hbv_dna") is not None
    assert refused("1", "", "mg/dL") is ProblemKind.UNIT_MISSING
    assert refused("1", "mg/dL", "") is ProblemKind.UNIT_OF_OTHER_KIND
    assert refused("1", "furlong", "cm") is ProblemKind.UNIT_UNKNOWN
    assert refused("12", "wk", "mo") is ProblemKind.UNIT_OF_OTHER_KIND
    assert refused("0.048", "mol/mol", "%", "lab.hba1c") is ProblemKind.UNIT_OF_OTHER_KIND


def test_a_refusal_names_the_value_and_both_units() -> None:
    with pytest.raises(UnitError) as error:
        converted("1.20", "mg/dL", "umol/L", "lab.ck")
    assert dict(error.value.problem.parameters) == {
        "value": Decimal("1.2"),
        "unit": "mg/dL",
        "wanted": "umol/L",
        "variable": "lab.ck",
    }


@pytest.mark.parametrize("variable", ["", "lab.creatinine", "lab.creatinine_clearance"])
@pytest.mark.parametrize(
    "indexed", ["mL/min/{1.73_m2}", "mL/min/{1.73m2}", "mL/min/1.73 m2", "mL/min/1.73m²"]
)
def test_a_rate_indexed_to_body_surface_is_no_clearance(variable: str, indexed: str) -> None:
    assert refused("60", indexed, "mL/min", variable) is ProblemKind.UNIT_INDEXED
    assert refused("60", "mL/min", indexed, variable) is ProblemKind.UNIT_INDEXED
    assert converted("1", "mL/s/{1.73_m2}", indexed) == 60


def test_a_score_may_come_without_its_unit() -> None:
    assert converted("0", "", "{score}") == 0
    assert converted("3", "{score}", "1") == 3
    assert refused("3", "%", "{score}") is ProblemKind.UNIT_OF_OTHER_KIND


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("mg/dl", "mg/dl"),
        ("µmol/L", "umol/L"),
        ("μmol/l", "umol/l"),
        ("x10^9/L", "10*9/L"),
        ("\u00d710^9/L", "10*9/L"),
        ("G/L", "10*9/L"),
        ("T/L", "10*12/L"),
        ("g/L", "g/L"),
        ("IU/mL", "[IU]/mL"),
        ("mL/min/1.73 m²", "mL/min/{1.73_m2}"),
        (" mm  Hg ", "mm Hg"),
        ("mmHg", "mm[Hg]"),
        ("bpm", "/min"),
        ("x ULN", "{xULN}"),
        ("lb", "[lb_av]"),
        ("years", "a"),
    ],
)
def test_what_people_write_is_read_as_the_one_thing_that_it_means(written: str, code: str) -> None:
    assert ucum(written) == code


def test_a_gram_per_litre_is_not_a_giga_per_litre() -> None:
    assert parse("g/L") != parse("G/L")


@pytest.mark.parametrize(
    "text",
    ["mg//dL", "/", "mg/", ".mg", "mg.", "mg dL", "mg{", "[x]", "0/L", "10*", "m3g", "Mg/dL%", "2mg", "{}"],
)
def test_what_is_no_unit_is_not_half_read(text: str) -> None:
    assert parse(text) is None or text == "10*"


def test_the_dictionary_has_units_that_are_known_and_kinds_that_convert_into_themselves() -> None:
    dictionary = fixture("variables.yaml")
    units = {entry["code"]: entry["unit"] for entry in dictionary if entry["unit"]}
    assert [code for code, unit in units.items() if parse(unit) is None] == []
    for code, unit in units.items():
        assert converted("1.5", unit, unit, code) == Decimal("1.5")
        check_unit(Decimal(1), unit, code, unit)


def test_a_fact_may_be_a_multiple_or_a_share_where_that_has_a_meaning() -> None:
    check_unit(Decimal("1.4"), "{xULN}", "lab.alt", "U/L")
    check_unit(Decimal(60), "%", "pft.fvc", "L")
    check_unit(Decimal(60), "mL", "pft.fvc", "L")
    for unit, variable, dictionary in (("{xULN}", "score.haq", "{score}"), ("%", "lab.alt", "U/L")):
        with pytest.raises(UnitError):
            check_unit(Decimal(1), unit, variable, dictionary)


_MASS_OR_AMOUNT = ["mg/dL", "umol/L", "g/L", "mmol/L", "ng/mL"]
_GROUPS = [
    ("", ["10*9/L", "10*3/uL", "/uL", "10*6/L"]),
    ("", ["kg", "g", "[lb_av]", "[oz_av]"]),
    ("", ["Cel", "[degF]", "K"]),
    ("", ["mm[Hg]", "kPa", "Pa"]),
    *(
        (code, ["mg/dL", "umol/L", "g/L", "mmol/L", "ng/mL"])
        for code, each in ANALYTES.items()
        if each.molar_mass
    ),
    *((code, ["U/L", "[IU]/L", "ukat/L", "nkat/L"]) for code in ("lab.alt", "lab.ck")),
    ("lab.hba1c", ["%", "mmol/mol"]),
    ("pft.dlco", ["mL/min/mm[Hg]", "mmol/min/kPa"]),
]
decimals = st.decimals(0, 10**6, places=4)


@unhurried
@given(st.sampled_from(_GROUPS), st.data(), decimals)
def test_there_and_back_is_the_same_value(
    group: tuple[str, list[str]], data: st.DataObject, value: Decimal
) -> None:
    variable, units = group
    source, target = data.draw(st.sampled_from(units)), data.draw(st.sampled_from(units))
    there = convert_exactly(Fraction(value), source, target, variable)
    assert convert_exactly(there, target, source, variable) == Fraction(value)
    middle = data.draw(st.sampled_from(units))
    through = convert_exactly(
        convert_exactly(Fraction(value), source, middle, variable), middle, target, variable
    )
    assert through == there


@unhurried
@given(st.sampled_from(_GROUPS), st.data(), decimals, decimals)
def test_a_conversion_keeps_the_order(
    group: tuple[str, list[str]], data: st.DataObject, one: Decimal, other: Decimal
) -> None:
    variable, units = group
    source, target = data.draw(st.sampled_from(units)), data.draw(st.sampled_from(units))
    converted_one, converted_other = (convert(each, source, target, variable) for each in (one, other))
    assert (converted_one < converted_other) == (one < other)


@unhurried
@given(st.text(max_size=20))
def test_any_text_is_a_unit_or_none(text: str) -> None:
    unit = parse(text)
    assert unit is None or unit.factor > 0
