"""Searching: what is found, in which order, how many there are, and how many under each choice beside it.

A search reads the index of this host as it is and never waits for it to be written.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tantivy import Occur, Order, Query

from trials.models import Trial
from trials.searching import catching_up, queries
from trials.searching.facets import USUAL, Counted, counted
from trials.searching.index import Snapshot, folder
from trials.searching.interpreting import identified
from trials.searching.nearest import nearest_sites
from trials.searching.places import Place
from trials.searching.queries import Words
from trials.searching.results import (
    Building,
    Facet,
    FacetAsked,
    Hit,
    Kind,
    Nearest,
    Results,
    Snippet,
    Suggestion,
)
from trials.searching.snippets import snippets_of
from trials.searching.sought import every, keyed, some
from trials.searching.suggesting import suggestions
from trials.searching.wanted import Near, Sort, Wanted

# Sorted by distance, what is this near each other in kilometres counts as equally far ...
_RING = 1.0
# ... and farther away what differs by less than this share.
_RING_SHARE = 0.02
_FIRST_LOOK, _HALF_AROUND_THE_EARTH = 100.0, 20_040.0


def snapshot() -> Snapshot:
    catching_up.keep_up()
    return folder().snapshot()


def search(
    wanted: Wanted, *, first: int = 0, count: int = 25, facets: Sequence[FacetAsked] = USUAL
) -> Results:
    """Hits `first` to `first + count` in their order, how many there are in all, and counts under choices.

    Where nothing has the words as typed, likely mistakes are mended first, unless `wanted.exact`.
    """
    now = snapshot()
    words, found = _read(now, wanted, facets)
    return Results(
        total=found.total,
        hits=_hits(now, wanted, words, first, count) if found.total and count else (),
        facets=found.facets,
        understanding=replace(words.understanding, goes_to=_goes_to(now, wanted.text)),
        building=_building(now),
    )


def count(wanted: Wanted) -> int:
    return search(wanted, count=0, facets=()).total


def facet(wanted: Wanted, asked: FacetAsked) -> Facet:
    now = snapshot()
    _words, found = _read(now, wanted, [asked])
    return found.facets[asked.name]


def known(name: str, values: Sequence[str]) -> set[str]:
    """Those of the values of a filter that any trial has."""
    searcher = snapshot().searcher
    return {value for value in values if searcher.doc_freq(name, value)}


def suggest(text: str, kinds: Sequence[Kind] = tuple(Kind), *, count: int = 8) -> list[Suggestion]:
    return suggestions(snapshot().searcher, text, kinds, count)


def snippets(wanted: Wanted, results: Results) -> dict[int, Snippet]:
    """Of the hits, by their primary keys."""
    now = snapshot()
    words, _found = _read(now, wanted)
    sought_words = every(list(words.queries(scored=True)))
    return snippets_of(now.searcher, sought_words, [hit.pk for hit in results.hits])


def nearest_beyond(wanted: Wanted) -> Nearest | None:
    """The nearest site of any trial that fits all but the distance; None where no such trial has a place."""
    if wanted.near is None:
        return None
    now = snapshot()
    words = queries.words(now, wanted)
    km = _FIRST_LOOK
    while True:
        around = replace(wanted, near=replace(wanted.near, km=km))
        total = _total(now, around, words)
        if total:
            hits = _hits(now, replace(around, sort=Sort.DISTANCE), words, 0, 10)
            return min((hit.nearest for hit in hits if hit.nearest), key=lambda found: found.km, default=None)
        if km >= _HALF_AROUND_THE_EARTH:
            return None
        km = min(4 * km, _HALF_AROUND_THE_EARTH)


def _read(now: Snapshot, wanted: Wanted, facets: Sequence[FacetAsked] = ()) -> tuple[Words, Counted]:
    """The words, and what they find. Mistakes are mended where filters are not to blame."""
    words = queries.words(now, wanted)
    found = counted(now, wanted, words, facets)
    if found.total or wanted.exact or not words.parts:
        return words, found
    alone = Wanted(text=wanted.text, areas=wanted.areas)
    if not _total(now, alone, words):
        doubted = queries.words(now, wanted, doubting=True)
        if doubted.understanding.corrections and _total(now, alone, doubted):
            return doubted, counted(now, wanted, doubted, facets)
    return words, found


def _total(now: Snapshot, wanted: Wanted, words: Words) -> int:
    return counted(now, wanted, words, ()).total


def _hits(now: Snapshot, wanted: Wanted, words: Words, first: int, count: int) -> tuple[Hit, ...]:
    searcher = now.searcher
    narrowing = queries.filters(now, wanted)
    order = wanted.order
    if order is Sort.RELEVANCE:
        query = every([*words.queries(scored=True), *queries.unscored(narrowing)])
        found = searcher.search(query, count, count=False, offset=first)
    elif order is Sort.DISTANCE and wanted.near is not None:
        query = Query.boolean_query(
            [
                (Occur.Must, Query.const_score_query(every([*words.queries(scored=False), *narrowing]), 0.0)),
                (Occur.Should, _by_distance(now, wanted.near)),
            ]
        )
        found = searcher.search(query, count, count=False, offset=first)
    else:
        name = {Sort.START: "start", Sort.TITLE: "title_order"}.get(order, "updated")
        ascending = wanted.ascending is not (order is Sort.TITLE)
        found = searcher.search(
            every([*words.queries(scored=False), *narrowing]),
            count,
            count=False,
            offset=first,
            order_by_field=name,
            order=Order.Asc if ascending else Order.Desc,
        )
    addresses = [address for _score, address in found.hits]
    scores = [score if isinstance(score, float) else 0.0 for score, _address in found.hits]
    keys = searcher.fast_field_values("pk", addresses)
    numbers = searcher.fast_field_values("number", addresses)
    near = nearest_sites([int(key or 0) for key in keys], wanted.near) if wanted.near else {}
    hits = [
        Hit(
            pk=int(key or 0), nct_id=f"NCT{int(number or 0):08}", score=score, nearest=near.get(int(key or 0))
        )
        for key, number, score in zip(keys, numbers, scores, strict=True)
    ]
    if order is Sort.RELEVANCE:
        hits.sort(key=lambda hit: (-hit.score, hit.nct_id))
    elif order is Sort.DISTANCE:
        hits.sort(key=_distance)
    return tuple(hits)


def _distance(hit: Hit) -> tuple[bool, float, str]:
    nearest = hit.nearest
    if nearest is None:
        return True, math.inf, hit.nct_id
    return not nearest.recruiting, nearest.km, hit.nct_id


def _by_distance(now: Snapshot, near: Near) -> Query:
    """A score that falls with the distance of the nearest site that recruits; then come the others."""
    places = now.places.within(near.latitude, near.longitude, near.km)
    rings: dict[int, list[Place]] = {}
    for place in places:
        rings.setdefault(_ring(place.km), []).append(place)
    farthest = max(rings, default=0) + 1
    parts = []
    for ring, inside in rings.items():
        keys = [place.key for place in inside]
        parts.append(Query.const_score_query(keyed("place", keys), float(farthest - ring)))
        parts.append(Query.const_score_query(keyed("recruiting_place", keys), float(2 * farthest - ring)))
    return Query.disjunction_max_query(parts) if parts else some([])


def _ring(km: float) -> int:
    linear = _RING / _RING_SHARE
    if km < linear:
        return int(km / _RING)
    return int(linear / _RING + math.log(km / linear) / math.log1p(_RING_SHARE))


def _goes_to(now: Snapshot, text: str) -> str:
    """The one trial whose number the whole text is."""
    for identifier in identified(now.searcher, text):
        found = now.searcher.search(keyed("identifier", [identifier]), 2)
        numbers = now.searcher.fast_field_values("number", [address for _score, address in found.hits])
        ids = [f"NCT{int(number or 0):08}" for number in numbers]
        if identifier.upper() in ids:
            return identifier.upper()
        if len(ids) == 1:
            return ids[0]
    return ""


def _building(now: Snapshot) -> Building | None:
    if now.complete:
        return None
    return Building(indexed=now.searcher.num_docs, trials=Trial.objects.count())
