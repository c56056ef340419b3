"""What is due of a screening: what to confirm, what to settle, what has run out, what expires next."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from screening.logic import Assessment
from screening.models import AnchorDate, Outcome
from screening.services.evaluation import Standing
from screening.templatetags.desk import day
from screening.views.sheet import Given, place_of
from trials.criteria.tree import Anchor
from trials.editor.words import ANCHORS

PLACES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do, with the statements that it is about."""

    words: str
    places: tuple[tuple[str, str], ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Dues:
    """`holds_until` says how long a good outcome stands; `confirmable` has what "confirm all" would send."""

    items: tuple[Due, ...]
    holds_until: str
    confirmable: tuple[str, ...]
    confirm_words: str


def dues_of(
    given: Given, assessment: Assessment, standing: Standing, dates: Iterable[AnchorDate], *, may_answer: bool
) -> Dues:
    matter = assessment.relevant | set(assessment.why)
    waiting = [each for each, answer in given.answers.items() if answer.proposed]
    differing = [
        each
        for each, said in given.proposed.items()
        if said.look == "differs" and given.answers[each].proposal != said.value
    ]
    conflicts = [each for each, said in given.proposed.items() if said.look == "conflict" and each in matter]
    now = [each for each in assessment.rechecks if each in standing.expired]
    confirmable = tuple(_confirmable(given, matter)) if may_answer else ()
    items = [
        _due(
            given,
            now,
            ngettext(
                "One answer no longer holds: check it again.",
                "%(count)d answers no longer hold: check them again.",
                len(now),
            ),
        ),
        _due(given, differing, _("The facts say otherwise since:")),
        _due(given, conflicts, _("The facts disagree:")),
        _due(
            given,
            waiting,
            ngettext(
                "One judgement waits for an investigator.",
                "%(count)d judgements wait for an investigator.",
                len(waiting),
            ),
        ),
        *_later(given, assessment, standing, dates),
    ]
    return Dues(
        tuple(item for item in items if item is not None),
        _holds_until(given, assessment, standing),
        confirmable,
        ngettext("Confirm %(count)d proposal", "Confirm %(count)d proposals", len(confirmable))
        % {"count": len(confirmable)},
    )


def _due(given: Given, identifiers: Iterable[str], words: str) -> Due | None:
    ordered = [each for each in given.tree.nodes if each in set(identifiers)]
    if not ordered:
        return None
    count = len(ordered)
    return Due(
        words % {"count": count},
        tuple((each, place_of(given.tree, each)) for each in ordered[:PLACES_SHOWN]),
        _("and %(count)d more") % {"count": count - PLACES_SHOWN} if count > PLACES_SHOWN else "",
    )


def _confirmable(given: Given, matter: Iterable[str]) -> Iterable[str]:
    """What one button can confirm: proposals for what is open or due; nothing that would change an answer."""
    for identifier in given.tree.nodes:
        said = given.proposed.get(identifier)
        node = given.tree.nodes[identifier]
        judged = bool(node.test and node.test.judgement)
        if said is not None and said.look == "proposes" and identifier in matter and not judged:
            answer = given.answers.get(identifier)
            if answer is None or answer.value == said.value:
                yield f"{identifier}={answer.revision if answer else 0}={said.value}={said.facts}"


def _later(
    given: Given, assessment: Assessment, standing: Standing, dates: Iterable[AnchorDate]
) -> Iterable[Due | None]:
    """By event, what is asked again then."""
    planned: Mapping[str, datetime.date | None] = {row.anchor: row.planned_on for row in dates}
    events: dict[Anchor, list[str]] = {}
    for identifier in assessment.rechecks:
        test = given.tree.nodes[identifier].test
        if identifier not in standing.expired and test is not None and test.window is not None:
            events.setdefault(test.window.anchor, []).append(identifier)
    for anchor, identifiers in events.items():
        on = planned.get(anchor)
        when = _("planned for %(day)s") % {"day": day(on)} if on else _("no date yet")
        words = ngettext(
            "At %(anchor)s (%(when)s) one answer is to be checked again:",
            "At %(anchor)s (%(when)s) %(count)d answers are to be checked again:",
            len(identifiers),
        ) % {"anchor": ANCHORS[anchor], "when": when, "count": len(identifiers)}
        yield _due(given, identifiers, words.replace("%", "%%"))


def _holds_until(given: Given, assessment: Assessment, standing: Standing) -> str:
    """When the first of the answers that a good outcome rests on runs out."""
    if assessment.outcome.value not in (Outcome.ELIGIBLE, Outcome.POTENTIALLY_ELIGIBLE):
        return ""
    ends = {
        each: answer.valid_until
        for each, answer in given.answers.items()
        if answer.valid_until and each in assessment.relevant and each not in standing.expired
    }
    first = min(ends, key=ends.__getitem__, default="")
    if not first:
        return ""
    return _("%(outcome)s until %(day)s: then %(place)s runs out") % {
        "outcome": Outcome(assessment.outcome.value).label.capitalize(),
        "day": day(ends[first]),
        "place": place_of(given.tree, first),
    }
