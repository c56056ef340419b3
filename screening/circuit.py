"""A criteria tree made ready for evaluation: for one cohort, flat, children before their parents.

What belongs to another cohort is left out, and so is text that the source lost; a group that is left with
nothing goes as well. A reference becomes a second use of what it refers to, which is evaluated even where it
lies outside the cohort ("does not qualify for the SLE cohort"). A circuit never changes once it is built.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from graphlib import TopologicalSorter

from screening.gates import (
    EVERY_PAIR,
    FALSE,
    NA,
    PAIRS_WITHIN,
    TRUE,
    Count,
    Gate,
    Table,
    conditional,
    exception,
    negation,
    verdict,
)
from trials.criteria.tree import Node, Op, Tree


@lru_cache(maxsize=256)
def compile_tree(tree: Tree, cohort: str | None) -> Circuit:
    """The circuit of one cohort; of the whole tree where a version has no cohorts (`cohort` is None then)."""
    return _Compiler(tree, cohort).circuit()


class Circuit:
    """Positions are numbered so that a gate stands after its inputs; the last one is the verdict.

    `positions` has each node that takes part, by identifier (a reference has the position of its target);
    `statements` those of them that are answered, in protocol order; `opened` every position's set of values
    while nothing is answered.
    """

    def __init__(
        self,
        gates: Sequence[Gate | None],
        opened: list[int],
        positions: dict[str, int],
        statements: dict[str, int],
    ) -> None:
        self.positions = positions
        self.statements = statements
        self.names = {position: identifier for identifier, position in statements.items()}
        self.steps = tuple((position, gate) for position, gate in enumerate(gates) if gate is not None)
        self.verdict, top = self.steps[-1]
        self.inclusion, self.exclusion = top.inputs
        self.gates = dict(self.steps)
        self.opened = opened
        self._settle(opened, self.steps)
        self.above = {position: self._gates_above(position) for position in statements.values()}
        uses = [0] * len(opened)
        uses[self.verdict] = 1
        for position, gate in reversed(self.steps):
            for below in gate.inputs:
                uses[below] = min(2, uses[below] + uses[position])
        self.shared = frozenset(position for position in statements.values() if uses[position] > 1)

    def _gates_above(self, position: int) -> tuple[tuple[int, Gate], ...]:
        reached = {position}
        steps = []
        for here, gate in self.steps:
            if not reached.isdisjoint(gate.inputs):
                reached.add(here)
                steps.append((here, gate))
        return tuple(steps)

    @staticmethod
    def _settle(values: list[int], steps: Sequence[tuple[int, Gate]]) -> None:
        for position, gate in steps:
            values[position] = gate.output([values[below] for below in gate.inputs])

    def values(self, known: Mapping[str, int]) -> list[int]:
        """The set of each position, where the sets of some statements are known."""
        values = self.opened.copy()
        for identifier, answered in known.items():
            position = self.statements.get(identifier)
            if position is not None:
                values[position] = answered
        self._settle(values, self.steps)
        return values

    def change(self, values: list[int], position: int, to: int) -> None:
        """Give one statement another set, in place; only what rests on it is worked out again."""
        values[position] = to
        self._settle(values, self.above[position])

    def told_apart(self, values: Sequence[int]) -> list[int]:
        """For each position the pairs of its values that can still lead to different verdicts."""
        told = [0] * len(values)
        told[self.verdict] = EVERY_PAIR
        for position, gate in reversed(self.steps):
            if told[position]:
                pairs = gate.told_apart([values[below] for below in gate.inputs], told[position])
                for below, more in zip(gate.inputs, pairs, strict=True):
                    told[below] |= more
        return told

    def relevant(self, values: Sequence[int], answered: Collection[str]) -> set[str]:
        """The statements whose answer matters to the verdict under some completion of the open ones.

        An answered statement is judged as if it were reopened. Where the value of a node changes with the
        statement while its siblings stay as they are, one pass tells for all statements at once. A statement
        that is used more than once stands among its own siblings: if it is answered, it is opened for a pass
        of its own. (Let its uses change one after another: where the verdict changes at all, it changes at
        one of them, and that step is seen.)
        """
        told = self.told_apart(values)
        relevant = set()
        for identifier, position in self.statements.items():
            possible = PAIRS_WITHIN[self.opened[position] | values[position]]
            pairs = told[position]
            if not pairs & possible and position in self.shared and identifier in answered:
                reopened = list(values)
                self.change(reopened, position, self.opened[position] | values[position])
                pairs = self.told_apart(reopened)[position]
            if pairs & possible:
                relevant.add(identifier)
        return relevant


class _Absent(Enum):
    ELSEWHERE = "belongs to other cohorts"
    LOST = "the source lost it"


type _Place = int | _Absent


class _Compiler:
    def __init__(self, tree: Tree, cohort: str | None) -> None:
        self.tree = tree
        self.cohort = cohort
        self.gates: list[Gate | None] = []
        self.opened: list[int] = []
        self.places: dict[str, _Place] = {}

    def circuit(self) -> Circuit:
        roots = (self.tree.inclusion, self.tree.exclusion)
        for identifier in TopologicalSorter(self._graph(roots)).static_order():
            self.places[identifier] = self._place(self.tree.nodes[identifier])
        self._add(Table(verdict, tuple(self._root(root) for root in roots)))
        positions = {
            identifier: place
            for identifier in self.tree.nodes
            if isinstance(place := self.places.get(identifier), int)
        }
        statements = {
            node.identifier: positions[node.identifier]
            for node in self.tree.statements
            if node.identifier in positions
        }
        return Circuit(self.gates, self.opened, positions, statements)

    def _graph(self, roots: tuple[Node, ...]) -> dict[str, list[str]]:
        """What takes part, each with what it rests on."""
        graph: dict[str, list[str]] = {}
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node.identifier not in graph:
                below = [child for child in node.children if self._takes_part(child, node)]
                if node.op is Op.REF:
                    below = [self.tree.nodes[node.target]]
                graph[node.identifier] = [other.identifier for other in below]
                waiting.extend(below)
        return graph

    def _takes_part(self, child: Node, parent: Node) -> bool:
        """Below a node that a reference fetched from outside the cohort, everything does."""
        return self._inside(child) or not self._inside(parent)

    def _inside(self, node: Node) -> bool:
        return self.cohort is None or self.cohort in self.tree.cohorts_of(node.identifier)

    def _place(self, node: Node) -> _Place:
        if node.op is Op.STATEMENT:
            return self._add(None, TRUE | FALSE | (NA if self.tree.na_offered(node.identifier) else 0))
        if node.op is Op.LOST:
            return _Absent.LOST
        if node.op is Op.REF:
            return self.places[node.target]
        places = [
            self.places[child.identifier] if self._takes_part(child, node) else _Absent.ELSEWHERE
            for child in node.children
        ]
        present = tuple(place for place in places if isinstance(place, int))
        missing = _Absent.LOST if _Absent.LOST in places else _Absent.ELSEWHERE
        match node.op:
            case Op.ALL | Op.ANY | Op.AT_LEAST:
                k = node.k or 1
                # What is lost might have made up what is missing to k: it is held against nobody. What
                # belongs to other cohorts could not have: k stands, and is out of reach.
                if not present or len(present) < k <= len(present) + places.count(_Absent.LOST):
                    return missing
                return self._add(Count(present, k, dual=node.op is Op.ALL))
            case Op.NOT:
                return self._add(Table(negation, present)) if present else missing
            case Op.EXCEPT:
                base = places[0]
                if not isinstance(base, int):
                    return base
                return self._add(Table(exception, (base, self._add(Count(present[1:])))))
            case _:
                return self._add(Table(conditional, present)) if len(present) == 2 else missing

    def _root(self, root: Node) -> int:
        place = self.places[root.identifier]
        # A root without criteria is not applicable: it neither includes nor excludes anybody.
        return place if isinstance(place, int) else self._add(Count(()))

    def _add(self, gate: Gate | None, opened: int = 0) -> int:
        self.gates.append(gate)
        self.opened.append(opened)
        return len(self.gates) - 1
