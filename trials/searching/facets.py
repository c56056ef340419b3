"""How many trials each choice of a filter would find, under all the other filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tantivy import Query, Searcher

from trials.searching.documents import SEPARATOR
from trials.searching.index import Snapshot
from trials.searching.queries import Words, found_by
from trials.searching.results import Facet, FacetAsked, FacetOrder, FacetValue, Kind
from trials.searching.wanted import FACETS, Wanted
from trials.text import folded

USUAL = tuple(FacetAsked(name) for name in FACETS)
# Every segment of the index reports so many of its values: what is rarer in all of them is on no list.
_PER_SEGMENT = 5_000
# Names alone have so many values that some are left out.
_NAMES = frozenset({"condition", "sponsor", "country"})


def facets_of(now: Snapshot, wanted: Wanted, words: Words, asked: Sequence[FacetAsked]) -> dict[str, Facet]:
    """Filters in force are counted as if they were not, one by one; all the others together."""
    free = [one for one in asked if not wanted.chosen(one.name)]
    found = _counted(now, found_by(now, wanted, words), free)
    for one in asked:
        if wanted.chosen(one.name):
            query = found_by(now, wanted, words, but=one.name)
            found |= _counted(now, query, [one], chosen=wanted.chosen(one.name))
    return {one.name: found[one.name] for one in asked}


def _counted(
    now: Snapshot, query: Query, asked: Sequence[FacetAsked], chosen: Sequence[str] = ()
) -> dict[str, Facet]:
    if not asked:
        return {}
    parts: dict[str, Any] = {one.name: {"terms": _terms(one)} for one in asked}
    for one in asked:
        if chosen:
            parts[f"{one.name} chosen"] = {"terms": {"field": one.name, "include": list(chosen)}}
    answer = now.searcher.aggregate(query, parts)
    return {
        one.name: _facet(
            now.searcher,
            one,
            answer[one.name]["buckets"],
            answer[f"{one.name} chosen"]["buckets"] if chosen else [],
            chosen,
        )
        for one in asked
    }


def _terms(one: FacetAsked) -> dict[str, Any]:
    terms: dict[str, Any] = {"field": one.name, "size": one.size + 1, "segment_size": _PER_SEGMENT}
    if one.order is FacetOrder.NAME:
        terms |= {"order": {"_key": "asc"}}
    if one.words:
        terms |= {"include": f"(?i).*{re.escape(folded(one.words))}.*"}
    return terms


def _facet(
    searcher: Searcher,
    one: FacetAsked,
    buckets: list[dict[str, Any]],
    of_chosen: list[dict[str, Any]],
    chosen: Sequence[str],
) -> Facet:
    counts = {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}
    listed = dict(list(counts.items())[: one.size])
    listed |= dict.fromkeys(chosen, 0) | {
        str(bucket["key"]): int(bucket["doc_count"]) for bucket in of_chosen
    }
    values = [
        FacetValue(value, _label(searcher, value) if one.name == "condition" else value, number)
        for value, number in listed.items()
    ]
    if one.order is FacetOrder.NAME:
        values.sort(key=lambda value: folded(value.label))
    else:
        values.sort(key=lambda value: (-value.count, folded(value.label)))
    return Facet(one.name, tuple(values), has_more=len(counts) > one.size)


def _label(searcher: Searcher, condition: str) -> str:
    """How most records write a condition; by its key where it is too long to have a label."""
    prefix = f"{Kind.CONDITION}{SEPARATOR}{condition}{SEPARATOR}"
    spellings = searcher.terms_with_prefix("label", prefix)
    if not spellings:
        return condition
    label, _trials = max(spellings, key=lambda found: found[1])
    return label.removeprefix(prefix)
