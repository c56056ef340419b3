"""Answers to everything else, with which one node of a tree decides the outcome.

For one cohort. A participant is made plain: inclusions true, exclusions and exceptions false, conditions not
fulfilled; only where the node would not matter then is another answer taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from screening.circuit import Circuit, compile_tree
from screening.gates import FALSE, NA, TRUE, TRUE_FALSE
from screening.logic import AnswerValue
from screening.practice.draw import Draw
from trials.criteria.tree import Node, Op, Tree

_SETS = {AnswerValue.YES: TRUE, AnswerValue.NO: FALSE, AnswerValue.NOT_APPLICABLE: NA}
_ANSWERS = {values: answer for answer, values in _SETS.items()}

# Statements and the one value that each has.
type Answers = dict[str, AnswerValue]


class Stage:
    """One cohort's criteria (the whole tree's where there are no cohorts)."""

    def __init__(self, tree: Tree, cohort: str | None) -> None:
        self.tree = tree
        self.cohort = cohort
        self.circuit: Circuit = compile_tree(tree, cohort)
        self.statements = tuple(self.circuit.statements)
        self.plainly = _plain_values(tree)

    def takes_part(self, node: Node) -> bool:
        return node.identifier in self.circuit.positions

    def plain(self, fixed: Mapping[str, AnswerValue]) -> Answers:
        """Answers to all statements with which, if possible, nothing stands against the participant."""
        verdict = self.circuit.verdict
        found = self._settled(
            self.statements, fixed, self.plainly, lambda values: bool(values[verdict] & TRUE)
        )
        return found or {name: fixed.get(name, self.plainly[name]) for name in self.statements}

    def around(
        self,
        node: Node,
        own: Iterable[str],
        fixed: Mapping[str, AnswerValue],
        base: Mapping[str, AnswerValue],
    ) -> Answers | None:
        """Answers to all but its `own` statements, near to `base`, with which the node decides."""
        position, kept = self.circuit.positions[node.identifier], frozenset(own)

        def matters(values: list[int]) -> bool:
            return bool(self.circuit.told_apart(values)[position] & TRUE_FALSE)

        others = [name for name in self.statements if name not in kept]
        return self._settled(others, {name: fixed[name] for name in fixed if name not in kept}, base, matters)

    def _settled(
        self,
        names: Sequence[str],
        fixed: Mapping[str, AnswerValue],
        rather: Mapping[str, AnswerValue],
        possible: Callable[[list[int]], bool],
    ) -> Answers | None:
        """One answer to each, `rather` those as far as what is wanted stays possible with them."""
        known = {name: _SETS[value] for name, value in fixed.items() if name in self.circuit.statements}
        waiting = [name for name in names if name not in known]
        first = {name: _SETS[rather[name]] for name in waiting}

        def holds(trial: Mapping[str, int]) -> bool:
            return possible(self.circuit.values(trial))

        if not holds(known) or not _fill(known, waiting, first, holds):
            return None
        return {name: _ANSWERS[values] for name, values in known.items()}

    def forced(self, node: Node, truth: bool, draw: Draw) -> Answers | None:
        """Answers below a node that give it a value, with as few as possible in its favour.

        None where a statement that is used twice would need two values.
        """
        parts = [child for child in node.children if self.takes_part(child)]
        match node.op:
            case Op.STATEMENT:
                return {node.identifier: AnswerValue.YES if truth else AnswerValue.NO}
            case Op.REF:
                return self.forced(self.tree.nodes[node.target], truth, draw)
            case Op.ALL | Op.ANY | Op.AT_LEAST:
                needed = {Op.ALL: len(parts), Op.ANY: 1}.get(node.op, node.k or 1)
                return self.counted(parts, needed if truth else needed - 1, draw)
            case Op.NOT:
                return self.forced(parts[0], not truth, draw) if parts else None
            case Op.EXCEPT:
                return self.joined([(parts[0], truth), *((each, False) for each in parts[1:])], draw)
            case Op.IF:
                return self.joined([(parts[0], True), (parts[1], truth)], draw) if len(parts) == 2 else None
        return None

    def counted(self, parts: Sequence[Node], true: int, draw: Draw) -> Answers | None:
        """So many of the parts true, and the others false."""
        if not 0 <= true <= len(parts):
            return None
        chosen = {part.identifier for part in draw.shuffled(parts)[:true]}
        return self.joined([(part, part.identifier in chosen) for part in parts], draw)

    def joined(self, wanted: Sequence[tuple[Node, bool]], draw: Draw) -> Answers | None:
        joined: Answers = {}
        for part, truth in wanted:
            answers = self.forced(part, truth, draw)
            if answers is None or any(joined.get(each, value) != value for each, value in answers.items()):
                return None
            joined |= answers
        return joined


def statements_below(tree: Tree, node: Node) -> list[Node]:
    """What a node's value is made of, references followed, in protocol order and each once."""
    found: dict[str, Node] = {}

    def collect(at: Node) -> None:
        if at.op is Op.STATEMENT:
            found.setdefault(at.identifier, at)
        elif at.op is Op.REF:
            collect(tree.nodes[at.target])
        for child in at.children:
            collect(child)

    collect(node)
    return list(found.values())


def _plain_values(tree: Tree) -> dict[str, AnswerValue]:
    plain: dict[str, AnswerValue] = {}

    def walk(node: Node, favoured: bool) -> Iterator[tuple[str, bool]]:
        if node.op is Op.STATEMENT:
            yield node.identifier, favoured
        for place, child in enumerate(node.children):
            special = (node.op is Op.EXCEPT and place > 0) or (node.op is Op.IF and place == 0)
            yield from walk(child, False if special else favoured is not (node.op is Op.NOT))

    for root, favoured in ((tree.inclusion, True), (tree.exclusion, False)):
        for identifier, value in walk(root, favoured):
            plain[identifier] = AnswerValue.YES if value else AnswerValue.NO
    return plain


def _fill(
    known: dict[str, int],
    waiting: Sequence[str],
    first: Mapping[str, int],
    holds: Callable[[Mapping[str, int]], bool],
) -> bool:
    """Give every statement its first choice as far as that leaves things possible; by halves, as most do."""
    trial = known | {name: first[name] for name in waiting}
    if not waiting or holds(trial):
        known.update(trial)
        return True
    if len(waiting) > 1:
        half = len(waiting) // 2
        return _fill(known, waiting[:half], first, holds) and _fill(known, waiting[half:], first, holds)
    [name] = waiting
    other = known | {name: FALSE if first[name] == TRUE else TRUE}
    if not holds(other):
        return False
    known.update(other)
    return True
