"""From a screening's rows to `screening.logic` and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from screening.logic import Assessment, evaluate
from screening.models import Kind, Outcome, Screening
from trials.criteria.tree import Anchor
from trials.models import CriteriaVersion


def assess(screening: Screening, answers: Mapping[str, str] | None = None) -> Assessment:
    """What follows from all its answers, by the version that it is pinned to. They are read unless given."""
    version = screening.version
    if answers is None and screening.pk:
        answers = dict(screening.answers.current().values_list("criterion__identifier", "value"))
    return evaluate(
        version.tree(),
        answers or {},
        complete=version.completeness == CriteriaVersion.Completeness.COMPLETE,
        reviewed=version.is_published,
        cohort=screening.cohort.code if screening.cohort else None,
        anchors_reached=anchors_reached(screening),
    )


def anchors_reached(screening: Screening) -> frozenset[Anchor]:
    """The events that lie behind: what is asked about a later one is due again then."""
    if screening.kind == Kind.CONSENTED:
        return frozenset({Anchor.SCREENING, Anchor.CONSENT})
    return frozenset({Anchor.SCREENING})


def outcome_of(screening: Screening) -> Outcome:
    return Outcome(assess(screening).outcome.value)


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
