"""What the map's browser tests share: sites all over the world, and ways to wait for a map that is ready."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from config.context import acting_as, system
from screening.models import SponsorMembership, User
from tests.factories import CONTENT, make_user
from tests.trials_views.catalogue import add_documents
from trials.located import locate_sites
from trials.models import Sponsor


def make_map_world() -> User:
    """The trial with fifty sites, each at its city, and somebody who works for its sponsor."""
    add_documents("novartis")
    with acting_as(system("test", edits_content=True, importing=True)):
        locate_sites()
    user = make_user("Sven")
    with acting_as(CONTENT):
        sponsor = Sponsor.objects.get(name="Novartis Pharmaceuticals")
        SponsorMembership.objects.create(user=user, sponsor=sponsor)
    return user


def until(page: Page, script: str, wanted: Callable[[Any], bool] = bool) -> Any:
    """Poll: the content security policy refuses the browser's own waiting for a function."""
    deadline = time.monotonic() + 15
    while True:
        value = page.evaluate(script)
        if wanted(value):
            return value
        assert time.monotonic() < deadline, f"{script} is still {value!r}"
        page.wait_for_timeout(50)


def ready(page: Page) -> None:
    until(page, "document.getElementById('map').dataset.state", lambda state: state == "ready")
    settled(page)


def settled(page: Page) -> None:
    """Nothing moves any more, and every marker in view has its name."""
    until(page, "document.getElementById('map').hasAttribute('aria-busy')", lambda busy: not busy)


def open_map(page: Page, query: str = "") -> None:
    page.goto(f"/map/{query}")
    ready(page)


def markers(page: Page) -> Locator:
    return page.locator(".map-marker")


def marker(page: Page, name: str) -> Locator:
    return page.locator(f'.map-marker[aria-label*="{name}"]')


def labels(page: Page) -> list[str]:
    """What the markers in view are called, once all have their names."""
    script = "[...document.querySelectorAll('.map-marker')].map(m => m.getAttribute('aria-label'))"
    found: list[str] = until(
        page, script, lambda names: names and all(name != "Recruiting" for name in names)
    )
    return sorted(found)


def rows(page: Page) -> Locator:
    return page.locator(".map-table tbody tr")
