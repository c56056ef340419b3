"""Walks through the running product in every role and makes the pictures of docs/tour.md: `make tour`.

A demonstration of its own is started for it, so nothing here touches anybody's data. The two pictures that
the README shows are kept in the repository, a little smaller; `--readme` makes them anew.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.chromium import FLAGS, chromium_path
from tests.served import demonstration

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = DOCS / "tour"
README = {"trials": "trials", "checklist-decided": "checklist"}
SIZE = {"width": 1280, "height": 800}
README_SIZE = {"width": 1240, "height": 560}
PASSWORD = "try-it-out-2026"
MYOSITIS, SCLERODERMA = "NCT07086404", "NCT06470048"
EDITED = "NCT06665256"


class Tour:
    def __init__(self, browser: Browser, address: str, *, for_readme: bool) -> None:
        self.browser = browser
        self.address = address
        self.for_readme = for_readme

    @contextmanager
    def as_(self, email: str = "", **options: object) -> Iterator[Page]:
        """A window of somebody who is signed in, or of a visitor."""
        options = {"base_url": self.address, "viewport": SIZE} | options
        context = self.browser.new_context(**options)
        page = context.new_page()
        if email:
            page.goto("/accounts/login/")
            page.get_by_label("E-mail").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        yield page
        context.close()

    def picture(self, page: Page, name: str) -> None:
        page.mouse.move(0, 0)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
        if name in README and self.for_readme:
            page.set_viewport_size(README_SIZE)
            page.screenshot(path=DOCS / "screenshots" / f"{README[name]}.png", animations="disabled")
            page.set_viewport_size(SIZE)

    def visitor(self) -> None:
        with self.as_() as page:
            page.goto("/")
            self.picture(page, "home")
            page.goto("/trials/")
            self.picture(page, "trials")
            page.get_by_role("searchbox").fill("myositis")
            page.get_by_role("group", name="Country").get_by_label("China", exact=True).check()
            expect(page.locator("#results-heading")).to_have_text("2 trials found")
            page.evaluate("scrollTo(0, 0)")
            self.picture(page, "trials-filtered")
            page.goto(f"/trials/{EDITED}/")
            self.picture(page, "trial")
            page.goto(f"/trials/{MYOSITIS}/#eligibility")
            self.picture(page, "criteria")
            page.goto("/map/")
            page.wait_for_timeout(1500)
            self.picture(page, "map")

    def coordinator(self) -> None:
        with self.as_("coordinator@rennes.example") as page:
            self.picture(page, "coordinator-today")
            page.goto(f"/screening/start/?trial={SCLERODERMA}")
            page.get_by_label("Participant code").fill("RN-0103")
            self.picture(page, "start")
            page.get_by_role("button", name="Start the screening").click()
            for answered, (identifier, word) in enumerate(
                [
                    ("i1.age", "Yes"),
                    ("i2.ssc", "Yes"),
                    ("i2.subset", "Yes"),
                    ("i3", "Yes"),
                    ("i6.ata", "Yes"),
                ],
                1,
            ):
                self._answer(page, identifier, word)
                expect(page.locator("#outcome")).to_contain_text(f"{answered} of 16 answered")
            page.evaluate("scrollTo(0, 0)")
            self.picture(page, "checklist")
            page.get_by_role("link", name="One at a time").click()
            self.picture(page, "one-at-a-time")
            page.get_by_role("link", name="Checklist", exact=True).click()
            self._answer(page, "e2.aca", "Unknown")
            self._answer(page, "i4.mrss", "No")
            expect(page.locator("#outcome")).to_contain_text("Ineligible")
            page.evaluate("scrollTo(0, 0)")
            self.picture(page, "checklist-decided")
            page.get_by_role("link", name="Conclusion").click()
            self.picture(page, "conclusion")
            page.get_by_role("button", name="Conclude").click()
            page.goto("/screening/")
            self.picture(page, "log")
        narrow = {"width": 375, "height": 800}
        with self.as_("coordinator@rennes.example", color_scheme="dark", viewport=narrow) as page:
            page.goto("/screening/1/")
            self.picture(page, "checklist-narrow-dark")

    def _answer(self, page: Page, identifier: str, word: str) -> None:
        row = page.locator(f'[data-statement="{identifier}"]')
        row.get_by_role("radiogroup").get_by_text(word, exact=True).click()
        expect(row.get_by_text("Claire Morvan")).to_be_visible()

    def readers(self) -> None:
        with self.as_("investigator@rennes.example") as page:
            self.picture(page, "investigator-today")
        with self.as_("monitor@rennes.example") as page:
            page.goto("/screening/1/")
            self.picture(page, "monitor-checklist")
        with self.as_("sponsor@novartis.example") as page:
            page.wait_for_timeout(1500)
            self.picture(page, "sponsor-map")
            page.get_by_role("link", name="Today").click()
            expect(page).to_have_title("Today · Trialdesk")
            self.picture(page, "sponsor-today")

    def administrator(self) -> None:
        with self.as_("administrator@trialdesk.example") as page:
            page.goto(f"/trials/{EDITED}/versions/")
            self.picture(page, "versions")
            page.locator("summary", has_text="New version from this one").first.click()
            form = page.locator("details[open] form")
            form.get_by_role("textbox").first.fill("Amendment 3")
            form.get_by_role("button", name="Begin a draft").click()
            page.locator('[id="row-e2.bmi-high"]').click()
            expect(page.locator("#panel")).to_have_attribute("data-at", "e2.bmi-high")
            page.get_by_label("Value", exact=True).fill("38")
            page.get_by_role("button", name="Save the value").click()
            expect(page.locator("#tools")).to_have_attribute("data-revision", "1")
            page.get_by_label("Value", exact=True).evaluate(
                "field => field.scrollIntoView({block: 'center'})"
            )
            self.picture(page, "editor")
            page.get_by_role("link", name="Preview and try out").click()
            self.picture(page, "try-out")
            page.go_back()
            page.get_by_role("link", name="Differences and publishing").click()
            self.picture(page, "publishing")
            page.goto("/screening/today/")
            self.picture(page, "administrator-today")
            page.goto("/admin/")
            self.picture(page, "administration")


def main() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with sync_playwright() as playwright, demonstration() as address:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        tour = Tour(browser, address, for_readme="--readme" in sys.argv)
        for part in (tour.visitor, tour.coordinator, tour.readers, tour.administrator):
            part()
        browser.close()
    sys.stdout.write(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}; docs/tour.md shows them.\n")


if __name__ == "__main__":
    main()
