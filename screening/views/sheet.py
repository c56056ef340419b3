"""A criteria tree as the lines of a page: what stands on each, in protocol order, with its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from screening.models import Answer, Value
from screening.views.proposed import Proposed, fact_url, variables_of
from trials.criteria.tree import Node, Op, Tree
from trials.reading.criteria import by_cohort

GROUPS = frozenset(Op) - {Op.STATEMENT, Op.REF, Op.LOST}
DEEPEST_HEADING = 6


@dataclass(kw_only=True, slots=True)
class Line:
    """One line of the sheet. `kind` says which of the fields the template uses."""

    kind: str
    identifier: str = ""
    label: str = ""
    text: str = ""
    title: str = ""
    logic: str = ""
    heading: int = DEEPEST_HEADING
    cohorts: str = ""
    note: str = ""
    quota: str = ""
    warnings: tuple[str, ...] = ()
    judgement: bool = False
    target: str = ""
    target_path: str = ""
    target_text: str = ""
    path: str = ""
    # What facts can decide, and what they say
    fact_url: str = ""
    proposed: Proposed | None = None
    # What the answers make of it
    answer: Answer | None = None
    source: str = ""
    due: bool = False
    comment: str = ""
    revision: int = 0
    value: str = ""
    value_words: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    may_na: bool = False
    # What the button says that gives the same answer again: settled, or looked at again.
    again: str = ""
    open_more: bool = False
    off: bool = False
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One of the groups that a statement stands in."""

    label: str
    text: str
    logic: str


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a screening while its sheet is drawn."""

    tree: Tree
    cohort: str
    answers: Mapping[str, Answer]
    comments: Mapping[str, str]
    values: Mapping[str, str]
    off: frozenset[str]
    decides: frozenset[str]
    investigator: bool
    screening: int = 0
    proposed: Mapping[str, Proposed] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    due: frozenset[str] = frozenset()


def lines(given: Given) -> Iterator[Line]:
    """The whole tree, groups opened and closed as the protocol nests them."""
    for root, title, logic in (
        (given.tree.inclusion, _("Inclusion criteria"), _("all of these")),
        (given.tree.exclusion, _("Exclusion criteria"), _("none of these")),
    ):
        if not root.children:
            continue
        line = _line(given, root, "section", title=title, logic=logic)
        if line.text.casefold().rstrip(":") == title.casefold():
            line.text = ""
        yield line
        yield from _children(given, root, 3)
        yield Line(kind="section-end")


def statement_line(given: Given, node: Node) -> Line:
    """A statement with its answer, as the checklist and the focus view show it."""
    answer = given.answers.get(node.identifier)
    value = answer.value if answer else ""
    offered = given.tree.na_offered(node.identifier) or value == Value.NOT_APPLICABLE
    return _line(
        given,
        node,
        "statement",
        path=place_of(given.tree, node.identifier),
        judgement=bool(node.test and node.test.judgement),
        fact_url=fact_url(given.screening, node) if given.screening and variables_of(node.test) else "",
        proposed=given.proposed.get(node.identifier),
        answer=answer,
        source=given.sources.get(node.identifier, ""),
        due=node.identifier in given.due,
        comment=given.comments.get(node.identifier, ""),
        revision=answer.revision if answer else 0,
        value=value,
        value_words=value_words(value),
        choices=choices(with_na=offered),
        may_na=given.investigator and not offered,
        again=_again(given, node, answer),
        off=node.identifier in given.off,
        decides=node.identifier in given.decides,
    )


def _again(given: Given, node: Node, answer: Answer | None) -> str:
    """An answer that is given again unchanged is no change of the radio buttons: it takes a button."""
    if answer is None:
        return ""
    value = {"value": value_words(answer.value)}
    if answer.proposed:
        return _("Settle: %(value)s") % value if given.investigator else ""
    by_facts = given.proposed.get(node.identifier)
    if node.identifier in given.due and not (by_facts and by_facts.confirm):
        return _("Checked again: %(value)s") % value
    return ""


def choices(*, with_na: bool) -> tuple[tuple[str, str], ...]:
    # Translators: the short word on a button; "N/A" is "not applicable".
    na = ((Value.NOT_APPLICABLE.value, _("N/A")),) if with_na else ()
    return (
        (Value.YES.value, _("Yes")),
        (Value.NO.value, _("No")),
        (Value.UNKNOWN.value, _("Unknown")),
        *na,
    )


def value_words(value: str) -> str:
    """An answer in words; nothing said yet is told apart from "unknown"."""
    words = {
        Value.YES.value: _("Yes"),
        Value.NO.value: _("No"),
        Value.UNKNOWN.value: _("Unknown"),
        Value.NOT_APPLICABLE.value: _("Not applicable"),
    }
    return words.get(value, _("Not answered"))


def path_of(tree: Tree, identifier: str) -> str:
    """Where a node stands, by the labels as printed: "Inclusion 3) b)". Bullets are left out."""
    labels: list[str] = []
    node: Node | None = tree.nodes[identifier]
    root = node
    while node is not None:
        root = node
        if _printed(node.label):
            labels.append(node.label)
        node = tree.parents.get(node.identifier)
    part = _("Inclusion") if root is tree.inclusion else _("Exclusion")
    return " ".join([part, *reversed(labels)])


def place_of(tree: Tree, identifier: str) -> str:
    """The path, with the first words where the node has no label of its own: "Inclusion 3): Lupus"."""
    node = tree.nodes[identifier]
    return _with_words(path_of(tree, identifier), _printed(node.label), node.text)


def kept_place(kept: Mapping[str, str]) -> str:
    """The same of a criterion as it was kept when the screening was concluded: "Exclusion 2."."""
    part = _("Inclusion") if kept["category"] == "inclusion" else _("Exclusion")
    label = _printed(kept["label"])
    return _with_words(f"{part} {label}".strip(), label, kept["text"])


def _with_words(path: str, label: str, text: str) -> str:
    return path if label or not text.strip() else f"{path}: {Truncator(text.strip()).chars(60)}"


def steps_to(tree: Tree, identifier: str) -> list[Step]:
    """The groups around a node, outermost first, the root left out."""
    steps: list[Step] = []
    node = tree.parents.get(identifier)
    while node is not None and node.identifier in tree.parents:
        steps.append(Step(_printed(node.label), node.text, logic_words(node)))
        node = tree.parents.get(node.identifier)
    return steps[::-1]


def _printed(label: str) -> str:
    """The label, unless it is a mere bullet."""
    return label if any(character.isalnum() for character in label) else ""


def logic_words(node: Node) -> str:
    """What a group makes of its parts, in words."""
    if by_cohort(node):
        return _("those of the participant's cohort")
    match node.op:
        case Op.ALL:
            return _("all of these") if len(node.children) > 1 else ""
        case Op.ANY:
            return _("at least one of these") if len(node.children) > 1 else ""
        case Op.AT_LEAST:
            return ngettext("at least %(k)d of these", "at least %(k)d of these", node.k or 0) % {"k": node.k}
        case Op.NOT:
            return _("not this")
        case Op.EXCEPT:
            return _("with exceptions")
        case Op.IF:
            return _("only where it applies")
        case _:
            return ""


def _children(given: Given, node: Node, heading: int) -> Iterator[Line]:
    """The parts of a group; those of cohorts that were not chosen lie folded, neighbours together."""
    numbered = list(enumerate(node.children))
    for only_for, run in groupby(numbered, key=lambda pair: _only_for(given, node, pair[1])):
        if only_for:
            yield Line(
                kind="fold", text=_("Only for %(cohorts)s: not the chosen cohort") % {"cohorts": only_for}
            )
        for position, child in run:
            if word := _word_before(node, position):
                yield Line(kind="word", text=word)
            yield from _node(given, child, heading)
        if only_for:
            yield Line(kind="unfold")


def _node(given: Given, node: Node, heading: int) -> Iterator[Line]:
    if node.op is Op.STATEMENT:
        yield statement_line(given, node)
    elif node.op is Op.LOST:
        yield _line(given, node, "lost")
    elif node.op is Op.REF:
        target = given.tree.nodes[node.target]
        value = given.values.get(node.identifier, "open")
        yield _line(
            given,
            node,
            "ref",
            target=node.target,
            # Without a text of its own the target's follows, whole.
            target_path=(place_of if node.text else path_of)(given.tree, node.target),
            target_text=target.text,
            value=value,
            value_words=group_value_words(value),
        )
    else:
        value = given.values.get(node.identifier, "open")
        yield _line(
            given,
            node,
            "group",
            logic=logic_words(node),
            heading=min(heading, DEEPEST_HEADING),
            value=value,
            value_words=group_value_words(value),
        )
        yield from _children(given, node, heading + 1)
        yield Line(kind="end")


def group_value_words(value: str) -> str:
    """What has come out for a group; nothing while it is open."""
    return {"true": _("Yes"), "false": _("No"), "na": _("Not applicable")}.get(value, "")


def _line(given: Given, node: Node, kind: str, **fields: object) -> Line:
    return Line(
        kind=kind,
        identifier=node.identifier,
        label=node.label,
        text=node.text,
        cohorts=_cohort_names(given.tree, node.cohorts),
        note=node.note,
        quota=node.quota,
        warnings=node.warnings,
        **fields,  # type: ignore[arg-type]
    )


def _word_before(parent: Node, position: int) -> str:
    if parent.op is Op.EXCEPT and position == 1:
        return _("unless")
    if parent.op is Op.IF:
        return _("where this is so:") if position == 0 else _("then:")
    return ""


def _only_for(given: Given, parent: Node, child: Node) -> str:
    """The cohorts that a part is for, when the chosen one is not among them (and is among its parent's).

    Not of a part in which a reference makes something matter to the chosen cohort.
    """
    cohorts = given.tree.cohorts_of(child.identifier)
    if not given.cohort or given.cohort in cohorts:
        return ""
    if given.cohort not in given.tree.cohorts_of(parent.identifier):
        return ""
    if any(node.identifier in given.values for node in child.walk()):
        return ""
    return _cohort_names(given.tree, tuple(cohorts))


def _cohort_names(tree: Tree, codes: tuple[str, ...]) -> str:
    return ", ".join(cohort.label for cohort in tree.cohorts if cohort.code in codes)
