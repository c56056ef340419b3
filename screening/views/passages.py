"""From one version to a later one, statement by statement: what carries, what is asked anew, what is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening import logic, vault
from screening.carrying import Carried, Why, passage
from screening.models import Answer, Outcome, Patient, VersionPin
from screening.views.panel import GLYPHS, LOOKS
from screening.views.sheet import place_of, value_words
from trials.criteria.tree import Tree, tree_to_json
from trials.editor.changes import ChangeLine, in_words
from trials.models import CriteriaVersion, Variable

WHY: dict[Why, str | Promise] = {
    Why.ADDED: _("new"),
    Why.REWORDED: _("reworded"),
    Why.CHANGED_VALUE: _("value changed"),
    Why.NOT_OFFERED: _("“not applicable” is no longer offered"),
}


@dataclass(frozen=True)
class Shown:
    """An outcome as glyph, words and colour."""

    look: str
    glyph: str
    words: str


def shown(outcome: logic.Outcome) -> Shown:
    of = Outcome(outcome.value)
    return Shown(LOOKS[of], GLYPHS[of], of.label.capitalize())


@dataclass(frozen=True)
class Row:
    """A statement, and what was answered to it under the earlier version.

    `line` has its words before and after, where they differ; `look_again` is set where only the words of a
    group above it do.
    """

    place: str
    text: str
    why: str | Promise
    line: ChangeLine | None
    answer: Answer | None
    answer_words: str
    comment: str
    look_again: bool


@dataclass(frozen=True)
class Passage:
    before: CriteriaVersion
    after: CriteriaVersion
    anew: list[Row]
    carried: list[Row]
    dropped: list[Row]


@dataclass(frozen=True)
class Fates:
    """By identifier: as they would be now, or as they were kept when the screening was moved."""

    carried: Collection[str]
    anew: Mapping[str, Why]
    dropped: Collection[str]

    @classmethod
    def of(cls, carried: Carried) -> Fates:
        return cls(carried.answers.keys(), carried.anew, carried.dropped)

    @classmethod
    def kept(cls, pin: VersionPin) -> Fates:
        anew = {identifier: Why(why) for identifier, why in pin.summary["anew"].items()}
        return cls(pin.summary["carried"], anew, pin.summary["dropped"])


def passage_of(
    before: CriteriaVersion,
    after: CriteriaVersion,
    fates: Fates,
    answers: Mapping[str, Answer],
    patient: Patient,
) -> Passage:
    """`answers` are those to the earlier version, with people."""
    old, new = before.tree(), after.tree()
    labels = dict(Variable.objects.values_list("code", "label"))
    changes = in_words(tree_to_json(old), tree_to_json(new), labels)
    lines = {line.identifier: line for line in changes.lines}
    doubtful = passage(old, new).below_changed_words

    def row(tree: Tree, identifier: str, why: str | Promise = "") -> Row:
        answer = answers.get(identifier)
        return Row(
            place=place_of(tree, identifier),
            text=tree.nodes[identifier].text,
            why=why,
            line=lines.get(identifier),
            answer=answer,
            answer_words=value_words(answer.value if answer else ""),
            comment=vault.unseal(patient, answer.comment_sealed) if answer else "",
            look_again=identifier in doubtful,
        )

    return Passage(
        before,
        after,
        anew=[row(new, identifier, WHY[why]) for identifier, why in fates.anew.items()],
        carried=[row(new, identifier) for identifier in fates.carried],
        dropped=[row(old, identifier) for identifier in fates.dropped],
    )
