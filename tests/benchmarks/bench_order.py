"""How many questions it takes to settle an outcome, by the order in which they are asked: `make bench`.

Participants are drawn for the five trials of the fixtures, each answer by itself with the chance that
assumed_chances.yaml gives it: assumptions, not data. What cannot matter is skipped in every order. Then the
fastest order is compared with the best that any strategy could do, by trying all of them (dynamic programming
over the sets of answers), on trees small enough. The seed is fixed: the figures are the same each time.
"""

# ruff: noqa: T201 - what it prints is its purpose

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml

from screening.chances import ENOUGH_SCREENINGS, Said, chances_of_yes
from screening.circuit import compile_tree
from screening.gates import FALSE, TRUE
from screening.logic import Assessment, evaluate
from screening.order import against, fastest
from trials.criteria.tree import Tree, parse_tree, tree_to_json

ROOT = Path(__file__).parents[2]
ASSUMED: dict[str, dict[str, tuple[float, float]]] = yaml.safe_load(
    (Path(__file__).parent / "assumed_chances.yaml").read_text()
)
PARTICIPANTS = 100
SMALL = 9

type Answers = dict[str, str]
type Choose = Callable[[Answers, Assessment], str]


def registry_tree(nct_id: str) -> Tree:
    """The newest text of the registry."""
    document = yaml.safe_load((ROOT / f"fixtures/trials/{nct_id}.yaml").read_text())
    versions = [each for each in document["criteria_versions"] if each["source"] == "registry"]
    parts = ("cohorts", "inclusion", "exclusion")
    return parse_tree({part: versions[-1][part] for part in parts if part in versions[-1]})


def assumed(tree: Tree, nct_id: str) -> tuple[dict[str, float], dict[str, float]]:
    """How likely "yes" is, and what asking costs; of what is not named, nine of ten speak for."""
    named, bad = ASSUMED[nct_id], against(tree)
    chances, costs = {}, {}
    for node in tree.statements:
        usual = (0.1 if bad.get(node.identifier) == "yes" else 0.9, 1.0)
        chances[node.identifier], costs[node.identifier] = named.get(node.identifier, usual)
    return chances, costs


def assess(tree: Tree, answers: Mapping[str, str]) -> Assessment:
    return evaluate(tree, answers, complete=True, reviewed=True)


def ask(
    tree: Tree, participant: Mapping[str, str], choose: Choose, known: dict[frozenset[Any], str]
) -> Answers:
    """The answers that it took to settle the outcome; `known` remembers what this order asks when."""
    answers: Answers = {}
    while True:
        state = frozenset(answers.items())
        if state not in known:
            found = assess(tree, answers)
            known[state] = choose(answers, found) if found.open_relevant else ""
        if not known[state]:
            return answers
        answers[known[state]] = participant[known[state]]


def orders(
    tree: Tree, chances: Mapping[str, float], costs: Mapping[str, float], history: list[Answers]
) -> Iterator[tuple[str, Choose]]:
    bad = against(tree)
    stops = {
        each: {"yes": chance, "no": 1 - chance}.get(bad.get(each, ""), 0.5)
        for each, chance in chances.items()
    }
    said = {
        each: Said(*([answers.get(each) for answers in history].count(value) for value in ("yes", "no")))
        for each in chances
    }
    learnt = chances_of_yes(tree, said, {})
    shuffled = list(chances)
    random.Random(1).shuffle(shuffled)
    yield "protocol", in_order
    yield "shuffled", lambda answers, found: min(found.open_relevant, key=shuffled.index)
    yield "worst first", lambda answers, found: max(found.open_relevant, key=stops.__getitem__)
    yield "fastest", by_figures(tree, chances)
    yield "learnt", by_figures(tree, learnt)
    yield "cheapest", by_figures(tree, chances, costs)


def in_order(answers: Answers, found: Assessment) -> str:
    return found.open_relevant[0]


def by_figures(tree: Tree, chances: Mapping[str, float], costs: Mapping[str, float] | None = None) -> Choose:
    return lambda answers, found: fastest(tree, answers, found.open_relevant, chances, costs=costs)[0]


def draw(chances: Mapping[str, float], source: random.Random) -> Answers:
    return {each: "yes" if source.random() < chance else "no" for each, chance in chances.items()}


def compare_orders(count: int) -> None:
    print(f"Mean questions to a decision (and their cost), {count} participants a trial:")
    names = ("protocol", "shuffled", "worst first", "fastest", "learnt", "cheapest")
    print(f"{'':14}{'statements':>11}" + "".join(f"{name:>16}" for name in names))
    for nct_id in sorted(ASSUMED):
        tree, source = registry_tree(nct_id), random.Random(nct_id)
        chances, costs = assumed(tree, nct_id)
        participants = [draw(chances, source) for _ in range(count)]
        remembered: dict[frozenset[Any], str] = {}
        history = [
            ask(tree, draw(chances, source), in_order, remembered) for _ in range(2 * ENOUGH_SCREENINGS)
        ]
        line = f"{nct_id:14}{len(chances):>11}"
        for _name, choose in orders(tree, chances, costs, history):
            known: dict[frozenset[Any], str] = {}
            asked = [ask(tree, participant, choose, known) for participant in participants]
            cost = fmean(sum(costs[each] for each in answers) for answers in asked)
            line += f"{f'{fmean(map(len, asked)):.1f} ({cost:.1f})':>16}"
        print(line)
    print(
        "shuffled: the same random order for all; worst first: what stops most, whatever it is part of;\n"
        f"learnt: fastest by the answers of {2 * ENOUGH_SCREENINGS} earlier screenings in protocol order;\n"
        "cheapest: fastest by cost instead of number.\n"
    )


def fewest(tree: Tree, chances: Mapping[str, float]) -> float:
    circuit = compile_tree(tree, None)
    bits = {"yes": TRUE, "no": FALSE}

    @cache
    def best(answers: frozenset[tuple[str, str]]) -> float:
        given = dict(answers)
        values = circuit.values({each: bits[value] for each, value in given.items()})
        return min(
            (
                1
                + chances[each] * best(answers | {(each, "yes")})
                + (1 - chances[each]) * best(answers | {(each, "no")})
                for each in circuit.relevant(values, given) - given.keys()
            ),
            default=0,
        )

    return best(frozenset())


def expected(tree: Tree, chances: Mapping[str, float], choose: Choose, answers: Answers) -> float:
    found = assess(tree, answers)
    if not found.open_relevant:
        return 0
    asked = choose(answers, found)
    return (
        1
        + chances[asked] * expected(tree, chances, choose, answers | {asked: "yes"})
        + (1 - chances[asked]) * expected(tree, chances, choose, answers | {asked: "no"})
    )


def random_tree(source: random.Random) -> Tree:
    """Up to three levels of groups below the roots, no statement twice."""
    names = iter(range(1000))

    def part(size: int, depth: int) -> dict[str, Any]:
        identifier = f"n{next(names)}"
        if size == 1 or depth == 0:
            return {"identifier": identifier, "op": "statement", "text": identifier}
        cut = sorted(source.sample(range(1, size), min(size - 1, source.randint(1, 2))))
        sizes = [end - start for start, end in zip([0, *cut], [*cut, size], strict=True)]
        children = [part(each, depth - 1) for each in sizes]
        op = source.choice(["all", "any", "at_least"])
        k = {"k": source.randint(1, len(children))} if op == "at_least" else {}
        return {"identifier": identifier, "op": op, "children": children, **k}

    inclusion = [part(source.randint(1, 4), 3) for _ in range(2)]
    exclusion = [part(source.randint(1, 4), 3)]
    return parse_tree(
        {
            "inclusion": {"identifier": "in", "op": "all", "children": inclusion},
            "exclusion": {"identifier": "ex", "op": "any", "children": exclusion},
        }
    )


def cut_down(tree: Tree, source: random.Random) -> Tree | None:
    """Some criteria of a real tree, with SMALL statements at most; None where a reference leads out of it."""
    document = tree_to_json(tree)
    chosen, left = {"inclusion": [], "exclusion": []}, SMALL
    pairs = [(root, child) for root in chosen for child in document[root]["children"]]
    for root, child in source.sample(pairs, len(pairs)):
        size = str(child).count("'op': 'statement'")
        if size <= left:
            chosen[root].append(child)
            left -= size
    for root, children in chosen.items():
        document[root]["children"] = children
    document["exclusion"].setdefault("children", [])
    try:
        return parse_tree({key: value for key, value in document.items() if key != "cohorts"})
    except ValueError:
        return None


def compare_with_best() -> None:
    print(
        f"Expected questions, divided by those of the best strategy, on trees of at most {SMALL} statements:"
    )
    source = random.Random(11)
    trees: list[tuple[str, Tree, dict[str, float]]] = []
    while len(trees) < 40:
        tree = random_tree(source)
        if 4 <= len(tree.statements) <= SMALL:
            trees.append(
                ("random", tree, {node.identifier: source.uniform(0.05, 0.95) for node in tree.statements})
            )
    for nct_id in sorted(ASSUMED):
        whole = registry_tree(nct_id)
        if whole.cohorts:
            continue
        for _ in range(8):
            if (tree := cut_down(whole, source)) and tree.inclusion.children:
                trees.append((nct_id, tree, assumed(tree, nct_id)[0]))
    ratios: dict[str, list[tuple[float, float]]] = {}
    for name, tree, chances in trees:
        if best := fewest(tree, chances):
            ours, protocol = (
                expected(tree, chances, choose, {}) / best for choose in (by_figures(tree, chances), in_order)
            )
            ratios.setdefault(name, []).append((ours, protocol))
    print(f"{'':14}{'trees':>8}{'mean':>8}{'worst':>8}{'optimal':>9}{'protocol order, mean':>24}")
    for name, found in ratios.items():
        by_us = [ratio for ratio, _ in found]
        optimal = sum(ratio < 1 + 1e-9 for ratio in by_us)
        print(
            f"{name:14}{len(found):>8}{fmean(by_us):>8.3f}{max(by_us):>8.3f}{optimal:>9}"
            f"{fmean(protocol for _, protocol in found):>24.3f}"
        )


def main() -> None:
    started = time.perf_counter()
    compare_orders(int(sys.argv[1]) if len(sys.argv) > 1 else PARTICIPANTS)
    compare_with_best()
    print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
