"""The map by mouse and by keyboard, and the table that says the same."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from screening.models import User
from tests.browser.desk_world import sign_in
from tests.browser.map_world import (
    labels,
    make_map_world,
    marker,
    markers,
    open_map,
    ready,
    rows,
    settled,
    until,
)
from tests.factories import make_trial
from tests.trials_map.places import OSAKA, PARIS, SINGAPORE, TOKYO, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def sponsor() -> User:
    return make_map_world()


def test_a_sponsor_filters_reads_downloads_and_opens_a_site_by_keyboard(
    page: Page, live_server: Any, sponsor: User
) -> None:
    make_site(make_trial(), **TOKYO)
    sign_in(page, live_server, sponsor)
    open_map(page)
    assert "sponsor=Novartis+Pharmaceuticals" in page.url
    expect(page.get_by_role("heading", name="50 sites")).to_be_visible()
    for choice in ("Recruiting", "Japan"):
        page.get_by_role("checkbox", name=choice).focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("checkbox", name=choice)).to_be_checked()
        expect(page.get_by_role("link", name=re.compile(f"Take away .*: {choice}"))).to_be_visible()
    expect(rows(page)).to_have_count(11)
    assert re.search(r"status=RECRUITING&country=Japan&sponsor=Novartis\+Pharmaceuticals", page.url)
    expect(rows(page).first).to_contain_text("Bunkyo-ku, Tokyo")
    expect(rows(page).first).to_contain_text("Recruiting")
    ready(page)
    expect(page.locator("#found")).to_have_text("11 sites")

    page.get_by_role("link", name="Download CSV").focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    listed = list(csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert {row["country"] for row in listed} == {"Japan"}
    assert len(listed) == 11

    sapporo = marker(page, "Sapporo")
    sapporo.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Novartis Investigative Site")
    expect(dialog).to_contain_text("Sapporo, Hokkaido")
    expect(dialog).to_contain_text("Recruiting")
    expect(dialog.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("link", name=re.compile("A Phase 2"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(sapporo).to_be_focused()


def test_a_click_zooms_into_a_cluster_and_opens_a_site(page: Page) -> None:
    trial = make_trial()
    for place in (TOKYO, OSAKA, PARIS):
        make_site(trial, **place)
    open_map(page, "?sites=all")
    marker(page, "2 sites").click()
    expect(marker(page, "Osaka: Recruiting")).to_be_visible()
    marker(page, "Tokyo: Recruiting").click()
    expect(page.get_by_role("dialog")).to_contain_text("Tokyo, Japan")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Show all sites of the map").click()
    expect(marker(page, "2 sites")).to_be_visible()


@pytest.mark.parametrize(
    ("country", "city", "number"), [("Singapore", "Singapore", 3), ("Japan", "Bunkyo-ku", 2)]
)
def test_sites_that_share_a_place_are_fanned_out(
    page: Page, sponsor: User, country: str, city: str, number: int
) -> None:
    open_map(page, f"?country={country}&sort=place")
    rows(page).filter(has_text=city).first.get_by_role("link", name="Show").click()
    expect(page.get_by_role("dialog")).to_contain_text(city)
    page.keyboard.press("Escape")
    settled(page)
    fanned = marker(page, f"{city}: Recruiting: approximate place")
    expect(fanned).to_have_count(number)
    boxes = [fanned.nth(index).bounding_box() for index in range(number)]
    centers = {(round(box["x"]), round(box["y"])) for box in boxes if box}
    assert len(centers) == number
    fanned.nth(1).click()
    expect(page.get_by_role("dialog")).to_contain_text(city)


def test_a_cluster_says_its_mix_in_words(page: Page) -> None:
    trial = make_trial()
    for place, status in ((TOKYO, "RECRUITING"), (OSAKA, "COMPLETED"), (OSAKA, "COMPLETED"), (OSAKA, "")):
        make_site(trial, status=status, **place)
    make_site(trial, **PARIS)
    open_map(page, "?sites=all")
    mixed = marker(page, "4 sites: 2 Completed, 1 ")
    expect(mixed).to_have_count(1)
    expect(mixed).to_contain_text("4")
    assert mixed.locator("circle").count() == 3
    mixed.focus()
    expect(page.get_by_role("tooltip")).to_contain_text("✓ Completed: 2")


def test_entering_a_cluster_by_keyboard_leads_to_what_is_in_it(page: Page) -> None:
    trial = make_trial()
    for place in (TOKYO, OSAKA, PARIS):
        make_site(trial, **place)
    open_map(page, "?sites=all")
    marker(page, "2 sites").focus()
    page.keyboard.press("Enter")
    focused = "document.activeElement.getAttribute('aria-label') ?? ''"
    assert re.search("(Tokyo|Osaka): Recruiting", until(page, focused, lambda name: ": Recruiting" in name))


def test_a_crowded_place_opens_a_list(page: Page) -> None:
    trial = make_trial()
    for _ in range(14):
        make_site(trial, **SINGAPORE)
    open_map(page, "?sites=all")
    marker(page, "14 sites").click()  # nearer first, as there could be more than one place
    settled(page)
    if not page.get_by_role("dialog").count():
        marker(page, "14 sites").click()
    dialog = page.get_by_role("dialog", name="14 sites here")
    expect(dialog.get_by_role("listitem")).to_have_count(14)


def test_too_many_sites_are_shown_by_city_until_filters_make_them_fewer(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trials.map.columns.MOST_SITES", 3)
    trial = make_trial()
    for status, place in (("COMPLETED", TOKYO), ("", TOKYO), ("", OSAKA), ("", PARIS)):
        make_site(trial, status=status, **place)
    open_map(page, "?sites=all")
    expect(marker(page, "1 site: 1 Status not reported")).to_have_count(1)
    tokyo = "2 sites: 1 Status not reported, 1 Completed"
    for name in ("3 sites: 2 Status not reported, 1 Completed", tokyo, tokyo):  # nearer, nearer, open
        marker(page, name).focus()
        page.keyboard.press("Enter")
        settled(page)
    dialog = page.get_by_role("dialog", name="2 sites")
    expect(dialog).to_contain_text("Choose filters to see the sites one by one.")
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Japan").check()
    expect(marker(page, "Osaka: Status not reported")).to_have_count(1)


def test_the_table_leads_to_the_marker_and_back(page: Page, sponsor: User) -> None:
    open_map(page)
    link = rows(page).filter(has_text="Lyon").get_by_role("link", name=re.compile("^Show"))
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Lyon")
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    address = link.get_attribute("href") or ""
    page.goto(address)
    expect(page.get_by_role("dialog")).to_contain_text("Lyon")


def test_filters_go_back_and_forth_and_move_the_map(page: Page, sponsor: User) -> None:
    open_map(page)
    page.get_by_role("checkbox", name="France").check()
    expect(rows(page)).to_have_count(4)
    ready(page)
    assert all("Recruiting" in label for label in labels(page))
    page.go_back()
    expect(page.get_by_role("heading", name="50 sites")).to_be_visible()
    ready(page)
    page.go_forward()
    expect(rows(page)).to_have_count(4)


def test_sorting_and_paging_leave_the_map_alone(page: Page, sponsor: User) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "sites.json" in request.url else None)
    open_map(page)
    page.get_by_role("columnheader", name="Place").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Place")).to_have_attribute("aria-sort", "descending")
    expect(rows(page).first).to_contain_text("United States")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    assert "sort=-place&page=2" in page.url
    assert len(fetched) == 1


def test_without_a_script_everything_is_in_the_table(open_page: Callable[..., Page], sponsor: User) -> None:
    page = open_page(java_script_enabled=False)  # Chromium hides <noscript> all the same
    page.goto("/map/")
    expect(page.get_by_role("heading", name="50 sites")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Show .*Lyon"))).to_be_hidden()  # it would lead nowhere
    assert "The map needs JavaScript" in page.locator("#map noscript").text_content()
    page.get_by_role("link", name="Place").click()
    expect(rows(page).first).to_contain_text("United States")
    page.get_by_role("link", name="Next page").click()
    rows(page).first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Novartis Investigative Site")


def test_a_failing_server_is_said(page: Page, sponsor: User, expected_errors: list[str]) -> None:
    expected_errors += ["503", "net::ERR_FAILED"]
    page.route("**/map/sites/*/", lambda route: route.fulfill(status=503))
    open_map(page, "?country=Singapore")
    rows(page).first.get_by_role("link", name="Show").click()
    expect(page.get_by_role("dialog")).to_contain_text("This could not be loaded")
    page.route("**/map/sites.json*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The map could not be loaded")


def test_the_page_of_a_trial_fetches_its_map_when_it_comes_near(page: Page, sponsor: User) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/trials/NCT06665256/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in fetched if "leaflet" in url or "atlas" in url or "sites.json" in url]
    room = page.locator("#map").bounding_box()
    page.locator("#map").scroll_into_view_if_needed()
    ready(page)
    assert markers(page).count() > 3
    after = page.locator("#map").bounding_box()
    assert room
    assert after
    assert room["height"] == after["height"]
