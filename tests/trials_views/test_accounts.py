"""Signing in and out, changing a password, and the frame around every page."""

from typing import Any

import pytest
from django.test import Client

from config.context import acting_as
from screening.models import SponsorMembership, User
from tests.factories import CONTENT, PASSWORD, make_cast, make_user
from tests.trials_views.catalogue import text_of

pytestmark = pytest.mark.django_db


def test_the_first_page_counts_the_trials(client: Client) -> None:
    make_cast()
    text = text_of(client.get("/").content.decode())
    assert "1 trial 1 recruiting now" in text
    assert "Sign in to reach your desk" in text


def test_the_first_page_leads_people_to_what_waits_for_them(client: Client) -> None:
    client.force_login(make_cast().alice)
    assert client.get("/").headers["Location"] == "/screening/today/"


def test_a_sponsor_signs_in_to_the_map_of_its_own_trials_and_finds_today_beside_it(client: Client) -> None:
    cast = make_cast()
    data = {"username": cast.sven.email, "password": PASSWORD}
    landed = client.post("/accounts/login/", data, follow=True)
    assert [address for address, _ in landed.redirect_chain] == ["/", "/map/"]
    assert "The map opens on the sites of your own trials." in landed.text
    assert 'href="/screening/today/"' in landed.text


def test_a_sponsor_who_screens_too_lands_on_what_waits(client: Client) -> None:
    cast = make_cast()
    with acting_as(CONTENT):
        sponsor = SponsorMembership.objects.get(user=cast.sven).sponsor
        SponsorMembership.objects.create(user=cast.alice, sponsor=sponsor)
    client.force_login(cast.alice)
    assert client.get("/").headers["Location"] == "/screening/today/"


def test_somebody_signs_in_by_e_mail_and_goes_where_they_wanted(client: Client) -> None:
    make_user("Alice")
    data = {"username": "Alice@Example.org", "password": PASSWORD}
    assert client.post("/accounts/login/?next=/trials/", data).headers["Location"] == "/trials/"
    assert "Alice Example" in client.get("/", follow=True).content.decode()


def test_an_address_elsewhere_is_not_followed(client: Client) -> None:
    make_user("Alice")
    data = {"username": "alice@example.org", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/accounts/login/", data).headers["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_what_was_wrong(client: Client) -> None:
    make_user("Alice")
    answers = [
        text_of(client.post("/accounts/login/", {"username": name, "password": "wrong"}).content.decode())
        for name in ("alice@example.org", "nobody@example.org")
    ]
    assert all("do not belong together" in answer for answer in answers)


def test_signing_out_is_a_post(client: Client) -> None:
    client.force_login(make_user("Alice"))
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").headers["Location"] == "/"
    assert "Alice Example" not in client.get("/").content.decode()


def test_a_changed_password_is_the_one_that_counts(client: Client) -> None:
    alice = make_user("Alice")
    client.force_login(alice)
    phrase = "another long phrase"
    data = {"old_password": PASSWORD, "new_password1": phrase, "new_password2": phrase}
    response = client.post("/accounts/password/", data, follow=True)
    assert "Your password has been changed." in text_of(response.content.decode())
    assert User.objects.get(pk=alice.pk).check_password(phrase)


def test_a_stranger_cannot_change_a_password(client: Client) -> None:
    assert client.get("/accounts/password/").headers["Location"].startswith("/accounts/login/")


def test_made_up_people_are_named_in_a_demonstration_alone(client: Client, settings: Any) -> None:
    make_user("Alice", is_demo=True)
    assert "alice@example.org" not in client.get("/accounts/login/").content.decode()
    settings.MODE = "demo"
    assert "alice@example.org" in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("address", ["/", "/trials/", "/accounts/login/"])
def test_pages_carry_no_inline_script_or_style(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    assert "<style" not in html
    assert " style=" not in html
    assert "<script>" not in html
    assert "<script src=" in html


def test_the_token_for_htmx_is_on_pages_of_signed_in_people_alone(client: Client) -> None:
    assert "X-CSRFToken" not in client.get("/").content.decode()
    client.force_login(make_user("Alice"))
    assert "X-CSRFToken" in client.get("/trials/").content.decode()
