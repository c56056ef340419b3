"""What has been answered is never lost, never stored twice, and never overwrites somebody else unseen."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from screening.models import AnswerChange, Screening
from tests.browser.desk_world import World, choose, make_world, row, sign_in
from tests.factories import PASSWORD, acting, answer

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = "i.active-myositis.biopsy", "i.active-myositis.mri", "e.allergy"
ANSWERS = re.compile(r"/answers/")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def screening(world: World) -> Screening:
    return world.screening()


@pytest.fixture
def desk(
    page: Page, live_server: Any, world: World, screening: Screening, expected_errors: list[str]
) -> Page:
    # What htmx and the browser log when the network or the server is away.
    expected_errors += ["net::ERR_", "htmx:sendError", "htmx:afterRequest", "status of 50", "Error Code 50"]
    sign_in(page, live_server, world.cast.alice)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/screening/{screening.pk}/")
    return page


def waiting(page: Page) -> list[str]:
    return [key for key in page.evaluate("Object.keys(sessionStorage)") if key.startswith("desk:")]


def said(world: World, screening: Screening) -> list[tuple[str, str]]:
    with acting(world.cast.alice):
        changes = AnswerChange.objects.filter(screening=screening).order_by("pk")
        return list(changes.values_list("answer__criterion__identifier", "value"))


def test_answers_wait_while_there_is_no_network_and_are_then_sent_once(
    desk: Page, world: World, screening: Screening
) -> None:
    banner = desk.locator("#saving")
    desk.context.set_offline(True)
    choose(desk, FIRST, "Yes")
    expect(banner).to_contain_text("1 answer waiting")
    choose(desk, SECOND, "No")
    choose(desk, THIRD, "No")
    expect(banner).to_contain_text("3 answers waiting")
    assert said(world, screening) == []
    desk.context.set_offline(False)
    expect(banner).to_contain_text("Saved")
    assert sorted(said(world, screening)) == sorted([(FIRST, "yes"), (SECOND, "no"), (THIRD, "no")])


def test_an_answer_that_was_stored_but_not_acknowledged_is_not_stored_twice(
    desk: Page, world: World, screening: Screening
) -> None:
    lost: list[str] = []

    def lose_the_first_reply(route: Route) -> None:
        if lost:
            route.fallback()
        else:
            lost.append(route.request.url)
            route.fetch()  # the server has it
            route.abort()  # the page never hears

    desk.route(ANSWERS, lose_the_first_reply)
    choose(desk, FIRST, "Yes")
    expect(desk.locator("#saving")).to_contain_text("Saved")
    assert lost
    assert said(world, screening) == [(FIRST, "yes")]


def test_waiting_answers_outlive_a_reload(desk: Page, world: World, screening: Screening) -> None:
    desk.route(ANSWERS, lambda route: route.abort())
    choose(desk, FIRST, "Yes")
    choose(desk, THIRD, "No")
    expect(desk.locator("#saving")).to_contain_text("2 answers waiting")
    kept = desk.evaluate("JSON.stringify(sessionStorage)")
    assert "P-017" not in kept
    desk.unroute(ANSWERS)
    desk.reload()
    expect(desk.locator("#saving")).to_contain_text("Saved")
    expect(row(desk, FIRST).get_by_label("Yes")).to_be_checked()
    assert sorted(said(world, screening)) == sorted([(FIRST, "yes"), (THIRD, "no")])
    assert waiting(desk) == []


def test_waiting_answers_are_sent_from_the_focus_view_too(
    desk: Page, world: World, screening: Screening
) -> None:
    desk.route(ANSWERS, lambda route: route.abort())
    choose(desk, THIRD, "No")
    choose(desk, SECOND, "No")
    expect(desk.locator("#saving")).to_contain_text("2 answers waiting")
    desk.unroute(ANSWERS)
    desk.goto(f"/screening/{screening.pk}/?view=focus&at={FIRST}")
    expect(desk.locator("#saving")).to_contain_text("Saved")
    assert sorted(said(world, screening)) == sorted([(SECOND, "no"), (THIRD, "no")])


def test_a_server_that_fails_is_tried_again(desk: Page, world: World, screening: Screening) -> None:
    expected = [503, 502]

    def fail(route: Route) -> None:
        if expected:
            route.fulfill(status=expected.pop())
        else:
            route.fallback()

    desk.route(ANSWERS, fail)
    choose(desk, FIRST, "Yes")
    expect(desk.locator("#saving")).to_contain_text("Saved")
    assert said(world, screening) == [(FIRST, "yes")]


def test_leaving_with_unsent_answers_warns(desk: Page, screening: Screening) -> None:
    warned: list[str] = []
    desk.on("dialog", lambda dialog: warned.append(dialog.type))
    desk.route(ANSWERS, lambda route: route.abort())
    choose(desk, FIRST, "Yes")
    expect(desk.locator("#saving")).to_contain_text("waiting")
    desk.goto("/screening/")
    assert warned == ["beforeunload"]


def test_of_three_quick_answers_the_last_one_stays(desk: Page, world: World, screening: Screening) -> None:
    def slowly(route: Route) -> None:
        time.sleep(0.3)
        route.fallback()

    desk.route(ANSWERS, slowly)
    for word in ("Yes", "No", "Unknown"):
        choose(desk, FIRST, word)
    expect(desk.locator("#saving")).to_contain_text("Saved")
    expect(row(desk, FIRST).get_by_label("Unknown")).to_be_checked()
    assert said(world, screening)[-1] == (FIRST, "unknown")


def test_what_another_answered_meanwhile_is_shown_and_decided(
    desk: Page, world: World, screening: Screening, expected_errors: list[str]
) -> None:
    expected_errors.append("409")
    answer(world.cast.dora, screening, FIRST, "no")
    answer(world.cast.dora, screening, SECOND, "no")
    choose(desk, FIRST, "Yes")
    asked = row(desk, FIRST).get_by_role("alert")
    expect(asked).to_contain_text(re.compile("Dora Example answered No at .*; you chose Yes"))
    expect(desk.locator("#saving")).to_contain_text("An answer needs your decision")
    asked.get_by_role("button", name="Keep No").click()
    expect(row(desk, FIRST).get_by_label("No", exact=True)).to_be_checked()
    expect(asked).to_be_hidden()
    assert waiting(desk) == []

    choose(desk, SECOND, "Yes")
    asked = row(desk, SECOND).get_by_role("alert")
    asked.get_by_label("Reason").fill("seen on the scan")
    asked.get_by_role("button", name="Use Yes").click()
    expect(row(desk, SECOND).get_by_text("Alice Example")).to_be_visible()
    assert said(world, screening) == [(FIRST, "no"), (SECOND, "no"), (SECOND, "yes")]


def test_a_question_that_was_left_open_is_asked_again_after_a_reload(
    desk: Page, world: World, screening: Screening, expected_errors: list[str]
) -> None:
    expected_errors += ["409", "422"]
    answer(world.cast.dora, screening, FIRST, "no")
    choose(desk, FIRST, "Yes")
    expect(row(desk, FIRST).get_by_role("alert")).to_be_visible()
    desk.reload()
    expect(row(desk, FIRST).get_by_role("alert")).to_be_visible()
    expect(row(desk, FIRST).get_by_label("Yes")).to_be_checked()
    assert said(world, screening) == [(FIRST, "no")]


def test_signing_in_again_in_place_sends_what_waited(
    desk: Page, world: World, screening: Screening, expected_errors: list[str]
) -> None:
    expected_errors.append("401")
    desk.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    choose(desk, FIRST, "Yes")
    dialog = desk.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("do not match")
    assert said(world, screening) == []
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()
    expect(desk.locator("#saving")).to_contain_text("Saved")
    assert said(world, screening) == [(FIRST, "yes")]
    choose(desk, THIRD, "No")  # with the fresh token
    expect(row(desk, THIRD).get_by_text("Alice Example")).to_be_visible()


def test_another_person_never_sends_what_waited(
    desk: Page, world: World, screening: Screening, expected_errors: list[str]
) -> None:
    expected_errors += ["401", "403"]
    desk.context.clear_cookies()  # the token's cookie too
    choose(desk, FIRST, "Yes")
    dialog = desk.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("E-mail").fill(world.cast.dora.email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(desk.get_by_role("link", name="Dora Example")).to_be_visible()
    expect(desk.locator("#saving")).to_contain_text("Answers are saved as you give them")
    expect(row(desk, FIRST).get_by_label("Yes")).not_to_be_checked()
    assert said(world, screening) == []


def test_a_comment_that_was_not_sent_is_not_kept_and_the_page_says_so(
    desk: Page, world: World, screening: Screening
) -> None:
    choose(desk, FIRST, "Yes")
    expect(row(desk, FIRST).get_by_text("Alice Example")).to_be_visible()
    desk.route(ANSWERS, lambda route: route.abort())
    row(desk, FIRST).get_by_text("Comment").click()
    row(desk, FIRST).get_by_role("textbox").fill("told by her mother")
    desk.keyboard.press("Tab")
    expect(desk.locator("#saving")).to_contain_text("1 answer waiting")
    assert "mother" not in desk.evaluate("JSON.stringify(sessionStorage)")
    desk.unroute(ANSWERS)
    desk.reload()
    expect(desk.locator("#saving")).to_contain_text("A comment that was not sent yet is gone")


def test_two_tabs_of_one_person_do_not_silence_each_other(
    desk: Page, world: World, screening: Screening, expected_errors: list[str]
) -> None:
    expected_errors.append("409")
    other = desk.context.new_page()
    other.goto(f"/screening/{screening.pk}/")
    choose(desk, FIRST, "Yes")
    expect(row(desk, FIRST).get_by_text("Alice Example")).to_be_visible()
    choose(other, FIRST, "No")
    expect(row(other, FIRST).get_by_role("alert")).to_contain_text("you chose No")
    assert said(world, screening) == [(FIRST, "yes")]
