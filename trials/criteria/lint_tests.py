"""What is wrong with the test of one statement, against the dictionary of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from trials.criteria.messages import Message, gettext_noop

# Of one kind, and converted by the calendar alone.
_TIMES = frozenset({"a", "mo", "wk", "d", "h"})
_VALUELESS = ("present", "absent")
_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Entry(NamedTuple):
    """What the dictionary says of a variable; the unit in UCUM, where it has one."""

    kind: str
    unit: str = ""
    codes: tuple[str, ...] = ()


type Problem = tuple[str, str, str, Message]


def problems_of_test(test: Mapping[str, Any], variables: Mapping[str, Entry]) -> Iterator[Problem]:
    """Each problem as severity, code, field and message."""
    if not test:
        return
    comparator, value = test.get("comparator", ""), test.get("value")
    if comparator and comparator not in _VALUELESS and value in (None, "", []):
        yield _error("no_value", "test.value", gettext_noop("It compares with nothing: give the value."))
    code = test.get("variable", "")
    entry = variables.get(code)
    for field, named in _variables(test):
        if named not in variables:
            template = gettext_noop("The dictionary has no variable “%(code)s”.")
            yield _error("unknown_variable", field, template, code=named)
    if entry is not None and not comparator:
        template = gettext_noop("It names a variable and does not say how it is compared.")
        yield _warning("no_comparator", "test.comparator", template)
    elif comparator and not code:
        template = gettext_noop("It does not say what is compared: choose a variable.")
        yield _error("no_variable", "test.variable", template)
    if entry is not None and comparator:
        yield from _problems_of_kind(comparator, value, entry)
    if _is_numeric(value):
        yield from _problems_of_unit(test, entry)


def _variables(test: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each variable that is named, with the field that names it."""
    if test.get("variable"):
        yield "test.variable", test["variable"]
    value = test.get("value")
    for term in (term for terms in value.values() for term in terms) if isinstance(value, dict) else ():
        if isinstance(term, dict) and term.get("variable"):
            yield "test.value", term["variable"]


def unsaid(test: Mapping[str, Any], text: str) -> list[int | float]:
    """The numbers of a test that its text does not give, though it gives others: one of the two is old.

    A change against an earlier value is left out: a fall by 10% and 0.9 of it are the same.
    """
    value = test.get("value")
    numbers = [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int | float)
    ]
    said = {float(each) for each in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}
    if not said or test.get("relative_to") in ("baseline", "previous", "% predicted"):
        return []
    words = text.casefold().split()
    said |= {float(number) for number, word in enumerate(_NUMBER_WORDS) if word in words}
    return [number for number in numbers if float(number) not in said]


def _problems_of_kind(comparator: str, value: Any, entry: Entry) -> Iterator[Problem]:
    numbers_only = comparator in ("<", "<=", ">", ">=", "between")
    if entry.kind == "number" and (comparator in ("in", "not_in") or isinstance(value, str)):
        template = gettext_noop("This variable is a number, and it is compared with words.")
        yield _error("kind", "test.value", template)
    elif entry.kind != "number" and entry.kind != "date" and (numbers_only or _is_numeric(value)):
        template = gettext_noop("This variable is no number, and it is compared with one.")
        yield _error("kind", "test.comparator", template)
    elif entry.kind == "boolean" and comparator not in _VALUELESS:
        template = gettext_noop("This variable is there or not: compare it by “present” or “absent”.")
        yield _error("kind", "test.comparator", template)
    elif entry.kind == "code" and entry.codes:
        codes = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        for code in codes:
            if code not in entry.codes:
                template = gettext_noop("“%(code)s” is not one of its codes: %(codes)s.")
                yield _error("unknown_code", "test.value", template, code=code, codes=", ".join(entry.codes))


def _problems_of_unit(test: Mapping[str, Any], entry: Entry | None) -> Iterator[Problem]:
    unit = test.get("unit", "")
    if test.get("relative_to"):
        return  # a multiple or a percentage of something that has the unit
    if not unit:
        if entry is None or (entry.unit and entry.unit != "1" and not entry.unit.startswith("{")):
            if test.get("scale"):
                template = gettext_noop("The number has a scale and no unit.")
                yield _warning("no_unit", "test.unit", template)
            elif entry is None:
                yield _error("no_unit", "test.unit", gettext_noop("The number has no unit."))
            else:
                template = gettext_noop("The number has no unit. The dictionary's is “%(unit)s”.")
                yield _error("no_unit", "test.unit", template, unit=entry.unit)
    elif entry is not None and unit != entry.unit and not {unit, entry.unit} <= _TIMES:
        if entry.unit:
            template = gettext_noop(
                "The unit is “%(unit)s”; the dictionary has “%(known)s” for this variable."
            )
            yield _warning("other_unit", "test.unit", template, unit=unit, known=entry.unit)
        else:
            template = gettext_noop("The unit is “%(unit)s”; the dictionary has none for this variable.")
            yield _warning("other_unit", "test.unit", template, unit=unit)


def _is_numeric(value: Any) -> bool:
    if isinstance(value, dict):
        terms = [term for terms in value.values() for term in terms]
        return any(isinstance(term, int | float) for term in terms)
    numbers = value if isinstance(value, list) else [value]
    return bool(numbers) and all(isinstance(each, int | float) for each in numbers)


def _error(code: str, field: str, template: str, /, **parameters: str | int) -> Problem:
    return "error", code, field, Message(template, parameters)


def _warning(code: str, field: str, template: str, /, **parameters: str | int) -> Problem:
    return "warning", code, field, Message(template, parameters)
