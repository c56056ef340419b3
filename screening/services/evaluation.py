"""From a screening's rows to `screening.logic` and back."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from screening.deciding.facts import AnchorTime
from screening.deciding.problems import Undecidable
from screening.deciding.windows import span
from screening.logic import Assessment, evaluate
from screening.models import AnchorDate, Answer, Kind, Outcome, Screening, Status
from screening.services.proposals import anchor_times
from screening.services.rules import database_time, local_date
from trials.criteria.tree import Anchor, Window
from trials.models import CriteriaVersion


@dataclass(frozen=True)
class Standing:
    """What of a screening counts on a day.

    answers: what was said of each statement; not what a coordinator proposed for an investigator to settle
    expired: those of them that are due again: what they rest on no longer holds, or has fallen out of its
        window, or they were given before the event that they are about
    anchors: the events that lie behind
    """

    answers: Mapping[str, str]
    expired: frozenset[str]
    anchors: frozenset[Anchor]


def standing_of(
    screening: Screening, answers: Iterable[Answer], dates: Iterable[AnchorDate], today: datetime.date
) -> Standing:
    """From rows that the caller has read: `answers` are current ones, `with_standing()`."""
    tree, zone, dates = screening.version.tree(), screening.center.zone, list(dates)
    times = anchor_times(screening, dates)
    reached = {anchor: time.on for anchor, time in times.items() if time.actual and time.on <= today}
    said: dict[str, str] = {}
    expired = set()
    for answer in answers:
        identifier = answer.criterion.identifier
        if answer.proposed:
            continue
        said[identifier] = answer.value
        test = tree.nodes[identifier].test
        window = test.window if test else None
        # It began with the screening itself, so no answer was given before.
        event = reached.get(window.anchor) if window and window.anchor is not Anchor.SCREENING else None
        if answer.valid_until:
            due = answer.valid_until < (event or today)
        else:
            due = event is not None and answer.answered_at.astimezone(zone).date() < event
        if due or answer.rests_on_gone or _outside(answer, window, times):  # type: ignore[attr-defined]
            expired.add(identifier)
    return Standing(said, frozenset(expired), frozenset(reached) | _beginning(screening))


def _outside(answer: Answer, window: Window | None, times: Mapping[Anchor, AnchorTime]) -> bool:
    """Whether no fact that it rests on is within its window any more: the event has moved."""
    first, last = answer.first_observed, answer.last_observed  # type: ignore[attr-defined]
    if window is None or first is None or window.anchor not in times:
        return False
    try:
        within = span(window, times)
    except Undecidable:
        return False
    return bool(last < within.possibly_first or first > within.possibly_last)


def assess(
    screening: Screening,
    answers: Mapping[str, str] | None = None,
    *,
    expired: Collection[str] = (),
    anchors: Collection[Anchor] | None = None,
    today: datetime.date | None = None,
) -> Assessment:
    """What follows from all its answers, by the version that it is pinned to.

    They are read, as they stand on the center's local date or on the day given, unless they are given:
    then no query is made.
    """
    if answers is None and screening.pk:
        standing = read_standing(screening, today or local_date(screening.center))
        answers, expired, anchors = standing.answers, standing.expired, standing.anchors
    version = screening.version
    return evaluate(
        version.tree(),
        answers or {},
        complete=version.completeness == CriteriaVersion.Completeness.COMPLETE,
        reviewed=version.is_published,
        cohort=screening.cohort.code if screening.cohort else None,
        anchors_reached=_beginning(screening) if anchors is None else anchors,
        expired=expired,
    )


def read_standing(screening: Screening, today: datetime.date) -> Standing:
    answers = screening.answers.current().with_standing()
    return standing_of(screening, answers, screening.anchor_dates.all(), today)


def read_standings(screenings: Iterable[Screening]) -> dict[int, Standing]:
    """Those of many, each on its center's local date, in a fixed number of queries."""
    found = {screening.pk: screening for screening in screenings}
    answers: dict[int, list[Answer]] = {key: [] for key in found}
    dates: dict[int, list[AnchorDate]] = {key: [] for key in found}
    for answer in Answer.objects.current().with_standing().filter(screening__in=found):
        answers[answer.screening_id].append(answer)
    for date in AnchorDate.objects.filter(screening__in=found):
        dates[date.screening_id].append(date)
    now = database_time()
    return {
        key: standing_of(screening, answers[key], dates[key], now.astimezone(screening.center.zone).date())
        for key, screening in found.items()
    }


def _beginning(screening: Screening) -> frozenset[Anchor]:
    consented = screening.kind == Kind.CONSENTED
    return frozenset({Anchor.SCREENING, Anchor.CONSENT} if consented else {Anchor.SCREENING})


def outcome_of(screening: Screening) -> Outcome:
    return Outcome(assess(screening).outcome.value)


def outcomes_today(screenings: Iterable[Screening]) -> dict[int, Outcome]:
    """Of those still open, where time alone has changed the outcome that was kept with the last answer."""
    still_open = [screening for screening in screenings if screening.status == Status.OPEN]
    standings = read_standings(still_open)
    changed: dict[int, Outcome] = {}
    for screening in still_open:
        standing = standings[screening.pk]
        if not standing.expired:
            continue
        assessment = assess(screening, standing.answers, expired=standing.expired, anchors=standing.anchors)
        if assessment.outcome.value != screening.outcome:
            changed[screening.pk] = Outcome(assessment.outcome.value)
    return changed


def keep_outcome(screening: Screening) -> None:
    """Beside the answers, for the log."""
    outcome = outcome_of(screening)
    if screening.outcome != outcome:
        screening.outcome = outcome
        screening.save(update_fields=["outcome"])


def deciding_criteria(screening: Screening) -> list[dict[str, Any]]:
    """What makes the participant ineligible, worded as it is now: this is kept with the conclusion."""
    tree = screening.version.tree()
    assessment = assess(screening)
    inclusion = {node.identifier for node in tree.inclusion.walk()}
    return [
        {
            "identifier": identifier,
            "category": "inclusion" if identifier in inclusion else "exclusion",
            "label": tree.nodes[identifier].label,
            "text": tree.nodes[identifier].text,
        }
        for identifier in assessment.deciding_criteria
    ]
