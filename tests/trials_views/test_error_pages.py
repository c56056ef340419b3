"""What is said when something cannot be done: plainly, with a way on, and without anybody's data."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.factories import make_cast


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_stands_alone(name: str) -> None:
    html = render_to_string(f"{name}.html", {"exception": "secret of P-017"})
    assert "secret" not in html
    assert "<h1>" in html
    assert 'href="/"' in html


@pytest.mark.django_db
def test_a_missing_page_offers_the_search(client: Client) -> None:
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert 'action="/trials/"' in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert "This form was open too long" in response.content.decode()


UNREADABLE = "application/x-www-form-urlencoded; charset=utf-16"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/accounts/login/", 400, "The request was not understood"),
        ("/screening/start/", 400, "The request was not understood"),
        ("/nothing/here/", 404, 'action="/trials/"'),
    ],
)
def test_a_form_that_cannot_be_read_still_gets_a_page(address: str, status: int, words: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_cast().alice)
    client.cookies["csrftoken"] = "a" * 32  # as of a page that was opened before
    response = client.post(address, b"a=b", content_type=UNREADABLE)
    assert response.status_code == status
    assert words in response.content.decode()
