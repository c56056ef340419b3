"""Stored values as a person reads them, from what JSON holds of a column or of a trial's list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.dates import PartialDate
from trials.fields import PartialDateField
from trials.models import LocalEdit, Trial, TrialSponsor
from trials.models.trial import Outcome
from trials.templatetags.catalogue import age
from trials.text import humanised
from trials.vocabulary import (
    AgeGroup,
    AgencyClass,
    ArmType,
    ContactRole,
    IdentifierType,
    InterventionType,
    Phase,
    Status,
    WhoMasked,
    words,
)

LIST_NAMES: Mapping[str, Promise] = {
    "conditions": gettext_lazy("conditions"),
    "keywords": gettext_lazy("keywords"),
    "other_identifiers": gettext_lazy("other identifiers"),
    "sponsors": gettext_lazy("sponsors"),
    "officials": gettext_lazy("officials"),
    "central_contacts": gettext_lazy("central contacts"),
    "outcomes": gettext_lazy("outcome measures"),
    "groups": gettext_lazy("arms and interventions"),
    "coordinates": gettext_lazy("coordinates"),
    "contacts": gettext_lazy("contacts"),
}

_OF_SITES: Mapping[str, Promise] = {
    "status": gettext_lazy("status of sites"),
    "coordinates": gettext_lazy("coordinates of sites"),
    "contacts": gettext_lazy("contacts of sites"),
}


def field_in_words(edit: LocalEdit) -> str:
    """What an administrator edited, of a trial or of its sites."""
    if edit.site_id is not None:
        return str(_OF_SITES[edit.field])
    if edit.field in LIST_NAMES:
        return str(LIST_NAMES[edit.field])
    return str(Trial._meta.get_field(edit.field).verbose_name)  # type: ignore[union-attr]


_AGES = ("minimum_age", "maximum_age")
_OF_LISTS: Mapping[str, type[TextChoices]] = {
    "phases": Phase,
    "std_ages": AgeGroup,
    "who_masked": WhoMasked,
}
# Which vocabulary a row's key is from, list by list.
_OF_ROWS: Mapping[str, Mapping[str, type[TextChoices]]] = {
    "other_identifiers": {"type": IdentifierType},
    "sponsors": {"role": TrialSponsor.Role, "agency_class": AgencyClass},
    "officials": {"role": ContactRole},
    "central_contacts": {"role": ContactRole},
    "contacts": {"role": ContactRole},
    "outcomes": {"kind": Outcome.Kind},
    "sites": {"status": Status},
    "arms": {"type": ArmType},
    "interventions": {"type": InterventionType},
}

# A database keeps the keys of an entry in no order of ours.
_FIRST = (
    *("facility", "city", "state", "zip", "country", "status", "coordinates", "contacts"),
    *("label", "name", "kind", "measure", "title", "identifier", "type", "domain", "link"),
)
# Of an entry, what is for programs.
_MACHINERY = frozenset({"folded", "id", "groupId"})
# Values of a record that are written in capitals and mean words.
_ENUMERATIONS = frozenset(
    {"type", "class", "role", "status", "statusForNctId", "ipdSharing", "infoTypes", "retention"}
)
# Any other that cannot be meant as a word: "COUNT_OF_PARTICIPANTS".
_ENUMERATED = re.compile(r"[A-Z]+(?:_[A-Z]+)+")


def column_in_words(field: models.Field[Any, Any], value: Any) -> str:
    """One value of a column, as its row's JSON has it; empty where there is none."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.name in _OF_LISTS:
        return ", ".join(words(_OF_LISTS[field.name], value))
    if isinstance(value, list):
        return "\n".join(_row(item) if isinstance(item, dict) else str(item) for item in value)
    if isinstance(value, dict):
        return _row(value)
    if isinstance(field, PartialDateField):
        return str(PartialDate(value))
    if isinstance(field, models.DateTimeField):
        return _moment(value)
    if isinstance(field, models.DateField):
        return date_format(date.fromisoformat(value), "j M Y", use_l10n=False)
    if field.name in _AGES:
        return age(str(value)) or _("No limit")
    choices = dict(field.flatchoices)
    if choices:
        return str(choices.get(value, humanised(str(value))))
    return str(value)


def list_in_words(name: str, value: Any) -> str:
    """One of a trial's or a site's lists, a line for each of its rows; empty where it has none."""
    if name == "coordinates":
        return ", ".join(str(number) for number in value or () if number is not None)
    if name == "groups":
        return "\n".join(
            line for part in ("arms", "interventions") if (line := list_in_words(part, value[part]))
        )
    return "\n".join(_row(row, _OF_ROWS.get(name, {})) for row in value or ())


def entry_in_words(name: str, entry: Any) -> str:
    """One entry of a list or a value of a record, by the name of the list or of the value."""
    if isinstance(entry, dict):
        vocabularies = _OF_ROWS.get(name, {})
        said = (
            ", ".join(words(vocabularies[key], [value]))
            if key in vocabularies
            else entry_in_words(key, value)
            for key, value in sorted(entry.items(), key=lambda item: _place(item[0]))
            if value not in (None, "") and key not in _MACHINERY
        )
        return "; ".join(filter(None, said))
    if isinstance(entry, list):
        said = (entry_in_words(name, each) for each in entry)
        return ("\n" if any(isinstance(each, dict) for each in entry) else ", ").join(filter(None, said))
    if isinstance(entry, bool):
        return _("Yes") if entry else _("No")
    if entry is None:
        return ""
    text = str(entry)
    return humanised(text) if name in _ENUMERATIONS or _ENUMERATED.fullmatch(text) else text


def _place(key: str) -> int:
    return _FIRST.index(key) if key in _FIRST else len(_FIRST)


def _row(values: Mapping[str, Any], vocabularies: Mapping[str, type[TextChoices]] | None = None) -> str:
    parts = []
    for key, value in values.items():
        if key == "folded" or value in (None, "", []):
            continue
        if vocabularies and key in vocabularies:
            parts += words(vocabularies[key], [value])
        else:
            parts.append(_listed(value) if isinstance(value, list) else str(value))
    return "; ".join(parts)


def _listed(items: Sequence[Any]) -> str:
    return ", ".join(str(item) for item in items)


def _moment(value: str) -> str:
    moment = datetime.fromisoformat(value)
    return f"{date_format(moment, 'j M Y, H:i', use_l10n=False)} UTC"
