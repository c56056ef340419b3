"""The panel: outcome, progress, why it stands, and what to keep in mind. The same words everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from screening.logic import Assessment, Caveat, CaveatKind, Truth
from screening.models import Outcome, Value
from screening.views.sheet import Given, path_of, place_of, value_words
from trials.criteria.tree import Node, Tree

GLYPHS = {
    Outcome.ELIGIBLE: "✓",
    Outcome.POTENTIALLY_ELIGIBLE: "◐",
    Outcome.INELIGIBLE: "✕",
    Outcome.UNDETERMINED: "○",
}
# The colour of the status, as app.css names it.
LOOKS = {
    Outcome.ELIGIBLE: "good",
    Outcome.POTENTIALLY_ELIGIBLE: "warn",
    Outcome.INELIGIBLE: "bad",
    Outcome.UNDETERMINED: "quiet",
}
REASONS_SHOWN = 12
PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reason:
    identifier: str
    path: str
    text: str
    value_words: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    outcome: str
    glyph: str
    words: str
    total: int
    settled: int
    progress_words: str
    reasons_heading: str
    reasons: tuple[Reason, ...]
    more_reasons: str
    next: Reason | None
    open_words: str
    caveats: tuple[str, ...]
    state: str


def panel_of(given: Given, assessment: Assessment, following: Node | None) -> Panel:
    outcome = Outcome(assessment.outcome.value)
    mine = [node.identifier for node in given.tree.statements if node.identifier in assessment.node_values]
    still_open = assessment.open_relevant
    values = {identifier: answer.value for identifier, answer in given.answers.items() if not answer.proposed}
    return Panel(
        outcome=outcome.value,
        glyph=GLYPHS[outcome],
        words=outcome.label.capitalize(),
        total=len(mine),
        settled=len(mine) - len(still_open),
        progress_words=progress_words(given.tree, values, assessment),
        reasons_heading=_reasons_heading(outcome, len(assessment.why)),
        reasons=tuple(reason_of(given, identifier) for identifier in assessment.why[:REASONS_SHOWN]),
        more_reasons=_("and %(count)d more") % {"count": len(assessment.why) - REASONS_SHOWN}
        if len(assessment.why) > REASONS_SHOWN
        else "",
        next=reason_of(given, following.identifier) if following else None,
        open_words=ngettext(
            "%(count)d open statement could still decide.",
            "%(count)d open statements could still decide.",
            len(still_open),
        )
        % {"count": len(still_open)},
        caveats=tuple(caveat_words(given.tree, caveat) for caveat in assessment.caveats),
        state=_state(given, assessment),
    )


def progress_words(tree: Tree, answers: Mapping[str, str], assessment: Assessment) -> str:
    """How far a screening is, counted over the statements that its cohort takes part in."""
    mine = [node.identifier for node in tree.statements if node.identifier in assessment.node_values]
    given = [answers[identifier] for identifier in mine if identifier in answers]
    unknown = given.count(Value.UNKNOWN)
    counts = {
        "answered": len(given) - unknown,
        "total": len(mine),
        "unknown": unknown,
        "open": len(assessment.open_relevant),
    }
    if unknown:
        return _("%(answered)d of %(total)d answered, %(unknown)d unknown, %(open)d still matter") % counts
    return _("%(answered)d of %(total)d answered, %(open)d still matter") % counts


def reason_of(given: Given, identifier: str) -> Reason:
    answer = given.answers.get(identifier)
    return Reason(
        identifier,
        path_of(given.tree, identifier),
        given.tree.nodes[identifier].text,
        value_words(answer.value if answer else ""),
        place_of(given.tree, identifier),
    )


def group_value(values: frozenset[Truth] | None) -> str:
    """What has come out for a group, in the four words of the sheet."""
    if values is None or len(values) != 1:
        return "open"
    (value,) = values
    return {Truth.TRUE: "true", Truth.FALSE: "false", Truth.NOT_APPLICABLE: "na"}[value]


def _reasons_heading(outcome: Outcome, count: int) -> str:
    if outcome == Outcome.INELIGIBLE:
        return ngettext("One answer decides", "These answers together decide", count)
    return _("It rests on these answers")


def _state(given: Given, assessment: Assessment) -> str:
    """For the page's rows and groups, which are not drawn again at each answer."""
    groups = (node for node in given.tree.walk() if node.op != "statement")
    values = {node.identifier: group_value(assessment.node_values.get(node.identifier)) for node in groups}
    state = {
        "off": [node.identifier for node in given.tree.statements if node.identifier in given.off],
        "decides": sorted(given.decides),
        "values": {identifier: value for identifier, value in values.items() if value != "open"},
    }
    return json.dumps(state, separators=(",", ":"))


def caveat_words(tree: Tree, caveat: Caveat) -> str:
    count = len(caveat.identifiers)
    places = list(dict.fromkeys(place_of(tree, identifier) for identifier in caveat.identifiers))
    where = ", ".join(places[:PLACES_SHOWN]) + (" …" if len(places) > PLACES_SHOWN else "")
    match caveat.kind:
        case CaveatKind.ABRIDGED:
            return _("This text is abridged: the protocol may have more criteria.")
        case CaveatKind.DRAFT:
            return _("This version is a draft that nobody has reviewed.")
        case CaveatKind.LOST_TEXT:
            return _("The source lost some text: %(where)s.") % {"where": where}
        case CaveatKind.RECHECK_DUE:
            return ngettext(
                "One answer is to be checked again, now or at a later event: %(where)s.",
                "%(count)d answers are to be checked again, now or at a later event: %(where)s.",
                count,
            ) % {"count": count, "where": where}
        case CaveatKind.NO_INCLUSION:
            return _("This version has no inclusion criteria.")
        case CaveatKind.INCLUSION_NOT_APPLICABLE:
            return _("Not one inclusion criterion is applicable.")
