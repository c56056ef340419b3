"""Records become rows: the same rows each time, and the same sites."""

from __future__ import annotations

import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.context import acting_as, system
from tests.factories import CONTENT
from tests.trials.records import locations, record
from trials.importers.ctgov import read_study
from trials.importers.store import Change, Stored, save_study
from trials.models import Site, Sponsor, Trial
from trials.searching import engine
from trials.searching.wanted import Wanted

pytestmark = pytest.mark.django_db

IMPORT = system("import", importing=True)


def load(whole: dict[str, Any]) -> Stored:
    with acting_as(IMPORT):
        return save_study(read_study(whole))


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything that belongs to trials, but for the time of the last change."""
    return {
        model.__name__: [
            {key: value for key, value in row.items() if key != "changed_at"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in (Trial, Sponsor, *(relation.related_model for relation in Trial._meta.related_objects))
    }


def test_a_record_becomes_rows() -> None:
    trial = load(record()).trial
    trial.refresh_from_db()
    assert str(trial.start_date) == "Dec 2024"
    assert trial.get_overall_status_display() == "Recruiting"
    assert trial.phase_words == ["Phase 1", "Phase 2"]
    assert (trial.minimum_age_days, trial.maximum_age_days) == (6574, 27394)
    assert [str(arm) for arm in trial.interventions.get(name="Usual care").arms.all()] == ["Control"]
    assert [part.sponsor.name for part in trial.sponsor_parts.all()] == ["Example Pharma", "Someone Else"]
    assert [outcome.measure for outcome in trial.outcomes.filter(kind="secondary")] == ["Safety", "Pain"]
    assert trial.listed_countries == ["Singapore", "Spain"]


def test_a_record_that_brings_results_has_them_whether_or_not_it_says_so() -> None:
    silent = {**record(), "resultsSection": {"participantFlowModule": {}}}
    assert read_study(silent).trial["has_results"] is True
    del silent["hasResults"]
    assert read_study(silent).trial["has_results"] is True
    del silent["resultsSection"]
    assert read_study(silent).trial["has_results"] is None


def test_loading_a_record_again_writes_nothing() -> None:
    assert load(record()).change is Change.CREATED
    before = rows()
    with CaptureQueriesContext(connection) as queries:
        assert load(record()).change is Change.UNCHANGED
    writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert writes == []
    assert rows() == before


def test_a_changed_record_changes_what_it_says_and_no_more() -> None:
    load(record())
    before = rows()
    changed = record(
        statusModule={"overallStatus": "COMPLETED"},
        conditionsModule={"conditions": ["Myositis", "Scleroderma"], "keywords": []},
        outcomesModule={"secondaryOutcomes": [{"measure": "Pain"}]},
    )
    assert load(changed).change is Change.UPDATED
    trial = Trial.objects.get()
    assert trial.get_overall_status_display() == "Completed"
    assert [condition.name for condition in trial.conditions.all()] == ["Myositis", "Scleroderma"]
    assert not trial.keywords.exists()
    assert [outcome.measure for outcome in trial.outcomes.filter(kind="secondary")] == ["Pain"]
    after = rows()
    unaffected = {
        "Site",
        "Arm",
        "Intervention",
        "Official",
        "CentralContact",
        "TrialSponsor",
        "OtherIdentifier",
    }
    assert {name: after[name] for name in unaffected} == {name: before[name] for name in unaffected}


def test_a_status_that_the_registry_invents_later_is_kept_and_shown() -> None:
    trial = load(record(statusModule={"overallStatus": "PAUSED_FOR_REVIEW"})).trial
    assert trial.overall_status == "PAUSED_FOR_REVIEW"
    assert trial.get_overall_status_display() == "Paused for review"


def test_a_site_keeps_its_row_when_its_record_is_loaded_again_in_another_order() -> None:
    trial = load(record()).trial
    before = {(site.zip, site.occurrence): site.pk for site in trial.sites.all()}
    assert len(before) == 4
    shuffled = record()
    locations(shuffled).reverse()
    locations(shuffled)[0]["status"] = "COMPLETED"
    assert load(shuffled).change is Change.UPDATED
    assert {(site.zip, site.occurrence): site.pk for site in trial.sites.all()} == before
    assert trial.sites.get(zip="29010").status == "COMPLETED"


def test_sites_of_one_address_are_told_apart_by_their_turn() -> None:
    trial = load(record()).trial
    twins = trial.sites.filter(zip="119074").order_by("occurrence")
    assert [(site.occurrence, site.position, site.contacts.count()) for site in twins] == [
        (1, 0, 0),
        (2, 2, 2),
    ]


def test_a_site_that_the_record_names_no_more_is_marked_and_comes_back() -> None:
    trial = load(record()).trial
    malaga = trial.sites.get(zip="29010")
    shorter = record()
    locations(shorter).pop()
    load(shorter)
    malaga.refresh_from_db()
    assert not malaga.listed
    assert malaga.status == ""
    assert "Spain" not in Trial.objects.get().listed_countries
    load(record())
    malaga.refresh_from_db()
    assert malaga.listed


def test_a_site_that_was_added_here_is_left_alone() -> None:
    trial = load(record()).trial
    written = {key: locations(record())[0][key] for key in ("facility", "city", "zip", "country")}
    key = trial.sites.get(position=0).address_key
    with acting_as(CONTENT):
        local = Site.objects.create(
            trial=trial, origin=Site.Origin.LOCAL, listed=False, address_key=key, **written
        )
    assert load(record()).change is Change.UNCHANGED
    local.refresh_from_db()
    assert not local.listed


def test_the_address_stands_as_written_beside_the_normalised_one() -> None:
    whole = record()
    locations(whole)[0].update(state="Kanagawa-ku", city="Yokohama ", zip="236-0004", country="Japan")
    site = load(whole).trial.sites.get(position=0)
    assert (site.state, site.state_normalised, site.city) == ("Kanagawa-ku", "Kanagawa", "Yokohama ")
    assert site.place == "Yokohama, Kanagawa, 236-0004, Japan"


@pytest.mark.parametrize(
    "typed",
    ["malaga", "MÁLAGA hospital", "myosit", "nct01234567", "abc-1", "2020-000001", "iim pharma", "C-1"],
)
def test_a_trial_is_found_by_what_people_remember(typed: str) -> None:
    load(record())
    assert engine.count(Wanted(typed)) == 1
    # A number among other words is what is meant.
    assert engine.count(Wanted(f"{typed} elsewhere")) == typed.startswith("nct")


def test_open_to_age_never_hides_a_trial_at_its_limits() -> None:
    load(record())
    ages = (17, 18, 75, 77)
    assert [Trial.objects.open_to_age(age).exists() for age in ages] == [False, True, True, False]


def test_two_records_may_class_one_sponsor_differently_without_a_quarrel() -> None:
    other = copy.deepcopy(record(identificationModule={"nctId": "NCT07654321"}))
    other["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]["class"] = "OTHER"
    load(record())
    load(other)
    assert load(record()).change is Change.UNCHANGED
    assert Sponsor.objects.get(name="Example Pharma").agency_class == "INDUSTRY"
    assert {part.agency_class for part in Sponsor.objects.get(name="Example Pharma").parts.all()} == {
        "INDUSTRY",
        "OTHER",
    }


def test_sponsors_may_change_places() -> None:
    load(record())
    swapped = record(
        sponsorCollaboratorsModule={
            "leadSponsor": {"name": "Someone Else", "class": "UNKNOWN"},
            "collaborators": [{"name": "Example Pharma", "class": "INDUSTRY"}],
        }
    )
    load(swapped)
    assert str(Trial.objects.get().sponsor_parts.get(role="lead")) == "Someone Else"


def test_a_failure_in_the_middle_leaves_nothing_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("trials.importers.store._save_places", fail)
    with pytest.raises(RuntimeError):
        load(record())
    assert not Trial.objects.exists()
    assert not Sponsor.objects.exists()


def test_two_imports_of_one_trial_at_once_make_one_trial() -> None:
    together = threading.Barrier(2)

    def attempt() -> Change:
        try:
            together.wait(timeout=10)
            return load(record()).change
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        attempts = [pool.submit(attempt) for _ in range(2)]
        assert {attempt.result(timeout=20) for attempt in attempts} == {Change.CREATED, Change.UNCHANGED}
    assert Trial.objects.count() == 1


def test_a_large_record_takes_as_many_queries_as_a_small_one() -> None:
    counts = []
    for number, size in enumerate((2, 400)):
        whole = record(identificationModule={"nctId": f"NCT0000000{number}"})
        locations(whole)[:] = [{"facility": f"Site {n}", "city": "Here"} for n in range(size)]
        load(whole)
        with CaptureQueriesContext(connection) as queries:
            load(whole)
        counts.append(len(queries))
    assert counts[0] == counts[1]
