"""What is asked first: in whatever order the same outcome, and no more than needed where that is proven."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import isclose

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from screening.logic import Assessment, Outcome, evaluate
from screening.order import against, fastest
from tests.logic.trees import NA, NO, UNKNOWN, YES, Document, build, group, leaf, offered, ref, screenings
from trials.criteria.tree import Tree

type Choose = Callable[[Tree, Mapping[str, str], Assessment], str]

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assess(tree: Tree, answers: Mapping[str, str], cohort: str | None = None) -> Assessment:
    return evaluate(tree, answers, cohort=cohort, complete=True, reviewed=True)


def order_of(tree: Tree, chances: Mapping[str, float], /, **answers: str) -> list[str]:
    return list(fastest(tree, answers, assess(tree, answers).open_relevant, chances))


def expected_questions(
    tree: Tree, chances: Mapping[str, float], choose: Choose, answers: Mapping[str, str]
) -> float:
    """Questions until no open one matters, where each statement is "yes" with its chance, or else "no"."""
    assessment = assess(tree, answers)
    if not assessment.open_relevant:
        return 0
    asked = choose(tree, answers, assessment)
    yes = chances[asked]
    return (
        1
        + yes * expected_questions(tree, chances, choose, {**answers, asked: YES})
        + (1 - yes) * expected_questions(tree, chances, choose, {**answers, asked: NO})
    )


def fewest_questions(tree: Tree, chances: Mapping[str, float]) -> float:
    """The best that any strategy can do, by trying all of them."""

    @cache
    def best(answers: frozenset[tuple[str, str]]) -> float:
        return min(
            (
                1
                + chances[each] * best(answers | {(each, YES)})
                + (1 - chances[each]) * best(answers | {(each, NO)})
                for each in assess(tree, dict(answers)).open_relevant
            ),
            default=0,
        )

    return best(frozenset())


def by_figures(chances: Mapping[str, float]) -> Choose:
    return lambda tree, answers, found: fastest(tree, answers, found.open_relevant, chances)[0]


def test_what_stands_against_most_comes_first() -> None:
    tree = build(["adult", "lupus"], ["infection", "pregnant"])
    chances = {"adult": 0.95, "lupus": 0.4, "infection": 0.1, "pregnant": 0.02}
    assert order_of(tree, chances) == ["lupus", "infection", "adult", "pregnant"]


def test_of_what_is_enough_alone_the_likeliest_comes_first() -> None:
    tree = build([group("any", "sign", "rash", "biopsy", "enzyme")])
    assert order_of(tree, {"rash": 0.2, "biopsy": 0.7, "enzyme": 0.5}) == ["biopsy", "enzyme", "rash"]


def test_an_exclusion_that_needs_several_is_asked_for_what_is_rarest_in_it() -> None:
    tree = build(["adult"], [group("all", "hepatitis", "antibody", "dna")])
    assert order_of(tree, {"adult": 0.5, "antibody": 0.3, "dna": 0.05}) == ["adult", "dna", "antibody"]


def test_a_dear_question_waits_for_cheap_ones() -> None:
    tree = build(["adult", "biopsy"])
    chances = {"adult": 0.7, "biopsy": 0.6}
    statements = ("adult", "biopsy")
    assert fastest(tree, {}, statements, chances) == ("biopsy", "adult")
    assert fastest(tree, {}, statements, chances, costs={"biopsy": 5}) == ("adult", "biopsy")


def test_groups_within_groups_of_the_same_kind_do_not_hold_their_parts_together() -> None:
    tree = build([group("all", "age", "adult", "old"), "lupus"], [group("any", "weight", "thin", "fat")])
    chances = {"adult": 0.9, "old": 0.5, "lupus": 0.6, "thin": 0.05, "fat": 0.45}
    assert order_of(tree, chances) == ["old", "fat", "lupus", "adult", "thin"]


def test_what_was_said_changes_what_is_asked_next() -> None:
    tree = build([group("at_least", "signs", "a", "b", "c", k=2), "adult"])
    chances = {"a": 0.9, "b": 0.5, "c": 0.2, "adult": 0.8}
    # Two of three: an answer in the middle leaves least open. One of two more is needed then: the likelier.
    assert order_of(tree, chances, adult=YES)[0] == "b"
    assert order_of(tree, chances, adult=YES, b=YES) == ["a", "c"]
    assert order_of(tree, chances, adult=YES, b=NO) == ["c", "a"]
    assert order_of(tree, chances, a=NO, b=NO) == []


def test_the_condition_of_an_if_can_settle_it_and_so_can_the_consequence() -> None:
    tree = build([group("if", "steroids", "taken", "stable"), "adult"])
    assert order_of(tree, {"taken": 0.1, "stable": 0.5, "adult": 0.99}, adult=YES) == ["taken", "stable"]
    assert order_of(tree, {"taken": 0.9, "stable": 0.5, "adult": 0.99}, adult=YES) == ["stable", "taken"]


def test_an_exception_that_holds_for_most_is_asked_before_the_rule() -> None:
    tree = build(exclusion=[group("except", "cancer", "malignancy", "cured")])
    assert order_of(tree, {"malignancy": 0.5, "cured": 0.9}) == ["cured", "malignancy"]
    assert order_of(tree, {"malignancy": 0.05, "cured": 0.9}) == ["malignancy", "cured"]


def test_before_a_cohort_is_named_what_all_of_them_ask_for_can_decide() -> None:
    tree = build(["adult", leaf("lupus", cohorts=["SLE"]), leaf("skin", cohorts=["SSc"])], cohorts="SLE SSc")
    chances = {"adult": 0.6, "lupus": 0.2, "skin": 0.2}
    assert order_of(tree, chances)[0] == "adult"
    chosen = assess(tree, {}, "SLE").open_relevant
    assert fastest(tree, {}, chosen, chances, cohort="SLE") == ("lupus", "adult")


def test_unknown_is_still_open_and_not_applicable_is_settled() -> None:
    tree = build(["a", "b", leaf("c", test={"applies_to": "female"})])
    chances = {"a": 0.9, "b": 0.5, "c": 0.1}
    assert order_of(tree, chances, a=UNKNOWN) == ["c", "b", "a"]
    assert order_of(tree, chances, c=NA) == ["b", "a"]


def test_which_answer_stands_against_a_participant() -> None:
    tree = build(
        ["adult", group("not", "never", "smoked"), group("if", "steroids", "taken", "stable")],
        ["infection", group("except", "cancer", "malignancy", "cured"), ref("again", "stable")],
    )
    assert against(tree) == {
        "adult": NO,
        "smoked": YES,
        "taken": YES,
        "infection": YES,
        "malignancy": YES,
        "cured": NO,
    }


@many
@given(screenings(), st.randoms(use_true_random=False))
def test_an_order_has_each_open_statement_that_matters_once(
    drawn: tuple[Tree, str | None, dict[str, str]], source: random.Random
) -> None:
    tree, cohort, answers = drawn
    chances = {node.identifier: source.uniform(0.02, 0.98) for node in tree.statements}
    open_ones = assess(tree, answers, cohort).open_relevant
    order = fastest(tree, answers, open_ones, chances, cohort=cohort)
    assert sorted(order) == sorted(open_ones)


@many
@given(screenings(), st.randoms(use_true_random=False))
def test_every_order_reaches_the_same_outcome(
    drawn: tuple[Tree, str | None, dict[str, str]], source: random.Random
) -> None:
    tree, cohort, _answers = drawn
    chances = {node.identifier: source.uniform(0.02, 0.98) for node in tree.statements}
    truth = {node.identifier: source.choice(offered(tree, node.identifier)) for node in tree.statements}
    outcome = assess(tree, truth, cohort).outcome

    def reached(choose: Callable[[Mapping[str, str], Assessment], str]) -> Outcome:
        answers: dict[str, str] = {}
        while (found := assess(tree, answers, cohort)).open_relevant:
            asked = choose(answers, found)
            answers[asked] = truth[asked]
        return found.outcome

    assert reached(lambda answers, found: found.open_relevant[0]) == outcome
    assert reached(lambda answers, found: source.choice(found.open_relevant)) == outcome
    assert outcome == reached(
        lambda answers, found: fastest(tree, answers, found.open_relevant, chances, cohort=cohort)[0]
    )


@st.composite
def two_levels(draw: st.DrawFn) -> tuple[Tree, dict[str, float]]:
    """Statements and groups of the other kind, none used twice: inclusions all, exclusions none of them."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    assume(sum(sizes) <= 6)
    roots: tuple[list[Document | str], list[Document | str]] = ([], [])
    chances = {}
    for number, size in enumerate(sizes):
        names = [f"s{number}{letter}" for letter in "abc"[:size]]
        chances |= {name: draw(st.floats(0.02, 0.98)) for name in names}
        excluding = draw(st.booleans())
        roots[excluding].append(group("all" if excluding else "any", f"g{number}", *names))
    return build(*roots), chances


@settings(many, max_examples=25)
@given(two_levels())
def test_no_strategy_beats_it_on_two_levels(drawn: tuple[Tree, dict[str, float]]) -> None:
    tree, chances = drawn
    asked = expected_questions(tree, chances, by_figures(chances), {})
    assert isclose(asked, fewest_questions(tree, chances), rel_tol=1e-9)


@settings(many, max_examples=25)
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(st.integers(1, n), st.lists(st.floats(0.02, 0.98), min_size=n, max_size=n))
    )
)
def test_no_strategy_beats_it_on_some_of_several(drawn: tuple[int, Sequence[float]]) -> None:
    k, each = drawn
    chances = {f"s{number}": chance for number, chance in enumerate(each)}
    tree = build([group("at_least", "some", *chances, k=k)])
    asked = expected_questions(tree, chances, by_figures(chances), {})
    assert isclose(asked, fewest_questions(tree, chances), rel_tol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_on_deeper_trees_it_stays_close_to_the_best_strategy(seed: int) -> None:
    source = random.Random(seed)
    tree = build(
        [group("any", "g1", group("all", "g2", "a", "b"), group("all", "g3", "c", "d")), "e"],
        [group("at_least", "g4", "f", "g", "h", k=2)],
    )
    chances = {node.identifier: source.uniform(0.05, 0.95) for node in tree.statements}
    asked = expected_questions(tree, chances, by_figures(chances), {})
    best = fewest_questions(tree, chances)
    assert best <= asked + 1e-9 <= 1.1 * best
