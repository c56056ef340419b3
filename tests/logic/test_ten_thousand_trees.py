"""Every promise of the logic on the same 10,000 random trees, without Hypothesis' search and shrinking.

Hypothesis looks for the odd case and says what is odd about it; this makes sure of the plain number.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.logic import test_invariants as invariants
from tests.logic.trees import Expiring, random_screening_with_expired
from trials.criteria.tree import Op

TREES = 10_000
# Of the kinds that a matcher gets wrong, how many there have to be for the number to mean something.
LEAST = {
    Op.IF: 1000,
    Op.REF: 1500,
    Op.EXCEPT: 1500,
    Op.AT_LEAST: 1500,
    "cohorts": 2500,
    "n/a": 1000,
    "run out": 1500,
}

ANY_TREE = [
    invariants.test_no_outcome_is_given_that_a_completion_contradicts,
    invariants.test_complete_answers_have_their_outcome_even_with_references,
    invariants.test_nodes_show_exactly_or_more_than_the_values_they_can_have,
    invariants.test_why_forces_the_outcome_and_nothing_of_it_can_be_spared,
    invariants.test_each_deciding_criterion_decides_alone,
    invariants.test_a_statement_that_matters_is_never_reported_irrelevant,
    invariants.test_an_outcome_is_open_exactly_while_an_open_question_matters,
    invariants.test_nobody_is_eligible_where_the_text_or_the_review_is_missing,
]
WITHOUT_REFERENCES = [
    invariants.test_without_references_the_outcome_is_exact,
    invariants.test_one_decisive_answer_is_the_whole_reason,
]


def screening_of(seed: int) -> Expiring:
    return random_screening_with_expired(random.Random(seed).choice, most=3 + seed % 3)


def kinds(screening: Expiring) -> set[str]:
    tree, _, answers, expired = screening
    found: set[str] = {node.op for node in tree.walk()}
    found |= {"cohorts"} if tree.cohorts else set()
    found |= {"n/a"} if "not_applicable" in answers.values() else set()
    return found | ({"run out"} if expired else set())


@pytest.mark.parametrize("thousand", range(TREES // 1000))
def test_each_promise_is_kept_on_a_thousand_trees(thousand: int) -> None:
    for seed in range(thousand * 1000, (thousand + 1) * 1000):
        screening = screening_of(seed)
        found = kinds(screening)
        try:
            for promise in ANY_TREE + ([] if Op.REF in found else WITHOUT_REFERENCES):
                promise.hypothesis.inner_test(screening)
            if Op.REF not in found and not screening[0].cohorts:
                invariants.test_without_references_the_relevant_statements_are_exact.hypothesis.inner_test(
                    screening
                )
            invariants.test_a_decided_outcome_stays_however_much_is_answered.hypothesis.inner_test(
                screening, random.Random(seed)
            )
        except AssertionError as error:
            error.add_note(
                f"random_screening_with_expired(random.Random({seed}).choice, most={3 + seed % 3})"
            )
            raise


def test_the_trees_have_what_is_hard() -> None:
    seen = Counter(kind for seed in range(TREES) for kind in kinds(screening_of(seed)))
    assert {kind: seen[kind] for kind, least in LEAST.items() if seen[kind] < least} == {}
