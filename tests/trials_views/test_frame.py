"""The frame around every page: its title, where one is, the way back, and the way past the header."""

import re
from html import unescape

import pytest
from django.test import Client

from screening.models import Screening
from tests.factories import Cast, make_cast, make_screening
from tests.trials_map.places import PARIS, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version)


@pytest.fixture
def addresses(cast: Cast, screening: Screening) -> dict[str, str]:
    """An address of each kind of page, and the entry of the navigation where it belongs."""
    trial, site = cast.trial.nct_id, make_site(cast.trial, **PARIS)
    return {
        "/trials/": "Trials",
        f"/trials/{trial}/": "Trials",
        "/map/": "Map",
        f"/map/sites/{site.pk}/": "Map",
        "/screening/today/": "Today",
        "/screening/": "Screening desk",
        "/screening/start/": "Screening desk",
        f"/screening/{screening.pk}/": "Screening desk",
        "/accounts/password/": "",
    }


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def navigation(html: str) -> str:
    [found] = re.findall(r'<nav class="top-nav".*?</nav>', html, re.DOTALL)
    return found


def test_the_navigation_shows_where_one_is(client: Client, cast: Cast, addresses: dict[str, str]) -> None:
    client.force_login(cast.alice)
    for address, entry in addresses.items():
        current = re.findall(r'aria-current="\w+">([^<]*)<', navigation(page_of(client, address)))
        assert current == ([entry] if entry else []), address


def test_each_kind_of_page_has_a_title_of_its_own_and_one_heading(
    client: Client, cast: Cast, addresses: dict[str, str]
) -> None:
    client.force_login(cast.alice)
    pages = [page_of(client, address) for address in addresses]
    titles = [unescape(re.findall("<title>(.*?)</title>", html, re.DOTALL)[0]) for html in pages]
    assert len(set(titles)) == len(titles)
    assert all(title.endswith(" · Trialdesk") and len(title) > len(" · Trialdesk") for title in titles)
    assert [html.count("<h1") for html in pages] == [1] * len(pages)


def test_the_first_link_of_each_page_leads_to_its_content(
    client: Client, cast: Cast, addresses: dict[str, str]
) -> None:
    client.force_login(cast.alice)
    for address in addresses:
        body = page_of(client, address).split("<body", 1)[1]
        assert re.findall(r'<a [^>]*href="([^"]*)"', body)[0] == "#main"
        assert '<main id="main" tabindex="-1"' in body


def test_a_page_below_another_leads_back_to_it(client: Client, cast: Cast) -> None:
    site = make_site(cast.trial, facility="Hôpital", **PARIS)
    for address, way, here in (
        (f"/trials/{cast.trial.nct_id}/", "/trials/", cast.trial.nct_id),
        (f"/map/sites/{site.pk}/", "/map/", "Hôpital"),
    ):
        [crumbs] = re.findall(r'<nav class="breadcrumbs".*?</nav>', page_of(client, address), re.DOTALL)
        assert f'href="{way}"' in crumbs
        assert f'aria-current="page">{here}<' in crumbs


def test_what_each_role_is_led_to(client: Client, cast: Cast) -> None:
    everybody = {"Trials", "Map"}
    for user, entries in (
        (None, everybody),
        (cast.alice, everybody | {"Today", "Screening desk"}),
        (cast.bob, everybody | {"Today", "Screening desk"}),
        (cast.sven, everybody | {"Today"}),
        (cast.ada, everybody | {"Today", "Administration"}),
    ):
        if user:
            client.force_login(user)
        assert set(re.findall(r"<a [^>]*>([^<]*)</a>", navigation(page_of(client, "/trials/")))) == entries
