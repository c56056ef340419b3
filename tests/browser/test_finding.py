"""Finding trials in Chromium: suggestions, filters, a place; stars, saved searches, trials side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_world import sign_in
from tests.browser.test_catalogue import check_in_every_layout, hits
from tests.factories import make_user
from tests.trials_views.catalogue import NUMBERS, add_documents

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    add_documents()


def test_what_one_types_is_suggested_and_narrowed_by_keyboard_place_and_filter(
    page: Page, check_axe: Callable[[Page], None], expected_errors: list[str]
) -> None:
    expected_errors += ["htmx:sendAbort", "htmx:afterRequest"]  # a page is left while it still asks
    page.emulate_media(reduced_motion="reduce")
    page.goto("/trials/")
    box = page.get_by_label("Search", exact=True)
    options = page.get_by_role("option")
    box.press_sequentially("syst")
    expect(options.first).to_contain_text("Condition")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(r"\?q=syst$"))
    expect(page.locator("#results")).not_to_have_class(re.compile("htmx-request"))
    check_axe(page)
    chosen = options.first.locator(".option-text").inner_text()
    page.keyboard.press("Enter")
    expect(box).to_have_value(chosen)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page).to_have_url(re.compile(r"/trials/\?q=[Ss]yst"))
    expect(page.locator("mark").first).to_be_visible()

    box.fill("novar")
    sponsor = options.filter(has_text="Sponsor").first
    expect(sponsor).to_contain_text("Novartis")
    sponsor.click()
    expect(box).to_have_value("")
    expect(page).to_have_url(re.compile("sponsor=Novartis"))
    sponsors = page.get_by_role("group", name="Sponsor or collaborator")
    expect(sponsors.get_by_label("Novartis Pharmaceuticals")).to_be_checked()

    page.goto("/trials/")
    near = page.get_by_label("Near")
    near.press_sequentially("Chic")
    expect(options.filter(has_text="Chicago").first).to_be_visible()
    options.filter(has_text="Chicago").first.click()
    expect(page).to_have_url(re.compile("near=Chicago"))
    expect(page.get_by_role("link", name="Near Chicago")).to_be_visible()
    page.get_by_label("Distance").select_option("10km")
    expect(page.get_by_role("link", name="within 10 km")).to_be_visible()
    expect(page.locator("#results")).not_to_have_class(re.compile("htmx-request"))
    check_in_every_layout(page, check_axe)


def test_trials_are_starred_compared_and_their_search_is_saved(
    page: Page, live_server: Any, check_axe: Callable[[Page], None]
) -> None:
    sign_in(page, live_server, make_user("Alice"))
    page.goto("/trials/?q=inflammatory+myopathy")
    star = page.get_by_role("button", name=f"Star {NUMBERS['novartis']}")
    star.click()
    expect(page.locator(f"#star-{NUMBERS['novartis']}")).to_contain_text("Starred")
    expect(page.locator(f"#star-{NUMBERS['novartis']}")).to_be_focused()
    bar = page.get_by_role("button", name="Compare", exact=True)
    expect(bar).to_be_hidden()
    for name in ("novartis", "mirror"):
        page.get_by_role("checkbox", name=f"Compare {NUMBERS[name]}").check()
    bar.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trials side by side")
    columns = page.get_by_role("columnheader").get_by_role("link", name=re.compile("^(?!Take)"))
    expect(columns).to_have_count(2)
    check_in_every_layout(page, check_axe)

    page.goto("/trials/?q=inflammatory+myopathy")
    page.get_by_role("button", name="Save this search").click()
    expect(page.get_by_role("link", name="Words: inflammatory myopathy")).to_be_visible()
    check_axe(page)
    page.goto("/trials/starred/")
    assert hits(page) == [NUMBERS["novartis"]]
    check_in_every_layout(page, check_axe)
