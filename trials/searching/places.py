"""Where trials have sites: the places of the index, by their distance from a point."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Searcher

THOUSANDTHS = 1000
_EARTH_KM = 6371.0088
KM_PER_DEGREE = math.pi * _EARTH_KM / 180
# One search asks several times for the places around one point, of which there may be a hundred thousand.
_KEPT = 2


@dataclass(frozen=True)
class Place:
    """`key` is its term in the index."""

    key: str
    km: float


class Places:
    """All places at which any trial has a site, from south to north."""

    def __init__(self, searcher: Searcher) -> None:
        found = []
        for key, _trials in searcher.terms_with_prefix("place", ""):
            latitude, _comma, longitude = key.partition(",")
            found.append((int(latitude) / THOUSANDTHS, int(longitude) / THOUSANDTHS, key))
        found.sort()
        self._latitudes = [latitude for latitude, _longitude, _key in found]
        self._places = found
        self._within = lru_cache(maxsize=_KEPT)(self._sorted)

    def within(self, latitude: float, longitude: float, km: float | None) -> tuple[Place, ...]:
        """The nearest first; all of them without a distance."""
        return self._within(latitude, longitude, math.inf if km is None else km)

    def _sorted(self, latitude: float, longitude: float, km: float) -> tuple[Place, ...]:
        return tuple(sorted(self._measured(latitude, longitude, km), key=lambda place: place.km))

    def _measured(self, latitude: float, longitude: float, km: float) -> Iterator[Place]:
        degrees = km / KM_PER_DEGREE
        start = bisect_left(self._latitudes, latitude - degrees)
        end = bisect_right(self._latitudes, latitude + degrees)
        for there, along, key in self._places[start:end]:
            distance = kilometres(latitude, longitude, there, along)
            if distance <= km:
                yield Place(key, distance)


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Along the great circle, by the haversine formula on a sphere of the Earth's mean radius.

    R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984), 159.
    """
    here, there = math.radians(latitude), math.radians(other_latitude)
    across = math.sin((there - here) / 2) ** 2
    along = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1, math.sqrt(across + math.cos(here) * math.cos(there) * along)))
