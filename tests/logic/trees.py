"""Trees for the tests of the logic: short spellings, random ones, and a naive reading of the contract.

`truth_of` and `outcome_of` are written from the contract alone, recursively and over complete answers; they
share no code with what they judge.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from hypothesis import strategies as st

from trials.criteria.tree import Anchor, Node, Op, Tree, parse_tree

type Document = dict[str, Any]

YES, NO, UNKNOWN, NA = "yes", "no", "unknown", "not_applicable"
T, F, N = "true", "false", "not_applicable"
INELIGIBLE, UNDETERMINED = "ineligible", "undetermined"
POTENTIALLY, ELIGIBLE = "potentially_eligible", "eligible"


def leaf(identifier: str, **more: Any) -> Document:
    return {"identifier": identifier, "op": "statement", "text": identifier.upper(), **more}


def ref(identifier: str, target: str, **more: Any) -> Document:
    return {"identifier": identifier, "op": "ref", "target": target, **more}


def lost(identifier: str) -> Document:
    return {"identifier": identifier, "op": "lost", "text": f"{identifier} is missing from the page"}


def group(op: str, identifier: str, *children: Document | str, **more: Any) -> Document:
    nodes = [leaf(child) if isinstance(child, str) else child for child in children]
    return {"identifier": identifier, "op": op, "children": nodes, **more}


def build(
    inclusion: list[Document | str] | None = None,
    exclusion: list[Document | str] | None = None,
    cohorts: str = "",
) -> Tree:
    return parse_tree(
        {
            "cohorts": [{"code": code, "label": code} for code in cohorts.split()],
            "inclusion": group("all", "inclusion", *(inclusion or [])),
            "exclusion": group("any", "exclusion", *(exclusion or [])),
        }
    )


# The contract, read naively


def scopes(tree: Tree, cohort: str | None) -> list[str | None]:
    return [cohort] if cohort else [each.code for each in tree.cohorts] or [None]


def _inside(tree: Tree, node: Node, cohort: str | None) -> bool:
    return cohort is None or cohort in tree.cohorts_of(node.identifier)


def _parts(tree: Tree, node: Node, cohort: str | None) -> list[Node]:
    """The children that the cohort sees: its own, or all of them below a node from outside."""
    if cohort is None:
        return list(node.children)
    return [c for c in node.children if _inside(tree, c, cohort) or not _inside(tree, node, cohort)]


def truth_of(tree: Tree, node: Node, cohort: str | None, answers: Mapping[str, str]) -> str | None:
    """true, false or not_applicable; None for what does not take part ("lost" or "elsewhere" tells which)."""
    if node.op is Op.STATEMENT:
        return {YES: T, NO: F, NA: N}[answers[node.identifier]]
    if node.op is Op.LOST:
        return "lost"
    if node.op is Op.REF:
        return truth_of(tree, tree.nodes[node.target], cohort, answers)
    seen = _parts(tree, node, cohort)
    every = [truth_of(tree, c, cohort, answers) if c in seen else "elsewhere" for c in node.children]
    values = [value for value in every if value in (T, F, N)]
    gone = "lost" if "lost" in every else "elsewhere"
    if node.op is Op.EXCEPT:
        base, exceptions = every[0], every[1:]
        return F if base == T and T in exceptions else base
    if node.op is Op.IF:
        condition, then = every
        if condition not in (T, F, N) or then not in (T, F, N):
            return gone
        return then if condition == T else N
    if not values:
        return gone
    if node.op is Op.NOT:
        return {T: F, F: T, N: N}[values[0]]
    if node.op is Op.ALL:
        return F if F in values else T if T in values else N
    if node.op is Op.ANY:
        return T if T in values else F if F in values else N
    assert node.op is Op.AT_LEAST
    assert node.k is not None
    if len(values) < node.k <= len(values) + every.count("lost"):
        return gone
    if set(values) == {N}:
        return N
    return T if values.count(T) >= node.k else F


def outcome_in(tree: Tree, cohort: str | None, answers: Mapping[str, str]) -> str:
    """Of complete answers, for one cohort: ineligible, undetermined, or "eligible" as far as answers go."""
    inclusion = truth_of(tree, tree.inclusion, cohort, answers)
    exclusion = truth_of(tree, tree.exclusion, cohort, answers)
    if inclusion == F or exclusion == T:
        return INELIGIBLE
    return ELIGIBLE if inclusion == T else UNDETERMINED


ORDER = [INELIGIBLE, UNDETERMINED, POTENTIALLY, ELIGIBLE]


def best(outcomes: list[str]) -> str:
    return max(outcomes, key=ORDER.index)


def offered(tree: Tree, identifier: str) -> list[str]:
    return [YES, NO, NA] if tree.na_offered(identifier) else [YES, NO]


def completions(tree: Tree, answers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """All ways to answer what is open, the given answers kept."""
    given = {identifier: answer for identifier, answer in answers.items() if answer != UNKNOWN}
    open_ones = [node.identifier for node in tree.statements if node.identifier not in given]
    for values in itertools.product(*(offered(tree, each) for each in open_ones)):
        yield given | dict(zip(open_ones, values, strict=True))


# Random trees: `choose` picks one of several, by Hypothesis or by a seed


class Choose(Protocol):
    def __call__[Option](self, options: Sequence[Option], /) -> Option: ...


def random_tree(choose: Choose, *, most: int = 6, sharing: bool = True, cohorts: bool = True) -> Tree:
    """A tree of at most `most` statements, with every operator; references only where `sharing` is wanted."""
    numbers = itertools.count(1)
    codes = choose([[], [], ["a", "b"]]) if cohorts else []
    left = choose(range(1, most + 1))
    targets: list[str] = []

    def node(depth: int, within: list[str], below_all: bool) -> Document:
        nonlocal left
        identifier = f"n{next(numbers)}"
        own = {}
        if len(within) > 1 and choose(range(4)) == 0:
            within = [choose(within)]
            own = {"cohorts": within}
        kinds = ["statement"] * 3
        if sharing and targets:
            kinds += ["ref"] * 2
        if depth < 4 and left > 1:
            kinds += ["all", "any", "at_least", "not", "except"] + (["if"] * 2 if below_all else [])
        kinds += ["lost"] if choose(range(8)) == 0 else []
        kind = choose(kinds)
        if kind == "statement":
            left -= 1
            made = leaf(identifier, **own)
            test = choose([None, None, None, "applies", "later"])
            if test == "applies":
                made["test"] = {"applies_to": "female"}
            if test == "later":
                made["test"] = {"window": {"anchor": "infusion", "direction": "before"}}
        elif kind == "lost":
            made = lost(identifier) | own
        elif kind == "ref":
            made = ref(identifier, choose(targets), **own)
        else:
            count = {"not": 1, "if": 2, "except": choose([2, 3])}.get(kind, choose([1, 2, 3]))
            children = [node(depth + 1, within, kind == "all") for _ in range(count)]
            made = group(kind, identifier, *children, **own)
            if kind == "at_least":
                made["k"] = choose(range(1, count + 1))
        targets.append(identifier)
        return made

    roots = []
    for op in ("all", "any"):
        wanted = choose(range(4))
        roots.append([])
        while left > 0 and len(roots[-1]) < wanted:
            roots[-1].append(node(1, codes, op == "all"))
    return build(*roots, cohorts=" ".join(codes))


def random_screening(choose: Choose, **kinds: Any) -> tuple[Tree, str | None, dict[str, str]]:
    """A tree, the cohort named or None, and answers to some statements, n/a where it is offered."""
    tree = random_tree(choose, **kinds)
    cohort = choose([None, *(each.code for each in tree.cohorts)])
    favourable = choose([False, True])
    answers = {}
    for root, good in ((tree.inclusion, YES), (tree.exclusion, NO)):
        for statement in root.walk():
            if statement.op is Op.STATEMENT:
                possible = [None, UNKNOWN, *offered(tree, statement.identifier) * 2]
                answer = choose([good] * (12 if favourable else 0) + possible)
                if answer is not None:
                    answers[statement.identifier] = answer
    return tree, cohort, answers


type Expiring = tuple[Tree, str | None, dict[str, str], frozenset[str]]


def random_screening_with_expired(choose: Choose, **kinds: Any) -> Expiring:
    """Likewise, and the statements whose answer has run out; mostly none."""
    tree, cohort, answers = random_screening(choose, **kinds)
    possible = choose([[], [], list(answers)])
    return tree, cohort, answers, frozenset(each for each in possible if choose([False, True]))


def _choosing(draw: st.DrawFn) -> Choose:
    return lambda options: draw(st.sampled_from(options))


@st.composite
def trees(draw: st.DrawFn, **kinds: Any) -> Tree:
    return random_tree(_choosing(draw), **kinds)


@st.composite
def screenings(draw: st.DrawFn, **kinds: Any) -> tuple[Tree, str | None, dict[str, str]]:
    return random_screening(_choosing(draw), **kinds)


@st.composite
def screenings_with_expired(draw: st.DrawFn, **kinds: Any) -> Expiring:
    return random_screening_with_expired(_choosing(draw), **kinds)


def anchored_later(node: Node) -> bool:
    return (
        node.test is not None and node.test.window is not None and node.test.window.anchor is Anchor.INFUSION
    )
