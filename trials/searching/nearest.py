"""The nearest site of each trial on a page of results."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.db.models.functions import Coalesce

from trials.models import Site
from trials.searching.places import KM_PER_DEGREE, kilometres
from trials.searching.results import Nearest
from trials.searching.wanted import Near
from trials.vocabulary import recruits


def nearest_sites(trials: Sequence[int], near: Near) -> dict[int, Nearest]:
    """By trial, the nearest site that recruits, or else the nearest of all; only what lies within reach.

    Without a limit of distance everything is within reach.
    """
    # A place of the index is exact to a tenth of a kilometre.
    reach = math.inf if near.km is None else near.km + 0.1
    sites = (
        Site.objects.listed()
        .located()
        .filter(trial__in=trials)
        .annotate(
            there=Coalesce("latitude", "approximate_latitude"),
            along=Coalesce("longitude", "approximate_longitude"),
        )
        .order_by()
    )
    if near.km is not None:  # of a thousand sites few have their distance measured
        north = reach / KM_PER_DEGREE
        sites = sites.filter(there__range=(near.latitude - north, near.latitude + north))
    found: dict[int, Nearest] = {}
    columns = ("trial_id", "pk", "there", "along", "status", "trial__overall_status")
    for trial, site, there, along, status, overall in sites.values_list(*columns):
        km = kilometres(near.latitude, near.longitude, there, along)
        if km > reach:
            continue
        one = Nearest(site=site, trial=trial, km=km, recruiting=recruits(status, overall))
        if trial not in found or _rank(one) < _rank(found[trial]):
            found[trial] = one
    return found


def _rank(nearest: Nearest) -> tuple[bool, float, int]:
    return not nearest.recruiting, nearest.km, nearest.site
