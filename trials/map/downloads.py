"""The sites of the map's filters as files: a table for spreadsheets, GeoJSON for maps."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from typing import Any

from trials.models import SiteContact
from trials.querysets import SiteQuerySet
from trials.spreadsheets import neutral

_HEAD = (
    "nct_id", "title", "facility", "status", "city", "state", "zip", "country", "latitude", "longitude",
    "coordinates", "contacts", "site_number",
)  # fmt: skip
_TITLES = ("trial__brief_title", "trial__official_title", "trial__nickname", "trial__acronym")


def as_csv(sites: SiteQuerySet) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for values in _rows(sites):
        writer.writerow([cell if isinstance(cell, float) else neutral(cell) for cell in values.values()])
    return "\ufeff" + text.getvalue()


def as_geojson(sites: SiteQuerySet) -> str:
    """Every site; one that is not on the map has no geometry."""
    return json.dumps({"type": "FeatureCollection", "features": list(_features(sites))}, ensure_ascii=False)


def _features(sites: SiteQuerySet) -> Iterator[dict[str, Any]]:
    for values in _rows(sites):
        latitude, longitude = values.pop("latitude"), values.pop("longitude")
        point = None if latitude == "" else {"type": "Point", "coordinates": [longitude, latitude]}
        yield {"type": "Feature", "id": values["site_number"], "geometry": point, "properties": values}


def _rows(sites: SiteQuerySet) -> Iterator[dict[str, Any]]:
    """Plain values: objects would take five times as long, and there may be a hundred thousand."""
    contacts = _contacts(sites)
    columns = (
        "pk", "trial__nct_id", "facility", "status", "city_normalised", "state_normalised", "zip_normalised",
        "country_normalised", "latitude", "longitude", "approximate_latitude", "approximate_longitude",
    )  # fmt: skip
    for (
        pk,
        nct_id,
        *address,
        lat,
        lon,
        city_lat,
        city_lon,
        brief,
        official,
        nick,
        acronym,
    ) in sites.values_list(*columns, *_TITLES):
        if lat is not None:
            place = (lat, lon, "of the record")
        elif city_lat is not None:
            place = (city_lat, city_lon, "approximate: the city's")
        else:
            place = ("", "", "none")
        title = brief or official or nick or acronym
        yield dict(zip(_HEAD, (nct_id, title, *address, *place, "; ".join(contacts[pk]), pk), strict=True))


def _contacts(sites: SiteQuerySet) -> dict[int, list[str]]:
    said = SiteContact.objects.filter(site__in=sites.order_by().values("pk")).order_by("site", "position")
    contacts: dict[int, list[str]] = defaultdict(list)
    for site, name, phone, extension, email in said.values_list(
        "site_id", "name", "phone", "phone_ext", "email"
    ):
        number = f"{phone} ext. {extension}" if extension else phone
        contacts[site].append(", ".join(part for part in (name, number, email) if part))
    return contacts
