"""A draft's tree as the rows of a page: nested lists, opened and closed as the criteria nest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from trials.criteria.draft import Document, NodeDocument, by_identifier, is_group, places
from trials.criteria.lint import Finding, Severity
from trials.criteria.nodes import Op
from trials.editor.words import lead_words, operator_words, test_words


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion. After it the list of its parts opens, or as many lists close as `closes` is long."""

    identifier: str
    parent: str
    index: int
    is_group: bool
    label: str
    text: str
    lead: str
    operator: str
    decided_by: str
    cohorts: tuple[str, ...]
    remarked: bool
    errors: int
    warnings: int
    opens: bool
    closes: str


def outline(
    document: Document, root: str, findings: Iterable[Finding], labels: Mapping[str, str]
) -> Iterator[Row]:
    """The root itself, and everything below it in protocol order."""
    counted = Counter((finding.identifier, finding.severity) for finding in findings)
    nodes = by_identifier(document)

    def rows(node: NodeDocument, parent: NodeDocument | None, index: int, closes: str) -> Iterator[Row]:
        children = node.get("children", [])
        identifier = node["identifier"]
        yield Row(
            identifier=identifier,
            parent=parent["identifier"] if parent else "",
            index=index,
            is_group=is_group(node),
            label=node.get("label", ""),
            text=node.get("text", "") or _target_words(node, nodes),
            lead=lead_words(parent, index) if parent else "",
            operator=operator_words(node) if parent else _root_words(root),
            decided_by=test_words(node.get("test") or {}, labels),
            cohorts=tuple(node.get("cohorts", ())),
            remarked=any(node.get(key) for key in ("note", "quota", "warnings")),
            errors=counted[identifier, Severity.ERROR],
            warnings=counted[identifier, Severity.WARNING],
            opens=bool(children),
            closes="" if children else closes,
        )
        for place, child in enumerate(children):
            last = place == len(children) - 1
            yield from rows(child, node, place, closes + "x" if last else "")

    yield from rows(document[root], None, 0, "")


class Where:
    """Where the criteria of a document stand, in words."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = by_identifier(document)
        self.places = places(document)

    def path(self, identifier: str) -> str:
        """By the labels as printed: "Exclusion 3) b)"."""
        labels: list[str] = []
        while identifier in self.places:
            labels.append(self.nodes[identifier].get("label", ""))
            identifier = self.places[identifier].parent["identifier"]
        is_inclusion = self.document["inclusion"]["identifier"] == identifier
        printed = [label for label in reversed(labels) if _is_printed(label)]
        return " ".join([_("Inclusion") if is_inclusion else _("Exclusion"), *printed])

    def place(self, identifier: str) -> str:
        """The path and, where the source does not number it, what it says."""
        node, path = self.nodes[identifier], self.path(identifier)
        if identifier not in self.places or _is_printed(node.get("label", "")):
            return path
        words = node.get("text", "") or operator_words(node) or _("no text yet")
        return f"{path}: {Truncator(words).chars(50)}"

    def targets(self, identifier: str) -> list[tuple[str, str]]:
        """The criteria that a reference could lead to, by where they stand and what they say."""
        return [
            (other, f"{self.path(other)}: {Truncator(node.get('text', '')).chars(90)}")
            for other, node in self.nodes.items()
            if other in self.places and other != identifier and node["op"] != Op.LOST
        ]


def _is_printed(label: str) -> bool:
    return any(character.isalnum() for character in label)


def _root_words(root: str) -> str:
    return _("all of these") if root == "inclusion" else _("none of these")


def _target_words(node: NodeDocument, nodes: Mapping[str, NodeDocument]) -> str:
    target = nodes.get(node.get("target", ""))
    if target is None:
        return ""
    return _("Same as: %(words)s") % {"words": f"{target.get('label', '')} {target.get('text', '')}".strip()}
