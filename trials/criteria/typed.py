"""What decides a statement, as far as facts can: a variable compared with a value, in a window of time.

The types are frozen and hold what the document says; what follows from a participant's facts is worked out
elsewhere. `to_json` gives each back in the document's form.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

type Number = int | float


class Comparator(StrEnum):
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    EQUAL = "="
    UNEQUAL = "!="
    IN = "in"
    NOT_IN = "not_in"
    BETWEEN = "between"
    PRESENT = "present"
    ABSENT = "absent"


class RelativeTo(StrEnum):
    """What a test's value is a multiple or a percentage of."""

    ULN = "ULN"
    LLN = "LLN"
    PREDICTED = "% predicted"
    BASELINE = "baseline"
    PREVIOUS = "previous"


class Anchor(StrEnum):
    """The event that a window is counted from."""

    SCREENING = "screening"
    CONSENT = "consent"
    ENROLMENT = "enrolment"
    RANDOMISATION = "randomisation"
    APHERESIS = "apheresis"
    INFUSION = "infusion"
    BASELINE = "baseline"
    LAST_DOSE = "last_dose"


class Direction(StrEnum):
    AT = "at"
    BEFORE = "before"
    AFTER = "after"
    DURING = "during"


class AppliesTo(StrEnum):
    FEMALE = "female"
    MALE = "male"
    CHILDBEARING_POTENTIAL = "childbearing_potential"
    PARTNER_OF_CHILDBEARING_POTENTIAL = "partner_of_childbearing_potential"


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar duration, ISO 8601: "P6M" is six months, whatever their days."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0

    def to_json(self) -> str:
        date = "".join(
            f"{count}{unit}"
            for count, unit in ((self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D"))
            if count
        )
        time = f"T{self.hours}H" if self.hours else ""
        return f"P{date}{time}" if date or time else "P0D"


@dataclass(frozen=True, slots=True)
class HalfLives:
    """A multiple of the half-life of the product that the criterion is about."""

    count: Number

    def to_json(self) -> dict[str, Any]:
        return {"half_lives": self.count}


@dataclass(frozen=True, slots=True)
class Choice:
    """The longest or the shortest of several durations ("whichever is longer")."""

    pick: Literal["longest", "shortest"]
    terms: tuple[Period | HalfLives, ...]

    def to_json(self) -> dict[str, Any]:
        return {self.pick: [term.to_json() for term in self.terms]}


type Duration = Period | HalfLives | Choice


@dataclass(frozen=True, slots=True)
class Window:
    """When a fact must have been observed, counted from an anchor."""

    anchor: Anchor
    direction: Direction
    min: Duration | None = None
    max: Duration | None = None
    and_during_screening: bool = False

    def to_json(self) -> dict[str, Any]:
        return without_blanks(
            anchor=self.anchor.value,
            direction=self.direction.value,
            min=self.min and self.min.to_json(),
            max=self.max and self.max.to_json(),
            and_during_screening=self.and_during_screening,
        )


@dataclass(frozen=True, slots=True)
class LimitTerm:
    """A multiple of the laboratory's own limit of normal."""

    limit: Literal["LLN", "ULN"]
    times: Number = 1

    def to_json(self) -> dict[str, Any]:
        return {"limit": self.limit, "times": self.times}


@dataclass(frozen=True, slots=True)
class PriorTerm:
    """An earlier value of the participant's own ("the count before rituximab")."""

    text: str
    variable: str = ""

    def to_json(self) -> dict[str, Any]:
        return without_blanks(prior=self.text, variable=self.variable)


type Term = Number | LimitTerm | PriorTerm


@dataclass(frozen=True, slots=True)
class Expression:
    """The smallest or the largest of several terms."""

    pick: Literal["min", "max"]
    terms: tuple[Term, ...]

    def to_json(self) -> dict[str, Any]:
        return {self.pick: [t if isinstance(t, int | float) else t.to_json() for t in self.terms]}


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends belong to it."""

    low: Number
    high: Number

    def to_json(self) -> list[Number]:
        return [self.low, self.high]


type Value = Number | str | tuple[str, ...] | Range | Expression


@dataclass(frozen=True, slots=True)
class Test:
    """What decides a statement, as far as facts can; a statement without one is a plain question."""

    variable: str = ""
    comparator: Comparator | None = None
    value: Value | None = None
    unit: str = ""
    relative_to: RelativeTo | None = None
    scale: str = ""
    window: Window | None = None
    min_duration: Duration | None = None
    judgement: bool = False
    open_list: bool = False
    applies_to: AppliesTo | None = None

    def to_json(self) -> dict[str, Any]:
        value: Any = self.value
        if isinstance(value, Range | Expression):
            value = value.to_json()
        elif isinstance(value, tuple):
            value = list(value)
        return without_blanks(
            variable=self.variable,
            comparator=self.comparator and self.comparator.value,
            value=value,
            unit=self.unit,
            relative_to=self.relative_to and self.relative_to.value,
            scale=self.scale,
            window=self.window and self.window.to_json(),
            min_duration=self.min_duration and self.min_duration.to_json(),
            judgement=self.judgement,
            open_list=self.open_list,
            applies_to=self.applies_to and self.applies_to.value,
        )


def without_blanks(**items: Any) -> dict[str, Any]:
    """Leave out what is absent. Zero is a value; False, as a flag, is the same as absent."""
    return {
        key: item
        for key, item in items.items()
        if not (item is None or item is False or item == "" or item == [])
    }
