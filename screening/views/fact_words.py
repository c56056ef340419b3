"""Facts, and what they are held against, in words."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.deciding.derived import BIRTH_DATE, Derived
from screening.deciding.facts import Presence
from screening.deciding_words import FORMULAS, RECORDED
from screening.models import Answer, AnswerChange, Fact
from screening.templatetags.desk import day
from trials.criteria.tree import Comparator, Expression, LimitTerm, Range, RelativeTo, Test

LISTED = 5
UNITS = {"a": gettext_lazy("years"), "mo": gettext_lazy("months"), "{xULN}": gettext_lazy("× ULN")}  # noqa: RUF001
_PRESENCE = {Presence.PRESENT: gettext_lazy("present"), Presence.ABSENT: gettext_lazy("absent")}


def number_words(number: Decimal | float | int) -> str:
    """Without the zeros that a column adds: 32, 0.5."""
    return f"{Decimal(str(number)).normalize():f}"


def unit_words(unit: str) -> str:
    """A unit as people read it; what is a mere remark in UCUM, such as {score}, is left out."""
    if unit in UNITS:
        return str(UNITS[unit])
    return "" if unit.startswith("{") else unit.replace("10*", "10^")


def quantity(number: Decimal | float | int, unit: str) -> str:
    return f"{number_words(number)} {unit_words(unit)}".strip()


def code_words(code: str) -> str:
    return str(_PRESENCE[Presence(code)]) if code in tuple(Presence) else code


def fact_value_words(fact: Fact) -> str:
    """The value alone: "32 U/L", "present", "3 Nov 2026"."""
    if fact.number is not None:
        return quantity(fact.number, fact.unit)
    return code_words(fact.code) or day(fact.date) or _("a text")


def fact_words(fact: Fact) -> str:
    """ "ALT 32 U/L of 3 Nov 2026"."""
    named = f"{fact.variable.label} ({fact.product})" if fact.product else fact.variable.label
    between = " " if fact.number is not None else ": "
    return _("%(what)s of %(day)s") % {
        "what": f"{named}{between}{fact_value_words(fact)}",
        "day": day(fact.observed_on),
    }


def source_words(answer: Answer | AnswerChange, quote: str) -> str:
    """ "Clinic letter of 3 Nov 2026, page 2: “SLE since 2019”"."""
    words = answer.get_source_kind_display().capitalize()
    if answer.source_date:
        words = _("%(what)s of %(day)s") % {"what": words, "day": day(answer.source_date)}
    if answer.source_page:
        words = _("%(source)s, page %(page)s") % {"source": words, "page": answer.source_page}
    return f"{words}: “{quote}”" if quote else words


def derived_words(derived: Derived, labels: Mapping[str, str]) -> str:
    """ "BMI 24.7 kg/m2 (weight by height squared, from Body weight 80 kg, Body height 180 cm)"."""
    inputs = []
    for each in derived.inputs:
        name = str(RECORDED.get(each.variable) or labels.get(each.variable, each.variable))
        match each.value:
            case datetime.date():
                value = "" if each.variable == BIRTH_DATE else day(each.value)
            case Decimal():
                value = quantity(each.value, each.unit)
            case _:
                value = ""  # a sex is not repeated
        inputs.append(f"{name} {value}".strip())
    whole = derived.number == derived.number.to_integral_value()
    return _("%(variable)s %(value)s (%(formula)s, from %(inputs)s)") % {
        "variable": labels.get(derived.variable, derived.variable),
        "value": quantity(derived.number if whole else round(derived.number, 1), derived.unit),
        "formula": FORMULAS[derived.formula].title,
        "inputs": ", ".join(inputs),
    }


_COMPARED: Mapping[Comparator, Callable[[str], str]] = {
    Comparator.LESS: lambda value: _("less than %s") % value,
    Comparator.AT_MOST: lambda value: _("at most %s") % value,
    Comparator.GREATER: lambda value: _("more than %s") % value,
    Comparator.AT_LEAST: lambda value: _("at least %s") % value,
    Comparator.EQUAL: lambda value: _("asked for: %s") % value,
    Comparator.UNEQUAL: lambda value: _("asked for: not %s") % value,
    Comparator.IN: lambda value: _("asked for: one of %s") % value,
    Comparator.NOT_IN: lambda value: _("asked for: none of %s") % value,
    Comparator.BETWEEN: lambda value: _("between %s") % value,
}


def test_words(test: Test, fact: Fact | None) -> str:
    """What a value is held against: "at most 3 × ULN (120)"; nothing where presence says it all."""  # noqa: RUF002
    if test.comparator is None or test.comparator not in _COMPARED or test.value is None:
        return ""
    return _COMPARED[test.comparator](_bound_words(test, fact))


def _bound_words(test: Test, fact: Fact | None) -> str:
    match test.value:
        case Range(low, high):
            return _("%(low)s and %(high)s") % {"low": number_words(low), "high": quantity(high, test.unit)}
        case tuple() if len(test.value) > LISTED:
            return _("a list of %(count)d") % {"count": len(test.value)}
        case tuple():
            return ", ".join(test.value)
        case str():
            return test.value
        case Expression():
            terms = ", ".join(_term_words(term) for term in test.value.terms)
            pick = _("the smallest of %s") if test.value.pick == "min" else _("the largest of %s")
            return f"{pick % terms} {unit_words(test.unit)}".strip()
        case None:
            return ""
    number = number_words(test.value)
    match test.relative_to:
        case RelativeTo.ULN | RelativeTo.LLN:
            limit = None
            if fact is not None:
                limit = fact.upper_limit if test.relative_to is RelativeTo.ULN else fact.lower_limit
            told = f" ({number_words(limit * Decimal(str(test.value)))})" if limit is not None else ""
            return f"{number} × {test.relative_to.value}{told}"  # noqa: RUF001
        case RelativeTo.PREDICTED:
            return _("%s %% of the predicted value") % number
        case RelativeTo.BASELINE:
            return _("%s × the value at baseline") % number  # noqa: RUF001
        case RelativeTo.PREVIOUS:
            return _("%s × the value before") % number  # noqa: RUF001
    return quantity(test.value, test.unit)


def _term_words(term: Any) -> str:
    if isinstance(term, LimitTerm):
        return term.limit if term.times == 1 else f"{number_words(term.times)} × {term.limit}"  # noqa: RUF001
    return number_words(term) if isinstance(term, int | float) else str(term.text)
