"""The table of a trial's sites: which, in which order, a page at a time; all of it in the address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.trials_views.catalogue import add_trial, text_of
from trials.models import Trial

pytestmark = pytest.mark.django_db
ADDRESS = "/trials/NCT00000001/"
HTMX = {"HX-Request": "true"}
RENNES, PARIS, LYON = (
    {"lat": lat, "lon": lon} for lat, lon in ((48.11, -1.68), (48.85, 2.35), (45.76, 4.84))
)


def site(facility: str, city: str, country: str, status: str = "", **others: Any) -> dict[str, Any]:
    status_given = {"status": status} if status else {}
    return {"facility": facility, "city": city, "country": country, **status_given, **others}


SITES = [
    site("Zeta clinic", "Lyon", "France", "COMPLETED", geoPoint=LYON),
    site("Alpha hospital", "Paris", "France", "RECRUITING", geoPoint=PARIS, contacts=[{"name": "A. B."}]),
    site("Beta hospital", "Rennes", "France", "NOT_YET_RECRUITING", geoPoint=RENNES),
    site("Gamma centre", "Málaga", "Spain"),
    site("Delta unit", "Iowa City", "United States", "RECRUITING"),
]


@pytest.fixture(autouse=True)
def trial() -> Trial:
    return add_trial("NCT00000001", contactsLocationsModule={"locations": SITES})


def answer(client: Client, query: str = "") -> str:
    response = client.get(ADDRESS + query)
    assert response.status_code == 200
    return response.content.decode()


def names(html: str) -> list[str]:
    return re.findall(r'<th scope="row">(\w+)', html)


CHOSEN = [
    ("", "Alpha Delta Beta Zeta Gamma"),  # those that recruit first
    ("?sort=site", "Alpha Beta Delta Gamma Zeta"),
    ("?sort=-site", "Zeta Gamma Delta Beta Alpha"),
    ("?sort=place", "Zeta Alpha Beta Gamma Delta"),
    ("?sort=status", "Alpha Delta Beta Zeta Gamma"),
    ("?sort=distance", "Alpha Delta Beta Zeta Gamma"),  # from where is not said
    ("?sort=nothing", "Alpha Delta Beta Zeta Gamma"),
    ("?country=France", "Alpha Beta Zeta"),
    ("?status=RECRUITING", "Alpha Delta"),
    ("?status=none", "Gamma"),
    ("?site=HOSPITAL", "Alpha Beta"),
    ("?site=malaga", "Gamma"),
    ("?site=hospital&country=France&status=RECRUITING", "Alpha"),
    ("?near=48.1,-1.7", "Beta Alpha Zeta Delta Gamma"),  # last those of which nobody knows where they are
    ("?near=48.1,-1.7&sort=-distance", "Zeta Alpha Beta Delta Gamma"),
    ("?near=48.1,-1.7&sort=site", "Alpha Beta Delta Gamma Zeta"),
]


def test_sites_are_chosen_and_sorted_by_the_address(client: Client) -> None:
    found = [(query, " ".join(names(answer(client, query)))) for query, _expected in CHOSEN]
    assert found == CHOSEN


def test_a_place_gives_distances_in_words(client: Client) -> None:
    text = text_of(answer(client, "?near=48.85,2.35"))
    assert "Distances are from 48.85, 2.35, as the crow flies." in text
    assert "Alpha hospital Paris, France ● Recruiting less than 1 km" in text
    assert re.search(r"Beta hospital Rennes, France ○ Not yet recruiting 30\d km", text)
    assert "Delta unit Iowa City, United States ● Recruiting Not known" in text


SAID = [
    ("?country=Narnia", "No site of this trial has “Narnia”."),
    ("?status=SLEEPING", "No site of this trial has “SLEEPING”."),
    ("?near=Nowhere+at+all", "No city or postal code “Nowhere at all” is known here."),
    ("?near=France", "“France” is a country or a region. Write a city in it."),
    ("?near=" + "x" * 101, "A place has 100 characters at most."),
    ("?site=" + "x" * 101, "Look for 100 characters at most."),
    ("?page=nine", "“nine” is no page number"),
    ("?page=9", "There is no page 9"),
    ("?site=%00", "Null characters are not allowed."),
    ("?site=nothing", "No site of this trial fits all of that together."),
]


def test_what_makes_no_sense_is_said_and_the_rest_is_shown(client: Client) -> None:
    answers = {query: answer(client, query) for query, _said in SAID}
    assert [said for query, said in SAID if said not in text_of(answers[query])] == []
    shown = {len(names(html)) for query, html in answers.items() if query != "?site=nothing"}
    assert shown == {len(SITES)}


def test_htmx_gets_the_table_alone_and_the_address_that_stands_for_it(client: Client) -> None:
    response = client.get(f"{ADDRESS}?status=&near=&site=&country=France&junk=1", headers=HTMX)
    html = response.content.decode()
    assert html.strip().startswith('<div id="sites"')
    assert names(html) == ["Alpha", "Beta", "Zeta"]
    assert response.headers["HX-Push-Url"] == f"{ADDRESS}?country=France"
    assert "HX-Request" in response.headers["Vary"]
    assert "<html" in client.get(ADDRESS, headers={**HTMX, "HX-Boosted": "true"}).content.decode()


def test_headings_sort_and_sort_back_again(client: Client) -> None:
    html = answer(client, "?country=France&sort=site")
    links = re.findall(r'aria-sort="(\w+)"><a class="sort" href="/trials/NCT00000001/([^"]*)#sites"', html)
    assert ("ascending", "?country=France&amp;sort=-site") in links
    assert ("none", "?country=France&amp;sort=place") in links


def test_a_choice_says_how_many_sites_it_has(client: Client) -> None:
    html = answer(client, "?country=France")
    assert '<option value="France" selected>France (3)</option>' in html
    assert '<option value="RECRUITING">Recruiting (2)</option>' in html
    assert "3 of 5 sites are shown." in text_of(html)


def test_columns_and_choices_that_say_nothing_are_left_out(client: Client) -> None:
    places = [site(f"Clinic {n}", "Paris", "France") for n in range(3)]
    add_trial(
        "NCT00000002",
        contactsLocationsModule={"locations": places, "centralContacts": [], "overallOfficials": []},
    )
    html = client.get("/trials/NCT00000002/").content.decode()
    assert re.findall(r'<th scope="col"[^>]*><a class="sort"[^>]*>(\w+)', html) == ["Site", "Place"]
    assert "Contact</th>" not in html
    assert 'name="country"' not in html
    assert 'name="status"' not in html
    asked = text_of(client.get("/trials/NCT00000002/?country=Spain").content.decode())
    assert "No site of this trial has “Spain”." in asked


def test_the_largest_trial_comes_in_pages_that_stay_small(
    client: Client, django_assert_num_queries: Any
) -> None:
    with CaptureQueriesContext(connection) as few:
        answer(client)
    sites = [
        site(
            f"Clinic {n:04}",
            f"City {n % 90}",
            f"Country {n % 40}",
            "RECRUITING",
            contacts=[{"name": "A. B."}],
        )
        for n in range(1412)
    ]
    add_trial("NCT00000002", contactsLocationsModule={"locations": sites})
    with django_assert_num_queries(len(few)):
        html = client.get("/trials/NCT00000002/").content.decode()
    assert len(names(html)) == 50
    assert len(html) < 100_000
    assert "1412 sites in 40 countries." in text_of(html)
    assert "Sites 1 to 50 of 1412" in text_of(html)
    last = client.get("/trials/NCT00000002/?page=29&sort=site").content.decode()
    assert "Clinic 1411" in last
    assert 'rel="prev" href="/trials/NCT00000002/?sort=site&amp;page=28#sites"' in last
    assert 'rel="next"' not in last
    with django_assert_num_queries(5):
        client.get("/trials/NCT00000002/?page=2", headers=HTMX)
