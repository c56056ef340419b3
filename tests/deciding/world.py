"""A participant, a screening and its tests, in few words."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings

from screening.deciding.facts import AnchorTime, Circumstances, FactValue, by_variable
from screening.deciding.problems import ProblemKind
from screening.deciding.proposal import Proposal, propose
from trials.criteria.tree import Anchor, Test, parse_tree

# How long an example takes is no promise, and the machine may be busy.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCREENED = date(2026, 11, 2)
TODAY = date(2026, 11, 10)
_numbers = itertools.count(1)


def fact(variable: str, value: Any, on: date = date(2026, 11, 5), **more: Any) -> FactValue:
    """A number, a code, "present", "absent" or a date; `id` is a running number unless given."""
    kind = {int: "number", float: "number", Decimal: "number", str: "code", date: "date"}[type(value)]
    given = Decimal(str(value)) if kind == "number" else value
    for limit in ("lower", "upper"):
        if limit in more:
            more[limit] = Decimal(str(more[limit]))
    return FactValue(**({"id": next(_numbers), "variable": variable, "observed_on": on, kind: given} | more))


def planned(day: date) -> AnchorTime:
    return AnchorTime(day, actual=False)


def circumstances(
    *, half_lives: dict[str, int] | None = None, today: date = TODAY, sex: str = "", born: date | None = None,
    **events: date | AnchorTime,
) -> Circumstances:  # fmt: skip
    times = {"screening": SCREENED, **events}
    return Circumstances(
        today,
        {
            Anchor(name): time if isinstance(time, AnchorTime) else AnchorTime(time, actual=True)
            for name, time in times.items()
        },
        {product: Decimal(hours) for product, hours in (half_lives or {}).items()},
        sex,
        born,
    )


def typed(**document: Any) -> Test:
    """A test as a document has it."""
    leaf = {"identifier": "s", "op": "statement", "text": "S", "test": document}
    tree = parse_tree(
        {
            "inclusion": {"identifier": "i", "op": "all", "children": [leaf]},
            "exclusion": {"identifier": "e", "op": "any", "children": []},
        }
    )
    test = tree.statements[0].test
    assert test is not None
    return test


def proposed(test: Test, *facts: FactValue, **given: Any) -> Proposal:
    return propose(test, by_variable(facts), circumstances(**given))


def value(test: Test, *facts: FactValue, **given: Any) -> str | None:
    return proposed(test, *facts, **given).value


def problem(test: Test, *facts: FactValue, **given: Any) -> ProblemKind | None:
    found = proposed(test, *facts, **given)
    assert found.problem is None or found.value is None
    return found.problem and found.problem.kind


AT_SCREENING = {"anchor": "screening", "direction": "at"}
ALT = typed(variable="lab.alt", comparator="<=", value=3, relative_to="ULN", window=AT_SCREENING)
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


def uln(number: float | Decimal, upper: float | Decimal = 40, **more: Any) -> FactValue:
    """Of ALT, with the laboratory's own limit."""
    return fact("lab.alt", number, unit="U/L", upper=upper, **more)
