"""Searching near a place, reading long lists, and counting conditions among very many."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trials_views.catalogue import add_trial
from trials.searching import catching_up, counting, engine, facets, ordering
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


def add(number: int, *sites: dict[str, Any], overall: str = "RECRUITING") -> None:
    add_trial(
        f"NCT0000000{number}",
        contactsLocationsModule={"locations": list(sites)},
        conditionsModule={"conditions": ["Common", f"Rare {number % 3}"]},
        statusModule={
            "overallStatus": overall,
            "lastUpdatePostDateStruct": {"date": f"202{number}-01"},
        },
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


def test_a_site_of_a_trial_that_is_not_open_does_not_recruit() -> None:
    """As records have it that nobody has kept for years; where nothing is said of the trial, it does."""
    add(1, site(PARIS, "RECRUITING"))
    add(2, site(NANTES, "RECRUITING"), overall="UNKNOWN")
    add(3, site(RENNES, "COMPLETED"), site(PARIS, "RECRUITING"), overall="COMPLETED")
    add(4, site(SYDNEY, "RECRUITING"), overall="")
    assert near(RENNES, None) == [("1", 308, True), ("4", 17266, True), ("3", 0, False), ("2", 99, False)]


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


def test_of_many_trials_those_with_the_words_in_their_titles_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(1, 6):
        add_trial(
            f"NCT0000000{number}",
            identificationModule={"briefTitle": "Zebras" if number in (2, 5) else "Okapis"},
            descriptionModule={"briefSummary": "Zebras, zebras and zebras"},
        )
    monkeypatch.setattr(ordering, "_MANY", 0)
    listed, after = [], ""
    while not listed or after:
        part = engine.page(Wanted("zebras"), after=after, count=3)
        listed += [hit.nct_id[-1] for hit in part.hits]
        after = part.following
    assert sorted(listed[:2]) == ["2", "5"]
    assert sorted(listed) == ["1", "2", "3", "4", "5"]
    assert engine.search(Wanted("zebras -okapis")).total == 2


@pytest.mark.parametrize("very_many", [0, 100])
def test_also_on_one_page_with_others_that_have_a_rarer_word(
    very_many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "_MANY", 0)
    monkeypatch.setattr(ordering, "_VERY_MANY", very_many)
    for number in range(1, 6):
        add_trial(
            f"NCT0000000{number}",
            identificationModule={"briefTitle": "Okapis" if number == 1 else "Zebras"},
            descriptionModule={"briefSummary": "Gnus, gnus and gnus" if number == 1 else ""},
        )
    listed = [hit.nct_id[-1] for hit in engine.search(Wanted("zebras OR gnus")).hits]
    assert (sorted(listed), listed[-1]) == (["1", "2", "3", "4", "5"], "1")


@pytest.mark.usefixtures("four_trials")
def test_conditions_of_many_trials_are_counted_by_the_common_ones_where_that_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def counted(size: int) -> list[tuple[str, str, int]]:
        facet = engine.facet(Wanted(), FacetAsked("condition", size=size))
        return [(value.value, value.label, value.count) for value in facet.values]

    whole = [counted(size) for size in (1, 2, 3, 9)]
    assert whole[1] == [("common", "Common", 4), ("rare 1", "Rare 1", 2)]
    read_out = []
    named = counting._named

    def noted(*which: Any) -> Any:
        read_out.append(which)
        return named(*which)

    monkeypatch.setattr(facets, "_FEW", 0)
    monkeypatch.setattr(catching_up, "_COMMON", 2)
    monkeypatch.setattr(counting, "_named", noted)
    catching_up.rebuild()
    part = folder().writable()
    assert part.common == Common(("common", "rare 1"), counted=0, changed=4)
    part.common = Common(part.common.names, counted=1)
    folder()._snapshot = None
    assert counted(1) == whole[0]
    assert not read_out
    assert [counted(size) for size in (2, 3, 9)] == whole[1:]
    assert len(read_out) == 3


def test_many_trials_are_counted_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one that is in more countries, and one about more conditions, than there are columns."""
    names = [f"Common {place}" for place in range(5)]
    countries = ["Chile", "France", "Ghana", "Japan", "Spain"]
    for number, (there, about) in enumerate([(5, 1), (1, 5), (3, 3), (4, 0), (2, 2)]):
        locations = [{"facility": "Hospital", "city": "There", "country": each} for each in countries[:there]]
        add_trial(
            f"NCT0000000{number}",
            contactsLocationsModule={"locations": locations},
            conditionsModule={"conditions": [*names[:about], "Common 0"]},
        )
    catching_up.rebuild()
    part = folder().writable()
    part.common = Common(part.common.names)
    folder()._snapshot = None
    searches = [Wanted(), Wanted(country=["Ghana"], condition=["common 2"]), Wanted(country=["Spain"])]
    few = [engine.search(wanted) for wanted in searches]
    monkeypatch.setattr(facets, "_FEW", 0)
    folder()._snapshot = None
    assert [engine.search(wanted) for wanted in searches] == few
    counts = {value.label: value.count for value in few[0].facets["country"].values}
    assert counts == {"Chile": 5, "France": 4, "Ghana": 3, "Japan": 2, "Spain": 1}
