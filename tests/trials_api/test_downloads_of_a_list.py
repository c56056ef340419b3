"""A result list as a file: the same trials in the same order, whatever the kind."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
import rispy
from django.test import Client

from tests.factories import PASSWORD, make_cast
from tests.trials.records import record
from tests.trials_api.catalogue import made_up, number, store
from trials.handing_on import list_views
from trials.handing_on.table import COLUMNS

pytestmark = pytest.mark.django_db


def content(client: Client, kind: str, query: str = "") -> bytes:
    response = client.get(f"/trials/download.{kind}{query}")
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="trials.{kind}"'
    assert response["Cache-Control"] == "private, no-cache"
    return b"".join(response) if response.streaming else response.content


def numbers_in(client: Client, kind: str, query: str = "") -> list[str]:
    found = content(client, kind, query)
    match kind:
        case "csv":
            header, *lines = csv.reader(io.StringIO(found.decode(), newline=""))
            assert header == list(COLUMNS)
            return [line[0] for line in lines]
        case "json":
            return [number(study) for study in json.loads(found)]
        case "ris":
            return [reference["accession_number"] for reference in rispy.loads(found.decode())]
    sheet = zipfile.ZipFile(io.BytesIO(found))
    assert b"NCT Number" in sheet.read("xl/worksheets/sheet1.xml")
    return []


def test_a_list_as_a_file(client: Client, django_assert_max_num_queries: Any) -> None:
    records = made_up(8)
    store(
        record(identificationModule={"briefTitle": "=A formula"}, conditionsModule={"conditions": ["Gout"]})
    )
    everything = sorted([*map(number, records), "NCT01234567"])
    for kind in ("csv", "json", "ris", "xlsx"):
        listed = numbers_in(client, kind, "?q=gout&sort=title")
        assert listed == ([] if kind == "xlsx" else ["NCT01234567"])
        with django_assert_max_num_queries(3):  # whether anything changed, and all records at once
            assert kind == "xlsx" or sorted(numbers_in(client, kind)) == everything
            assert kind != "xlsx" or content(client, kind)
    assert "'=A formula" in content(client, "csv", "?q=gout").decode()
    assert client.get("/trials/download.xml").status_code == 404


def test_a_list_that_is_too_long_is_refused_and_never_cut_short(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(3)
    monkeypatch.setattr(list_views, "MOST", 2)
    response = client.get("/trials/download.csv?sort=title")
    assert response.status_code == 413
    assert "It has 3 trials, and a file has at most 2." in " ".join(response.content.decode().split())
    assert "/trials/?sort=title" in response.content.decode()


def test_somebody_who_is_signed_in_gets_the_whole_file_too(client: Client) -> None:
    cast = make_cast()
    made_up(2)
    assert client.login(username=cast.alice.email, password=PASSWORD)
    assert len(numbers_in(client, "csv")) == 3
