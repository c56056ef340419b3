"""What a participant's facts propose as the answer to a typed statement.

`propose` never answers from silence: without a fact that says so there is no "yes", no "no" and no "not
applicable" (but for what the participant's own record says: sex and birth date). All facts inside the window
count. If they agree, their answer is proposed and the latest is what it rests on; if they do not, no
value is proposed and all are named. One that cannot be compared is a problem that is named, and stands in
the way as well: it might disagree.

A test without a window asks about the participant as he or she is now. For what is measured as a number,
values since the screening began speak first, and only while there is none an earlier one does; earlier ones
that would decide otherwise are named beside the proposal (`against`). Whatever is coded or present counts
from any date, since a diagnosis or a treatment of long ago still is one. What the calendar changes by itself
(age, months since an onset) is worked out for the day of the window's event, or for today.

Which earlier value a text means ("the count before rituximab") is not guessed: unless the answer is the same
whatever it was, a person says so. "The previous value" is the last one before.

"Absent" is proposed from a fact that says so on the window's last day, or later in the screening: whoever is
asked on the third day says what was before the first. Said earlier it is silent about the days since: it
counts while the window's end lies ahead, and is due again then. An event dated after the window is outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from screening.deciding.candidates import Candidate, candidates
from screening.deciding.derived import SEX, Derived, told_by
from screening.deciding.facts import Circumstances, Facts, Presence
from screening.deciding.problems import FactId, Problem, ProblemKind, Undecidable
from screening.deciding.windows import Duration, Span, recheck_on, shifted
from trials.criteria.tree import AppliesTo, Expression, Period, PriorTerm, Test


class Proposed(StrEnum):
    """The values of an answer that facts can propose; they are spelled like those of an answer."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the facts say of one statement.

    value: None where they say nothing, disagree, or cannot be compared
    facts: what the value rests on: the latest of those that agree, then an earlier one it was compared with
    record: what it rests on in the participant's record: "sex", "birth_date"
    agreeing: the other facts inside the window; they say the same
    against: earlier facts that would decide otherwise, where no window bounds them (see above)
    conflicting: all facts inside the window, where they disagree, the latest first
    problem: what stood in the way
    valid_until: the last local date on which the value still follows, even if the event takes place sooner;
        None if no date ends it, or if it is due again at the event in any case
    recheck_on: for when the event is planned that the window hangs on: due again then
    span: the window's dates for the fact that is named, or as they are for any fact
    derived: how the value that was compared came about, if it is no fact itself
    judgement: the investigator alone may settle the statement, so this is no more than help
    """

    value: Proposed | None = None
    facts: tuple[FactId, ...] = ()
    record: tuple[str, ...] = ()
    agreeing: tuple[FactId, ...] = ()
    against: tuple[FactId, ...] = ()
    conflicting: tuple[FactId, ...] = ()
    problem: Problem | None = None
    valid_until: date | None = None
    recheck_on: date | None = None
    span: Span | None = None
    derived: Derived | None = None
    judgement: bool = False


# To whom a test applies: the sex that is recorded, and the variable whose absence says that it does not.
_APPLIES = {
    AppliesTo.FEMALE: ("female", ""),
    AppliesTo.MALE: ("male", ""),
    AppliesTo.CHILDBEARING_POTENTIAL: ("female", "childbearing_potential"),
    AppliesTo.PARTNER_OF_CHILDBEARING_POTENTIAL: ("male", "childbearing_potential.partner"),
}


def propose(test: Test, facts: Facts, circumstances: Circumstances) -> Proposal:
    """What `facts` (see `by_variable`) propose as the answer to a statement with this test. Never raises."""
    try:
        proposal = _not_applicable(test, facts, circumstances) or _decide(test, facts, circumstances)
    except Undecidable as error:
        proposal = Proposal(problem=error.problem)
    return replace(proposal, judgement=True) if test.judgement else proposal


def variables_of(test: Test) -> frozenset[str]:
    """The variables whose facts can have a say in what is proposed of a statement."""
    named = {test.variable}
    if test.applies_to is not None:
        named.add(_APPLIES[test.applies_to][1])
    if isinstance(test.value, Expression):
        named.update(term.variable for term in test.value.terms if isinstance(term, PriorTerm))
    return frozenset().union(*(told_by(variable) for variable in named if variable))


def _not_applicable(test: Test, facts: Facts, circumstances: Circumstances) -> Proposal | None:
    """What is proposed if it is known that the test is about others; None if it is not."""
    if test.applies_to is None:
        return None
    sex, variable = _APPLIES[test.applies_to]
    if circumstances.sex not in ("", sex):
        return Proposal(Proposed.NOT_APPLICABLE, record=(SEX,))
    said = [fact for fact in facts.get(variable, ()) if fact.observed_on <= circumstances.today]
    if not said or any(fact.code != Presence.ABSENT for fact in said):
        return None
    latest, *others = sorted(said, key=lambda fact: fact.observed_on, reverse=True)
    return Proposal(Proposed.NOT_APPLICABLE, (latest.id,), agreeing=tuple(fact.id for fact in others))


def _decide(test: Test, facts: Facts, circumstances: Circumstances) -> Proposal:
    if not test.variable or test.comparator is None:
        return Proposal()
    found = candidates(test, facts, circumstances)
    counted = sorted(found.counted, key=lambda each: each.observed_on, reverse=True)
    truths = {finding.true for each in counted for finding in each.findings}
    if not truths:
        return Proposal(span=found.span)
    if len(truths) > 1:
        return Proposal(conflicting=_facts_of(counted), span=found.span)
    true = truths.pop()
    if true and test.min_duration:
        _check_duration(test.min_duration, counted)
    latest, *others = counted
    rests_on = _facts_of([latest])
    return Proposal(
        value=Proposed.YES if true else Proposed.NO,
        facts=rests_on,
        record=latest.reading.record,
        agreeing=tuple(fact for fact in _facts_of(others) if fact not in rests_on),
        against=_facts_of(
            [each for each in found.set_aside if any(finding.true is not true for finding in each.findings)]
        ),
        valid_until=latest.valid_until,
        recheck_on=recheck_on(test.window, circumstances.anchors),
        span=latest.span or found.span,
        derived=latest.reading.derived or latest.findings[0].derived,
    )


def _facts_of(counted: Sequence[Candidate]) -> tuple[FactId, ...]:
    return tuple(
        dict.fromkeys(fact for each in counted for finding in each.findings for fact in finding.facts)
    )


def _check_duration(least: Duration, counted: Sequence[Candidate]) -> None:
    """Facts are of single days: only two that lie far enough apart show that something lasted."""
    days = [each.observed_on for each in counted]
    if not isinstance(least, Period) or shifted(min(days), least, 1) > max(days):
        raise Undecidable(ProblemKind.DURATION_UNKNOWN, _facts_of(counted), min_duration=least.to_json())
