"""Searching near a place, reading long lists, and counting conditions among very many."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trials_views.catalogue import add_trial
from trials.searching import catching_up, engine, facets
from trials.searching.index import Common, folder
from trials.searching.ordering import PositionError
from trials.searching.places import kilometres
from trials.searching.results import FacetAsked
from trials.searching.wanted import Near, Sort, Wanted

pytestmark = pytest.mark.django_db

RENNES, NANTES, PARIS, SYDNEY = (48.11, -1.68), (47.22, -1.55), (48.86, 2.35), (-33.87, 151.21)


def site(place: tuple[float, float], status: str) -> dict[str, Any]:
    point = {"lat": place[0], "lon": place[1]}
    return {"facility": "Hospital", "city": "There", "status": status, "geoPoint": point}


@pytest.fixture
def four_trials() -> None:
    """Nantes recruits, Rennes does not; both recruit; Sydney alone; nowhere."""
    add(1, site(NANTES, "RECRUITING"), site(RENNES, "COMPLETED"))
    add(2, site(PARIS, "RECRUITING"), site(NANTES, "RECRUITING"))
    add(3, site(SYDNEY, "RECRUITING"))
    add(4)


def add(number: int, *sites: dict[str, Any]) -> None:
    add_trial(
        f"NCT0000000{number}",
        contactsLocationsModule={"locations": list(sites)},
        conditionsModule={"conditions": ["Common", f"Rare {number % 3}"]},
        statusModule={"lastUpdatePostDateStruct": {"date": f"202{number}-01"}},
    )


def near(place: tuple[float, float], km: float | None, **more: Any) -> list[tuple[str, int, bool]]:
    results = engine.search(Wanted(near=Near(*place, km), sort=Sort.DISTANCE, **more), facets=())
    assert results.total == len(results.hits)
    return [
        (hit.nct_id[-1], round(hit.nearest.km), hit.nearest.recruiting) for hit in results.hits if hit.nearest
    ]


@pytest.mark.usefixtures("four_trials")
def test_the_nearest_site_that_recruits_comes_first() -> None:
    assert near(PARIS, 50) == [("2", 0, True)]
    assert near(RENNES, 50) == [("1", 0, False)]
    assert near(RENNES, 120) == [("1", 99, True), ("2", 99, True)]
    assert near(PARIS, None) == [("2", 0, True), ("1", 342, True), ("3", 16961, True)]
    assert near((0.0, 0.0), 100) == []
    wanted = Wanted("common", near=Near(*RENNES, 10), condition=["rare 0"])
    assert engine.count(wanted) == 0
    beyond = engine.nearest_beyond(wanted)
    assert beyond is not None
    assert (round(beyond.km, -3), beyond.recruiting) == (17000, True)
    assert engine.nearest_beyond(Wanted("nowhere", near=Near(*RENNES, 10))) is None
    assert engine.nearest_beyond(Wanted()) is None


def test_the_distance_of_two_places_is_that_on_the_globe() -> None:
    assert round(kilometres(*PARIS, *SYDNEY)) == 16961
    assert round(kilometres(0, 179.5, 0, -179.5), 1) == 111.2
    assert kilometres(*PARIS, *PARIS) == 0


@pytest.mark.usefixtures("four_trials")
def test_a_long_list_is_read_part_by_part_while_it_changes() -> None:
    wanted = Wanted(sort=Sort.UPDATED)
    first = engine.page(wanted, count=2)
    assert ([hit.nct_id[-1] for hit in first.hits], first.total) == (["4", "3"], 4)
    add(5)
    second = engine.page(wanted, after=first.following, count=2)
    assert [hit.nct_id[-1] for hit in second.hits] == ["2", "1"]
    assert (second.total, second.following) == (5, "")
    ascending = Wanted(sort=Sort.UPDATED, ascending=True)
    start = engine.page(ascending, count=4)
    assert [hit.nct_id[-1] for hit in start.hits] == ["1", "2", "3", "4"]
    assert [hit.nct_id[-1] for hit in engine.page(ascending, after=start.following).hits] == ["5"]
    for order in (Sort.RELEVANCE, Sort.TITLE, Sort.DISTANCE):
        listed, after = [], ""
        while True:
            part = engine.page(Wanted("common", sort=order), after=after, count=2)
            listed += [hit.nct_id for hit in part.hits]
            if not (after := part.following):
                break
        assert len(listed) == len(set(listed)) == 5
    with pytest.raises(PositionError):
        engine.page(wanted, after="-1")


@pytest.mark.usefixtures("four_trials")
def test_conditions_of_many_trials_are_counted_by_the_common_ones_where_that_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def counted(size: int) -> list[tuple[str, str, int]]:
        facet = engine.facet(Wanted(), FacetAsked("condition", size=size))
        return [(value.value, value.label, value.count) for value in facet.values]

    whole = [counted(size) for size in (1, 2, 3, 9)]
    assert whole[1] == [("common", "Common", 4), ("rare 1", "Rare 1", 2)]
    asked = []
    first = facets._first

    def noted(now: Any, query: Any, terms: Any, size: int) -> Any:
        asked.append(terms["field"])
        return first(now, query, terms, size)

    monkeypatch.setattr(facets, "_FEW", 0)
    monkeypatch.setattr(catching_up, "_COMMON", 2)
    monkeypatch.setattr(facets, "_first", noted)
    catching_up.rebuild()
    part = folder().writable()
    assert part.common == Common(frozenset({"common", "rare 1"}), counted=0, changed=4)
    part.common = Common(part.common.names, counted=1)
    folder()._snapshot = None
    assert [counted(size) for size in (1, 2, 3, 9)] == whole
    assert asked == ["common_condition_key", *["common_condition_key", "condition_key"] * 3]
