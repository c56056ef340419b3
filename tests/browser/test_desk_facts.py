"""A value entered while answering, in Chromium: proposed, confirmed by one click, known to the next trial."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from screening.services import record_anchor
from screening.services.rules import local_date
from tests.browser.desk_world import choose, row, sign_in
from tests.factories import (
    Cast,
    acting,
    make_center_site,
    make_screening,
    make_trial,
    make_version,
)
from tests.screening.facts_world import TYPED_TREE, make_typed_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_typed_cast()


def test_a_value_is_entered_once_and_confirmed_wherever_it_counts(
    page: Page, live_server: Any, cast: Cast, check_axe: Callable[[Page], None], expected_errors: list[str]
) -> None:
    expected_errors.append("422")
    first = make_screening(cast.alice, cast.rennes_site, cast.version)
    trial = make_trial()
    second = make_screening(
        cast.alice,
        make_center_site(cast.rennes, trial),
        make_version(trial, TYPED_TREE),
        patient=first.patient,
    )
    with acting(cast.alice):
        planned = local_date(cast.rennes) + datetime.timedelta(days=7)
        for screening in (first, second):
            record_anchor(user=cast.alice, screening=screening, anchor="infusion", planned_on=planned)
    sign_in(page, live_server, cast.alice)
    page.goto(f"/screening/{first.pk}/")

    # A value instead of yes or no, by keyboard
    row(page, "alt").get_by_label("Yes").focus()
    page.keyboard.press("v")
    entry = page.get_by_role("form", name="ALT")
    expect(entry.get_by_label("Value")).to_be_focused()
    page.keyboard.type("32")
    entry.get_by_label("Upper limit of normal").fill("40")
    check_axe(page)
    entry.get_by_role("button", name="Keep this value").click()

    # What it proposes and until when; one click confirms
    said = row(page, "alt").locator(".said")
    expect(said).to_contain_text("ALT 32 U/L")
    expect(said).to_contain_text("proposes yes; holds until")
    confirm = row(page, "alt").get_by_role("button", name="Confirm “yes”")
    expect(confirm).to_be_focused()
    confirm.click()
    expect(row(page, "alt").get_by_text("Alice Example")).to_be_visible()
    expect(row(page, "alt").get_by_label("Yes")).to_be_checked()
    expect(confirm).to_have_count(0)
    expect(page.locator("#saving")).to_contain_text("Saved")
    check_axe(page)

    # The second trial of the same participant knows it
    page.goto(f"/screening/{second.pk}/?view=focus&at=alt")
    expect(row(page, "alt").locator(".said")).to_contain_text("ALT 32 U/L")

    # Who answers otherwise is asked why
    choose(page, "alt", "No")
    reason = row(page, "alt").get_by_label("Reason")
    expect(reason).to_be_visible()
    expect(row(page, "alt")).to_contain_text("The facts say “yes”")
    reason.fill("Measured during an infection that has passed.")
    page.keyboard.press("Enter")
    expect(row(page, "alt").get_by_text("Alice Example")).to_be_visible()
    with acting(cast.alice):
        assert first.answers.get().value == "yes"
        assert (second.answers.get().value, second.answers.get().proposal) == ("no", "yes")
