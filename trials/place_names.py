"""Names of places: how they are compared, and what people add to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trials.text import folded

_ABBREVIATED = {"st": "saint", "ste": "sainte"}
_ABBREVIATIONS = frozenset(_ABBREVIATED)
_SUFFIXES = (" city", "-city", "-shi", "-si", "-ku", "-gun", "-cho", "-machi")
# How the post divides a city: "Nantes Cedex 1", "Praha 2", "Odense C".
_DELIVERY = re.compile(r"[\s-]+(?:cedex\b.*|\d+\w?|[a-z])$")
_PARTICLES = frozenset(
    {"a", "d", "da", "de", "del", "der", "di", "do", "dos", "of", "la", "las", "le", "the"}
)


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """`label` names it so that it is found again by it, as the first."""

    label: str
    latitude: float
    longitude: float


def name_key(name: str) -> str:
    """By what a name is compared: "St. Louis" and "saint-louis" have the same."""
    bare = name.casefold() if name.isascii() else folded(name)
    words = bare.replace("-", " ").replace(".", " ").replace("'", "").replace("`", "").split()
    if not _ABBREVIATIONS.isdisjoint(words):
        words = [_ABBREVIATED.get(word, word) for word in words]
    return " ".join(words)


def loosened(key: str) -> str:
    """A key without the small words that one writes and another leaves out: "santiago compostela"."""
    words = key.split()
    return key if _PARTICLES.isdisjoint(words) else " ".join([w for w in words if w not in _PARTICLES])


def spellings(city: str) -> Iterator[str]:
    """The key of a city as written, then those without what registries add to a name."""
    name = folded(city)
    bare = re.sub(r"\s*\(.*?\)", "", name).strip()
    shorter = [bare.removesuffix(suffix) for suffix in _SUFFIXES if bare.endswith(suffix)]
    shorter.append(_DELIVERY.sub("", bare))
    yield from dict.fromkeys(key for spelling in (name, bare, *shorter) if (key := name_key(spelling)))
