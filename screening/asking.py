"""In which order a screening's questions are asked: the protocol's, or the fastest where figures exist.

The figures are those of the screening's own center in this trial, whatever other centers its reader works at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count

from screening.chances import ENOUGH_SCREENINGS, Said, chances_of_yes
from screening.logic import Outcome
from screening.models import Answer, ChanceEstimate, Screening, Value
from screening.order import against, fastest
from screening.services import assess


class Order(StrEnum):
    PROTOCOL = "protocol"
    FASTEST = "fastest"


@dataclass(frozen=True)
class Experience:
    """What a center knows of a trial's statements.

    screenings: how many of its others in this trial have answers
    said: how often each statement was answered in each way, and for some
    estimates: for some statements, of a hundred participants, how many it is expected to stop
    """

    screenings: int
    said: Mapping[str, Said]
    estimates: Mapping[str, int]

    @property
    def is_enough(self) -> bool:
        return self.screenings >= ENOUGH_SCREENINGS or bool(self.estimates)


def experience_of(screening: Screening) -> Experience:
    """In three queries."""
    rows = (
        Answer.objects.at_center(screening.center)
        .current()
        .filter(screening__trial=screening.trial_id, proposed=False)
        .exclude(screening=screening)
        .exclude(value=Value.UNKNOWN)
        .order_by()
    )
    counted: dict[str, dict[str, int]] = {}
    for identifier, value, number in rows.values_list("criterion__identifier", "value").annotate(Count("pk")):
        counted.setdefault(identifier, {})[value] = number
    estimates = ChanceEstimate.objects.filter(center=screening.center, trial=screening.trial_id)
    return Experience(
        rows.aggregate(number=Count("screening", distinct=True))["number"],
        {identifier: Said(**values) for identifier, values in counted.items()},
        dict(estimates.values_list("identifier", "percent_against")),
    )


def fastest_order(
    screening: Screening, answers: Mapping[str, str], still_open: Sequence[str], experience: Experience
) -> tuple[str, ...]:
    """What is still to ask, in the order that is expected to settle the outcome soonest."""
    tree, cohort = screening.version.tree(), _cohort(screening)
    chances = chances_of_yes(tree, experience.said, experience.estimates, cohort=cohort)
    return fastest(tree, answers, still_open, chances, cohort=cohort)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a statement is asked now: against how many it stood, of how many; or what is expected.

    `alone`: an answer against the participant settles the outcome, whatever the others are.
    """

    stood: int
    answered: int
    estimate: int | None
    alone: bool


def ground_of(screening: Screening, identifier: str, experience: Experience) -> Ground | None:
    """None of a statement of which either answer can stand against a participant."""
    bad = against(screening.version.tree(), _cohort(screening)).get(identifier)
    if bad is None:
        return None
    said = experience.said.get(identifier, Said())
    alone = assess(screening, {identifier: bad}).outcome is Outcome.INELIGIBLE
    return Ground(said.times(bad), said.answered, experience.estimates.get(identifier), alone)


def _cohort(screening: Screening) -> str | None:
    return screening.cohort.code if screening.cohort else None
