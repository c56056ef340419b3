"""What the facts say beside a statement: the proposal, what it rests on, what disagrees or is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from screening.deciding.derived import INPUTS
from screening.deciding.problems import Problem, ProblemKind
from screening.deciding.proposal import Proposal
from screening.deciding_words import RECORDED, problem_words
from screening.models import Answer, Value
from screening.services.proposals import Evidence
from screening.templatetags.desk import day
from screening.views.fact_words import (
    derived_words,
    fact_value_words,
    fact_words,
    test_words,
)
from trials.criteria.tree import Anchor, Node, Test
from trials.editor.words import ANCHORS

# Of these the fact and what it is held against say all.
SHOWN_AS_FACTS = frozenset({"times_uln", "percent_change"})


@dataclass(frozen=True, slots=True)
class Mend:
    """A form that gives what is missing; one that is `beside` the statement opens there."""

    url: str
    words: str
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """One statement's.

    `look` is "proposes", "rests" (the answer is this, on these facts), "differs", "conflict" or "missing".
    """

    look: str
    words: str
    value: str = ""
    facts: str = ""
    confirm: str = ""
    lines: tuple[str, ...] = ()
    mends: tuple[Mend, ...] = ()


def proposed_for(
    screening: int,
    statement: Node,
    proposal: Proposal | None,
    answer: Answer | None,
    evidence: Evidence,
    labels: Mapping[str, str],
    *,
    due: bool,
) -> Proposed | None:
    """None where the facts have nothing to say."""
    test = statement.test
    if proposal is None or test is None:
        return None
    told = {label: fact.variable.label for fact in evidence.facts.values() if (label := fact.variable.code)}
    labels = {**told, **labels}
    if proposal.conflicting:
        found = [evidence.facts[key] for key in proposal.conflicting if key in evidence.facts]  # type: ignore[index]
        return Proposed(
            "conflict",
            _("The facts disagree:"),
            lines=tuple(
                _("%(fact)s, entered by %(who)s")
                % {"fact": fact_words(fact), "who": fact.entered_by.printed_name}
                for fact in found
            ),
            mends=tuple(
                Mend(
                    reverse("screening:withdraw_fact", args=[fact.pk]),
                    _("Withdraw %(value)s") % {"value": fact_value_words(fact)},
                )
                for fact in found
            ),
        )
    if proposal.problem is not None:
        return Proposed(
            "missing",
            problem_words(proposal.problem, labels),
            mends=_mends(screening, statement, proposal.problem, evidence, labels),
        )
    if proposal.value is None:
        return None
    value = proposal.value.value
    same = answer is not None and answer.value == value
    rests = same and not due and answer is not None and answer.proposal == value
    look = "rests" if rests else "proposes" if answer is None or same or due else "differs"
    return Proposed(
        look,
        _sentence(test, proposal, evidence, labels, look),
        value=value,
        facts=",".join(str(key) for key in sorted(proposal.facts)),  # type: ignore[type-var]
        confirm="" if rests else _("Confirm “%(value)s”") % {"value": Value(value).label},
        lines=_aside(proposal, evidence),
    )


def _sentence(
    test: Test, proposal: Proposal, evidence: Evidence, labels: Mapping[str, str], look: str
) -> str:
    facts = [evidence.facts[key] for key in proposal.facts if key in evidence.facts]  # type: ignore[index]
    first = facts[0] if facts else None
    if proposal.derived is not None and proposal.derived.formula not in SHOWN_AS_FACTS:
        told = derived_words(proposal.derived, labels)
    elif facts:
        told = ", ".join(fact_words(fact) for fact in facts)
    else:
        told = _("By the participant's %(record)s") % {
            "record": ", ".join(str(RECORDED[name]) for name in proposal.record)
        }
    said = [told]
    if proposal.value and proposal.value != Value.NOT_APPLICABLE:
        said.append(test_words(test, first))
    words = ", ".join(filter(None, said))
    if look != "rests" and proposal.value:
        words = _("%(facts)s: proposes %(value)s") % {
            "facts": words,
            "value": Value(proposal.value.value).label,
        }
    holds = ""
    if proposal.valid_until:
        holds = _("holds until %(day)s") % {"day": day(proposal.valid_until)}
    elif proposal.recheck_on and test.window:
        holds = _("to be checked again at %(anchor)s, planned for %(day)s") % {
            "anchor": ANCHORS[test.window.anchor],
            "day": day(proposal.recheck_on),
        }
    return "; ".join(filter(None, (words, holds)))


def _aside(proposal: Proposal, evidence: Evidence) -> tuple[str, ...]:
    """Earlier values that would have decided otherwise."""
    earlier = [evidence.facts[key] for key in proposal.against if key in evidence.facts]  # type: ignore[index]
    return tuple(_("Earlier, and otherwise: %(fact)s") % {"fact": fact_words(fact)} for fact in earlier)


def _mends(
    screening: int, statement: Node, problem: Problem, evidence: Evidence, labels: Mapping[str, str]
) -> tuple[Mend, ...]:
    """The forms that give what is missing; else the facts themselves are to be corrected."""
    match problem.kind:
        case ProblemKind.ANCHOR_WITHOUT_DATE:
            anchor = Anchor(problem.parameters["anchor"])
            if anchor is Anchor.CONSENT:
                return ()  # recorded with the consent, at the top of the page
            url = f"{reverse('screening:dates', args=[screening])}?anchor={anchor}"
            return (Mend(url, _("Enter the date of %(anchor)s") % {"anchor": ANCHORS[anchor]}),)
        case ProblemKind.HALF_LIFE_MISSING:
            product = problem.parameters["product"]
            url = f"{reverse('screening:half_life', args=[screening])}?{urlencode({'product': product})}"
            return (Mend(url, _("Enter the half-life of %(product)s") % {"product": product}),)
        case ProblemKind.INPUT_MISSING:
            variable = problem.parameters["variable"]
            if variable not in labels:
                return ()  # of the participant's record
            url = fact_url(screening, statement, variable)
            return (Mend(url, _("Enter %(what)s") % {"what": labels[variable]}, beside=True),)
    facts = [evidence.facts[key] for key in problem.facts if key in evidence.facts]  # type: ignore[index]
    return tuple(
        Mend(
            f"{reverse('screening:patient_facts', args=[fact.patient_id])}?replaces={fact.pk}",
            _("Correct %(value)s") % {"value": fact_value_words(fact)},
        )
        for fact in facts
    )


def fact_url(screening: int, statement: Node, variable: str = "") -> str:
    asked = {"statement": statement.identifier} | ({"variable": variable} if variable else {})
    return f"{reverse('screening:facts', args=[screening])}?{urlencode(asked)}"


def variables_of(test: Test | None) -> tuple[str, ...]:
    """The codes of what can decide a test: its own variable, then what that is worked out from."""
    if test is None or not test.variable:
        return ()
    return (test.variable, *INPUTS.get(test.variable, ()))
