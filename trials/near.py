"""A search around a place: which place is meant, how far one would go, and distances in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.place_names import PlaceFound
from trials.places import find_places, is_region
from trials.searching.wanted import Near

MILE = 1.609344
KM, MI = "km", "mi"
# "0km": however far. Of each value the number, and the unit in which distances are told.
UNLIMITED = f"0{KM}"
USUAL = f"100{KM}"
_WITHIN = {KM: gettext_lazy("within %(n)s km"), MI: gettext_lazy("within %(n)s miles")}
RADII = [
    *(
        (f"{n}{unit}", words % {"n": n})
        for unit, words in _WITHIN.items()
        for n in (10, 25, 50, 100, 200, 500)
    ),
    (UNLIMITED, gettext_lazy("at any distance")),
]
# In either unit: no two places are farther from each other.
FARTHEST = 20_000
_RADIUS = re.compile(r"(\d{1,5})\s*(?:(km|kilomet(?:er|re)s?)|(mi|miles?))?", re.IGNORECASE)
# Degrees as browsers, maps and people write them: "48.11, -1.67", "48.11° N, 1.67° W", "48,11; -1,67".
_DEGREES = r"([+\u2212-]?\d{1,3}(?:[.,]\d{1,20})?)\s*°?\s*"
_POINT = re.compile(rf"\(?\s*{_DEGREES}([NS]?)(\s*[;,]\s*|\s+){_DEGREES}([EW]?)\s*\)?", re.IGNORECASE)


@dataclass(frozen=True)
class Around:
    """A place that was asked for, and others that bear the same name."""

    label: str
    latitude: float
    longitude: float
    others: Sequence[PlaceFound] = ()

    def near(self, within: str) -> Near:
        return Near(self.latitude, self.longitude, kilometres(within))


def around(text: str) -> Around | None:
    """The place that is probably meant, or None if none of that name is known."""
    if point := _point(text.strip()):
        latitude, longitude = point
        return Around(f"{latitude:g}, {longitude:g}", latitude, longitude)
    found = find_places(text)
    if not found:
        return None
    first, *others = found
    return Around(first.label, first.latitude, first.longitude, others)


def unknown(text: str) -> str:
    """What to say of a text that names no place."""
    if is_region(text):
        return _("“%(place)s” is a country or a region. Write a city in it.") % {"place": text}
    said = _("No city or postal code “%(place)s” is known here. Write a larger city, with its country.")
    return said % {"place": text}


def _point(text: str) -> tuple[float, float] | None:
    """Latitude and longitude, where the text is a point of the globe."""
    found = _POINT.fullmatch(text)
    if not found or (found[3].isspace() and found[1].isdecimal() and found[4].isdecimal()):
        return None  # "80 100" is a postal code
    latitude, longitude = _degrees(found[1], found[2]), _degrees(found[4], found[5])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _degrees(written: str, letter: str) -> float:
    value = float(written.replace(",", ".").replace("\u2212", "-"))
    return -value if letter.upper() in ("S", "W") else value


def radius(text: str) -> str | None:
    """What somebody wrote, as the choices have it: "30", "30 km" and "30km" are one; None if it is none."""
    found = _RADIUS.fullmatch(text.strip())
    if not found or int(found[1]) > FARTHEST:
        return None
    n = int(found[1])
    return f"{n}{MI if found[3] else KM}" if n else UNLIMITED


def radius_words(within: str) -> str:
    if within == f"1{MI}":
        return _("within 1 mile")
    return str(dict(RADII).get(within) or _WITHIN[within[-2:]] % {"n": within[:-2]})


def kilometres(within: str) -> float | None:
    """None: however far."""
    number = int(within[:-2])
    return number * (MILE if within.endswith(MI) else 1) if number else None


def in_words(km: float, within: str = USUAL) -> str:
    """A distance in the unit in which it was asked for, no more precise than a town is."""
    n, unit = (km / MILE, _("miles")) if within.endswith(MI) else (km, "km")
    if n < 1:
        return _("less than 1 %(unit)s") % {"unit": unit if unit == "km" else _("mile")}
    return f"{n:,.0f} {unit}"
