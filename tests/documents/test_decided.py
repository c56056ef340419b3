"""Every typed statement of the trials is decided by a fact, to either side, or stands here with why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from screening.deciding.derived import AGE, DISEASE_DURATIONS
from screening.deciding.facts import Presence
from screening.deciding.problems import ProblemKind
from tests.documents.facts import cases, day_inside, decided, window_of
from tests.documents.test_trial_documents import VARIABLES, VERSIONS, tree_of
from trials.criteria.tree import Direction, Node, Test

DICTIONARY: dict[str, dict[str, Any]] = {variable["code"]: variable for variable in VARIABLES}

# Which statements a fact cannot decide to both sides, and why.
UNDECIDED = {
    # A count below the laboratory's limit may still be above the participant's own earlier one, and which
    # earlier one is meant a person has to say. A count that is not below the limit decides.
    "e7.count": ProblemKind.PRIOR_UNCLEAR,
}
TYPED = [
    pytest.param(node, node.test, id=f"{nct_id} {version['label'][:10]} {node.identifier}")
    for nct_id, version in VERSIONS
    for node in tree_of(version).statements
    if node.test and node.test.variable
]
every_typed_statement = pytest.mark.parametrize(("node", "test"), TYPED)


@every_typed_statement
def test_facts_decide_just_inside_and_just_outside(node: Node, test: Test) -> None:
    made = list(cases(test, DICTIONARY[test.variable]))
    assert {case.answer for case in made} == {"yes", "no"}
    for case in made:
        if node.identifier in UNDECIDED and case.answer == "yes":
            problem = case.proposed(test).problem
            assert problem
            assert problem.kind is UNDECIDED[node.identifier]
        else:
            assert case.proposed(test).value == case.answer, case
    assert decided(test, DICTIONARY[test.variable]) is (node.identifier not in UNDECIDED)


@every_typed_statement
def test_a_fact_counts_on_the_first_day_of_the_window_and_not_the_day_before(node: Node, test: Test) -> None:
    window = window_of(test)
    if window is None or test.variable in (AGE, *DISEASE_DURATIONS) or node.identifier in UNDECIDED:
        return
    for case in cases(test, DICTIONARY[test.variable]):
        assert case.on(day_inside(test)).proposed(test).value == case.answer
        if test.window and (test.window.max or test.window.direction is Direction.AT):
            if case.facts[-1].code != Presence.ABSENT:  # said so early, it is not about the days after
                assert case.on(window.first).proposed(test).value == case.answer
            assert case.on(window.first - timedelta(days=1)).proposed(test).value is None
