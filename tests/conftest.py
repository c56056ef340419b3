"""What every test gets: both database roles, a clean database, and a browser that reports what it dislikes.

A test that needs the database says `pytest.mark.django_db` and no more. It runs as the application role; what
it must do as the owner, it does with `connections["owner"]`.
"""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.chromium import FLAGS, chromium_path
from tests.database import as_superuser

# Playwright keeps an event loop in this thread, where Django would refuse to use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# No test is about speed. The examples are the same ones at each run, so that what failed once fails again:
# `make test ARGS=--hypothesis-profile=default` tries others.
hypothesis_settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("same")

# The pages that these tests compare with are somewhere else, and not everybody has them.
collect_ignore = [] if os.environ.get("CORPUS") else ["corpus"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have every database test commit, as both roles: triggers and policies only show then."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "live_server"}:
            item.add_marker(
                pytest.mark.django_db(transaction=True, databases=["default", "owner"]), append=False
            )


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays to the end: modules, models, and thousands of tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    with as_superuser():
        yield


# --- The browser ---

# Milliseconds until something counts as not happening: no test is about speed, and machines are busy.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    try:
        path = chromium_path()
    except LookupError as missing:
        pytest.fail(str(missing), pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of console messages that this test provokes on purpose: it appends them."""
    return []


@pytest.fixture
def open_page(
    chromium: Browser, live_server: Any, expected_errors: list[str]
) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own: `open_page(width=320, color_scheme="dark")`.

    The test fails when one of them breaks the content security policy, logs an error, raises one, or asks for
    anything that is not this server's.
    """
    problems: list[str] = []
    contexts = []

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def note_request(request: Request) -> None:
        elsewhere = urlsplit(request.url).netloc != urlsplit(live_server.url).netloc
        if elsewhere and not request.url.startswith(("data:", "blob:")):
            problems.append(f"request that leaves the server: {request.url}")

    def open_one(*, width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, **options
        )
        context.set_default_timeout(PATIENCE)
        # The first page of all waits for templates, vocabulary and index to be read.
        context.set_default_navigation_timeout(3 * PATIENCE)
        context.on("request", note_request)
        context.on("console", note_console)
        context.on("weberror", lambda error: problems.append(f"error on the page: {error.error}"))
        # A breach is logged too, but not with what was refused and where.
        context.add_init_script(
            """addEventListener("securitypolicyviolation", (event) =>
            console.error(`CSP breach: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""
        )
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    unexpected = [problem for problem in problems if not any(part in problem for part in expected_errors)]
    assert not unexpected, "\n".join(["The browser complained:", *unexpected])


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page of the size of a desk's screen."""
    return open_page()


@pytest.fixture(scope="session")
def check_axe() -> Callable[[Page], None]:
    """Assert that axe finds nothing on the page as it is now."""
    source = (Path(settings.NODE_MODULES) / "axe-core/axe.min.js").read_text()

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a page that a click has opened may still be without its style sheets
        page.evaluate(source)
        result = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", AXE_RULES)
        found = [
            f"{violation['id']}: {violation['help']}: "
            + "; ".join(node["html"] for node in violation["nodes"])
            for violation in result["violations"]
        ]
        assert not found, "\n".join([f"axe on {page.url}:", *found])

    return check
