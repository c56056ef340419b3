"""Studies to be asked for: stored as an import stores them, and in the index."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from config.context import acting_as, system
from tests.registry import studies
from trials.importers.bulk.merging import merge
from trials.importers.incoming import Incoming
from trials.searching.catching_up import catch_up

type Record = dict[str, Any]


def store(*records: Record) -> list[Record]:
    batch = [
        Incoming(f"test:{number}", json.dumps(record, ensure_ascii=False).encode(), record)
        for number, record in enumerate(records, start=1)
    ]
    with acting_as(system("test", edits_content=True, importing=True)):
        results = merge(batch)
    assert all(result.change for result in results), results
    catch_up(wait=True)
    return list(records)


def made_up(count: int, *, seed: int = 5) -> list[Record]:
    return store(*studies(count, seed))


def number(record: Record) -> str:
    return str(record["protocolSection"]["identificationModule"]["nctId"])


def found(client: Client, query: str) -> list[str]:
    """The numbers of the first page."""
    response = client.get(f"/api/v2/studies?{query}")
    assert response.status_code == 200, response.content
    return [number(study) for study in response.json()["studies"]]


def every_page(client: Client, query: str) -> list[str]:
    """The numbers of all pages, as a client that follows the tokens gets them."""
    numbers, token = [], ""
    while True:
        response = client.get(f"/api/v2/studies?{query}" + (f"&pageToken={token}" if token else ""))
        assert response.status_code == 200, response.content
        page = response.json()
        numbers += [number(study) for study in page["studies"]]
        token = page.get("nextPageToken", "")
        if not token:
            return numbers
