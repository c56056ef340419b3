"""Which open question to ask first, so that few of them settle the outcome.

Testing the parts of a system one after another until its state is known is an old problem. Where all parts
must work, the one with the smallest cost / P(it fails) comes first, and where one is enough, the one with the
smallest cost / P(it works): L. G. Mitten, "An analytic solution to the least cost testing sequence problem",
Journal of Industrial Engineering 11 (1960); R. Butterworth, "Some reliability fault-testing models",
Operations Research 20 (1972). Where k of n are enough, a part both among the k first by cost / P(it works)
and among the n - k + 1 first by cost / P(fails) is a best one to begin with: Y. Ben-Dov, "Optimal testing
procedures for special structures of coherent systems", Management Science 27 (1981); M.-F. Chang, W. Shi and
W. K. Fuchs, "Optimal diagnosis procedures for k-out-of-n structures", IEEE Trans. Computers 39 (1990). With
k = n and k = 1 this is the first rule and the second, so one rule is enough here.

A group within a group counts as a part with an expected cost and a chance of its own. That is optimal for two
levels and not always for more: E. Boros and T. Unluyurt, "Sequential testing of series-parallel systems of
small depth" (2000); R. Greiner and others, "Finding optimal satisficing strategies for and-or trees",
Artificial Intelligence 170 (2006). Answers are taken to be independent of each other, and a statement that is
used twice for two. What follows from an answer never rests on any of this: only the order does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from screening.circuit import Circuit, compile_tree
from screening.gates import Count, Table, exception, negation
from screening.logic import AnswerValue
from trials.criteria.tree import Tree


@dataclass(frozen=True, slots=True)
class Literal:
    """A statement that speaks for the participant when it is answered `yes`, or when it is not."""

    identifier: str
    yes: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Speaks for the participant when `k` of its parts do."""

    k: int
    parts: tuple[Part, ...]


type Part = Literal | Group


def fastest(
    tree: Tree,
    answers: Mapping[str, str],
    open_relevant: Sequence[str],
    chances: Mapping[str, float],
    *,
    cohort: str | None = None,
    costs: Mapping[str, float] | None = None,
) -> tuple[str, ...]:
    """The open statements that matter, the one to ask first at the front.

    `open_relevant` are those of the assessment, in protocol order. `chances` has for each of them how likely
    "yes" is, between 0 and 1 with both ends excluded; `costs` what asking takes, 1 where nothing is said.
    """
    known = {identifier: value for identifier, value in answers.items() if value != AnswerValue.UNKNOWN}
    left = _settle(formula_of(tree, cohort), known)
    ranked = _plan(left, chances, costs or {}).order if isinstance(left, Literal | Group) else ()
    wanted = frozenset(open_relevant)
    return tuple(dict.fromkeys((*(each for each in ranked if each in wanted), *open_relevant)))


def against(tree: Tree, cohort: str | None = None) -> dict[str, AnswerValue]:
    """The answer that speaks against the participant; not of a statement of which either may.

    Anything but that answer speaks for the participant, or against nobody.
    """
    signs: dict[str, set[bool]] = {}
    for literal in _literals(formula_of(tree, cohort)):
        signs.setdefault(literal.identifier, set()).add(literal.yes)
    return {
        identifier: AnswerValue.NO if True in found else AnswerValue.YES
        for identifier, found in signs.items()
        if len(found) == 1
    }


@lru_cache(maxsize=256)
def formula_of(tree: Tree, cohort: str | None) -> Part:
    """When nothing stands against a participant, as statements and counts of them.

    While no cohort is named, one is enough: what all of them ask for, and what is one's own.
    """
    codes = (cohort,) if cohort else tuple(each.code for each in tree.cohorts) or (None,)
    terms = [_terms(compile_tree(tree, code)) for code in codes]
    common = [term for term in terms[0] if all(term in others for others in terms[1:])]
    own = tuple(_all(term for term in each if term not in common) for each in terms)
    return _all((*common, _any(own)) if len(own) > 1 else (*common, *own))


def _terms(circuit: Circuit) -> tuple[Part, ...]:
    part = _all((_part(circuit, circuit.inclusion, True), _part(circuit, circuit.exclusion, False)))
    return part.parts if isinstance(part, Group) and part.k == len(part.parts) else (part,)


def _part(circuit: Circuit, position: int, sought: bool) -> Part:
    """A position being true (or not true, as is sought), with negations pushed down to the statements."""
    every, one = (_all, _any) if sought else (_any, _all)
    gate = circuit.gates.get(position)
    if gate is None:
        return Literal(circuit.names[position], sought)
    if isinstance(gate, Table) and gate.truth is negation:
        return _part(circuit, gate.inputs[0], not sought)
    if isinstance(gate, Count):
        parts = tuple(_part(circuit, below, sought) for below in gate.inputs)
        k = len(parts) if gate.dual else gate.k
        return _group(k if sought else len(parts) - k + 1, parts)
    first, second = gate.inputs
    if isinstance(gate, Table) and gate.truth is exception:
        return every((_part(circuit, first, sought), _part(circuit, second, not sought)))
    # A condition: where it is false, its consequence is not applicable and stands in nobody's way.
    return one((_part(circuit, first, not sought), _part(circuit, second, sought)))


def _all(parts: Iterable[Part]) -> Part:
    found = tuple(parts)
    return _group(len(found), found)


def _any(parts: Iterable[Part]) -> Part:
    return _group(1, tuple(parts))


def _group(k: int, parts: tuple[Part, ...]) -> Part:
    """A group; groups of its own kind among its parts are dissolved in it: their parts compete one by one."""
    if k == len(parts) == 1:
        return parts[0]
    kind = _kind(k, parts)
    if kind is None:
        return Group(k, parts)
    flat = tuple(
        below
        for part in parts
        for below in (
            part.parts if isinstance(part, Group) and _kind(part.k, part.parts) is kind else (part,)
        )
    )
    return Group(1 if kind is any else len(flat), flat)


def _kind(k: int, parts: Sequence[Part]) -> object:
    """`all` where every part is needed, `any` where one is enough; None for what lies between."""
    return all if k == len(parts) else any if k == 1 else None


def _literals(part: Part) -> Iterator[Literal]:
    if isinstance(part, Literal):
        yield part
    else:
        for each in part.parts:
            yield from _literals(each)


def _settle(part: Part, known: Mapping[str, str]) -> Part | bool | None:
    """What is left of a part once some statements are answered: True and False speak for and against.

    None is for what is not applicable: it counts neither for nor against, where its group can spare it.
    """
    if isinstance(part, Literal):
        answer = known.get(part.identifier)
        if answer is None:
            return part
        return None if answer == AnswerValue.NOT_APPLICABLE else (answer == AnswerValue.YES) is part.yes
    settled = [_settle(each, known) for each in part.parts]
    if all(each is None for each in settled):
        return None
    neutral = _kind(part.k, part.parts) is all
    k = part.k - sum(each is True or (neutral and each is None) for each in settled)
    left = tuple(each for each in settled if isinstance(each, Literal | Group))
    if k <= 0:
        return True
    return False if k > len(left) else _group(k, left)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How a part would be asked: the expected cost until it is settled, and its chance to speak for."""

    cost: float
    chance: float
    order: tuple[str, ...]


# A chance of a group can be too small for a float to tell it from none.
_LEAST = 1e-12


def _plan(part: Part, chances: Mapping[str, float], costs: Mapping[str, float]) -> _Plan:
    if isinstance(part, Literal):
        yes = chances[part.identifier]
        chance = yes if part.yes else 1 - yes
        return _Plan(costs.get(part.identifier, 1), chance, (part.identifier,))
    plans = _sequence(part.k, [_plan(each, chances, costs) for each in part.parts])
    cost, chance = _expected(part.k, plans)
    return _Plan(cost, chance, tuple(identifier for plan in plans for identifier in plan.order))


def _sequence(k: int, plans: Sequence[_Plan]) -> list[_Plan]:
    """The k-of-n rule, step by step, as if each part came out the likelier way."""
    proving = sorted(plans, key=lambda plan: plan.cost / max(plan.chance, _LEAST))
    refuting = sorted(plans, key=lambda plan: plan.cost / max(1 - plan.chance, _LEAST))
    sequence = []
    while proving:
        # k and n - k + 1 are more than n together, so that some part is among both.
        best = next(plan for plan in proving[:k] if plan in refuting[: len(refuting) - k + 1])
        proving.remove(best)
        refuting.remove(best)
        sequence.append(best)
        k = min(max(k - (best.chance >= 0.5), 1), max(len(proving), 1))
    return sequence


def _expected(k: int, sequence: Sequence[_Plan]) -> tuple[float, float]:
    """What it costs to ask in this sequence until the group is settled, and the chance that it speaks for."""
    undecided, cost, chance = {0: 1.0}, 0.0, 0.0
    for asked, plan in enumerate(sequence, start=1):
        cost += plan.cost * sum(undecided.values())
        after: dict[int, float] = {}
        for found, share in undecided.items():
            after[found + 1] = after.get(found + 1, 0.0) + share * plan.chance
            after[found] = after.get(found, 0.0) + share * (1 - plan.chance)
        chance += after.pop(k, 0.0)
        # Those that have too few left to ask are settled too.
        undecided = {found: share for found, share in after.items() if found + len(sequence) - asked >= k}
    return cost, chance
