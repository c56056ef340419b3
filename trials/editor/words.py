"""What the parts of criteria are called on the editor's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.criteria.diff import Kind
from trials.criteria.draft import NodeDocument
from trials.criteria.nodes import Op
from trials.criteria.tree import Anchor, AppliesTo, Comparator, Direction, RelativeTo
from trials.editor.durations import duration_words

type Choices = list[tuple[str, str | Promise]]

OPERATORS: Choices = [
    (Op.STATEMENT, gettext_lazy("A statement, answered yes or no")),
    (Op.ALL, gettext_lazy("All of these")),
    (Op.ANY, gettext_lazy("At least one of these")),
    (Op.AT_LEAST, gettext_lazy("At least so many of these")),
    (Op.NOT, gettext_lazy("Not this")),
    (Op.EXCEPT, gettext_lazy("The first, except where another holds")),
    (Op.IF, gettext_lazy("Only where the first holds: the second")),
    (Op.REF, gettext_lazy("The same as another criterion")),
    (Op.LOST, gettext_lazy("Text that the source lost")),
]
# UCUM's letters that nobody reads as what they are.
_TIME_UNITS = {"a": gettext_lazy("years"), "mo": gettext_lazy("months"), "wk": gettext_lazy("weeks")}
GROUPS: Choices = [(op, words) for op, words in OPERATORS if op not in (Op.STATEMENT, Op.REF, Op.LOST)]
COMPARATORS: Choices = [
    (Comparator.LESS, gettext_lazy("< less than")),
    (Comparator.AT_MOST, gettext_lazy("≤ at most")),
    (Comparator.GREATER, gettext_lazy("> more than")),
    (Comparator.AT_LEAST, gettext_lazy("≥ at least")),
    (Comparator.EQUAL, gettext_lazy("= equal to")),
    (Comparator.UNEQUAL, gettext_lazy("≠ not equal to")),
    (Comparator.BETWEEN, gettext_lazy("from … to …")),
    (Comparator.IN, gettext_lazy("one of")),
    (Comparator.NOT_IN, gettext_lazy("none of")),
    (Comparator.PRESENT, gettext_lazy("is present")),
    (Comparator.ABSENT, gettext_lazy("is absent")),
]
SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠"}
RELATIVES: Choices = [
    (RelativeTo.ULN, gettext_lazy("upper limit of normal (ULN)")),
    (RelativeTo.LLN, gettext_lazy("lower limit of normal (LLN)")),
    (RelativeTo.PREDICTED, gettext_lazy("% of the predicted value")),
    (RelativeTo.BASELINE, gettext_lazy("value at baseline")),
    (RelativeTo.PREVIOUS, gettext_lazy("previous value")),
]
ANCHORS: dict[Anchor, str | Promise] = {
    Anchor.SCREENING: gettext_lazy("screening"),
    Anchor.CONSENT: gettext_lazy("consent"),
    Anchor.ENROLMENT: gettext_lazy("enrolment"),
    Anchor.RANDOMISATION: gettext_lazy("randomisation"),
    Anchor.APHERESIS: gettext_lazy("apheresis"),
    Anchor.INFUSION: gettext_lazy("infusion"),
    Anchor.BASELINE: gettext_lazy("baseline"),
    Anchor.LAST_DOSE: gettext_lazy("last dose"),
}
DIRECTIONS: Choices = [
    (Direction.AT, gettext_lazy("at")),
    (Direction.BEFORE, gettext_lazy("before")),
    (Direction.AFTER, gettext_lazy("after")),
    (Direction.DURING, gettext_lazy("during")),
]
APPLIES_TO: Choices = [
    (AppliesTo.FEMALE, gettext_lazy("women")),
    (AppliesTo.MALE, gettext_lazy("men")),
    (AppliesTo.CHILDBEARING_POTENTIAL, gettext_lazy("those who can become pregnant")),
    (AppliesTo.PARTNER_OF_CHILDBEARING_POTENTIAL, gettext_lazy("those whose partner can become pregnant")),
]
KINDS: dict[Kind, str | Promise] = {
    Kind.ADDED: gettext_lazy("added"),
    Kind.REMOVED: gettext_lazy("removed"),
    Kind.REWORDED: gettext_lazy("reworded"),
    Kind.RELABELLED: gettext_lazy("numbered differently"),
    Kind.VALUE: gettext_lazy("value changed"),
    Kind.OPERATOR: gettext_lazy("counts differently"),
    Kind.COHORTS: gettext_lazy("for other cohorts"),
    Kind.MOVED: gettext_lazy("moved"),
    Kind.REMARKS: gettext_lazy("remarks changed"),
}


def operator_words(node: NodeDocument) -> str:
    """How a node counts, in a few words; nothing for a statement."""
    match node["op"]:
        case Op.ALL:
            return _("all of these")
        case Op.ANY:
            return _("at least one of these")
        case Op.AT_LEAST:
            return _("at least %(k)s of these") % {"k": node.get("k", 1)}
        case Op.NOT:
            return _("not this")
        case Op.EXCEPT:
            return _("except")
        case Op.IF:
            return _("only where it applies")
        case Op.REF:
            return _("the same as another")
        case Op.LOST:
            return _("lost in the source")
    return ""


def lead_words(parent: NodeDocument, place: int) -> str:
    """What a child is to its parent, where its place says it."""
    match parent["op"]:
        case Op.NOT:
            return _("not:")
        case Op.EXCEPT if place:
            return _("except:")
        case Op.IF:
            return _("then:") if place else _("if:")
    return ""


def test_words(test: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """What decides a statement, as one line: "Body mass index ≤ 17 kg/m2, at screening"."""
    if not test:
        return ""
    variable = test.get("variable", "")
    parts = [" ".join(filter(None, (labels.get(variable, variable), _comparison(test))))]
    if test.get("window"):
        parts.append(_window_words(test["window"]))
    if test.get("min_duration"):
        parts.append(_("for at least %(duration)s") % {"duration": duration_words(test["min_duration"])})
    if test.get("applies_to"):
        parts.append(_("asked of %(whom)s") % {"whom": dict(APPLIES_TO)[test["applies_to"]]})
    if test.get("judgement"):
        parts.append(_("the investigator's judgement"))
    if test.get("open_list"):
        parts.append(_("examples only"))
    return ", ".join(filter(None, parts))


def value_words(test: Mapping[str, Any]) -> str:
    """A value as a person writes it into the form."""
    value = test.get("value")
    match value:
        case None:
            return ""
        case [low, high] if test.get("comparator") == "between":
            return _("%(low)s to %(high)s") % {"low": low, "high": high}
        case list():
            return ", ".join(str(each) for each in value)
        case dict():
            return _expression_words(value)
    return str(value)


def _expression_words(value: Mapping[str, Any]) -> str:
    pick, terms = next(iter(value.items()))
    joined = ", ".join(_term_words(term) for term in terms)
    return (_("smallest of %(terms)s") if pick == "min" else _("largest of %(terms)s")) % {"terms": joined}


def _term_words(term: Any) -> str:
    if not isinstance(term, dict):
        return str(term)
    if "limit" in term:
        return f"{term['times']} × {term['limit']}" if term.get("times", 1) != 1 else str(term["limit"])  # noqa: RUF001
    return str(term["prior"])


def _comparison(test: Mapping[str, Any]) -> str:
    comparator = test.get("comparator", "")
    if comparator in ("present", "absent"):
        return str(dict(COMPARATORS)[comparator])
    if not comparator:
        return ""
    sign = SIGNS.get(comparator) or str(dict(COMPARATORS)[comparator])
    if comparator == "between":
        sign = ""
    relative = test.get("relative_to", "")
    words = [
        sign,
        value_words(test),
        str(_TIME_UNITS.get(test.get("unit", ""), test.get("unit", ""))),
        f"× {relative}" if relative in ("ULN", "LLN") else "",  # noqa: RUF001
    ]
    if relative and relative not in ("ULN", "LLN"):
        words.append(
            _("of the %(what)s") % {"what": str(dict(RELATIVES)[relative]).removeprefix("% of the ")}
        )
    return " ".join(filter(None, words))


def _window_words(window: Mapping[str, Any]) -> str:
    words = [
        _("within %(duration)s") % {"duration": duration_words(window["max"])} if window.get("max") else "",
        _("at least %(duration)s") % {"duration": duration_words(window["min"])} if window.get("min") else "",
        str(dict(DIRECTIONS)[window["direction"]]),
        str(ANCHORS[window["anchor"]]),
        _("and during screening") if window.get("and_during_screening") else "",
    ]
    return " ".join(filter(None, words))
