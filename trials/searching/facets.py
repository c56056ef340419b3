"""The choices of each filter, and how many trials each would find under all the other filters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from tantivy import Query

from trials.searching.counting import Counts, count_few, count_many, first, profiles
from trials.searching.index import Snapshot
from trials.searching.queries import Words, found_by, guessed
from trials.searching.results import Facet, FacetAsked, FacetOrder, FacetValue, Kind
from trials.searching.schema import PROFILES, key_of
from trials.searching.sought import every, keyed, number_of
from trials.searching.suggesting import suggestions
from trials.searching.synonyms import canonical
from trials.searching.wanted import FACETS, NOT_REPORTED, Wanted
from trials.text import folded

# All but the names of sponsors, which are too many to be of use in a list that nobody asked for.
USUAL = tuple(FacetAsked(name) for name in FACETS if name != "sponsor")
# Names, of which some are left out. Of other filters every value is counted.
_NAMES = frozenset({"condition", "sponsor"})
# Names that records write, by which a condition may be found under its own.
_OTHER_NAMES = 200
# More trials are counted in another way, which goes through them twice.
_FEW = 8_000


type Count = Callable[[Snapshot, Query, Collection[str], int], tuple[int, Counts]]


@dataclass(frozen=True)
class Counted:
    """How many trials there are, and how many under each choice."""

    total: int
    facets: dict[str, Facet]


def counted(now: Snapshot, wanted: Wanted, words: Words, asked: Sequence[FacetAsked]) -> Counted:
    """Filters in force are counted as if they were not, one by one; all the others together."""
    query = found_by(now, wanted, words)

    def counts_of(query: Query, guess: float, some: Sequence[FacetAsked]) -> tuple[int, Counts]:
        by_number = sum(_size(wanted, one) for one in some if _is_by_number(one))
        # Of fewer there can hardly be so many conditions that are commoner than any rare one.
        count: Count = count_few if guess <= max(_FEW, now.common.rare * by_number) else count_many
        total, counts = count(now, query, [one.name for one in some if one.name not in _NAMES], by_number)
        named = [one for one in some if one.name in _NAMES and not _is_by_number(one)]
        return total, counts | {one.name: _first(now, query, one, _size(wanted, one)) for one in named}

    free = [one for one in asked if not wanted.chosen(one.name)]
    if free:
        total, counts = counts_of(query, guessed(now, wanted, words), free)
    else:
        total, counts = number_of(now.searcher, query), {}
    in_force = [one for one in asked if wanted.chosen(one.name)]
    for profile, group in PROFILES.items():
        if names := [one.name for one in in_force if one.name in group]:
            counts |= _of_profile(now, wanted, found_by(now, wanted, words, but=names), profile, names)
    for one in in_force:
        if one.name not in counts:
            others = found_by(now, wanted, words, but=[one.name])
            counts |= counts_of(others, guessed(now, wanted.without(one.name), words), [one])[1]
            chosen = wanted.chosen(one.name)
            for name in chosen:
                alone = every([others, keyed(one.name, [name])])
                counts[one.name][name] = number_of(now.searcher, alone) if len(chosen) > 1 else total
    return Counted(total, {one.name: _facet(now, wanted, one, counts[one.name]) for one in asked})


def _is_by_number(one: FacetAsked) -> bool:
    """Whether the commonest are asked for of what has a number each."""
    return one.name == "condition" and not one.words and one.order is FacetOrder.COUNT


def _size(wanted: Wanted, one: FacetAsked) -> int:
    """One more than is listed tells that there are more; those chosen come apart from the others."""
    return one.size + 1 + len(wanted.chosen(one.name))


def _first(now: Snapshot, query: Query, one: FacetAsked, size: int) -> Counter[str]:
    """How many trials have the first names in the order asked for."""
    terms: dict[str, object] = {"field": one.name}
    if one.words:
        terms["include"] = _bearing(now, one)
    if one.order is FacetOrder.NAME:
        terms["order"] = {"_key": "asc"}
    return first(now.searcher, query, terms, size)


def _bearing(now: Snapshot, one: FacetAsked) -> str:
    """A pattern of the names that bear the words; conditions are found by what records call them, too."""
    if one.name != "condition":
        return f"(?i).*{re.escape(one.words)}.*"
    words = folded(one.words)
    written = suggestions(now.searcher, words, [Kind.CONDITION], _OTHER_NAMES)
    names = {canonical(each.text) for each in written} - {""}
    return "|".join([f".*{re.escape(words)}.*", *map(re.escape, sorted(names))])


def _of_profile(now: Snapshot, wanted: Wanted, query: Query, profile: str, names: Sequence[str]) -> Counts:
    """Filters in force that one profile tells, each under the others; `query` asks for none of them."""
    chosen = {name: frozenset(wanted.chosen(name)) for name in names}
    counts: Counts = {name: Counter() for name in names}
    for values, trials in profiles(now.searcher, query, profile):
        missed = [name for name in names if chosen[name].isdisjoint(values[name])]
        for name in missed or names:
            if missed in ([], [name]):
                for value in values[name]:
                    counts[name][value] += trials
    return counts


def _facet(now: Snapshot, wanted: Wanted, one: FacetAsked, counts: Counter[str]) -> Facet:
    chosen = wanted.chosen(one.name)
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
