"""The operators of a criteria tree over sets of values that are still possible.

A node is true, false or not applicable. What is not known yet is a set of these: {true} is surely true,
{true, false} is Kleene's "unknown" (S. C. Kleene, Introduction to Metamathematics, 1952, section 64: the
strong connectives), and {false, not applicable} is surely not true. A set is a sum of the bits `TRUE`,
`FALSE` and `NA`; it is never empty.

Each gate answers three questions about sets of its inputs, exactly as long as the inputs are independent:

- `output`: which values can it take?
- `told_apart`: its own values being told apart in some pairs, which pairs of each input's values are?
- `needed`: to which values must one input be held, for the output to stay within a goal?

Inputs that share a statement make the answers wider, never narrower: "surely" stays sure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from typing import Protocol

TRUE, FALSE, NA = 1, 2, 4
VALUES = (TRUE, FALSE, NA)

# Pairs of values, as bits of a set of pairs.
TRUE_FALSE, TRUE_NA, FALSE_NA = 1, 2, 4
EVERY_PAIR = TRUE_FALSE | TRUE_NA | FALSE_NA
_PAIRS = ((TRUE, FALSE, TRUE_FALSE), (TRUE, NA, TRUE_NA), (FALSE, NA, FALSE_NA))
# By the sum of two values: the pair that they are, none where they are the same.
_PAIR_OF = {one | other: pair for one, other, pair in _PAIRS} | dict.fromkeys(VALUES, 0)
# By a set of values: the pairs that it contains.
PAIRS_WITHIN = tuple(
    sum(pair for one, other, pair in _PAIRS if one & values and other & values) for values in range(8)
)


class Gate(Protocol):
    """`inputs` are positions in the circuit; `sets` are the sets of these inputs, in their order."""

    inputs: tuple[int, ...]

    def output(self, sets: Sequence[int]) -> int: ...

    def told_apart(self, sets: Sequence[int], pairs: int) -> Sequence[int]:
        """`pairs` are those of the output; the answer has those of each input."""

    def needed(self, sets: Sequence[int], position: int, goal: int) -> int:
        """The values of the input at `position` with which, the others in their sets, the goal is kept."""


def _swapped_values(values: int) -> int:
    return (TRUE if values & FALSE else 0) | (FALSE if values & TRUE else 0) | values & NA


def _swapped_pairs(pairs: int) -> int:
    return pairs & TRUE_FALSE | (TRUE_NA if pairs & FALSE_NA else 0) | (FALSE_NA if pairs & TRUE_NA else 0)


# A tally is four counts of inputs in one integer, so that tallies add up and an input can be taken out:
# from the right those surely true, possibly true, possibly false, possibly not applicable.
_WIDTH = 16
_MASK = (1 << _WIDTH) - 1


def _tally(values: int) -> int:
    counts = (values == TRUE, values & TRUE, values & FALSE, values & NA)
    return sum(bool(count) << _WIDTH * place for place, count in enumerate(counts))


_TALLY = tuple(_tally(values) for values in range(8))
_DUAL_TALLY = tuple(_tally(_swapped_values(values)) for values in range(8))
_SWAPPED_VALUES = tuple(_swapped_values(values) for values in range(8))
_SWAPPED_PAIRS = tuple(_swapped_pairs(pairs) for pairs in range(8))


class Count:
    """True when `k` or more inputs are; not applicable when all inputs are; otherwise false.

    With k = 1 this is `any`. Its dual counts what is false and swaps true and false at the end: with k = 1
    that is `all`, by De Morgan's law. Without inputs it is not applicable.
    """

    def __init__(self, inputs: tuple[int, ...], k: int = 1, *, dual: bool = False) -> None:
        self.inputs = inputs
        self.k = k
        self.dual = dual
        self.tally = _DUAL_TALLY if dual else _TALLY

    def output(self, sets: Sequence[int]) -> int:
        tally = self.tally
        return self._possible(sum([tally[values] for values in sets]))

    def _possible(self, total: int) -> int:
        k = self.k
        can_be_true = total >> _WIDTH & _MASK
        values = TRUE if can_be_true >= k else 0
        # Fewer than k true, and one input at least that counts: false, or true while k asks for more.
        if total & _MASK < k and (total >> 2 * _WIDTH & _MASK or (k > 1 and can_be_true)):
            values |= FALSE
        if total >> 3 * _WIDTH == len(self.inputs):
            values |= NA
        return _SWAPPED_VALUES[values] if self.dual else values

    def told_apart(self, sets: Sequence[int], pairs: int) -> Sequence[int]:
        total = sum([self.tally[values] for values in sets])
        if self.dual:
            pairs = _SWAPPED_PAIRS[pairs]
        told = {values: self._told(total - self.tally[values], pairs) for values in set(sets)}
        return [told[values] for values in sets]

    def _told(self, others: int, pairs: int) -> int:
        """`others` is the tally of the other inputs."""
        k = self.k
        told = 0
        # They bring k - 1 true ones and are not all n/a: the output is true if this one is, else false.
        pivotal = others & _MASK < k <= (others >> _WIDTH & _MASK) + 1
        if pivotal and pairs & TRUE_FALSE and (k > 1 or others >> 2 * _WIDTH & _MASK):
            told |= TRUE_FALSE | TRUE_NA
        # They are all n/a: the output is this one's value, except that one true input is too few for k > 1.
        if others >> 3 * _WIDTH == len(self.inputs) - 1:
            if k == 1:
                told |= pairs
            elif pairs & FALSE_NA:
                told |= TRUE_NA | FALSE_NA
        return _SWAPPED_PAIRS[told] if self.dual else told

    def needed(self, sets: Sequence[int], position: int, goal: int) -> int:
        tally = self.tally
        others = sum([tally[values] for values in sets]) - tally[sets[position]]
        return sum([value for value in VALUES if not self._possible(others + tally[value]) & ~goal])


type Truth = Callable[..., int]


def negation(value: int) -> int:
    return _SWAPPED_VALUES[value]


def exception(base: int, excepted: int) -> int:
    return FALSE if base == TRUE and excepted == TRUE else base


def conditional(condition: int, then: int) -> int:
    return then if condition == TRUE else NA


def verdict(inclusion: int, exclusion: int) -> int:
    """True: nothing stands against the participant. False: ineligible. Not applicable: undetermined."""
    return FALSE if exclusion == TRUE else inclusion


class Table:
    """One of the truth functions above, of one or two inputs, lifted to sets by trying every combination."""

    def __init__(self, truth: Truth, inputs: tuple[int, ...]) -> None:
        self.truth = truth
        self.inputs = inputs

    def output(self, sets: Sequence[int]) -> int:
        return _lifted(self.truth, tuple(sets))

    def told_apart(self, sets: Sequence[int], pairs: int) -> Sequence[int]:
        return _lifted_told(self.truth, tuple(sets), pairs)

    def needed(self, sets: Sequence[int], position: int, goal: int) -> int:
        held = [(*sets[:position], value, *sets[position + 1 :]) for value in VALUES]
        return sum(
            value for value, trial in zip(VALUES, held, strict=True) if not _lifted(self.truth, trial) & ~goal
        )


def _members(values: int) -> list[int]:
    return [value for value in VALUES if value & values]


@cache
def _lifted(truth: Truth, sets: tuple[int, ...]) -> int:
    values = 0
    for combination in product(*map(_members, sets)):
        values |= truth(*combination)
    return values


@cache
def _lifted_told(truth: Truth, sets: tuple[int, ...], pairs: int) -> tuple[int, ...]:
    told = [0] * len(sets)
    for position in range(len(sets)):
        before, after = sets[:position], sets[position + 1 :]
        for one, other, pair in _PAIRS:
            for left in product(*map(_members, before)):
                for right in product(*map(_members, after)):
                    outputs = truth(*left, one, *right) | truth(*left, other, *right)
                    if _PAIR_OF[outputs] & pairs:
                        told[position] |= pair
    return tuple(told)
