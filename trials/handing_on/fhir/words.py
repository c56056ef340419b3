"""Small pieces of FHIR R5 that every resource is made of, as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from trials.criteria.typed import Duration, Number, Period

type Element = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"


def without_blanks(**items: Any) -> Element:
    """FHIR knows no empty element. Zero and false are values. A name that Python has taken ends in "_"."""
    return {
        name.removesuffix("_"): item for name, item in items.items() if item not in (None, "", [], {}, [{}])
    }


def concept(text: str, *codings: tuple[str, str]) -> Element:
    """A concept in words, with its code where a code system has one: (system, code)."""
    known = [{"system": system, "code": code} for system, code in codings if code]
    return without_blanks(coding=known, text=" ".join(text.split()))


def quantity(value: Number, unit: str = "", comparator: str = "") -> Element:
    return without_blanks(
        value=value,
        comparator=comparator,
        unit=unit,
        system=UCUM if unit else "",
        code=unit,
    )


def notes(texts: Iterable[str]) -> list[Element]:
    return [{"text": text.strip()} for text in dict.fromkeys(texts) if text.strip()]


def reference(kind: str, identity: str, display: str = "") -> Element:
    return without_blanks(reference=address(kind, identity), display=display)


def address(kind: str, identity: str) -> str:
    """Where in the bundle a resource stands: the same at each making, and an address of nothing else."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind}/{identity}')}"


def period_as_quantity(duration: Duration | None, sign: int = 1) -> Element | None:
    """A duration as one quantity; None where it takes several units or a product's half-life."""
    if not isinstance(duration, Period):
        return None
    parts = {
        unit: count
        for unit, count in (
            ("a", duration.years),
            ("mo", duration.months),
            ("wk", duration.weeks),
            ("d", duration.days),
            ("h", duration.hours),
        )
        if count
    }
    if parts.keys() == {"a", "mo"}:
        parts = {"mo": 12 * duration.years + duration.months}
    if len(parts) > 1:
        return None
    unit, count = next(iter(parts.items()), ("d", 0))
    return quantity(sign * count, unit)
