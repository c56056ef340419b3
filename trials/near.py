"""A search around a place: which place is meant, how far one would go, and distances in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.places import PlaceFound, find_places
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
# Degrees as a browser or a map gives them.
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d{1,10})?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d{1,10})?)")


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
    point = _POINT.fullmatch(text.strip())
    if point:
        latitude, longitude = float(point[1]), float(point[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return Around(f"{latitude:g}, {longitude:g}", latitude, longitude)
    found = find_places(text)
    if not found:
        return None
    first, *others = found
    return Around(first.label, first.latitude, first.longitude, others)


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
