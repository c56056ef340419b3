"""What waits for each role, in Chromium: accessible, fitting, and leading to where it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_world import sign_in
from tests.browser.test_catalogue import LAYOUTS, promises
from tests.factories import Cast, answer, make_cast, make_screening, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    screening = make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-017")
    answer(cast.alice, screening, "age", "yes")
    make_version(cast.trial, label="next", published=False)
    return cast


def test_it_is_accessible_and_fits_for_every_role(
    open_page: Callable[..., Page], live_server: Any, cast: Cast, check_axe: Callable[[Page], None]
) -> None:
    for user in (cast.alice, cast.dora, cast.bob, cast.sven, cast.ada):
        page = open_page()
        sign_in(page, live_server, user)
        page.goto("/screening/today/")
        expect(page).to_have_title("Today · Trialdesk")
        expect(page.get_by_role("navigation", name="Main").locator("[aria-current]")).to_have_text("Today")
        for width, scheme in LAYOUTS if user == cast.alice else LAYOUTS[:2]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert promises(page) == [], (user, width, scheme)
            check_axe(page)


def test_it_leads_to_the_open_screening_and_to_the_draft(
    open_page: Callable[..., Page], live_server: Any, cast: Cast
) -> None:
    page = open_page()
    sign_in(page, live_server, cast.alice)
    page.goto("/")
    page.get_by_role("row").filter(has_text="P-017").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("participant P-017")

    page = open_page()
    sign_in(page, live_server, cast.ada)
    page.goto("/")
    page.get_by_role("link", name=f"{cast.trial.nct_id} next").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("next")
