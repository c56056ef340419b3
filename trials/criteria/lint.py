"""What is wrong with a draft, and where: checked after each step, shown beside the tree.

An error keeps a version from being published, and `parse_tree` takes every document without one. A warning is
what somebody has to have seen. The dictionary of variables comes in as plain data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from trials.criteria.bounds import clashes
from trials.criteria.draft import ROOTS, Document, NodeDocument, by_identifier, places
from trials.criteria.lint_tests import Entry, problems_of_test, unsaid
from trials.criteria.messages import Message, gettext_noop
from trials.criteria.nodes import Op
from trials.criteria.tree import TreeError, parse_tree

__all__ = ["Entry", "Finding", "Severity", "errors", "lint"]

_WORDS_SHOWN = 60


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """`identifier` is empty for what is about the version as a whole; `field` as in the document."""

    severity: Severity
    code: str
    identifier: str
    field: str
    message: Message


def lint(
    document: Document, variables: Mapping[str, Entry], *, complete: bool = False
) -> tuple[Finding, ...]:
    """Everything that is wrong, in protocol order. `complete`: the version claims that no text is missing."""
    check = _Check(document, variables, complete=complete)
    check.run()
    order = {identifier: place for place, identifier in enumerate(by_identifier(document))}
    return tuple(sorted(check.findings, key=lambda finding: order.get(finding.identifier, -1)))


def errors(findings: Collection[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


class _Check:
    def __init__(self, document: Document, variables: Mapping[str, Entry], *, complete: bool) -> None:
        self.document = document
        self.variables = variables
        self.complete = complete
        self.nodes = by_identifier(document)
        self.places = places(document)
        self.membership = _membership(document)
        self.findings: list[Finding] = []

    def run(self) -> None:
        for node in self.nodes.values():
            self.check_words(node)
            self.check_children(node)
            self.check_reference(node)
            self.check_cohorts(node)
            for severity, code, field, message in problems_of_test(node.get("test") or {}, self.variables):
                self.note(Severity(severity), code, node, field, message)
        self.check_whole()
        self.check_repeated()
        if not any(finding.code in ("dangling", "circle") for finding in self.findings):
            self.check_clashes()
        self.check_form()

    def note(
        self, severity: Severity, code: str, node: NodeDocument | None, field: str, message: Message
    ) -> None:
        self.findings.append(Finding(severity, code, node["identifier"] if node else "", field, message))

    def error(
        self, code: str, node: NodeDocument | None, field: str, template: str, /, **parameters: Any
    ) -> None:
        self.note(Severity.ERROR, code, node, field, Message(template, parameters))

    def warn(
        self, code: str, node: NodeDocument | None, field: str, template: str, /, **parameters: Any
    ) -> None:
        self.note(Severity.WARNING, code, node, field, Message(template, parameters))

    def check_words(self, node: NodeDocument) -> None:
        if node["op"] in (Op.STATEMENT, Op.LOST) and not node.get("text", "").strip():
            self.error("no_text", node, "text", gettext_noop("It has no text, so nobody can answer it."))
        if numbers := unsaid(node.get("test") or {}, node.get("text", "")):
            template = gettext_noop("It is decided by %(numbers)s, which its text does not say.")
            self.warn("unsaid", node, "test.value", template, numbers=", ".join(map(str, numbers)))
        if node["op"] == Op.LOST:
            if self.complete:
                template = gettext_noop(
                    "The source lost this text, so the version is abridged, not complete."
                )
                self.error("lost_but_complete", node, "op", template)
            else:
                template = gettext_noop(
                    "The source lost this text: the outcome is never better than potential."
                )
                self.warn("lost", node, "op", template)

    def check_children(self, node: NodeDocument) -> None:
        count, op = len(node.get("children", ())), node["op"]
        is_root = node["identifier"] not in self.places
        if op in (Op.ALL, Op.ANY, Op.AT_LEAST) and not count and not is_root:
            self.error("empty", node, "children", gettext_noop("This group is empty."))
        elif op == Op.NOT and count != 1:
            template = gettext_noop("“Not this” needs exactly one part, and it has %(count)s.")
            self.error("parts_of_not", node, "children", template, count=count)
        elif op == Op.EXCEPT and count < 2:
            template = gettext_noop("“With exceptions” needs what holds, and then an exception at least.")
            self.error("parts_of_except", node, "children", template)
        elif op == Op.IF and count != 2:
            template = gettext_noop(
                "“Only where” needs two parts, when it applies and what then; it has %(count)s."
            )
            self.error("parts_of_if", node, "children", template, count=count)
        if op == Op.AT_LEAST and count and not 1 <= node.get("k", 0) <= count:
            template = gettext_noop("At least %(k)s of %(count)s can never be.")
            self.error("k", node, "k", template, k=node.get("k", 0), count=count)
        if op == Op.IF and (is_root or self.places[node["identifier"]].parent["op"] != Op.ALL):
            template = gettext_noop("“Only where it applies” may stand directly in “all of these” alone.")
            self.error("if_outside_all", node, "op", template)

    def check_reference(self, node: NodeDocument) -> None:
        if node["op"] != Op.REF:
            return
        target = node.get("target", "")
        if target not in self.nodes:
            template = gettext_noop("It refers to a criterion that is not there any more.")
            self.error("dangling", node, "target", template)
        elif self.leads_to(target, node["identifier"]):
            template = gettext_noop("It refers to a criterion that rests on this one: a circle.")
            self.error("circle", node, "target", template)

    def leads_to(self, start: str, end: str) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            if here == end:
                return True
            node = self.nodes[here]
            further = {child["identifier"] for child in node.get("children", ())}
            if node["op"] == Op.REF and node.get("target") in self.nodes:
                further.add(node["target"])
            waiting += further - seen
            seen |= further
        return False

    def check_cohorts(self, node: NodeDocument) -> None:
        place = self.places.get(node["identifier"])
        around = self.membership[place.parent["identifier"]] if place else frozenset()
        for code in node.get("cohorts", ()):
            if code not in around:
                template = gettext_noop(
                    "It is for the cohort “%(code)s”, which the group around it is not for."
                )
                self.error("cohort_outside", node, "cohorts", template, code=code)

    def check_whole(self) -> None:
        named = {code for node in self.nodes.values() for code in node.get("cohorts", ())}
        for cohort in self.document.get("cohorts", ()):
            if cohort["code"] not in named:
                template = gettext_noop("The cohort “%(label)s” has no criteria of its own.")
                self.warn("cohort_alone", None, "cohorts", template, label=cohort["label"])
        if not self.document["inclusion"].get("children"):
            template = gettext_noop("There are no inclusion criteria, so nobody can be found eligible.")
            self.warn("no_inclusion", None, "children", template)

    def check_repeated(self) -> None:
        texts: dict[str, list[NodeDocument]] = {}
        tests: dict[str, list[NodeDocument]] = {}
        for node in self.nodes.values():
            if node["op"] != Op.STATEMENT:
                continue
            text = " ".join(node.get("text", "").casefold().split())
            test = {key: value for key, value in (node.get("test") or {}).items() if key != "open_list"}
            if earlier := self.sharing(node, texts.get(text, ())) if text else None:
                template = gettext_noop(
                    "It says the same as “%(other)s”. Refer to that, so that it is asked once."
                )
                self.warn("same_text", node, "text", template, other=name(earlier))
            if test.get("variable") and test.get("comparator"):
                key = json.dumps(test, sort_keys=True)
                if (twin := self.sharing(node, tests.get(key, ()))) and twin is not earlier:
                    template = gettext_noop("It is decided by the same value as “%(other)s”.")
                    self.warn("same_test", node, "test", template, other=name(twin))
                tests.setdefault(key, []).append(node)
            texts.setdefault(text, []).append(node)

    def sharing(self, node: NodeDocument, others: Collection[NodeDocument]) -> NodeDocument | None:
        """One of the others that somebody in the same cohort would meet as well."""
        mine = self.membership[node["identifier"]]
        for other in others:
            theirs = self.membership[other["identifier"]]
            if not self.document.get("cohorts") or mine & theirs:
                return other
        return None

    def check_clashes(self) -> None:
        said = set()
        for clash in clashes(self.document, self.membership):
            key = (clash.node, clash.statements, clash.always)
            if key in said:
                continue
            said.add(key)
            last, first = self.nodes[clash.statements[-1]], self.nodes[clash.statements[0]]
            if not clash.node:
                template = gettext_noop("Together with “%(other)s” this leaves nobody eligible.")
            elif clash.always:
                template = gettext_noop("Together with “%(other)s” this is always true, whatever the value.")
            else:
                template = gettext_noop("Together with “%(other)s” this can never be true.")
            note = self.error if clash.nobody else self.warn
            note("always" if clash.always else "never", last, "test", template, other=name(first))

    def check_form(self) -> None:
        """Whatever else `parse_tree` would refuse; its own words are those of a document's author."""
        try:
            parse_tree(self.document)
        except TreeError as error:
            known = {finding.identifier for finding in errors(self.findings)}
            located = [(*self.locate(problem.path), problem.reason) for problem in error.problems]
            new = [each for each in located if not each[0] or each[0]["identifier"] not in known]
            for node, field, reason in new or ([] if known else located):
                self.error("form", node, field, gettext_noop("The form is wrong: %(reason)s."), reason=reason)

    def locate(self, path: str) -> tuple[NodeDocument | None, str]:
        """The node and its field that a path of the document leads to."""
        root, _, rest = path.partition(".")
        if root not in ROOTS:
            return None, path
        node: NodeDocument = self.document[root]
        while step := re.match(r"children\[(\d+)\]\.?", rest):
            node, rest = node["children"][int(step[1])], rest[step.end() :]
        return node, rest


def name(node: NodeDocument) -> str:
    """A criterion as a sentence about another one calls it."""
    words = f"{node.get('label', '')} {node.get('text', '')}".strip() or node["identifier"]
    return words if len(words) <= _WORDS_SHOWN else f"{words[: _WORDS_SHOWN - 1].rstrip()}…"


def _membership(document: Document) -> dict[str, frozenset[str]]:
    every = frozenset(cohort["code"] for cohort in document.get("cohorts", ()))

    def members(node: NodeDocument, inherited: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
        own = frozenset(node.get("cohorts", ())) or inherited
        yield node["identifier"], own
        for child in node.get("children", ()):
            yield from members(child, own)

    return {identifier: own for root in ROOTS for identifier, own in members(document[root], every)}
