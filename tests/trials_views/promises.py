"""What the page of any trial promises, whatever its record is like: found broken here, or not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import pairwise
from typing import Any

from django.db.models import TextChoices

from tests.trials_views.catalogue import text_of
from trials import vocabulary
from trials.reading.mending import with_signs

LARGEST = 150 * 1024
# Where a record has words of a vocabulary. In its texts, a name may look like one.
_ENUMERATED = {
    "allocation", "class", "infoTypes", "interventionModel", "ipdSharing", "lastKnownStatus", "masking",
    "observationalModel", "overallStatus", "phases", "primaryPurpose", "retention", "role", "samplingMethod",
    "sex", "status", "statusForNctId", "stdAges", "studyType", "timePerspective", "type", "typeAbbrev",
    "whoMasked",
}  # fmt: skip
_LEFT_OVER = {
    "an escape": r"\\[^\w\s]",
    "an entity": r"&(?:lt|gt|amp|quot|nbsp|#\d+);",
    "a character's code": r"\\u[0-9a-f]{4}",
    "a place-holder": r"\{\{|\{%",
    "a comment": r"<!--",
    "a value of Python": r"\[\]|PartialDate\(|None reported None|<lambda|object at 0x",
    "a private character": "[\ue000-\uf8ff]",
    "a bullet before a line": r"(?:^|\n)\s*[•▪●◦]",
}
_EMPTY = re.compile(r"<(h[1-6]|dd|dt|li|p|td|th|ul|ol|dl|section|tr|tbody)\b[^>]*>\s*</\1>")
# Said by the order of things, a page of sites at a time, or no words of the trial's.
_UNSAID = {
    "armGroupLabels", "interventionNames", "geoPoint", "filename", "browseLeaves", "browseBranches",
    "versionHolder", "submissionTracking", "modelPredictions", "firstMcpInfo", "locations",
    "locations_nested",
}  # fmt: skip


def broken(html: str, record: Mapping[str, Any]) -> list[str]:
    """A page's promises that it breaks, each in a few words."""
    text = text_of(html)
    found = [
        f"{name}: {_around(text, hit)}" for name, rx in _LEFT_OVER.items() if (hit := re.search(rx, text))
    ]
    found += [f"in capitals: {value}" for value in _values(record) if re.search(rf"\b{value}\b", text)]
    found += [f"empty: {hit[0][:60]}" for hit in [_EMPTY.search(html[html.index("<main") :])] if hit]
    ids = Counter(re.findall(r'\bid="([^"]+)"', html))
    found += [f"twice: {name}" for name, count in ids.items() if count > 1]
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    if any(below > above + 1 for above, below in pairwise(levels)):
        found.append("a level of headings is left out")
    if (size := len(html.encode())) > LARGEST:
        found.append(f"{size} bytes")
    return found


def unsaid(html: str, record: Mapping[str, Any]) -> list[str]:
    """Texts of a record that are not on its page, by where they stand."""
    said = _letters(text_of(html))
    links = unescape(html)
    return [
        f"{path}: {value[:80]}"
        for path, value in _texts("", {key: part for key, part in record.items() if key != "resultsSection"})
        if _letters(value) not in said and value.strip() not in links
    ]


def _values(record: object) -> set[str]:
    """Words of vocabularies that no reader should see as they are."""
    kinds = (kind for kind in vars(vocabulary).values() if isinstance(kind, type))
    known = {value for kind in kinds if issubclass(kind, TextChoices) for value in kind.values}
    given = {value for _path, value in _leaves("", record) if _path.rpartition(".")[2] in _ENUMERATED}
    return {value for value in known | given if re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)+", value)}


def _texts(path: str, part: object) -> Iterator[tuple[str, str]]:
    for where, value in _leaves(path, part):
        keys = set(where.split("."))
        dated = re.fullmatch(r"\d{4}(-\d\d){0,2}(T.*)?", value)
        if not dated and not keys & _UNSAID and where.rpartition(".")[2] not in _ENUMERATED:
            yield where, value


def _leaves(path: str, part: object) -> Iterator[tuple[str, str]]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield from _leaves(f"{path}.{key}", value)
    elif isinstance(part, list):
        for value in part:
            yield from _leaves(path, value)
    elif isinstance(part, str):
        yield path, part


def _letters(text: str) -> str:
    """What is compared: marks of lists, escapes, numbers of items and spaces aside."""
    signs = unescape(unescape(with_signs(text)))
    plain = re.sub(r"(?m)<!--.*?-->|^\s*o (?=[A-Z])", "", signs)
    return re.sub(r"[\W\d_]+", "", plain).casefold()


def _around(text: str, hit: re.Match[str]) -> str:
    return text[max(0, hit.start() - 30) : hit.end() + 30]
