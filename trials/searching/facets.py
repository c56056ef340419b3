"""How many trials each choice of a filter would find, under all the other filters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import Query, Searcher

from trials.searching.index import Snapshot
from trials.searching.queries import Words, found_by
from trials.searching.results import Facet, FacetAsked, FacetOrder, FacetValue
from trials.searching.schema import (
    COMBINED,
    COMMON_KEY,
    CONDITION_KEY,
    COUNTRY_ALONE,
    COUNTRY_AMONG,
    JOINT,
    SEVERAL,
    combination,
    key_of,
)
from trials.searching.sought import every, keyed, number_of
from trials.searching.wanted import FACETS, NOT_REPORTED, Wanted
from trials.text import folded

# All but the names of sponsors, which are too many to be of use in a list that nobody asked for.
USUAL = tuple(FacetAsked(name) for name in FACETS if name != "sponsor")
# Names, of which some are left out. Of other filters every value is counted.
_NAMES = frozenset({"condition", "sponsor"})
# Every segment of the index tells all its values, or their sum would be too low.
_ALL = {"size": 65_000, "segment_size": 65_000}
# Of more trials the conditions are counted among the common ones first.
_FEW = 20_000
_TOTAL = "total"

type Terms = dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """How many trials there are, and how many under each choice."""

    total: int
    facets: dict[str, Facet]


def counted(now: Snapshot, wanted: Wanted, words: Words, asked: Sequence[FacetAsked]) -> Counted:
    """Filters in force are counted as if they were not, one by one; all the others together."""
    free = [one for one in asked if not wanted.chosen(one.name)]
    total, found = _counted(now, found_by(now, wanted, words), free)
    for one in asked:
        if chosen := wanted.chosen(one.name):
            query = found_by(now, wanted, words, but=one.name)
            found |= _counted(now, query, [one], chosen)[1]
    return Counted(total, {one.name: found[one.name] for one in asked})


def _counted(
    now: Snapshot, query: Query, asked: Sequence[FacetAsked], chosen: Sequence[str] = ()
) -> tuple[int, dict[str, Facet]]:
    total, counts = _enumerated(now.searcher, query, [one.name for one in asked if one.name not in _NAMES])
    for one in asked:
        if one.name in _NAMES:
            counts[one.name] = _named(now, query, total, one, chosen)
    return total, {one.name: _facet(now, one, counts[one.name], chosen) for one in asked}


def _enumerated(
    searcher: Searcher, query: Query, names: Sequence[str]
) -> tuple[int, dict[str, Counter[str]]]:
    """How many trials, and how many have each value of these filters."""
    if not names:
        return number_of(searcher, query), {}
    parts: dict[str, Any] = {_TOTAL: {"value_count": {"field": "pk"}}}
    for name in names:
        field = combination(name) if name in COMBINED else COUNTRY_ALONE if name == "country" else name
        parts[name] = {"terms": {"field": field, **_ALL}}
    if "country" in names:
        among = {COUNTRY_AMONG: {"terms": {"field": COUNTRY_AMONG, **_ALL}}}
        parts[SEVERAL] = {"filter": f"{COUNTRY_ALONE}:{SEVERAL}", "aggs": among}
    answer = searcher.aggregate(query, parts)
    counts: dict[str, Counter[str]] = {}
    for name in names:
        counts[name] = Counter()
        for bucket in answer[name]["buckets"]:
            for value in bucket["key"].split(JOINT):
                counts[name][value] += int(bucket["doc_count"])
    if "country" in names:
        del counts["country"][SEVERAL], counts["country"][""]
        for bucket in answer[SEVERAL][COUNTRY_AMONG]["buckets"]:
            counts["country"][bucket["key"]] += int(bucket["doc_count"])
    return int(answer[_TOTAL]["value"]), counts


def _named(now: Snapshot, query: Query, total: int, one: FacetAsked, chosen: Sequence[str]) -> Counter[str]:
    """How many trials have the first names in the order asked for, and how many those chosen."""
    # Those chosen come apart, so others are asked for beyond them.
    size = one.size + 1 + len(chosen)
    if one.words:
        found = _first(now, query, {"field": one.name, "include": _bearing(one), **_order(one)}, size)
    elif one.order is FacetOrder.NAME:
        found = _first(now, query, {"field": one.name, **_order(one)}, size)
    elif one.name == "condition":
        found = _conditions(now, query, total, size)
    else:
        found = _first(now, query, {"field": one.name}, size)
    for name in chosen:
        found[name] = number_of(now.searcher, every([query, keyed(one.name, [name])]))
    return found


def _conditions(now: Snapshot, query: Query, total: int, size: int) -> Counter[str]:
    """The commonest. All others are rarer than `now.rare`, so the common ones may be all that it takes."""
    if total > _FEW:
        found = _first(now, query, {"field": COMMON_KEY}, size)
        if len(found) == size and min(found.values()) > now.rare:
            return found
    return _first(now, query, {"field": CONDITION_KEY}, size)


def _order(one: FacetAsked) -> Terms:
    return {"order": {"_key": "asc"}} if one.order is FacetOrder.NAME else {}


def _first(now: Snapshot, query: Query, terms: Terms, size: int) -> Counter[str]:
    whole = {**terms, **_ALL, "size": size}
    buckets = now.searcher.aggregate(query, {"names": {"terms": whole}})["names"]["buckets"]
    is_key = terms["field"] in (CONDITION_KEY, COMMON_KEY)
    return Counter(
        {
            now.condition(int(bucket["key"])).name if is_key else bucket["key"]: int(bucket["doc_count"])
            for bucket in buckets
        }
    )


def _bearing(one: FacetAsked) -> str:
    words = folded(one.words) if one.name == "condition" else one.words
    return f"(?i).*{re.escape(words)}.*"


def _facet(now: Snapshot, one: FacetAsked, counts: Counter[str], chosen: Sequence[str]) -> Facet:
    values = [
        FacetValue(value, _label(now, one.name, value), counts[value])
        for value in dict.fromkeys([*chosen, *counts])
        if one.name != "sex" or value != NOT_REPORTED
    ]
    if one.name not in _NAMES and one.words:
        values = [value for value in values if folded(one.words) in folded(value.label)]
    if one.order is FacetOrder.NAME:
        values.sort(key=lambda value: folded(value.label))
    else:
        values.sort(key=lambda value: (-value.count, value.label.casefold()))
    others = [value.value for value in values if value.value not in chosen]
    left_out = set(others[one.size :])
    listed = tuple(value for value in values if value.value not in left_out)
    return Facet(one.name, listed, has_more=bool(left_out))


def _label(now: Snapshot, name: str, value: str) -> str:
    return now.condition(key_of(value)).label or value if name == "condition" else value
