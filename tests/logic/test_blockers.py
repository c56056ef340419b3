"""Only one criterion stood in the way: with it turned, the participant would not be ineligible."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from screening.blockers import criterion_of, sole_blockers
from screening.logic import Outcome, evaluate
from tests.logic.trees import NO, YES, build, group, leaf, ref, screenings
from trials.criteria.tree import Tree

TREE = build(["adult", group("any", "disease", "lupus", "scleroderma")], ["infection", "pregnant"])


def test_one_criterion_that_excludes_is_the_sole_one() -> None:
    assert sole_blockers(TREE, {"adult": NO}) == ("adult",)
    assert sole_blockers(TREE, {"adult": YES, "infection": YES}) == ("infection",)
    assert sole_blockers(TREE, {"lupus": NO, "scleroderma": NO}) == ("disease",)


def test_two_that_exclude_are_both_not_the_sole_one() -> None:
    assert sole_blockers(TREE, {"adult": NO, "infection": YES}) == ()


def test_nobody_stands_in_the_way_of_somebody_who_is_not_ineligible() -> None:
    assert sole_blockers(TREE, {}) == ()
    assert (
        sole_blockers(TREE, dict.fromkeys(["adult", "lupus"], YES) | {"infection": NO, "pregnant": NO}) == ()
    )


def test_each_cohort_can_have_one_of_its_own() -> None:
    tree = build([leaf("lupus", cohorts=["SLE"]), leaf("skin", cohorts=["SSc"]), "adult"], cohorts="SLE SSc")
    assert sole_blockers(tree, {"lupus": NO, "skin": NO}) == ("lupus", "skin")
    assert sole_blockers(tree, {"lupus": NO, "skin": NO}, "SLE") == ("lupus",)
    assert sole_blockers(tree, {"adult": NO}) == ("adult",)
    assert sole_blockers(tree, {"adult": NO, "lupus": NO}) == ("adult",), "scleroderma is still open"


def test_a_criterion_that_another_refers_to_is_turned_in_both_places() -> None:
    tree = build([leaf("stable")], [group("not", "unstable", ref("again", "stable"))])
    assert sole_blockers(tree, {"stable": NO}) == ("stable",)


def test_each_statement_belongs_to_a_numbered_criterion() -> None:
    assert criterion_of(TREE)["lupus"] == criterion_of(TREE)["disease"] == "disease"
    assert criterion_of(TREE)["pregnant"] == "pregnant"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(screenings())
def test_a_sole_one_decides_and_without_cohorts_and_references_it_is_the_only_one_that_does(
    drawn: tuple[Tree, str | None, dict[str, str]],
) -> None:
    tree, cohort, answers = drawn
    found = evaluate(tree, answers, complete=True, reviewed=True, cohort=cohort)
    blockers = sole_blockers(tree, answers, cohort)
    if found.outcome != Outcome.INELIGIBLE:
        assert blockers == ()
    simple = not tree.cohorts and all(node.op != "ref" for node in tree.walk())
    if simple and found.outcome == Outcome.INELIGIBLE:
        deciding = found.deciding_criteria
        assert blockers == (deciding if len(deciding) == 1 else ())
