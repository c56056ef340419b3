"""The map's sites as columns: 100,000 of them are a tenth of what GeoJSON would send.

lat, lon    of each place, in thousandths of a degree, each as the difference to the one before
rough       a digit for each place: 1 where it is only that of the city
count       how many sites each place has
id          the sites' numbers, each of `digits` letters to the base of 64; then, a letter for each site,
status      its status, as its place in `statuses`

Of more than `MOST_SITES` the sites themselves are left out. A place is then a tenth of a degree, at the
middle of what is in it; `rough`, `id` and `status` are not there, but

mix         for each place, how many of its sites have each of `statuses`
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    Func,
    IntegerField,
    QuerySet,
    Sum,
    When,
)
from django.db.models.functions import Cast, Coalesce, Round

from trials.querysets import SiteQuerySet

# Rises when the columns are read otherwise, so that no browser keeps old ones for a new script.
EDITION = 1
PRECISION = 1000
MOST_SITES = 200_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def columns(sites: SiteQuerySet) -> dict[str, Any]:
    """Those of `sites` that have coordinates, by place and from south to north."""
    places = list(_places(sites))
    statuses = sorted({status for place in places for status in place["statuses"]})
    letter_of = {status: LETTERS[number] for number, status in enumerate(statuses)}
    ids = [number for place in places for number in place["ids"]]
    digits = _digits(max(ids, default=0))
    return {
        "precision": PRECISION,
        "statuses": statuses,
        "lat": _differences([place["lat"] for place in places]),
        "lon": _differences([place["lon"] for place in places]),
        "rough": "".join("1" if place["rough"] else "0" for place in places),
        "count": [len(place["ids"]) for place in places],
        "digits": digits,
        "id": "".join(_written(number, digits) for number in ids),
        "status": "".join(letter_of[status] for place in places for status in place["statuses"]),
    }


@dataclass(frozen=True)
class Contents:
    """What tells columns from any others, in a fraction of the time that they take."""

    number: int
    sum: int

    @property
    def etag(self) -> str:
        return f'W/"{EDITION}-{self.number}-{self.sum}"'


def too_many(number: int) -> bool:
    """Whether so many sites are sent by city."""
    return number > MOST_SITES


def contents_of(sites: SiteQuerySet) -> Contents:
    shown = ("pk", "status", "latitude", "longitude", "approximate_latitude", "approximate_longitude")
    template = "hash_record_extended(row(%(expressions)s), 0)"
    row = Func(*shown, template=template, output_field=BigIntegerField())
    found = sites.located().order_by().aggregate(number=Count("pk"), sum=Sum(row))
    return Contents(found["number"], found["sum"] or 0)


def by_city(sites: SiteQuerySet) -> dict[str, Any]:
    """As `columns`, where the sites are too many to be sent one by one."""

    def tenths(axis: str) -> Round:
        return Round(_degrees(axis) * 10)

    rows = (
        sites.located()
        .order_by()
        .values("status", row=tenths("latitude"), column=tenths("longitude"))
        .annotate(n=Count("pk"), lat=Sum(_degrees("latitude")), lon=Sum(_degrees("longitude")))
        .order_by("row", "column")
    )
    cities = [list(group) for _, group in groupby(rows, key=itemgetter("row", "column"))]
    statuses = sorted({part["status"] for parts in cities for part in parts})
    counts = [sum(part["n"] for part in parts) for parts in cities]

    def middles(sums: Iterable[float]) -> list[int]:
        return [round(PRECISION * total / n) for total, n in zip(sums, counts, strict=True)]

    numbers = [{part["status"]: part["n"] for part in parts} for parts in cities]
    return {
        "precision": PRECISION,
        "statuses": statuses,
        "lat": _differences(middles(sum(part["lat"] for part in parts) for parts in cities)),
        "lon": _differences(middles(sum(part["lon"] for part in parts) for parts in cities)),
        "count": counts,
        "mix": [of_city.get(status, 0) for of_city in numbers for status in statuses],
    }


def _degrees(axis: str) -> Coalesce:
    """Of the record, or else of the city."""
    return Coalesce(axis, f"approximate_{axis}")


def _places(sites: SiteQuerySet) -> QuerySet[Any, Any]:
    def thousandths(axis: str) -> Cast:
        return Cast(Round(_degrees(axis) * PRECISION), IntegerField())

    unsaid = When(latitude__isnull=True, then=True)
    return (
        sites.located()
        .order_by()
        .annotate(
            lat=thousandths("latitude"),
            lon=thousandths("longitude"),
            rough=Case(unsaid, default=False, output_field=BooleanField()),
        )
        .values("lat", "lon", "rough")
        .annotate(
            ids=ArrayAgg("pk", order_by=["status", "pk"]),
            statuses=ArrayAgg("status", order_by=["status", "pk"]),
        )
        .order_by("lat", "lon", "rough")
    )


def _differences(values: list[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *values])]


def _digits(largest: int) -> int:
    return max(1, -(-largest.bit_length() // 6))


def _written(number: int, digits: int) -> str:
    return "".join(LETTERS[number >> 6 * place & 63] for place in reversed(range(digits)))
