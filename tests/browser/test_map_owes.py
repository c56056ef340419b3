"""What the map owes everybody: accessible in each layout, light on the wire, steady, true at the edges."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from playwright.sync_api import Page, Response, expect

from screening.models import User
from tests.browser.map_world import make_map_world, marker, markers, open_map, ready, rows, until
from tests.factories import make_trial
from tests.trials_map.places import PARIS, make_site

pytestmark = pytest.mark.django_db
# Both widths and both schemes: what a page's colours are does not depend on its width.
LAYOUTS = [(1280, "light"), (320, "dark")]
# axe's experiments that maps are known to break.
EXPERIMENTS = ["label-content-name-mismatch", "target-size"]


@pytest.fixture(autouse=True)
def _world() -> User:
    return make_map_world()


def check_experiments(page: Page) -> None:
    """axe is on the page already."""
    rules = {rule: {"enabled": True} for rule in EXPERIMENTS}
    found = page.evaluate(
        "rules => axe.run({runOnly: {type: 'rule', values: Object.keys(rules)}, rules})", rules
    )
    assert not [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.mark.parametrize(("width", "scheme"), LAYOUTS)
def test_it_is_accessible_in_each_layout(
    open_page: Callable[..., Page], check_axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    for query in ("", "?country=Japan", "?trial=NCT06665256&country=Singapore"):
        open_map(page, query)
        expect(markers(page).first).to_be_visible()
        check_axe(page)
        check_experiments(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    rows(page).first.get_by_role("link", name="Show").click()
    expect(page.get_by_role("dialog")).to_contain_text("Singapore")
    check_axe(page)
    check_experiments(page)
    page.goto(rows(page).first.get_by_role("link").first.get_attribute("href") or "")
    check_axe(page)


@pytest.mark.parametrize(("width", "scheme"), LAYOUTS)
def test_on_the_page_of_a_trial_too(
    open_page: Callable[..., Page], check_axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    page.goto("/trials/NCT06665256/#locations")
    ready(page)
    check_axe(page)
    check_experiments(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_marker_says_its_status_by_word_and_shape(page: Page) -> None:
    open_map(page, "?country=Japan")
    for found in markers(page).all():
        expect(found).to_have_attribute("aria-label", re.compile("Recruiting"))
    sapporo = marker(page, "Sapporo: Recruiting: approximate place")
    expect(sapporo).to_have_text("●")


def as_sent(response: Response) -> int:
    """Bytes in production: static files as WhiteNoise has compressed them, others as the view sent them."""
    body = response.body()
    if "/static/" in response.url:
        return len(brotli.compress(body))
    return (
        len(gzip.compress(body)) if "gzip" in (response.header_value("content-encoding") or "") else len(body)
    )


def test_it_is_light(page: Page) -> None:
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    open_map(page)
    page.wait_for_load_state("networkidle")
    until(page, "document.querySelectorAll('.map-country').length")
    sizes = {response.url: as_sent(response) for response in responses}
    assert len(sizes) <= 16, sorted(
        sizes
    )  # the tests' server lets nothing be kept, so one file may come twice
    assert sum(sizes.values()) <= 200_000, sizes
    assert "countries-50m" not in " ".join(sizes)


def test_nothing_jumps_while_it_loads(page: Page) -> None:
    page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value; }))
            .observe({type: "layout-shift", buffered: true});"""
    )
    open_map(page)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") <= 0.1


def test_no_line_runs_across_the_world(page: Page) -> None:
    open_map(page, "?sites=all")
    until(page, "document.querySelectorAll('.map-land').length", lambda number: number > 150)
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll(".map-land")].flatMap((path) =>
            path.getAttribute("d").split("M").filter(Boolean).flatMap((ring) => {
                const xs = ring.replace("z", "").split("L").map((point) => parseFloat(point));
                return xs.slice(1).map((x, at) => Math.abs(x - xs[at]));
            })))"""
    )
    # The 49th parallel between Canada and the United States is the longest straight line there is.
    assert longest < page.evaluate("document.getElementById('map').clientWidth") / 4


def test_outlines_are_finer_when_near(page: Page) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    open_map(page, "?country=Singapore")
    until(page, "document.querySelectorAll('.leaflet-fine-pane .map-land').length")
    assert any("countries-50m" in url for url in fetched)


def test_a_site_at_each_end_of_the_world_is_within_reach(page: Page) -> None:
    trial = make_trial()
    for longitude in (-179.9, 179.9):
        make_site(trial, city="Taveuni", country="Fiji", latitude=-16.8, longitude=longitude)
    make_site(trial, **PARIS)
    open_map(page, f"?trial={trial.nct_id}")
    expect(marker(page, "Taveuni")).to_have_count(2)
    for found in marker(page, "Taveuni").all():
        expect(found).to_be_in_viewport()


def test_where_the_scripts_parts_come_from_is_in_the_lock_file() -> None:
    lock = (Path(settings.BASE_DIR) / "package-lock.json").read_text()
    for package in ("leaflet", "supercluster", "topojson-client", "world-atlas"):
        assert f'"node_modules/{package}"' in lock
    assert '"resolved"' not in lock


def test_a_map_of_nothing_shows_the_world(page: Page) -> None:
    open_map(page, "?status=SUSPENDED")
    expect(page.get_by_text("No site fits all of that together")).to_be_visible()
    assert markers(page).count() == 0
    until(page, "document.querySelectorAll('.map-land').length")
    ready(page)
