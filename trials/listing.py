"""Trials as lines of a list: what each shows, in a number of queries that does not grow with the list."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q

from trials.dates import PartialDate
from trials.models import Condition, Trial, TrialSponsor
from trials.vocabulary import Status

if TYPE_CHECKING:
    from trials.querysets import TrialQuerySet

CONDITIONS_SHOWN = 5


@dataclass(frozen=True)
class Line:
    trial: Trial
    is_starred: bool = False

    @property
    def conditions(self) -> list[Condition]:
        return list(self.trial.conditions.all())[:CONDITIONS_SHOWN]

    @property
    def more_conditions(self) -> int:
        return max(len(self.trial.conditions.all()) - CONDITIONS_SHOWN, 0)

    @property
    def updated(self) -> PartialDate | None:
        return self.trial.last_update_posted_date or self.trial.last_update_submitted_date

    @property
    def lead(self) -> TrialSponsor | None:
        return next(iter(self.trial.sponsor_parts.all()), None)


def for_list(trials: TrialQuerySet) -> TrialQuerySet:
    """With what a line of a list shows."""
    listed = Q(sites__listed=True)
    parts = TrialSponsor.objects.filter(role=TrialSponsor.Role.LEAD).select_related("sponsor")
    return trials.prefetch_related("conditions", Prefetch("sponsor_parts", parts)).annotate(
        site_count=Count("sites", filter=listed),
        recruiting_count=Count("sites", filter=listed & Q(sites__status=Status.RECRUITING)),
        country_count=Count(
            "sites__country_normalised", filter=listed & ~Q(sites__country_normalised=""), distinct=True
        ),
    )


def lines_of(trials: Iterable[Trial], starred: Container[str]) -> list[Line]:
    return [Line(trial, trial.nct_id in starred) for trial in trials]
