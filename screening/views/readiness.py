"""Who of a center has practised which version, how much was right, and what is hard."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Max, Q

from screening.blockers import criterion_of
from screening.models import Center, Membership, PracticeAnswer, PracticeRound, Role
from screening.services.practice import OUTCOME
from screening.views.sheet import path_of
from trials.criteria.tree import Tree

# From this share on a person counts as ready; below, the glyph asks for another round.
ENOUGH = 90


@dataclass(frozen=True, slots=True)
class Score:
    """So many of so many were right."""

    right: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.right // self.total if self.total else 0

    @property
    def look(self) -> str:
        return "quiet" if not self.total else "good" if self.percent >= ENOUGH else "warn"

    @property
    def glyph(self) -> str:
        return {"quiet": "○", "good": "✓", "warn": "◐"}[self.look]


@dataclass(frozen=True, slots=True)
class Practised:
    """One person's practice of one version."""

    name: str
    role: Role
    rounds: int
    score: Score
    last: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class CriterionScore:
    identifier: str
    place: str
    text: str
    score: Score


type Readiness = Mapping[tuple[int, int], list[Practised]]


def readiness_of(centers: Collection[int], versions: Collection[int]) -> Readiness:
    """By center and version: everybody who could practise there, in three queries."""
    writers = Membership.objects.filter(center__in=centers, role__in=(Role.COORDINATOR, Role.INVESTIGATOR))
    people = list(writers.select_related("user").order_by("user__printed_name", "pk"))
    rounds = PracticeRound.objects.filter(center__in=centers, version__in=versions)
    done = {
        (row["center"], row["version"], row["user"]): (row["finished"], row["last"])
        for row in rounds.values("center", "version", "user")
        .order_by()
        .annotate(finished=Count("pk", filter=Q(finished_at__isnull=False)), last=Max("started_at"))
    }
    answers = PracticeAnswer.objects.filter(round__center__in=centers, round__version__in=versions)
    scores = {
        (row["round__center"], row["round__version"], row["round__user"]): Score(row["right"], row["total"])
        for row in answers.values("round__center", "round__version", "round__user")
        .order_by()
        .annotate(right=Count("pk", filter=Q(value=F("expected"))), total=Count("pk"))
    }
    found: dict[tuple[int, int], list[Practised]] = defaultdict(list)
    for member in people:
        for version in versions:
            key = (member.center_id, version, member.user_id)
            finished, last = done.get(key, (0, None))
            found[member.center_id, version].append(
                Practised(
                    member.user.printed_name, Role(member.role), finished, scores.get(key, Score(0, 0)), last
                )
            )
    return found


def scores_by_criterion(tree: Tree, rows: Iterable[tuple[str, int, int]]) -> list[CriterionScore]:
    """Counts of (statement, right, all) as shares of the numbered criteria, the hardest first."""
    part_of = criterion_of(tree)
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for identifier, right, total in rows:
        if identifier in part_of:
            counts = counted[part_of[identifier]]
            counts[0] += right
            counts[1] += total
    scores = [
        CriterionScore(
            identifier, path_of(tree, identifier), tree.nodes[identifier].text, Score(right, total)
        )
        for identifier, (right, total) in counted.items()
    ]
    return sorted(scores, key=lambda each: (each.score.percent, -each.score.total, each.place))


def hardest(tree: Tree, center: Center, version: int) -> list[CriterionScore]:
    """Over everybody of the center."""
    answers = PracticeAnswer.objects.filter(round__center=center, round__version=version)
    rows = answers.exclude(identifier=OUTCOME).values_list("identifier").order_by()
    right = Count("pk", filter=Q(value=F("expected")))
    return scores_by_criterion(tree, rows.annotate(right=right, total=Count("pk")))
