"""The nearest site of each trial on a page of results."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models.functions import Coalesce

from trials.models import Site
from trials.searching.places import kilometres
from trials.searching.results import Nearest
from trials.searching.wanted import Near
from trials.vocabulary import Status


def nearest_sites(trials: Sequence[int], near: Near) -> dict[int, Nearest]:
    """By trial, the nearest site that recruits, or else the nearest of all; only what lies within reach.

    Without a limit of distance everything is within reach.
    """
    sites = (
        Site.objects.listed()
        .located()
        .filter(trial__in=trials)
        .order_by()
        .values_list(
            "trial_id",
            "pk",
            "status",
            Coalesce("latitude", "approximate_latitude"),
            Coalesce("longitude", "approximate_longitude"),
        )
    )
    found: dict[int, Nearest] = {}
    for trial, site, status, latitude, longitude in sites:
        km = kilometres(near.latitude, near.longitude, latitude, longitude)
        # A place of the index is exact to a tenth of a kilometre.
        if near.km is not None and km > near.km + 0.1:
            continue
        one = Nearest(site=site, trial=trial, km=km, recruiting=status == Status.RECRUITING)
        if trial not in found or _rank(one) < _rank(found[trial]):
            found[trial] = one
    return found


def _rank(nearest: Nearest) -> tuple[bool, float, int]:
    return not nearest.recruiting, nearest.km, nearest.site
