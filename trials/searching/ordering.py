"""In which order trials are found, and how to go on after one of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tantivy import DocAddress, FieldType, Occur, Order, Query, SearchResult

from trials.searching import queries, sought
from trials.searching.index import Snapshot
from trials.searching.places import Place
from trials.searching.queries import Words
from trials.searching.schema import SCHEMA
from trials.searching.sought import every, is_affirmative, keyed
from trials.searching.wanted import Area, Near, Sort, Wanted

# Columns in whose order trials can be listed. Each value is one trial's alone.
_COLUMNS = {Sort.UPDATED: "updated", Sort.START: "start", Sort.TITLE: "title_order"}
# Sorted by distance, what lies this near each other in kilometres counts as equally far ...
_RING = 1.0
# ... and farther away what differs by less than this share.
_RING_SHARE = 0.02
# Of more trials those with the words in their titles come first, and of the others it takes long, and says
# little, to weigh where else the words stand; of very many that holds for the first, too.
_MANY, _VERY_MANY = 5_000, 20_000
# By so much their scores are higher than any other: the two are made in different ways.
_TITLED = 10_000.0


class PositionError(ValueError):
    """A position in a list that no list has."""


@dataclass(frozen=True)
class Ranked:
    """What the order rests on, a score or the value of a column, and where the trial is in the index."""

    value: Any
    address: DocAddress


def order_of(wanted: Wanted, words: Words) -> Sort:
    """The order asked for, as far as the search has what it takes."""
    order = wanted.order
    if (order is Sort.RELEVANCE and not words.parts) or (order is Sort.DISTANCE and wanted.near is None):
        return Sort.UPDATED
    return order


def ranked(
    now: Snapshot, wanted: Wanted, words: Words, total: int, first: int, count: int, *, after: str = ""
) -> list[Ranked]:
    """Beyond `after`, a position, the trials `first` to `first + count` of `total`."""
    order = order_of(wanted, words)
    narrowing = queries.filters(now, wanted)
    column = _COLUMNS.get(order)
    if column is None:
        many = total > _MANY
        query = _scored(now, wanted, words, narrowing, order, boosted=not many)
        skipped = first + _number(after)
        titled = _titled(words, narrowing, total) if many and order is Sort.RELEVANCE else None
        if titled is not None:
            return _titled_first(now, titled, query, skipped, count)
        found = now.searcher.search(query, count, count=False, offset=skipped)
    else:
        ascending = wanted.ascending is not (order is Sort.TITLE)
        beyond = [_beyond(column, _number(after), ascending)] if after and order is not Sort.TITLE else []
        found = now.searcher.search(
            every([*words.queries(), *narrowing, *beyond]),
            count,
            count=False,
            offset=first if beyond else first + _number(after),
            order_by_field=column,
            order=Order.Asc if ascending else Order.Desc,
        )
    return _ranked(found)


def _ranked(found: SearchResult) -> list[Ranked]:
    return [Ranked(value, address) for value, address in found.hits]


def _titled_first(now: Snapshot, titled: Query, query: Query, skipped: int, count: int) -> list[Ranked]:
    found: Any = now.searcher.search(titled, count, offset=skipped)
    here = [Ranked(one.value + _TITLED, one.address) for one in _ranked(found)]
    if len(here) < count:
        others = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, titled)])
        beyond = max(0, skipped - found.count)
        here += _ranked(now.searcher.search(others, count - len(here), count=False, offset=beyond))
    return here


def position(wanted: Wanted, words: Words, found: list[Ranked], *, after: str = "") -> str:
    """Where a list goes on after these.

    In order of a date it is the last trial's own, so what changes before it shifts nothing; in any other
    order it is how many there were.
    """
    if order_of(wanted, words) in (Sort.UPDATED, Sort.START):
        return str(found[-1].value)
    return str(_number(after) + len(found))


def _number(position: str) -> int:
    if not position:
        return 0
    if not (position.isascii() and position.isdecimal() and len(position) < 20):
        raise PositionError(position)
    return int(position)


def _beyond(column: str, value: int, ascending: bool) -> Query:
    lowest, highest = (value + 1, None) if ascending else (0, max(0, value - 1))
    return Query.range_query(SCHEMA, column, FieldType.Unsigned, lower_bound=lowest, upper_bound=highest)


def _scored(
    now: Snapshot, wanted: Wanted, words: Words, narrowing: list[Query], order: Sort, *, boosted: bool
) -> Query:
    if order is Sort.RELEVANCE or wanted.near is None:
        given = queries.unscored(queries.selective(now, wanted))
        found = every([*words.queries(given=given), *queries.unscored(narrowing)])
        return _boosted(found, words) if boosted else found
    fitting = Query.const_score_query(queries.found_by(now, wanted, words), 0.0)
    return Query.boolean_query([(Occur.Must, fitting), (Occur.Should, _by_distance(now, wanted.near))])


def _titled(words: Words, narrowing: list[Query], total: int) -> Query | None:
    """What is found and has the words in its title, where that can be told by the titles alone."""
    if not all(area is Area.ANYWHERE and is_affirmative(part) for area, part in words.parts):
        return None
    there = [sought.query(part, Area.TITLE) for _area, part in words.parts]
    if total > _VERY_MANY:
        return every([*there, *queries.unscored(narrowing)])
    return _boosted(every(queries.unscored([*there, *narrowing])), words)


def _boosted(found: Query, words: Words) -> Query:
    return Query.boolean_query([(Occur.Must, found), *((Occur.Should, each) for each in words.boosts())])


def _by_distance(now: Snapshot, near: Near) -> Query:
    """A score that falls with the distance of the nearest site that recruits; then come the others."""
    rings: dict[int, list[Place]] = {}
    for place in now.places.within(near.latitude, near.longitude, near.km):
        rings.setdefault(_ring(place.km), []).append(place)
    farthest = max(rings, default=0) + 1
    parts = []
    for ring, inside in rings.items():
        keys = [place.key for place in inside]
        parts.append(Query.const_score_query(keyed("place", keys), float(farthest - ring)))
        parts.append(Query.const_score_query(keyed("recruiting_place", keys), float(2 * farthest - ring)))
    return Query.disjunction_max_query(parts) if parts else Query.empty_query()


def _ring(km: float) -> int:
    linear = _RING / _RING_SHARE
    if km < linear:
        return int(km / _RING)
    return int(linear / _RING + math.log(km / linear) / math.log1p(_RING_SHARE))
