"""What holds of any facts and any test: nothing from silence or from outside, nothing chosen silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.deciding.facts import Circumstances, FactValue, by_variable
from screening.deciding.problems import ProblemKind
from screening.deciding.proposal import Proposal, propose
from screening.deciding.units import convert
from tests.deciding.world import SCREENED, TODAY, circumstances, planned, unhurried
from tests.documents.fixtures import fixture, trial_fixtures
from trials.criteria.tree import Comparator, parse_tree
from trials.criteria.tree import Test as Typed

NUMBER, CODE, PRESENCE = "lab.creatinine", "ab.hiv", "hx.thrombosis"
DAYS = st.integers(-400, 20).map(lambda days: TODAY + timedelta(days=days))
UNITS = st.sampled_from(["umol/L", "mg/dL", "mmol/L"])
WINDOWS = st.none() | st.fixed_dictionaries(
    {
        "anchor": st.sampled_from(["screening", "consent", "enrolment"]),
        "direction": st.sampled_from(["at", "before", "after", "during"]),
    },
    optional={"max": st.sampled_from(["P6M", "P4W", {"longest": ["P4W", {"half_lives": 5}]}])},
)


@st.composite
def typed_tests(draw: st.DrawFn, *kinds: str) -> Typed:
    variable = draw(st.sampled_from(kinds or (NUMBER, CODE, PRESENCE)))
    document: dict[str, Any] = {"variable": variable}
    if variable == NUMBER:
        comparator = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "!=", "between"]))
        relative = draw(st.sampled_from([None, None, "ULN", "LLN", "previous"]))
        number = draw(st.integers(0, 4))
        value: Any = [number, number + 1] if comparator == "between" else number
        document |= {"comparator": comparator, "value": value, "unit": "mg/dL"}
        document |= {"relative_to": relative} if relative else {}
    elif variable == CODE:
        document |= {"comparator": draw(st.sampled_from(["=", "!="])), "value": "positive"}
    else:
        document |= {"comparator": draw(st.sampled_from(["present", "absent"]))}
    window = draw(WINDOWS)
    document |= {"window": window} if window else {}
    document |= {"min_duration": "P1M"} if draw(st.integers(0, 9)) == 0 else {}
    document |= {"applies_to": "female"} if draw(st.integers(0, 9)) == 0 else {}
    leaf = {"identifier": "s", "op": "statement", "text": "S", "test": document}
    root = {"identifier": "i", "op": "all", "children": [leaf]}
    tree = parse_tree({"inclusion": root, "exclusion": {"identifier": "e", "op": "any", "children": []}})
    test = tree.statements[0].test
    assert test is not None
    return test


@st.composite
def facts(draw: st.DrawFn, identifier: Any, variable: str | None = None) -> FactValue:
    variable = variable or draw(st.sampled_from([NUMBER, CODE, PRESENCE]))
    make = partial(FactValue, id=identifier, variable=variable, observed_on=draw(DAYS))
    if variable == NUMBER:
        number = draw(st.decimals(0, 5, places=2))
        upper = draw(st.sampled_from([None, Decimal(1), Decimal("1.2")]))
        return make(number=number, unit="mg/dL", upper=upper, lower=upper and Decimal("0.5"))
    if variable == CODE:
        return make(code=draw(st.sampled_from(["positive", "negative", "indeterminate"])))
    return make(code=draw(st.sampled_from(["present", "absent"])), product=draw(st.sampled_from(["", "x"])))


@st.composite
def known(draw: st.DrawFn, least: int = 0) -> list[FactValue]:
    return [draw(facts(number)) for number in range(draw(st.integers(least, 5)))]


@st.composite
def situations(draw: st.DrawFn) -> Circumstances:
    consent = draw(st.sampled_from([{}, {"consent": SCREENED}]))
    enrolment = draw(
        st.sampled_from([{}, {"enrolment": TODAY}, {"enrolment": planned(TODAY + timedelta(days=9))}])
    )
    half_lives = draw(st.sampled_from([{}, {"x": 24 * 14}]))
    sex = draw(st.sampled_from(["", "female", "male"]))
    return circumstances(half_lives=half_lives, sex=sex, **consent, **enrolment)


def of(test: Typed, some: list[FactValue], situation: Circumstances) -> Proposal:
    return propose(test, by_variable(some), situation)


@unhurried
@given(typed_tests(), situations())
def test_no_facts_no_proposal(test: Typed, situation: Circumstances) -> None:
    found = of(test, [], situation)
    assert found.value in (None, "not_applicable")
    assert (found.value is None) or (found.record == ("sex",) and situation.sex == "male")
    assert (found.facts, found.conflicting, found.problem) == ((), (), None)


@unhurried
@given(typed_tests(), known(), situations())
def test_a_proposal_is_a_value_or_a_reason_for_none_and_names_facts_that_there_are(
    test: Typed, some: list[FactValue], situation: Circumstances
) -> None:
    found = of(test, some, situation)
    assert sum([found.value is not None, found.problem is not None, bool(found.conflicting)]) <= 1
    named = {*found.facts, *found.agreeing, *found.conflicting, *found.against}
    assert named <= {fact.id for fact in some if fact.variable == test.variable}
    if found.value in ("yes", "no"):
        assert found.facts


@unhurried
@given(typed_tests(), known(), situations(), st.data())
def test_a_fact_outside_the_window_changes_nothing(
    test: Typed, some: list[FactValue], situation: Circumstances, data: st.DataObject
) -> None:
    if (
        test.window is None
        or test.relative_to is not None
        or (span := of(test, some, situation).span) is None
    ):
        return
    other = data.draw(facts("other", test.variable))
    inside = span.possibly_first <= other.observed_on <= span.possibly_last
    if not inside and other.code != "absent":
        assert of(test, [*some, other], situation) == of(test, some, situation)


@unhurried
@given(typed_tests(), known(), situations(), st.data())
def test_facts_of_other_variables_change_nothing(
    test: Typed, some: list[FactValue], situation: Circumstances, data: st.DataObject
) -> None:
    other = data.draw(facts("other"))
    if other.variable != test.variable:
        assert of(test, [*some, other], situation) == of(test, some, situation)


@unhurried
@given(typed_tests(NUMBER), known(least=1), situations(), st.data())
def test_it_does_not_matter_in_which_unit_a_laboratory_reports(
    test: Typed, some: list[FactValue], situation: Circumstances, data: st.DataObject
) -> None:
    """In units that convert without rounding; a rounded value may lie on the other side of a limit."""
    converted = []
    for fact in some:
        unit = data.draw(st.sampled_from(["mg/dL", "g/L", "ug/mL", "ng/L"]))
        to = partial(convert, source="mg/dL", target=unit, variable=NUMBER)
        if fact.number is not None:
            limits = {"lower": fact.lower and to(fact.lower), "upper": fact.upper and to(fact.upper)}
            fact = replace(fact, number=to(fact.number), unit=unit, **limits)
        converted.append(fact)
    one, other = of(test, some, situation), of(test, converted, situation)
    assert replace(one, derived=None, problem=None) == replace(other, derived=None, problem=None)
    assert (one.problem and one.problem.kind) == (other.problem and other.problem.kind)


@unhurried
@given(typed_tests(), known(least=1), situations(), st.data())
def test_a_fact_more_never_turns_yes_into_no_where_it_agrees(
    test: Typed, some: list[FactValue], situation: Circumstances, data: st.DataObject
) -> None:
    before = of(test, some, situation)
    other = data.draw(facts("other", test.variable))
    alone = of(test, [other], situation)
    after = of(test, [*some, other], situation)
    if before.value in ("yes", "no") and alone.value == before.value and test.relative_to != "previous":
        assert after.value == before.value


@unhurried
@given(typed_tests(), known(least=2), situations())
def test_nothing_is_chosen_silently(test: Typed, some: list[FactValue], situation: Circumstances) -> None:
    """Each fact that alone proposes the opposite is named, or its opposite is not proposed."""
    if test.relative_to is not None:
        return
    found = of(test, some, situation)
    for fact in some:
        alone = of(test, [fact], situation)
        if {alone.value, found.value} == {"yes", "no"}:
            assert fact.id in found.against
            assert test.window is None
            assert fact.observed_on < SCREENED


@unhurried
@given(typed_tests(), known(), situations(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_decides_nothing(
    test: Typed, some: list[FactValue], situation: Circumstances, random: Any
) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)
    one, other = of(test, some, situation), of(test, shuffled, situation)
    assert one.value == other.value
    assert set(one.conflicting) == set(other.conflicting)


@unhurried
@given(typed_tests(), known(least=1), situations())
def test_until_it_runs_out_it_holds_and_then_it_does_not(
    test: Typed, some: list[FactValue], situation: Circumstances
) -> None:
    """Of one fact: the planned event may slip to the last day, and not a day further."""
    for fact in some:
        found = of(test, [fact], situation)
        if found.value in ("yes", "no") and found.valid_until is not None:
            assert test.window is not None
            for day, same in ((found.valid_until, True), (found.valid_until + timedelta(days=1), False)):
                anchors = {**situation.anchors, test.window.anchor: planned(day)}
                later = of(test, [fact], replace(situation, anchors=anchors))
                assert (later.value == found.value) is same


# The five trials


DICTIONARY = {entry["code"]: entry for entry in fixture("variables.yaml")}


def trial_tests() -> list[Typed]:
    found = []
    for document in trial_fixtures().values():
        for version in document["criteria_versions"]:
            parts = {key: version[key] for key in ("cohorts", "inclusion", "exclusion") if key in version}
            found += [node.test for node in parse_tree(parts).statements if node.test and node.test.variable]
    return found


def sample(test: Typed, entry: dict[str, Any]) -> list[FactValue]:
    """One fact of each thing that a variable can be."""
    make = partial(FactValue, "f", test.variable, date(2026, 11, 5), product="x")
    match entry["kind"]:
        case "boolean":
            return [make(code=code) for code in ("present", "absent")]
        case "code":
            return [make(code=code) for code in entry["codes"]]
        case "date":
            return [make(date=date(2026, 1, 1))]
    unit = "%" if test.relative_to == "% predicted" else test.unit or entry["unit"]
    return [
        make(number=Decimal(number), unit=unit, lower=Decimal(1), upper=Decimal(40))
        for number in ("0", "1", "20", "1000")
    ]


EXPECTED = {
    ProblemKind.DURATION_UNKNOWN,
    ProblemKind.EARLIER_MISSING,
    ProblemKind.INDETERMINATE,
    ProblemKind.OPEN_LIST,
    ProblemKind.PRIOR_UNCLEAR,
}


@pytest.mark.parametrize("test", trial_tests(), ids=lambda test: test.variable)
def test_each_typed_statement_of_the_trials_can_be_decided_by_a_fact_in_its_unit(
    test: Typed,
) -> None:
    events = dict.fromkeys(
        ("consent", "enrolment", "randomisation", "apheresis", "infusion", "baseline"),
        planned(date(2026, 11, 12)),
    )
    situation = circumstances(half_lives={"x": 48}, **events)
    answers = set()
    for fact in sample(test, DICTIONARY[test.variable]):
        found = of(test, [fact], situation)
        assert found.problem is None or found.problem.kind in EXPECTED
        answers.add(found.value or (found.problem and found.problem.kind))
    if test.comparator is not Comparator.PRESENT or not test.window:
        assert answers - {None}
