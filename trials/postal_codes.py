"""Postal codes, by the sites that have them and have coordinates.

Each trial says once where a code is: one wrong record may have thousands of sites.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from django.db.models import Q

from trials import cities
from trials.models import Site
from trials.place_names import PlaceFound, name_key

# Of a code that many trials have, so many say well enough where it is.
_TRIALS = 500
_COUNTRY = 4  # words that may name it: "United States of America"
_CODE = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{1,9}")
# The first half of a British or Canadian code is that of a larger area: "SW1A" of "SW1A 1AA".
_OUTWARD, _INWARD = r"[A-Z]{1,2}[0-9][A-Z0-9]?", r"[0-9][A-Z][A-Z0-9]"
_HALVES = re.compile(rf"({_OUTWARD}) ?{_INWARD}")
# A code among other words, where it may stand in two parts: "1012 AB", "110 00".
_AMONG = re.compile(
    rf"\b(?:{_OUTWARD} ?{_INWARD}|[0-9]{{4}} ?[A-Z]{{2}}|[0-9]{{3}} [0-9]{{2}}|[A-Z]*[0-9][A-Z0-9-]*)\b",
    re.IGNORECASE,
)
# What may follow a code of figures in a longer one: "52242-1009", and "1012 AB" in the Netherlands.
_FURTHER = r"-.*| ?[A-Z]{2}"


def by_code(text: str) -> list[PlaceFound]:
    """Where a code is, the country with the most trials first; of one that no site has, the larger area."""
    code, country = _read(text)
    if not code:
        return []
    halves = _HALVES.fullmatch(code)
    return _found(code, _sites(code), country) or (
        _found(halves[1], _sites(halves[1]), country) if halves else []
    )


def codes_beginning(text: str) -> list[PlaceFound]:
    code, country = _read(text)
    return _found("", Q(zip_normalised__startswith=code), country) if code else []


def codes_among(text: str) -> Iterator[tuple[str, str]]:
    """What may be a code, and the words around it: "02115", "Boston MA"."""
    for found in _AMONG.finditer(text):
        yield found[0], f"{text[: found.start()]} {text[found.end() :]}"


def _read(text: str) -> tuple[str, str]:
    """The code in a text, and the ISO code of the country where one is named."""
    codes = cities.countries()
    first, *rest = [part.strip() for part in text.upper().split(",")]
    country = codes.get(name_key(rest[-1]), "") if rest else ""
    words = first.split()
    for number in range(0 if rest else min(_COUNTRY, len(words) - 1), 0, -1):
        if country := codes.get(name_key(" ".join(words[-number:])), ""):
            first = " ".join(words[:-number])
            break
    return first if _CODE.fullmatch(first) else "", country


def _sites(code: str) -> Q:
    """Those with this code, and those with a longer one that says where in it they are."""
    wanted = Q(zip_normalised__in=_spellings(code))
    further = _FURTHER if code.isdigit() else f" ?{_INWARD}" if re.fullmatch(_OUTWARD, code) else ""
    if further:
        # The beginning is sought in the index.
        wanted |= Q(zip_normalised__startswith=code) & Q(zip_normalised__regex=f"^{code}({further})$")
    return wanted


def _spellings(code: str) -> set[str]:
    """As it may stand in an address: "SW1A1AA" and "SW1A 1AA", "1012AB" and "1012 AB", "920-8641"."""
    bare = code.replace(" ", "").replace("-", "")
    cuts = range(2, len(bare) - 1)
    return {code, bare, *(f"{bare[:cut]}{mark}{bare[cut:]}" for cut in cuts for mark in " -")}


def _found(code: str, wanted: Q, country: str) -> list[PlaceFound]:
    """The middle of these sites in each country; without a code, of those with each code there."""
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
    spellings = _spellings(code) if code else ()
    grouped: dict[tuple[str, str], list[tuple[str, float, float]]] = defaultdict(list)
    once = ["trial_id", "zip_normalised", "country_normalised"]
    if code:  # else all trials would be read, in their order, until enough of them have it
        once[:2] = reversed(once[:2])
    rows = sites.values_list(*columns).order_by(*once, "pk").distinct(*once)[:_TRIALS]
    for zip_code, city, state, name, *point in rows:
        latitude, longitude = point[:2] if point[0] is not None else point[2:]
        shown = code if code and zip_code not in spellings else zip_code
        label = ", ".join(part for part in (shown, city, state, name) if part)
        grouped[shown, name].append((label, latitude, longitude))
    return [_middle(found) for found in sorted(grouped.values(), key=len, reverse=True)]


def _middle(found: Sequence[tuple[str, float, float]]) -> PlaceFound:
    labels = [label for label, *_point in found]
    label = max(set(labels), key=labels.count)
    return PlaceFound(label, median(point[1] for point in found), median(point[2] for point in found))
