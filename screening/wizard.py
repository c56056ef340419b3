"""The course of a screening: its sections in protocol order, how far it is, and which question comes next.

Pure, and derived anew from the answers each time: nothing about the course is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Literal

from screening.logic import AnswerValue, Assessment
from trials.criteria.tree import Node, Op, Tree


class State(StrEnum):
    """Of a question. Not answered and "unknown" are both open, but only the first has never been asked."""

    OPEN = "open"
    UNKNOWN = "unknown"
    ANSWERED = "answered"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Question:
    statement: Node
    state: State


@dataclass(frozen=True, slots=True)
class Progress:
    """`total` is what has been answered and what is still wanted; what is not needed is in neither."""

    answered: int
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered criterion with the statements in it. Lost text and references have none of their own."""

    criterion: Node
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Neighbouring criteria under one heading that are for the same cohorts (none: a version without any).

    `heading` is a root of the tree, or a group that is no criterion itself. `folded`: nothing in it concerns
    the cohort that was chosen.
    """

    category: Literal["inclusion", "exclusion"]
    heading: Node
    cohorts: frozenset[str]
    steps: tuple[Step, ...]
    folded: bool

    @property
    def progress(self) -> Progress:
        return _progress(question for step in self.steps for question in step.questions)


@dataclass(frozen=True, slots=True)
class Course:
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, in protocol order."""
        return tuple(
            question for section in self.sections for step in section.steps for question in step.questions
        )

    @property
    def progress(self) -> Progress:
        return _progress(self.questions)

    def next_question(self, after: str = "") -> Node | None:
        """The next one that was never asked: after a statement, else from the top.

        When all have been asked, those with "unknown" follow once more, but not from the top: who gives the
        same answer to the last of them is done.
        """
        before, behind = self._around(after)
        unasked = [each for each in (*behind, *before) if each.state is State.OPEN]
        unknown = [each for each in behind if each.state is State.UNKNOWN]
        return next((each.statement for each in (*unasked, *unknown)), None)

    def neighbours(self, identifier: str) -> tuple[Node | None, Node | None]:
        """The questions before and after a statement, answered or open; not what is not needed."""
        before, behind = self._around(identifier)
        return _first_needed(reversed(before)), _first_needed(behind)

    def _around(self, identifier: str) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
        """The questions before and after one; all of them are after what is no question."""
        places = {each.statement.identifier: place for place, each in enumerate(self.questions)}
        place = places.get(identifier, -1)
        return self.questions[: max(place, 0)], self.questions[place + 1 :]


def course_of(tree: Tree, answers: Mapping[str, str], assessment: Assessment) -> Course:
    """The course of the screening that has these answers, assessed as `evaluate` did."""
    return Course(
        (
            *_sections(tree, answers, assessment, "inclusion", tree.inclusion_criteria),
            *_sections(tree, answers, assessment, "exclusion", tree.exclusion_criteria),
        )
    )


def _sections(
    tree: Tree,
    answers: Mapping[str, str],
    assessment: Assessment,
    category: Literal["inclusion", "exclusion"],
    criteria: tuple[Node, ...],
) -> Iterator[Section]:
    def place(criterion: Node) -> tuple[str, frozenset[str]]:
        return tree.parents[criterion.identifier].identifier, tree.cohorts_of(criterion.identifier)

    def question(statement: Node) -> Question:
        return Question(statement, _state(statement.identifier, answers, assessment))

    chosen = {verdict.cohort for verdict in assessment.verdicts}
    for (heading, cohorts), together in groupby(criteria, place):
        steps = tuple(
            Step(criterion, tuple(question(node) for node in criterion.walk() if node.op is Op.STATEMENT))
            for criterion in together
        )
        # A reference can make a statement of another cohort's section matter to the chosen one.
        concerned = any(
            each.statement.identifier in assessment.node_values for step in steps for each in step.questions
        )
        folded = bool(cohorts) and cohorts.isdisjoint(chosen) and not concerned
        yield Section(category, tree.nodes[heading], cohorts, steps, folded)


def _state(identifier: str, answers: Mapping[str, str], assessment: Assessment) -> State:
    if identifier not in assessment.node_values:
        return State.NOT_NEEDED
    answer = answers.get(identifier)
    if answer not in (None, AnswerValue.UNKNOWN):
        return State.ANSWERED
    if identifier not in assessment.relevant:
        return State.NOT_NEEDED
    return State.OPEN if answer is None else State.UNKNOWN


def _first_needed(questions: Iterable[Question]) -> Node | None:
    return next((each.statement for each in questions if each.state is not State.NOT_NEEDED), None)


def _progress(questions: Iterable[Question]) -> Progress:
    states = [question.state for question in questions]
    return Progress(states.count(State.ANSWERED), len(states) - states.count(State.NOT_NEEDED))
