"""What people did to trial content, centers and people, told in words from the audit trail.

Only chain 0 is read, and only the tables that are named here: nothing of a patient is in either. Imports
are not audited; what they changed of a trial they tell themselves.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import F, JSONField, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.db.models.query import QuerySet
from django.utils.translation import gettext as _

from screening.models import AuditEvent, Center, CenterSite, Membership, SponsorMembership, User
from trials.models import (
    Arm,
    ArmIntervention,
    CentralContact,
    Cohort,
    Condition,
    CriteriaVersion,
    Criterion,
    Intervention,
    Keyword,
    Official,
    OtherIdentifier,
    Outcome,
    Site,
    SiteContact,
    Trial,
    TrialImport,
    TrialRecord,
    TrialSponsor,
)
from trials.reading.in_words import LIST_NAMES, column_in_words

type Row = Mapping[str, Any]

# What is told on a page besides the object's own row: the rows that name it in this column.
_OF_TRIALS = (
    *(Arm, Intervention, TrialSponsor, Official, CentralContact),
    *(OtherIdentifier, Condition, Keyword, Outcome, CriteriaVersion),
)
_PARTS: dict[type[models.Model], dict[type[models.Model], str]] = {
    Trial: dict.fromkeys(_OF_TRIALS, "trial_id"),
    Site: {SiteContact: "site_id", CenterSite: "site_id"},
    Arm: {ArmIntervention: "arm_id"},
    CriteriaVersion: {Cohort: "version_id", Criterion: "version_id"},
    User: {Membership: "user_id", SponsorMembership: "user_id"},
    Center: {Membership: "center_id", CenterSite: "center_id"},
}
# What tells a part from its neighbours, in the words of its row.
_NAMES: dict[type[models.Model], tuple[str, ...]] = {
    Arm: ("label",),
    Intervention: ("name",),
    ArmIntervention: ("intervention_id",),
    TrialSponsor: ("sponsor_id",),
    Official: ("name",),
    CentralContact: ("name", "email", "phone"),
    SiteContact: ("name", "email", "phone"),
    OtherIdentifier: ("identifier",),
    Condition: ("name",),
    Keyword: ("name",),
    Outcome: ("measure",),
    CriteriaVersion: ("label",),
    Cohort: ("label",),
    Criterion: ("label", "text", "identifier"),
    Membership: ("user_id", "center_id"),
    SponsorMembership: ("sponsor_id",),
    CenterSite: ("site_id", "center_id"),
}
# Made from other columns, or of no meaning to a reader.
_UNTOLD = {
    "id", "position", "search_text", "folded", "city_folded", "address_key", "occurrence", "located_as",
    "approximate_latitude", "approximate_longitude", "city_normalised", "state_normalised", "zip_normalised",
    "country_normalised", "minimum_age_days", "maximum_age_days", "created_at", "changed_at", "digest",
    "last_login", "is_demo", "version_id", "trial_id", "revision",
}  # fmt: skip
_MANY = 5
_IMPORTS_TOLD = 100
_TOGETHER = timedelta(seconds=3)
_AROUND = 40
_LONGEST = 120


@dataclass(frozen=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """One row that was added, changed or removed, or how many; `what` is empty for the page's own."""

    action: str
    what: str
    changes: tuple[Change, ...] = ()

    @property
    def is_change(self) -> bool:
        """Neither added nor removed: a value that is no longer there was emptied."""
        return self.action == _("changed")


@dataclass
class Act:
    """What one person did at a time, and the reason that was given."""

    at: datetime
    actor: str
    reason: str
    steps: list[Step] = field(default_factory=list)


def events_of(row: models.Model) -> QuerySet[AuditEvent]:
    """The newest first."""
    content = AuditEvent.objects.filter(chain=0)
    about = Q(table=row._meta.db_table, row=str(row.pk))
    columns: dict[str, list[str]] = defaultdict(list)
    for part, column in _PARTS.get(type(row), {}).items():
        columns[column].append(part._meta.db_table)
    for column, tables in columns.items():
        stored = Cast(Coalesce(F("after"), F("before")), JSONField())
        parts = content.filter(table__in=tables).alias(stored=stored, owner=KT(f"stored__{column}"))
        about |= Q(pk__in=parts.filter(owner=str(row.pk)).values("pk"))
    return content.filter(about).order_by("-id")


def acts(events: Iterable[AuditEvent], row: models.Model) -> list[Act]:
    """In the order of the events; what changed nothing that a reader would know is left out."""
    models_of = {model._meta.db_table: model for model in (type(row), *_PARTS.get(type(row), ()))}
    rows = [(event, _stored(event.before), _stored(event.after)) for event in events]
    names = _Names(models_of.values())
    names.look_up(stored for _event, before, after in rows for stored in (before, after))
    told: list[Act] = []
    last: AuditEvent | None = None
    for event, before, after in rows:
        step = _step(models_of[event.table], before, after, names, row)
        if step is None:
            continue
        together = last and (last.actor, last.reason) == (event.actor, event.reason)
        if last is None or not together or last.at - event.at > _TOGETHER:
            told.append(Act(event.at, event.actor, event.reason))
        told[-1].steps.append(step)
        last = event
    for act in told:
        act.steps = list(_collapsed(act.steps))
    return told


def imports_of(row: models.Model) -> list[Act]:
    """What imports of its record made of a trial, the newest first."""
    if not isinstance(row, Trial):
        return []
    return [
        Act(each.at, each.by, "", list(_imported(each)))
        for each in row.imports.order_by("-pk")[:_IMPORTS_TOLD]
    ]


def _imported(told: TrialImport) -> Iterator[Step]:
    if not told.changes:
        yield Step(_("added"), "")
    columns = {name: pair for name, pair in told.changes.items() if isinstance(pair, list)}
    if columns:
        yield Step(_("changed"), "", tuple(_column(name, *pair) for name, pair in columns.items()))
    for name in sorted(told.changes.keys() - columns):
        others = {"sites": Site._meta.verbose_name_plural, "record": TrialRecord._meta.verbose_name}
        yield Step(_("changed"), str(LIST_NAMES.get(name) or others[name]))


def _column(name: str, before: Any, after: Any) -> Change:
    column: Any = Trial._meta.get_field(name)
    words = (column_in_words(column, value) for value in (before, after))
    return Change(str(column.verbose_name), *differing(*words))


def _step(
    model: type[models.Model], before: Row | None, after: Row | None, names: _Names, row: models.Model
) -> Step | None:
    own = model is type(row)
    what = "" if own else names.of(model, after or before or {}, type(row))
    if before and after:
        changes = tuple(_changes(model, before, after, names))
        return Step(_("changed"), what, changes) if changes else None
    changes = tuple(_changes(model, before or {}, after or {}, names))
    if len(changes) == 1 and f"“{changes[0].before or changes[0].after}”" in what:
        changes = ()  # it has no more than its name
    return Step(_("added") if after else _("removed"), what, changes)


def _changes(model: type[models.Model], before: Row, after: Row, names: _Names) -> Iterator[Change]:
    for column in model._meta.concrete_fields:
        name = column.attname
        if name in _UNTOLD or before.get(name) == after.get(name):
            continue
        label = str(column.verbose_name)
        if name == "password":
            if before and after:
                yield Change(label, "", str(_("a new one")))
            continue
        was, is_now = names.in_words(column, before.get(name)), names.in_words(column, after.get(name))
        if was != is_now:
            yield Change(label, *differing(was, is_now))


def differing(before: str, after: str) -> tuple[str, str]:
    """Both texts, cut down to where they differ and a few words around it when they are long."""
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return _cut(before, start, len(before) - end), _cut(after, start, len(after) - end)


def _cut(text: str, start: int, end: int) -> str:
    start, end = max(0, start - _AROUND), min(len(text), end + _AROUND)
    if end - start > 2 * _LONGEST:
        part = f"{text[start : start + _LONGEST]} … {text[end - _LONGEST : end]}"
    else:
        part = text[start:end]
    return f"{'…' if start else ''}{part}{'…' if end < len(text) else ''}" if part else ""


def _collapsed(steps: list[Step]) -> Iterator[Step]:
    """Where many rows of a kind were added or removed together, as with a tree of criteria, how many."""
    for (action, kind), alike in groupby(steps, key=lambda step: (step.action, step.what.partition(" “")[0])):
        group = list(alike)
        if len(group) > _MANY and kind and not group[0].is_change:
            what = _("%(kind)s: %(n)s") % {"kind": kind, "n": len(group)}
            yield Step(action, what)
        else:
            yield from group


def _stored(text: str | None) -> Row | None:
    return json.loads(text) if text is not None else None


class _Names:
    """The words for keys of other rows, fetched at once for all that is told."""

    def __init__(self, told: Iterable[type[models.Model]]) -> None:
        self._keys = {
            column.attname: column.related_model
            for model in set(told)
            for column in model._meta.concrete_fields
            if isinstance(column, models.ForeignKey)
        }
        self._found: dict[tuple[type[models.Model], int], str] = {}

    def look_up(self, rows: Iterable[Row | None]) -> None:
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for row in rows:
            for name, model in self._keys.items():
                if row and row.get(name) is not None and name not in _UNTOLD:
                    wanted[model].add(row[name])
        for model, keys in wanted.items():
            for pk, related in model._default_manager.in_bulk(keys).items():
                self._found[model, pk] = str(related)

    def in_words(self, column: models.Field[Any, Any], value: Any) -> str:
        if isinstance(column, models.ForeignKey) and value is not None:
            return self._found.get((column.related_model, value), str(_("one that is no longer there")))
        return column_in_words(column, value)

    def of(self, model: type[models.Model], row: Row, page: type[models.Model]) -> str:
        """Such as: arm “Placebo”."""
        columns = {column.attname: column for column in model._meta.concrete_fields}
        said = [
            words
            for name in _NAMES.get(model, ())
            if columns[name].related_model is not page
            and (words := self.in_words(columns[name], row.get(name)))
        ]
        kind = str(model._meta.verbose_name)
        name = " ".join(said[:2]) if model is Criterion else (said or [""])[0]
        return f"{kind} “{_cut(name, 0, min(len(name), 60))}”" if name else kind
