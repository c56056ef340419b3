"""What the audit trail holds of one screening, in words: who, when, what, before, after, why."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.models import (
    AnchorDate,
    Answer,
    AuditEvent,
    Deviation,
    Fact,
    Screening,
    Signature,
    VersionPin,
)
from screening.signature import Part
from screening.views.recorded import Recorded
from screening.views.sheet import value_words
from trials.models import Cohort, CriteriaVersion, Criterion
from trials.reading.in_words import column_in_words

type Row = Mapping[str, Any]

# Columns that a reader asks about; what was sealed is opened. The rest is keys and machinery.
_TOLD: dict[type[models.Model], tuple[str, ...]] = {
    Screening: (
        *("screening_number", "kind", "consent_date", "cohort_id", "version_id", "outcome", "status"),
        *("conclusion", "failure_kind", "failure_text_sealed", "disposition", "disposition_date"),
    ),
    Answer: (
        *("value", "proposed", "comment_sealed", "valid_until", "source_kind", "source_date", "source_page"),
        *("source_reference_sealed", "source_quote_sealed"),
    ),
    Fact: (
        *("number", "code", "date", "text_sealed", "unit", "observed_on", "lower_limit", "upper_limit"),
        *("product", "source_kind", "source_date", "source_reference_sealed", "withdrawn_at"),
    ),
    AnchorDate: ("planned_on", "actual_on"),
    Signature: ("meaning", "outcome", "cohort_label", "attestation_sealed", "voided_at", "void_kind"),
    Deviation: ("identifier", "reason_sealed", "approved_by_sealed", "approved_on"),
    VersionPin: ("version_id",),
}
_KINDS = {
    Screening: gettext_lazy("Screening"),
    Answer: gettext_lazy("Answer"),
    Fact: gettext_lazy("Fact"),
    AnchorDate: gettext_lazy("Date of an event"),
    Signature: gettext_lazy("Signature"),
    Deviation: gettext_lazy("Protocol deviation"),
    VersionPin: gettext_lazy("Criteria version"),
}


@dataclass(frozen=True, slots=True)
class TrailLine:
    at: datetime.datetime
    who: str
    what: str
    before: str
    after: str
    reason: str


def trail_of(screening: Screening, recorded: Recorded) -> list[TrailLine]:
    """The oldest first, in a fixed number of queries; what changed nothing that is told here is left out."""
    rows: dict[type[models.Model], list[str]] = {
        Screening: [str(screening.pk)],
        Fact: list(recorded.content[Part.FACTS]),
    }
    about_screening: tuple[type[models.Model], ...] = (Answer, AnchorDate, Signature, Deviation, VersionPin)
    for model in about_screening:
        own = model._default_manager.filter(screening=screening)
        rows[model] = [str(pk) for pk in own.values_list("pk", flat=True)]
    about = Q()
    for model, keys in rows.items():
        about |= Q(table=model._meta.db_table, row__in=keys)
    events = AuditEvent.objects.filter(about, chain=screening.center_id).order_by("id")
    return list(_lines(events, screening, recorded))


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(column for column in model._meta.concrete_fields if column.attname == name)


def _lines(
    events: models.QuerySet[AuditEvent], screening: Screening, recorded: Recorded
) -> Iterator[TrailLine]:
    models_of = {model._meta.db_table: model for model in _TOLD}
    words = _Words(screening, recorded)
    for event in events:
        model = models_of[event.table]
        before, after = _read(event.before), _read(event.after)
        told = [name for name in _TOLD[model] if before.get(name) != after.get(name)]
        was, now = words.of(model, before, told), words.of(model, after, told)
        if was != now:
            yield TrailLine(
                at=event.at,
                who=event.actor.partition(" <")[0],
                what=": ".join(filter(None, (str(_KINDS[model]), words.name(model, after or before)))),
                before=was,
                after=now or _("removed"),
                reason=recorded.unsealed(event.reason),
            )


class _Words:
    """Stored rows in words; what keys stand for is looked up once."""

    def __init__(self, screening: Screening, recorded: Recorded) -> None:
        self._recorded = recorded
        versions = screening.pins.values("version")
        self._criteria = dict(Criterion.objects.filter(version__in=versions).values_list("pk", "identifier"))
        self._keys = {
            "cohort_id": dict(Cohort.objects.filter(version__in=versions).values_list("pk", "label")),
            "version_id": dict(CriteriaVersion.objects.filter(pk__in=versions).values_list("pk", "label")),
        }

    def name(self, model: type[models.Model], row: Row) -> str:
        """What tells a row from another of its kind."""
        if model is Answer:
            return self._recorded.place(self._criteria.get(row["criterion_id"], ""))
        if model is Fact:
            return self._recorded.variable(self._recorded.content[Part.FACTS][str(row["id"])])
        if model is AnchorDate:
            return str(row["anchor"]).replace("_", " ")
        return str(row["printed_name"]) if model is Signature else ""

    def of(self, model: type[models.Model], row: Row, told: list[str]) -> str:
        parts = []
        for name in told:
            words = self._value(model, name, row.get(name))
            if words and name in ("value", "version_id"):
                parts.append(words)
            elif words:
                label = str(_column(model, name).verbose_name).removesuffix(" sealed")
                parts.append(f"{label}: {words}")
        return "; ".join(parts)

    def _value(self, model: type[models.Model], name: str, value: Any) -> str:
        if value in (None, "", False):
            return ""
        if name.endswith("_sealed"):
            return self._recorded.unsealed(value)
        if name in self._keys:
            return str(self._keys[name].get(value, value))
        if name == "value":
            return value_words(value)
        if name == "identifier":
            return self._recorded.place(value)
        return column_in_words(_column(model, name), value)


def _read(text: str | None) -> Row:
    row: Row = json.loads(text) if text else {}
    return row
