"""A registry's text of criteria, split into a document as plainly as it is laid out.

Headings say what is inclusion and what exclusion, an item of a list is a statement, and what is indented
below an item belongs to it. No sentence is understood: nothing is typed, and whether all or any of a group is
needed is taken from its introduction where that says so, else from the root. No word of the text is lost.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from trials.criteria.draft import Document, NodeDocument
from trials.criteria.nodes import Op
from trials.criteria.schema import MAX_NODES

UNSORTED = "The text does not say which criteria are for inclusion and which for exclusion: all stand here."
BEFORE_HEADINGS = "It stands before the headings of inclusion and exclusion criteria."
TOO_LONG = "The text has more lines than a version may have criteria: the rest stands here as one."

# Deeper lists than these are taken for siblings.
_LEVELS = 12
# Of the criteria that a version may have; the roots and the groups of headings come on top.
_MOST = MAX_NODES - 200
# A text of so many has headings that are none.
_MOST_WITH_HEADINGS = MAX_NODES - 100

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKER = re.compile(
    r"(?P<label>(?:\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})(?:\.\d{1,3})*\\?[.)]))(?=\s|$)|[*•◦▪·–-](?=\s|$)"  # noqa: RUF001
)
_HEADING = re.compile(
    r"(?P<before>(?:[\w/&-]+ ){0,3})(?P<root>inclusion|exclusion)(?: criteri(?:a|on))?"
    r"(?P<after>(?: (?:for|of|in|are|is)\b| ?[-–(,])[^.:]{0,80}:?| ?:.*|)",  # noqa: RUF001
    re.IGNORECASE,
)
# "Patients not meeting inclusion criteria" is a sentence.
_NO_HEADING = re.compile(r"\b(?:meet\w*|fulfil\w*|satisf\w*|not?|non|the|any|all)\b", re.IGNORECASE)
_PLAIN_WORDS = frozenset({"", "key", "main", "major", "general"})
_ANY = re.compile(r"\b(?:any|either|one or more|at least one|one) of\b|\bor$", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|both|each) of\b|\band$", re.IGNORECASE)


@dataclass
class _Item:
    text: str
    label: str = ""
    indent: int = 0
    is_listed: bool = False
    warnings: tuple[str, ...] = ()
    children: list[_Item] = field(default_factory=list)

    @property
    def introduces(self) -> bool:
        """Whether it is a line over a list rather than an item of one."""
        return not self.is_listed and self.text.endswith(":")


def split(text: str) -> Document:
    """The document of a text: always a valid tree, and of the same text always the same."""
    splitter = _Splitter()
    splitter.read(text)
    roots = splitter.roots
    if not splitter.headed and roots["inclusion"].children:
        roots["inclusion"].warnings = (UNSORTED,)
    written = _Written()
    return {
        "inclusion": written.node(roots["inclusion"], Op.ALL, "inclusion"),
        "exclusion": written.node(roots["exclusion"], Op.ANY, "exclusion"),
    }


class _Splitter:
    def __init__(self) -> None:
        self.roots = {"inclusion": _Item(""), "exclusion": _Item("")}
        self.headed = False
        self.count = 0
        self.section = self.roots["inclusion"]
        # What the next line may belong to, outermost first; the section itself is not in it.
        self.open: list[_Item] = []
        self.after_blank = True

    def read(self, text: str) -> None:
        for line in text.splitlines():
            if not line.strip():
                self.after_blank = True
                continue
            self.line(line.expandtabs(4))
            self.after_blank = False

    def line(self, line: str) -> None:
        indent = len(line) - len(line.lstrip())
        rest = line.strip()
        marker = _MARKER.match(rest)
        words = _plain(rest[marker.end() :] if marker else rest)
        label = _plain(marker["label"] or "") if marker else ""
        if self.count < _MOST_WITH_HEADINGS and self.heading(words, label):
            return
        if self.count >= _MOST:
            self.append_rest(f"{label} {words}".strip())
        elif not words and not label:
            return
        elif marker:
            self.item(_Item(words or label, label if words else "", indent, is_listed=True))
        elif (last := self.listed_last()) and (not self.after_blank or indent > last.indent):
            last.text += f"{'\n' if self.after_blank else ' '}{words}"
        else:
            self.paragraph(_Item(words, indent=indent))

    def listed_last(self) -> _Item | None:
        return self.open[-1] if self.open and self.open[-1].is_listed else None

    def heading(self, words: str, label: str) -> bool:
        """Whether the line is one of "Inclusion criteria" or the like; then what follows belongs to that."""
        found = _HEADING.fullmatch(words.rstrip("*_ ").lstrip("#*_ "))
        if found is None or _NO_HEADING.search(found["before"]):
            return False
        before, after = found["before"].strip(), found["after"].strip()
        if "clusion" in f"{before} {after}".casefold():
            return False
        self.headed_now()
        self.section = self.roots[found["root"].casefold()]
        self.open = []
        said, is_plain = after.lstrip(": "), before.casefold() in _PLAIN_WORDS
        if is_plain and after.startswith(":") and said:
            self.paragraph(_Item(said, label))
        elif said or not is_plain:
            self.paragraph(_Item(words if words.endswith(":") else f"{words}:", label))
        return True

    def headed_now(self) -> None:
        if not self.headed:
            for item in self.section.children:
                item.warnings = (BEFORE_HEADINGS,)
        self.headed = True

    def item(self, item: _Item) -> None:
        """Below the last item that is indented less, or the line that introduces the list."""
        while self.open and self.open[-1].is_listed and self.open[-1].indent >= item.indent:
            self.open.pop()
        del self.open[_LEVELS:]
        self.add(item)

    def paragraph(self, item: _Item) -> None:
        """A line of no list: it belongs to the introduction before it, unless a list does."""
        while self.open and self.open[-1].is_listed:
            self.open.pop()
        if item.introduces:
            loud = item.text.isupper()
            same = [level for level, each in enumerate(self.open) if each.text.isupper() == loud]
            if same and self.open[same[-1]].children:
                del self.open[same[-1] :]
        elif self.open and any(child.is_listed for child in self.open[-1].children):
            self.open = []
        del self.open[_LEVELS:]
        self.add(item)

    def add(self, item: _Item) -> None:
        (self.open[-1] if self.open else self.section).children.append(item)
        if item.is_listed or item.introduces:
            self.open.append(item)
        self.count += 1

    def append_rest(self, words: str) -> None:
        if not self.open or self.open[-1].warnings != (TOO_LONG,):
            self.open = []
            self.add(_Item(words, is_listed=True, warnings=(TOO_LONG,)))
        else:
            self.open[-1].text += f"\n{words}"


class _Written:
    """Items as nodes, whose identifiers come from what they say and, for the same again, from their turn."""

    def __init__(self) -> None:
        self.turns: Counter[str] = Counter()

    def node(self, item: _Item, op: Op, identifier: str = "") -> NodeDocument:
        children = item.children
        if children and not identifier:
            introduction = item.text.rstrip(": .").replace(" the following", "")
            op = Op.ANY if _ANY.search(introduction) else Op.ALL if _ALL.search(introduction) else op
        is_root = bool(identifier)
        node: NodeDocument = {
            "identifier": identifier or self.identifier(item),
            "op": (op if children or is_root else Op.STATEMENT).value,
        }
        if item.label:
            node["label"] = item.label
        if item.text:
            node["text"] = item.text
        if item.warnings:
            node["warnings"] = list(item.warnings)
        if children:
            node["children"] = [self.node(child, op) for child in children]
        return node

    def identifier(self, item: _Item) -> str:
        said = " ".join(item.text.casefold().split())
        self.turns[said] += 1
        return f"t-{hashlib.sha256(f'{self.turns[said]} {said}'.encode()).hexdigest()[:10]}"


def _plain(text: str) -> str:
    """Without the escapes of CommonMark, and with single spaces."""
    return " ".join(_ESCAPED.sub(r"\1", text).split())
