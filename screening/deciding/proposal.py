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

"Absent" is proposed from a fact that says so on a day inside the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from screening.deciding.comparing import Finding, findings
from screening.deciding.derived import (
    AGE,
    DISEASE_DURATIONS,
    SEX,
    Derived,
    Reading,
    derive,
    derive_for_day,
)
from screening.deciding.facts import Circumstances, Facts, FactValue, Presence, fold
from screening.deciding.problems import FactId, Problem, ProblemKind, Undecidable
from screening.deciding.windows import (
    Duration,
    Span,
    holds_until,
    recheck_on,
    shifted,
    span,
    time_of,
)
from trials.criteria.tree import Anchor, AppliesTo, Period, Test, Window


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
    conflicting: all facts inside the window, where they disagree
    problem: what stood in the way
    valid_until: the last local date on which the value still follows; None if no date ends it
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


def propose(test: Test, facts: Facts, circumstances: Circumstances) -> Proposal:
    """What `facts` (see `by_variable`) propose as the answer to a statement with this test. Never raises."""
    try:
        proposal = _applicability(test, facts, circumstances)
        if proposal is None:
            proposal = _decide(test, facts, circumstances)
    except Undecidable as error:
        proposal = Proposal(problem=error.problem)
    return replace(proposal, judgement=True) if test.judgement else proposal


def _applicability(test: Test, facts: Facts, circumstances: Circumstances) -> Proposal | None:
    """ "Not applicable", if it is known that the test is about others."""
    sex, variable = {
        None: ("", ""),
        AppliesTo.FEMALE: ("female", ""),
        AppliesTo.MALE: ("male", ""),
        AppliesTo.CHILDBEARING_POTENTIAL: ("female", "childbearing_potential"),
        AppliesTo.PARTNER_OF_CHILDBEARING_POTENTIAL: ("male", "childbearing_potential.partner"),
    }[test.applies_to]
    if sex and circumstances.sex and circumstances.sex != sex:
        return Proposal(Proposed.NOT_APPLICABLE, record=(SEX,))
    said = [fact for fact in facts.get(variable, ()) if fact.observed_on <= circumstances.today]
    if said and all(fact.code == Presence.ABSENT for fact in said):
        latest, *others = _latest_first(said)
        return Proposal(
            Proposed.NOT_APPLICABLE, facts=(latest.id,), agreeing=tuple(fact.id for fact in others)
        )
    return None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A value that takes part, and what it says."""

    reading: Reading
    findings: tuple[Finding, ...]
    span: Span | None = None

    @property
    def facts(self) -> tuple[FactId, ...]:
        return tuple(fact for finding in self.findings for fact in finding.facts)


def _decide(test: Test, facts: Facts, circumstances: Circumstances) -> Proposal:
    if not test.variable or test.comparator is None:
        return Proposal()
    problems: list[Problem] = []
    known = [Reading(fact, (fact.id,)) for fact in facts.get(test.variable, ())]
    known += derive(test.variable, facts, circumstances, problems)
    known = [each for each in known if each.value.observed_on <= circumstances.today]
    counted, against = _counted(test, known, circumstances)
    counted += _of_the_day(test, facts, circumstances)
    counted = [each for each in counted if each.findings]
    if not counted:
        return Proposal(problem=problems[0] if problems else None, span=_span(test, circumstances))
    truths = {finding.true for each in counted for finding in each.findings}
    if len(truths) > 1:
        everything = dict.fromkeys(fact for each in _latest_first(counted) for fact in each.facts)
        return Proposal(conflicting=tuple(everything), span=_span(test, circumstances))
    if test.min_duration and True in truths:
        _check_duration(test.min_duration, counted)
    true = truths.pop()
    latest, *others = _latest_first(counted)
    rests_on = dict.fromkeys(latest.facts)
    return Proposal(
        value=Proposed.YES if true else Proposed.NO,
        facts=tuple(rests_on),
        record=latest.reading.record,
        agreeing=tuple(
            dict.fromkeys(fact for each in others for fact in each.reading.facts if fact not in rests_on)
        ),
        against=tuple(
            fact
            for each in against
            for finding in each.findings
            if finding.true is not true
            for fact in each.reading.facts
        ),
        valid_until=_valid_until(test, latest, facts, circumstances),
        recheck_on=recheck_on(test.window, circumstances.anchors),
        span=latest.span,
        derived=latest.reading.derived,
    )


def _latest_first(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    return sorted(candidates, key=lambda each: each.reading.value.observed_on, reverse=True)


def _span(test: Test, circumstances: Circumstances) -> Span | None:
    return span(test.window, circumstances.anchors) if test.window else None


def _counted(
    test: Test, known: Sequence[Reading], circumstances: Circumstances
) -> tuple[list[_Candidate], list[_Candidate]]:
    """The values that the test is about, and earlier ones that are set aside for them."""

    def candidate(reading: Reading, within: Span | None = None) -> _Candidate:
        return _Candidate(reading, tuple(findings(test, reading, known, circumstances)), within)

    if test.window is not None:
        return _inside(test, test.window, known, circumstances), []
    start = circumstances.anchors.get(Anchor.SCREENING)
    recent = [
        each
        for each in known
        if start is not None and each.value.number is not None and each.value.observed_on >= start.on
    ]
    if not recent:
        return [candidate(each) for each in known], []
    earlier = []
    for each in known:
        if each not in recent:
            try:
                earlier.append(candidate(each))
            except Undecidable:
                continue  # it is set aside in any case
    return [candidate(each) for each in recent], earlier


def _inside(
    test: Test, window: Window, known: Sequence[Reading], circumstances: Circumstances
) -> list[_Candidate]:
    inside: list[_Candidate] = []
    unsure: list[tuple[_Candidate, Undecidable]] = []
    for reading in known:
        half_life = circumstances.half_lives.get(fold(reading.value.product))
        within = span(window, circumstances.anchors, half_life)
        contains = within.contains(reading.value.observed_on)
        if contains is False:
            continue
        candidate = _Candidate(reading, tuple(findings(test, reading, known, circumstances)), within)
        if contains:
            inside.append(candidate)
        elif reading.value.code == Presence.ABSENT:
            # Nothing was given, so no product has a half-life: what was said since the screening began holds.
            if reading.value.observed_on >= time_of(Anchor.SCREENING, circumstances.anchors).on:
                inside.append(candidate)
        else:
            unsure.append((candidate, _half_life_missing(reading)))
    truths = {finding.true for each in inside for finding in each.findings}
    for candidate, error in unsure:
        if {finding.true for finding in candidate.findings} != truths:
            raise error
    return inside


def _half_life_missing(reading: Reading) -> Undecidable:
    product = reading.value.product
    if product:
        return Undecidable(ProblemKind.HALF_LIFE_MISSING, reading.facts, product=product)
    return Undecidable(ProblemKind.PRODUCT_MISSING, reading.facts)


def _of_the_day(test: Test, facts: Facts, circumstances: Circumstances) -> list[_Candidate]:
    """What follows from the calendar, and from the participant's record."""
    if test.variable == SEX and circumstances.sex:
        value = FactValue(None, SEX, circumstances.today, code=circumstances.sex)
        reading = Reading(value, record=(SEX,))
        return [_Candidate(reading, tuple(findings(test, reading, (), circumstances)))]
    if test.variable not in (AGE, *DISEASE_DURATIONS):
        return []
    day = _day_that_counts(test, circumstances)
    return [
        _Candidate(reading, tuple(findings(test, reading, (), circumstances)))
        for reading in derive_for_day(test.variable, day, facts, circumstances)
    ]


def _day_that_counts(test: Test, circumstances: Circumstances) -> date:
    if test.window is None:
        return circumstances.today
    return time_of(test.window.anchor, circumstances.anchors).on


def _check_duration(least: Duration, counted: Sequence[_Candidate]) -> None:
    """Facts are of single days: only two that lie far enough apart show that something lasted."""
    days = [each.reading.value.observed_on for each in counted]
    lasted = isinstance(least, Period) and shifted(min(days), least, 1) <= max(days)
    if not lasted:
        facts = tuple(fact for each in counted for fact in each.reading.facts)
        raise Undecidable(ProblemKind.DURATION_UNKNOWN, facts, min_duration=least.to_json())


def _valid_until(test: Test, latest: _Candidate, facts: Facts, circumstances: Circumstances) -> date | None:
    value = latest.reading.value
    if value.id is None and test.variable in (AGE, *DISEASE_DURATIONS):
        return None
    half_life = circumstances.half_lives.get(fold(value.product))
    return holds_until(test.window, circumstances.anchors, value.observed_on, half_life)
