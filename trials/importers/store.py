"""Writing what was read: only what differs, each trial whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Now

from trials.importers.ctgov import Place, Study, Values
from trials.models import (
    Arm,
    ArmIntervention,
    CentralContact,
    Condition,
    Intervention,
    Keyword,
    Official,
    OtherIdentifier,
    Outcome,
    Site,
    SiteContact,
    Sponsor,
    Trial,
    TrialSponsor,
)
from trials.search_text import search_text_of
from trials.text import folded

# What tells rows of one list apart, such as (position,).
type Key = tuple[str | int, ...]


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Stored:
    trial: Trial
    change: Change


def save_study(study: Study, supplement: Values | None = None) -> Stored:
    """Bring the trial's rows to what the record says; `supplement` fills columns that no record does.

    A second call with the same study writes nothing.
    """
    with transaction.atomic():
        _wait_for_others(study.nct_id)
        trial = Trial.objects.filter(nct_id=study.nct_id).first()
        created = trial is None
        if trial is None:
            trial = Trial.objects.create(nct_id=study.nct_id)
        values = {**study.trial, **(supplement or {})}
        changes = [_save_columns(trial, values), _save_lists(trial, study), _save_places(trial, study.places)]
        if created or any(changes):
            key, now = search_text_of(trial), Now()
            Trial.objects.filter(pk=trial.pk).update(search_text=Value(key), changed_at=now)
            trial.refresh_from_db(fields=["search_text", "changed_at"])
        change = Change.CREATED if created else Change.UPDATED if any(changes) else Change.UNCHANGED
        return Stored(trial, change)


def _wait_for_others(nct_id: str) -> None:
    """One import of a trial at a time, also of one that is not there yet and so has no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('trial ' || %s, 0))", [nct_id])


def _assign(row: models.Model, values: Values) -> list[str]:
    """Set what differs; the names of the columns that did."""
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, values[name])
    return differing


def _save_columns(trial: Trial, values: Values) -> bool:
    differing = _assign(trial, values)
    if differing:
        trial.save(update_fields=differing)
    return bool(differing)


def _save_lists(trial: Trial, study: Study) -> bool:
    sponsors = _sponsors(study.sponsors)
    parts = [
        {"sponsor_id": sponsors[part["name"]], "role": part["role"], "agency_class": part["agency_class"]}
        for part in study.sponsors
    ]
    outcomes: dict[Key, Values] = {
        (outcome["kind"], outcome["position"]): outcome for outcome in study.outcomes
    }
    changes = [
        sync(Condition.objects.filter(trial=trial), by_position(study.conditions), trial=trial),
        sync(Keyword.objects.filter(trial=trial), by_position(study.keywords), trial=trial),
        sync(OtherIdentifier.objects.filter(trial=trial), by_position(study.other_identifiers), trial=trial),
        sync(TrialSponsor.objects.filter(trial=trial), by_position(parts), trial=trial),
        sync(Official.objects.filter(trial=trial), by_position(study.officials), trial=trial),
        sync(CentralContact.objects.filter(trial=trial), by_position(study.central_contacts), trial=trial),
        sync(Outcome.objects.filter(trial=trial), outcomes, key=("kind", "position"), trial=trial),
        sync(Arm.objects.filter(trial=trial), by_position(study.arms), trial=trial),
        sync(Intervention.objects.filter(trial=trial), by_position(study.interventions), trial=trial),
        _save_links(trial, study.arm_interventions),
    ]
    return any(changes)


def _sponsors(parts: list[Values]) -> dict[str, int]:
    """The ids of the sponsors by name; those not known yet are added, in one order for all imports."""
    classes = {part["name"]: part["agency_class"] for part in reversed(parts)}
    known = dict(Sponsor.objects.filter(name__in=classes).values_list("name", "pk"))
    missing = sorted(classes.keys() - known.keys())
    if missing:
        Sponsor.objects.bulk_create(
            [Sponsor(name=name, folded=folded(name)[:1000], agency_class=classes[name]) for name in missing],
            ignore_conflicts=True,
        )
        known |= dict(Sponsor.objects.filter(name__in=missing).values_list("name", "pk"))
    return known


def by_position(rows: list[Values]) -> dict[Key, Values]:
    return {(position,): {**values, "position": position} for position, values in enumerate(rows)}


def sync(
    rows: models.QuerySet[Any], wanted: dict[Key, Values], key: Sequence[str] = ("position",), **scope: Any
) -> bool:
    """Make `rows` those wanted, in place where they have the same key; `scope` is what new ones belong to."""
    objects = rows.model._default_manager
    present = {tuple(getattr(row, name) for name in key): row for row in rows}
    surplus = [row.pk for at, row in present.items() if at not in wanted]
    if surplus:
        objects.filter(pk__in=surplus).delete()
    added, edited, columns = [], [], set[str]()
    for at, values in wanted.items():
        row = present.get(at)
        if row is None:
            added.append(rows.model(**scope, **values))
        elif differing := _assign(row, values):
            edited.append(row)
            columns.update(differing)
    if edited:
        objects.bulk_update(edited, sorted(columns))
    objects.bulk_create(added)
    return bool(surplus or edited or added)


def _save_links(trial: Trial, wanted: set[tuple[int, int]]) -> bool:
    """Links are between positions in the record; arms and interventions have been saved before."""
    links = ArmIntervention.objects.filter(arm__trial=trial).select_related("arm", "intervention")
    present = {(link.arm.position, link.intervention.position): link.pk for link in links}
    surplus, missing = present.keys() - wanted, wanted - present.keys()
    if surplus:
        links.filter(pk__in=[present[pair] for pair in surplus]).delete()
    if missing:
        arms = dict(trial.arms.values_list("position", "pk"))
        interventions = dict(trial.interventions.values_list("position", "pk"))
        ArmIntervention.objects.bulk_create(
            ArmIntervention(arm_id=arms[arm], intervention_id=interventions[intervention])
            for arm, intervention in sorted(missing)
        )
    return bool(surplus or missing)


def _save_places(trial: Trial, places: list[Place]) -> bool:
    """Sites keep their rows: known again by facility and address as written, and by turn where those repeat.

    A site that the record names no more is marked, with all it had; one that was added here is left alone.
    """
    rows = Site.objects.filter(trial=trial, origin=Site.Origin.REGISTRY)
    present = {(site.address_key, site.occurrence): site for site in rows}
    seen: dict[str, int] = defaultdict(int)
    sites: list[tuple[Site, Place]] = []
    added, edited, columns = [], [], set[str]()
    for position, place in enumerate(places):
        seen[place.address_key] += 1
        values = {**place.values, "position": position, "listed": True}
        site = present.pop((place.address_key, seen[place.address_key]), None)
        if site is None:
            site = Site(trial=trial, occurrence=seen[place.address_key], **values)
            added.append(site)
        elif differing := _assign(site, values):
            edited.append(site)
            columns.update(differing)
        sites.append((site, place))
    gone = [site.pk for site in present.values() if site.listed]
    if gone:
        rows.filter(pk__in=gone).update(listed=False)
    if edited:
        Site.objects.bulk_update(edited, sorted(columns), batch_size=500)
    Site.objects.bulk_create(added, batch_size=500)
    contacts: dict[Key, Values] = {
        (site.pk, position): {**contact, "site_id": site.pk, "position": position}
        for site, place in sites
        for position, contact in enumerate(place.contacts)
    }
    of_sites = SiteContact.objects.filter(site__in=[site for site, _place in sites])
    changed = sync(of_sites, contacts, key=("site_id", "position"))
    return bool(gone or edited or added) or changed
