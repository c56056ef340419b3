"""Figures over screenings: of one's own centers from their rows, of a sponsor's trial from counts alone.

The unit is the screening, not the participant: who is screened twice counts twice, and the number of
re-screenings says how often. Each screening is at one stage of the flow.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from django.db import connection
from django.db.models import Count, TextChoices
from django.utils.translation import gettext_lazy as _

from screening.blockers import criterion_of, sole_blockers
from screening.models import Conclusion, Disposition, FailureKind, Screening, Status
from screening.querysets import ScreeningQuerySet
from screening.services import assess
from screening.services.evaluation import Standing, read_standings
from screening.suppression import TOTAL, Published
from trials.models import Trial


class Stage(TextChoices):
    OPEN = "open", _("still in screening")
    CRITERIA = "criteria", _("eligibility criteria")
    WITHDRAWN = "withdrawn", _("participant withdrew")
    OTHER = "other", _("other reason")
    WAITING = "waiting", _("not decided yet")
    NOT_ENROLLED = "not_enrolled", _("eligible, not enrolled")
    ENROLLED = "enrolled", _("enrolled")
    RANDOMISED = "randomised", _("randomised")


FAILED = (Stage.CRITERIA, Stage.WITHDRAWN, Stage.OTHER)
ENTERED = (Stage.ENROLLED, Stage.RANDOMISED)
_FAILED = {
    FailureKind.CRITERIA.value: Stage.CRITERIA,
    FailureKind.WITHDRAWN.value: Stage.WITHDRAWN,
    FailureKind.OTHER.value: Stage.OTHER,
}
_FOLLOWED = {
    "": Stage.WAITING,
    Disposition.NOT_ENROLLED.value: Stage.NOT_ENROLLED,
    Disposition.ENROLLED.value: Stage.ENROLLED,
    Disposition.RANDOMISED.value: Stage.RANDOMISED,
}
# The columns that say at which stage a screening is.
_STAGED = ("status", "conclusion", "failure_kind", "disposition")


def stage_of(status: str, conclusion: str, failure_kind: str, disposition: str) -> Stage:
    if status == Status.OPEN:
        return Stage.OPEN
    return _FAILED[failure_kind] if conclusion == Conclusion.SCREEN_FAILURE else _FOLLOWED[disposition]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A numbered criterion as it was worded when a screening was concluded, or is in its version."""

    identifier: str
    category: str
    label: str
    text: str


@dataclass(slots=True)
class ByCriterion:
    """decided: screen failures in which it excluded the participant, alone or among others
    alone: those of them in which nothing else stood in the way
    waiting: open screenings in which a statement of it is open and matters
    """

    criterion: Criterion
    decided: int = 0
    alone: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """`days`: from the start to the conclusion, the median; None while nothing is concluded."""

    stages: Mapping[Stage, int]
    participants: int
    rescreenings: int
    days: float | None

    @property
    def screened(self) -> int:
        return sum(self.stages.values())


def figures_of(found: ScreeningQuerySet) -> Figures:
    stages: Counter[Stage] = Counter()
    for *columns, number in found.order_by().values_list(*_STAGED).annotate(Count("pk")):
        stages[stage_of(*columns)] += number
    whole = found.aggregate(people=Count("patient", distinct=True), again=Count("earlier"))
    took = [
        (end - start) / datetime.timedelta(days=1)
        for start, end in found.filter(status=Status.CONCLUDED).values_list("started_at", "concluded_at")
        if end is not None
    ]
    return Figures(stages, whole["people"], whole["again"], median(took) if took else None)


def by_criterion(found: ScreeningQuerySet) -> list[ByCriterion]:
    """Of the screenings of one trial, what excluded most first; in a number of queries that does not grow."""
    rows: dict[str, ByCriterion] = {}
    failed = list(
        found.filter(failure_kind=FailureKind.CRITERIA).select_related("center", "version", "cohort")
    )
    still_open = list(found.open().select_related("center", "version", "cohort"))
    standing = read_standings([*failed, *still_open])

    def row(criterion: Criterion) -> ByCriterion:
        return rows.setdefault(criterion.identifier, ByCriterion(criterion))

    for screening in failed:
        cohort = screening.cohort.code if screening.cohort else None
        alone = sole_blockers(screening.version.tree(), standing[screening.pk].answers, cohort)
        for kept in screening.deciding:
            each = row(Criterion(**{key: kept[key] for key in ("identifier", "category", "label", "text")}))
            each.decided += 1
            each.alone += each.criterion.identifier in alone
    for screening in still_open:
        for criterion in waiting_on(screening, standing[screening.pk]):
            row(criterion).waiting += 1
    return sorted(rows.values(), key=lambda each: (-each.decided, -each.waiting, each.criterion.identifier))


def waiting_on(screening: Screening, standing: Standing) -> list[Criterion]:
    """The criteria of which a statement is open and matters."""
    tree = screening.version.tree()
    assessment = assess(screening, standing.answers, expired=standing.expired, anchors=standing.anchors)
    part_of = criterion_of(tree)
    inclusion = {node.identifier for node in tree.inclusion_criteria}
    found = dict.fromkeys(part_of[each] for each in assessment.open_relevant if each in part_of)
    return [
        Criterion(
            each,
            "inclusion" if each in inclusion else "exclusion",
            tree.nodes[each].label,
            tree.nodes[each].text,
        )
        for each in found
    ]


# Of a sponsor's trial

SEVERAL = Criterion("", "", "", "")


@dataclass(frozen=True)
class SponsorFigures:
    """centers: all that work the trial, whether they have screened or not
    stages: by center and stage, with totals
    failures: screen failures by the one criterion that decided, SEVERAL where more than one did. Only what
        may be shown is there at all: that a criterion is missing says nothing about it
    """

    centers: list[str]
    stages: Published[str, Stage]
    failures: list[tuple[Criterion, int]]


def sponsor_figures(trial: Trial) -> SponsorFigures:
    """Counts that the database gives to the trial's sponsors alone; what is small is kept back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sponsor_stages(%s)", [trial.pk])
        stages: Counter[tuple[str, Stage]] = Counter()
        centers = set()
        for center, *columns, number in cursor.fetchall():
            centers.add(center)
            if number:
                stages[center, stage_of(*columns)] += number
        cursor.execute("SELECT * FROM sponsor_failures(%s)", [trial.pk])
        decided = {
            identifier: (Criterion(identifier, category, label, text) if identifier else SEVERAL, number)
            for identifier, category, label, text, number in cursor.fetchall()
        }
    published = Published.table(stages, sorted(centers), list(Stage))
    failures: list[tuple[Criterion, int]] = []
    # Its total is a number of the other table: where that is kept back, this one would give it away.
    if published[TOTAL, Stage.CRITERIA] is not None:
        counts = {(identifier, "decided"): number for identifier, (_criterion, number) in decided.items()}
        shown = Published.table(counts, list(decided), ["decided"])
        for identifier, (criterion, _number) in decided.items():
            number = shown[identifier, "decided"]
            if number is not None:
                failures.append((criterion, number))
    return SponsorFigures(sorted(centers), published, failures)
