"""What a study says, as rows of our tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.db import models

from trials.dates import PartialDate
from trials.importers.bulk.copying import Row, Table
from trials.importers.ctgov import Place, Values
from trials.importers.kept import READER, Kept
from trials.importers.lists import CONTACT, GROUPS, OUTCOMES, PLAIN_LISTS, Rows, counted_by_kind
from trials.models import (
    Arm,
    ArmIntervention,
    Intervention,
    Outcome,
    Site,
    SiteContact,
    Trial,
    TrialImport,
    TrialRecord,
    TrialSponsor,
)


def _of_list(rows: Rows) -> Table:
    return Table(rows.model, ("trial_id", "position", *rows.columns))


# What a new trial has in columns that no record fills; the database sets some by itself.
_BLANK: Values = {
    field.attname: "[]" if isinstance(field, models.JSONField) else field.get_default()
    for field in Trial._meta.concrete_fields
    if not field.primary_key and not field.has_db_default()
}
TRIAL = Table(Trial, ("id", *_BLANK))
RECORD = Table(TrialRecord, ("trial_id", "content", "digest", "reader"))
IMPORT = Table(TrialImport, ("trial_id", "by", "changes"))
PLAIN = {name: _of_list(rows) for name, rows in PLAIN_LISTS.items()}
SPONSOR = Table(TrialSponsor, ("trial_id", "position", "role", "sponsor_id", "agency_class"))
OUTCOME = Table(Outcome, ("trial_id", "position", *OUTCOMES.columns))
ARM = Table(Arm, ("id", "trial_id", "position", *GROUPS.arms.columns))
INTERVENTION = Table(Intervention, ("id", "trial_id", "position", *GROUPS.interventions.columns))
LINK = Table(ArmIntervention, ("arm_id", "intervention_id"))
# In the order of a place's values.
PLACE = (
    "status", "facility", "city", "state", "zip", "country", "latitude", "longitude", "address_key",
    "city_normalised", "state_normalised", "zip_normalised", "country_normalised", "city_folded",
    "search_text",
)  # fmt: skip
SITE = Table(Site, ("id", "trial_id", "origin", "occurrence", "located_as", "listed", "position", *PLACE))
CONTACTS = Table(SiteContact, ("site_id", "position", *CONTACT))


def trial_row(trial: int, values: Values) -> Row:
    """A whole new row, blank where `values` says nothing."""
    return said_row(trial, {**_BLANK, **values})


def said_row(trial: int, values: Values) -> Row:
    return [trial, *map(_written, values.values())]


def _written(value: Any) -> Any:
    if type(value) is PartialDate:
        return value.iso
    return "{}" if value == [] else value  # many are, and the text is there at once


def record_row(trial: int, kept: Kept) -> Row:
    return trial, kept.content, kept.digest, READER


def import_row(trial: int, by: str, changes: Values) -> Row:
    return trial, by, json.dumps(changes, ensure_ascii=False)


def plain_rows(trial: int, rows: Rows, value: Sequence[Values]) -> Iterator[Row]:
    for position, values in enumerate(value):
        yield trial, position, *(values[column] for column in rows.columns)


def sponsor_rows(trial: int, value: Sequence[Values], ids: Mapping[str, int]) -> Iterator[Row]:
    for position, part in enumerate(value):
        yield trial, position, part["role"], ids[part["name"]], part["agency_class"]


def outcome_rows(trial: int, value: Sequence[Values]) -> Iterator[Row]:
    for position, values in zip(counted_by_kind(value), value, strict=True):
        yield trial, position, *(values[column] for column in OUTCOMES.columns)


def keyed_rows(keys: Sequence[int], trial: int, rows: Rows, value: Sequence[Values]) -> Iterator[Row]:
    """Under keys that were drawn for them."""
    for position, (key, values) in enumerate(zip(keys, value, strict=True)):
        yield key, trial, position, *(values[column] for column in rows.columns)


_REGISTRY = Site.Origin.REGISTRY.value
_place_columns = itemgetter(*PLACE)


def site_row(key: int, trial: int, occurrence: int, position: int, place: Place) -> Row:
    values = _place_columns(place.values)
    return key, trial, _REGISTRY, occurrence, "", True, position, *values


def contact_rows(site: int, contacts: Sequence[Values]) -> Iterator[Row]:
    for position, contact in enumerate(contacts):
        yield site, position, *(contact[column] for column in CONTACT)
