"""How many trials of a query have each value of a filter, in as few passes through them as it takes.

Where they are many, what counts is how a field is laid out: `schema` says which are fast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from tantivy import Query, Searcher

from trials.searching.index import Snapshot
from trials.searching.schema import (
    BETWEEN,
    COMMON,
    CONDITION_KEY,
    JOINT,
    PROFILES,
    WIDE,
    columns,
)
from trials.searching.sought import every, keyed

# Every segment of the index tells all its values, or their sum would be too low.
_ALL = 65_000
_NOTHING = ("", 0)

type Counts = dict[str, Counter[str]]
type Terms = dict[str, Any]
# Of some trials: by filter, the values that they have.
type Profile = Mapping[str, tuple[str, ...]]


def count_few(now: Snapshot, query: Query, names: Collection[str], conditions: int) -> tuple[int, Counts]:
    """How many trials there are, how many have each value of these filters, and each of so many of the
    commonest conditions, if any.
    """
    parts = {profile: _terms(profile) for profile in _profiles_of(names)}
    if "country" in names:
        parts["country"] = _terms("country")
    if conditions:
        parts[CONDITION_KEY] = _terms(CONDITION_KEY, conditions)
    answer = now.searcher.aggregate(query, parts)
    total, counts = _profiled(answer, names)
    if "country" in names:
        counts["country"] = _summed(answer, ["country"])
    if conditions:
        counts["condition"] = _named(now, answer)
    return total, counts


def count_many(now: Snapshot, query: Query, names: Collection[str], conditions: int) -> tuple[int, Counts]:
    """The same of very many, by columns; only trials that do not fit in those are counted by their lists."""
    by_columns = {"country": columns("country")} if "country" in names else {}
    by_columns |= {COMMON: columns(COMMON)} if conditions else {}
    parts = {profile: _terms(profile) for profile in _profiles_of(names)}
    parts |= {field: _terms(field) for fields in by_columns.values() for field in fields}
    answer = now.searcher.aggregate(query, parts)
    total, counts = _profiled(answer, names)
    if by_columns:
        wide = every([query, keyed(WIDE, ["yes"])])
        answer |= now.searcher.aggregate(wide, {field: _terms(field) for field in by_columns})
    summed = {name: _summed(answer, [name, *fields]) for name, fields in by_columns.items()}
    if "country" in names:
        counts["country"] = summed["country"]
    if conditions:
        found = summed[COMMON].most_common(conditions)
        # Any other is rarer than that, so the common ones may be all that it takes.
        if len(found) == conditions and found[-1][1] > now.common.rare:
            counts["condition"] = Counter({now.common.names[number - 1]: trials for number, trials in found})
        else:
            answer = now.searcher.aggregate(query, {CONDITION_KEY: _terms(CONDITION_KEY, conditions)})
            counts["condition"] = _named(now, answer)
    return total, counts


def profiles(searcher: Searcher, query: Query, profile: str) -> Iterator[tuple[Profile, int]]:
    """What different trials there are as far as one profile tells, and how many of each."""
    return _buckets(searcher.aggregate(query, {profile: _terms(profile)}), profile)


def first(searcher: Searcher, query: Query, terms: Terms, size: int) -> Counter[str]:
    """The first names of a field in the order that `terms` ask for, with their trials."""
    answer = searcher.aggregate(query, {"names": {"terms": {**terms, **_sizes(size)}}})
    return Counter({bucket["key"]: int(bucket["doc_count"]) for bucket in answer["names"]["buckets"]})


def _terms(field: str, size: int = _ALL) -> Terms:
    return {"terms": {"field": field, **_sizes(size)}}


def _sizes(size: int) -> dict[str, int]:
    return {"size": size, "segment_size": _ALL}


def _profiles_of(names: Collection[str]) -> list[str]:
    """Those that tell these filters, or at least one, since each tells how many trials there are."""
    found = [profile for profile, group in PROFILES.items() if not set(group).isdisjoint(names)]
    return found or list(PROFILES)[:1]


def _profiled(answer: Mapping[str, Any], names: Collection[str]) -> tuple[int, Counts]:
    found: dict[str, int] = {}
    total = 0
    for profile in _profiles_of(names):
        total = 0
        for bucket in answer[profile]["buckets"]:
            trials = bucket["doc_count"]
            total += trials
            for named in _named_values(profile, bucket["key"]):
                found[named] = found.get(named, 0) + trials
    counts: Counts = {name: Counter() for group in PROFILES.values() for name in group if name in names}
    for named, trials in found.items():
        name, _between, value = named.partition(BETWEEN)
        if name in counts:
            counts[name][value] = trials
    return total, counts


def _buckets(answer: Mapping[str, Any], profile: str) -> Iterator[tuple[Profile, int]]:
    for bucket in answer[profile]["buckets"]:
        yield _parted(profile, bucket["key"]), int(bucket["doc_count"])


@lru_cache(maxsize=20_000)
def _parted(profile: str, written: str) -> Profile:
    parts = written.split(BETWEEN)
    return {name: tuple(part.split(JOINT)) for name, part in zip(PROFILES[profile], parts, strict=True)}


@lru_cache(maxsize=20_000)
def _named_values(profile: str, written: str) -> tuple[str, ...]:
    """Each value that such trials have, behind its filter's name."""
    found = _parted(profile, written)
    return tuple(f"{name}{BETWEEN}{value}" for name, values in found.items() for value in values)


def _summed(answer: Mapping[str, Any], fields: Collection[str]) -> Counter[Any]:
    found: dict[Any, int] = {}
    for field in fields:
        for bucket in answer[field]["buckets"]:
            key = bucket["key"]
            found[key] = found.get(key, 0) + bucket["doc_count"]
    for nothing in _NOTHING:
        found.pop(nothing, None)
    return Counter(found)


def _named(now: Snapshot, answer: Mapping[str, Any]) -> Counter[str]:
    buckets = answer[CONDITION_KEY]["buckets"]
    return Counter({now.condition(int(bucket["key"])).name: int(bucket["doc_count"]) for bucket in buckets})
