"""The outcome alone, as amendments ask for it of many screenings: the same as with its reasons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.logic import evaluate, outcome_only
from tests.logic.trees import build, screenings
from trials.criteria.tree import Anchor, Tree


@given(screenings(), st.booleans(), st.booleans(), st.data())
def test_it_is_the_outcome_of_the_full_evaluation(
    screening: tuple[Tree, str | None, dict[str, str]], complete: bool, reviewed: bool, data: st.DataObject
) -> None:
    tree, cohort, answers = screening
    asked: dict[str, Any] = {
        "complete": complete,
        "reviewed": reviewed,
        "cohort": cohort,
        "anchors_reached": data.draw(st.sampled_from([[], [Anchor.SCREENING], list(Anchor)])),
        "expired": data.draw(st.sets(st.sampled_from(sorted(answers)))) if answers else [],
    }
    assert outcome_only(tree, answers, **asked) is evaluate(tree, answers, **asked).outcome


@pytest.mark.parametrize(
    ("answers", "cohort"), [({"a": "perhaps"}, None), ({"b": "yes"}, None), ({"a": "yes"}, "SLE")]
)
def test_it_refuses_what_the_full_evaluation_refuses(answers: dict[str, str], cohort: str | None) -> None:
    with pytest.raises(ValueError, match=r"is not"):
        outcome_only(build(["a"]), answers, complete=True, reviewed=True, cohort=cohort)
