"""Searching: what is found, in which order, how many there are, and how many under each choice beside it.

A search reads the index of this host as it is and never waits for it to be written.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from trials.models import Trial
from trials.searching import catching_up, queries
from trials.searching.facets import USUAL, Counted, counted
from trials.searching.index import Snapshot, folder
from trials.searching.interpreting import identified
from trials.searching.nearest import nearest_sites
from trials.searching.ordering import Ranked, order_of, position, ranked
from trials.searching.queries import Words
from trials.searching.results import (
    Building,
    Facet,
    FacetAsked,
    Hit,
    Kind,
    Nearest,
    Page,
    Results,
    Snippet,
    Suggestion,
)
from trials.searching.snippets import snippets_of
from trials.searching.sought import keyed
from trials.searching.suggesting import suggestions
from trials.searching.wanted import Sort, Wanted

# How far around is looked, in kilometres, before it is looked farther.
_FIRST_LOOK, _WIDER, _HALF_AROUND_THE_EARTH = 100.0, 4, 20_040.0
# Other words are worth offering if they find so many times as much.
_FAR_MORE = 5


def snapshot() -> Snapshot:
    catching_up.keep_up()
    return folder().snapshot()


def is_whole() -> bool:
    """Whether every trial can be found; not while the index is built for the first time."""
    return snapshot().complete


def revision() -> int:
    """How far what is searched now follows the database: see `trials.revisions`.

    While the index is built for the first time that says nothing, and all that there is counts as followed.
    """
    catching_up.keep_up()
    followed = folder().revision
    return catching_up.latest_revision() if followed is None else followed


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
        hits=_hits(now, wanted, words, ranked(now, wanted, words, found.total, first, count))
        if count
        else (),
        facets=found.facets,
        understanding=replace(
            words.understanding,
            goes_to=_goes_to(now, wanted.text),
            doubts=_doubts(now, wanted, words, found.total),
        ),
        building=_building(now),
    )


def page(wanted: Wanted, *, after: str = "", count: int = 25) -> Page:
    """For reading a long list part by part: `after` is the `following` of the part before.

    Raises `ordering.PositionError` where it is none.
    """
    now = snapshot()
    words, found = _read(now, wanted)
    here = ranked(now, wanted, words, found.total, 0, count + 1, after=after)
    listed = here[:count]
    return Page(
        total=found.total,
        hits=_hits(now, wanted, words, listed),
        following=position(wanted, words, listed, after=after) if len(here) > count else "",
    )


def count(wanted: Wanted) -> int:
    return _read(snapshot(), wanted)[1].total


def facet(wanted: Wanted, asked: FacetAsked) -> Facet:
    return _read(snapshot(), wanted, [asked])[1].facets[asked.name]


def known(name: str, values: Sequence[str]) -> set[str]:
    """Those of the values of a filter that any trial has."""
    searcher = snapshot().searcher
    return {value for value in values if searcher.doc_freq(name, value)}


def suggest(text: str, kinds: Sequence[Kind] = tuple(Kind), *, count: int = 8) -> list[Suggestion]:
    """Names that begin so, the commonest first; how common counts the trials that have them."""
    return suggestions(snapshot().searcher, text, kinds, count)


def snippets(results: Results) -> dict[int, Snippet]:
    """Of the hits, by their primary keys."""
    return snippets_of(results.understanding.terms, [hit.pk for hit in results.hits])


def nearest_beyond(wanted: Wanted) -> Nearest | None:
    """The nearest site of any trial that fits all but the distance; None where no such trial has a place."""
    if wanted.near is None:
        return None
    now = snapshot()
    words, _found = _read(now, replace(wanted, near=None))
    km = _FIRST_LOOK
    while True:
        around = replace(wanted, near=replace(wanted.near, km=km), sort=Sort.DISTANCE)
        hits = _hits(now, around, words, ranked(now, around, words, 0, 0, 10))
        if hits or km >= _HALF_AROUND_THE_EARTH:
            nearest = (hit.nearest for hit in hits if hit.nearest)
            return min(nearest, key=lambda found: found.km, default=None)
        km = min(_WIDER * km, _HALF_AROUND_THE_EARTH)


def _read(now: Snapshot, wanted: Wanted, facets: Sequence[FacetAsked] = ()) -> tuple[Words, Counted]:
    """The words, and what they find, in whatever order."""
    unordered = replace(wanted, sort=None, ascending=False)
    return now.answer(repr((unordered, facets)), lambda: _found(now, wanted, facets))


def _found(now: Snapshot, wanted: Wanted, facets: Sequence[FacetAsked]) -> tuple[Words, Counted]:
    """Mistakes are mended where filters are not to blame."""
    words = queries.words(now, wanted)
    found = counted(now, wanted, words, facets)
    if found.total or wanted.exact or not words.parts:
        return words, found
    alone = Wanted(text=wanted.text, areas=wanted.areas)
    if not counted(now, alone, words, ()).total:
        doubted = queries.words(now, wanted, doubting=True)
        if doubted.understanding.corrections and counted(now, alone, doubted, ()).total:
            return doubted, counted(now, wanted, doubted, facets)
    return words, found


def _doubts(now: Snapshot, wanted: Wanted, words: Words, total: int) -> tuple[tuple[str, str], ...]:
    """Words in the place of rare ones, with which far more would be found."""
    if not 0 < _FAR_MORE * total <= now.searcher.num_docs:
        return ()
    if wanted.exact or not wanted.text or words.understanding.corrections:
        return ()
    doubted = queries.words(now, wanted, doubting=True)
    offered = doubted.understanding.corrections
    if not offered or not all(typed in wanted.text for typed, _other in offered):
        return ()
    found = counted(now, wanted, doubted, ()).total
    return offered if found >= _FAR_MORE * total else ()


def _hits(now: Snapshot, wanted: Wanted, words: Words, found: Sequence[Ranked]) -> tuple[Hit, ...]:
    addresses = [one.address for one in found]
    keys = [int(key or 0) for key in now.searcher.fast_field_values("pk", addresses)]
    numbers = now.searcher.fast_field_values("number", addresses)
    near = nearest_sites(keys, wanted.near) if wanted.near else {}
    order = order_of(wanted, words)
    hits = [
        Hit(
            pk=key,
            nct_id=_nct_id(number),
            score=one.value if order is Sort.RELEVANCE else 0.0,
            nearest=near.get(key),
        )
        for key, number, one in zip(keys, numbers, found, strict=True)
    ]
    # The index has no order among equals.
    if order is Sort.RELEVANCE:
        hits.sort(key=lambda hit: (-hit.score, hit.nct_id))
    elif order is Sort.DISTANCE:
        hits.sort(key=_distance)
    return tuple(hits)


def _distance(hit: Hit) -> tuple[bool, float, str]:
    if hit.nearest is None:
        return True, math.inf, hit.nct_id
    return not hit.nearest.recruiting, hit.nearest.km, hit.nct_id


def _nct_id(number: float | None) -> str:
    return f"NCT{int(number or 0):08}"


def _goes_to(now: Snapshot, text: str) -> str:
    """The one trial whose number the whole text is."""
    identifier = identified(now.searcher, text)
    if not identifier:
        return ""
    found = now.searcher.search(keyed("identifier", [identifier]), 2)
    numbers = now.searcher.fast_field_values("number", [address for _score, address in found.hits])
    nct_ids = [_nct_id(number) for number in numbers]
    if identifier.upper() in nct_ids:
        return identifier.upper()
    return nct_ids[0] if len(nct_ids) == 1 else ""


def _building(now: Snapshot) -> Building | None:
    if now.complete:
        return None
    return Building(indexed=now.searcher.num_docs, trials=Trial.objects.count())
