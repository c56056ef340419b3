"""Reading a criteria document (JSON, or YAML read into the same shapes) into a `Tree`.

`SCHEMA` describes the form; what a schema cannot say (identifiers unique, references that end, cohorts
within their parent's) is checked here as well. A document is read whole: `TreeError` lists every problem
with its path, so that an author mends them in one go. Nothing is repaired or guessed.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import Literal

from trials.criteria.nodes import Cohort, Node, Op, Tree, canonical_json, tree_to_json
from trials.criteria.reading import Fields, Problem, Reader, kind
from trials.criteria.schema import COHORT_CODE, IDENTIFIER, MAX_DEPTH, MAX_NODES, PERIOD, SCHEMA
from trials.criteria.typed import (
    Anchor,
    AppliesTo,
    Choice,
    Comparator,
    Direction,
    Duration,
    Expression,
    HalfLives,
    LimitTerm,
    Period,
    PriorTerm,
    Range,
    RelativeTo,
    Term,
    Test,
    Value,
    Window,
)

__all__ = [
    "SCHEMA",
    "Anchor",
    "AppliesTo",
    "Choice",
    "Cohort",
    "Comparator",
    "Direction",
    "Expression",
    "HalfLives",
    "LimitTerm",
    "Node",
    "Op",
    "Period",
    "PriorTerm",
    "Problem",
    "Range",
    "RelativeTo",
    "Test",
    "Tree",
    "TreeError",
    "Window",
    "canonical_json",
    "parse_tree",
    "tree_to_json",
]

# How many problems an error's message tells; all of them are kept.
_TOLD = 50


class TreeError(ValueError):
    """A document that is no criteria tree; `problems` has everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        lines = [str(problem) for problem in problems[:_TOLD]]
        if len(problems) > _TOLD:
            lines.append(f"and {len(problems) - _TOLD} more")
        super().__init__("\n".join(lines))
        self.problems = problems


def parse_tree(data: object) -> Tree:
    """Read a document. Raises `TreeError` with every problem that it has."""
    reader = _TreeReader()
    tree = reader.tree(data)
    reader.check_references()
    if reader.problems:
        raise TreeError(tuple(reader.problems))
    return tree


class _TreeReader(Reader):
    """Nodes, and what only the whole document shows: where each identifier stands and what rests on what."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes_read = 0
        self.paths: dict[str, str] = {}
        self.rests_on: dict[str, list[str]] = {}
        self.references: list[tuple[str, str]] = []

    def tree(self, data: object) -> Tree:
        fields = self.fields(data, "", required="inclusion exclusion", optional="cohorts")
        cohorts = fields.read("cohorts", lambda d, path: self.each(d, path, self.cohort), ())
        codes = [cohort.code for cohort in cohorts]
        for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
            self.note("cohorts", f'the code "{code}" stands there more than once')
        nothing = Node("", Op.LOST)
        roots = {}
        for name, op in (("inclusion", Op.ALL), ("exclusion", Op.ANY)):
            root = fields.read(name, lambda d, path: self.node(d, path, frozenset(codes), None, 1), nothing)
            if root is not nothing and root.op is not op:
                self.note(f"{name}.op", f'the root of {name} is "{op}", not "{root.op}"')
            roots[name] = root
        return Tree(cohorts, **roots)

    def cohort(self, data: object, path: str) -> Cohort:
        fields = self.fields(data, path, required="code label", optional="note")
        return Cohort(
            code=fields.read("code", lambda d, at: self.matching(d, at, COHORT_CODE, "SLE"), ""),
            label=fields.read("label", self.text, ""),
            note=fields.read("note", self.blank_or_text, ""),
        )

    def node(self, data: object, path: str, cohorts: frozenset[str], parent: Op | None, depth: int) -> Node:
        """`cohorts` and `parent` are the parent's; a root has none and `depth` 1."""
        fields = self.fields(
            data,
            path,
            required="identifier op",
            optional="label text children k target cohorts note quota warnings test",
        )
        identifier = fields.read("identifier", self.identifier, "")
        if identifier in self.paths:
            self.note(fields.at("identifier"), f'"{identifier}" stands at {self.paths[identifier]} already')
        self.paths.setdefault(identifier, path)
        op = fields.read("op", lambda d, at: self.member(d, at, Op), None)
        own = fields.read("cohorts", lambda d, at: self.own_cohorts(d, at, cohorts), ())
        node = Node(
            identifier=identifier,
            op=op or Op.LOST,
            label=fields.read("label", self.blank_or_text, ""),
            text=fields.read("text", self.blank_or_text, ""),
            children=self.children(fields, identifier, frozenset(own) or cohorts, op, depth),
            k=fields.read("k", self.whole_number, None),
            target=fields.read("target", self.identifier, ""),
            cohorts=own,
            note=fields.read("note", self.blank_or_text, ""),
            quota=fields.read("quota", self.blank_or_text, ""),
            warnings=fields.read("warnings", lambda d, at: self.each(d, at, self.text), ()),
            test=fields.read("test", self.test, None),
        )
        if op is not None:
            self.check_operator(node, fields, parent)
        return node

    def identifier(self, data: object, path: str) -> str:
        return self.matching(data, path, IDENTIFIER, "i-3.ck")

    def own_cohorts(self, data: object, path: str, parents: frozenset[str]) -> tuple[str, ...]:
        codes = self.each(data, path, self.text)
        if not data:
            self.note(path, "names no cohort; leave the key out for all of the parent's")
        if len(set(codes)) < len(codes):
            self.note(path, "names a cohort twice")
        for code in codes:
            if code and code not in parents:
                self.note(path, f'"{code}" is not one of the cohorts of the node above')
        return codes

    def children(
        self, fields: Fields, identifier: str, cohorts: frozenset[str], op: Op | None, depth: int
    ) -> tuple[Node, ...]:
        def read(data: object, path: str) -> Node:
            # Both limits also stop YAML aliases, by which a short text can describe an endless tree.
            self.nodes_read += 1
            if self.nodes_read == MAX_NODES:
                self.note(path, f"more than {MAX_NODES} nodes; nothing after them was read")
            elif self.nodes_read < MAX_NODES and depth == MAX_DEPTH:
                self.note(path, f"lies deeper than {MAX_DEPTH} levels")
            if depth >= MAX_DEPTH or self.nodes_read >= MAX_NODES:
                return Node("", Op.LOST)
            child = self.node(data, path, cohorts, op, depth + 1)
            self.rests_on.setdefault(identifier, []).append(child.identifier)
            return child

        return fields.read("children", lambda d, at: self.each(d, at, read), ())

    def check_operator(self, node: Node, fields: Fields, parent: Op | None) -> None:
        """That the node has what its operator needs and nothing that it has no use for."""
        needs = {Op.AT_LEAST: "k", Op.REF: "target"}.get(node.op)
        if needs and needs not in fields:
            self.note(fields.path, f'"{needs}" is missing')
        for key, op in (("k", Op.AT_LEAST), ("target", Op.REF), ("test", Op.STATEMENT)):
            if key in fields and node.op is not op:
                self.note(fields.at(key), f'belongs to "{op}" alone, not to "{node.op}"')
        if "cohorts" in fields and parent is None:
            self.note(fields.at("cohorts"), "a root belongs to every cohort")
        if node.op is Op.IF and parent is not Op.ALL:
            self.note(fields.path, 'an "if" stands directly below an "all" only')
        if node.op in (Op.STATEMENT, Op.LOST) and not node.text.strip():
            self.note(fields.path, f'a "{node.op}" needs a text')
        count = len(node.children)
        problem = _child_problem(node.op, count, is_root=parent is None)
        if problem and isinstance(fields.entries.get("children", []), list | tuple):
            self.note(fields.at("children"), problem)
        if node.op is Op.AT_LEAST and node.k is not None and not 1 <= node.k <= count:
            self.note(fields.at("k"), f"{node.k} is not between 1 and the number of children, {count}")
        if node.op is Op.REF:
            self.references.append((node.identifier, node.target))
            self.rests_on.setdefault(node.identifier, []).append(node.target)

    def check_references(self) -> None:
        """A reference ends at a node, whose value never rests on the reference itself."""
        for identifier, target in self.references:
            path = f"{self.paths[identifier]}.target"
            if target and target not in self.paths:
                self.note(path, f'no node has the identifier "{target}"')
            elif self.leads_to(target, identifier):
                self.note(path, f'a cycle: "{target}" rests on this reference')

        if not self.problems:
            self.check_depth()

    def check_depth(self) -> None:
        """Whoever evaluates a tree follows its references, so these count as levels too."""
        depths: dict[str, int] = {}
        for identifier in TopologicalSorter(self.rests_on).static_order():
            below = self.rests_on.get(identifier, ())
            depths[identifier] = 1 + max((depths[other] for other in below), default=0)
        deepest = max(depths, key=depths.__getitem__, default="")
        if deepest and depths[deepest] > MAX_DEPTH:
            self.note(self.paths[deepest], f"more than {MAX_DEPTH} levels, references followed")

    def leads_to(self, start: str, end: str) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            if here == end:
                return True
            further = set(self.rests_on.get(here, ())) - seen
            seen |= further
            waiting.extend(further)
        return False

    def test(self, data: object, path: str) -> Test:
        fields = self.fields(
            data,
            path,
            optional="variable comparator value unit relative_to scale window min_duration judgement"
            " open_list applies_to",
        )
        if not fields.entries:
            self.note(path, "an empty test; leave the key out")
        comparator = fields.read("comparator", lambda d, at: self.member(d, at, Comparator), None)
        valueless = comparator in (Comparator.PRESENT, Comparator.ABSENT)
        if "value" in fields and ("comparator" not in fields or valueless):
            self.note(fields.at("value"), "a value needs a comparator that compares with it")
        if "value" not in fields and comparator and not valueless:
            self.note(path, f'"{comparator}" needs a value')
        return Test(
            variable=fields.read("variable", self.text, ""),
            comparator=comparator,
            value=fields.read("value", lambda d, at: self.value(d, at, comparator), None),
            unit=fields.read("unit", self.text, ""),
            relative_to=fields.read("relative_to", lambda d, at: self.member(d, at, RelativeTo), None),
            scale=fields.read("scale", self.text, ""),
            window=fields.read("window", self.window, None),
            min_duration=fields.read("min_duration", self.duration, None),
            judgement=fields.read("judgement", self.flag, False),
            open_list=fields.read("open_list", self.flag, False),
            applies_to=fields.read("applies_to", lambda d, at: self.member(d, at, AppliesTo), None),
        )

    def value(self, data: object, path: str, comparator: Comparator | None) -> Value | None:
        match comparator:
            case Comparator.BETWEEN:
                ends = self.each(data, path, self.number)
                if len(ends) != 2 or ends[0] > ends[1]:
                    self.note(path, '"between" needs [low, high]')
                    return None
                return Range(*ends)
            case Comparator.IN | Comparator.NOT_IN:
                codes = self.each(data, path, self.text)
                if not codes or len(set(codes)) < len(codes):
                    self.note(path, "a code set needs a code at least, and each code once")
                return codes
            case Comparator.EQUAL | Comparator.UNEQUAL if isinstance(data, str):
                return self.text(data, path)
        if isinstance(data, dict):
            return self.expression(data, path)
        return self.number(data, path)

    def expression(self, data: object, path: str) -> Expression:
        fields = self.fields(data, path, optional="min max")
        if len(fields.entries) != 1:
            self.note(path, 'an expression is either a "min" or a "max"')
        pick: Literal["min", "max"] = "min" if "min" in fields else "max"
        terms = fields.read(pick, lambda d, at: self.each(d, at, self.term), ())
        if len(terms) < 2:
            self.note(path, f'a "{pick}" needs two terms at least')
        return Expression(pick, terms)

    def term(self, data: object, path: str) -> Term:
        if not isinstance(data, dict):
            return self.number(data, path)
        if "prior" in data:
            fields = self.fields(data, path, required="prior", optional="variable")
            return PriorTerm(fields.read("prior", self.text, ""), fields.read("variable", self.text, ""))
        fields = self.fields(data, path, required="limit", optional="times")
        limit = fields.entries.get("limit")
        if limit not in ("LLN", "ULN"):
            self.note(fields.at("limit"), f"{kind(limit)} is neither LLN nor ULN")
        return LimitTerm("LLN" if limit == "LLN" else "ULN", fields.read("times", self.number, 1))

    def window(self, data: object, path: str) -> Window:
        fields = self.fields(data, path, required="anchor direction", optional="min max and_during_screening")
        return Window(
            anchor=fields.read("anchor", lambda d, at: self.member(d, at, Anchor), None) or Anchor.SCREENING,
            direction=fields.read("direction", lambda d, at: self.member(d, at, Direction), None)
            or Direction.AT,
            min=fields.read("min", self.duration, None),
            max=fields.read("max", self.duration, None),
            and_during_screening=fields.read("and_during_screening", self.flag, False),
        )

    def duration(self, data: object, path: str) -> Duration:
        if not isinstance(data, dict) or "half_lives" in data:
            return self.simple_duration(data, path)
        fields = self.fields(data, path, optional="longest shortest")
        if len(fields.entries) != 1:
            self.note(path, 'a choice of durations is either the "longest" or the "shortest"')
        pick: Literal["longest", "shortest"] = "longest" if "longest" in fields else "shortest"
        terms = fields.read(pick, lambda d, at: self.each(d, at, self.simple_duration), ())
        if len(terms) < 2:
            self.note(path, f'the "{pick}" needs two durations at least')
        return Choice(pick, terms)

    def simple_duration(self, data: object, path: str) -> Period | HalfLives:
        if isinstance(data, dict):
            fields = self.fields(data, path, required="half_lives")
            count = fields.read("half_lives", self.number, 1)
            if count <= 0:
                self.note(fields.at("half_lives"), "a number above zero is needed")
            return HalfLives(count)
        text = self.matching(data, path, PERIOD, "P6M, P4W or PT72H")
        if not (match := re.fullmatch(PERIOD, text)):
            return Period()
        return Period(*(int(count) for count in match.groups(default="0")))


def _child_problem(op: Op, count: int, *, is_root: bool) -> str:
    match op:
        case Op.STATEMENT | Op.REF | Op.LOST if count:
            return f'a "{op}" has no children'
        case Op.ALL | Op.ANY | Op.AT_LEAST if not count and not is_root:
            return f'"{op}" needs a child at least'
        case Op.NOT if count != 1:
            return f'"not" needs exactly one child, not {count}'
        case Op.EXCEPT if count < 2:
            return '"except" needs a base and then an exception at least'
        case Op.IF if count != 2:
            return f'"if" needs a condition and a consequence, not {count} children'
    return ""
