"""Values and dates of a made-up participant, told in days from the day on which they are loaded."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from screening.models import Screening, SourceKind, User
from screening.services import record_anchor, record_fact
from screening.services.rules import local_date
from trials.criteria.tree import Anchor
from trials.importers.reading import Part
from trials.models import Variable


class DemoFacts:
    """What a screening's part of the document says; read first, so that every problem in it is found."""

    def __init__(self, part: Part) -> None:
        self.facts = [_fact(each) for each in part.parts("facts")]
        self.dates = [
            (
                each.choice("anchor", [anchor.value for anchor in Anchor if anchor is not Anchor.CONSENT]),
                each.integer("planned_in_days"),
                each.integer("actual_days_ago"),
            )
            for each in part.parts("dates")
        ]

    def record(self, user: User, screening: Screening) -> None:
        """Enter them all, as people do. Raises `Refused`."""
        today = local_date(screening.center)
        for anchor, planned, actual in self.dates:
            record_anchor(
                user=user,
                screening=screening,
                anchor=anchor,
                planned_on=None if planned is None else today + datetime.timedelta(days=planned),
                actual_on=None if actual is None else today - datetime.timedelta(days=actual),
            )
        known = {variable.code: variable for variable in Variable.objects.all()}
        for code, days, said in self.facts:
            record_fact(
                user=user,
                patient=screening.patient,
                variable=known[code],
                observed_on=today - datetime.timedelta(days=days),
                operation_id=uuid.uuid4(),
                **said,
            )


def _fact(part: Part) -> tuple[str, int, dict[str, Any]]:
    code = part.text("variable")
    if not Variable.objects.filter(code=code).exists():
        part.note("variable", "the dictionary has no such one")
    said: dict[str, Any] = {
        name: part.converted(name, _decimal) for name in ("number", "lower_limit", "upper_limit")
    }
    said |= {name: part.text(name) for name in ("code", "unit", "product", "source_reference")}
    if "source_kind" in part:
        said["source_kind"] = part.choice("source_kind", SourceKind.values)
    return code, part.integer("days_ago") or 0, said


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number in quotes is needed") from None
