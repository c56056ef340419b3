"""The list of trials: what is found, what is offered to narrow it, what is said to a wrong question."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.context import acting_as
from tests.factories import CONTENT
from tests.trials_views.catalogue import add_trial, listed, text_of
from trials.finding.page import Finding
from trials.finding.stars import Stars
from trials.models import Condition

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def at(city: str, country: str) -> dict[str, Any]:
    return {"locations": [{"facility": "Hospital", "city": city, "country": country}]}


@pytest.fixture
def three_trials() -> None:
    """One for adults in Spain, one for children in France that has stopped, one that says next to nothing."""
    add_trial(
        "NCT00000001",
        statusModule={"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": "2026-01-22"}},
        contactsLocationsModule=at("Málaga", "Spain"),
    )
    add_trial(
        "NCT00000002",
        identificationModule={"briefTitle": "Cells in Children"},
        statusModule={"overallStatus": "COMPLETED", "lastUpdatePostDateStruct": {"date": "2025-06"}},
        conditionsModule={"conditions": ["Lupus"], "keywords": []},
        designModule={"phases": ["PHASE3"]},
        eligibilityModule={"sex": "FEMALE", "minimumAge": "6 Months", "maximumAge": "17 Years"},
        contactsLocationsModule=at("Rennes", "France"),
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


def counts(query: str, name: str) -> dict[str, int]:
    found = Finding(QueryDict(query), Stars(()))
    return {
        choice.label: choice.count for facet in found.facets if facet.name == name for choice in facet.choices
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", "123"),
        ("?q=malaga", "1"),
        ("?q=MÁLAGA+myositis", "1"),
        ("?q=cells+rennes", "2"),
        ("?q=cells+madrid", ""),
        ("?q=NCT00000009", ""),
        ("?status=COMPLETED", "2"),
        ("?status=COMPLETED&status=RECRUITING", "12"),
        ("?status=none", "3"),
        ("?phase=PHASE2", "1"),
        ("?phase=PHASE3&phase=none", "23"),
        ("?condition=lupus", "23"),
        ("?condition=Lupus&condition=myositis", "123"),
        ("?sex=MALE", "13"),
        ("?sex=FEMALE", "123"),
        ("?age=54", "13"),
        ("?age=0", "23"),
        ("?age=17", "23"),
        ("?country=Spain", "1"),
        ("?country=Spain&country=France", "12"),
        ("?sponsor=Example+Pharma&phase=PHASE3", "2"),
        ("?sort=title", "312"),
    ],
)
@pytest.mark.usefixtures("three_trials")
def test_a_search_finds_what_fits_all_of_it(client: Client, query: str, numbers: str) -> None:
    found = listed(client, query)
    expected = [f"NCT0000000{number}" for number in numbers]
    assert (found if "sort" in query else sorted(found)) == expected


@pytest.mark.usefixtures("three_trials")
def test_the_latest_update_comes_first_and_an_unknown_one_last(client: Client) -> None:
    assert listed(client) == ["NCT00000001", "NCT00000002", "NCT00000003"]


@pytest.mark.usefixtures("three_trials")
def test_a_count_is_what_choosing_it_would_find(client: Client) -> None:
    for query in ("", "status=RECRUITING", "condition=lupus&age=12", "country=Spain&q=cells", "sex=MALE"):
        for facet in Finding(QueryDict(query), Stars(())).facets:
            for choice in facet.choices:
                if choice.count is None:
                    continue
                others = [part for part in query.split("&") if not part.startswith(facet.name)]
                address = "?" + "&".join([*others, f"{facet.name}={choice.value}"])
                assert len(listed(client, address)) == choice.count, (query, facet.name, choice.value)


@pytest.mark.usefixtures("three_trials")
def test_a_choice_that_finds_nothing_is_not_offered_unless_it_is_in_force() -> None:
    assert counts("country=Spain", "phase") == {"Phase 1": 1, "Phase 2": 1}
    assert counts("country=Spain&phase=PHASE3", "phase") == {"Phase 1": 1, "Phase 2": 1, "Phase 3": 0}
    assert counts("country=Spain&condition=lupus", "condition") == {"Myositis": 1, "Lupus erythematosus": 0}


def test_a_long_list_is_cut_and_its_rare_choices_are_found_by_name(client: Client) -> None:
    trial = add_trial("NCT00000001", conditionsModule={"conditions": ["Myositis"]})
    with acting_as(CONTENT):
        Condition.objects.bulk_create(
            Condition(trial=trial, position=n, name=f"Étrange {n:02}", folded=f"etrange {n:02}")
            for n in range(1, 51)
        )
    assert len(counts("", "condition")) == 8
    html = client.get("/trials/").text
    assert 'href="/trials/choices/condition/"' in html
    assert 'href="/trials/choices/country/"' not in html
    found = client.get("/trials/choices/condition/?find=étrange+50&status=RECRUITING").text
    assert re.findall(r'name="condition" value="([^"]*)"', found) == ["etrange 50"]
    assert '<input type="hidden" name="status" value="RECRUITING">' in found
    assert "None bears that name." in client.get("/trials/choices/condition/?find=nothing").text
    assert client.get("/trials/choices/phase/").status_code == 404


def test_a_long_list_stands_by_number_or_by_name(client: Client) -> None:
    for number, names in ((1, ["Shingles", "Asthma"]), (2, ["Herpes zoster"]), (3, ["Éczema"])):
        add_trial(f"NCT{number:08}", conditionsModule={"conditions": names})
    orders = {
        "": ["herpes zoster", "asthma", "eczema"],
        "?order=name": ["asthma", "eczema", "herpes zoster"],
        "?find=shin": ["herpes zoster"],
    }
    for query, names in orders.items():
        html = client.get(f"/trials/choices/condition/{query}").text
        assert re.findall(r'name="condition" value="([^"]*)"', html) == names
    assert client.get("/trials/choices/condition/?order=random").status_code == 200


@pytest.mark.usefixtures("three_trials")
def test_an_exact_number_goes_straight_to_its_trial(client: Client) -> None:
    assert client.get("/trials/?q=+nct00000002 ").headers["Location"] == "/trials/NCT00000002/"
    response = client.get("/trials/?q=NCT00000002", headers=HTMX)
    assert response.headers["HX-Redirect"] == "/trials/NCT00000002/"


@pytest.mark.usefixtures("three_trials")
def test_a_former_number_leads_to_the_trial_as_it_is_called_now(client: Client) -> None:
    add_trial("NCT00000004", identificationModule={"nctIdAliases": ["NCT00000044"]})
    assert client.get("/trials/?q=NCT00000044").headers["Location"] == "/trials/NCT00000004/"
    assert client.get("/trials/NCT00000044/").headers["Location"] == "/trials/NCT00000004/"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?age=abc", "Write the age in whole years, such as 54."),
        ("?age=-1", "Write an age from 0 to 130 years."),
        ("?age=1e9", "Write the age in whole years, such as 54."),
        ("?age=" + "9" * 5000, "Write"),
        ("?status=FOO", "There is no choice “FOO” here, so it is not applied."),
        ("?sex=X", "There is no choice “X” here, so it is not applied."),
        ("?sort=random", "There is no choice “random” here, so it is not applied."),
        ("?sort=distance", "To have the nearest first, write a place under “Near”."),
        ("?near=Nowhere", "No city or postal code “Nowhere” is known here. Write a larger city"),
        ("?near=%25s+France", "No city or postal code “%s France” is known here."),
        ("?near=France", "“France” is a country or a region. Write a city in it."),
        ("?within=far", "“far” is no distance: write 30 km or 20 miles, up to 20,000."),
        ("?within=20001km", "“20001km” is no distance"),
        ("?country=Atlantis", "No trial here has “Atlantis”, so it is not applied."),
        ("?country=%00", "Null characters are not allowed."),
        ("?q=%00", "Null characters are not allowed."),
        ("?q=" + "x" * 301, "Search for 300 characters at most."),
        ("?page=999", "There is no page 999; this is page 1."),
        ("?page=0", "There is no page 0; this is page 1."),
        ("?page=two", "“two” is no page number, so this is the first page."),
    ],
)
@pytest.mark.usefixtures("three_trials")
def test_what_is_not_understood_is_said_and_not_applied(client: Client, query: str, message: str) -> None:
    response = client.get(f"/trials/{query}")
    assert response.status_code == 200
    assert message in text_of(response.content.decode())
    assert len(listed(client, query)) == 3


@pytest.mark.usefixtures("three_trials")
def test_where_no_place_is_meant_for_sure_those_that_may_be_are_offered(client: Client) -> None:
    html = client.get("/trials/?near=San+Marino&sex=FEMALE").text
    assert "“San Marino” is a country or a region." in text_of(html)
    assert "did you mean San Marino, California, United States ; San Marino, San Marino ?" in text_of(html)
    [link] = re.findall(r'href="([^"]*)">San Marino, California', html)
    meant = client.get(unescape(link)).text
    assert 'value="San Marino, California, United States"' in meant
    assert "not understood" not in meant


@pytest.mark.usefixtures("three_trials")
def test_a_value_newer_than_the_vocabulary_is_offered_and_can_be_chosen(client: Client) -> None:
    newer = {"statusModule": {"overallStatus": "RESTING"}, "designModule": {"phases": ["PHASE9"]}}
    add_trial("NCT00000005", **newer)
    assert counts("", "status")["Resting"] == counts("", "phase")["Phase9"] == 1
    for query in ("?status=RESTING", "?phase=PHASE9&status=RESTING"):
        page = client.get(f"/trials/{query}").content.decode()
        assert "is not applied" not in text_of(page)
        assert listed(client, query) == ["NCT00000005"]


def test_words_that_make_a_name_can_be_sought_apart_where_few_trials_have_it(client: Client) -> None:
    for number in (5, 6, 7):
        summary = {"briefSummary": "Pain that is chronic, and not acute."}
        add_trial(f"NCT0000000{number}", descriptionModule=summary)
    page = text_of(client.get("/trials/?q=chronic+pain").content.decode())
    assert "0 trials found" in page
    assert "The words anywhere: 3 trials" in page
    assert len(listed(client, "?q=chronic+pain&synonyms=off")) == 3
    assert "The words anywhere" not in client.get("/trials/?q=pain").content.decode()


@pytest.mark.parametrize("query", ["", "?q=endless"])
def test_a_title_is_plain_and_no_longer_than_a_list_has_room_for(client: Client, query: str) -> None:
    add_trial(
        "NCT00000005", identificationModule={"briefTitle": "An **endless** title " + "of words " * 9000}
    )
    page = client.get(f"/trials/{query}").content.decode()
    assert "endless title of words" in text_of(page)
    assert len(page) < 40_000


@pytest.mark.usefixtures("three_trials")
def test_what_is_understood_holds_beside_what_is_not(client: Client) -> None:
    assert listed(client, "?status=FOO&status=COMPLETED") == listed(client, "?status=COMPLETED")
    assert len(listed(client, "?status=COMPLETED")) == 1
    names = "country=Atlantis&country=%00&country=France"
    assert listed(client, f"?{names}") == listed(client, "?country=France") == ["NCT00000002"]


@pytest.mark.usefixtures("three_trials")
def test_a_wrong_age_is_told_beside_its_field(client: Client) -> None:
    html = client.get("/trials/?age=abc").content.decode()
    field = re.search(r'<input[^>]*id="age"[^>]*>', html)
    assert field
    for attribute in ('value="abc"', 'aria-describedby="age-help age-error"', 'aria-invalid="true"'):
        assert attribute in field[0]
    assert 'id="age-error">Write the age' in html


@pytest.mark.usefixtures("three_trials")
def test_when_nothing_is_found_it_says_what_to_loosen(client: Client) -> None:
    html = client.get("/trials/?age=54&phase=PHASE3&sort=title").content.decode()
    text = text_of(html)
    assert "No trial here fits all of that together." in text
    assert "Without “Age”: 1 trial" in text
    assert "Without “Phase”: 2 trials" in text
    assert 'href="/trials/?age=54&amp;sort=title"' in html


@pytest.mark.usefixtures("three_trials")
def test_other_words_are_named_for_the_word_that_was_meant(client: Client) -> None:
    page = text_of(client.get("/trials/?q=lupsu").content.decode())
    assert "Showing results for lupus instead. Search for “lupsu” as it is" in page
    assert "Other words for “lupus” are sought, too lupus : also" in page


@pytest.mark.usefixtures("three_trials")
def test_when_words_find_nothing_together_it_says_which_is_to_blame(client: Client) -> None:
    html = client.get("/trials/?q=cells+xylophone&sex=FEMALE").text
    text = text_of(html)
    assert "No trial here has xylophone ." in text
    assert "Without the word “xylophone”: 3 trials" in text
    assert 'href="/trials/?q=cells&amp;sex=FEMALE"' in html
    assert "Without the words" not in text
    assert "An NCT number is NCT and eight digits" in text_of(client.get("/trials/?q=NCT000000123").text)
    assert "Without the words “cells -cells”: 3 trials" in text_of(client.get("/trials/?q=cells+-cells").text)


@pytest.mark.usefixtures("three_trials")
def test_each_part_of_a_search_can_be_taken_away(client: Client) -> None:
    html = client.get("/trials/?q=cells&status=COMPLETED&status=RECRUITING").content.decode()
    chips = dict(re.findall(r'class="chip" href="([^"]*)"><span[^>]*>[^<]*</span>([^<]*?) <', html))
    assert chips == {
        "/trials/?status=COMPLETED&amp;status=RECRUITING": "Words: cells",
        "/trials/?q=cells&amp;status=COMPLETED": "Recruitment status: Recruiting",
        "/trials/?q=cells&amp;status=RECRUITING": "Recruitment status: Completed",
    }


@pytest.mark.usefixtures("three_trials")
def test_htmx_gets_the_results_and_the_filters_and_the_address(client: Client) -> None:
    response = client.get("/trials/?q=&age=54&sex=&sort=updated", headers=HTMX)
    html = response.content.decode()
    assert "<html" not in html
    assert 'id="results"' in html
    assert 'id="filters" class="filters" hx-swap-oob="true"' in html
    assert response.headers["HX-Push-Url"] == "/trials/?age=54"
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.usefixtures("three_trials")
def test_going_back_in_history_gets_a_whole_page(client: Client) -> None:
    headers = {**HTMX, "HX-History-Restore-Request": "true"}
    response = client.get("/trials/?age=54", headers=headers)
    assert "<html" in response.content.decode()
    assert "HX-Push-Url" not in response.headers


def test_pages_follow_each_other_and_keep_the_search(client: Client) -> None:
    for number in range(1, 28):
        add_trial(f"NCT{number:08}", contactsLocationsModule={"locations": []})
    first = client.get("/trials/?q=myositis").content.decode()
    assert "27 trials found" in text_of(first)
    assert "Page 1 of 2" in text_of(first)
    assert 'href="/trials/?q=myositis&amp;page=2"' in first
    assert len(listed(client, "?q=myositis&page=2")) == 7
    assert "HX-Push-Url" in client.get("/trials/?page=2", headers=HTMX).headers


def test_an_empty_catalogue_says_so(client: Client) -> None:
    assert "There are no trials here yet." in text_of(client.get("/trials/").content.decode())


def test_a_longer_list_takes_no_more_queries(client: Client, django_assert_num_queries: Any) -> None:
    add_trial("NCT00000001")
    with CaptureQueriesContext(connection) as one:
        client.get("/trials/")
    for number in range(2, 21):
        add_trial(f"NCT{number:08}")
    with django_assert_num_queries(len(one)):
        client.get("/trials/")


@pytest.mark.usefixtures("three_trials")
def test_markup_in_an_address_stays_text(client: Client) -> None:
    html = client.get("/trials/?q=<script>alert(1)</script>&country=<b>").content.decode()
    assert "<script>alert" not in html
    assert "<b>" not in html


@pytest.mark.usefixtures("three_trials")
def test_any_distance_in_kilometres_or_miles_is_understood(client: Client) -> None:
    for within, words in {
        "30": "within 30 km", "30km": "within 30 km", " 30 KM": "within 30 km", "20mi": "within 20 miles",
        "20 miles": "within 20 miles", "1 mile": "within 1 mile", "50km": "within 50 km",
        "0": "at any distance",
    }.items():  # fmt: skip
        page = client.get("/trials/", {"near": "Boston", "within": within}).text
        assert "not understood" not in page, within
        assert re.search(rf"<option[^>]* selected>{words}<", page), within


@pytest.mark.parametrize(
    ("overall", "words"),
    [("RECRUITING", "to the nearest recruiting site:"), ("UNKNOWN", "to the nearest site:")],
)
@pytest.mark.django_db
def test_a_site_recruits_for_no_trial_that_does_not(client: Client, overall: str, words: str) -> None:
    site = {"facility": "Hospital", "city": "Boston", "state": "Massachusetts", "country": "United States"}
    site |= {"status": "RECRUITING", "geoPoint": {"lat": 42.36, "lon": -71.06}}
    add_trial(
        "NCT00000001",
        statusModule={"overallStatus": overall},
        contactsLocationsModule={"locations": [site]},
    )
    assert words in text_of(client.get("/trials/?near=Boston").text)
