"""The formulas behind derived values, each with its source.

Everything is a `Decimal` in the unit that the argument's name ends with. An input outside the range that a
formula was made for, or that no living person has, raises `FormulaError`; nothing is rounded.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal

from screening.deciding.problems import FormulaError, ProblemKind

# Milligrams that have the glucocorticoid effect of 5 mg prednisone, by mouth or into a vein: the table of the
# United States labelling of prednisolone (Orapred, section "Dosage and administration", 15 mg prednisolone
# and what is equal to it). Deflazacort and budesonide are not in it, so they are not converted.
PREDNISONE_5_MG = {
    "betamethasone": Decimal("0.75"),
    "cortisone": Decimal(25),
    "dexamethasone": Decimal("0.75"),
    "hydrocortisone": Decimal(20),
    "methylprednisolone": Decimal(4),
    "prednisolone": Decimal(5),
    "prednisone": Decimal(5),
    "triamcinolone": Decimal(4),
}


def age_on(day: date, birth_date: date) -> int:
    """Completed years. Someone born on 29 February is a year older on 1 March of a common year.

    That is how most laws and statistical systems count (completed years: OECD Glossary of Statistical Terms,
    "Age"); in the few that count from 28 February the birth date decides by one day.
    """
    if day < birth_date:
        raise _out_of_range("age", "birth_date", birth_date, high=day)
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def bmi(height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """Body mass index in kg/m2: weight over height squared (Quetelet's index).

    Keys A et al., Indices of relative weight and obesity, J Chronic Dis 1972;25:329-343.
    """
    _check("bmi", "height_cm", height_cm, 50, 280)
    _check("bmi", "weight_kg", weight_kg, 2, 650)
    return weight_kg / (height_cm / 100) ** 2


def cockcroft_gault(age: int, weight_kg: Decimal, creatinine_mg_dl: Decimal, sex: str) -> Decimal:
    """Creatinine clearance in mL/min, not indexed to body surface; actual body weight.

    (140 - age) x weight / (72 x serum creatinine), times 0.85 for women.
    Cockcroft DW, Gault MH, Prediction of creatinine clearance from serum creatinine, Nephron 1976;16:31-41;
    made from men aged 18 to 92.
    """
    _check("cockcroft_gault", "age", Decimal(age), 18, 120)
    _check("cockcroft_gault", "weight_kg", weight_kg, 20, 650)
    _check("cockcroft_gault", "creatinine_mg_dl", creatinine_mg_dl, "0.1", 50)
    clearance = (140 - age) * weight_kg / (72 * creatinine_mg_dl)
    return clearance * Decimal("0.85") if _is_female("cockcroft_gault", sex) else clearance


def ckd_epi_2021(age: int, creatinine_mg_dl: Decimal, sex: str) -> Decimal:
    """Estimated glomerular filtration rate in mL/min per 1.73 m2, from creatinine, without race.

    142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age (x 1.012 for women), where k is 0.7 and a is
    -0.241 for women, 0.9 and -0.302 for men.
    Inker LA et al., New creatinine- and cystatin C-based equations to estimate GFR without race, N Engl J Med
    2021;385:1737-1749; for adults.
    """
    _check("ckd_epi_2021", "age", Decimal(age), 18, 120)
    _check("ckd_epi_2021", "creatinine_mg_dl", creatinine_mg_dl, "0.1", 50)
    female = _is_female("ckd_epi_2021", sex)
    ratio = creatinine_mg_dl / Decimal("0.7" if female else "0.9")
    low = min(ratio, Decimal(1)) ** Decimal("-0.241" if female else "-0.302")
    high = max(ratio, Decimal(1)) ** Decimal("-1.200")
    rate = 142 * low * high * Decimal("0.9938") ** age
    return rate * Decimal("1.012") if female else rate


def qtcf(qt_ms: Decimal, heart_rate_per_min: Decimal) -> Decimal:
    """QT interval in ms corrected for the heart rate: QT over the cube root of RR in seconds.

    Fridericia LS, Die Systolendauer im Elektrokardiogramm bei normalen Menschen und bei Herzkranken, Acta Med
    Scand 1920;53:469-486.
    """
    _check("qtcf", "qt_ms", qt_ms, 150, 900)
    _check("qtcf", "heart_rate_per_min", heart_rate_per_min, 20, 300)
    return qt_ms * (heart_rate_per_min / 60) ** (Decimal(1) / 3)


def prednisone_equivalent(drug: str, dose_mg: Decimal) -> Decimal:
    """The dose of prednisone in mg with the effect of this dose; `drug` by its folded international name.

    The table `PREDNISONE_5_MG` names its source.
    """
    if drug not in PREDNISONE_5_MG:
        raise FormulaError(ProblemKind.DRUG_UNKNOWN, product=drug)
    _check("prednisone_equivalent", "dose_mg", dose_mg, 0, 5000)
    return dose_mg * 5 / PREDNISONE_5_MG[drug]


def months_since(onset: date, day: date) -> Decimal:
    """Calendar months from an onset to a day, the days of a started month as its share.

    From 15 January to 15 March are 2 months, to 16 March a little more: "at most 2 months" is then no longer
    true. Where the month has no such day, its last one completes the month (ISO 8601 leaves this open).
    """
    if day < onset:
        raise _out_of_range("months_since", "onset", onset, high=day)
    months = (day.year - onset.year) * 12 + day.month - onset.month
    if _months_after(onset, months) > day:
        months -= 1
    start, end = _months_after(onset, months), _months_after(onset, months + 1)
    return months + Decimal((day - start).days) / (end - start).days


def times_uln(value: Decimal, upper: Decimal) -> Decimal:
    """A value as a multiple of the laboratory's own upper limit of normal, in the same unit.

    So does CTCAE grade laboratory values (version 5.0, US Department of Health and Human Services, 2017).
    """
    if upper <= 0:
        raise _out_of_range("times_uln", "upper", upper, low=0)
    return value / upper


def increase(before: Decimal, after: Decimal) -> Decimal:
    """The change from an earlier to a later value, in their unit; negative for a fall.

    So is progression of the modified Rodnan skin score counted: Khanna D et al., Standardization of the
    modified Rodnan skin score for use in clinical trials of systemic sclerosis, J Scleroderma Relat Disord
    2017;2:11-18.
    """
    return after - before


def percent_change(before: Decimal, after: Decimal) -> Decimal:
    """The change from an earlier to a later value, in percent of the earlier one; negative for a fall.

    As in Vickers AJ, The use of percentage change from baseline as an outcome in a controlled trial is
    statistically inefficient, BMC Med Res Methodol 2001;1:6, which advises against it as an outcome.
    """
    if before <= 0:
        raise _out_of_range("percent_change", "before", before, low=0)
    return (after - before) / before * 100


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _is_female(formula: str, sex: str) -> bool:
    if sex not in ("female", "male"):
        raise FormulaError(ProblemKind.INPUT_MISSING, formula=formula, variable="sex")
    return sex == "female"


def _check(formula: str, name: str, value: Decimal, low: int | str, high: int | str) -> None:
    if not Decimal(low) <= value <= Decimal(high):
        raise _out_of_range(formula, name, value, low=low, high=high)


def _out_of_range(
    formula: str, name: str, value: object, *, low: object = "", high: object = ""
) -> FormulaError:
    return FormulaError(
        ProblemKind.OUT_OF_RANGE, formula=formula, input=name, value=value, low=low, high=high
    )
