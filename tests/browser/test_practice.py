"""A coordinator practises one of the trials, makes one mistake, and sees why, the score and the readiness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from screening.models import PracticeRound
from screening.practice.cases import Case
from screening.services.practice import cases_of
from screening.views.sheet import value_words
from tests.browser.desk_world import World, make_world, row, sign_in
from tests.factories import acting
from tests.practice.worlds import answer as answer_right

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world("NCT06665256")


def cases(world: World) -> list[Case]:
    with acting(world.cast.alice):
        return cases_of(PracticeRound.objects.get())


def answer_between(world: World, made: list[Case]) -> None:
    """All but the first and the last participant, and all right."""
    with acting(world.cast.alice):
        begun = PracticeRound.objects.get()
    for number in range(1, len(made) - 1):
        answer_right(world.cast.alice, begun, number)


def answer(page: Page, case: Case, *, wrong: str = "") -> None:
    """Say what is right, but for the statement that is named."""
    for identifier, value in case.answers.items():
        said = {"yes": "no"}.get(value.value, "yes") if identifier == wrong else value.value
        word = page.locator(f'[data-statement="{identifier}"]').get_by_text(value_words(said), exact=True)
        word.click()
    page.get_by_role("radio", name=case.outcome.value.replace("_", " ").capitalize(), exact=True).check()


def test_a_coordinator_practises_and_sees_what_was_wrong(
    open_page: Callable[..., Page], live_server: Any, world: World, check_axe: Callable[[Page], None]
) -> None:
    page = open_page(width=375)
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/trials/{world.trial.nct_id}/")
    page.get_by_role("link", name="Practise before the trial opens").click()
    expect(page.get_by_text("Not practised")).to_have_count(2)  # Alice and Dora
    check_axe(page)
    page.get_by_role("button", name="Practise").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Practice: participant PRACTICE-01")
    made = cases(world)
    first = made[0]

    # By the desk's keys, on the first statement
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(row(page, next(iter(first.answers))).get_by_role("radio", name="Yes")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check_axe(page)

    wrong = next(iter(first.answers))
    answer(page, first, wrong=wrong)
    page.get_by_role("button", name="See what is right").click()
    expect(page.locator(".status-bad")).to_have_count(1)
    mistake = page.locator(f'[id="c-{wrong}"]')
    expect(mistake).to_contain_text("Wrong")
    expect(mistake).to_contain_text(f"Right is: {value_words(first.answers[wrong].value)}.")
    check_axe(page)

    page.get_by_role("link", name="Next participant").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("PRACTICE-02")
    # After a break she goes on where she was
    answer_between(world, made)
    page.goto("/screening/practice/")
    page.get_by_role("button", name="Go on practising").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(made[-1].code)
    answer(page, made[-1])
    page.get_by_role("button", name="See what is right").click()
    page.get_by_role("link", name="See your score").click()
    total = sum(len(case.answers) + 1 for case in made)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{total - 1} of {total} right")
    check_axe(page)
    page.get_by_role("link", name="Readiness of the center").click()
    alice = page.get_by_role("listitem").filter(has_text="Alice Example")
    expect(alice).to_contain_text(f"{100 * (total - 1) // total} % right")
    expect(alice).to_contain_text("1 round finished")
    check_axe(page)
    page.goto("/screening/")
    expect(page.get_by_text("PRACTICE")).to_have_count(0)
