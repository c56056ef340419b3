"""Cases about one statement, one group or one cohort's criterion."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from screening.blockers import criterion_of
from screening.deciding.derived import AGE
from screening.deciding.facts import FactValue
from screening.logic import AnswerValue, Outcome, evaluate
from screening.practice.cases import Barrier, Case, Note, Source, Twist
from screening.practice.charts import Chart, Dictionary, Pair, decided, is_touched, pairs, sex_for
from screening.practice.draw import Draw
from screening.practice.stage import Answers, Stage, statements_below
from screening.practice.world import HALF_LIVES, World, world_for
from trials.criteria.tree import Node, Op, Test, Tree

# How many statements a case asks for at most, and how many of them are there for company.
ASKED, COMPANY = 5, 2


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where a case is set: what is practised in which cohort, and the answers to everything else.

    base: those of a plain participant; around: those with which the practised node decides
    told: what the chart has to tell of them in any case
    """

    stage: Stage
    node: Node
    world: World
    base: Answers
    around: Answers
    draw: Draw
    told: frozenset[str] = frozenset()


class Maker:
    """Of one version. `complete`: its text is not abridged, which bounds every outcome."""

    def __init__(self, tree: Tree, dictionary: Dictionary, *, complete: bool, today: date) -> None:
        self.tree = tree
        self.dictionary = dictionary
        self.complete = complete
        self.today = today
        codes = tuple(cohort.code for cohort in tree.cohorts) or (None,)
        self.stages = tuple(Stage(tree, code) for code in codes)

    # A statement

    def of_statement(
        self, node: Node, key: str, draw: Draw, *, shuffled: bool = False
    ) -> Iterator[tuple[Case, Case] | Barrier]:
        """For each pair of charts the cases inside and outside, or why there are none."""
        if (test := typed(node)) is None:
            return
        world = world_for(self.tree, [node], self.today)
        numbered = list(enumerate(pairs(test, world, self.dictionary)))
        for number, pair in draw.of("pairs").shuffled(numbered) if shuffled else numbered:
            own = f"{key}/{pair.twist}-{number}"
            yield self._of_pair(node, pair, world, own, draw.of(own))

    def _of_pair(
        self, node: Node, pair: Pair, world: World, key: str, draw: Draw
    ) -> tuple[Case, Case] | Barrier:
        barrier, unknown = Barrier.NEVER_MATTERS, AnswerValue.UNKNOWN
        for stage in self._stages_with(node, draw):
            for person in self._people(stage, world, draw, pair.inside.sex):
                inside, outside = (_of_person(chart, person) for chart in (pair.inside, pair.outside))
                seen, otherwise = (self._decided(stage, chart, world) for chart in (inside, outside))
                truths = seen.pop(node.identifier, unknown), otherwise.pop(node.identifier, unknown)
                if any(otherwise.get(each, value) is not value for each, value in seen.items()):
                    barrier = Barrier.ENTANGLED
                    continue
                fixed = seen | otherwise
                base = stage.plain(fixed)
                around = stage.around(node, [node.identifier], fixed, base)
                if around is None:
                    continue
                scene = _Scene(stage, node, world, base, around, draw)
                right, otherwise = ({node.identifier: truth} for truth in truths)
                return (
                    self._case(scene, pair.twist, f"{key}/inside", inside, right),
                    self._case(scene, pair.twist, f"{key}/outside", outside, otherwise),
                )
        return barrier

    # A group

    def of_group(self, node: Node, key: str, draw: Draw) -> Iterator[Case]:
        """A case for each of the smallest sets of answers that decide a group, and that just do not."""
        for stage in self._stages_with(node, draw):
            made = [
                case
                for side, answers in _sides(stage, node, draw)
                if (case := self._of_side(stage, node, f"{key}/{side}", answers, draw.of(side))) is not None
            ]
            if len({case.outcome for case in made}) > 1:
                yield from made
                return

    def _of_side(self, stage: Stage, node: Node, key: str, forced: Answers, draw: Draw) -> Case | None:
        below = [each for each in statements_below(self.tree, node) if stage.takes_part(each)]
        world = world_for(self.tree, below, self.today)
        for person in self._people_for(stage, below, world, draw):
            seen = self._decided(stage, person, world)
            # Of two statements, one about each sex, one is true; the other is not false but about others.
            answers = {each: _or_about_others(value, seen.get(each)) for each, value in forced.items()}
            if any(seen.get(each, value) is not value for each, value in answers.items()):
                continue
            base = stage.plain(seen)
            around = stage.around(node, answers, seen, base)
            if around is None:
                continue
            # Those that differ from a plain participant's are what it is about: they are asked first.
            order = draw.of("asked").shuffled(sorted(answers))
            order.sort(key=lambda each: answers[each] is stage.plainly[each])
            asked = {each: answers[each] for each in order[:ASKED]}
            rest = around | {each: answers[each] for each in order[ASKED:]}
            chart = replace(person, facts=self._facts(stage, asked, rest, person, world))
            scene = _Scene(stage, node, world, base, rest, draw, told=frozenset(answers))
            return self._case(scene, Twist.GROUP, key, chart, asked, company=0)
        return None

    # A criterion of another cohort

    def of_cohort(self, node: Node, key: str, draw: Draw) -> Iterator[Case]:
        """What excludes in the cohort of a statement, and the same in a cohort that it says nothing of."""
        inside = self._stages_with(node, draw)
        outside = [stage for stage in draw.shuffled(self.stages) if stage not in inside]
        if not inside or not outside:
            return
        made = [
            self._against(stage, node, f"{key}/{side}", draw)
            for side, stage in (("other", outside[0]), ("own", inside[0]))
        ]
        cases = [case for case in made if case is not None]
        if len({case.outcome for case in cases}) > 1:
            yield from cases

    def _against(self, stage: Stage, node: Node, key: str, draw: Draw) -> Case | None:
        """Somebody with the answer to a statement that stands against a participant of its cohort."""
        world = world_for(self.tree, [node], self.today)
        against = AnswerValue.NO if stage.plainly[node.identifier] is AnswerValue.YES else AnswerValue.YES
        person = next(self._people(stage, world, draw, sex_for(node.test)))
        seen = self._decided(stage, person, world)
        if seen.get(node.identifier, against) is not against:
            return None
        base = stage.plain(seen)
        own = [node.identifier]
        around = stage.around(node, own, seen, base) if stage.takes_part(node) else base
        if around is None:
            return None
        asked = {node.identifier: against}
        chart = replace(person, facts=self._facts(stage, asked, around, person, world))
        return self._case(_Scene(stage, node, world, base, around, draw), Twist.COHORT, key, chart, asked)

    # What they share

    def _stages_with(self, node: Node, draw: Draw) -> list[Stage]:
        return [stage for stage in draw.of("stages").shuffled(self.stages) if stage.takes_part(node)]

    def _people(self, stage: Stage, world: World, draw: Draw, sex: str = "") -> Iterator[Chart]:
        """Somebody of either sex, or of the one that is wanted, at an age that no criterion minds."""
        aged = [
            (node.test, stage.plainly[node.identifier])
            for node in self.tree.statements
            if node.test and node.test.variable == AGE and stage.takes_part(node)
        ]

        def minded(birth_date: date) -> bool:
            return any(
                decided(test, Chart(birth_date=birth_date), world) is not plain for test, plain in aged
            )

        birth_dates = world.birth_dates()
        birth_date = next((each for each in birth_dates if not minded(each)), birth_dates[0])
        for each in [sex] if sex else draw.of("sex").shuffled(["female", "male"]):
            yield Chart(sex=each, birth_date=birth_date)

    def _people_for(self, stage: Stage, below: Sequence[Node], world: World, draw: Draw) -> Iterator[Chart]:
        """Those whom the statements are about, also at the ages that decide them."""
        sex = next((sex for each in below if (sex := sex_for(each.test))), "")
        ages = [
            chart.birth_date
            for node in below
            if node.test and node.test.variable == AGE
            for pair in pairs(node.test, world, self.dictionary)
            for chart in (pair.inside, pair.outside)
        ]
        for person in self._people(stage, world, draw, sex):
            yield person
            for birth_date in ages:
                yield replace(person, birth_date=birth_date)

    def _decided(self, stage: Stage, chart: Chart, world: World) -> Answers:
        """The statements of a cohort that a chart decides."""
        values = {
            identifier: decided(test, chart, world)
            for identifier in stage.statements
            if (test := self.tree.nodes[identifier].test) is not None and is_touched(test, chart)
        }
        return {identifier: value for identifier, value in values.items() if value is not AnswerValue.UNKNOWN}

    def _facts(
        self, stage: Stage, asked: Answers, others: Answers, person: Chart, world: World
    ) -> tuple[FactValue, ...]:
        """Facts for the typed ones among the asked, as far as they decide nothing else otherwise."""
        every, facts = others | asked, person.facts
        for identifier, value in asked.items():
            test = typed(self.tree.nodes[identifier])
            for pair in pairs(test, world, self.dictionary)[:1] if test else ():
                for chart in (pair.inside, pair.outside):
                    if chart.birth_date or chart.sex not in ("", person.sex):
                        continue
                    numbered = enumerate(chart.facts, len(facts) + 1)
                    trial = facts + tuple(replace(fact, id=f"f{number}") for number, fact in numbered)
                    seen = self._decided(stage, replace(person, facts=trial), world)
                    own = decided(test, replace(person, facts=trial), world) if test else value
                    if own is value and all(seen[each] is every[each] for each in seen):
                        facts = trial
        return facts

    def _case(
        self,
        scene: _Scene,
        twist: Twist,
        key: str,
        chart: Chart,
        practised: Answers,
        *,
        company: int = COMPANY,
    ) -> Case:
        """The case with these answers; what the outcome hangs on beside them is asked or given."""
        tree, around, world = self.tree, scene.around, scene.world
        part_of = criterion_of(tree)
        criterion = part_of.get(scene.node.identifier)
        differing = {each for each in around if around[each] is not scene.base[each]}
        told = differing | scene.told | self._counted_with({*practised, *differing})
        special = [
            each
            for each in around
            if each in told and each not in practised and around[each] is not AnswerValue.NOT_APPLICABLE
        ]
        special.sort(key=lambda each: part_of.get(each) != criterion)
        asked = practised | {each: around[each] for each in special[: ASKED - len(practised)]}
        along = [
            each for each in scene.draw.of("company").shuffled(scene.stage.statements) if each not in asked
        ]
        along = [each for each in along if self._goes_along(each, around)]
        asked |= {each: around[each] for each in along[: min(company, ASKED - len(asked))]}
        sources = scene.draw.of("sources")
        products = dict.fromkeys(fact.product for fact in chart.facts if fact.product in HALF_LIVES)
        order = [node.identifier for node in tree.statements]
        case = Case(
            key=key,
            practised=scene.node.identifier,
            twist=twist,
            code="PRACTICE-01",
            cohort=scene.stage.cohort,
            on=world.day,
            anchors=world.anchors,
            half_lives={product: HALF_LIVES[product] for product in products},
            sex=chart.sex,
            birth_date=chart.birth_date or world.birth_dates()[0],
            facts=chart.facts,
            notes=tuple(
                Note(each, asked[each], sources.of(each).one(tuple(Source)))
                for each in order
                if each in asked and self._needs_note(each, asked[each], chart, world)
            ),
            given={each: around[each] for each in order if each in special and each not in asked},
            answers={each: asked[each] for each in order if each in asked},
            outcome=Outcome.UNDETERMINED,
            deciding=(),
            others={each: around[each] for each in around if each not in asked and each not in special},
        )
        found = evaluate(
            tree,
            case.every_answer,
            complete=self.complete,
            reviewed=True,
            cohort=case.cohort,
            anchors_reached=case.anchors_reached,
        )
        return replace(case, outcome=found.outcome, deciding=found.deciding_criteria)

    def _counted_with(self, identifiers: Collection[str]) -> set[str]:
        """The statements that count together with some: what is not told, nobody can count.

        Of the parts of an `any` those that differ from a plain participant's are told, which is enough.
        """
        roots = (self.tree.inclusion.identifier, self.tree.exclusion.identifier)
        found = set()
        for identifier in identifiers:
            at = self.tree.parents.get(identifier)
            while at is not None and at.identifier not in roots:
                if at.op not in (Op.ALL, Op.ANY):
                    found |= {each.identifier for each in statements_below(self.tree, at)}
                at = self.tree.parents.get(at.identifier)
        return found

    def _goes_along(self, identifier: str, around: Answers) -> bool:
        """Whether a statement can be asked beside the practised one, with an answer that the chart tells."""
        test = self.tree.nodes[identifier].test
        plain = around.get(identifier) in (AnswerValue.YES, AnswerValue.NO)
        return plain and (test is None or not test.judgement)

    def _needs_note(self, identifier: str, value: AnswerValue, chart: Chart, world: World) -> bool:
        test = self.tree.nodes[identifier].test
        if value is AnswerValue.UNKNOWN:
            return False
        return test is None or decided(test, chart, world) is AnswerValue.UNKNOWN


def typed(node: Node) -> Test | None:
    """The test, where facts decide it; what the investigator settles is not for practice."""
    test = node.test
    if test is None or test.judgement or not test.variable or test.comparator is None:
        return None
    return test


def _sides(stage: Stage, node: Node, draw: Draw) -> Iterator[tuple[str, Answers]]:
    """A group true and false, with as little as possible; and false by an exception, or not applicable."""
    parts = [child for child in node.children if stage.takes_part(child)]
    sides: dict[str, Answers | None] = {
        "true": stage.forced(node, True, draw),
        "false": stage.forced(node, False, draw),
    }
    if node.op is Op.EXCEPT and len(parts) > 1:
        exception = draw.of("exception").one(parts[1:])
        sides["excepted"] = stage.joined([(part, part in (parts[0], exception)) for part in parts], draw)
    if node.op is Op.IF and len(parts) > 1:
        sides["not_applicable"] = stage.joined([(part, False) for part in parts], draw)
    yield from ((side, answers) for side, answers in sides.items() if answers is not None)


def _or_about_others(value: AnswerValue, seen: AnswerValue | None) -> AnswerValue:
    return seen if seen is AnswerValue.NOT_APPLICABLE and value is AnswerValue.NO else value


def _of_person(chart: Chart, person: Chart) -> Chart:
    """With the person's sex and birth date, where it has none of its own."""
    return replace(chart, sex=chart.sex or person.sex, birth_date=chart.birth_date or person.birth_date)
