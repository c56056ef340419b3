"""The log, the figures, a participant and the fastest order in Chromium: accessible, fitting, leading on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from screening.services import conclude_screening
from screening.services.estimates import record_estimates
from tests.browser.desk_world import World, make_world, sign_in
from tests.browser.test_catalogue import LAYOUTS, promises
from tests.factories import acting, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world("NCT06665256")


def test_from_the_log_to_the_figures_and_to_the_participant(
    open_page: Callable[..., Page], live_server: Any, world: World, check_axe: Callable[[Page], None]
) -> None:
    cast = world.cast
    screening = world.screening()
    answer(cast.alice, screening, "e2.bmi-high", "yes")
    with acting(cast.alice):
        conclude_screening(
            user=cast.alice, screening=screening, conclusion="screen_failure", failure_kind="criteria"
        )
    page = open_page()
    sign_in(page, live_server, cast.alice)

    def look() -> None:
        for width, scheme in LAYOUTS[:2]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert promises(page) == [], (page.url, width, scheme)
            check_axe(page)
        page.set_viewport_size({"width": 1280, "height": 800})

    page.goto("/screening/")
    with page.expect_download() as download:
        page.get_by_role("link", name="spreadsheet (XLSX)").click()
    assert download.value.suggested_filename == "screening-log.xlsx"
    page.get_by_role("link", name="Figures of these screenings").click()
    expect(page.get_by_role("img", name="Flow of screenings")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Exclusion 2.")).to_contain_text(re.compile(r"1\s*1\s*0"))
    look()
    page.goto("/screening/")
    page.get_by_role("link", name="P-017").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Participant P-017")
    look()
    sponsor = open_page()
    sign_in(sponsor, live_server, cast.sven)
    sponsor.goto("/screening/today/")
    sponsor.get_by_role("link", name="Screening figures").first.click()
    expect(sponsor.get_by_role("img", name="Flow of screenings")).to_be_visible()
    check_axe(sponsor)


def test_the_fastest_order_asks_first_what_is_expected_to_settle_most(
    open_page: Callable[..., Page], live_server: Any, world: World, check_axe: Callable[[Page], None]
) -> None:
    cast = world.cast
    screening = world.screening()
    with acting(cast.alice):
        record_estimates(
            user=cast.alice, center=cast.rennes, trial=world.trial, percent_against={"e3": 60, "i4": 40}
        )
    page = open_page(width=375)
    sign_in(page, live_server, cast.alice)
    page.goto(f"/screening/{screening.pk}/?view=focus")
    expect(page.locator("[data-statement]")).to_have_attribute("data-statement", "i1.age-min")
    page.get_by_role("button", name="Use the fastest order").click()
    expect(page.locator("[data-statement]")).to_have_attribute("data-statement", "e3")
    expect(page.locator(".order-ground")).to_have_text(
        "Your center expects it to stop 60 of 100 participants."
    )
    check_axe(page)
    page.locator("[data-statement]").get_by_role("radiogroup").get_by_text("No", exact=True).click()
    expect(page.locator("#saving")).to_contain_text("Saved")
    page.get_by_role("link", name="Next open statement").click()
    expect(page.locator("[data-statement]")).to_have_attribute("data-statement", "i4")
