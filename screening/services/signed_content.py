"""What of a screening a signature is bound to, read from its rows.

Free text goes in as it is sealed: the content says nothing about a participant whose key was destroyed, and
its digest still verifies.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from screening.deciding.proposal import variables_of
from screening.logic import Assessment
from screening.models import AnchorDate, Answer, Deviation, Fact, FailureKind, HalfLife, Screening
from screening.services.evaluation import assess, standing_of
from screening.signature import Content, Part


def content_of(
    screening: Screening,
    *,
    on: datetime.date,
    until: datetime.datetime | None = None,
    signed: Content | None = None,
) -> dict[str, Any]:
    """What would be signed, as the answers hold `on` a day of the center; in a fixed number of queries.

    To compare with what was signed: `until` is the moment after which dates, facts and deviations are no
    longer about that decision, and what was dated anew after it is taken from what was `signed`.
    """
    answers = list(
        screening.answers.current().with_standing().prefetch_related("answer_facts").order_by("pk")
    )
    rested_on = {each.fact_id for answer in answers for each in answer.answer_facts.all()}
    facts = _facts(screening, rested_on, until)
    recorded = {row.anchor: (_date(row), row.recorded_at) for row in screening.anchor_dates.all()}
    dates = _kept(recorded, Part.DATES, until, signed)
    standing = standing_of(screening, answers, _anchors(dates), on)
    assessment = assess(screening, standing.answers, expired=standing.expired, anchors=standing.anchors)
    return {
        Part.SCREENING: {
            "id": screening.pk,
            "number": screening.screening_number,
            "center": screening.center.code,
            "site": screening.site_id,
            "trial": screening.trial.nct_id,
        },
        Part.PARTICIPANT: {
            "id": screening.patient_id,
            "code": screening.patient.code,
            "sex": screening.patient.sex,
            "birth_date": screening.patient.birth_date_sealed,
        },
        Part.VERSION: {
            "id": screening.version_id,
            "label": screening.version.label,
            "source": screening.version.source,
            "completeness": screening.version.completeness,
            "digest": screening.version.digest,
        },
        Part.COHORT: {"code": screening.cohort.code, "label": screening.cohort.label}
        if screening.cohort
        else None,
        Part.CONSENT: {"kind": screening.kind, "date": _day(screening.consent_date)},
        Part.FAILURE: _failure(screening),
        Part.OUTCOME: _outcome(assessment),
        Part.ANSWERS: {answer.criterion.identifier: _answer(answer) for answer in answers},
        Part.FACTS: {str(fact.pk): _fact(fact) for fact in facts},
        Part.DATES: dates,
        Part.HALF_LIVES: _kept(
            {row.product_folded: (_half_life(row), row.entered_at) for row in _half_lives(screening, facts)},
            Part.HALF_LIVES,
            until,
            signed,
        ),
        Part.DEVIATIONS: {
            str(row.pk): _deviation(row)
            for row in screening.deviations.all()
            if until is None or row.recorded_at <= until
        },
    }


def _outcome(assessment: Assessment) -> dict[str, Any]:
    return {
        "value": assessment.outcome.value,
        "why": list(assessment.why),
        "deciding": list(assessment.deciding_criteria),
        "caveats": [
            {"kind": caveat.kind.value, "identifiers": list(caveat.identifiers)}
            for caveat in assessment.caveats
        ],
        "open": list(assessment.open_relevant),
        "rechecks": list(assessment.rechecks),
    }


def _failure(screening: Screening) -> dict[str, Any] | None:
    """Why it failed where it was not by the criteria: those are the outcome's."""
    if screening.failure_kind in ("", FailureKind.CRITERIA):
        return None
    return {"kind": screening.failure_kind, "text": screening.failure_text_sealed}


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "value": answer.value,
        "proposed": answer.proposed,
        "proposal": answer.proposal,
        "revision": answer.revision,
        "by": answer.answered_by_id,
        "at": _moment(answer.answered_at),
        "comment": answer.comment_sealed,
        "valid_until": _day(answer.valid_until),
        "carried_from": answer.carried_from_id,
        "facts": sorted(each.fact_id for each in answer.answer_facts.all()),
        "source": {
            "kind": answer.source_kind,
            "date": _day(answer.source_date),
            "page": answer.source_page,
            "reference": answer.source_reference_sealed,
            "quote": answer.source_quote_sealed,
        },
    }


def _facts(screening: Screening, rested_on: Collection[int], until: datetime.datetime | None) -> list[Fact]:
    """Those that answers rest on, and all that stand and have a say in what this version asks."""
    tests = (node.test for node in screening.version.tree().statements)
    asked = {variable for test in tests if test for variable in variables_of(test)}
    standing = Q(variable__code__in=asked, withdrawn_at=None, replacement=None)
    if until is not None:
        standing &= Q(entered_at__lte=until)
    rows = screening.patient.facts.filter(Q(pk__in=rested_on) | standing)
    return list(rows.select_related("variable", "replacement").order_by("pk"))


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "variable": fact.variable.code,
        "number": _number(fact.number),
        "code": fact.code,
        "date": _day(fact.date),
        "text": fact.text_sealed,
        "unit": fact.unit,
        "observed_on": _day(fact.observed_on),
        "lower_limit": _number(fact.lower_limit),
        "upper_limit": _number(fact.upper_limit),
        "product": fact.product,
        "source": {
            "kind": fact.source_kind,
            "date": _day(fact.source_date),
            "reference": fact.source_reference_sealed,
        },
        "by": fact.entered_by_id,
        "at": _moment(fact.entered_at),
        "state": "withdrawn" if fact.withdrawn_at else "corrected" if hasattr(fact, "replacement") else "",
    }


def _half_lives(screening: Screening, facts: list[Fact]) -> list[HalfLife]:
    products = {fact.product_folded for fact in facts} - {""}
    return list(screening.center.half_lives.filter(product_folded__in=products)) if products else []


def _half_life(row: HalfLife) -> dict[str, Any]:
    return {"product": row.product, "hours": _number(row.hours), "source": row.source}


def _date(row: AnchorDate) -> dict[str, Any]:
    return {"planned": _day(row.planned_on), "actual": _day(row.actual_on)}


def _anchors(dates: Mapping[str, Any]) -> list[AnchorDate]:
    return [
        AnchorDate(anchor=anchor, actual_on=row["actual"] and datetime.date.fromisoformat(row["actual"]))
        for anchor, row in dates.items()
    ]


def _deviation(row: Deviation) -> dict[str, Any]:
    return {
        "identifier": row.identifier,
        "reason": row.reason_sealed,
        "approved_by": row.approved_by_sealed,
        "approved_on": _day(row.approved_on),
        "by": row.recorded_by_id,
        "at": _moment(row.recorded_at),
    }


def _kept(
    rows: Mapping[str, tuple[dict[str, Any], datetime.datetime]],
    part: Part,
    until: datetime.datetime | None,
    signed: Content | None,
) -> dict[str, Any]:
    """Rows that are overwritten: what was entered after `until` counts as it was signed, or not at all."""
    before: Mapping[str, Any] = signed[part] if signed else {}
    found: dict[str, Any] = {}
    for key, (entry, entered) in rows.items():
        if until is None or entered <= until:
            found[key] = entry
        elif key in before:
            found[key] = before[key]
    return found


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _day(value: datetime.date | None) -> str | None:
    return value.isoformat() if value else None


def _moment(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
