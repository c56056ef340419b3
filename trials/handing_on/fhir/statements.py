"""What decides a statement, as a FHIR R5 characteristic: a type with a value, a time, a duration.

What R5 has no element for (half-lives, the earlier of several dates, a value before some treatment) stays in
words: `definition` is then None, and the statement is given by its text alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trials.criteria.tree import Comparator, Direction, Expression, Range, RelativeTo, Test, Window
from trials.criteria.typed import LimitTerm
from trials.handing_on.fhir.words import (
    LOINC,
    Element,
    concept,
    period_as_quantity,
    quantity,
    without_blanks,
)

# Trialdesk's own codes of data elements, as the criteria have them.
VARIABLES = "urn:trialdesk:variable"
_ORDERED = (Comparator.LESS, Comparator.AT_MOST, Comparator.GREATER, Comparator.AT_LEAST)
# What a value is a multiple of is written beside the number 1, as UCUM's annotations allow.
_ANNOTATIONS = {
    RelativeTo.ULN: "{ULN}",
    RelativeTo.LLN: "{LLN}",
    RelativeTo.PREDICTED: "{predicted}",
    RelativeTo.BASELINE: "{baseline}",
    RelativeTo.PREVIOUS: "{previous}",
}


@dataclass(frozen=True)
class Variable:
    """What a criterion's data element is called, and its code where LOINC has one."""

    label: str
    loinc: str = ""


def definition(test: Test, variables: Mapping[str, Variable]) -> Element | None:
    """The keys of a characteristic that say what the statement compares; None where R5 cannot."""
    if not test.variable or test.comparator is None:
        return None
    variable = variables.get(test.variable, Variable(test.variable))
    kind = concept(variable.label, (VARIABLES, test.variable), (LOINC, variable.loinc))
    unit = test.unit + (_ANNOTATIONS[test.relative_to] if test.relative_to else "")

    def compared(**value: Any) -> Element:
        return {"definitionByTypeAndValue": {"type": kind, **value}}

    match test.comparator, test.value:
        case (Comparator.PRESENT | Comparator.ABSENT) as comparator, _:
            return compared(valueBoolean=comparator is Comparator.PRESENT)
        case Comparator.BETWEEN, Range(low, high):
            return compared(valueRange={"low": quantity(low, unit), "high": quantity(high, unit)})
        case (Comparator.IN | Comparator.NOT_IN) as comparator, tuple(codes):
            chosen = [compared(valueCodeableConcept=concept(code)) for code in codes]
            among = combined("any-of", chosen) if len(chosen) > 1 else chosen[0]
            return among if comparator is Comparator.IN else {"exclude": True, **among}
        case (Comparator.EQUAL | Comparator.UNEQUAL) as comparator, (str() | int() | float()) as value:
            said: Element = (
                compared(valueCodeableConcept=concept(value))
                if isinstance(value, str)
                else compared(valueQuantity=quantity(value, unit))
            )
            return said if comparator is Comparator.EQUAL else {"exclude": True, **said}
        case comparator, (int() | float()) as value if comparator in _ORDERED:
            return compared(valueQuantity=quantity(value, unit, comparator.value))
        case comparator, Expression() as expression if comparator in _ORDERED:
            values = [_term(term, unit, comparator.value) for term in expression.terms]
            if None in values:
                return None
            # Below the smallest of several is below all of them; below the largest, below one of them.
            is_below = comparator in (Comparator.LESS, Comparator.AT_MOST)
            code = "all-of" if (expression.pick == "min") is is_below else "any-of"
            return combined(code, [compared(valueQuantity=value) for value in values])
    return None


def combined(code: str, characteristics: list[Element], threshold: int | None = None) -> Element:
    return {
        "definitionByCombination": without_blanks(
            code=code, threshold=threshold, characteristic=characteristics
        )
    }


def timing(test: Test) -> Element:
    """The keys of a characteristic that say when it was observed and how long it lasted."""
    window = test.window and _time_from_event(test.window)
    return without_blanks(
        timeFromEvent=[window] if window else [],
        durationRange=without_blanks(low=period_as_quantity(test.min_duration)),
    )


def _term(term: object, unit: str, comparator: str) -> Element | None:
    match term:
        case int() | float():
            return quantity(term, unit, comparator)
        case LimitTerm(limit, times):
            return quantity(times, f"{{{limit}}}", comparator)
    return None


def _time_from_event(window: Window) -> Element | None:
    """Time before an event is negative."""
    event = concept(window.anchor.value.replace("_", " "))
    nearest = period_as_quantity(window.min, -1 if window.direction is Direction.BEFORE else 1)
    farthest = period_as_quantity(window.max, -1 if window.direction is Direction.BEFORE else 1)
    if (window.min and not nearest) or (window.max and not farthest):
        return None
    match window.direction:
        case Direction.BEFORE:
            limits = without_blanks(low=farthest, high=nearest or quantity(0, "d"))
        case Direction.AFTER:
            limits = without_blanks(low=nearest or quantity(0, "d"), high=farthest)
        case _:
            limits = {}
    return without_blanks(eventCodeableConcept=event, range=limits)
