"""The lists that belong to a trial, each as one value: read from its rows, and rows brought to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from django.db import models

from trials.importers.ctgov import Study, Values
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

CONTACT = ("name", "role", "phone", "phone_ext", "email")


class TrialList(Protocol):
    """A value is what JSON can hold, and the same for the same rows: two of them can be compared."""

    def said_by(self, study: Study) -> Any: ...

    def read(self, trial: Trial) -> Any: ...

    def write(self, trial: Trial, value: Any) -> bool:
        """Whether anything had to be changed."""


class Rows:
    """Rows in their order, each with the columns that a record fills."""

    def __init__(self, name: str, model: type[models.Model], *columns: str) -> None:
        self.name, self.model, self.columns = name, model, columns

    def said_by(self, study: Study) -> list[Values]:
        return self._plain(getattr(study, self.name))

    def read(self, trial: Trial) -> list[Values]:
        rows = self.model._default_manager.filter(trial=trial).order_by("position")
        return self._plain(rows.values(*self.columns))

    def write(self, trial: Trial, value: list[Values]) -> bool:
        return sync(self.model._default_manager.filter(trial=trial), by_position(value), trial=trial)

    def _plain(self, rows: Any) -> list[Values]:
        return [{column: row[column] for column in self.columns} for row in rows]


class Outcomes(Rows):
    """Counted by kind: the primary ones first."""

    def write(self, trial: Trial, value: list[Values]) -> bool:
        places: Counter[str] = Counter()
        wanted: dict[Key, Values] = {}
        for row in value:
            position = places[row["kind"]]
            wanted[row["kind"], position] = {**row, "position": position}
            places[row["kind"]] += 1
        rows = self.model._default_manager.filter(trial=trial)
        return sync(rows, wanted, key=("kind", "position"), trial=trial)

    def _plain(self, rows: Any) -> list[Values]:
        return sorted(super()._plain(rows), key=lambda row: Outcome.Kind.values.index(row["kind"]))


class Sponsors(Rows):
    """By name; a sponsor's own row is added where it is new, and never changed."""

    def read(self, trial: Trial) -> list[Values]:
        parts = TrialSponsor.objects.filter(trial=trial).order_by("position")
        return [
            {"role": role, "name": name, "agency_class": agency_class}
            for role, name, agency_class in parts.values_list("role", "sponsor__name", "agency_class")
        ]

    def write(self, trial: Trial, value: list[Values]) -> bool:
        ids = _sponsors(value)
        parts = [
            {"sponsor_id": ids[part["name"]], "role": part["role"], "agency_class": part["agency_class"]}
            for part in value
        ]
        return super().write(trial, parts)


class Groups:
    """Arms and interventions, and which belongs to which by their places in the two lists."""

    arms = Rows("arms", Arm, "label", "type", "description")
    interventions = Rows("interventions", Intervention, "type", "name", "description", "other_names")

    def said_by(self, study: Study) -> Values:
        return {
            "arms": self.arms.said_by(study),
            "interventions": self.interventions.said_by(study),
            "links": sorted(map(list, study.arm_interventions)),
        }

    def read(self, trial: Trial) -> Values:
        links = ArmIntervention.objects.filter(arm__trial=trial).values_list("arm_id", "intervention_id")
        arms, interventions = _places(Arm, trial), _places(Intervention, trial)
        return {
            "arms": self.arms.read(trial),
            "interventions": self.interventions.read(trial),
            "links": sorted([arms[arm], interventions[intervention]] for arm, intervention in links),
        }

    def write(self, trial: Trial, value: Values) -> bool:
        changes = [
            self.arms.write(trial, value["arms"]),
            self.interventions.write(trial, value["interventions"]),
            _save_links(trial, {(arm, intervention) for arm, intervention in value["links"]}),
        ]
        return any(changes)


LISTS: dict[str, TrialList] = {
    "conditions": Rows("conditions", Condition, "name", "folded"),
    "keywords": Rows("keywords", Keyword, "name", "folded"),
    "other_identifiers": Rows("other_identifiers", OtherIdentifier, "identifier", "type", "domain", "link"),
    "sponsors": Sponsors("sponsors", TrialSponsor, "role", "name", "agency_class"),
    "officials": Rows("officials", Official, "name", "affiliation", "role"),
    "central_contacts": Rows("central_contacts", CentralContact, *CONTACT),
    "outcomes": Outcomes("outcomes", Outcome, "kind", "measure", "description", "time_frame"),
    "groups": Groups(),
}


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


def _places(model: type[models.Model], trial: Trial) -> dict[int, int]:
    rows = model._default_manager.filter(trial=trial).order_by("position").values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(rows)}


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
