"""An administrator's word beside the registry's: what was edited by hand, by whom, and how it is taken back.

Edits happen inside `by_hand`, which compares what stands in the database before and after. An import asks
`Held` field by field: where somebody's word stands, it stays, and what the record says is kept beside it.
A field is a column, one of the lists that belong to a trial, or for a site its `status`, `coordinates` or
`contacts`. Sites that were added here are nobody's but ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Now

from config.context import current_context
from trials.ages import limits_in_days
from trials.dates import PartialDate
from trials.importers.lists import CONTACT, LISTS, Key, sync
from trials.models import LocalEdit, Site, SiteContact, Trial
from trials.revisions import hold_revisions

# Of the trial, of one of its sites or of itself, and which field.
type Place = tuple[int, int | None, str]

# What an administrator sets and no record has a word on: there is nothing to take it back to.
SETTINGS = frozenset({"requires_sources"})
_OURS = {
    "id",
    "nct_id",
    "minimum_age_days",
    "maximum_age_days",
    "created_at",
    "changed_at",
    "revision",
}
COLUMNS: dict[str, models.Field[Any, Any]] = {
    field.name: field for field in Trial._meta.concrete_fields if field.name not in _OURS | SETTINGS
}
_NO_GROUPS: dict[str, list[Any]] = {"arms": [], "interventions": [], "links": []}


def plain(value: Any) -> Any:
    """A column's value as JSON holds it."""
    return value.iso if isinstance(value, PartialDate) else value


def one_at_a_time(nct_ids: Collection[str]) -> None:
    """Until the end of the transaction nobody else writes these trials, or makes them if they are new."""
    hold_revisions()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('trial ' || nct_id, 0))"
            " FROM unnest(%s::text[]) AS nct_id",
            [sorted(nct_ids)],
        )


class Held:
    """The fields of one trial and its sites in which an administrator's word stands, while it is imported."""

    def __init__(self, edits: Iterable[LocalEdit] = ()) -> None:
        self._edits = {(edit.site_id, edit.field): edit for edit in edits}
        self._heard: list[LocalEdit] = []
        self._agreed: list[int] = []

    @classmethod
    def of(cls, trial: Trial) -> Held:
        return cls(LocalEdit.objects.filter(trial=trial))

    def __contains__(self, place: str | tuple[str, Site]) -> bool:
        field, site = (place, None) if isinstance(place, str) else place
        return (site.pk if site else None, field) in self._edits

    def keeps(self, field: str, said: Any, here: Any, *, site: Site | None = None) -> bool:
        """Whether what stands here is to stay, though the record says something else."""
        edit = self._edits.get((site.pk if site else None, field))
        if edit is None:
            return False
        if said == here:
            self._agreed.append(edit.pk)
            return False
        if edit.registry != said or not edit.imported:
            edit.registry, edit.imported = said, True
            self._heard.append(edit)
        return True

    def save(self) -> bool:
        """Whether the record said anything new of these fields."""
        if self._agreed:
            LocalEdit.objects.filter(pk__in=self._agreed).delete()
        if self._heard:
            LocalEdit.objects.bulk_update(self._heard, ["registry", "imported"], batch_size=500)
        return bool(self._agreed or self._heard)


@contextmanager
def by_hand(*, trials: Collection[int] = (), sites: Collection[int] = ()) -> Iterator[None]:
    """What changes inside in these trials and sites is remembered as an administrator's edit."""
    with transaction.atomic():
        concerned = Trial.objects.filter(models.Q(pk__in=trials) | models.Q(sites__in=sites))
        one_at_a_time(concerned.distinct().values_list("nct_id", flat=True))
        before = _standing(trials, sites)
        yield
        _remember(before, _standing(trials, sites))


def written_by_hand(trial: Trial) -> None:
    """A trial was made here, before any record of it was imported: all that it says is somebody's word."""
    nothing: dict[Place, Any] = {
        (trial.pk, None, name): plain(field.get_default()) for name, field in COLUMNS.items()
    }
    nothing |= {(trial.pk, None, name): _NO_GROUPS if name == "groups" else [] for name in LISTS}
    _remember(nothing, _standing([trial.pk], []), imported=False)


def take_back(edits: Iterable[LocalEdit]) -> set[int]:
    """Put what the registry says where an administrator's word stands; the trials that were changed.

    Inside `by_hand`, which then forgets the edits.
    """
    edits = [edit for edit in edits if edit.imported]
    of_trials: dict[int, list[LocalEdit]] = defaultdict(list)
    for edit in edits:
        if edit.site_id is None:
            of_trials[edit.trial_id].append(edit)
    for trial in Trial.objects.filter(pk__in=of_trials):
        columns = {edit.field: edit.registry for edit in of_trials[trial.pk] if edit.field not in LISTS}
        for name, value in columns.items():
            setattr(trial, name, COLUMNS[name].to_python(value))
        limits = limits_in_days(trial.minimum_age, trial.maximum_age)
        trial.minimum_age_days, trial.maximum_age_days = limits
        trial.save(update_fields=[*columns, "minimum_age_days", "maximum_age_days"])
        for edit in of_trials[trial.pk]:
            if edit.field in LISTS:
                LISTS[edit.field].write(trial, edit.registry)
    _take_back_sites([edit for edit in edits if edit.site_id is not None])
    return {edit.trial_id for edit in edits}


def _take_back_sites(edits: list[LocalEdit]) -> None:
    statuses: dict[str, list[int]] = defaultdict(list)
    contacts: dict[Key, dict[str, Any]] = {}
    reached = []
    for edit in edits:
        site, said = edit.site_id or 0, cast("Any", edit.registry)
        if edit.field == "status":
            statuses[said].append(site)
        elif edit.field == "coordinates":
            latitude, longitude = said
            Site.objects.filter(pk=site).update(latitude=latitude, longitude=longitude)
        else:
            reached.append(site)
            for position, contact in enumerate(said):
                contacts[site, position] = {**contact, "site_id": site, "position": position}
    for status, sites in statuses.items():
        Site.objects.filter(pk__in=sites).update(status=status)
    if reached:
        sync(SiteContact.objects.filter(site__in=reached), contacts, key=("site_id", "position"))


def _standing(trials: Collection[int], sites: Collection[int]) -> dict[Place, Any]:
    found: dict[Place, Any] = {}
    for trial in Trial.objects.filter(pk__in=trials):
        found |= {(trial.pk, None, name): plain(getattr(trial, name)) for name in COLUMNS}
        found |= {(trial.pk, None, name): rows.read(trial) for name, rows in LISTS.items()}
    ours = Site.objects.filter(pk__in=sites, origin=Site.Origin.REGISTRY)
    contacts: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if sites:
        for row in SiteContact.objects.filter(site__in=ours).order_by("position"):
            contacts[row.site_id].append({name: getattr(row, name) for name in CONTACT})
    for pk, trial_id, status, latitude, longitude in ours.values_list(
        "pk", "trial_id", "status", "latitude", "longitude"
    ):
        found[trial_id, pk, "status"] = status
        found[trial_id, pk, "coordinates"] = [latitude, longitude]
        found[trial_id, pk, "contacts"] = contacts[pk]
    return found


def _remember(before: dict[Place, Any], after: dict[Place, Any], *, imported: bool = True) -> None:
    edited = {place for place, value in before.items() if place in after and after[place] != value}
    if not edited:
        return
    trials = {trial for trial, _site, _field in edited}
    known = {
        (edit.trial_id, edit.site_id, edit.field): edit for edit in LocalEdit.objects.filter(trial__in=trials)
    }
    actor = current_context().actor
    agreed = [
        known[place].pk
        for place in edited & known.keys()
        if known[place].imported and known[place].registry == after[place]
    ]
    again = [known[place].pk for place in edited & known.keys() if known[place].pk not in agreed]
    new = [
        LocalEdit(
            trial_id=place[0],
            site_id=place[1],
            field=place[2],
            registry=before[place],
            imported=imported,
            edited_by=actor,
        )
        for place in sorted(edited - known.keys(), key=str)
    ]
    LocalEdit.objects.filter(pk__in=agreed).delete()
    LocalEdit.objects.filter(pk__in=again).update(edited_by=Value(actor), edited_at=Now())
    LocalEdit.objects.bulk_create(new, batch_size=500)
