"""Which criterion alone stood in a participant's way.

Pure. A numbered criterion is turned, whatever its statements say: an inclusion is taken for true, an
exclusion for false. Where the participant would then no longer be ineligible, nothing else stood in the way.
"""

from __future__ import annotations

from collections.abc import Mapping

from screening.circuit import Circuit, compile_tree
from screening.gates import FALSE, NA, TRUE
from screening.logic import AnswerValue
from trials.criteria.tree import Tree

_SETS = {AnswerValue.YES: TRUE, AnswerValue.NO: FALSE, AnswerValue.NOT_APPLICABLE: NA}


def sole_blockers(tree: Tree, answers: Mapping[str, str], cohort: str | None = None) -> tuple[str, ...]:
    """In protocol order; more than one only where each stands in the way of another cohort.

    None for a participant who is not ineligible, nor for one whom two criteria exclude.
    """
    known = {each: _SETS[AnswerValue(said)] for each, said in answers.items() if said in _SETS}
    codes = (cohort,) if cohort else tuple(each.code for each in tree.cohorts) or (None,)
    circuits = [compile_tree(tree, code) for code in codes]
    if any(circuit.values(known)[circuit.verdict] != FALSE for circuit in circuits):
        return ()
    return tuple(
        node.identifier
        for criteria, favourable in ((tree.inclusion_criteria, TRUE), (tree.exclusion_criteria, FALSE))
        for node in criteria
        if any(_turned(circuit, known, node.identifier, favourable) != FALSE for circuit in circuits)
    )


def criterion_of(tree: Tree) -> dict[str, str]:
    """The numbered criterion that each statement is part of, by identifiers."""
    return {
        below.identifier: node.identifier
        for node in (*tree.inclusion_criteria, *tree.exclusion_criteria)
        for below in node.walk()
    }


def _turned(circuit: Circuit, known: Mapping[str, int], identifier: str, to: int) -> int:
    """The verdict's values with one node held, however its own parts stand."""
    held = circuit.positions.get(identifier)
    values = circuit.values(known)
    if held is None:
        return values[circuit.verdict]
    values[held] = to
    for position, gate in circuit.steps:
        if position != held:
            values[position] = gate.output([values[below] for below in gate.inputs])
    return values[circuit.verdict]
