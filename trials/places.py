"""Places that somebody may name who looks for trials nearby: cities by GeoNames, and postal codes.

A label says which place was taken, and the others of its name are offered beside it. What is more likely
wrong than right is not taken at all: California is a state, though a town in Maryland has that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import IntEnum

from trials import cities
from trials.cities import City
from trials.geonames import WELL_KNOWN, Match
from trials.place_names import PlaceFound, name_key
from trials.postal_codes import by_code, codes_among, codes_beginning
from trials.searching.places import kilometres

_OFFERED = 6
_SHORTEST = 2
# A city that goes by another name too is meant by that one only if it is much the larger.
_OTHER_NAME = 5
# Shorter other names are mere abbreviations, and no more than the beginning of what somebody types.
_TELLING = 4
_QUALIFIER = 4  # words that may name a country or a division at the end: "United States of America"
# Of the name of a region a city is meant that lies in it, or that has so many people.
_FAMOUS = 500_000
# A name that is mistaken has its first letters right, and by so much it is like the one that was meant.
_RIGHT, _ALIKE = 2, 0.8
_LOOKED_AT = 5_000
# So far, in kilometres, a part of a city lies from its middle, and a code's sites from the city beside it.
_BESIDE = 60
_CEDEX = re.compile(r"\s+cedex\b.*", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"([^(/]+?)\s*[(/]\s*([^()/]+?)\s*\)?")


class _Fit(IntEnum):
    """How a city lies where one says; what says more is greater, and nothing said is better than not there.

    A division is one whose name or abbreviation is known here.
    """

    NOT = 0
    UNSAID = 1
    BESIDE = 2
    REGION = 3
    DIVISION = 4


def find_places(text: str) -> list[PlaceFound]:
    """What `text` may name, the likeliest first: "Rennes", "Paris, Texas", "Paris TX", "52242 Iowa City"."""
    found = by_code(text) or _by_name(text) or _by_code_and_name(text) or _named_otherwise(text)
    return found[:_OFFERED]


def suggest_places(beginning: str, count: int = 8) -> list[PlaceFound]:
    """Cities that go by that name or whose names begin so; for figures, postal codes that begin so."""
    if codes := codes_beginning(beginning):
        return codes[:count]
    key = name_key(beginning)
    if len(key) < _SHORTEST:
        return []
    begun = [(Match.OWN, city) for city in cities.beginning(key, count)]
    named = _ranked(key) if len(key) >= _TELLING else []
    if not any(match == Match.OWN for match, _city in named):
        begun = sorted([*named, *begun], key=_rank, reverse=True)
    return (_places([city for _match, city in begun]) or find_places(beginning))[:count]


def places_instead(text: str) -> list[PlaceFound]:
    """Where `text` finds no place: those of that name elsewhere, the nearest to what it says of it first.

    If there are none, those whose names begin with it or are nearly it.
    """
    for of_name in (_of_that_very_name, _beginning_with, _nearly):
        for name, qualifiers in _readings(text):
            if found := of_name(name):
                around = [other for each in qualifiers for _match, other in _ranked(name_key(each))]
                told = {
                    city: (_fit_all(city, qualifiers), any(_beside(city, other) for other in around))
                    for city in found
                }
                return _places(sorted(told, key=told.__getitem__, reverse=True))[:_OFFERED]
    return []


def is_region(text: str) -> bool:
    """Whether that is the name of a country, or of a division that is known here."""
    return _is_region(name_key(text))


def _by_name(text: str) -> list[PlaceFound]:
    labelled = cities.labelled(name_key(text))
    found = [labelled] if labelled else []
    for name, qualifiers in _readings(text):
        found += _named(name, qualifiers)
        if found:
            break
    return _places(found)


def _readings(text: str) -> Iterator[tuple[str, list[str]]]:
    """A name and what it is qualified by, as commas divide them, or the last words."""
    name, *qualifiers = _parts(text)
    yield name_key(name), qualifiers
    words = name.split()
    for number in range(1, min(_QUALIFIER, len(words) - 1) + 1):
        yield name_key(" ".join(words[:-number])), [" ".join(words[-number:]), *qualifiers]


def _parts(text: str) -> list[str]:
    return [part for part in map(str.strip, text.split(",")) if part] or [""]


def _by_code_and_name(text: str) -> list[PlaceFound]:
    """Where the code is beside a place of that name; else these alone, for the code is not known here."""
    for code, name in codes_among(text):
        if named := _by_name(name) or _named_otherwise(name):
            beside = [place for place in by_code(code) if any(_beside(place, each) for each in named)]
            return [*beside, *named]
    return []


def _named_otherwise(text: str) -> list[PlaceFound]:
    """With brackets or a slash, with what the post adds, or in a region that is not known here.

    What is not known tells nothing apart, so it is passed over only where one city has the name.
    """
    name, *qualifiers = _parts(_CEDEX.sub("", text))
    readings = [(name_key(name), qualifiers)]
    if inside := _IN_BRACKETS.fullmatch(name):
        outer, inner = inside.groups()
        readings += [(name_key(f"{outer} ({inner})"), qualifiers), (name_key(f"{outer}/{inner}"), qualifiers)]
        readings.append((name_key(outer), [inner, *qualifiers]))
    for key, around in readings:
        if found := _named(key, around):
            return _places(found)
    for key, around in readings:
        known = [each for each in around if _is_known(name_key(each))]
        if known != around and len(found := _named(key, known)) == 1:
            return _places(found)
    return []


def _named(name: str, qualifiers: Sequence[str]) -> list[City]:
    """The likeliest first."""
    ranked = [(match, city, _fit_all(city, qualifiers)) for match, city in _ranked(name)]
    # In a division a city of that very name is meant, though a larger one goes by it, too.
    found = sorted(
        [each for each in ranked if each[2]],
        key=lambda each: (each[2], each[2] == _Fit.DIVISION and each[0] == Match.OWN),
        reverse=True,
    )
    if found and not qualifiers and _is_region(name):
        match, city, _fit = found[0]
        if not _fit_region(city, name) and (match != Match.OWN or city.population < _FAMOUS):
            return []
    return list(dict.fromkeys(city for _match, city, _fit in found))


def _ranked(name: str) -> list[tuple[Match, City]]:
    found = [
        (match, city)
        for match, city in cities.named(name)
        if match == Match.OWN or (match != Match.LOOSE and city.population >= WELL_KNOWN)
    ]
    return sorted(found, key=_rank, reverse=True)


def _of_that_very_name(name: str) -> list[City]:
    """Only where there is none, those that go by it among other names."""
    ranked = _ranked(name)
    return [city for match, city in ranked if match == Match.OWN] or [city for _match, city in ranked]


def _beginning_with(name: str) -> list[City]:
    """Kuwait City is meant by the country's name, and no city that lies elsewhere."""
    found = cities.beginning(f"{name} ", _OFFERED) if len(name) >= _TELLING else []
    return [city for city in found if _fit_region(city, name)] if _is_region(name) else found


def _nearly(name: str) -> list[City]:
    """Those whose names are likest to it; a country is no mistake for a city."""
    if len(name) < _TELLING or _is_region(name):
        return []
    names = {name_key(city.label.split(",")[0]) for city in cities.beginning(name[:_RIGHT], _LOOKED_AT)}
    return [
        city for like in get_close_matches(name, names, cutoff=_ALIKE) for city in _of_that_very_name(like)
    ]


def _rank(found: tuple[Match, City]) -> int:
    match, city = found
    return city.population // (1 if match == Match.OWN else _OTHER_NAME)


def _fit_all(city: City, qualifiers: Sequence[str]) -> _Fit:
    """The best of them, if it lies in or at all of these."""
    fits = [_fit(city, each) for each in qualifiers]
    return max(fits, default=_Fit.UNSAID) if all(fits) else _Fit.NOT


def _fit(city: City, qualifier: str) -> _Fit:
    """Where one says: "Texas", "TX", "USA", "Texas USA", or the name of a city beside it."""
    words = name_key(qualifier).split()
    cuts = range(min(len(words), _QUALIFIER))
    parts = [[" ".join(words[:cut]), " ".join(words[cut:])] if cut else [" ".join(words)] for cut in cuts]
    fits = [[_fit_key(city, key) for key in each] for each in parts]
    return max((max(each) for each in fits if all(each)), default=_Fit.NOT)


def _fit_key(city: City, key: str) -> _Fit:
    """What is known as a region is no city beside it, too: Newark, New Jersey is not in New York."""
    fit = _fit_region(city, key)
    if fit or any(each in cities.countries() or each in cities.divisions() for each in _written(key)):
        return fit
    return _Fit.BESIDE if any(_beside(city, other) for _match, other in _ranked(key)) else _Fit.NOT


def _fit_region(city: City, key: str) -> _Fit:
    for each in _written(key):
        if cities.divisions().get(each, {}).get(city.country) == city.division:
            return _Fit.DIVISION
        if cities.countries().get(each) == city.country or each == city.division.casefold():
            return _Fit.REGION
    return _Fit.NOT


def _written(key: str) -> tuple[str, str]:
    """Of "D.C." the key is "d c"."""
    return key, key.replace(" ", "")


def _is_region(key: str) -> bool:
    """A country or a division by its name: "LA" is a city, too."""
    return len(key) > 3 and (key in cities.countries() or key in cities.divisions())


def _is_known(key: str) -> bool:
    return key in cities.countries() or key in cities.divisions() or bool(_ranked(key))


def _beside(one: City | PlaceFound, other: City | PlaceFound) -> bool:
    return kilometres(one.latitude, one.longitude, other.latitude, other.longitude) <= _BESIDE


def _places(found: Sequence[City]) -> list[PlaceFound]:
    """Each once."""
    return [PlaceFound(city.label, city.latitude, city.longitude) for city in dict.fromkeys(found)]
