"""What a search finds, in which order, and how many it counts under each choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.trials_views.catalogue import add_trial
from trials.searching import engine, facets
from trials.searching.results import FacetAsked
from trials.searching.wanted import FACETS, Area, Wanted

pytestmark = pytest.mark.django_db


def at(city: str, country: str, **more: Any) -> dict[str, Any]:
    return {"facility": "Hospital", "city": city, "country": country, **more}


@pytest.fixture
def three_trials() -> None:
    """One for adults in Spain, one for girls in France that has stopped, one that says next to nothing."""
    add_trial(
        "NCT00000001",
        statusModule={"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": "2026-01-22"}},
        contactsLocationsModule={"locations": [at("Málaga", "Spain")]},
    )
    add_trial(
        "NCT00000002",
        identificationModule={"briefTitle": "Cells in Children"},
        statusModule={"overallStatus": "COMPLETED", "lastUpdatePostDateStruct": {"date": "2025-06"}},
        conditionsModule={"conditions": ["Lupus"], "keywords": []},
        designModule={"phases": ["PHASE3"]},
        eligibilityModule={"sex": "FEMALE", "minimumAge": "6 Months", "maximumAge": "17 Years"},
        contactsLocationsModule={"locations": [at("Rennes", "France")]},
    )
    add_trial(
        "NCT00000003",
        identificationModule={"briefTitle": "A Sparse One", "officialTitle": ""},
        statusModule={"overallStatus": "", "startDateStruct": None, "completionDateStruct": None},
        conditionsModule={"conditions": ["Lupus", "Myositis"]},
        designModule={"phases": []},
        eligibilityModule={"sex": "", "minimumAge": "", "maximumAge": "", "stdAges": []},
        contactsLocationsModule={"locations": []},
    )


def found(wanted: Wanted) -> str:
    """The last digits of the numbers found, in their order."""
    results = engine.search(wanted)
    assert results.total == len(results.hits)
    return "".join(hit.nct_id[-1] for hit in results.hits)


FINDS = [
    (Wanted(), "123"),
    (Wanted("malaga"), "1"),
    (Wanted("MÁLAGA myositis"), "1"),
    (Wanted("cells rennes"), "2"),
    (Wanted("cells madrid"), ""),
    (Wanted("cells -rennes"), "13"),
    (Wanted('"in children"'), "2"),
    (Wanted("malaga OR rennes"), "12"),
    (Wanted("mala* OR renn*"), "12"),
    (Wanted("NCT00000009"), ""),
    (Wanted("nct0000000"), "123"),
    (Wanted(status=["COMPLETED"]), "2"),
    (Wanted(status=["COMPLETED", "RECRUITING"]), "12"),
    (Wanted(status=["none"]), "3"),
    (Wanted(phase=["PHASE3", "none"]), "23"),
    (Wanted(condition=["lupus"]), "23"),
    (Wanted(sex="MALE"), "13"),
    (Wanted(sex="FEMALE"), "123"),
    (Wanted(age=54), "13"),
    (Wanted(age=0), "23"),
    (Wanted(age=17), "23"),
    (Wanted(country=["Spain", "France"]), "12"),
    (Wanted(sponsor=["Example Pharma"], phase=["PHASE3"]), "2"),
    (Wanted(areas=[(Area.TITLE, "cells")], country=["France"]), "2"),
    (Wanted(areas=[(Area.CONDITION, "lupus"), (Area.PLACE, "rennes")]), "2"),
    (Wanted(areas=[(Area.IDENTIFIER, "nct00000002, NCT00000003")]), "23"),
    (Wanted(nct_ids=["NCT00000003", "nct00000001"]), "13"),
    (Wanted(only=frozenset()), ""),
    (Wanted(newer_than=2**40), ""),
]


@pytest.mark.usefixtures("three_trials")
def test_a_search_finds_what_fits_all_of_it() -> None:
    for wanted, numbers in FINDS:
        assert sorted(found(wanted)) == sorted(numbers), wanted


@pytest.mark.usefixtures("three_trials")
@pytest.mark.parametrize("few", [facets._FEW, 0])
def test_a_count_is_what_choosing_it_would_find(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "_FEW", few)
    for wanted in (
        Wanted(),
        Wanted(status=["RECRUITING"]),
        Wanted(status=["RECRUITING"], phase=["PHASE2", "none"], has_results=["no"]),
        Wanted("cells", country=["Spain"], sex="MALE"),
        Wanted(country=["Spain", "France"], condition=["lupus", "myositis"]),
    ):
        results = engine.search(wanted, facets=[FacetAsked(name) for name in FACETS])
        assert set(results.facets) == set(FACETS)
        for name, facet in results.facets.items():
            assert facet.values
            for value in facet.values:
                choice: Any = {name: value.value if name == "sex" else [value.value]}
                chosen = replace(wanted, **choice)
                assert engine.count(chosen) == value.count, (wanted, name, value)


def test_values_of_a_filter_are_counted_as_they_are_whatever_signs_are_in_them() -> None:
    add_trial("NCT00000001", designModule={"phases": ["PHASE1|PHASE2", "A\x1eB", "A\x1fB"]})
    results = engine.search(Wanted())
    assert results.total == 1
    phases = {value.value: value.count for value in results.facets["phase"].values}
    assert phases == {"PHASE1|PHASE2": 1, "A B": 1}
    assert engine.count(Wanted(phase=("A B",))) == engine.count(Wanted(phase=("PHASE1|PHASE2",))) == 1


@pytest.mark.usefixtures("three_trials")
def test_the_choices_of_a_filter_can_be_looked_through() -> None:
    def listed(name: str, words: str, wanted: Wanted | None = None) -> list[tuple[str, int]]:
        facet = engine.facet(wanted or Wanted(), FacetAsked(name, words=words, size=1))
        return [(value.label, value.count) for value in facet.values]

    assert listed("condition", "LÚP") == [("Lupus erythematosus", 2)]
    both = [("Lupus erythematosus", 2), ("Myositis", 2)]
    assert listed("condition", "lup", Wanted(condition=["myositis"])) == both
    assert listed("sponsor", "PHARMA") == [("Example Pharma", 3)]
    assert listed("sponsor", ".*[(") == []
    assert listed("country", "span") == []
    assert listed("country", "spain") == [("Spain", 1)]
