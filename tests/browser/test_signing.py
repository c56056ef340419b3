"""From a coordinator's proposal to an investigator's signature, its record, and the change that voids it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from screening.services.rules import local_date
from tests.browser.desk_world import choose, make_world, row, sign_in
from tests.factories import PASSWORD, acting, answer, make_screening

pytestmark = pytest.mark.django_db

ANSWERS = {
    **dict.fromkeys(("i1.age-min", "i1.age-max", "i1.diagnosis", "i2", "i3", "i4"), "yes"),
    **dict.fromkeys(("e1.washout", "e1.car-t", "e2.bmi-low", "e2.bmi-high", "e3", "e4", "e5", "e6"), "no"),
}
JUDGEMENT, CHANGED = "e7", "e6"


def test_an_investigator_settles_reads_and_signs(
    open_page: Callable[..., Page], live_server: Any, check_axe: Callable[[Page], None]
) -> None:
    world = make_world("NCT06665256")
    alice, dora = world.cast.alice, world.cast.dora
    with acting(alice):
        today = local_date(world.cast.rennes)
    screening = make_screening(alice, world.site, world.version, patient_code="P-017", consent_date=today)
    for identifier, value in ANSWERS.items():
        answer(dora if identifier.startswith("e1") else alice, screening, identifier, value)
    coordinator, investigator = open_page(), open_page()
    sign_in(coordinator, live_server, alice)
    sign_in(investigator, live_server, dora)

    # The coordinator proposes what only the investigator may settle
    coordinator.goto(f"/screening/{screening.pk}/")
    choose(coordinator, JUDGEMENT, "No")
    expect(row(coordinator, JUDGEMENT).get_by_text("Alice Example")).to_be_visible()
    expect(coordinator.locator("#outcome")).to_contain_text("Undetermined")

    # The investigator finds it waiting, settles it, and the outcome follows
    investigator.goto(f"/screening/{screening.pk}/sign/")
    expect(investigator.locator("main")).to_contain_text("Open statements could still decide")
    investigator.get_by_role("link", name=re.compile("Exclusion 7")).click()
    row(investigator, JUDGEMENT).get_by_role("button", name="Settle: No").click()
    expect(row(investigator, JUDGEMENT).get_by_text("Dora Example")).to_be_visible()
    expect(investigator.locator("#outcome")).to_contain_text("Potentially eligible")

    # Reads the page, attests what was checked, and signs with the password
    investigator.get_by_role("link", name="Signature", exact=True).click()
    expect(investigator.get_by_text("I, Dora Example, have read the answers above")).to_be_visible()
    check_axe(investigator)
    attested = "Compared with protocol 2.0, sections 5.1 and 5.2."
    investigator.get_by_label("What you checked against the full protocol").fill(attested)
    investigator.get_by_label("Your password").fill(PASSWORD)
    investigator.get_by_role("button", name="Sign: eligible").click()
    expect(investigator.get_by_role("heading", name="Record", exact=True)).to_be_visible()
    expect(investigator.locator("main")).to_contain_text("Signed: eligible")
    check_axe(investigator)

    # The record opens as a PDF that can be read
    address = investigator.get_by_role("link", name="Open as PDF").get_attribute("href")
    pdf = investigator.context.request.get(f"{live_server.url}{address}").body()
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    text = re.sub(r"\s+", " ", text)
    for words in ("Signed by Dora Example", attested, "BMI at Screening of ≤17", "Page 1 of"):
        assert words in text

    # A changed answer voids it, where everybody sees it
    choose(coordinator, CHANGED, "Yes")
    reason = row(coordinator, CHANGED).get_by_label("Reason")
    settled = coordinator.locator("#outcome").get_by_text("Signature voided")
    expect(reason.or_(settled)).to_be_visible()
    if reason.is_visible():  # on a busy machine the answer is older than a minute
        reason.fill("the biopsy came back")
        reason.press("Enter")
    expect(settled).to_be_visible()
    expect(coordinator.locator("#outcome")).to_contain_text("UTC: an answer changed")
    investigator.reload()
    expect(investigator.locator("main")).to_contain_text("Signature voided")
