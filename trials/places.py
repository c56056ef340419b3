"""Places that somebody may name who looks for trials nearby: cities by GeoNames, and postal codes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from django.db.models import Q

from trials import cities
from trials.cities import City
from trials.geonames import WELL_KNOWN, Match
from trials.models import Site
from trials.place_names import name_key

_OFFERED = 6
_SHORTEST = 2
# A city that goes by another name too is meant by that one only if it is much the larger.
_OTHER_NAME = 5
_QUALIFIER = 4  # words that may name a country or a division at the end: "United States of America"


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """`label` names it so that it is found again by it, as the first."""

    label: str
    latitude: float
    longitude: float


def find_places(text: str) -> list[PlaceFound]:
    """What `text` may name, the likeliest first: "Rennes", "Paris, Texas", "Paris TX", "52242"."""
    if postal := _postal(text):
        return postal
    labelled = cities.labelled(name_key(text))
    found = {labelled.label: _place(labelled)} if labelled else {}
    for name, qualifiers in _readings(text):
        for place in _named(name, qualifiers):
            found.setdefault(place.label, place)
        if found:
            break
    return list(islice(found.values(), _OFFERED))


def suggest_places(beginning: str, count: int = 8) -> list[PlaceFound]:
    """Cities whose names begin so, the largest first; for figures, postal codes that begin so."""
    if postal := _postal(beginning, whole=False):
        return postal[:count]
    if len(name_key(beginning)) < _SHORTEST:
        return []
    found = [_place(city) for city in cities.beginning(name_key(beginning), count)]
    return found or find_places(beginning)[:count]


def _readings(text: str) -> Iterator[tuple[str, list[str]]]:
    """A name and what it is qualified by, as commas divide them, or the last words."""
    name, *qualifiers = [part for part in map(str.strip, text.split(",")) if part] or [""]
    yield name_key(name), qualifiers
    words = name.split()
    for number in range(1, min(_QUALIFIER, len(words) - 1) + 1):
        yield name_key(" ".join(words[:-number])), [" ".join(words[-number:]), *qualifiers]


def _named(name: str, qualifiers: Sequence[str]) -> list[PlaceFound]:
    ranked = [
        (city.population // (1 if match == Match.OWN else _OTHER_NAME), city)
        for match, city in cities.named(name)
        if match == Match.OWN or (match != Match.LOOSE and city.population >= WELL_KNOWN)
    ]
    ranked.sort(key=lambda pair: -pair[0])
    return [_place(city) for _rank, city in ranked if all(_lies_in(city, each) for each in qualifiers)]


def _lies_in(city: City, qualifier: str) -> bool:
    key = name_key(qualifier)
    squeezed = key.replace(" ", "")
    return (
        cities.countries().get(key) == city.country
        or key == city.division
        or squeezed == city.code.casefold()
    )


def _place(city: City) -> PlaceFound:
    return PlaceFound(city.label, city.latitude, city.longitude)


_POSTAL = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{1,9}")


def _postal(text: str, *, whole: bool = True) -> list[PlaceFound]:
    """Postal codes of sites that have coordinates: there the middle of these. The most sites first."""
    code, country = _code(text)
    if not code:
        return []
    wanted = Q(zip_normalised__in=_spellings(code))
    if not whole:
        wanted = Q(zip_normalised__startswith=code)
    elif code.isdigit():
        wanted |= Q(zip_normalised__startswith=f"{code}-")  # "52242-1009" is in 52242
    sites = Site.objects.located().filter(wanted).order_by()
    if country:
        named = sites.values_list("country_normalised", flat=True).distinct()
        codes = cities.countries()
        sites = sites.filter(
            country_normalised__in=[name for name in named if codes.get(name_key(name)) == country]
        )
    columns = (
        "zip_normalised", "city_normalised", "state_normalised", "country_normalised",
        "latitude", "longitude", "approximate_latitude", "approximate_longitude",
    )  # fmt: skip
    grouped: dict[tuple[str, str], list[tuple[str, float, float]]] = defaultdict(list)
    for zip_code, city, state, name, *point in sites.values_list(*columns).order_by("pk")[:_SITES]:
        latitude, longitude = point[:2] if point[0] is not None else point[2:]
        shown = code if whole and zip_code.startswith(f"{code}-") else zip_code
        label = ", ".join(part for part in (shown, city, state, name) if part)
        grouped[shown, name].append((label, latitude, longitude))
    return [_middle(found) for found in sorted(grouped.values(), key=len, reverse=True)][:_OFFERED]


# Of a code that many sites have, so many say well enough where it is.
_SITES = 500


def _middle(found: Sequence[tuple[str, float, float]]) -> PlaceFound:
    label = max({label for label, *_point in found}, key=[label for label, *_point in found].count)
    return PlaceFound(label, median(point[1] for point in found), median(point[2] for point in found))


def _code(text: str) -> tuple[str, str]:
    """The postal code in a text, and the country's ISO code where one is named."""
    codes = cities.countries()
    first, *rest = [part.strip() for part in text.upper().split(",")]
    if rest:
        return first if _POSTAL.fullmatch(first) else "", codes.get(name_key(rest[-1]), "")
    words = first.split()
    for number in range(min(_QUALIFIER, len(words) - 1), 0, -1):
        if country := codes.get(name_key(" ".join(words[-number:]))):
            code = " ".join(words[:-number])
            return code if _POSTAL.fullmatch(code) else "", country
    return first if _POSTAL.fullmatch(first) else "", ""


def _spellings(code: str) -> set[str]:
    """As it may stand in an address: "SW1A1AA" and "SW1A 1AA", "1012AB" and "1012 AB", "920-8641"."""
    bare = code.replace(" ", "").replace("-", "")
    cuts = range(2, len(bare) - 1)
    return {code, bare, *(f"{bare[:cut]}{mark}{bare[cut:]}" for cut in cuts for mark in " -")}
