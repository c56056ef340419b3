"""Writing what was read: only what differs, each trial whole or not at all.

Where an administrator's word stands (`LocalEdit`), it stays, and what the record says is kept beside it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from config.context import current_context
from trials.ages import limits_in_days
from trials.importers.ctgov import Place, Study, Values
from trials.importers.differences import of_sites
from trials.importers.kept import READER, Kept, differences, keep
from trials.importers.lists import CONTACT, LISTS, Key, assign, sync
from trials.importers.places import occurrences, site_entries
from trials.local_edits import COLUMNS, Held, one_at_a_time, plain
from trials.models import Site, SiteContact, Trial, TrialImport, TrialRecord
from trials.models.trial import NEXT_REVISION

AGES = {"minimum_age", "maximum_age"}


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Stored:
    """`told` is what the history tells of the change."""

    trial: Trial
    change: Change
    told: dict[str, Any]


def save_study(study: Study, supplement: Values | None = None, *, kept: Kept | None = None) -> Stored:
    """Bring the trial's rows to what the record says; `supplement` fills columns that no record does.

    A second call with the same study writes nothing. `kept` is the record itself, to be stored beside them.
    """
    with transaction.atomic():
        one_at_a_time([study.nct_id])
        trial = Trial.objects.filter(nct_id=study.nct_id).first()
        created = trial is None
        if trial is None:
            trial = Trial.objects.create(nct_id=study.nct_id)
        held = Held() if created else Held.of(trial)
        changes = Changes()
        _save_columns(trial, {**study.trial, **(supplement or {})}, held, changes)
        for name in LISTS:
            _save_list(name, trial, study, held, changes)
        _save_places(trial, study.places, held, changes)
        _save_record(trial, kept, changes)
        if created or changes.any:
            told = {} if created else changes.told
            if created or told:
                TrialImport.objects.create(trial=trial, by=current_context().actor, changes=told)
            Trial.objects.filter(pk=trial.pk).update(changed_at=Now(), revision=NEXT_REVISION)
            trial.refresh_from_db(fields=["changed_at", "revision"])
        heard = held.save()
        changed = changes.any or heard
        change = Change.CREATED if created else Change.UPDATED if changed else Change.UNCHANGED
        return Stored(trial, change, {} if created else changes.told)


class Changes:
    """What one import changes of a trial. Columns that only follow from others are changed untold."""

    def __init__(self) -> None:
        self.any = False
        self.told: dict[str, Any] = {}

    def note(self, name: str, told: Any) -> None:
        self.any = True
        if told:
            self.told[name] = told


def _save_columns(trial: Trial, values: Values, held: Held, changes: Changes) -> None:
    before = {name: plain(getattr(trial, name)) for name in values}
    kept = {name for name in values if held.keeps(name, plain(values[name]), before[name])}
    taken = {name: value for name, value in values.items() if name not in kept}
    if kept & AGES:
        limits = [taken.get(name, getattr(trial, name)) for name in ("minimum_age", "maximum_age")]
        taken["minimum_age_days"], taken["maximum_age_days"] = limits_in_days(*limits)
    differing = assign(trial, taken)
    if differing:
        trial.save(update_fields=differing)
    for name in differing:
        changes.note(name, [before[name], plain(getattr(trial, name))] if name in COLUMNS else None)


def _save_list(name: str, trial: Trial, study: Study, held: Held, changes: Changes) -> None:
    rows = LISTS[name]
    said, here = rows.said_by(study), rows.read(trial)
    if (name in held and held.keeps(name, said, here)) or said == here:
        return
    rows.write(trial, said)
    changes.note(name, rows.difference(here, said))


def _save_record(trial: Trial, kept: Kept | None, changes: Changes) -> None:
    if kept is None:
        return
    before = TrialRecord.objects.filter(trial=trial).first()
    if before is None:
        keep(trial.pk, kept)
    elif bytes(before.digest) != kept.digest:
        changes.note("record", differences(before.study, kept.record))
        keep(trial.pk, kept)
    elif before.reader != READER:
        keep(trial.pk, kept)


def _save_places(trial: Trial, places: list[Place], held: Held, changes: Changes) -> None:
    """Sites keep their rows: known again by facility and address as written, and by turn where those repeat.

    A site that the record names no more is marked, with all it had; one that was added here is left alone.
    """
    rows = Site.objects.filter(trial=trial, origin=Site.Origin.REGISTRY)
    before = site_entries([trial.pk])[trial.pk]
    present = {(site.address_key, site.occurrence): site for site in rows}
    sites: list[tuple[Site, Place]] = []
    added, edited, columns = [], [], set[str]()
    for position, (place, occurrence) in enumerate(zip(places, occurrences(places), strict=True)):
        values = {**place.values, "position": position, "listed": True}
        site = present.pop((place.address_key, occurrence), None)
        if site is None:
            site = Site(trial=trial, occurrence=occurrence, **values)
            added.append(site)
        elif differing := assign(site, _taken(site, values, held)):
            edited.append(site)
            columns.update(differing)
        sites.append((site, place))
    gone = [site.pk for site in present.values() if site.listed]
    if gone:
        rows.filter(pk__in=gone).update(listed=False)
    if edited:
        Site.objects.bulk_update(edited, sorted(columns), batch_size=500)
    Site.objects.bulk_create(added, batch_size=500)
    if _save_contacts(sites, held) or gone or edited or added:
        changes.note("sites", of_sites(before, site_entries([trial.pk])[trial.pk]))


def _taken(site: Site, values: Values, held: Held) -> Values:
    """What of the record's values is to be stored."""
    kept = set()
    if held.keeps("status", values["status"], site.status, site=site):
        kept.add("status")
    said, here = [values["latitude"], values["longitude"]], [site.latitude, site.longitude]
    if held.keeps("coordinates", said, here, site=site):
        kept |= {"latitude", "longitude"}
    return {name: value for name, value in values.items() if name not in kept}


def _save_contacts(sites: list[tuple[Site, Place]], held: Held) -> bool:
    edited = [site for site, _place in sites if ("contacts", site) in held]
    here: dict[int, list[Values]] = defaultdict(list)
    if edited:
        for row in SiteContact.objects.filter(site__in=edited).order_by("position"):
            here[row.site_id].append({name: getattr(row, name) for name in CONTACT})
    taken = [
        (site, place)
        for site, place in sites
        if not held.keeps("contacts", place.contacts, here[site.pk], site=site)
    ]
    wanted: dict[Key, Values] = {
        (site.pk, position): {**contact, "site_id": site.pk, "position": position}
        for site, place in taken
        for position, contact in enumerate(place.contacts)
    }
    rows = SiteContact.objects.filter(site__in=[site for site, _place in taken])
    return sync(rows, wanted, key=("site_id", "position"))
