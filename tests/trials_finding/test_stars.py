"""Starred trials: a visitor's are kept by the browser, somebody's who is signed in by the account."""

from __future__ import annotations

import re

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from config.context import acting_as
from tests.factories import CONTENT, PASSWORD, acting, make_trial, make_user
from tests.trials_views.catalogue import text_of
from trials.finding.stars import MOST_IN_BROWSER
from trials.models import Star, Trial

pytestmark = pytest.mark.django_db

FIRST, SECOND = "NCT00000001", "NCT00000002"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _trials() -> None:
    make_trial(FIRST)
    make_trial(SECOND)


def starred(client: Client) -> list[str]:
    html = client.get("/trials/starred/").content.decode()
    return re.findall(r'<h3><a href="/trials/(NCT\d{8})/"', html)


def test_a_visitors_stars_are_kept_by_the_browser_the_latest_first(client: Client) -> None:
    for number in (FIRST, SECOND, FIRST):
        client.post("/trials/star/", {"star": number})
    assert starred(client) == [SECOND, FIRST]
    assert starred(Client()) == []
    client.post("/trials/star/", {"unstar": SECOND})
    assert starred(client) == [FIRST]
    client.post("/trials/star/", {"unstar": FIRST})
    assert "Here stand the trials that you star" in client.get("/trials/starred/").text
    assert "sessionid" not in client.cookies
    assert not Star.objects.exists()


def test_an_accounts_stars_are_there_on_another_machine_and_nobody_elses_business(client: Client) -> None:
    alice, bob = make_user("Alice"), make_user("Bob")
    client.login(username=alice.email, password=PASSWORD)
    for _twice in range(2):
        client.post("/trials/star/", {"star": SECOND})
    elsewhere, other = Client(), Client()
    elsewhere.login(username=alice.email, password=PASSWORD)
    other.login(username=bob.email, password=PASSWORD)
    assert starred(elsewhere) == [SECOND]
    assert starred(other) == []
    with acting(bob):
        assert not Star.objects.exists()
        theirs = Star(user=alice, trial=Trial.objects.get(nct_id=FIRST))
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            theirs.save()
    elsewhere.post("/trials/star/", {"unstar": SECOND})
    assert starred(client) == []


def test_stars_of_before_signing_in_are_taken_into_the_account_when_asked(client: Client) -> None:
    client.post("/trials/star/", {"star": FIRST})
    client.login(username=make_user("Alice").email, password=PASSWORD)
    page = client.get("/trials/starred/")
    assert "This browser keeps 1 more star" in text_of(page.text)
    assert starred(client) == []
    client.post("/trials/starred/take-over/")
    assert starred(client) == [FIRST]
    assert "This browser keeps" not in client.get("/trials/starred/").text


def test_the_page_of_a_trial_has_its_star(client: Client) -> None:
    assert f'name="star" value="{FIRST}"' in client.get(f"/trials/{FIRST}/").text
    client.post("/trials/star/", {"star": FIRST})
    assert f'name="unstar" value="{FIRST}"' in client.get(f"/trials/{FIRST}/").text


def test_htmx_gets_the_star_as_it_is_now(client: Client) -> None:
    response = client.post("/trials/star/", {"star": FIRST}, headers=HTMX)
    assert f'name="unstar" value="{FIRST}"' in response.text
    assert "<html" not in response.text
    response = client.post("/trials/star/", {"unstar": FIRST}, headers=HTMX)
    assert f'name="star" value="{FIRST}"' in response.text


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [
        ("/trials/?q=x&page=2", "/trials/?q=x&page=2"),
        ("https://elsewhere.example/", "/trials/starred/"),
        ("//elsewhere.example/", "/trials/starred/"),
        ("nowhere", "/trials/starred/"),
        ("", "/trials/starred/"),
    ],
)
def test_without_javascript_a_star_leads_back_to_its_page(client: Client, given: str, leads_to: str) -> None:
    response = client.post("/trials/star/", {"star": FIRST, "next": given})
    assert response.headers["Location"] == leads_to


@pytest.mark.parametrize("posted", [{}, {"star": "NCT99999999"}, {"star": "\x00"}, {"unstar": "x" * 5000}])
def test_what_is_no_trial_here_is_not_found(client: Client, posted: dict[str, str]) -> None:
    assert client.post("/trials/star/", posted).status_code == 404


def test_a_browser_that_keeps_as_many_as_it_can_says_so_and_loses_none(client: Client) -> None:
    client.cookies["stars"] = ".".join(f"NCT1{number:07}" for number in range(MOST_IN_BROWSER))
    response = client.post("/trials/star/", {"star": FIRST}, headers=HTMX)
    assert response.headers["HX-Redirect"] == "/trials/starred/"
    assert "This browser keeps no more than 100 stars" in client.get("/trials/starred/").text
    assert FIRST not in client.cookies["stars"].value


def test_a_cookie_that_somebody_has_written_into_does_no_harm(client: Client) -> None:
    client.cookies["stars"] = f"<script>.{FIRST}.{FIRST}.NCT1.\\000"
    assert starred(client) == [FIRST]


def test_a_trial_or_a_person_that_goes_takes_the_stars_along() -> None:
    alice, bob = make_user("Alice"), make_user("Bob")
    for user in (alice, bob):
        with acting(user):
            Star.objects.bulk_create(Star(user=user, trial=trial) for trial in Trial.objects.all())
    with acting_as(CONTENT):
        Trial.objects.get(nct_id=FIRST).delete()
        bob.delete()
    with acting(alice):
        assert [star.trial.nct_id for star in Star.objects.select_related("trial")] == [SECOND]
