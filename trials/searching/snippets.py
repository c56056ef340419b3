"""The part of each trial found in which the words sought stand, and those words marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from tantivy import Document, Query, Searcher, SnippetGenerator

from trials.models import Condition, Trial
from trials.searching.interpreting import says_nothing
from trials.searching.results import Parts, Snippet
from trials.searching.schema import SCHEMA

LONGEST = 240
_TITLES = ("brief_title", "official_title", "nickname", "acronym")
_CONDITIONS = ArraySubquery(
    Condition.objects.filter(trial=OuterRef("pk")).order_by("position").values("name")
)
_TEXTS = ("brief_summary", "plain_summary", "eligibility_text")
# Of CommonMark what would disturb in a line: escapes, and the signs of list items and of emphasis.
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SIGNS = re.compile(r"^\s*[*+-]\s+|\*\*", re.MULTILINE)


def snippets_of(searcher: Searcher, query: Query, trials: Sequence[int]) -> dict[int, Snippet]:
    """By trial: its title, and the best part of a text of it. Where no words are sought nothing is marked."""
    marking = SnippetGenerator.create(searcher, query, SCHEMA, "text")
    rows = Trial.objects.filter(pk__in=trials).order_by()
    found = {}
    for row in rows.values("pk", *_TITLES, *_TEXTS, names=_CONDITIONS):
        title = next((row[name] for name in _TITLES if row[name]), "")
        texts = [", ".join(row["names"]), *(_plain(row[name]) for name in _TEXTS)]
        found[row["pk"]] = Snippet(_marked(marking, _ESCAPE.sub(r"\1", title)), _best(marking, texts))
    return found


def _plain(text: str) -> str:
    return " ".join(_ESCAPE.sub(r"\1", _SIGNS.sub("", text)).split())


def _best(marking: SnippetGenerator, texts: Sequence[str]) -> Parts:
    """Of the first text that has any of the words; nothing where none has."""
    for text in texts:
        parts = _marked(marking, text, longest=LONGEST)
        if any(is_marked for _text, is_marked in parts):
            return parts
    return ()


def _marked(marking: SnippetGenerator, text: str, *, longest: int | None = None) -> Parts:
    """The whole text, or the part of it with most of the words."""
    composed = unicodedata.normalize("NFC", text)
    marking.set_max_num_chars(longest or 4 * len(composed) + 1)
    snippet = marking.snippet_from_doc(Document(text=composed))
    fragment = (snippet.fragment() if longest else composed).encode()
    spans = [(span.start, span.end) for span in snippet.highlighted()]
    # Names of several words are sought, too: "disorder of muscle" is no reason to mark each "of".
    spans = [(start, end) for start, end in spans if not says_nothing(fragment[start:end].decode())]
    if not spans:
        return ((composed, False),) if composed and not longest else ()
    return tuple(_parts(fragment, spans))


def _parts(fragment: bytes, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """`spans` are of bytes and may overlap."""
    end = 0
    for start, until in spans:
        if start > end:
            yield fragment[end:start].decode(), False
        if until > end:
            yield fragment[max(start, end) : until].decode(), True
        end = max(end, until)
    if end < len(fragment):
        yield fragment[end:].decode(), False
