"""The server is killed between two answers: nothing acknowledged is lost, nothing is stored twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk_world import choose, row
from tests.served import PATIENCE, a_free_port, data_folder, serve, wait_for_page

FIRST, SECOND, THIRD = "i.active-myositis.biopsy", "i.active-myositis.mri", "e.allergy"


class Server:
    """The demonstration, in a process group that can be killed at one blow."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = a_free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self.process = serve(self.data, self.port, in_own_session=True)
        wait_for_page(self.process, f"{self.address}/trials/")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=PATIENCE)

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def server() -> Iterator[Server]:
    with data_folder() as data:
        server = Server(data)
        yield server
        server.end()


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("coordinator@rennes.example")
    page.get_by_label("Password").fill("try-it-out-2026")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


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
    expect(banner).to_contain_text("Saved", timeout=PATIENCE * 1000)
    page.reload()
    expect(page.locator("#outcome")).to_contain_text("Ineligible")
    for identifier, word in ((FIRST, "Yes"), (SECOND, "No"), (THIRD, "Yes")):
        expect(row(page, identifier).get_by_label(word, exact=True)).to_be_checked()
        row(page, identifier).get_by_role("link", name="History").click()
        expect(row(page, identifier).locator("tbody tr")).to_have_count(1)
    context.close()
