"""Walks through the running product in every role and makes the pictures of docs/tour.md: `make tour`.

A demonstration of its own is started for it, so nothing here touches anybody's data. The pictures that
the README shows are kept in the repository, with fewer colours; `--readme` makes them anew.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.chromium import FLAGS, chromium_path
from tests.served import demonstration

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = DOCS / "tour"
README = {
    "trials": "trials",
    "checklist-decided": "checklist",
    "facts": "facts",
    "signature": "signature",
    "amendment": "amendment",
    "figures": "figures",
}
COLOURS = 128
SIZE = {"width": 1280, "height": 800}
NARROW = {"width": 375, "height": 800}
PATIENCE = 60_000
PASSWORD = "try-it-out-2026"
COORDINATOR, INVESTIGATOR = "coordinator@rennes.example", "investigator@rennes.example"
MYOSITIS, SCLERODERMA = "NCT07086404", "NCT06470048"
EDITED = "NCT06665256"
WITH_FACTS, AMENDED, FAILED = "RN-0104", "RN-0103", "RN-0102"
JUDGEMENT, QTC, HARD = "i.life-expectancy", "e.rhythm.qtc", "i.refractory.agents"
ELIGIBLE = {
    **dict.fromkeys(("i1.age-min", "i1.age-max", "i1.diagnosis", "i2", "i3", "i4"), "Yes"),
    **dict.fromkeys(
        ("e1.washout", "e1.car-t", "e2.bmi-low", "e2.bmi-high", "e3", "e4", "e5", "e6", "e7"), "No"
    ),
}


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
        context.set_default_timeout(PATIENCE)
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
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path, animations="disabled")
        if name in README and self.for_readme:
            few = Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            few.save(DOCS / "screenshots" / f"{README[name]}.png", optimize=True)

    def visitor(self) -> None:
        with self.as_() as page:
            page.goto("/")
            self.picture(page, "home")
            page.goto("/trials/")
            self.picture(page, "trials")
            page.get_by_label("Search", exact=True).fill("myositis")
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
        with self.as_(COORDINATOR) as page:
            self.picture(page, "coordinator-today")
            page.goto(f"/screening/start/?trial={SCLERODERMA}")
            page.get_by_label("Participant code").fill("RN-0105")
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
                answer(page, identifier, word, "Claire Morvan")
                expect(page.locator("#outcome")).to_contain_text(f"{answered} of 16 answered")
            page.evaluate("scrollTo(0, 0)")
            self.picture(page, "checklist")
            page.get_by_role("link", name="One at a time").click()
            self.picture(page, "one-at-a-time")
            page.get_by_role("link", name="Checklist", exact=True).click()
            answer(page, "e2.aca", "Unknown", "Claire Morvan")
            answer(page, "i4.mrss", "No", "Claire Morvan")
            expect(page.locator("#outcome")).to_contain_text("Ineligible")
            page.evaluate("scrollTo(0, 0)")
            self.picture(page, "checklist-decided")
            page.get_by_role("link", name="Conclusion").click()
            self.picture(page, "conclusion")
            page.get_by_role("button", name="Conclude").click()
        with self.as_(COORDINATOR, color_scheme="dark", viewport=NARROW) as page:
            open_screening(page, WITH_FACTS)
            self.picture(page, "checklist-narrow-dark")

    def facts(self) -> None:
        with self.as_(COORDINATOR) as page:
            open_screening(page, WITH_FACTS)
            to_middle(row(page, "i.muscle-enzyme.ck"))
            self.picture(page, "facts")
            row(page, "i.muscle-enzyme.ldh").get_by_role("link", name="Enter a value").click()
            entry = page.get_by_role("form", name="Lactate dehydrogenase")
            entry.get_by_label("Value").fill("412")
            entry.get_by_label("Upper limit of normal").fill("250")
            to_middle(entry)
            self.picture(page, "fact-entered")
            entry.get_by_role("button", name="Keep this value").click()
            row(page, "i.muscle-enzyme.ldh").get_by_role("button", name="Confirm").click()
            expect(row(page, "i.muscle-enzyme.ldh").get_by_text("Claire Morvan")).to_be_visible()
            row(page, "i.muscle-enzyme.ldh").get_by_text("Comment, source").click()
            row(page, "i.muscle-enzyme.ldh").get_by_role("link", name="Name the source").click()
            source = page.get_by_role("form", name="Source of this answer")
            expect(source).to_be_visible()
            to_middle(source)
            self.picture(page, "evidence")
            to_middle(row(page, QTC))
            self.picture(page, "facts-disagree")
            page.evaluate("scrollTo(0, 0)")
            page.locator(".confirm-all").get_by_role("button").click()
            expect(page.get_by_text("proposals confirmed.")).to_be_visible()
            answer(page, JUDGEMENT, "Yes", "Claire Morvan")
            page.evaluate("scrollTo(0, 0)")
            self.picture(page, "due-on-a-screening")
            page.get_by_role("link", name="Dates", exact=True).click()
            self.picture(page, "dates")
            page.goto("/screening/today/")
            self.picture(page, "due")
            page.goto("/screening/")
            page.get_by_role("link", name=WITH_FACTS).click()
            self.picture(page, "participant")

    def order(self) -> None:
        with self.as_(COORDINATOR) as page:
            open_screening(page, WITH_FACTS)
            page.get_by_role("link", name="One at a time").click()
            page.get_by_role("link", name="Estimate", exact=True).click()
            page.locator(f'[name="stops-{HARD}"]').fill("70")
            page.get_by_role("button", name="Keep the estimates").click()
            open_screening(page, WITH_FACTS)
            page.get_by_role("link", name="One at a time").click()
            page.get_by_role("button", name="Use the fastest order").click()
            expect(page.get_by_role("button", name="Use the protocol's order")).to_be_visible()
            self.picture(page, "fastest-order")

    def amendment(self) -> None:
        with self.as_(COORDINATOR) as page:
            page.goto("/screening/amendments/")
            self.picture(page, "amendments")
            page.get_by_role("link", name="Look and move").first.click()
            self.picture(page, "amendment")
            page.get_by_label("Reason").fill("Approved by the ethics committee.")
            page.get_by_role("button", name="Move this screening").click()
            expect(page.locator("#outcome")).to_contain_text("Undetermined")
            self.picture(page, "moved")
            page.goto(f"/screening/start/?trial={EDITED}")
            page.get_by_label("Participant code").fill(FAILED)
            page.get_by_label("Participant code").press("Tab")
            expect(page.locator("#id_again")).to_be_visible()
            self.picture(page, "re-screening")

    def investigator(self) -> None:
        with self.as_(INVESTIGATOR) as page:
            self.picture(page, "investigator-today")
            open_screening(page, WITH_FACTS)
            to_middle(row(page, JUDGEMENT))
            self.picture(page, "judgement")
            page.goto(f"/screening/start/?trial={EDITED}")
            page.get_by_label("Participant code").fill("RN-0106")
            page.get_by_role("button", name="Start the screening").click()
            for identifier, word in ELIGIBLE.items():
                answer(page, identifier, word, "Yann Le Goff")
            expect(page.locator("#outcome")).to_contain_text("Potentially eligible")
            page.get_by_role("link", name="Signature", exact=True).click()
            page.get_by_label("What you checked against the full protocol").fill(
                "Compared with protocol 2.0, sections 5.1 and 5.2: nothing else excludes."
            )
            self.picture(page, "signing")
            to_middle(page.get_by_role("button", name="Sign: eligible"))
            self.picture(page, "signature")
            page.get_by_label("Your password").fill(PASSWORD)
            page.get_by_role("button", name="Sign: eligible").click()
            expect(page.get_by_role("heading", name="Record", exact=True)).to_be_visible()
            self.picture(page, "record")

    def figures(self) -> None:
        with self.as_(COORDINATOR) as page:
            page.goto("/screening/")
            self.picture(page, "log")
            page.goto(f"/screening/figures/?trial={EDITED}")
            self.picture(page, "figures")

    def practice(self) -> None:
        with self.as_(COORDINATOR) as page:
            page.goto("/screening/practice/")
            self.picture(page, "practice")
            page.get_by_role("button", name="Practise").first.click()
            self.picture(page, "practice-participant")
            for choice in page.locator("[role=radiogroup]").all():
                choice.locator("label").first.click()
            page.locator(".outcomes label").first.click()
            page.get_by_role("button", name="See what is right").click()
            expect(page.get_by_role("heading", name="right")).to_be_visible()
            self.picture(page, "practice-explained")

    def readers(self) -> None:
        with self.as_("monitor@rennes.example") as page:
            open_screening(page, WITH_FACTS)
            self.picture(page, "monitor-checklist")
        with self.as_("sponsor@novartis.example") as page:
            page.wait_for_timeout(1500)
            self.picture(page, "sponsor-map")
            page.get_by_role("link", name="Today").click()
            expect(page).to_have_title("Today · Trialdesk")
            self.picture(page, "sponsor-today")
            page.get_by_role("link", name="Screening figures").first.click()
            self.picture(page, "sponsor-figures")

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
            to_middle(page.get_by_label("Value", exact=True))
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


def row(page: Page, identifier: str) -> Locator:
    return page.locator(f'[data-statement="{identifier}"]')


def answer(page: Page, identifier: str, word: str, by: str) -> None:
    row(page, identifier).get_by_role("radiogroup").get_by_text(word, exact=True).click()
    expect(row(page, identifier).get_by_text(by)).to_be_visible()


def open_screening(page: Page, participant: str) -> None:
    """By the log's first line about a participant."""
    page.goto("/screening/")
    page.get_by_role("row").filter(has_text=participant).get_by_role("link").first.click()
    expect(page.locator("#outcome")).to_be_visible()


def to_middle(element: Locator) -> None:
    element.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")


def main() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, demonstration() as address:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        tour = Tour(browser, address, for_readme="--readme" in sys.argv)
        for part in (
            tour.visitor,
            tour.coordinator,
            tour.facts,
            tour.order,
            tour.amendment,
            tour.investigator,
            tour.figures,
            tour.practice,
            tour.readers,
            tour.administrator,
        ):
            part()
        browser.close()
    sys.stdout.write(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}; docs/tour.md shows them.\n")


if __name__ == "__main__":
    main()
