"""While the database is away, people are told to wait and nothing claims to be stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from tests.factories import make_cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("signed_in", [False, True])
def test_without_its_database_a_page_is_503(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], signed_in: bool
) -> None:
    client = Client(raise_request_exception=False)
    if signed_in:
        client.force_login(make_cast().alice)

    def lost(*_arguments: Any, **_options: Any) -> None:
        raise error("the connection is lost")

    with monkeypatch.context() as away:
        away.setattr(connection, "_cursor", lost)
        for answer in (client.get("/trials/"), client.post("/screening/")):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert "not available for a moment" in answer.text
    assert client.get("/trials/").status_code == 200


def test_another_failure_stays_500(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: Any, **_options: Any) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(connection, "_cursor", broken)
    answer = Client(raise_request_exception=False).get("/trials/")
    assert (answer.status_code, "Retry-After" in answer.headers) == (500, False)
    monkeypatch.undo()
