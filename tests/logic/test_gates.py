"""Every gate over every combination of sets, against its truth function tried value by value."""

from collections.abc import Callable
from itertools import product

import pytest

from screening.gates import (
    EVERY_PAIR,
    FALSE,
    FALSE_NA,
    NA,
    TRUE,
    TRUE_FALSE,
    TRUE_NA,
    Count,
    Gate,
    Table,
    conditional,
    exception,
    negation,
    verdict,
)

VALUES = (TRUE, FALSE, NA)
SETS = range(1, 8)
PAIRS = {TRUE_FALSE: (TRUE, FALSE), TRUE_NA: (TRUE, NA), FALSE_NA: (FALSE, NA)}


def at_least(k: int) -> Callable[..., int]:
    def truth(*values: int) -> int:
        if all(value == NA for value in values):
            return NA
        return TRUE if values.count(TRUE) >= k else FALSE

    return truth


def every(*values: int) -> int:
    return FALSE if FALSE in values else TRUE if TRUE in values else NA


def gates() -> list[tuple[str, Gate, Callable[..., int]]]:
    found: list[tuple[str, Gate, Callable[..., int]]] = [
        ("not", Table(negation, (0,)), lambda a: {TRUE: FALSE, FALSE: TRUE, NA: NA}[a]),
        ("except", Table(exception, (0, 1)), lambda a, b: FALSE if (a, b) == (TRUE, TRUE) else a),
        ("if", Table(conditional, (0, 1)), lambda a, b: b if a == TRUE else NA),
        ("verdict", Table(verdict, (0, 1)), lambda a, b: FALSE if a == FALSE or b == TRUE else a),
    ]
    for count in range(4):
        inputs = tuple(range(count))
        found.append((f"all of {count}", Count(inputs, dual=True), every))
        found += [(f"{k} of {count}", Count(inputs, k), at_least(k)) for k in range(1, count + 2)]
    return found


GATES = pytest.mark.parametrize(("gate", "truth"), [pytest.param(g, t, id=name) for name, g, t in gates()])


def members(values: int) -> list[int]:
    return [value for value in VALUES if value & values]


def lifted(truth: Callable[..., int], sets: tuple[int, ...]) -> int:
    values = 0
    for combination in product(*map(members, sets)):
        values |= truth(*combination)
    return values


@GATES
def test_a_gate_can_take_exactly_the_values_of_some_combination(
    gate: Gate, truth: Callable[..., int]
) -> None:
    for sets in product(SETS, repeat=len(gate.inputs)):
        assert gate.output(sets) == lifted(truth, sets), sets


@GATES
def test_an_input_is_held_to_exactly_the_values_that_keep_the_goal(
    gate: Gate, truth: Callable[..., int]
) -> None:
    for sets in product(SETS, repeat=len(gate.inputs)):
        for position, goal in product(range(len(sets)), range(8)):
            held = [(value, (*sets[:position], value, *sets[position + 1 :])) for value in VALUES]
            expected = sum(value for value, trial in held if not lifted(truth, trial) & ~goal)
            assert gate.needed(sets, position, goal) == expected, (sets, position, goal)


@GATES
def test_inputs_are_told_apart_exactly_where_the_output_is(gate: Gate, truth: Callable[..., int]) -> None:
    for sets in product(SETS, repeat=len(gate.inputs)):
        for pairs in range(8):
            wanted = {frozenset(pair) for bit, pair in PAIRS.items() if bit & pairs}
            expected = [0] * len(sets)
            for position in range(len(sets)):
                for bit, (one, other) in PAIRS.items():
                    for rest in product(*map(members, sets[:position] + sets[position + 1 :])):
                        before, after = rest[:position], rest[position:]
                        outputs = frozenset((truth(*before, one, *after), truth(*before, other, *after)))
                        if outputs in wanted:
                            expected[position] |= bit
            assert list(gate.told_apart(sets, pairs)) == expected, (sets, pairs)


def test_every_pair_is_all_three() -> None:
    assert set(PAIRS) == {1, 2, 4}
    assert sum(PAIRS) == EVERY_PAIR
