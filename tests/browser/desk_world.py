"""What the desk's browser tests share: a world with a real trial, who is signed in, a row of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Locator, Page

from config.context import acting_as
from screening.models import CenterSite, Screening, User
from tests.documents.loading import load_documents
from tests.factories import CONTENT, Cast, make_cast, make_center_site, make_screening
from trials.models import CriteriaVersion, Trial


@dataclass(frozen=True)
class World:
    cast: Cast
    trial: Trial
    version: CriteriaVersion
    site: CenterSite

    def screening(self) -> Screening:
        return make_screening(self.cast.alice, self.site, self.version, patient_code="P-017")


def make_world(nct_id: str = "NCT07086404") -> World:
    """The cast, and one of the fixtures' trials at their center in Rennes."""
    load_documents(nct_id)
    cast = make_cast()
    with acting_as(CONTENT):
        trial = Trial.objects.get(nct_id=nct_id)
        version = CriteriaVersion.objects.filter(trial=trial, source="registry").in_effect().first()
    assert version is not None
    return World(cast, trial, version, make_center_site(cast.rennes, trial))


def sign_in(page: Page, live_server: Any, user: User) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )


def row(page: Page, identifier: str) -> Locator:
    return page.locator(f'[data-statement="{identifier}"]')


def choose(page: Page, identifier: str, word: str) -> None:
    row(page, identifier).get_by_role("radiogroup").get_by_text(word, exact=True).click()


def answers_given_long_ago(screening: Screening) -> None:
    """As if minutes had passed. Only the owner can say so, with the table's guards laid aside."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE screening_answer DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "UPDATE screening_answer SET answered_at = answered_at - interval '5 min' WHERE screening_id=%s",
            [screening.pk],
        )
        assert cursor.rowcount
        cursor.execute("ALTER TABLE screening_answer ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")
