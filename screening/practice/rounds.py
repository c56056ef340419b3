"""What a version's practice can be about, and rounds of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from screening.blockers import criterion_of
from screening.practice.cases import Barrier, Case
from screening.practice.charts import Dictionary
from screening.practice.draw import Draw
from screening.practice.making import Maker, typed
from screening.practice.stage import statements_below
from trials.criteria.tree import Op, Tree


class Kind(StrEnum):
    STATEMENT = "statement"
    GROUP = "group"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Topic:
    """What cases can be about: a typed statement, how a group counts, or a criterion of another cohort."""

    kind: Kind
    identifier: str

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.identifier}"


# Of ten cases. Where a kind has no more, another takes its place.
_MIX = (
    Kind.STATEMENT, Kind.GROUP, Kind.STATEMENT, Kind.STATEMENT, Kind.COHORT,
    Kind.STATEMENT, Kind.GROUP, Kind.STATEMENT, Kind.STATEMENT, Kind.GROUP,
)  # fmt: skip
_GROUPS = frozenset(Op) - {Op.STATEMENT, Op.LOST}


class Practice:
    """Of one version, on one day."""

    def __init__(self, tree: Tree, dictionary: Dictionary, *, complete: bool, today: date) -> None:
        self.tree = tree
        self.part_of = criterion_of(tree)
        self.maker = Maker(tree, dictionary, complete=complete, today=today)

    def topics(self) -> list[Topic]:
        """Everything that there may be cases of, each kind in protocol order."""
        tree, roots = self.tree, {self.tree.inclusion.identifier, self.tree.exclusion.identifier}
        every = frozenset(cohort.code for cohort in tree.cohorts)
        firsts: dict[str, Topic] = {}
        for node in tree.statements:
            if tree.cohorts_of(node.identifier) < every:
                topic = Topic(Kind.COHORT, node.identifier)
                firsts.setdefault(self._criterion(topic), topic)
        return [
            *(Topic(Kind.STATEMENT, node.identifier) for node in tree.statements if typed(node)),
            *(
                Topic(Kind.GROUP, node.identifier)
                for node in tree.walk()
                if node.op in _GROUPS
                and node.identifier not in roots
                and len(statements_below(tree, node)) > (0 if node.op is Op.REF else 1)
            ),
            *firsts.values(),
        ]

    def cases(self, topic: Topic, draw: Draw) -> Iterator[Case]:
        """All cases of a topic, those that differ by what is practised after each other."""
        node, own = self.tree.nodes[topic.identifier], draw.of(topic.key)
        match topic.kind:
            case Kind.STATEMENT:
                for found in self.maker.of_statement(node, topic.key, own):
                    if not isinstance(found, Barrier):
                        yield from found
            case Kind.GROUP:
                yield from self.maker.of_group(node, topic.key, own)
            case Kind.COHORT:
                yield from self.maker.of_cohort(node, topic.key, own)

    def barriers(self) -> dict[str, Barrier]:
        """The statements with a type that cannot be practised, and why, in protocol order."""
        found = {}
        for node in self.tree.statements:
            if node.test is None:
                continue
            if node.test.judgement:
                found[node.identifier] = Barrier.JUDGEMENT
            elif typed(node) is None:
                found[node.identifier] = Barrier.NOT_COMPARED
            else:
                hindered = set()
                for made in self.maker.of_statement(node, "", Draw(0)):
                    if not isinstance(made, Barrier):
                        break
                    hindered.add(made)
                else:
                    known = (each for each in (Barrier.ENTANGLED, Barrier.NEVER_MATTERS) if each in hindered)
                    found[node.identifier] = next(known, Barrier.NO_FACTS)
        return found

    def round(self, seed: int, count: int, *, known: Collection[str] = ()) -> list[Case]:
        """So many cases of different topics, of as many criteria as there are.

        Those that are not `known` (by their keys) come first.
        """
        draw = Draw(seed)
        waiting, found, criteria = draw.shuffled(self.topics()), list[Case](), Counter[str]()

        def late(topic: Topic) -> tuple[bool, bool, int]:
            wanted = _MIX[len(found) % len(_MIX)]
            return topic.key in known, topic.kind is not wanted, criteria[self._criterion(topic)]

        while len(found) < count and waiting:
            topic = min(waiting, key=late)
            waiting.remove(topic)
            case = self._one(topic, draw)
            if case is not None:
                found.append(case)
                criteria[self._criterion(topic)] += 1
        return _numbered(found)

    def again(self, seed: int, keys: Sequence[str]) -> list[Case]:
        """The cases with these keys, with other company; those that can no longer be made are left out."""
        found, known = [], {topic.key: topic for topic in self.topics()}
        for key in keys:
            topic = known.get(topic_key(key))
            cases = self.cases(topic, Draw(seed)) if topic else iter(())
            found += [case for case in cases if case.key == key]
        return _numbered(found)

    def _criterion(self, topic: Topic) -> str:
        return self.part_of.get(topic.identifier, topic.identifier)

    def _one(self, topic: Topic, draw: Draw) -> Case | None:
        """A case of a topic, with any of its twists and on any side."""
        own = draw.of(topic.key)
        if topic.kind is not Kind.STATEMENT:
            every = list(self.cases(topic, draw))
            return own.of("one").one(every) if every else None
        node = self.tree.nodes[topic.identifier]
        made = self.maker.of_statement(node, topic.key, own, shuffled=True)
        pair = next((each for each in made if not isinstance(each, Barrier)), None)
        return own.of("side").one(pair) if pair else None


def topic_key(case_key: str) -> str:
    """The topic that a case is of."""
    return "/".join(case_key.split("/")[:2])


def _numbered(cases: Sequence[Case]) -> list[Case]:
    return [replace(case, code=f"PRACTICE-{place:02}") for place, case in enumerate(cases, 1)]
