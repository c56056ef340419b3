"""The main job in Chromium, from a search to a concluded screening, by keyboard; and the other views."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.desk_world import World, answers_given_long_ago, choose, make_world, row, sign_in
from tests.factories import PASSWORD, acting

pytestmark = pytest.mark.django_db
FIRST = "i.active-myositis.biopsy"
EXCLUSION = "e.allergy"


@pytest.fixture
def world() -> World:
    return make_world()


def go_by_keyboard_to(page: Page, identifier: str) -> None:
    """J until there: as somebody would who never takes a hand off the keyboard."""
    for _ in range(120):
        if row(page, identifier).get_attribute("data-current") is not None:
            return
        page.keyboard.press("j")
    raise AssertionError(f"J never came to {identifier}")


def test_a_coordinator_screens_a_patient(page: Page, world: World, expected_errors: list[str]) -> None:
    expected_errors += ["422", "htmx:sendAbort", "htmx:afterRequest"]  # the search is left while it runs
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(world.cast.alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    # Finds 001 by "myositis"
    page.goto("/trials/")
    page.get_by_label("Search", exact=True).fill("myositis")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=myositis"))
    page.get_by_role("link", name=re.compile("GC012F Injection")).first.click()

    # Starts a screening
    page.get_by_role("link", name=re.compile("Screen a")).click()
    page.get_by_label("Participant code").fill("P-017")
    page.keyboard.press("Tab")
    expect(page.get_by_text("A new code: this participant is added to your center.")).to_be_visible()
    page.get_by_role("button", name="Start the screening").click()
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Undetermined")

    # Answers by keyboard alone
    go_by_keyboard_to(page, FIRST)
    page.keyboard.press("y")
    expect(row(page, FIRST).get_by_text("Alice Example")).to_be_visible()
    expect(page.locator("#saving")).to_contain_text("Saved")
    page.keyboard.press("j")
    page.keyboard.press("u")
    page.keyboard.press("k")
    expect(row(page, FIRST).get_by_label("Yes")).to_be_focused()

    # One exclusion turns the outcome, and is the one decisive answer
    go_by_keyboard_to(page, EXCLUSION)
    page.keyboard.press("y")
    expect(outcome).to_contain_text("Ineligible")
    reasons = page.locator("#why .reasons li")
    expect(reasons).to_have_count(1)
    expect(reasons).to_contain_text("History of severe hypersensitivity or allergy")
    expect(row(page, EXCLUSION).get_by_text("Decides the outcome")).to_be_visible()
    expect(row(page, "i.active-myositis.mri").get_by_text("No longer matters")).to_be_visible()

    # A minute later a change takes a reason, asked before it is saved
    [screening] = _screenings(world)
    answers_given_long_ago(screening)
    page.keyboard.press("n")
    reason = row(page, EXCLUSION).get_by_label("Reason")
    expect(reason).to_be_focused()
    expect(outcome).to_contain_text("Ineligible")
    page.keyboard.type("misread the letter")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("Undetermined")
    expect(row(page, EXCLUSION).get_by_label("No", exact=True)).to_be_focused()
    row(page, EXCLUSION).get_by_role("link", name="History").click()
    expect(row(page, EXCLUSION).get_by_role("table")).to_contain_text("misread the letter")

    # Ineligible again, freely within the minute; concluded by its criterion
    page.keyboard.press("Escape")
    choose(page, EXCLUSION, "Yes")
    expect(outcome).to_contain_text("Ineligible")
    page.get_by_role("link", name="Conclude").click()
    expect(page.get_by_label("screen failure")).to_be_checked()
    page.get_by_role("button", name="Conclude").click()
    expect(page.get_by_role("heading", name="Concluded")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Exclusion 4): History of severe hypersensitivity")

    # The log and the CSV say so
    page.get_by_role("link", name="Screening log").first.click()
    line = page.get_by_role("row").filter(has_text="P-017")
    expect(line).to_contain_text("Ineligible")
    expect(line).to_contain_text("Screen failure: Exclusion 4)")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    text = download.value.path().read_text("utf-8-sig")
    assert ",ineligible,concluded,screen_failure,criteria,Exclusion 4)," in text


def _screenings(world: World) -> list[Any]:
    from screening.models import Screening

    with acting(world.cast.alice):
        return list(Screening.objects.all())


def test_what_is_filled_in_before_a_page_listens_is_noticed_once_it_does(
    page: Page, live_server: Any, world: World
) -> None:
    held: list[Route] = []
    page.route("**/htmx*.js", lambda route: held.append(route))

    def show(address: str) -> None:
        with page.expect_request("**/htmx*.js"):
            page.goto(address, wait_until="commit")

    sign_in(page, live_server, world.cast.alice)
    show(f"/screening/start/?trial={world.trial.nct_id}")
    page.get_by_label("Participant code").fill("P-017")
    page.keyboard.press("Tab")
    held.pop().fallback()
    expect(page.get_by_text("A new code: this participant is added to your center.")).to_be_visible()

    show(f"/screening/{world.screening().pk}/")
    choose(page, FIRST, "Yes")
    held.pop().fallback()
    expect(row(page, FIRST).get_by_text("Alice Example")).to_be_visible()

    show("/screening/")
    page.get_by_label("Outcome", exact=True).select_option("eligible")
    held.pop().fallback()
    expect(page.get_by_text("No screening fits these filters.")).to_be_visible()
    expect(page).to_have_url(re.compile("outcome=eligible"))


def test_a_button_that_is_pressed_stays_where_it_is_until_it_is_let_go(
    page: Page, live_server: Any, world: World
) -> None:
    """Leaving the code's field by the press asks for a hint above the button."""
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/start/?trial={world.trial.nct_id}")
    page.get_by_label("Participant code").fill("P-017")
    page.evaluate("window.setTimeout = () => 0")  # however long it takes here, no press is a long one
    button = page.get_by_role("button", name="Start the screening")
    button.hover()
    before = button.bounding_box()
    with page.expect_response("**/participant/*"):
        page.mouse.down()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert button.bounding_box() == before
    page.mouse.up()
    page.wait_for_url("**/screening/*/")


def test_keys_are_not_read_while_somebody_types(page: Page, live_server: Any, world: World) -> None:
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/{world.screening().pk}/#c-{FIRST}")
    page.keyboard.press("y")
    first = row(page, FIRST)
    expect(first.get_by_text("Alice Example")).to_be_visible()
    page.keyboard.press("c")
    comment = first.get_by_role("textbox", name="Comment")
    expect(comment).to_be_focused()
    page.keyboard.type("no, juny")
    expect(first.get_by_label("Yes")).to_be_checked()
    page.keyboard.press("Tab")
    expect(first.locator(".st-note")).to_have_text("“no, juny”")


def test_keys_can_be_switched_off_and_stay_off(page: Page, live_server: Any, world: World) -> None:
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/{world.screening().pk}/")
    page.keyboard.press("?")
    page.get_by_role("switch", name="Use these keys").click()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys-help")).to_be_hidden()
    expect(page.locator("[data-current]")).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("switch", name="Use these keys")).not_to_be_checked()


def test_one_statement_at_a_time(page: Page, live_server: Any, world: World) -> None:
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/{world.screening().pk}/?view=focus&at={FIRST}")
    statement = page.locator("[data-statement]")
    expect(statement).to_have_count(1)
    expect(statement).to_contain_text("Active myositis on muscle biopsy")
    statement.get_by_text("No", exact=True).click()
    expect(statement).to_contain_text("Alice Example")
    page.get_by_role("link", name="Next open statement").click()
    expect(statement).to_contain_text("magnetic resonance imaging")
    expect(page.locator("#step h2")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#outcome")).to_contain_text("Ineligible")
    page.go_back()
    expect(statement).to_contain_text("Active myositis on muscle biopsy")
    expect(statement.get_by_label("No", exact=True)).to_be_checked()
    page.go_forward()
    page.get_by_role("link", name="Next open statement").click()
    expect(page.get_by_role("heading", name="No open statement matters any more")).to_be_focused()


def test_what_no_longer_matters_says_so_and_comes_back(page: Page, live_server: Any, world: World) -> None:
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/{world.screening().pk}/")
    other = row(page, "i.active-myositis.mri")
    choose(page, FIRST, "Yes")
    expect(other.get_by_text("No longer matters")).to_be_visible()
    expect(page.locator('[data-value-of="i.active-myositis"]')).to_have_text("Yes")
    choose(page, FIRST, "Unknown")
    expect(other.get_by_text("No longer matters")).to_be_hidden()
    expect(page.locator('[data-value-of="i.active-myositis"]')).to_have_text("")


@pytest.mark.parametrize("width", [1280, 375])
def test_the_outcome_stays_where_it_is(open_page: Any, live_server: Any, world: World, width: int) -> None:
    page = open_page(width=width)
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/{world.screening().pk}/")
    row(page, EXCLUSION).scroll_into_view_if_needed()
    outcome = page.locator("#outcome")
    before = outcome.bounding_box()
    choose(page, EXCLUSION, "Yes")
    expect(outcome).to_contain_text("Ineligible")
    after = outcome.bounding_box()
    assert before == after
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_works_without_javascript(open_page: Any, live_server: Any, world: World) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, live_server, world.cast.alice)
    page.goto("/screening/start/")
    page.get_by_label("Trial", exact=True).select_option(world.trial.nct_id)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Participant code").fill("P-017")
    page.get_by_role("button", name="Start the screening").click()
    choose(page, EXCLUSION, "Yes")
    row(page, EXCLUSION).get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(f"#c-{re.escape(EXCLUSION)}$"))
    expect(page.locator("#outcome")).to_contain_text("Ineligible")
    expect(row(page, EXCLUSION).get_by_text("Decides the outcome")).to_be_visible()
    row(page, EXCLUSION).get_by_role("link", name="History").click()
    expect(page.get_by_role("table")).to_contain_text("Alice Example")


def test_the_log_is_filtered_in_place_and_the_address_follows(
    page: Page, live_server: Any, world: World
) -> None:
    world.screening()
    sign_in(page, live_server, world.cast.alice)
    page.goto("/screening/")
    page.get_by_label("Outcome", exact=True).select_option("eligible")
    expect(page.get_by_text("No screening fits these filters.")).to_be_visible()
    expect(page).to_have_url(re.compile("outcome=eligible"))
    page.get_by_label("Outcome", exact=True).select_option("undetermined")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Number").click()
    expect(page.get_by_role("columnheader", name="Number")).to_have_attribute("aria-sort", "ascending")
    page.go_back()
    expect(page.get_by_role("columnheader", name="Started")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_label("Outcome", exact=True)).to_have_value("undetermined")
