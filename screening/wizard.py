"""The course of a screening: its questions, and which one comes next.

Pure, and derived anew from the answers each time: nothing about the course is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from screening.logic import AnswerValue, Assessment
from trials.criteria.tree import Node, Tree


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
class Course:
    """`questions`: all of them, in protocol order; `asked`: those that come up, in the order of asking."""

    questions: tuple[Question, ...]
    asked: tuple[Question, ...]

    @property
    def open(self) -> tuple[str, ...]:
        """What is still to ask, whether it was asked before or not."""
        return tuple(
            each.statement.identifier for each in self.questions if each.state in (State.OPEN, State.UNKNOWN)
        )

    def asking(self, order: Sequence[str]) -> Course:
        """The same course, with what is open asked in this order."""
        questions = {each.statement.identifier: each for each in self.questions}
        return replace(self, asked=tuple(questions[each] for each in order))

    def next_question(self, after: str = "") -> Node | None:
        """The next one that was never asked: after a statement, else from the top.

        When all have been asked, those with "unknown" follow once more, but not from the top: who gives the
        same answer to the last of them is done.
        """
        before, behind = _around(self.asked, after)
        unasked = [each for each in (*behind, *before) if each.state is State.OPEN]
        unknown = [each for each in behind if each.state is State.UNKNOWN]
        return next((each.statement for each in (*unasked, *unknown)), None)

    def neighbours(self, identifier: str) -> tuple[Node | None, Node | None]:
        """The questions before and after a statement, answered or open; not what is not needed."""
        before, behind = _around(self.questions, identifier)
        return _first_needed(reversed(before)), _first_needed(behind)


def course_of(tree: Tree, answers: Mapping[str, str], assessment: Assessment) -> Course:
    """The course of the screening that has these answers, assessed as `evaluate` did; in protocol order."""
    questions = tuple(
        Question(node, _state(node.identifier, answers, assessment)) for node in tree.statements
    )
    return Course(questions, questions)


def _around(
    questions: tuple[Question, ...], identifier: str
) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
    """The questions before and after one; all of them are after what is not among them."""
    places = {each.statement.identifier: place for place, each in enumerate(questions)}
    place = places.get(identifier, -1)
    return questions[: max(place, 0)], questions[place + 1 :]


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
