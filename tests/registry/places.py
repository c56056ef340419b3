"""Where made-up trials run: real cities, for true distances (GeoNames, CC BY 4.0), and made-up houses."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.registry.words import FACILITIES, facility, rank

MOST = 1412  # as many as any trial of the registry has
NO_SITES, LOCATED = 0.1, 0.93
# Of the logarithm: with it, a trial has 5.6 sites on the average and most have one.
_MEAN, _SPREAD = 0.33, 1.71

SITE_STATUSES = ("RECRUITING", "RECRUITING", "RECRUITING", "NOT_YET_RECRUITING", "COMPLETED", "WITHDRAWN")


class City(NamedTuple):
    name: str
    state: str
    country: str
    latitude: float
    longitude: float


@cache
def cities() -> Sequence[tuple[City, ...]]:
    """By country, both the most frequent first."""
    found: dict[str, list[City]] = {}
    with (Path(__file__).parent / "cities.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            city = City(
                row["city"], row["state"], row["country"], float(row["latitude"]), float(row["longitude"])
            )
            found.setdefault(city.country, []).append(city)
    return tuple(map(tuple, found.values()))


def number_of_sites(random: Random) -> int:
    """Log-normal: most trials have one, the average is 5.6, the largest has 1,412."""
    if random.random() < NO_SITES:
        return 0
    return min(max(round(random.lognormvariate(_MEAN, _SPREAD)), 1), MOST)


def locations(random: Random, number: int, *, open_for_all: bool) -> list[dict[str, Any]]:
    """A trial's sites: one country or several, contacts where they recruit, now and then a site twice."""
    draw = random.random
    countries = cities()
    at_home = countries[rank(random, len(countries))]
    made: list[dict[str, Any]] = []
    for _site in range(number):
        if made and draw() < 0.02:
            made.append(dict(made[-1]))
            continue
        country = at_home if draw() < 0.7 else countries[rank(random, len(countries))]
        city = country[rank(random, len(country))]
        house = rank(random, FACILITIES)
        site: dict[str, Any] = {"facility": facility(house)}
        if open_for_all:
            site["status"] = SITE_STATUSES[int(draw() * len(SITE_STATUSES))]
        site["city"] = city.name
        if city.state:
            site["state"] = city.state
        site["zip"] = f"{10000 + (house * 7919 + len(city.name)) % 89999}"
        site["country"] = city.country
        if open_for_all and site["status"] == "RECRUITING" and draw() < 0.3:
            site["contacts"] = [
                {
                    "name": f"Contact {house}",
                    "role": "CONTACT",
                    "phone": f"555-0{house % 1000:03}",
                    "email": "site@example.org",
                }
            ]
        if draw() < LOCATED:
            site["geoPoint"] = {"lat": city.latitude, "lon": city.longitude}
        made.append(site)
    return made
