"""Criteria edited in Chromium, by keyboard, mouse and without scripts; then a screening with new limits."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from config.context import acting_as
from tests.browser.desk_world import World, make_world, sign_in
from tests.factories import CONTENT, acting, make_screening
from trials.criteria.draft import find
from trials.criteria.edit import set_test
from trials.drafts import Action, new_version_from, take_step
from trials.models import CriteriaVersion
from trials.models.criteria import tree_document

pytestmark = pytest.mark.django_db
NCT = "NCT06665256"


@pytest.fixture
def world() -> World:
    return make_world(NCT)


@pytest.fixture
def draft(world: World) -> CriteriaVersion:
    with acting_as(CONTENT):
        return new_version_from(world.version, label="draft")


def document(version: CriteriaVersion) -> dict[str, Any]:
    with acting_as(CONTENT):
        return tree_document(version.pk)


def siblings(version: CriteriaVersion, identifier: str) -> list[str]:
    return [child["identifier"] for child in find(document(version), identifier)["children"]]


def row(page: Page, identifier: str) -> Locator:
    return page.locator(f'[id="row-{identifier}"]')


def grip(page: Page, identifier: str) -> Locator:
    return page.locator(f'[data-row="{identifier}"] [data-grip]')


def open_draft(page: Page, version: CriteriaVersion, at: str = "") -> None:
    page.goto(f"/trials/{NCT}/versions/{version.number}/" + (f"?at={at}" if at else ""))


def leave(page: Page, way: Locator) -> None:
    """Go there and wait for all of it: a page that still moves loses clicks, one that goes what is typed."""
    with page.expect_navigation():
        way.click()


def saved(page: Page, revision: int) -> None:
    expect(page.locator("#tools")).to_have_attribute("data-revision", str(revision))


def limits_in_force(world: World) -> list[Any]:
    with acting(world.cast.alice):
        version = CriteriaVersion.objects.filter(trial=world.trial, source="registry").in_effect().first()
        assert version is not None
        return [version.tree().nodes[each].test.value for each in ("e2.bmi-low", "e2.bmi-high")]  # type: ignore[union-attr]


def test_an_administrator_changes_limits_and_a_new_screening_has_them(
    page: Page, live_server: Any, world: World, check_axe: Callable[[Page], None]
) -> None:
    running = world.screening()
    assert limits_in_force(world) == [17, 40]
    sign_in(page, live_server, world.cast.ada)

    # Begins a new version, by keyboard
    page.goto(f"/trials/{NCT}/versions/")
    check_axe(page)
    page.locator("summary", has_text="New version from this one").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("Amendment 3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version Amendment 3")
    expect(page.locator("#findings")).to_contain_text("Nothing is wrong.")

    # Comes to the limit by arrows, changes its words and its value
    row(page, "e2").focus()
    page.keyboard.press("ArrowDown")
    expect(row(page, "e2.bmi-low")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    check_axe(page)
    page.get_by_label("Text", exact=True).fill("BMI at Screening of ≤16 … kg/m2")
    value, unit = page.get_by_label("Value", exact=True), page.get_by_label("Unit (UCUM)")
    value.fill("16")
    unit.fill("")
    unit.press("Tab")

    # Is told of the missing unit, beside the tree and in it, and mends it
    finding = page.locator("#findings .finding")
    expect(finding).to_contain_text("The number has no unit. The dictionary's is “kg/m2”.")
    expect(row(page, "e2.bmi-low")).to_contain_text("1 error")
    check_axe(page)
    page.get_by_role("link", name="Differences and publishing").click()
    expect(page.get_by_text("To be mended first")).to_be_visible()
    expect(page.get_by_role("button", name="Publish for good")).to_have_count(0)
    leave(page, page.locator(".finding a"))
    page.get_by_label("Unit (UCUM)").fill("kg/m2")
    page.get_by_label("Unit (UCUM)").press("Enter")
    expect(page.locator("#findings")).to_contain_text("Nothing is wrong.")
    expect(page.get_by_label("Unit (UCUM)")).to_be_focused()

    # The other limit by mouse
    row(page, "e2.bmi-high").click()
    expect(page.locator("#panel")).to_have_attribute("data-at", "e2.bmi-high")
    page.get_by_label("Value", exact=True).fill("38")
    page.get_by_role("button", name="Save the value").click()
    expect(finding).to_contain_text("It is decided by 38, which its text does not say.")
    page.get_by_label("Text", exact=True).fill("BMI at Screening of … ≥38 kg/m2")
    page.get_by_role("button", name="Save the words").click()
    expect(page.locator("#findings")).to_contain_text("Nothing is wrong.")
    expect(page.locator('[data-row="e2.bmi-high"]')).to_contain_text("≥ 38 kg/m2")

    # Sees it as a coordinator will, and tries it
    page.get_by_role("link", name="Preview and try out").click()
    expect(page.locator("#outcome")).to_contain_text("Undetermined")
    check_axe(page)
    page.locator('[data-statement="e2.bmi-low"]').get_by_text("Yes", exact=True).click()
    expect(page.locator("#outcome")).to_contain_text("Ineligible")
    expect(page.locator("#why")).to_contain_text("≤16")
    page.get_by_role("link", name="Back to the draft").click()

    # Looks at the differences and publishes
    page.get_by_role("link", name="Differences and publishing").click()
    changes = page.locator(".changes > li")
    expect(changes).to_have_count(2)
    expect(changes.first).to_contain_text("≤ 17 kg/m2")
    expect(changes.first.locator("ins").last).to_contain_text("≤ 16 kg/m2")
    check_axe(page)
    page.get_by_label("Reason").fill("The sponsor's amendment 3 changes the limits of BMI.")
    page.get_by_label("In effect from").fill(datetime.datetime.now(tz=datetime.UTC).date().isoformat())
    page.get_by_role("button", name="Publish for good").click()
    expect(page.get_by_text("The version is published.")).to_be_visible()
    check_axe(page)

    # The running screening keeps its limits; a new one has the new ones
    assert limits_in_force(world) == [16, 38]
    with acting(world.cast.alice):
        running.refresh_from_db()
        assert running.version_id == world.version.pk
    sign_in(page, live_server, world.cast.alice)
    page.goto(f"/screening/{running.pk}/")
    expect(page.locator('[data-statement="e2.bmi-low"]')).to_contain_text("≤17")
    page.goto(f"/screening/start/?trial={NCT}")
    with acting(world.cast.alice):
        now = CriteriaVersion.objects.filter(trial=world.trial, source="registry").in_effect().first()
    assert now is not None
    new = make_screening(world.cast.alice, world.site, now, patient_code="P-018")
    page.goto(f"/screening/{new.pk}/")
    expect(page.locator('[data-statement="e2.bmi-low"]')).to_contain_text("≤16")


def test_criteria_are_moved_by_keys(
    page: Page, live_server: Any, world: World, draft: CriteriaVersion, expected_errors: list[str]
) -> None:
    expected_errors.append("422")
    sign_in(page, live_server, world.cast.ada)
    open_draft(page, draft)
    row(page, "e3").focus()
    page.keyboard.press("Alt+ArrowUp")
    saved(page, 1)
    expect(row(page, "e3")).to_be_focused()
    assert siblings(draft, "exclusion")[:3] == ["e1", "e3", "e2"]
    page.keyboard.press("Alt+ArrowRight")
    saved(page, 2)
    assert siblings(draft, "e1")[-1] == "e3"
    expect(row(page, "e3")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    saved(page, 3)
    assert siblings(draft, "exclusion")[:3] == ["e1", "e3", "e2"]
    row(page, "e1").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("alert")).to_contain_text("This is the first of its group.")
    expect(row(page, "e1")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    saved(page, 4)
    assert siblings(draft, "e1")[-1] == "e3"
    page.get_by_role("button", name="Redo").click()
    saved(page, 5)
    assert siblings(draft, "exclusion")[:3] == ["e1", "e3", "e2"]


def test_nobody_is_too_quick_for_it(
    page: Page, live_server: Any, world: World, draft: CriteriaVersion
) -> None:
    sign_in(page, live_server, world.cast.ada)
    open_draft(page, draft, at="e4")
    row(page, "e2").focus()
    for _time in range(3):
        page.keyboard.press("Alt+ArrowDown")
    saved(page, 3)
    assert siblings(draft, "exclusion")[:5] == ["e1", "e3", "e4", "e5", "e2"]
    row(page, "e4").click()
    expect(page.locator("#panel")).to_have_attribute("data-at", "e4")
    page.get_by_label("Text", exact=True).fill("Organs")
    row(page, "e5").click()  # what was typed is saved, and the other criterion opens
    expect(page.locator("#panel")).to_have_attribute("data-at", "e5")
    page.get_by_label("Text", exact=True).fill("Allergies")
    page.get_by_role("link", name="Differences and publishing").click()
    expect(page.locator(".changes")).to_contain_text("Allergies")
    expect(page.locator(".changes")).to_contain_text("Organs")


def drag(page: Page, identifier: str, over: str, share: float) -> None:
    start, goal = grip(page, identifier).bounding_box(), page.locator(f'[data-row="{over}"]').bounding_box()
    assert start
    assert goal
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(goal["x"] + 80, goal["y"] + goal["height"] * share, steps=5)
    page.mouse.up()


def test_criteria_are_dragged(page: Page, live_server: Any, world: World, draft: CriteriaVersion) -> None:
    page.set_viewport_size({"width": 1280, "height": 1600})
    sign_in(page, live_server, world.cast.ada)
    open_draft(page, draft)
    drag(page, "e6", "e4", 0.2)
    saved(page, 1)
    assert siblings(draft, "exclusion") == ["e1", "e2", "e3", "e6", "e4", "e5", "e7"]
    drag(page, "e3", "e5", 0.8)
    saved(page, 2)
    assert siblings(draft, "exclusion") == ["e1", "e2", "e6", "e4", "e5", "e3", "e7"]
    drag(page, "e7", "e2", 0.8)
    saved(page, 3)
    assert siblings(draft, "e2") == ["e7", "e2.bmi-low", "e2.bmi-high"]
    drag(page, "e1", "e1.washout", 0.5)  # into itself: nothing happens
    drag(page, "e7", "i4", 0.8)
    saved(page, 4)
    assert siblings(draft, "inclusion")[-1] == "e7"


def test_a_criterion_is_added_typed_grouped_and_split(
    page: Page,
    live_server: Any,
    world: World,
    draft: CriteriaVersion,
    check_axe: Callable[[Page], None],
    expected_errors: list[str],
) -> None:
    expected_errors.append("422")
    sign_in(page, live_server, world.cast.ada)
    open_draft(page, draft, at="i2")
    page.get_by_role("button", name="Add after").click()
    expect(page.get_by_label("Text", exact=True)).to_be_focused()
    expect(page.locator("#findings")).to_contain_text("It has no text")
    page.keyboard.type("Creatine kinase at least 3 × ULN, or at least 1000 U/L")  # noqa: RUF001
    page.keyboard.press("Tab")
    expect(page.locator("#findings")).to_contain_text("Nothing is wrong.")
    page.get_by_text("Split into several statements").click()
    page.get_by_label("The parts count as").select_option("any")
    page.get_by_label("Parts", exact=True).fill("Creatine kinase at least 3 × ULN\nat least 1000 U/L")  # noqa: RUF001
    page.get_by_role("button", name="Split", exact=True).click()
    new = siblings(draft, "inclusion")[2]
    expect(page.locator("#panel")).to_contain_text("Join the parts")
    first = siblings(draft, new)[0]
    row(page, first).click()
    page.get_by_label("Variable").fill("lab.ck")
    page.get_by_label("Compared").select_option(">=")
    page.get_by_label("Value", exact=True).fill("3")
    page.get_by_label("Multiple or percentage of").select_option("ULN")
    page.get_by_label("When").select_option("at")  # waits for its event, and is no mistake yet
    page.get_by_label("Event").select_option("screening")
    expect(page.locator(f'[data-row="{first}"]')).to_contain_text("≥ 3 × ULN, at screening")  # noqa: RUF001
    expect(page.locator("#variable-facts")).to_contain_text("number, in U/L")
    page.get_by_label("Event").select_option("")
    page.get_by_label("Text", exact=True).focus()  # left alone: now it is one
    expect(page.locator("#status")).to_contain_text("A time needs both")
    page.get_by_label("When").select_option("")
    check_axe(page)
    row(page, new).click()
    expect(page.locator("#panel")).to_have_attribute("data-at", new)
    page.get_by_label("It is").select_option("at_least")
    page.get_by_label("At least how many").fill("3")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#findings")).to_contain_text("At least 3 of 2 can never be.")
    page.locator("#findings a").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#findings")).to_contain_text("Nothing is wrong.")
    assert siblings(draft, "inclusion") == ["i1", "i2", "i3", "i4"]


def test_two_people_do_not_overwrite_each_other(
    open_page: Callable[..., Page],
    live_server: Any,
    world: World,
    draft: CriteriaVersion,
    expected_errors: list[str],
) -> None:
    expected_errors.append("409")
    one, other = open_page(), open_page()
    for page in (one, other):
        sign_in(page, live_server, world.cast.ada)
        open_draft(page, draft, at="i3")
    one.get_by_label("Text", exact=True).fill("Active disease")
    one.keyboard.press("Tab")
    saved(one, 1)
    other.get_by_label("Text", exact=True).fill("Disease that is active")
    other.keyboard.press("Tab")
    told = other.get_by_role("alert")
    expect(told).to_contain_text("the draft was changed meanwhile")
    expect(told).to_contain_text("Changed the words: 3. Active disease, Ada Example")
    told.get_by_role("link", name="Load the draft as it is now").click()
    expect(other.get_by_label("Text", exact=True)).to_have_value("Active disease")


def test_it_fits_a_narrow_screen_in_both_schemes(
    open_page: Callable[..., Page],
    live_server: Any,
    world: World,
    draft: CriteriaVersion,
    check_axe: Callable[[Page], None],
) -> None:
    with acting_as(CONTENT):
        test = {"variable": "bmi", "comparator": "<=", "value": 17}  # an error, for its colours
        take_step(draft, base=0, action=Action.TEST, edit=lambda of: set_test(of, "e2.bmi-low", test))
    for scheme in ("light", "dark"):
        page = open_page(width=375, height=740, color_scheme=scheme)
        sign_in(page, live_server, world.cast.ada)
        for at in ("", "e2.bmi-low"):
            open_draft(page, draft, at=at)
            assert page.evaluate("document.documentElement.scrollWidth") == 375
            check_axe(page)
        row(page, "e6").click()
        expect(page.locator("#panel")).to_have_attribute("data-at", "e6")
        expect(row(page, "e6")).to_be_in_viewport()
        page.get_by_role("link", name="Close").click()
        expect(page.get_by_role("heading", name="Choose a criterion")).to_be_visible()


def test_it_works_without_javascript(
    open_page: Callable[..., Page], live_server: Any, world: World, draft: CriteriaVersion
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, live_server, world.cast.ada)
    open_draft(page, draft)
    leave(page, row(page, "e4"))
    leave(page, page.get_by_role("button", name="Up", exact=True))
    assert siblings(draft, "exclusion")[2] == "e4"
    page.get_by_label("Text", exact=True).fill("Organs that do not work")
    leave(page, page.get_by_role("button", name="Save the words"))
    expect(row(page, "e4")).to_contain_text("Organs that do not work")
    leave(page, page.get_by_role("button", name="Undo"))
    expect(row(page, "e4")).to_contain_text("Inadequate organ function")
    leave(page, page.get_by_role("link", name="Preview and try out"))
    page.locator('[data-statement="e4"]').get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="See what follows").click()
    expect(page.locator("#outcome")).to_contain_text(re.compile("ineligible", re.IGNORECASE))
