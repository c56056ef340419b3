"""What an amendment means for screenings under way: their outcome, what carries, what is asked anew."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from screening.carrying import Carried, Why, carry
from screening.logic import Outcome, outcome_only
from screening.models import AnchorDate, Answer, Screening
from screening.services.evaluation import Standing, standing_of
from trials.criteria.tree import Anchor, Tree
from trials.models import CriteriaVersion


@dataclass(frozen=True)
class Alike:
    """Open screenings that stand alike, as far as their outcome goes: `count` of them, one or more.

    `cohort` is a code, or None; `proposed` has the answers that an investigator has yet to settle.
    """

    version: int
    cohort: str | None
    standing: Standing
    proposed: Mapping[str, str]
    count: int = 1


def alike_of(
    screening: Screening, answers: Iterable[Answer], dates: Iterable[AnchorDate], today: datetime.date
) -> Alike:
    """One screening, from rows that the caller has read as for `standing_of`."""
    rows = list(answers)
    return Alike(
        version=screening.version_id,
        cohort=screening.cohort.code if screening.cohort else None,
        standing=standing_of(screening, rows, dates, today),
        proposed={row.criterion.identifier: row.value for row in rows if row.proposed},
    )


@dataclass(frozen=True)
class Text:
    """A version as the logic takes it; one that is about to be published counts as reviewed."""

    tree: Tree
    complete: bool

    @classmethod
    def of(cls, version: CriteriaVersion) -> Text:
        return cls(version.tree(), version.completeness == CriteriaVersion.Completeness.COMPLETE)

    def outcome(self, standing: Standing, cohort: str | None, *, only: Collection[str]) -> Outcome:
        """By those of the answers that are among `only`."""
        answers = {each: value for each, value in standing.answers.items() if each in only}
        return outcome_only(
            self.tree,
            answers,
            complete=self.complete,
            reviewed=True,
            cohort=cohort,
            anchors_reached=standing.anchors,
            expired=standing.expired & answers.keys(),
        )


@dataclass(frozen=True)
class Effect:
    """What a move to the amendment would do to screenings that stand alike."""

    before: Outcome
    after: Outcome
    carried: Carried


def effect(alike: Alike, old: Text, new: Text) -> Effect:
    codes = {cohort.code for cohort in new.tree.cohorts}
    cohort = alike.cohort if alike.cohort in codes else None
    standing = alike.standing
    carried = carry(old.tree, new.tree, {**standing.answers, **alike.proposed}, cohort=cohort)
    return Effect(
        before=old.outcome(standing, alike.cohort, only=standing.answers),
        after=new.outcome(standing, cohort, only=carried.answers),
        carried=carried,
    )


class Asked(NamedTuple):
    """A statement to be answered anew, why, and by how many screenings."""

    identifier: str
    why: Why
    screenings: int


@dataclass(frozen=True)
class Consequences:
    """Counts over the open screenings on earlier versions, of all centers: numbers, and nobody's own.

    shifts: from which outcome to which, for the screenings whose outcome would change
    asked: the statements that some must answer anew, in protocol order
    burden: to how many statements to answer anew, how many screenings have so many, the fewest first
    carried, answers: how many of the answers carry over, of how many
    """

    screenings: int = 0
    shifts: Mapping[tuple[Outcome, Outcome], int] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    burden: Mapping[int, int] = field(default_factory=dict)
    carried: int = 0
    answers: int = 0

    @property
    def changed(self) -> int:
        return sum(self.shifts.values())


def earlier_versions(version: CriteriaVersion) -> list[CriteriaVersion]:
    """The versions that this one replaces, or will once it is published: earlier ones of its source."""
    same = CriteriaVersion.objects.published().filter(trial=version.trial_id, source=version.source)
    if not version.is_published:
        return list(same)
    later = set(CriteriaVersion.objects.following(version).values_list("pk", flat=True))
    return [each for each in same if each.pk != version.pk and each.pk not in later]


def consequences(version: CriteriaVersion) -> Consequences:
    """Of publishing a version, or of its publication. Raises `TreeError` for a draft with faults."""
    earlier = {each.pk: Text.of(each) for each in earlier_versions(version)}
    return counted(everywhere(earlier), earlier, Text.of(version))


def counted(groups: Iterable[Alike], earlier: Mapping[int, Text], new: Text) -> Consequences:
    shifts: Counter[tuple[Outcome, Outcome]] = Counter()
    asked: Counter[tuple[str, Why]] = Counter()
    burden: Counter[int] = Counter()
    screenings = carried = answers = 0
    for alike in groups:
        found, count = effect(alike, earlier[alike.version], new), alike.count
        screenings += count
        answers += count * (len(alike.standing.answers) + len(alike.proposed))
        carried += count * len(found.carried.answers)
        burden[len(found.carried.anew)] += count
        for identifier, why in found.carried.anew.items():
            asked[identifier, why] += count
        if found.before is not found.after:
            shifts[found.before, found.after] += count
    ranks = list(Outcome)
    order = {identifier: place for place, identifier in enumerate(new.tree.nodes)}
    return Consequences(
        screenings=screenings,
        shifts=dict(sorted(shifts.items(), key=lambda shift: [ranks.index(each) for each in shift[0]])),
        asked=tuple(
            Asked(identifier, why, count)
            for (identifier, why), count in sorted(asked.items(), key=lambda each: order[each[0][0]])
        ),
        burden=dict(sorted(burden.items())),
        carried=carried,
        answers=answers,
    )


def everywhere(versions: Collection[int]) -> Iterator[Alike]:
    """Of all centers, through the one function that may count over them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM open_screening_patterns(%s)", [list(versions)])
        for version, cohort, anchors, answers, proposed, expired, count in cursor.fetchall():
            standing = Standing(json.loads(answers), frozenset(expired), frozenset(map(Anchor, anchors)))
            yield Alike(version, cohort or None, standing, json.loads(proposed), count)
