"""The catalogue in Chromium, with the five trials: finding, filtering, going back, what each page owes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.desk_world import sign_in
from tests.factories import make_user
from tests.trials_views.catalogue import NUMBERS, add_documents

pytestmark = pytest.mark.django_db
MYOSITIS = [NUMBERS[name] for name in ("novartis", "mirror", "sparse", "clinconnect")]
LAYOUTS = [(1280, "light"), (320, "dark"), (320, "light"), (1280, "dark")]
LONG = 20_000
PAGES = [
    "/",
    "/trials/",
    "/trials/?q=myositis&country=China&age=old",
    "/trials/?q=nothing+of+the+kind",
    *(f"/trials/{number}/" for number in NUMBERS.values()),
    "/accounts/login/",
    "/nowhere/",
]


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    add_documents()


def hits(page: Page) -> list[str]:
    return re.findall(r"NCT\d{8}", " ".join(page.locator(".hit-facts").all_inner_texts()))


def country(page: Page, name: str) -> Any:
    return page.get_by_role("group", name="Country").get_by_label(name, exact=True)


def test_a_trial_is_found_by_a_word_and_opened(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Search the trials").fill("inflammatory myopathy")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/trials/\?q=inflammatory\+myopathy$"))
    expect(page.get_by_role("heading", level=2)).to_have_text("4 trials found")
    assert sorted(hits(page)) == sorted(MYOSITIS)
    page.emulate_media(media="print")
    expect(page.locator(".hit")).to_have_count(4)
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="GC012F Injection in Refractory Idiopathic Inflammatory Myopathy").click()
    expect(page).to_have_title(re.compile("GC012F Injection.*NCT07086404.*Trialdesk"))
    page.get_by_role("link", name="Who can take part").click()
    expect(page.get_by_role("heading", name="Inclusion criteria")).to_be_in_viewport()


def test_filters_swap_the_results_and_the_address_follows(page: Page, expected_errors: list[str]) -> None:
    expected_errors += ["htmx:sendAbort", "htmx:afterRequest"]  # a page is left while it still asks
    page.goto("/trials/")
    page.evaluate("window.sameDocument = true")
    box = page.get_by_label("Search", exact=True)
    box.press_sequentially("inflammatory myopathy", delay=20)
    expect(page).to_have_url(re.compile(r"\?q=inflammatory\+myopathy$"))
    expect(page.locator("#results-heading")).to_have_text("4 trials found")
    expect(box).to_be_focused()

    country(page, "China").check()
    expect(page).to_have_url(re.compile(r"\?q=inflammatory\+myopathy&country=China$"))
    expect(page.locator("#results-heading")).to_have_text("2 trials found")
    expect(country(page, "China")).to_be_focused()
    expect(page.locator("p#found")).to_have_text("2 trials found")
    assert page.evaluate("window.sameDocument") is True

    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=inflammatory\+myopathy$"))
    expect(page.locator("#results-heading")).to_have_text("4 trials found")
    expect(country(page, "China")).not_to_be_checked()
    expect(page.get_by_label("Search", exact=True)).to_have_value("inflammatory myopathy")
    page.go_back()
    expect(page.locator("#results-heading")).to_have_text("5 trials found")
    page.go_forward()
    expect(page.locator("#results-heading")).to_have_text("4 trials found")


def test_a_trial_is_printed_with_its_sites_and_without_what_only_a_screen_can_use(page: Page) -> None:
    page.goto(f"/trials/{NUMBERS['novartis']}/")
    sites = page.locator(".sites tbody tr")
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_visible()
    page.emulate_media(media="print")
    expect(sites).to_have_count(50)
    expect(sites.last).to_be_visible()
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_hidden()
    for name in ("Main", "On this page", "Breadcrumbs"):
        expect(page.get_by_role("navigation", name=name)).to_be_hidden()
    expect(page.locator("#map")).to_be_hidden()
    # A sentence stands there once; its parts are repeated on a screen that asks for them alone.
    expect(page.get_by_text("BMI at Screening of ≤17 or ≥40 kg/m2")).to_be_visible()
    expect(page.get_by_text("BMI at Screening of ≤17 kg/m2")).to_be_hidden()


def test_going_on_while_a_page_still_loads_ends_at_what_its_address_says(
    page: Page, expected_errors: list[str]
) -> None:
    expected_errors += ["htmx:sendAbort", "htmx:afterRequest"]
    found = page.locator("#results-heading")
    page.goto("/trials/")
    page.get_by_label("Search", exact=True).fill("inflammatory myopathy")
    expect(found).to_have_text("4 trials found")
    country(page, "China").check()
    expect(found).to_have_text("2 trials found")

    held: list[Route] = []
    page.route("**/htmx*.js", lambda route: route.fallback() if held else held.append(route))
    with page.expect_request("**/htmx*.js"):
        page.evaluate("history.back()")
    expect(found).to_have_text("4 trials found")
    page.evaluate("history.back()")  # nothing of the page listens yet
    expect(page).to_have_url(re.compile(r"/trials/$"))
    expect(found).to_have_text("4 trials found")
    held[0].fallback()
    expect(found).to_have_text("5 trials found")
    expect(page.get_by_label("Search", exact=True)).to_have_value("")
    expect(page).to_have_url(re.compile(r"/trials/$"))


def test_an_empty_result_offers_what_would_find_something(page: Page) -> None:
    page.goto("/trials/?q=ianalumab&country=Japan")
    expect(page.locator("#results-heading")).to_have_text("0 trials found")
    page.get_by_role("link", name="Without “Country”").click()
    expect(page.locator("#results-heading")).to_have_text("1 trial found")
    assert hits(page) == [NUMBERS["platform"]]


def test_everything_works_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/trials/")
    page.get_by_label("Search", exact=True).fill("inflammatory myopathy")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"q=inflammatory\+myopathy"))
    assert sorted(hits(page)) == sorted(MYOSITIS)
    country(page, "China").check()
    page.get_by_role("button", name="Apply the filters").click()
    expect(page).to_have_url(re.compile("country=China"))
    assert sorted(hits(page)) == sorted([NUMBERS["mirror"], NUMBERS["clinconnect"]])
    page.get_by_role("link", name=re.compile("GC012F")).click()
    expect(page.get_by_role("heading", name="Who can take part")).to_be_visible()


def test_the_first_tab_leads_past_the_header(page: Page) -> None:
    for address in ("/", "/trials/", f"/trials/{NUMBERS['novartis']}/"):
        page.goto(address)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def promises(page: Page) -> list[str]:
    """What a page of ours owes whoever reads it, and breaks here."""
    return page.evaluate(
        """() => {
            const broken = [], root = document.documentElement;
            if (root.scrollWidth > innerWidth) broken.push(`scrolls sideways to ${root.scrollWidth}`);
            if (document.querySelectorAll("h1").length !== 1) broken.push("not one h1");
            if (!document.title.endsWith(" · Trialdesk")) broken.push(`title ${document.title}`);
            const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
            const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
            if (twice.length) broken.push(`ids twice: ${twice}`);
            return broken;
        }"""
    )


def check_in_every_layout(page: Page, check_axe: Callable[[Page], None]) -> None:
    # A long page is looked at twice, in both widths and both schemes; another four times, in all their pairs.
    layouts = LAYOUTS[:2] if len(page.content()) > LONG else LAYOUTS
    for width, scheme in layouts:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert promises(page) == [], (page.url, width, scheme)
        check_axe(page)


def test_every_page_is_accessible_and_fits(
    page: Page,
    live_server: Any,
    check_axe: Callable[[Page], None],
    expected_errors: list[str],
) -> None:
    expected_errors.append("404")
    for address in PAGES:
        page.goto(address)
        check_in_every_layout(page, check_axe)
    sign_in(page, live_server, make_user("Alice"))
    page.goto("/accounts/password/")
    check_in_every_layout(page, check_axe)
