"""The sites of the map's filters as files: a table for spreadsheets, GeoJSON for maps."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.db.models import QuerySet

from trials.models import Site, SiteContact
from trials.spreadsheets import neutral

_HEAD = (
    "nct_id", "title", "facility", "status", "city", "state", "zip", "country", "latitude", "longitude",
    "coordinates", "contacts", "site_number",
)  # fmt: skip


def as_csv(sites: QuerySet[Site]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for values in map(_values, sites):
        writer.writerow([cell if isinstance(cell, float) else neutral(cell) for cell in values.values()])
    return "\ufeff" + text.getvalue()


def as_geojson(sites: QuerySet[Site]) -> str:
    """Every site; one that is not on the map has no geometry."""
    return json.dumps({"type": "FeatureCollection", "features": list(_features(sites))}, ensure_ascii=False)


def _features(sites: QuerySet[Site]) -> Iterator[dict[str, Any]]:
    for site in sites:
        values = _values(site)
        latitude, longitude = values.pop("latitude"), values.pop("longitude")
        point = {"type": "Point", "coordinates": [longitude, latitude]} if site.coordinates else None
        yield {"type": "Feature", "id": site.pk, "geometry": point, "properties": values}


def _values(site: Site) -> dict[str, Any]:
    latitude, longitude = site.coordinates or ("", "")
    kind = (
        "approximate: the city's" if site.is_approximate else "of the record" if site.coordinates else "none"
    )
    cells = (
        site.trial.nct_id, site.trial.title, site.facility, site.status, site.city_normalised,
        site.state_normalised, site.zip_normalised, site.country_normalised, latitude, longitude, kind,
        "; ".join(_contact(contact) for contact in site.contacts.all()), site.pk,
    )  # fmt: skip
    return dict(zip(_HEAD, cells, strict=True))


def _contact(contact: SiteContact) -> str:
    phone = f"{contact.phone} ext. {contact.phone_ext}" if contact.phone_ext else contact.phone
    return ", ".join(part for part in (contact.name, phone, contact.email) if part)
