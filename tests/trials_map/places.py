"""Sites to put on a map, made directly and without a record."""

from __future__ import annotations

import itertools
from typing import Any

from config.context import acting_as
from tests.factories import CONTENT, make_trial
from trials.derived import fill_site
from trials.models import Site, Trial

_numbers = itertools.count(1)
PARIS, LYON, SINGAPORE, TOKYO, OSAKA = (
    {"city": city, "country": country, "latitude": latitude, "longitude": longitude}
    for city, country, latitude, longitude in (
        ("Paris", "France", 48.8534, 2.3488),
        ("Lyon", "France", 45.7491, 4.8478),
        ("Singapore", "Singapore", 1.2897, 103.8501),
        ("Tokyo", "Japan", 35.6895, 139.6917),
        ("Osaka", "Japan", 34.6937, 135.5023),
    )
)


def make_site(trial: Trial | None = None, **fields: Any) -> Site:
    """A listed site of the registry, recruiting unless something else is said."""
    site = Site(
        **{
            "trial": trial or make_trial(),
            "facility": f"Hospital {next(_numbers)}",
            "status": "RECRUITING",
            **fields,
        }
    )
    fill_site(site)
    with acting_as(CONTENT):
        site.save()
    return site
