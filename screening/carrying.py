"""Which answers to one version's statements hold for another version of the same criteria.

An answer is the truth of a statement as it is written, so it carries where the other version has a statement
with the same identifier that says the same: the same text, decided by the same test. Where it stands, how it
is labelled, what a note says of it and how its group counts are no part of what was answered. The words of
the groups above it can be, though ("at least one of these within 6 months:"): an answer below such words that
changed carries, and is named, so that somebody looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from screening.circuit import compile_tree
from screening.logic import AnswerValue
from trials.criteria.tree import Node, Op, Tree


class Why(StrEnum):
    """Why a statement is to be answered anew."""

    ADDED = "added"
    REWORDED = "reworded"
    CHANGED_VALUE = "changed_value"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class Passage:
    """From one tree to another, whatever was answered.

    same: the statements that say the same in both
    changed: those of both trees that do not, and why
    added: the later tree's other statements
    below_changed_words: of the same ones, those below a group whose words were changed
    """

    same: frozenset[str]
    changed: Mapping[str, Why]
    added: frozenset[str]
    below_changed_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Carried:
    """What becomes of one screening's answers.

    answers: what carries over, by identifier
    anew: what has to be asked, in protocol order: answered statements that say something else now, and added
        ones. (A statement that was open stays open, whatever its words.) Of the chosen cohort alone.
    dropped: the answered statements that the later tree does not have, in the earlier one's order
    look_again: of what carries, what stands below words that changed, in protocol order
    """

    answers: Mapping[str, str]
    anew: Mapping[str, Why]
    dropped: tuple[str, ...]
    look_again: tuple[str, ...]


@lru_cache(maxsize=256)
def passage(old: Tree, new: Tree) -> Passage:
    """Compare the statements of two trees."""
    before = {node.identifier: node for node in old.statements}
    same, changed, added = set(), {}, set()
    for node in new.statements:
        earlier = before.get(node.identifier)
        if earlier is None:
            added.add(node.identifier)
        elif earlier.test != node.test:
            changed[node.identifier] = Why.CHANGED_VALUE
        elif earlier.text != node.text:
            changed[node.identifier] = Why.REWORDED
        else:
            same.add(node.identifier)
    below = frozenset(each for each in same if _words_above(old, each) != _words_above(new, each))
    return Passage(frozenset(same), changed, frozenset(added), below)


def carry(old: Tree, new: Tree, answers: Mapping[str, str], *, cohort: str | None = None) -> Carried:
    """What becomes of the answers to `old` in `new`; `cohort` is the one named in the new version.

    "Not applicable" carries only where it was an exception before, or is offered again: its reason may have
    been the condition that the statement stood below.
    """
    way = passage(old, new)
    carried: dict[str, str] = {}
    anew: dict[str, Why] = {}
    taking_part = compile_tree(new, cohort).statements
    for node in new.statements:
        identifier = node.identifier
        answer = answers.get(identifier)
        if identifier in way.same and answer is not None:
            if answer != AnswerValue.NOT_APPLICABLE or _na_holds(old, new, identifier):
                carried[identifier] = answer
            elif identifier in taking_part:
                anew[identifier] = Why.NOT_OFFERED
        elif identifier in taking_part:
            if identifier in way.added:
                anew[identifier] = Why.ADDED
            elif answer is not None:
                anew[identifier] = way.changed[identifier]
    return Carried(
        answers=carried,
        anew=anew,
        dropped=tuple(
            node.identifier
            for node in old.statements
            if node.identifier in answers and not _is_statement(new, node.identifier)
        ),
        look_again=tuple(each for each in carried if each in way.below_changed_words),
    )


def _na_holds(old: Tree, new: Tree, identifier: str) -> bool:
    return new.na_offered(identifier) or not old.na_offered(identifier)


def _is_statement(tree: Tree, identifier: str) -> bool:
    node = tree.nodes.get(identifier)
    return node is not None and node.op is Op.STATEMENT


def _words_above(tree: Tree, identifier: str) -> frozenset[str]:
    """What the groups around a statement say; which of them says it does not matter."""
    return frozenset(node.text for node in _above(tree, identifier) if node.text)


def _above(tree: Tree, identifier: str) -> list[Node]:
    around = []
    while identifier in tree.parents:
        around.append(tree.parents[identifier])
        identifier = around[-1].identifier
    return around
