"""What is known of a participant, as far as typed statements can use it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from screening.deciding.problems import FactId
from trials.criteria.tree import Anchor


class Presence(StrEnum):
    """The codes of a yes-or-no variable's fact."""

    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class FactValue:
    """One dated value of one variable; exactly one of `number`, `code` and `date` is given.

    number: in `unit`, a UCUM code; "{xULN}" where the laboratory reports multiples of its upper limit
    code: one of the variable's codes; "present" or "absent" where it is asked as yes or no
    lower, upper: that laboratory's limits of normal, in the same unit
    product: the drug's name, where the fact is about one
    """

    id: FactId
    variable: str
    observed_on: datetime.date
    number: Decimal | None = None
    code: str = ""
    date: datetime.date | None = None
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    product: str = ""


@dataclass(frozen=True, slots=True)
class AnchorTime:
    """When an event takes place, at the center's local date; `actual` once it has."""

    on: datetime.date
    actual: bool


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What facts are judged by.

    today: the center's local date
    anchors: the events of this screening that have a date; the screening's own start is always one
    half_lives: hours, by the folded name of the product (see `fold`)
    sex: "female", "male" or "" where it is not recorded
    """

    today: datetime.date
    anchors: Mapping[Anchor, AnchorTime] = field(default_factory=dict)
    half_lives: Mapping[str, Decimal] = field(default_factory=dict)
    sex: str = ""
    birth_date: datetime.date | None = None


# A participant's facts, none withdrawn or replaced, by the code of their variable.
type Facts = Mapping[str, tuple[FactValue, ...]]


def by_variable(facts: Iterable[FactValue]) -> Facts:
    """Group a participant's facts, for any number of calls of `propose`."""
    groups: dict[str, list[FactValue]] = {}
    for fact in facts:
        groups.setdefault(fact.variable, []).append(fact)
    return {variable: tuple(group) for variable, group in groups.items()}


def fold(product: str) -> str:
    """The one spelling by which a product is looked up: case and outer or double spaces do not matter."""
    return " ".join(product.split()).casefold()
