"""Sites whose record gives no coordinates get those of their city, kept apart and marked as approximate."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from trials.gazetteer import EDITION, Address, find
from trials.revisions import hold_revisions, next_revision

_ADDRESSES = """
    SELECT DISTINCT city_normalised, state_normalised, country_normalised FROM trials_site AS site
    WHERE listed AND latitude IS NULL AND (%(trials)s::bigint[] IS NULL OR trial_id = ANY(%(trials)s))
        AND located_as
            <> %(edition)s || city_normalised || ' / ' || state_normalised || ' / ' || country_normalised
"""
_LOCATE = """
    UPDATE trials_site AS site
    SET approximate_latitude = found.latitude, approximate_longitude = found.longitude,
        located_as = %(edition)s || found.city || ' / ' || found.state || ' / ' || found.country
    FROM unnest(
        %(cities)s::text[], %(states)s::text[], %(countries)s::text[],
        %(latitudes)s::float8[], %(longitudes)s::float8[]
    ) AS found (city, state, country, latitude, longitude)
    WHERE listed AND site.latitude IS NULL AND (%(trials)s::bigint[] IS NULL OR trial_id = ANY(%(trials)s))
        AND located_as <> %(edition)s || found.city || ' / ' || found.state || ' / ' || found.country
        AND (city_normalised, state_normalised, country_normalised) = (found.city, found.state, found.country)
    RETURNING trial_id, found.latitude IS NOT NULL
"""


def locate_sites(trials: Collection[int] | None = None) -> int:
    """Look up the city of each listed site that needs it, of these trials or of all; how many were found.

    Call it after an import. What has been looked up, found or not, is looked up again only when the city is
    written otherwise or the gazetteer has changed, so it costs nothing where nothing is new.
    """
    asked: dict[str, Any] = {"edition": f"{EDITION}: ", "trials": None if trials is None else list(trials)}
    with transaction.atomic(), connection.cursor() as cursor:
        hold_revisions()
        cursor.execute(_ADDRESSES, asked)
        addresses = [Address(*place) for place in cursor.fetchall()]
        if not addresses:
            return 0
        points = find(addresses)
        found = [points.get(address) for address in addresses]
        columns = {
            "cities": [address.city for address in addresses],
            "states": [address.state for address in addresses],
            "countries": [address.country for address in addresses],
            "latitudes": [point.latitude if point else None for point in found],
            "longitudes": [point.longitude if point else None for point in found],
        }
        cursor.execute(_LOCATE, asked | columns)
        located = [trial for trial, is_found in cursor.fetchall() if is_found]
        next_revision(set(located))
    return len(located)
