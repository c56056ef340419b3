"""Sites whose record gives no coordinates get those of their city, kept apart and marked as approximate."""

from __future__ import annotations

from django.db.models import F, TextField, Value
from django.db.models.functions import Concat
from django.db.models.query import QuerySet

from trials.gazetteer import EDITION, Address, find
from trials.models import Site


def locate_sites() -> int:
    """Look up the city of each listed site that needs it; how many were found.

    Call it after an import. What has been looked up, found or not, is looked up again only when the city is
    written otherwise or the gazetteer has changed, so it costs nothing where nothing is new.
    """
    written = ("city_normalised", "state_normalised", "country_normalised")
    pending = _pending()
    addresses = {place: Address(*place) for place in pending.values_list(*written).distinct()}
    points = find(addresses.values()) if addresses else {}
    found = 0
    for place, address in addresses.items():
        point = points.get(address)
        number = pending.filter(**dict(zip(written, place, strict=True))).update(
            approximate_latitude=point.latitude if point else None,
            approximate_longitude=point.longitude if point else None,
            located_as=_as_looked_up(),
        )
        found += number if point else 0
    return found


def _pending() -> QuerySet[Site]:
    return Site.objects.listed().filter(latitude__isnull=True).exclude(located_as=_as_looked_up()).order_by()


def _as_looked_up() -> Concat:
    places = (
        F("city_normalised"),
        Value(" / "),
        F("state_normalised"),
        Value(" / "),
        F("country_normalised"),
    )
    return Concat(Value(f"{EDITION}: "), *places, output_field=TextField())
