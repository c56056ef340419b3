"""The sites of many trials: known by facility and address as written, and by turn where those repeat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from trials.importers.bulk import rows
from trials.importers.bulk.copying import Row, Table
from trials.importers.ctgov import Place, Values
from trials.importers.differences import of_sites
from trials.importers.lists import CONTACT
from trials.importers.places import entry, occurrences
from trials.importers.store import Changes
from trials.models import Site, SiteContact

# What an import writes of a site that is there already.
_SAID = Table(Site, ("id", "listed", "position", *rows.PLACE))
_GONE = Table(Site, ("id", "listed"))


class Sited(NamedTuple):
    """A trial under its key, the places that its record names, and what is changed of it."""

    trial: int
    places: Sequence[Place]
    is_new: bool
    changes: Changes


class _Standing(NamedTuple):
    """A site that the database has."""

    pk: int
    values: Values
    contacts: list[Values]


def write_sites(trials: Sequence[Sited], copies: dict[Table, list[Row]]) -> None:
    """A site that its record names no more is marked, with all it had; one added here is left alone."""
    standing = _standing([each.trial for each in trials if not each.is_new])
    edited: list[Row] = []
    gone: list[Row] = []
    renewed: list[int] = []
    contacts: list[tuple[int, list[Values]]] = []
    added: list[tuple[int, int, int, Place]] = []
    for each in trials:
        here = standing.get(each.trial, {})
        left = dict(here)
        before = len(edited), len(gone), len(renewed), len(added)
        for position, (place, turn) in enumerate(zip(each.places, occurrences(each.places), strict=True)):
            site = left.pop((place.address_key, turn), None)
            if site is None:
                added.append((each.trial, turn, position, place))
                continue
            values = {"listed": True, "position": position, **place.values}
            if any(site.values[name] != value for name, value in values.items()):
                edited.append((site.pk, *(values[name] for name in _SAID.columns[1:])))
            if site.contacts != place.contacts:
                renewed.append(site.pk)
                contacts.append((site.pk, place.contacts))
        gone += [(site.pk, False) for site in left.values() if site.values["listed"]]
        if not each.is_new and before != (len(edited), len(gone), len(renewed), len(added)):
            named = [entry(place.values, place.contacts) for place in each.places]
            each.changes.note("sites", of_sites(_told(here), named))
    if renewed:
        rows.CONTACTS.delete("site_id", renewed)
    _SAID.update(edited)
    _GONE.update(gone)
    for key, (trial, turn, position, place) in zip(rows.SITE.draw(len(added)), added, strict=True):
        copies[rows.SITE].append(rows.site_row(key, trial, turn, position, place))
        contacts.append((key, place.contacts))
    for site_key, people in contacts:
        copies[rows.CONTACTS] += rows.contact_rows(site_key, people)


def _standing(trials: Sequence[int]) -> dict[int, dict[tuple[str, int], _Standing]]:
    found: dict[int, dict[tuple[str, int], _Standing]] = defaultdict(dict)
    if not trials:
        return found
    ours = Site.objects.filter(trial__in=trials, origin=Site.Origin.REGISTRY)
    people: dict[int, list[Values]] = defaultdict(list)
    for row in SiteContact.objects.filter(site__in=ours).order_by("position").values("site_id", *CONTACT):
        people[row.pop("site_id")].append(row)
    for values in ours.values("pk", "trial_id", "occurrence", "listed", "position", *rows.PLACE):
        site = _Standing(values["pk"], values, people[values["pk"]])
        found[values["trial_id"]][values["address_key"], values["occurrence"]] = site
    return found


def _told(sites: dict[tuple[str, int], _Standing]) -> list[dict[str, Any]]:
    """As the history tells of those that the record named so far, in its order."""
    listed = [site for site in sites.values() if site.values["listed"]]
    listed.sort(key=lambda site: site.values["position"])
    return [entry(site.values, site.contacts) for site in listed]
