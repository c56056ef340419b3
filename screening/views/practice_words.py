"""The chart of a practice participant in plain words, and why an answer is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from screening.deciding.derived import AGE, BIRTH_DATE, GLUCOCORTICOID_DOSE, SEX
from screening.deciding.facts import FactValue, by_variable
from screening.deciding.formulas import age_on
from screening.deciding.problems import Undecidable
from screening.deciding.proposal import Proposal, propose
from screening.deciding.units import convert
from screening.deciding_words import problem_words
from screening.logic import AnswerValue, Outcome
from screening.practice.cases import Case, Source, Twist
from screening.templatetags.desk import day
from screening.views.fact_words import code_words, derived_words, quantity, test_words
from screening.views.sheet import logic_words, place_of, value_words
from trials.criteria.tree import Direction, Expression, Op, Range, RelativeTo, Test, Tree
from trials.editor.words import ANCHORS

_SEXES = {"female": gettext_lazy("female"), "male": gettext_lazy("male")}
# What a chart has that the dictionary of variables may not know yet.
_LABELS = {
    "dx.ssc.onset": gettext_lazy("First manifestation other than Raynaud's phenomenon"),
    GLUCOCORTICOID_DOSE: gettext_lazy("Glucocorticoid dose a day"),
}
_CONFIRMED = {
    Source.RECORD: gettext_lazy("The medical record says that this is so."),
    Source.LETTER: gettext_lazy("The referral letter says that this is so."),
    Source.PARTICIPANT: gettext_lazy("The participant says that this is so."),
}
_DENIED = {
    Source.RECORD: gettext_lazy("The medical record says that this is not so."),
    Source.LETTER: gettext_lazy("The referral letter says that this is not so."),
    Source.PARTICIPANT: gettext_lazy("The participant says that this is not so."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a chart."""

    on: date
    what: str
    value: str
    limits: str


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with what is said of it."""

    text: str
    words: str


@dataclass(frozen=True)
class ChartPage:
    """What the participant's page shows, in words."""

    code: str
    sex: str
    born: date
    on: date
    cohort: str
    events: list[tuple[str, date]]
    findings: list[Finding]
    notes: list[Said]
    given: list[Said]
    half_lives: list[str] = field(default_factory=list)


def labels_of(dictionary: Mapping[str, str]) -> dict[str, str]:
    """What variables are called, those included that the dictionary lacks."""
    return {code: str(label) for code, label in _LABELS.items()} | dict(dictionary)


def chart_page(case: Case, tree: Tree, labels: Mapping[str, str]) -> ChartPage:
    cohorts = {cohort.code: cohort.label for cohort in tree.cohorts}
    facts = sorted(case.facts, key=lambda fact: fact.observed_on, reverse=True)
    return ChartPage(
        code=case.code,
        sex=str(_SEXES[case.sex]),
        born=case.birth_date,
        on=case.on,
        cohort=cohorts.get(case.cohort or "", ""),
        events=[
            (str(ANCHORS[anchor]).capitalize(), time.on)
            for anchor, time in sorted(case.anchors.items(), key=lambda each: each[1].on)
        ],
        findings=[_finding(fact, tree, labels) for fact in facts],
        notes=[
            Said(
                tree.nodes[note.identifier].text,
                str((_CONFIRMED if note.value is AnswerValue.YES else _DENIED)[note.source]),
            )
            for note in case.notes
            if note.value is not AnswerValue.NOT_APPLICABLE
        ],
        given=[
            Said(tree.nodes[identifier].text, value_words(value.value))
            for identifier, value in case.given.items()
        ],
        half_lives=[
            ngettext(
                "%(product)s is a made-up medicine with a half-life of %(days)s day.",
                "%(product)s is a made-up medicine with a half-life of %(days)s days.",
                int(hours / 24),
            )
            % {"product": product, "days": f"{(hours / 24).normalize():f}"}
            for product, hours in case.half_lives.items()
        ],
    )


def _finding(fact: FactValue, tree: Tree, labels: Mapping[str, str]) -> Finding:
    name = labels.get(fact.variable, fact.variable)
    limits = ""
    if fact.upper is not None or fact.lower is not None:
        limits = _("normal at this laboratory: %(lower)s to %(upper)s") % {
            "lower": _number(fact.lower),
            "upper": _number(fact.upper),
        }
    return Finding(
        on=fact.observed_on,
        what=f"{name}: {fact.product}" if fact.product else name,
        value=_value(fact, tree),
        limits=limits,
    )


def _value(fact: FactValue, tree: Tree) -> str:
    if fact.number is not None:
        if fact.unit == "%" and _is_share_of_predicted(fact.variable, tree):
            return _("%(number)s %% of the predicted value") % {"number": _number(fact.number)}
        return quantity(fact.number, fact.unit)
    return code_words(fact.code) or day(fact.date)


def _is_share_of_predicted(variable: str, tree: Tree) -> bool:
    tests = (node.test for node in tree.statements if node.test and node.test.variable == variable)
    return any(test.relative_to is RelativeTo.PREDICTED for test in tests)


def explanation(case: Case, tree: Tree, identifier: str, labels: Mapping[str, str]) -> str:
    """Why the right answer to a statement is right."""
    said = {note.identifier: note for note in case.notes}
    if identifier in said and said[identifier].value is not AnswerValue.NOT_APPLICABLE:
        note = said[identifier]
        return str((_CONFIRMED if note.value is AnswerValue.YES else _DENIED)[note.source])
    test = tree.nodes[identifier].test
    if test is None:
        return ""
    proposal = propose(test, by_variable(case.facts), case.circumstances)
    if case.answers[identifier] is AnswerValue.NOT_APPLICABLE:
        return _("The statement is about others: this participant is %(sex)s.") % {"sex": _SEXES[case.sex]}
    every = {fact.id: fact for fact in case.facts}
    facts = [every[key] for key in proposal.facts if key in every]
    if proposal.value is None:
        return _open(case, test, proposal, labels)
    told = [
        _told(case, test, proposal, facts, tree, labels),
        _asked(test),
        _when(case, test, proposal, facts),
    ]
    return "; ".join(filter(None, told)) + "."


def _told(
    case: Case,
    test: Test,
    proposal: Proposal,
    facts: list[FactValue],
    tree: Tree,
    labels: Mapping[str, str],
) -> str:
    if test.variable == AGE and BIRTH_DATE in proposal.record:
        anchor = case.anchors.get(test.window.anchor) if test.window else None
        when = anchor.on if anchor else case.on
        years = age_on(when, case.birth_date)
        words = ngettext("%(years)d year old on %(day)s", "%(years)d years old on %(day)s", years)
        return words % {"years": years, "day": day(when)}
    if SEX in proposal.record and not facts:
        return _("The participant is %(sex)s") % {"sex": _SEXES[case.sex]}
    if proposal.derived is not None and not any(fact.variable == test.variable for fact in facts):
        return derived_words(proposal.derived, labels)
    if not facts:
        return ""
    fact = facts[0]
    between = ": " if fact.number is None else " "
    words = f"{labels.get(fact.variable, fact.variable)}{between}{_value(fact, tree)}"
    if relation := _relation(test, fact, facts[1:]):
        return _("%(value)s is %(relation)s") % {"value": words, "relation": relation}
    return words


def _relation(test: Test, fact: FactValue, earlier: list[FactValue]) -> str:
    """A number as the criterion looks at it: as a multiple, or in the criterion's unit."""
    number = fact.number
    if number is None:
        return ""
    if test.relative_to is RelativeTo.ULN and fact.upper:
        return _("%(times)s × this laboratory's upper limit of %(limit)s") % {  # noqa: RUF001
            "times": _ratio(number, fact.upper),
            "limit": _number(fact.upper),
        }
    if test.relative_to is RelativeTo.LLN and fact.lower:
        return _("%(times)s × this laboratory's lower limit of %(limit)s") % {  # noqa: RUF001
            "times": _ratio(number, fact.lower),
            "limit": _number(fact.lower),
        }
    if test.relative_to in (RelativeTo.PREVIOUS, RelativeTo.BASELINE) and earlier and earlier[0].number:
        return _("%(times)s × the earlier value of %(earlier)s") % {  # noqa: RUF001
            "times": _ratio(number, earlier[0].number),
            "earlier": quantity(earlier[0].number, earlier[0].unit),
        }
    if test.relative_to is None and test.unit and fact.unit != test.unit:
        try:
            return quantity(convert(number, fact.unit, test.unit, fact.variable).normalize(), test.unit)
        except Undecidable:
            return ""
    return ""


def _asked(test: Test) -> str:
    """What a value is held against; lists say by themselves that they are asked for."""
    words = test_words(test, None)
    return _("the statement says: %s") % words if words and _is_compared(test) else words


def _is_compared(test: Test) -> bool:
    return isinstance(test.value, int | float | Range | Expression)


def _when(case: Case, test: Test, proposal: Proposal, facts: list[FactValue]) -> str:
    """Where the day of the value matters: in which window it lies, and what lies outside of it."""
    span = proposal.span
    if test.window is None or not (test.window.min or test.window.max) or not facts or span is None:
        return ""
    words = _("%(day)s lies in the window%(span)s") % {
        "day": day(facts[0].observed_on),
        "span": _span(test, proposal),
    }
    for fact in case.facts:
        if fact.variable == test.variable and not span.contains(fact.observed_on):
            words += "; " + _("%(day)s lies outside of it and does not count") % {
                "day": day(fact.observed_on)
            }
    return words


def _span(test: Test, proposal: Proposal) -> str:
    span = proposal.span
    if span is None or test.window is None:
        return ""
    first = day(span.first) if span.first > date.min else ""
    last = day(span.last) if span.last < date.max else ""
    if first and last:
        return " " + _("from %(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return " " + _("from %(first)s on") % {"first": first}
    return " " + _("up to %(last)s") % {"last": last} if last else ""


def _open(case: Case, test: Test, proposal: Proposal, labels: Mapping[str, str]) -> str:
    """Nothing decides: because of the day, or because the chart says nothing."""
    outside = [fact for fact in case.facts if fact.variable == test.variable]
    if test.window is not None and outside and proposal.problem is None and not proposal.conflicting:
        side = _("before") if test.window.direction is not Direction.AFTER else _("outside of")
        return _(
            "The value of %(day)s lies %(side)s the window%(span)s: it does not count, and there is no other."
        ) % {
            "day": day(outside[0].observed_on),
            "side": side,
            "span": _span(test, proposal),
        }
    if proposal.problem is not None:
        return problem_words(proposal.problem, labels)
    return _("The chart says nothing of it, and what is not said is not known.")


def outcome_explanation(case: Case, tree: Tree, *, complete: bool) -> list[str]:
    """Why the right outcome is right, and what the case was about where that is not one statement."""
    node = tree.nodes[case.practised]
    words = []
    if case.twist is Twist.COHORT and case.cohort not in tree.cohorts_of(case.practised):
        words.append(
            _("%(place)s is a criterion of another cohort: it says nothing of this participant.")
            % {"place": _place(tree, case.practised)}
        )
    if case.twist is Twist.GROUP and node.op is not Op.REF and (logic := logic_words(node)):
        words.append(
            _("%(place)s counts as: %(logic)s.") % {"place": _place(tree, case.practised), "logic": logic}
        )
    match case.outcome:
        case Outcome.INELIGIBLE:
            places = [_place(tree, identifier) for identifier in case.deciding]
            words.append(_("It stands against the participant: %(places)s.") % {"places": "; ".join(places)})
        case Outcome.UNDETERMINED:
            places = [
                _place(tree, each) for each, value in case.answers.items() if value is AnswerValue.UNKNOWN
            ]
            words.append(
                _("Not known, and it could still decide: %(places)s.") % {"places": "; ".join(places)}
            )
        case Outcome.POTENTIALLY_ELIGIBLE if not complete:
            words.append(
                _(
                    "Nothing stands against the participant; but the text is abridged: "
                    "the protocol may have more criteria."
                )
            )
        case Outcome.POTENTIALLY_ELIGIBLE:
            words.append(
                _("Nothing stands against the participant; but something is due again at a later event.")
            )
        case Outcome.ELIGIBLE:
            words.append(_("Nothing stands against the participant, and nothing is open."))
    return words


def _place(tree: Tree, identifier: str) -> str:
    """Within a sentence."""
    return place_of(tree, identifier).rstrip(".:;, ")


def _ratio(number: Decimal, of: Decimal) -> str:
    return f"{round(number / of, 3).normalize():f}"


def _number(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
