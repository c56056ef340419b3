"""`make run`, from an empty folder: what its pages weigh, cold, what is lost when it is killed, how it ends.

It takes long to start with nothing, so it does so once for all.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from config.embedded import EmbeddedServer
from config.management.commands.serve import free_port
from tests.browser.desk_world import choose, row
from tests.served import PATIENCE, Server, a_free_port, data_folder
from tests.trials_views.catalogue import NUMBERS

KB = 1024
WEIGHT, REQUESTS, SHIFT = 100 * KB, 8, 0.02
MAP_WEIGHT, MAP_REQUESTS, MAP_SHIFT = 600 * KB, 16, 0.1
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

FIRST, SECOND, THIRD = "i.active-myositis.biopsy", "i.active-myositis.mri", "e.allergy"


@dataclass(frozen=True)
class Load:
    address: str
    weight: int
    requests: int
    shift: float


@pytest.fixture(scope="module")
def demonstration() -> Iterator[Server]:
    with data_folder() as data, Server(data, a_free_port()) as server:
        yield server


@pytest.fixture
def server(demonstration: Server) -> Iterator[Server]:
    if demonstration.process.poll() is not None:
        demonstration.start()
    demonstration.page()
    yield demonstration
    print(demonstration.said())  # noqa: T201  (pytest shows it of a test that failed)


@pytest.fixture
def served(server: Server) -> str:
    return server.address


@pytest.fixture
def load(chromium: Browser, served: str) -> Iterator[Callable[..., Load]]:
    """Load an address with an empty cache, as somebody who has signed in elsewhere."""
    contexts: list[Any] = []

    def measured(address: str, signed_in: Any = None) -> Load:
        context = chromium.new_context(
            base_url=served, viewport={"width": 1280, "height": 800}, storage_state=signed_in
        )
        contexts.append(context)
        context.add_init_script(SHIFTS)
        page = context.new_page()
        received: list[int] = []
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(address, wait_until="networkidle")
        shift = page.evaluate("window.shifted")
        # What came out of the cache, or stands in a style sheet, has no length.
        return Load(address, sum(received), sum(length > 0 for length in received), shift)

    yield measured
    for context in contexts:
        context.close()


def over(found: Load, weight: int = WEIGHT, requests: int = REQUESTS, shift: float = SHIFT) -> str:
    within = found.weight <= weight and found.requests <= requests and found.shift <= shift
    said = (
        f"{found.address}: {found.weight / KB:.1f} KB, {found.requests} requests, shifted {found.shift:.3f}"
    )
    return "" if within else said


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("coordinator@rennes.example")
    page.get_by_label("Password").fill("try-it-out-2026")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def signed_in(chromium: Browser, served: str, do: Callable[[Page], None]) -> Any:
    """What a browser keeps of a coordinator who has signed in and done something."""
    context = chromium.new_context(base_url=served)
    page = context.new_page()
    sign_in(page)
    do(page)
    state = context.storage_state()
    context.close()
    return state


def test_pages_keep_within_their_budget(load: Callable[..., Load], chromium: Browser, served: str) -> None:
    """Of the catalogue and of the desk in one: the product is started once for both."""
    pages_of_the_catalogue(load)
    pages_of_the_desk(load, chromium, served)


def pages_of_the_catalogue(load: Callable[..., Load]) -> None:
    trials = [f"/trials/{number}/" for number in NUMBERS.values()]
    pages = ["/", "/trials/", "/trials/?q=nothing", *trials, "/accounts/login/", "/nowhere/"]
    assert [words for page in pages if (words := over(load(page)))] == []
    assert not over(load("/map/"), MAP_WEIGHT, MAP_REQUESTS, MAP_SHIFT)


def pages_of_the_desk(load: Callable[..., Load], chromium: Browser, served: str) -> None:
    checklist = []

    def start_the_longest(page: Page) -> None:
        page.goto(f"/screening/start/?trial={NUMBERS['mirror']}")
        page.get_by_label("Participant code").fill("RN-0199")
        page.get_by_role("button", name="Start the screening").click()
        page.wait_for_url("**/screening/*/")
        checklist.append(page.url.removeprefix(served))

    state = signed_in(chromium, served, start_the_longest)
    longest_trial = f"/trials/{NUMBERS['mirror']}/"
    pages = ["/screening/today/", "/screening/", *checklist, f"{checklist[0]}?view=focus"]
    pages += ["/screening/start/", "/accounts/password/", longest_trial]
    assert [words for page in pages if (words := over(load(page, state)))] == []


def test_killing_the_server_between_two_answers_loses_nothing(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    sign_in(page)
    page.goto("/screening/start/?trial=NCT07086404")
    page.get_by_label("Participant code").fill("P-017")
    page.get_by_role("button", name="Start the screening").click()
    banner = page.locator("#saving")
    choose(page, FIRST, "Yes")
    expect(banner).to_contain_text("Saved")

    server.kill()
    choose(page, SECOND, "No")
    choose(page, THIRD, "Yes")
    expect(banner).to_contain_text("2 answers waiting")

    server.start()
    server.page()
    expect(banner).to_contain_text("Saved", timeout=PATIENCE * 1000)
    page.reload()
    expect(page.locator("#outcome")).to_contain_text("Ineligible")
    for identifier, word in ((FIRST, "Yes"), (SECOND, "No"), (THIRD, "Yes")):
        expect(row(page, identifier).get_by_label(word, exact=True)).to_be_checked()
        row(page, identifier).get_by_role("link", name="History").click()
        expect(row(page, identifier).locator("tbody tr")).to_have_count(1)
    context.close()


def test_it_keeps_its_data_and_leaves_nothing_behind(server: Server) -> None:
    key = server.data / "secret-key"
    kept = key.read_text()
    with Server(server.data, server.port) as late:
        assert late.wait() == 1
    [complaint] = late.said().splitlines()
    assert f"Port {server.port} cannot be had" in complaint

    end_in_order(server, signal.SIGINT)
    server.start()
    assert "Trialdesk" in server.page()
    end_in_order(server, signal.SIGTERM)
    assert key.read_text() == kept


def end_in_order(server: Server, number: int) -> None:
    server.end(number)
    said = server.said()
    assert f"{server.address}/" in said
    assert "administrator@trialdesk.example" in said
    assert "Traceback" not in said
    assert not EmbeddedServer(server.data)._processes()
    assert free_port(str(server.port)) == server.port
