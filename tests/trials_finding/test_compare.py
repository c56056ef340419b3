"""Trials side by side: what they say under each heading, and where they differ."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.trials_views.catalogue import add_trial, text_of

pytestmark = pytest.mark.django_db

FIRST, SECOND = "NCT00000001", "NCT00000002"


@pytest.fixture
def two_trials() -> None:
    add_trial(FIRST, designModule={"phases": ["PHASE2"]}, eligibilityModule={"minimumAge": "18 Years"})
    add_trial(
        SECOND,
        identificationModule={"briefTitle": "Cells in Children"},
        designModule={"phases": ["PHASE2"]},
        eligibilityModule={
            "minimumAge": "6 Months",
            "maximumAge": "17 Years",
            "sex": "FEMALE",
            "eligibilityCriteria": "Inclusion Criteria:\n\n* A line\n* <b>Another</b> line",
        },
    )


def row(html: str, heading: str) -> tuple[bool, list[str]]:
    """Whether a row says the same of all, and its cells."""
    found = re.search(rf'<tr([^>]*)>\s*<th scope="row">{heading}\W.*?</tr>', html, re.DOTALL)
    assert found, heading
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found[0], re.DOTALL)
    return "alike" in found[1], [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells]


@pytest.mark.usefixtures("two_trials")
def test_each_heading_has_a_cell_for_each_trial_in_the_order_asked_for(client: Client) -> None:
    html = client.get(f"/trials/compare/?nct={SECOND}&nct={FIRST.lower()}").text
    assert re.findall(r'<th scope="col">\s*<a href="/trials/(NCT\d+)/"', html) == [SECOND, FIRST]
    assert row(html, "Phase") == (True, ["Phase 2", "Phase 2"])
    assert row(html, "Sex")[1][0] == "Female"
    is_alike, ages = row(html, "Ages")
    assert not is_alike
    assert ages[0] == "6 months to 17 years"
    assert (
        row(html, "Criteria as registered")[1][0]
        == "Inclusion Criteria: A line &lt;b&gt;Another&lt;/b&gt; line"
    )


@pytest.mark.usefixtures("two_trials")
def test_one_can_be_taken_away(client: Client) -> None:
    html = client.get(f"/trials/compare/?nct={FIRST}&nct={SECOND}").text
    assert f'href="/trials/compare/?nct={SECOND}">Take away' in html
    alone = client.get(f"/trials/compare/?nct={SECOND}")
    assert "Tick two to four trials" in text_of(alone.text)
    assert "Take away" not in alone.text


@pytest.mark.usefixtures("two_trials")
def test_what_is_missing_or_too_much_is_said(client: Client) -> None:
    for number in range(3, 6):
        add_trial(f"NCT{number:08}")
    query = "&".join(f"nct=NCT{number:08}" for number in range(1, 7))
    html = client.get(f"/trials/compare/?{query}&nct=%00<b>").text
    text = text_of(html)
    assert len(re.findall(r'<th scope="col">', html)) == 4
    assert "There is no trial “NCT00000006” here." in text
    assert "Only 4 fit side by side" in text
    assert "<b>" not in html.lower().partition("criteria as registered")[0]


def test_with_nothing_to_compare_it_says_what_to_do(client: Client) -> None:
    assert "Tick two to four trials in a list" in text_of(client.get("/trials/compare/").text)


@pytest.mark.usefixtures("two_trials")
def test_more_trials_take_no_more_queries(client: Client, django_assert_num_queries: Any) -> None:
    with CaptureQueriesContext(connection) as two:
        client.get(f"/trials/compare/?nct={FIRST}&nct={SECOND}")
    for number in (3, 4):
        add_trial(f"NCT{number:08}")
    with django_assert_num_queries(len(two)):
        client.get("/trials/compare/?nct=NCT00000001&nct=NCT00000002&nct=NCT00000003&nct=NCT00000004")


def test_the_sites_nearest_to_a_place_are_told_those_that_recruit_first(client: Client) -> None:
    def site(name: str, longitude: float, status: str) -> dict[str, Any]:
        point = {"lat": 48.11, "lon": longitude}
        return {"facility": name, "city": "X", "country": "France", "status": status, "geoPoint": point}

    sites = [
        site("Far", 2.0, "RECRUITING"),
        site("Shut", -1.68, "COMPLETED"),
        site("Near", -1.5, "RECRUITING"),
    ]
    add_trial(FIRST, contactsLocationsModule={"locations": sites})
    add_trial(SECOND, contactsLocationsModule={"locations": []})
    query = f"?nct={FIRST}&nct={SECOND}"
    html = client.get(f"/trials/compare/{query}&near=48.11,-1.68").text
    told, none = row(html, "Sites near")[1]
    assert re.findall(r"(\d+ km|less than 1 km) ?: (\w+)", told) == [
        ("13 km", "Near"),
        ("273 km", "Far"),
        ("less than 1 km", "Shut"),
    ]
    assert none == "No site whose place is known"
    assert f'href="/trials/compare/?nct={FIRST}&amp;near=48.11%2C-1.68"' in html
    # Where the trial takes nobody in, its sites do not, whatever the record still says of them.
    add_trial(
        SECOND,
        statusModule={"overallStatus": "UNKNOWN"},
        contactsLocationsModule={"locations": sites},
    )
    html = client.get(f"/trials/compare/{query}&near=48.11,-1.68").text
    assert re.findall(r"less than 1 km ?: (\w+)", row(html, "Sites near")[1][1][:40]) == ["Shut"]
    assert ["2 recruiting" in cell for cell in row(html, "Sites")[1]] == [True, False]
    unknown = client.get(f"/trials/compare/{query}&near=Nowhereville").text
    assert "No city or postal code “Nowhereville” is known here" in text_of(unknown)


def test_trials_of_one_acronym_are_told_apart_by_their_numbers(client: Client) -> None:
    for number in ("NCT00000011", "NCT00000012", "NCT00000013"):
        acronym = "LONE" if number.endswith("3") else "COVID-19"
        add_trial(number, identificationModule={"acronym": acronym})
    page = client.get("/trials/compare/?nct=NCT00000011&nct=NCT00000012&nct=NCT00000013").content.decode()
    assert set(re.findall(r'data-trial="([^"]*)"', page)) == {"NCT00000011", "NCT00000012", "LONE"}
