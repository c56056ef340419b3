"""What a page says and its document does not, and the other way round; nothing, when all is well."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from corpus.pages import Document, Page, forms, lines_of, normalised, registry_values, said_by

# What may stand before and after the words of a statement without being one of them.
_NUMBERING = r"\b(?:\d+[.)]|(?-i:[A-Z])\.)(?=\s|$)"
_CONNECTING = r"\b(?:and/or|and|or|unless|without)\b"
_EDGE = rf"(?:{_NUMBERING}|{_CONNECTING}|[^\w\s]|\s)+"
_EDGES = re.compile(rf"^{_EDGE}|{_EDGE}$", re.IGNORECASE)

# Criteria that the registry has in fields of their own, and not in the criteria's text.
REGISTRY_FIELD = "registry."

type Node = dict[str, Any]


def unaccounted(trial: Document, page: Page) -> list[str]:
    """Lines of the page that are neither in the document nor left out on purpose."""
    return sorted((Counter(page.lines) - said_by(trial, page) - Counter(page.left_out)).elements())


def needlessly_left_out(trial: Document, page: Page) -> list[str]:
    """Lines listed as left out that the page does not have, or that the document has after all."""
    return sorted((Counter(page.left_out) - (Counter(page.lines) - said_by(trial, page))).elements())


def unfounded(trial: Document, page: Page) -> list[tuple[str, str]]:
    """What the document says and neither the page nor a listed implication does: (path, line)."""
    text = " ".join([*page.lines, *page.criteria])
    return [
        (path, line)
        for path, value in registry_values(trial)
        if path not in page.implied
        for line in (lines_of(value) if isinstance(value, str) else [value])
        if not any(_occurrences(form, text, 0, len(text)) for form in forms(line))
    ]


def registered_criteria(trial: Document) -> list[str]:
    return lines_of(trial["protocolSection"]["eligibilityModule"]["eligibilityCriteria"])


def current_registry_version(trial: Document) -> Node:
    """The version that has the words of the page: the last of the registry's."""
    return [version for version in trial["criteria_versions"] if version["source"] == "registry"][-1]


def compare_criteria(version: Node, page: Page) -> "Comparison":
    """Lay a version's nodes over the words of the page."""
    text = " ".join(page.criteria)
    comparison = Comparison(text)
    end = len(text)
    heading = normalised(version["exclusion"].get("text", ""))
    middle = text.find(f" {heading}") if heading else text.find(" Exclusion Criteria")
    comparison.lay(version["inclusion"], Span(0, middle))
    comparison.lay(version["exclusion"], Span(middle, end))
    return comparison


class Span(NamedTuple):
    start: int
    end: int


class Comparison:
    """The words of a page's criteria, and which of them a tree accounts for.

    Statements, references, headings, remarks and quotas account for their own words. The whole sentence that
    a group repeats above its statements accounts for nothing: its words are the statements' to account for.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.claimed = bytearray(len(text))
        self.not_verbatim: list[str] = []

    def lay(self, node: Node, scope: Span) -> None:
        if node["identifier"].startswith(REGISTRY_FIELD):
            return
        own = pieces_of(node)
        if own != [""] and node["op"] != "lost":
            found = self.find(own, scope)
            if found is None:
                self.not_verbatim.append(f"{node['identifier']}: {node['text']}")
            elif any(all(piece in node["text"] for piece in pieces) for pieces in statements_below(node)):
                scope = found
            else:
                self.claim(own, scope)
                scope = Span(found.start, max(scope.end, found.end))
        for child in node.get("children", []):
            self.lay(child, scope)
        for remark in (node.get("note", ""), node.get("quota", ""), *node.get("warnings", [])):
            self.claim([normalised(remark)], scope)

    def find(self, pieces: list[str], scope: Span) -> Span | None:
        """Where the pieces of a text stand, from the first to the last."""
        places = [self.place(piece, scope) for piece in pieces]
        if None in places:
            return None
        spans = [place for place in places if place is not None]
        return Span(min(span.start for span in spans), max(span.end for span in spans))

    def claim(self, pieces: list[str], scope: Span) -> None:
        for piece in pieces:
            place = self.place(piece, scope)
            if place is not None:
                self.claimed[place.start : place.end] = b"\x01" * (place.end - place.start)

    def place(self, piece: str, scope: Span) -> Span | None:
        """Where a piece stands: rather in its scope than elsewhere, rather unclaimed than claimed."""
        for start, end in (scope, Span(0, len(self.text))):
            spans = _occurrences(piece, self.text, start, end)
            free = (span for span in spans if not all(self.claimed[span.start : span.end]))
            if spans:
                return next(free, spans[0])
        return None

    def unclaimed(self) -> list[str]:
        """The words of the page that no node accounts for, but for connecting ones."""
        kept = "".join(
            letter if not taken else "\n" for letter, taken in zip(self.text, self.claimed, strict=True)
        )
        stretches = (_EDGES.sub("", stretch) for stretch in kept.split("\n"))
        return [stretch for stretch in stretches if stretch]


def pieces_of(node: Node) -> list[str]:
    """The words of a node as they stand on the page: "…" joins pieces that do not stand together there."""
    return normalised(node.get("text", "")).split(" … ")


def statements_below(node: Node) -> Iterator[list[str]]:
    """The statements and references below a group, each in its pieces."""
    for child in node.get("children", []):
        if child["op"] in ("statement", "ref"):
            yield pieces_of(child)
        yield from statements_below(child)


@lru_cache(maxsize=100_000)
def _occurrences(piece: str, text: str, start: int, end: int) -> list[Span]:
    """Where a piece stands as whole words."""
    before = r"(?<!\w)" if piece[:1].isalnum() else ""
    after = r"(?!\w)" if piece[-1:].isalnum() else ""
    pattern = re.compile(before + re.escape(piece) + after)
    return [Span(*match.span()) for match in pattern.finditer(text, start, end)]
