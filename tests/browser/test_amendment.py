"""An amendment from its publication to a screening that goes on under it, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from config.context import acting_as
from tests.browser.desk_world import make_world, row, sign_in
from tests.factories import CONTENT, answer
from trials.criteria.edit import set_test, set_words
from trials.drafts import Action, new_version_from, take_step

pytestmark = pytest.mark.django_db
NCT = "NCT06665256"
LIMIT = {"variable": "bmi", "comparator": ">=", "value": 38, "unit": "kg/m2"}
AT_SCREENING = {"anchor": "screening", "direction": "at"}


def test_an_amendment_is_published_and_a_screening_goes_on_under_it(
    open_page: Callable[..., Page], live_server: Any, check_axe: Callable[[Page], None]
) -> None:
    world = make_world(NCT)
    alice, screening = world.cast.alice, world.screening()
    for identifier, value in {"i2": "yes", "e3": "no", "e2.bmi-high": "yes"}.items():
        answer(alice, screening, identifier, value)
    with acting_as(CONTENT):
        draft = new_version_from(world.version, label="Amendment 3")
        words = "BMI at Screening of … ≥38 kg/m2"
        for base, action, edit in (
            (0, Action.WORDS, lambda of: set_words(of, "e2.bmi-high", text=words)),
            (1, Action.TEST, lambda of: set_test(of, "e2.bmi-high", LIMIT | {"window": AT_SCREENING})),
        ):
            take_step(draft, base=base, action=action, edit=edit)

    # The administrator sees what it means in numbers, publishes, and sees who is still to be moved
    page = open_page()
    sign_in(page, live_server, world.cast.ada)
    page.goto(f"/trials/{NCT}/versions/{draft.number}/publish/")
    numbers = page.get_by_role("region", name="Open screenings")
    expect(numbers).to_contain_text("1 on an earlier version")
    expect(numbers).to_contain_text("would change for 1")
    expect(numbers).to_contain_text("2 of 3 carry over")
    expect(numbers.get_by_role("row", name="Ineligible Undetermined 1")).to_be_visible()
    expect(page.get_by_text("P-017")).to_have_count(0)
    check_axe(page)
    page.get_by_label("Reason").fill("The sponsor's amendment 3 lowers the upper limit of BMI.")
    page.get_by_role("button", name="Publish for good").click()
    expect(page.get_by_text("The version is published.")).to_be_visible()
    expect(page.get_by_role("region", name="Open screenings")).to_contain_text("1 on an earlier version")

    # The coordinator finds her participant, on a telephone, sees what becomes of each answer, and moves
    page = open_page(width=375, height=740)
    sign_in(page, live_server, alice)
    page.goto("/screening/today/")
    page.get_by_role("link", name="The criteria of 1 open screening were amended").click()
    expect(page.get_by_role("table")).to_contain_text("2 carry over, 1 to answer anew")
    check_axe(page)
    page.get_by_role("link", name="Look and move").click()
    anew = page.get_by_role("region", name="To answer anew")
    expect(anew.locator("del").first).to_have_text("40")
    expect(anew.locator("ins").first).to_have_text("38")
    expect(anew).to_contain_text("Answer: Yes Alice Example")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    check_axe(page)
    page.get_by_label("Reason").fill("Approved by the ethics committee.")
    page.get_by_role("button", name="Move this screening").click()

    # What says the same is answered, the changed limit is asked anew
    expect(page.get_by_text("This screening is now on the version “Amendment 3”.")).to_be_visible()
    expect(page.locator("#outcome")).to_contain_text("Undetermined")
    expect(row(page, "i2").get_by_label("Yes")).to_be_checked()
    expect(row(page, "e3").get_by_label("No", exact=True)).to_be_checked()
    limit = row(page, "e2.bmi-high")
    expect(limit).to_contain_text("≥38")
    for choice in limit.get_by_role("radio").all():
        expect(choice).not_to_be_checked()
