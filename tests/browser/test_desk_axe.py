"""axe finds nothing on any page of the desk: wide and narrow, light and dark, in every state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_world import World, choose, make_world, row, sign_in
from tests.factories import answer

pytestmark = pytest.mark.django_db
# Both widths and both schemes: what a page's colours are does not depend on its width.
SIGHTS = [(1280, "light"), (320, "dark")]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_every_page_of_the_desk(
    open_page: Callable[..., Page],
    live_server: Any,
    world: World,
    check_axe: Callable[[Page], None],
    expected_errors: list[str],
    width: int,
    scheme: str,
) -> None:
    expected_errors += ["409", "422"]
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, live_server, world.cast.alice)

    def look(address: str) -> None:
        page.goto(address)
        check_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address

    look("/screening/")
    look("/screening/start/")
    look(f"/screening/start/?trial={world.trial.nct_id}")
    page.get_by_role("button", name="Start the screening").click()
    expect(page.get_by_text("This field is required.").first).to_be_visible()
    check_axe(page)

    screening = world.screening()
    look(f"/screening/{screening.pk}/?view=focus")
    look(f"/screening/{screening.pk}/conclude/")
    answer(world.cast.dora, screening, "e.allergy", "yes", comment="by letter")
    look(f"/screening/{screening.pk}/")
    choose(page, "e.allergy", "No")
    expect(row(page, "e.allergy").get_by_role("alert")).to_be_visible()
    row(page, "e.allergy").get_by_role("link", name="History").click()
    expect(row(page, "e.allergy").get_by_role("table")).to_be_visible()
    row(page, "e.allergy").get_by_text("Comment", exact=True).first.click()
    check_axe(page)
    page.locator("h1").click()
    page.keyboard.press("?")
    check_axe(page)
    page.keyboard.press("Escape")
    row(page, "e.allergy").get_by_role("button", name="Keep").click()
    expect(page.locator("#saving")).not_to_contain_text("decision")
    look(f"/screening/{screening.pk}/answers/e.allergy/history/")
    look(f"/screening/{screening.pk}/?view=focus")
    page.goto(f"/screening/{screening.pk}/conclude/")
    page.get_by_role("button", name="Conclude").click()
    expect(page.get_by_role("heading", name="Concluded")).to_be_visible()
    check_axe(page)
    look("/screening/")
    look("/screening/?outcome=eligible")
    look(f"/screening/{screening.pk}/")


@pytest.mark.parametrize("nct_id", ["NCT05869955", "NCT06941129"])
def test_checklists_with_cohorts(
    open_page: Callable[..., Page], live_server: Any, check_axe: Callable[[Page], None], nct_id: str
) -> None:
    world = make_world(nct_id)
    page = open_page(width=375)
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/{world.screening().pk}/")
    check_axe(page)
    page.get_by_label("Cohort", exact=True).select_option(index=1)
    page.get_by_role("button", name="Choose").click()
    expect(page.locator("details.fold").first).to_be_visible()
    check_axe(page)
