"""How fast facts decide statements, and how many questions they spare in a second trial: `make bench`.

For the second, participants are made up who have been screened for one trial of the fixtures, so that facts
of all variables are known that its typed statements rest on; then they are screened for another. A question
counts if a person has to answer it by hand: it can still matter, and no fact proposes its answer (one that
is only confirmed does not count). It is counted to the decision, in protocol order, skipping what cannot
matter; and over the whole protocol, had all of it been asked. "Shared" are the statements that rest on a
variable of the first trial, or on the participant's own record (age, sex).

Assumed, not measured: each value and each answer by hand speaks for the participant in nine of ten cases;
what is present began within the three years before; enrolment, randomisation and baseline are planned for
14 days after the visit, apheresis for 21, infusion for 35; consent is of the day. Both trials are screened
on one visit, and in the last line the second one 14 days later, when what it asks "at screening" has to be
measured again. The seed is fixed: the figures are the same each time.
"""

# ruff: noqa: T201 - what it prints is its purpose

from __future__ import annotations

import random
import timeit
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from itertools import permutations
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import yaml

from screening.deciding.facts import AnchorTime, Circumstances, Facts, FactValue, by_variable
from screening.deciding.proposal import propose
from screening.logic import evaluate
from screening.order import against
from trials.criteria.tree import Anchor, Expression, Node, Range, RelativeTo, Test, Tree, parse_tree

ROOT = Path(__file__).parents[2]
TRIALS = ("NCT07086404", "NCT06470048", "NCT06941129")
PARTICIPANTS = 60
VISIT = date(2026, 11, 2)
FOR = 0.9
PLANNED = {
    Anchor.ENROLMENT: 14,
    Anchor.RANDOMISATION: 14,
    Anchor.BASELINE: 14,
    Anchor.APHERESIS: 21,
    Anchor.INFUSION: 35,
}
DICTIONARY: dict[str, dict[str, Any]] = {
    entry["code"]: entry for entry in yaml.safe_load((ROOT / "fixtures/variables.yaml").read_text())
}


@cache
def registry_tree(nct_id: str) -> Tree:
    """The newest text of the registry."""
    document = yaml.safe_load((ROOT / f"fixtures/trials/{nct_id}.yaml").read_text())
    versions = [each for each in document["criteria_versions"] if each["source"] == "registry"]
    parts = ("cohorts", "inclusion", "exclusion")
    return parse_tree({part: versions[-1][part] for part in parts if part in versions[-1]})


@cache
def bad(nct_id: str) -> Mapping[str, str]:
    return against(registry_tree(nct_id))


def typed(nct_id: str) -> Iterator[tuple[Node, Test]]:
    for node in registry_tree(nct_id).statements:
        if node.test is not None and node.test.variable and not node.test.judgement:
            yield node, node.test


class Participant(NamedTuple):
    circumstances: Circumstances
    facts: Mapping[str, FactValue]
    answers: Mapping[str, Mapping[str, str]]


def circumstances(sex: str, born: date) -> Circumstances:
    anchors = {each: AnchorTime(VISIT, actual=True) for each in (Anchor.SCREENING, Anchor.CONSENT)}
    anchors |= {
        each: AnchorTime(VISIT + timedelta(days=days), actual=False) for each, days in PLANNED.items()
    }
    return Circumstances(VISIT, anchors, {"product": Decimal(24 * 7)}, sex, born)


def shifted(around: Circumstances, days: int) -> Circumstances:
    later = timedelta(days=days)
    anchors = {each: AnchorTime(time.on + later, time.actual) for each, time in around.anchors.items()}
    return replace(around, today=around.today + later, anchors=anchors)


def possible(variable: str, tests: list[Test], chance: random.Random) -> list[FactValue]:
    """Values on either side of everything that a criterion asks of the variable."""
    entry = DICTIONARY[variable]
    make = partial(FactValue, variable, variable, VISIT)
    if entry["kind"] == "boolean":
        began = VISIT - timedelta(days=chance.randrange(3 * 365))
        return [
            make(code="absent"),
            FactValue(variable, variable, began, code="present", product="Product"),
        ]
    if entry["kind"] == "code":
        return [make(code=code) for code in entry["codes"] if code != "indeterminate"]
    if entry["kind"] == "date":
        return [make(date=VISIT - timedelta(days=days)) for days in (200, 1200, 4000)]
    relative = next((test.relative_to for test in tests), None)
    unit = "%" if relative is RelativeTo.PREDICTED else next((test.unit for test in tests if test.unit), "")
    limits = {"lower": Decimal(1), "upper": Decimal(40)}
    times = 40 if relative is RelativeTo.ULN else 1
    around = {Decimal(str(number)) * times for test in tests for number in numbers(test)} or {Decimal(10)}
    values = {value * share for value in around for share in (Decimal("0.9"), Decimal(1), Decimal("1.1"))}
    return [make(number=value, unit=unit or entry["unit"] or "", **limits) for value in sorted(values)]


def numbers(test: Test) -> tuple[float, ...]:
    match test.value:
        case Range(low=low, high=high):
            return low, high
        case Expression():
            return (1, 50)
        case int() | float():
            return (test.value,)
    return ()


def participant(chance: random.Random) -> Participant:
    around = circumstances(
        chance.choice(["female", "male"]), VISIT - timedelta(days=chance.randrange(20 * 365, 70 * 365))
    )
    rests: dict[str, list[tuple[str, Node, Test]]] = {}
    for nct_id in TRIALS:
        for node, test in typed(nct_id):
            rests.setdefault(test.variable, []).append((nct_id, node, test))
    facts = {}
    for variable, uses in rests.items():
        if variable in ("age", "sex"):
            continue
        choices = possible(variable, [test for _, _, test in uses], chance)

        def speaks_for(fact: FactValue, uses: Any = uses) -> int:
            alone, score = by_variable([fact]), 0
            for nct_id, node, test in uses:
                proposed = propose(test, alone, around).value
                if proposed in ("yes", "no"):
                    score += -1 if proposed == bad(nct_id).get(node.identifier) else 1
            return score

        best = max(map(speaks_for, choices))
        good = [fact for fact in choices if speaks_for(fact) == best]
        facts[variable] = chance.choice(good if chance.random() < FOR else choices)
    answers = {nct_id: truths(nct_id, by_variable(facts.values()), around, chance) for nct_id in TRIALS}
    return Participant(around, facts, answers)


def truths(nct_id: str, facts: Facts, around: Circumstances, chance: random.Random) -> dict[str, str]:
    found = {}
    for node in registry_tree(nct_id).statements:
        proposed = node.test and propose(node.test, facts, around).value
        other = {"yes": "no", "no": "yes"}[bad(nct_id).get(node.identifier, "no")]
        by_hand = other if chance.random() < FOR else {"yes": "no", "no": "yes"}[other]
        found[node.identifier] = str(proposed or by_hand)
    return found


class Count(NamedTuple):
    """Questions by hand, without the facts of the first trial and with them."""

    asked: float
    asked_with: float
    shared: float
    shared_with: float
    whole: float
    whole_with: float


def second(one: Participant, first: str, nct_id: str, days: int = 0) -> Count:
    """Of the trial `nct_id`, screened so many days after the first one."""
    tree, answers = registry_tree(nct_id), one.answers[nct_id]
    around = shifted(one.circumstances, days)
    variables = {test.variable for _, test in typed(first)}
    known = by_variable(fact for variable, fact in one.facts.items() if variable in variables)
    proposed = {
        node.identifier
        for node in tree.statements
        if node.test and not node.test.judgement and propose(node.test, known, around).value
    }
    shared = {
        node.identifier
        for node, test in typed(nct_id)
        if test.variable in variables or test.variable in ("age", "sex") or test.applies_to
    }
    order = asked_in_order(tree, answers)
    everything = {node.identifier for node in tree.statements}
    sets = (order, order & shared, everything)
    return Count(*(len(each) for asked in sets for each in (asked, asked - proposed)))


def asked_in_order(tree: Tree, answers: Mapping[str, str]) -> set[str]:
    """The questions that matter until the outcome is settled, in protocol order."""
    given: dict[str, str] = {}
    while True:
        found = evaluate(tree, given, complete=True, reviewed=True)
        if not found.open_relevant:
            return set(given)
        given[found.open_relevant[0]] = answers[found.open_relevant[0]]


def speed() -> None:
    one = participant(random.Random(7))
    tests = [
        test for nct_id in TRIALS[:1] for node in registry_tree(nct_id).statements if (test := node.test)
    ]
    facts = list(one.facts.values())[:100]
    grouped = by_variable(facts)

    def run() -> list[object]:
        return [propose(test, grouped, one.circumstances) for test in tests]

    took = min(timeit.repeat(run, number=20, repeat=7)) / 20 * 1000
    said = sum(propose(test, grouped, one.circumstances).value is not None for test in tests)
    print(f"{len(tests)} statements from {len(facts)} facts ({said} proposed): {took:.2f} ms\n")


def mean(counts: list[Count]) -> Count:
    return Count(*(fmean(column) for column in zip(*counts, strict=True)))


def main() -> None:
    speed()
    chance = random.Random(7)
    people = [participant(chance) for _ in range(PARTICIPANTS)]
    print(f"Questions by hand in a second trial, mean of {PARTICIPANTS} made-up participants:")
    print("without the facts of the first trial -> with them")
    print(f"{'first -> second':28}{'to the decision':>28}{'of them, shared':>28}{'whole protocol':>28}")
    pairs = list(permutations(TRIALS, 2))
    means = {pair: mean([second(one, *pair) for one in people]) for pair in pairs}
    for pair, count in means.items():
        print(f"{' -> '.join(pair):28}{told(count)}")
    print(f"{'mean of the pairs':28}{told(mean(list(means.values())))}")
    later = mean([second(one, *pair, days=14) for pair in pairs for one in people])
    print(f"{'the same, 14 days later':28}{told(later)}")


def told(count: Count) -> str:
    both = zip(count[::2], count[1::2], strict=True)
    return "".join(
        f"{f'{before:.1f} -> {after:.1f} ({1 - after / before if before else 0:.0%} fewer)':>28}"
        for before, after in both
    )


if __name__ == "__main__":
    main()
