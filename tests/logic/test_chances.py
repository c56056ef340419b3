"""Chances are learnt from answers, begin with estimates, and are never certainties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.chances import Said, chances_of_yes
from screening.order import fastest
from tests.logic.trees import build, group, ref

TREE = build(["adult", "lupus"], ["infection", group("except", "cancer", "malignancy", "cured")])


def test_answers_count_by_what_they_mean_for_the_participant() -> None:
    said = {"adult": Said(yes=90, no=10), "infection": Said(yes=30, no=70)}
    chances = chances_of_yes(TREE, said, {})
    assert chances["adult"] == pytest.approx(0.9, abs=0.01)
    assert chances["infection"] == pytest.approx(0.3, abs=0.01)


def test_a_statement_that_was_never_asked_is_taken_for_an_average_one() -> None:
    said = {"adult": Said(yes=80, no=20), "infection": Said(yes=20, no=80)}
    chances = chances_of_yes(TREE, said, {})
    assert chances["lupus"] == pytest.approx(0.8, abs=0.001)
    assert chances["malignancy"] == pytest.approx(0.2, abs=0.001)
    assert chances["cured"] == pytest.approx(0.8, abs=0.001)


def test_an_estimate_is_worth_ten_answers_and_gives_way_to_more() -> None:
    assert chances_of_yes(TREE, {}, {"lupus": 70})["lupus"] == pytest.approx(0.3)
    assert chances_of_yes(TREE, {"lupus": Said(yes=10)}, {"lupus": 70})["lupus"] == pytest.approx(0.65)
    assert chances_of_yes(TREE, {"lupus": Said(yes=990)}, {"lupus": 70})["lupus"] > 0.99


def test_not_applicable_stands_against_nobody() -> None:
    said = {"infection": Said(yes=1, no=1, not_applicable=98)}
    assert chances_of_yes(TREE, said, {})["infection"] < 0.02


def test_a_statement_that_can_count_either_way_is_told_by_its_answers_alone() -> None:
    tree = build(["stable"], [ref("again", "stable")])
    assert chances_of_yes(tree, {}, {"stable": 90})["stable"] == 0.5
    assert chances_of_yes(tree, {"stable": Said(yes=3)}, {})["stable"] == pytest.approx(3.5 / 4)


counts = st.builds(Said, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))


@given(
    st.dictionaries(st.sampled_from([node.identifier for node in TREE.statements]), counts),
    st.dictionaries(st.sampled_from([node.identifier for node in TREE.statements]), st.integers(1, 99)),
)
def test_nothing_is_ever_certain(said: dict[str, Said], estimates: dict[str, int]) -> None:
    chances = chances_of_yes(TREE, said, estimates)
    assert all(0 < chance < 1 for chance in chances.values())
    assert len(fastest(TREE, {}, [node.identifier for node in TREE.statements], chances)) == 5
