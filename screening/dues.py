"""What is due of open screenings: what has run out, what an investigator has to settle, what comes next."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from screening.logic import Assessment
from screening.models import AnchorDate, Answer, Screening, Status
from screening.services import assess
from screening.services.evaluation import Standing
from trials.criteria.tree import Anchor


@dataclass(slots=True)
class Due:
    """Of one open screening, by statements.

    again: answers that have run out and matter
    judgements: what a coordinator proposed and an investigator has to settle
    expires: the first day on which an answer that matters runs out, and which one
    planned: events with a planned date for which answers are to be checked again, in their order
    """

    screening: Screening
    assessment: Assessment
    again: list[str] = field(default_factory=list)
    judgements: list[str] = field(default_factory=list)
    expires: tuple[datetime.date, str] | None = None
    planned: list[tuple[datetime.date, Anchor]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.again or self.judgements or self.expires or self.planned)


def dues(screenings: Iterable[Screening], standings: Mapping[int, Standing]) -> list[Due]:
    """Of the open ones among them, in two queries; `standings` has them all."""
    found = {
        screening.pk: _of_rechecks(screening, standings[screening.pk])
        for screening in screenings
        if screening.status == Status.OPEN
    }
    rows = Answer.objects.filter(
        Q(proposed=True) | Q(valid_until__isnull=False), screening__in=found
    ).current()
    for pk, identifier, proposed, until in rows.values_list(
        "screening", "criterion__identifier", "proposed", "valid_until"
    ):
        due = found[pk]
        if proposed:
            due.judgements.append(identifier)
        elif until and identifier in due.assessment.relevant and identifier not in standings[pk].expired:
            due.expires = min(filter(None, (due.expires, (until, identifier))))
    events = AnchorDate.objects.filter(screening__in=found, actual_on=None).order_by("planned_on")
    for pk, anchor, on in events.values_list("screening", "anchor", "planned_on"):
        if on and anchor in _awaited(found[pk]):
            found[pk].planned.append((on, Anchor(anchor)))
    return list(found.values())


def _of_rechecks(screening: Screening, standing: Standing) -> Due:
    assessment = assess(screening, standing.answers, expired=standing.expired, anchors=standing.anchors)
    return Due(
        screening, assessment, again=[each for each in assessment.rechecks if each in standing.expired]
    )


def _awaited(due: Due) -> set[str]:
    """The events at which an answer is to be given again."""
    nodes = due.screening.version.tree().nodes
    tests = (nodes[each].test for each in due.assessment.rechecks if each not in due.again)
    return {test.window.anchor for test in tests if test and test.window}
