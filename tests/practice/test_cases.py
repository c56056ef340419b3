"""What practice cases promise, over random criteria and over those of the five trials."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.deciding.facts import by_variable
from screening.deciding.proposal import propose
from screening.logic import AnswerValue, Outcome, evaluate
from screening.practice.cases import Barrier, Case, Twist
from screening.practice.draw import Draw
from screening.practice.making import ASKED, typed
from screening.practice.rounds import Kind, Practice, Topic
from tests.practice.versions import Version, random_versions, versions

EVERY = pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)


def cases_of(practice: Practice, topic: Topic, seed: int = 1) -> list[Case]:
    return list(practice.cases(topic, Draw(seed)))


def pairs_of(cases: list[Case]) -> list[tuple[Case, Case]]:
    return [
        (one, other)
        for one, other in pairwise(cases)
        if one.key.endswith("/inside") and other.key == one.key.removesuffix("inside") + "outside"
    ]


def check_case(version: Version, case: Case) -> None:
    tree = version.tree
    found = evaluate(
        tree, case.every_answer, complete=version.complete, reviewed=True, cohort=case.cohort,
        anchors_reached=case.anchors_reached,
    )  # fmt: skip
    assert (case.outcome, case.deciding) == (found.outcome, found.deciding_criteria)
    assert 1 <= len(case.answers) <= ASKED
    assert not case.answers.keys() & case.given.keys()
    noted = {note.identifier: note.value for note in case.notes}
    assert noted.items() <= case.answers.items()
    facts = by_variable(case.facts)
    for identifier, right in case.answers.items():
        test = tree.nodes[identifier].test
        proposal = propose(test, facts, case.circumstances) if test else None
        if identifier in noted:
            assert proposal is None or proposal.value is None
        else:
            assert proposal is not None
            assert right == (proposal.value or "unknown")
    for fact in case.facts:
        assert fact.observed_on <= case.on
    assert Case.from_json(json.loads(json.dumps(case.to_json()))) == case


def check_version(version: Version, seed: int) -> list[list[Case]]:
    """Hold a version to every promise; the cases that differ by what is practised, together."""
    together = []
    practice = version.practice()
    practised = set()
    for topic in practice.topics():
        cases = cases_of(practice, topic, seed)
        for case in cases:
            check_case(version, case)
        if topic.kind is Kind.STATEMENT:
            for inside, outside in pairs_of(cases):
                assert inside.answers.keys() == outside.answers.keys()
                differing = {each for each in inside.answers if inside.answers[each] != outside.answers[each]}
                assert differing == {topic.identifier}
                assert inside.given == outside.given
                practised.add(topic.identifier)
                together.append([inside, outside])
            assert len(cases) == 2 * len(pairs_of(cases))
        elif cases:
            together.append(cases)
    with_type = {node.identifier for node in version.tree.statements if node.test is not None}
    barriers = practice.barriers()
    assert practised | barriers.keys() == with_type
    assert not practised & barriers.keys()
    return together


@settings(max_examples=60, deadline=None)
@given(random_versions(), st.integers(0, 2**40))
def test_cases_of_random_criteria_are_right(version: Version, seed: int) -> None:
    check_version(version, seed)


@EVERY
def test_cases_of_the_five_trials_are_right(version: Version) -> None:
    for cases in check_version(version, seed=3):
        assert len({case.outcome for case in cases}) > 1, cases[0].key


# What stays without practice, and why: examples.
UNPRACTISED = {
    "i2.subset": Barrier.ENTANGLED,  # each other subset is an exclusion of its own
    "e7.count": Barrier.NO_FACTS,  # which earlier count is meant is for a person to say
    "i.muscle-enzyme.ck": Barrier.NEVER_MATTERS,  # 1.5 x ULN is optional where 2 x ULN is required
    "i.life-expectancy": Barrier.JUDGEMENT,
}


def test_nearly_every_typed_statement_of_the_five_trials_is_practised() -> None:
    every: dict[str, Barrier] = {}
    for version in versions():
        barriers = version.practice().barriers()
        decidable = {node.identifier for node in version.tree.statements if typed(node)}
        assert len(decidable & barriers.keys()) <= 0.1 * len(decidable), version.name
        every |= barriers
    assert every.items() >= UNPRACTISED.items()


@EVERY
def test_a_seed_makes_the_same_round_and_another_one_another(version: Version) -> None:
    rounds = [version.practice().round(seed, 8) for seed in (5, 5, 6)]
    assert rounds[0] == rounds[1]
    assert rounds[0] != rounds[2]
    assert len({case.key for case in rounds[0]}) == len(rounds[0]) == 8


def test_a_round_takes_what_was_not_practised_first() -> None:
    practice = versions()[0].practice()
    topics = practice.topics()
    known = {topic.key for topic in topics[:-12]}
    for case in practice.round(1, 5, known=known):
        assert "/".join(case.key.split("/")[:2]) not in known


def test_a_case_comes_again_by_its_key_for_somebody_else() -> None:
    practice = versions()[0].practice()
    first = practice.round(1, 4)
    keys = [case.key for case in first]
    assert [case.key for case in practice.again(2, [*keys, "statement/gone/limit-0/inside"])] == keys


def test_nobody_in_a_case_is_real() -> None:
    for version in versions():
        for case in version.practice().round(11, 10):
            assert re.fullmatch(r"PRACTICE-\d\d", case.code)
            texts = {fact.product for fact in case.facts} - {"", "PX-101"}
            assert texts <= {"prednisone", "methylprednisolone", "hydrocortisone"}
            assert re.findall(r"@|NCT|P-\d|S-\d", json.dumps(case.to_json())) == []


# Examples, read with the eyes of a coordinator


def version_of(nct_id: str) -> Version:
    return next(version for version in versions() if version.name.startswith(nct_id))


def practised(nct_id: str, identifier: str, twist: Twist) -> list[Case]:
    cases = cases_of(version_of(nct_id).practice(), Topic(Kind.STATEMENT, identifier))
    return [case for case in cases if case.twist is twist]


def test_a_value_is_at_the_limit_of_its_own_laboratory() -> None:
    inside, outside = practised("NCT07086404", "i.lab.alt.limit", Twist.LIMIT)
    assert [(str(case.facts[0].number), str(case.facts[0].upper)) for case in (inside, outside)] == [
        ("120", "40"),
        ("121", "40"),
    ]


def test_a_low_value_can_be_high_for_its_laboratory() -> None:
    cases = practised("NCT07086404", "i.lab.alt.limit", Twist.LABORATORY)
    found = {
        (str(case.facts[0].number), str(case.facts[0].upper), case.answers["i.lab.alt.limit"].value)
        for case in cases
    }
    assert {("31", "10", "no"), ("240", "80", "yes")} <= found


def test_a_unit_makes_a_low_number_right_and_a_high_number_wrong() -> None:
    hemoglobin = practised("NCT07086404", "i.lab.hemoglobin.limit", Twist.UNIT)
    assert ("8", "g/dL", "yes") in [told(case) for case in hemoglobin]
    platelets = practised("NCT07086404", "i.lab.platelets.limit", Twist.UNIT)
    assert ("49900", "/uL", "no") in [told(case) for case in platelets]


def told(case: Case) -> tuple[str, str, str]:
    [fact] = case.facts
    return f"{fact.number:f}", fact.unit, case.answers[case.practised].value


def test_an_event_a_day_before_the_window_does_not_count() -> None:
    inside, outside = practised("NCT07086404", "e.coronary.infarction", Twist.WINDOW)
    assert str(inside.facts[0].observed_on) == "2026-05-22"
    assert str(outside.facts[0].observed_on) == "2026-05-21"
    assert (inside.answers[inside.practised], outside.answers[outside.practised]) == ("yes", "no")
    assert inside.outcome is Outcome.INELIGIBLE


def test_five_half_lives_can_be_longer_than_four_weeks() -> None:
    inside, outside = practised("NCT07086404", "e.investigational", Twist.WINDOW)
    assert inside.half_lives
    assert (inside.on - inside.facts[0].observed_on).days == 50
    assert (outside.on - outside.facts[0].observed_on).days == 51


def test_a_birthday_decides_an_age() -> None:
    cases = practised("NCT06941129", "i.age", Twist.DATE)
    assert {(str(case.birth_date), case.answers["i.age"].value) for case in cases} == {
        ("2008-11-22", "yes"),
        ("2008-11-23", "no"),
    }


def test_two_of_five_are_enough_and_one_is_not() -> None:
    practice = version_of("NCT07086404").practice()
    [group] = [node for node in practice.tree.walk() if node.op == "at_least"]
    enough, short = cases_of(practice, Topic(Kind.GROUP, group.identifier))
    assert enough.outcome is Outcome.POTENTIALLY_ELIGIBLE
    assert short.outcome is Outcome.INELIGIBLE


def test_a_chart_tells_of_everything_that_is_counted() -> None:
    version = version_of("NCT05869955")
    practice = version.practice()
    below = version.tree.nodes["sle.prior.two"].walk()
    counted = {node.identifier for node in below if node.op == "statement"}
    for topic in (Topic(Kind.STATEMENT, "sle.prior.obinutuzumab"), Topic(Kind.GROUP, "sle.prior.two")):
        for case in cases_of(practice, topic):
            assert counted <= case.answers.keys() | case.given.keys()


def test_the_one_that_is_enough_is_told() -> None:
    practice = version_of("NCT05869955").practice()
    enough, none = cases_of(practice, Topic(Kind.GROUP, "ssc.prior"))
    for case, true in ((enough, 1), (none, 0)):
        told = {each: value for each, value in {**case.given, **case.answers}.items() if "ssc.prior" in each}
        assert len(told) == 4
        assert list(told.values()).count(AnswerValue.YES) == true


def test_an_exclusion_of_another_cohort_excludes_nobody() -> None:
    practice = version_of("NCT05869955").practice()
    other, own = cases_of(practice, Topic(Kind.COHORT, "ex.sle-overlap"))
    assert other.answers["ex.sle-overlap"] == own.answers["ex.sle-overlap"] == "yes"
    assert (other.outcome, own.outcome) == (Outcome.POTENTIALLY_ELIGIBLE, Outcome.INELIGIBLE)
    assert (own.cohort, other.cohort != "SLE") == ("SLE", True)
