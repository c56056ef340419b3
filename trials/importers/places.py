"""A trial's sites as a list: which entry of a record is which row, and how the history tells of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from trials.importers.ctgov import Place, Values
from trials.importers.differences import ADDRESS
from trials.importers.lists import CONTACT
from trials.models import Site, SiteContact

type Entry = dict[str, Any]


def occurrences(places: Iterable[Place]) -> list[int]:
    """Which of the entries with the same address each one is, counted from 1."""
    seen: Counter[str] = Counter()
    turns = []
    for place in places:
        seen[place.address_key] += 1
        turns.append(seen[place.address_key])
    return turns


def entry(site: Values, contacts: Sequence[Values]) -> Entry:
    """A site as the history tells of it; nothing stands for a part that is not known."""
    point = [site["latitude"], site["longitude"]]
    told = {
        **{name: site[name] for name in ADDRESS},
        "status": site["status"],
        "coordinates": None if None in point else point,
        "contacts": [{name: value for name, value in each.items() if value} for each in contacts],
    }
    return told


def site_entries(trials: Collection[int]) -> dict[int, list[Entry]]:
    """Of each of the trials the sites that the record names today, in its order."""
    contacts: dict[int, list[Values]] = defaultdict(list)
    listed = Site.objects.filter(trial__in=trials, origin=Site.Origin.REGISTRY).listed()
    for row in SiteContact.objects.filter(site__in=listed).order_by("position").values("site_id", *CONTACT):
        contacts[row.pop("site_id")].append(row)
    found: dict[int, list[Entry]] = {trial: [] for trial in trials}
    columns = ("pk", "trial_id", *ADDRESS, "status", "latitude", "longitude")
    for site in listed.order_by("trial_id", "position").values(*columns):
        found[site["trial_id"]].append(entry(site, contacts[site["pk"]]))
    return found
