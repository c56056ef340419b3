"""What a patient's facts propose as the answers of a screening: read in a fixed number of queries."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening import vault
from screening.deciding.facts import AnchorTime, Circumstances, Facts, FactValue, by_variable
from screening.deciding.proposal import Proposal, propose
from screening.models import AnchorDate, Fact, Screening
from screening.services.rules import local_date
from trials.criteria.tree import Anchor, Node


@dataclass(frozen=True)
class Evidence:
    """The patient's present facts, by their keys and by their variables, and what they are judged by."""

    facts: Mapping[int, Fact]
    values: Facts
    circumstances: Circumstances

    def on(self, statement: Node) -> Proposal | None:
        """What the facts say of a statement; None where it is a plain question."""
        if statement.test is None:
            return None
        return propose(statement.test, self.values, self.circumstances)


def evidence_for(
    screening: Screening,
    today: datetime.date | None = None,
    *,
    dates: Iterable[AnchorDate] | None = None,
) -> Evidence:
    """As it stands on the center's local date, or on the day given."""
    facts = {
        fact.pk: fact for fact in screening.patient.facts.current().select_related("variable", "entered_by")
    }
    half_lives = dict(screening.center.half_lives.values_list("product_folded", "hours"))
    return Evidence(
        facts,
        by_variable(fact_value(fact) for fact in facts.values() if not fact.text_sealed),
        Circumstances(
            today=today or local_date(screening.center),
            anchors=anchor_times(screening, screening.anchor_dates.all() if dates is None else dates),
            half_lives=half_lives,
            sex=screening.patient.sex,
            birth_date=vault.birth_date(screening.patient),
        ),
    )


def proposals_for(screening: Screening, today: datetime.date | None = None) -> dict[str, Proposal]:
    """By statement, for those that are more than plain questions."""
    evidence = evidence_for(screening, today)
    found = {node.identifier: evidence.on(node) for node in screening.version.tree().statements}
    return {identifier: proposal for identifier, proposal in found.items() if proposal is not None}


def fact_value(fact: Fact) -> FactValue:
    return FactValue(
        id=fact.pk,
        variable=fact.variable.code,
        observed_on=fact.observed_on,
        number=fact.number,
        code=fact.code,
        date=fact.date,
        unit=fact.unit,
        lower=fact.lower_limit,
        upper=fact.upper_limit,
        product=fact.product,
    )


def anchor_times(screening: Screening, dates: Iterable[AnchorDate]) -> dict[Anchor, AnchorTime]:
    """The events that have a date. A screening begins when it was started, unless another day is recorded."""
    times = {Anchor.SCREENING: AnchorTime(_started(screening), actual=True)}
    if screening.consent_date:
        times[Anchor.CONSENT] = AnchorTime(screening.consent_date, actual=True)
    for row in dates:
        if row.actual_on:
            times[Anchor(row.anchor)] = AnchorTime(row.actual_on, actual=True)
        elif row.planned_on and row.anchor != Anchor.SCREENING:
            times[Anchor(row.anchor)] = AnchorTime(row.planned_on, actual=False)
    return times


def _started(screening: Screening) -> datetime.date:
    return screening.started_at.astimezone(screening.center.zone).date()
