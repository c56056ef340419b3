"""The lists that belong to a trial, each as one value: read from its rows, and rows brought to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

from django.db import connection, models

from trials.importers.ctgov import Study, Values
from trials.importers.differences import Difference, of_groups, of_list
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
    Sponsor,
    Trial,
    TrialSponsor,
)
from trials.text import folded

# What tells rows of one list apart, such as (position,).
type Key = tuple[str | int, ...]

ADDING_SPONSORS = 748_205_114  # the key of a lock
CONTACT = ("name", "role", "phone", "phone_ext", "email")


class TrialList(Protocol):
    """A value is what JSON can hold, and the same for the same rows: two of them can be compared."""

    def said_by(self, study: Study) -> Any: ...

    def read(self, trial: Trial) -> Any: ...

    def read_all(self, trials: Collection[int]) -> Mapping[int, Any]:
        """Of each of the trials, by one query a table."""

    def write(self, trial: Trial, value: Any) -> bool:
        """Whether anything had to be changed."""

    def difference(self, before: Any, after: Any) -> Mapping[str, Any]:
        """What a history tells of two values that are not the same."""


class Rows:
    """Rows in their order, each with the columns that a record fills."""

    def __init__(self, name: str, model: type[models.Model], *columns: str, known_by: str) -> None:
        self.name, self.model, self.columns, self.known_by = name, model, columns, known_by

    def said_by(self, study: Study) -> list[Values]:
        return self._plain(getattr(study, self.name))

    def read(self, trial: Trial) -> list[Values]:
        return self.read_all([trial.pk])[trial.pk]

    def read_all(self, trials: Collection[int]) -> Mapping[int, list[Values]]:
        found: dict[int, list[Values]] = {trial: [] for trial in trials}
        rows = self.model._default_manager.filter(trial__in=trials).order_by("trial_id", "position")
        for row in self._values(rows):
            found[row["trial_id"]].append(row)
        return {trial: self._plain(values) for trial, values in found.items()}

    def difference(self, before: list[Values], after: list[Values]) -> Difference:
        told = [name for name in self.columns if name != "folded"]
        old, new = ([{name: row[name] for name in told} for row in rows] for rows in (before, after))
        return of_list(old, new, lambda entry: entry[self.known_by])

    def write(self, trial: Trial, value: list[Values]) -> bool:
        return sync(self.model._default_manager.filter(trial=trial), by_position(value), trial=trial)

    def _values(self, rows: models.QuerySet[Any]) -> Iterable[Values]:
        return rows.values("trial_id", *self.columns)

    def _plain(self, rows: Iterable[Values]) -> list[Values]:
        return [{column: row[column] for column in self.columns} for row in rows]


_KINDS = {kind: place for place, kind in enumerate(Outcome.Kind.values)}


class Outcomes(Rows):
    """Counted by kind: the primary ones first."""

    def write(self, trial: Trial, value: list[Values]) -> bool:
        wanted: dict[Key, Values] = {
            (row["kind"], position): {**row, "position": position}
            for position, row in zip(counted_by_kind(value), value, strict=True)
        }
        rows = self.model._default_manager.filter(trial=trial)
        return sync(rows, wanted, key=("kind", "position"), trial=trial)

    def _plain(self, rows: Iterable[Values]) -> list[Values]:
        return sorted(super()._plain(rows), key=lambda row: _KINDS[row["kind"]])


class Sponsors(Rows):
    """By name; a sponsor's own row is added where it is new, and never changed."""

    def _values(self, rows: models.QuerySet[Any]) -> Iterable[Values]:
        return rows.values("trial_id", "role", "agency_class", name=models.F("sponsor__name"))

    def write(self, trial: Trial, value: list[Values]) -> bool:
        ids = sponsor_ids(value)
        parts = [
            {"sponsor_id": ids[part["name"]], "role": part["role"], "agency_class": part["agency_class"]}
            for part in value
        ]
        return super().write(trial, parts)


class Groups:
    """Arms and interventions, and which belongs to which by their places in the two lists."""

    arms = Rows("arms", Arm, "label", "type", "description", known_by="label")
    interventions = Rows(
        "interventions", Intervention, "type", "name", "description", "other_names", known_by="name"
    )

    def said_by(self, study: Study) -> Values:
        return {
            "arms": self.arms.said_by(study),
            "interventions": self.interventions.said_by(study),
            "links": sorted(map(list, study.arm_interventions)),
        }

    def read(self, trial: Trial) -> Values:
        return self.read_all([trial.pk])[trial.pk]

    def read_all(self, trials: Collection[int]) -> Mapping[int, Values]:
        links: dict[int, list[list[int]]] = {trial: [] for trial in trials}
        places, others = _places(Arm, trials), _places(Intervention, trials)
        rows = ArmIntervention.objects.filter(arm__trial__in=trials)
        for trial, arm, other in rows.values_list("arm__trial_id", "arm_id", "intervention_id"):
            links[trial].append([places[arm], others[other]])
        arms, interventions = self.arms.read_all(trials), self.interventions.read_all(trials)
        return {
            trial: {"arms": arms[trial], "interventions": interventions[trial], "links": sorted(pairs)}
            for trial, pairs in links.items()
        }

    def difference(self, before: Values, after: Values) -> Mapping[str, Difference]:
        return of_groups(before, after)

    def write(self, trial: Trial, value: Values) -> bool:
        changes = [
            self.arms.write(trial, value["arms"]),
            self.interventions.write(trial, value["interventions"]),
            _save_links(trial, {(arm, intervention) for arm, intervention in value["links"]}),
        ]
        return any(changes)


OUTCOMES = Outcomes("outcomes", Outcome, "kind", "measure", "description", "time_frame", known_by="measure")
SPONSORS = Sponsors("sponsors", TrialSponsor, "role", "name", "agency_class", known_by="name")
GROUPS = Groups()
# Those whose rows are just what a record says, by position.
PLAIN_LISTS: dict[str, Rows] = {
    rows.name: rows
    for rows in (
        Rows("conditions", Condition, "name", "folded", known_by="name"),
        Rows("keywords", Keyword, "name", "folded", known_by="name"),
        Rows(
            "other_identifiers",
            OtherIdentifier,
            "identifier",
            "type",
            "domain",
            "link",
            known_by="identifier",
        ),
        Rows("officials", Official, "name", "affiliation", "role", known_by="name"),
        Rows("central_contacts", CentralContact, *CONTACT, known_by="name"),
    )
}
LISTS: dict[str, TrialList] = {**PLAIN_LISTS, "sponsors": SPONSORS, "outcomes": OUTCOMES, "groups": GROUPS}


def by_position(rows: list[Values]) -> dict[Key, Values]:
    return {(position,): {**values, "position": position} for position, values in enumerate(rows)}


def assign(row: models.Model, values: Values) -> list[str]:
    """Set what differs; the names of the columns that did."""
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, values[name])
    return differing


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
        elif differing := assign(row, values):
            edited.append(row)
            columns.update(differing)
    if edited:
        objects.bulk_update(edited, sorted(columns))
    objects.bulk_create(added)
    return bool(surplus or edited or added)


def counted_by_kind(outcomes: Iterable[Values]) -> list[int]:
    """The position of each outcome measure among those of its kind."""
    places: Counter[str] = Counter()
    positions = []
    for outcome in outcomes:
        positions.append(places[outcome["kind"]])
        places[outcome["kind"]] += 1
    return positions


def sponsor_ids(parts: Sequence[Values]) -> dict[str, int]:
    """The ids of the sponsors by name; those not known yet are added.

    Until the end of the transaction nobody else adds any: two that added the same ones, trial by trial and in
    another order, would wait for each other for ever.
    """
    classes = {part["name"]: part["agency_class"] for part in reversed(parts)}
    known = dict(Sponsor.objects.filter(name__in=classes).values_list("name", "pk"))
    missing = sorted(classes.keys() - known.keys())
    if missing:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADDING_SPONSORS])
        Sponsor.objects.bulk_create(
            [Sponsor(name=name, folded=folded(name)[:1000], agency_class=classes[name]) for name in missing],
            ignore_conflicts=True,
        )
        known |= dict(Sponsor.objects.filter(name__in=missing).values_list("name", "pk"))
    return known


def _places(model: type[models.Model], trials: Collection[int]) -> dict[int, int]:
    """The place of each row in its trial's list."""
    rows = model._default_manager.filter(trial__in=trials).order_by("trial_id", "position")
    found: dict[int, int] = {}
    for _trial, group in groupby(rows.values_list("trial_id", "pk"), key=itemgetter(0)):
        found |= {pk: place for place, (_of, pk) in enumerate(group)}
    return found


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
