"""Why a verdict stands: a set of answers that alone forces it, and of which none can be spared.

Of several such sets the one with earlier answers (in protocol order) is preferred, and a single decisive
answer to all others where a verdict is "ineligible".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from screening.circuit import Circuit
from screening.gates import FALSE


def why(circuits: Sequence[Circuit], known: Mapping[str, int], goal: int) -> set[str]:
    """The statements that force the verdict `goal`: FALSE in every circuit, or TRUE in one of them.

    `known` has the sets of the answered statements, and does force it.
    """
    if goal == FALSE:
        circuits = [circuit for circuit in circuits if circuit.opened[circuit.verdict] != FALSE]
        if not circuits:
            return set()
        decisive = [_decisive(circuit, known, goal) for circuit in circuits]
        for identifier in circuits[0].statements:
            if all(identifier in alone for alone in decisive):
                return {identifier}
        proving = circuits
    else:
        proving = [next(circuit for circuit in circuits if circuit.values(known)[circuit.verdict] == goal)]
    reasons = {reason for circuit in proving for reason in _justification(circuit, known, goal)}
    # Within one circuit, and without shared statements, a justification holds nothing that can be spared.
    if len(circuits) == 1 and not circuits[0].shared:
        return reasons
    return _without_the_spare(circuits, {each: known[each] for each in known if each in reasons}, goal)


def _decisive(circuit: Circuit, known: Mapping[str, int], goal: int) -> set[str]:
    """Statements each of which keeps the verdict within the goal while all others are open."""
    values = circuit.values(known)
    found, waiting = set(), {(circuit.verdict, goal)}
    while waiting:
        position, allowed = waiting.pop()
        gate = circuit.gates.get(position)
        if gate is None:
            found.add(circuit.names[position])
            continue
        opened = [circuit.opened[below] for below in gate.inputs]
        for place, below in enumerate(gate.inputs):
            needed = gate.needed(opened, place, allowed)
            if not values[below] & ~needed:
                waiting.add((below, needed))
    return found


def _justification(circuit: Circuit, known: Mapping[str, int], goal: int) -> set[str]:
    """Top down: each gate holds its inputs only as far as its own goal needs, and lets later ones go first.

    What an input is held to is worked out with the later inputs as they are after letting go, not as far as
    they might have been let go. So nothing that is kept could be spared, as long as inputs are independent.
    """
    values = circuit.values(known)
    proven: dict[tuple[int, int], tuple[frozenset[int], int]] = {}

    def prove(position: int, goal: int) -> tuple[frozenset[int], int]:
        """The statements that hold a position within the goal, and the set that they leave it."""
        if not circuit.opened[position] & ~goal:
            return frozenset(), circuit.opened[position]
        gate = circuit.gates.get(position)
        if gate is None:
            return frozenset((position,)), values[position]
        if (position, goal) not in proven:
            kept: frozenset[int] = frozenset()
            sets = [values[below] for below in gate.inputs]
            for place in reversed(range(len(sets))):
                more, sets[place] = prove(gate.inputs[place], gate.needed(sets, place, goal))
                kept |= more
            proven[position, goal] = kept, gate.output(sets)
        return proven[position, goal]

    kept, _ = prove(circuit.verdict, goal)
    return {circuit.names[position] for position in kept}


def _without_the_spare(circuits: Sequence[Circuit], known: Mapping[str, int], goal: int) -> set[str]:
    """Open one answer after another, the last first; it stays open where the verdict stands without it.

    Opening more never forces a verdict, so one round is enough. `known` is in protocol order.
    """
    quantifier = all if goal == FALSE else any
    states = [circuit.values(known) for circuit in circuits]
    kept = set(known)
    for identifier in reversed(list(known)):
        trial = [values.copy() for values in states]
        for circuit, values in zip(circuits, trial, strict=True):
            if identifier in circuit.statements:
                position = circuit.statements[identifier]
                circuit.change(values, position, circuit.opened[position])
        if quantifier(
            values[circuit.verdict] == goal for circuit, values in zip(circuits, trial, strict=True)
        ):
            states = trial
            kept.remove(identifier)
    return kept
