"""Facts on both sides of a typed statement: just inside and just outside, each decided by `propose`.

Candidates are made generously, and only what `propose` decides as wanted is kept, so no rule about values,
units or windows is written twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from screening.deciding.derived import (
    AGE,
    DISEASE_DURATIONS,
    GLUCOCORTICOID_DOSE,
    PREDNISONE_EQUIVALENT,
    SEX,
    told_by,
)
from screening.deciding.facts import FactValue, Presence, by_variable
from screening.deciding.problems import Undecidable
from screening.deciding.proposal import propose
from screening.deciding.units import convert
from screening.deciding.windows import shifted, span
from screening.logic import AnswerValue
from screening.practice.cases import Twist
from screening.practice.typical import OTHER_UNITS, TIMES_ULN, limits_of, step_of
from screening.practice.world import HALF_LIVES, MEDICINE, World
from trials.criteria.tree import (
    AppliesTo,
    Comparator,
    Expression,
    LimitTerm,
    Period,
    Range,
    RelativeTo,
    Test,
)

_SEXES = {
    AppliesTo.FEMALE: "female",
    AppliesTo.CHILDBEARING_POTENTIAL: "female",
    AppliesTo.MALE: "male",
    AppliesTo.PARTNER_OF_CHILDBEARING_POTENTIAL: "male",
}
_ORDERED = frozenset(
    {Comparator.LESS, Comparator.AT_MOST, Comparator.GREATER, Comparator.AT_LEAST, Comparator.BETWEEN}
)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Element:
    """What the dictionary of variables says of one."""

    label: str
    unit: str = ""
    codes: tuple[str, ...] = ()


type Dictionary = Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class Chart:
    """Facts that decide a statement; a sex or a birth date only where it is these that decide."""

    facts: tuple[FactValue, ...] = ()
    sex: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two charts with which a statement is answered differently."""

    twist: Twist
    inside: Chart
    outside: Chart


def decided(test: Test, chart: Chart, world: World) -> AnswerValue:
    """What is right of a statement with this chart; "unknown" where the facts decide nothing."""
    circumstances = world.circumstances(chart.sex, chart.birth_date or world.birth_dates()[0])
    value = propose(test, by_variable(chart.facts), circumstances).value
    return AnswerValue(value.value) if value is not None else AnswerValue.UNKNOWN


def is_touched(test: Test, chart: Chart) -> bool:
    """Whether anything of a chart is about the statement; of the others `propose` says nothing."""
    about = told_by(test.variable)
    told = test.applies_to is not None or test.variable in (AGE, SEX)
    return told or any(fact.variable in about for fact in chart.facts)


def sex_for(test: Test | None) -> str:
    """The sex that a statement is about; empty if it is about everybody."""
    return _SEXES.get(test.applies_to, "") if test and test.applies_to else ""


def pairs(test: Test, world: World, dictionary: Dictionary) -> list[Pair]:
    """Pairs for a statement, one or more a twist; none where no facts can be made that answer it."""
    made = _Maker(test, world, dictionary)
    found = list(made.pairs())
    sex = sex_for(test)
    if sex and found:
        other = {"female": "male", "male": "female"}[sex]
        found.append(Pair(Twist.SEX, found[0].inside, Chart(sex=other)))
    return [pair for pair in found if decided(test, pair.inside, world) != decided(test, pair.outside, world)]


class _Maker:
    def __init__(self, test: Test, world: World, dictionary: Dictionary) -> None:
        self.test = test
        self.world = world
        self.element = dictionary.get(test.variable, Element(test.variable))
        self.sex = sex_for(test)
        self.lower, self.upper = limits_of(test.variable)

    def pairs(self) -> Iterator[Pair]:
        test = self.test
        if test.variable == SEX:
            yield from self.split(Twist.SEX, [Chart(sex="female"), Chart(sex="male")])
            return
        if test.variable in (AGE, *DISEASE_DURATIONS):
            yield from self.split(Twist.DATE, [self.by_calendar(each) for each in self.calendar()])
            return
        match test.comparator:
            case Comparator.PRESENT | Comparator.ABSENT:
                yield from self.presences()
            case Comparator.IN | Comparator.NOT_IN | Comparator.EQUAL | Comparator.UNEQUAL if not isinstance(
                test.value, int | float | Expression
            ):
                yield from self.codes()
            case None:
                return
            case _:
                yield from self.numbers()

    def chart(self, *facts: FactValue) -> Chart:
        return Chart(tuple(replace(fact, id=f"f{n}") for n, fact in enumerate(facts, 1)), self.sex)

    def split(self, twist: Twist, charts: Iterable[Chart]) -> Iterator[Pair]:
        """Neighbours of which one is inside and one is outside: the limit lies between them."""
        answered = [(chart, decided(self.test, chart, self.world)) for chart in charts]
        decisive = [each for each in answered if each[1] is not AnswerValue.UNKNOWN]
        for (one, value), (other, otherwise) in pairwise(decisive):
            if {value, otherwise} == {AnswerValue.YES, AnswerValue.NO}:
                inside, outside = (one, other) if value is AnswerValue.YES else (other, one)
                yield Pair(twist, inside, outside)

    # When

    def within(self) -> tuple[date, date]:
        """The first and the last day that a fact can have; today where nothing bounds it."""
        if self.test.window is None:
            return self.world.day, self.world.day
        half_life = HALF_LIVES[MEDICINE]
        try:
            bounds = span(self.test.window, self.world.anchors, half_life)
        except Undecidable:
            return self.world.day, self.world.day
        last = min(bounds.last, self.world.day)
        first = bounds.first if bounds.first > date.min else last
        return first, last

    def late(self, chart: Chart) -> Chart | None:
        """The same facts a day before the window; None where nothing is before it."""
        first, _ = self.within()
        if self.test.window is None or not chart.facts or first <= date.min + _DAY:
            return None
        return replace(chart, facts=tuple(replace(each, observed_on=first - _DAY) for each in chart.facts))

    def early(self, chart: Chart) -> Chart:
        first, _ = self.within()
        return replace(chart, facts=tuple(replace(each, observed_on=first) for each in chart.facts))

    def edges(self, pair: Pair) -> Iterator[Pair]:
        """A value on the window's first day, and one that is a day too old to count."""
        on_edge, too_old = self.early(pair.inside), self.late(pair.inside)
        if too_old and decided(self.test, too_old, self.world) is AnswerValue.UNKNOWN:
            yield Pair(Twist.WINDOW, on_edge, too_old)

    # What the calendar decides

    def calendar(self) -> list[date]:
        value = self.test.value
        limits = (value.low, value.high) if isinstance(value, Range) else (value,)
        unit = "years" if self.test.variable == AGE else "months"
        day = self.reference()
        days = set()
        for limit in limits:
            if isinstance(limit, int | float) and limit >= 0:
                for count in (int(limit), int(limit) + 1):
                    turning = shifted(day, Period(**{unit: count}), -1)
                    days |= {turning - _DAY, turning, turning + _DAY}
        return sorted(each for each in days if each <= day)

    def reference(self) -> date:
        window = self.test.window
        known = self.world.anchors.get(window.anchor) if window else None
        return known.on if known else self.world.day

    def by_calendar(self, day: date) -> Chart:
        if self.test.variable == AGE:
            return Chart(sex=self.sex, birth_date=day)
        onset = DISEASE_DURATIONS[self.test.variable]
        return self.chart(FactValue("f1", onset, self.world.day, date=day))

    # There or not

    def presences(self) -> Iterator[Pair]:
        first, last = self.within()
        there, gone = self.presence(Presence.PRESENT, last), self.presence(Presence.ABSENT, last)
        lasting = self.test.min_duration
        absent = self.chart(gone)
        if isinstance(lasting, Period):
            begun = self.presence(Presence.PRESENT, shifted(last, lasting, -1))
            yield self.sides(Twist.PRESENCE, self.chart(begun, there), absent)
            return
        yield self.sides(Twist.PRESENCE, self.chart(there), absent)
        if self.test.window is not None and first < last:
            then, before = replace(there, observed_on=first), replace(there, observed_on=first - _DAY)
            yield self.sides(Twist.WINDOW, self.chart(then), self.chart(before, gone))

    def presence(self, code: Presence, day: date) -> FactValue:
        product = MEDICINE if code is Presence.PRESENT and self.test.variable.startswith("rx.") else ""
        product = product if self.test.window is not None else ""
        return FactValue("f1", self.test.variable, day, code=code.value, product=product)

    def sides(self, twist: Twist, present: Chart, absent: Chart) -> Pair:
        if self.test.comparator is Comparator.ABSENT:
            present, absent = absent, present
        return Pair(twist, present, absent)

    def codes(self) -> Iterator[Pair]:
        named = self.test.value if isinstance(self.test.value, tuple) else (str(self.test.value),)
        every = dict.fromkeys((*named, *self.element.codes))
        _, last = self.within()
        charts = [self.chart(FactValue("f1", self.test.variable, last, code=code)) for code in every]
        answers = [(chart, decided(self.test, chart, self.world)) for chart in charts]
        inside = [chart for chart, value in answers if value is AnswerValue.YES]
        outside = [chart for chart, value in answers if value is AnswerValue.NO]
        made = [
            Pair(Twist.CODE, inside[place % len(inside)], outside[place % len(outside)])
            for place in range(min(3, max(len(inside), len(outside))))
            if inside and outside
        ]
        yield from made
        if made:
            yield from self.edges(made[0])

    # Numbers

    def numbers(self) -> Iterator[Pair]:
        if self.test.variable == PREDNISONE_EQUIVALENT:
            yield from self.doses()
            return
        made = list(self.split(Twist.LIMIT, self.around(self.upper, self.lower)))
        yield from made
        if made:
            yield from self.edges(made[0])
        yield from self.in_other_units()
        yield from self.at_other_laboratories()

    def unit(self) -> str:
        if self.test.relative_to is RelativeTo.PREDICTED:
            return "%"
        unit = self.test.unit or self.element.unit
        return unit or (TIMES_ULN if self.test.relative_to is RelativeTo.ULN else "")

    def around(self, upper: Decimal, lower: Decimal) -> list[Chart]:
        unit = self.unit()
        limits = (None, None) if unit in (TIMES_ULN, "%") else (lower, upper)
        return [
            self.chart(*self.earlier(), self.number(value, unit, limits))
            for value in self.values(upper, lower)
        ]

    def number(self, value: Decimal, unit: str, limits: tuple[Decimal | None, Decimal | None]) -> FactValue:
        _, last = self.within()
        lower, upper = limits
        if not self.compares_limits():
            lower = upper = None
        return FactValue("f1", self.test.variable, last, number=value, unit=unit, lower=lower, upper=upper)

    def compares_limits(self) -> bool:
        if self.test.relative_to in (RelativeTo.ULN, RelativeTo.LLN):
            return True
        value = self.test.value
        return isinstance(value, Expression) and any(isinstance(term, LimitTerm) for term in value.terms)

    def earlier(self) -> tuple[FactValue, ...]:
        """The value that the next one is compared with, where the statement is about a change."""
        if self.test.relative_to not in (RelativeTo.PREVIOUS, RelativeTo.BASELINE):
            return ()
        day = shifted(self.reference(), Period(months=3), -1)
        before = FactValue("f0", self.test.variable, day, number=self.before(), unit=self.unit())
        return (before,)

    def before(self) -> Decimal:
        return {"score.mrss": Decimal(20), "pft.fvc": Decimal("3.00"), "pft.dlco": Decimal(20)}.get(
            self.test.variable, Decimal(20)
        )

    def values(self, upper: Decimal, lower: Decimal) -> list[Decimal]:
        """On either side of each number that the statement names, as finely as such a value is given."""
        around: set[Decimal] = set()
        for limit in self.limits(upper, lower):
            step = step_of(self.test.variable, self.unit(), limit)
            nearest = (limit / step).to_integral_value(ROUND_FLOOR) * step
            around |= {nearest - step, nearest, nearest + step}
        return sorted(value for value in around if value >= 0)

    def limits(self, upper: Decimal, lower: Decimal) -> list[Decimal]:
        value = self.test.value
        scales: dict[RelativeTo | None, Decimal] = {
            RelativeTo.ULN: Decimal(1) if self.unit() == TIMES_ULN else upper,
            RelativeTo.LLN: lower,
            RelativeTo.PREVIOUS: self.before(),
            RelativeTo.BASELINE: self.before(),
        }
        scale = scales.get(self.test.relative_to, Decimal(1))
        if isinstance(value, Range):
            return [Decimal(str(value.low)) * scale, Decimal(str(value.high)) * scale]
        if isinstance(value, Expression):
            terms = []
            for term in value.terms:
                if isinstance(term, LimitTerm):
                    terms.append(Decimal(str(term.times)) * (upper if term.limit == "ULN" else lower))
                elif isinstance(term, int | float):
                    terms.append(Decimal(str(term)))
            return terms
        return [Decimal(str(value)) * scale] if isinstance(value, int | float) else []

    def in_other_units(self) -> Iterator[Pair]:
        """Pairs in another unit of which one looks as if it were on the other side of the limit."""
        test, unit = self.test, self.unit()
        if test.relative_to is not None or not test.unit or isinstance(test.value, Expression):
            return
        for other in OTHER_UNITS.get(unit, ()):
            charts = []
            for value in self.values(self.upper, self.lower):
                try:
                    there = convert(value, unit, other, test.variable)
                except Undecidable:
                    break
                charts.append(self.chart(self.number(_short(there), other, (None, None))))
            yield from (
                pair
                for pair in self.split(Twist.UNIT, charts)
                if self.misread(pair.inside) is AnswerValue.NO
                or self.misread(pair.outside) is AnswerValue.YES
            )

    def misread(self, chart: Chart) -> AnswerValue:
        """What somebody answers who does not look at the unit."""
        facts = tuple(replace(fact, unit=self.unit()) for fact in chart.facts)
        return decided(self.test, replace(chart, facts=facts), self.world)

    def at_other_laboratories(self) -> Iterator[Pair]:
        """A low value that is high for its laboratory, and a high one that is not."""
        if self.test.relative_to not in (RelativeTo.ULN, RelativeTo.LLN) or self.unit() == TIMES_ULN:
            return
        if self.test.comparator not in _ORDERED:
            return
        quarter = [(limit / 4).to_integral_value(ROUND_CEILING) for limit in (self.upper, self.lower)]
        low = self.split(Twist.LABORATORY, self.around(*quarter))
        high = self.split(Twist.LABORATORY, self.around(self.upper * 2, self.lower * 2))
        for here, there in zip(low, high, strict=False):
            yield Pair(Twist.LABORATORY, here.inside, there.outside)
            yield Pair(Twist.LABORATORY, there.inside, here.outside)

    def doses(self) -> Iterator[Pair]:
        """Glucocorticoids: the dose of prednisone, and another drug of which a milligram counts for more."""
        _, last = self.within()
        for twist, drug, per_milligram in (
            (Twist.LIMIT, "prednisone", Decimal(1)),
            (Twist.UNIT, "methylprednisolone", Decimal("1.25")),
            (Twist.UNIT, "hydrocortisone", Decimal("0.25")),
        ):
            step = Decimal("2.5") if drug == "prednisone" else Decimal(4)
            doses = {
                (limit / per_milligram / step).to_integral_value(ROUND_FLOOR) * step + more
                for limit in self.limits(self.upper, self.lower)
                for more in (Decimal(0), step)
            }
            charts = [
                self.chart(FactValue("f1", GLUCOCORTICOID_DOSE, last, number=dose, unit="mg/d", product=drug))
                for dose in sorted(doses)
            ]
            yield from self.split(twist, charts)


def _short(value: Decimal) -> Decimal:
    """As a report would print it: three significant digits after conversion are enough."""
    digits = max(0, 2 - value.adjusted()) if value else 0
    return value.quantize(Decimal(1).scaleb(-digits)).normalize() + Decimal(0)
