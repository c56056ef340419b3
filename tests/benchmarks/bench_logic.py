"""How long an evaluation takes: `make bench`.

A tree of about 100 statements in the proportions of a real protocol, without cohorts and with three, in the
states that a screening goes through. Figures are the best of several rounds, in milliseconds; the ratio is to
a plain Python loop of 10,000 additions on the same machine, so that machines can be compared.
"""

# ruff: noqa: T201 - what it prints is its purpose

from __future__ import annotations

import random
import timeit
from collections.abc import Callable
from functools import partial
from typing import Any

from screening.circuit import compile_tree
from screening.logic import evaluate
from trials.criteria.tree import Tree, parse_tree, tree_to_json

type Document = dict[str, Any]


def protocol(cohorts: list[str]) -> Document:
    """Half inclusion, half exclusion; single statements and groups, with every operator."""
    source = random.Random(7)  # the same tree each time
    number = 0

    def leaf() -> Document:
        nonlocal number
        number += 1
        return {"identifier": f"s{number}", "op": "statement", "text": f"Statement {number}"}

    def group(op: str, count: int, **more: object) -> Document:
        children = [leaf() for _ in range(count)]
        return {"identifier": f"g{number}", "op": op, "label": f"{number}.", "children": children, **more}

    def criterion() -> Document:
        match source.randrange(10):
            case 0 | 1:
                made = group("any", source.randint(3, 6))
            case 2:
                made = group("all", source.randint(2, 4))
            case 3:
                made = group("at_least", source.randint(4, 6), k=2)
            case 4:
                made = group("except", 3)
            case _:
                made = leaf()
        if cohorts and source.random() < 0.4:
            made["cohorts"] = [source.choice(cohorts)]
        return made

    inclusion: list[Document] = [group("if", 2), group("if", 2)]
    while number < 50:
        inclusion.append(criterion())
    exclusion: list[Document] = []
    while number < 100:
        exclusion.append(criterion())
    exclusion.append(
        {
            "identifier": "again",
            "op": "not",
            "children": [{"identifier": "ref", "op": "ref", "target": inclusion[3]["identifier"]}],
        }
    )
    return {
        "cohorts": [{"code": code, "label": code} for code in cohorts],
        "inclusion": {"identifier": "inclusion", "op": "all", "children": inclusion},
        "exclusion": {"identifier": "exclusion", "op": "any", "children": exclusion},
    }


def good_answers(tree: Tree) -> dict[str, str]:
    """Answers that speak for the participant everywhere."""
    answers = {}
    for root, answer in ((tree.inclusion, "yes"), (tree.exclusion, "no")):
        for node in root.walk():
            if node.op == "except":
                answers |= {below.identifier: "no" for below in node.children[1:]}
                answers.setdefault(node.children[0].identifier, answer)
            elif node.op == "statement":
                answers.setdefault(node.identifier, answer)
    return answers


def milliseconds(run: Callable[[], object], rounds: int = 7, times: int = 50) -> float:
    return min(timeit.repeat(run, number=times, repeat=rounds)) / times * 1000


def main() -> None:
    unit = milliseconds(lambda: sum(each + 1 for each in range(10_000)))
    print(f"{'unit (10,000 additions)':48}{unit:8.3f} ms")
    for cohorts in ([], ["a", "b", "c"]):
        tree = parse_tree(protocol(cohorts))
        good = good_answers(tree)
        order = [statement.identifier for statement in tree.statements]
        common = frozenset(cohorts)
        last = [
            node.identifier
            for node in tree.exclusion_criteria
            if node.op == "statement" and tree.cohorts_of(node.identifier) == common
        ][-1]
        states: dict[str, dict[str, str]] = {
            "nothing answered": {},
            "half answered": {each: good[each] for each in order[::2]},
            "all but one": {each: good[each] for each in order if each != last},
            "all answered, good": good,
            "all answered, one bad": good | {last: "yes"},
        }
        print(f"\n{len(order)} statements, {len(cohorts) or 'no'} cohorts")
        prepared = {
            "read": milliseconds(partial(parse_tree, tree_to_json(tree)), times=5),
            "compile": milliseconds(partial(compile_tree.__wrapped__, tree, None), times=5),
        }
        for name, run in prepared.items():
            print(f"  {name:46}{run:8.3f} ms{run / unit:8.1f} units")
        for cohort in [*cohorts[:1], None]:
            for name, answers in states.items():
                evaluation = partial(evaluate, tree, answers, cohort=cohort, complete=True, reviewed=True)
                outcome, run = evaluation().outcome, milliseconds(evaluation)
                where = f" in {cohort}" if cohort else ""
                print(f"  {f'{name}{where}: {outcome.value}':46}{run:8.3f} ms{run / unit:8.1f} units")


if __name__ == "__main__":
    main()
