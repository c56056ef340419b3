"""Values that follow from others: which variables, from which inputs, by which formula.

A derived value is dated by its leading input (the creatinine of a clearance, the QT of a QTcF) and shown with
all of them. The other inputs are those nearest to that date: a heart rate of the same day, since it is of the
same tracing; a weight from within 28 days of it, the usual length of a screening; a height, which stays, of
any time. Where a day has several, each gives a value, and values that disagree are shown like facts that do.
Age and the time since an onset are worked out for the day that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product as combinations

from screening.deciding import formulas
from screening.deciding.facts import Circumstances, Facts, FactValue, fold
from screening.deciding.problems import FactId, FormulaError, Problem, ProblemKind, Undecidable
from screening.deciding.units import convert


@dataclass(frozen=True, slots=True)
class Input:
    """One input as the formula used it; `fact` is None for what the participant's record has."""

    variable: str
    value: Decimal | date | str
    unit: str = ""
    fact: FactId | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """How a value came about, to be shown beside it; `formula` is the name of a function in `formulas`."""

    formula: str
    variable: str
    number: Decimal
    unit: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that a test can be held against: a fact as it is, or one worked out from several.

    since: the day of an earlier value that has to be inside the window as well
    problem: what kept it from being worked out: it has a day and no value, and stands in the way of others
    """

    value: FactValue
    facts: tuple[FactId, ...] = ()
    record: tuple[str, ...] = ()
    derived: Derived | None = None
    since: date | None = None
    problem: Problem | None = None


# What is recorded of the participant and is no fact.
SEX, BIRTH_DATE = "sex", "birth_date"
AGE = "age"
DISEASE_DURATIONS = {"dx.ssc.disease_duration": "dx.ssc.onset"}
# What a day alone changes.
CALENDAR = (AGE, *DISEASE_DURATIONS)
# Against the last assessment before; the tests' windows say how long before that may be.
INCREASES = {"score.mrss.increase": ("score.mrss", "{score}")}
PREDNISONE_EQUIVALENT, GLUCOCORTICOID_DOSE = "rx.prednisone_equivalent", "rx.glucocorticoid_dose"


@dataclass(frozen=True, slots=True)
class Source:
    """A variable that goes into a formula, in the unit that it wants.

    days: how far from the leading input's day it may have been measured; None for any time
    """

    variable: str
    unit: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a variable is worked out from measurements.

    unit: of the result
    sources: the leading one first
    compute: takes the sources' values in that order, then the age on the leading one's day and the sex
    personal: whether it needs these two
    """

    formula: str
    unit: str
    sources: tuple[Source, ...]
    compute: Callable[[tuple[Decimal, ...], int, str], Decimal]
    personal: bool = False


_CREATININE, _WEIGHT = Source("lab.creatinine", "mg/dL"), Source("vital.weight", "kg", days=28)
_CLEARANCE = Rule(
    "cockcroft_gault",
    "mL/min",
    (_CREATININE, _WEIGHT),
    lambda values, age, sex: formulas.cockcroft_gault(age, values[1], values[0], sex),
    personal=True,
)

RULES: Mapping[str, Rule] = {
    "bmi": Rule(
        "bmi",
        "kg/m2",
        (_WEIGHT, Source("vital.height", "cm")),
        lambda values, *_: formulas.bmi(values[1], values[0]),
    ),
    "ecg.qtc": Rule(
        "qtcf",
        "ms",
        (Source("ecg.qt", "ms"), Source("ecg.heart_rate", "/min", days=0)),
        lambda values, *_: formulas.qtcf(*values),
    ),
    # The protocol names no method; the formula is shown, and a person confirms that it will do.
    "lab.creatinine_clearance": _CLEARANCE,
    "lab.creatinine_clearance.cockcroft_gault": _CLEARANCE,
    "lab.egfr.ckd_epi_2021": Rule(
        "ckd_epi_2021",
        "mL/min/{1.73_m2}",
        (_CREATININE,),
        lambda values, age, sex: formulas.ckd_epi_2021(age, values[0], sex),
        personal=True,
    ),
}
# Variables that are one way of measuring another: each of their facts is a fact of that one too, never back.
NARROWER: Mapping[str, tuple[str, ...]] = {
    "lab.creatinine_clearance": ("lab.creatinine_clearance.cockcroft_gault",),
    "lab.hcg": ("lab.hcg_serum",),
}
# By the variable, those that show it where they are there; that one of them is not says nothing of it: that a
# drug was not given of late does not say that it never was, and another antibody may be positive. The three
# of systemic sclerosis are those of the 2013 ACR/EULAR criteria (van den Hoogen F et al., Arthritis Rheum
# 2013;65:2737-2747).
SHOWN_BY: Mapping[str, tuple[str, ...]] = {
    "ab.ssc": ("ab.aca", "ab.ata", "ab.rnap3"),
    "dx.lupus_nephritis": ("hx.lupus_nephritis_biopsy",),
    "rx.b_cell_depleting.ever": ("rx.b_cell_depleting",),
    "rx.cyclophosphamide.ever": ("rx.cyclophosphamide",),
}
_THERE = ("positive", "present")
# By the variable, those whose facts can decide it; what the desk asks for when it has none.
INPUTS: Mapping[str, tuple[str, ...]] = {
    **{variable: tuple(source.variable for source in rule.sources) for variable, rule in RULES.items()},
    **{variable: (onset,) for variable, onset in DISEASE_DURATIONS.items()},
    **{variable: (assessed,) for variable, (assessed, _) in INCREASES.items()},
    PREDNISONE_EQUIVALENT: (GLUCOCORTICOID_DOSE,),
}


@cache
def told_by(variable: str) -> frozenset[str]:
    """The variables whose facts can have a say in what is proposed of this one; itself among them."""
    return frozenset((variable,)).union(*(table.get(variable, ()) for table in (INPUTS, NARROWER, SHOWN_BY)))


def derive(variable: str, facts: Facts, circumstances: Circumstances) -> Iterator[Reading]:
    """The values of a variable that follow from dated facts, and those that should but cannot."""
    for shown_by in SHOWN_BY.get(variable, ()):
        yield from (Reading(fact, (fact.id,)) for fact in facts.get(shown_by, ()) if fact.code in _THERE)
    if variable == PREDNISONE_EQUIVALENT:
        yield from _prednisone(facts)
    elif variable in INCREASES:
        yield from _increases(variable, facts)
    elif variable in RULES:
        rule = RULES[variable]
        for leading in facts.get(rule.sources[0].variable, ()):
            try:
                yield from _apply(variable, rule, leading, facts, circumstances)
            except Undecidable as error:
                yield _hindered(variable, [leading], error)


def derive_for_day(variable: str, day: date, facts: Facts, circumstances: Circumstances) -> Iterator[Reading]:
    """The values of a variable that the calendar changes: age, time since an onset. Raises `Undecidable`."""
    if variable == AGE and circumstances.birth_date is not None:
        born = circumstances.birth_date
        years = Decimal(formulas.age_on(day, born))
        derived = Derived("age_on", variable, years, "a", (Input(BIRTH_DATE, born),))
        yield _reading(derived, day, (), (BIRTH_DATE,))
    onset = DISEASE_DURATIONS.get(variable)
    for fact in facts.get(onset, ()) if onset else ():
        if fact.date is None:
            raise Undecidable(ProblemKind.WRONG_TYPE, (fact.id,), value=fact.code, expected="date")
        months = formulas.months_since(fact.date, day)
        inputs = (Input(fact.variable, fact.date, "", fact.id),)
        derived = Derived("months_since", variable, months, "mo", inputs)
        yield _reading(derived, day, (fact.id,), ())


def _apply(
    variable: str, rule: Rule, leading: FactValue, facts: Facts, circumstances: Circumstances
) -> Iterator[Reading]:
    age, sex = 0, ""
    personal: tuple[Input, ...] = ()
    if rule.personal:
        if circumstances.birth_date is None:
            raise FormulaError(ProblemKind.INPUT_MISSING, formula=rule.formula, variable=BIRTH_DATE)
        age, sex = formulas.age_on(leading.observed_on, circumstances.birth_date), circumstances.sex
        personal = (Input(BIRTH_DATE, circumstances.birth_date), Input(SEX, sex))
    others = [_nearest(source, leading, rule, facts, circumstances.today) for source in rule.sources[1:]]
    units = [source.unit for source in rule.sources]
    for chosen in combinations((leading,), *others):
        numbers = tuple(_number(fact, unit) for fact, unit in zip(chosen, units, strict=True))
        inputs = tuple(
            Input(fact.variable, number, unit, fact.id)
            for fact, number, unit in zip(chosen, numbers, units, strict=True)
        )
        result = rule.compute(numbers, age, sex)
        derived = Derived(rule.formula, variable, result, rule.unit, (*inputs, *personal))
        yield _reading(
            derived,
            leading.observed_on,
            tuple(fact.id for fact in chosen),
            tuple(each.variable for each in personal),
        )


def _nearest(source: Source, leading: FactValue, rule: Rule, facts: Facts, today: date) -> list[FactValue]:
    """The facts of the day nearest to the leading one's; of two equally near days the earlier."""

    def distance(fact: FactValue) -> tuple[int, bool]:
        days = (fact.observed_on - leading.observed_on).days
        return abs(days), days > 0

    known = [fact for fact in facts.get(source.variable, ()) if fact.observed_on <= today]
    nearest = min(map(distance, known), default=None)
    if nearest is None or (source.days is not None and nearest[0] > source.days):
        missing = {"formula": rule.formula, "variable": source.variable}
        raise FormulaError(ProblemKind.INPUT_MISSING, (leading.id,), **missing)
    return [fact for fact in known if distance(fact) == nearest]


def _increases(variable: str, facts: Facts) -> Iterator[Reading]:
    """Of each assessment against those of the last day before it."""
    assessed, unit = INCREASES[variable]
    known = facts.get(assessed, ())
    for after in known:
        last = max((each.observed_on for each in known if each.observed_on < after.observed_on), default=None)
        for before in (each for each in known if each.observed_on == last):
            try:
                values = _number(before, unit), _number(after, unit)
            except Undecidable as error:
                yield replace(_hindered(variable, [after, before], error), since=last)
                continue
            inputs = (
                Input(assessed, values[0], unit, before.id),
                Input(assessed, values[1], unit, after.id),
            )
            derived = Derived("increase", variable, formulas.increase(*values), unit, inputs)
            reading = _reading(derived, after.observed_on, (after.id, before.id), ())
            yield replace(reading, since=last)


def _prednisone(facts: Facts) -> Iterator[Reading]:
    """The sum over the drugs of a day; a drug with two doses on a day gives two sums."""
    days: dict[date, dict[str, list[FactValue]]] = {}
    for fact in facts.get(GLUCOCORTICOID_DOSE, ()):
        days.setdefault(fact.observed_on, {}).setdefault(fold(fact.product), []).append(fact)
    for day, drugs in days.items():
        for chosen in combinations(*drugs.values()):
            try:
                doses = [_number(fact, "mg/d") for fact in chosen]
                equivalents = [
                    formulas.prednisone_equivalent(fold(fact.product), dose)
                    for fact, dose in zip(chosen, doses, strict=True)
                ]
            except Undecidable as error:
                yield _hindered(PREDNISONE_EQUIVALENT, chosen, error)
                continue
            inputs = tuple(
                Input(fact.product, dose, "mg/d", fact.id) for fact, dose in zip(chosen, doses, strict=True)
            )
            total = sum(equivalents, Decimal(0))
            derived = Derived("prednisone_equivalent", PREDNISONE_EQUIVALENT, total, "mg/d", inputs)
            yield _reading(derived, day, tuple(fact.id for fact in chosen), ())


def _number(fact: FactValue, unit: str) -> Decimal:
    if fact.number is None:
        raise Undecidable(ProblemKind.WRONG_TYPE, (fact.id,), value=fact.code, expected="number")
    return convert(fact.number, fact.unit, unit, fact.variable)


def _hindered(variable: str, inputs: Sequence[FactValue], error: Undecidable) -> Reading:
    """The leading input comes first: its day is that of the value that cannot be worked out."""
    facts = tuple(fact.id for fact in inputs)
    value = FactValue(id=None, variable=variable, observed_on=inputs[0].observed_on)
    return Reading(value, facts, problem=replace(error.problem, facts=error.problem.facts or facts))


def _reading(derived: Derived, day: date, facts: tuple[FactId, ...], record: tuple[str, ...]) -> Reading:
    value = FactValue(
        id=None, variable=derived.variable, observed_on=day, number=derived.number, unit=derived.unit
    )
    return Reading(value, facts, record, derived)
