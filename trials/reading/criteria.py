"""A criteria tree as a page shows it: nested and labelled as printed, its logic in words beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trials.criteria.tree import Op

if TYPE_CHECKING:
    from trials.criteria.tree import Cohort, Node, Tree

    type Words = Sequence[str]


@dataclass(frozen=True)
class Remark:
    """What a reviewer wrote beside a criterion."""

    heading: str
    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Line:
    """A criterion with what is below it. `lead` says what it is to its parent ("unless", "then").

    `taken_apart`: what is below only takes its own sentence apart, as each part is asked for by itself.
    """

    node: Node
    lead: str
    logic: str
    cohorts: Sequence[Cohort]
    target: Node | None
    below: Sequence[Line]
    taken_apart: bool

    @property
    def is_lost(self) -> bool:
        return self.node.op is Op.LOST

    @property
    def remarks(self) -> list[Remark]:
        node = self.node
        said = [Remark(_("Quota:"), node.quota), Remark(_("Note:"), node.note)]
        warnings = [Remark(_("Take care:"), warning, is_warning=True) for warning in node.warnings]
        return [*(remark for remark in said if remark.text), *warnings]


@dataclass(frozen=True)
class CriteriaPart:
    """The criteria of some cohorts, or, where it names none, those of everybody."""

    cohorts: Sequence[Cohort]
    lines: Sequence[Line]


def criteria_parts(tree: Tree, root: Node) -> list[CriteriaPart]:
    """What is common first, then cohort by cohort, each in the order of the source."""
    by_cohorts: dict[tuple[str, ...], list[Node]] = {(): []}
    for child in root.children:
        by_cohorts.setdefault(child.cohorts, []).append(child)
    return [
        CriteriaPart(_named(tree, codes), [_line(tree, node, shown=codes) for node in nodes])
        for codes, nodes in by_cohorts.items()
        if nodes
    ]


def by_cohort(node: Node) -> bool:
    """Whether a group has a part for each cohort, so that a participant meets one of them and not all."""
    cohorts = {child.cohorts for child in node.children}
    return node.op is Op.ALL and () not in cohorts and len(cohorts) > 1


def logic_in_words(node: Node) -> str:
    """How the children of a group count; nothing where there is nothing to count."""
    if len(node.children) < 2:
        return ""
    if by_cohort(node):
        return _("Those of the participant's cohort:")
    match node.op:
        case Op.ALL:
            return _("All of these:")
        case Op.ANY:
            return _("At least one of these:")
        case Op.AT_LEAST:
            k = node.k or 1
            return ngettext("At least %(k)s of these:", "At least %(k)s of these:", k) % {"k": k}
    return ""


def _line(
    tree: Tree, node: Node, *, shown: tuple[str, ...] = (), lead: str = "", above: Sequence[Words] = ()
) -> Line:
    """`above` has the words of each criterion that this one stands under."""
    own = _words(node.text)
    said = [*above, own]
    return Line(
        node=node,
        lead=lead,
        logic=logic_in_words(node),
        cohorts=_cohorts_beside(tree, node) if node.cohorts != shown else (),
        target=tree.nodes[node.target] if node.op is Op.REF else None,
        below=[
            _line(tree, child, shown=node.cohorts or shown, lead=_lead(node, place), above=said)
            for place, child in enumerate(node.children)
        ],
        taken_apart=bool(own) and all(_repeats(child, said) for child in node.children),
    )


def _repeats(node: Node, said: Sequence[Words]) -> bool:
    """Whether a criterion, with all below it, is made of what was said; "…" stands for what it leaves out."""
    parts = [_words(part) for part in node.text.split("…")]
    return (
        node.op is not Op.LOST
        and all(any(_in_this_order(part, words) for words in said) for part in parts)
        and all(_repeats(child, said) for child in node.children)
    )


def _words(text: str) -> Words:
    return re.findall(r"\w+|[<>≤≥=]+", text.casefold())


def _in_this_order(part: Words, words: Words) -> bool:
    rest = iter(words)
    return all(word in rest for word in part)


def _cohorts_beside(tree: Tree, node: Node) -> list[Cohort]:
    """The cohorts of a node, unless its own words are their name already."""
    cohorts = _named(tree, node.cohorts)
    said = "; ".join(cohort.label for cohort in cohorts)
    return [] if _bare(node.text) == _bare(said) else cohorts


def _bare(words: str) -> str:
    """Words to compare: without the colon of a heading, and however they are capitalised."""
    return words.strip().rstrip(":").casefold()


def _lead(parent: Node, place: int) -> str:
    match parent.op:
        case Op.NOT:
            return _("Not:")
        case Op.EXCEPT if place:
            return _("Except:") if place == 1 else _("And except:")
        case Op.IF:
            return _("Then:") if place else _("If:")
    return ""


def _named(tree: Tree, codes: Sequence[str]) -> list[Cohort]:
    return [cohort for cohort in tree.cohorts if cohort.code in codes]
