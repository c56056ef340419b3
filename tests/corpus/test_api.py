"""Every real registry record that is at hand goes in, and comes out again as it was."""

from __future__ import annotations

import gzip
import json
import os
from itertools import batched
from pathlib import Path
from typing import Any

import pytest
import rispy
from django.test import Client
from fhir.resources.bundle import Bundle

from tests.trials_api.catalogue import Record, number, store
from trials.handing_on.fhir.participants import eligibility
from trials.handing_on.fhir.research_study import bundle
from trials.handing_on.ris import as_ris
from trials.handing_on.table import as_csv

pytestmark = pytest.mark.corpus

FILES = sorted((Path(os.environ.get("CORPUS", "")) / "data/ctgov").glob("*.jsonl.gz"))


def records() -> dict[str, Record]:
    """By their numbers; the file that comes last has the last word."""
    found: dict[str, Record] = {}
    for path in FILES:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found |= {number(record): record for record in map(json.loads, lines)}
    return found


@pytest.mark.django_db
def test_every_record_comes_back_as_it_was(client: Client) -> None:
    wanted = records()
    for batch in batched(wanted.values(), 500):
        store(*batch)
    different = [nct_id for nct_id, record in wanted.items() if _study(client, nct_id) != record]
    assert different == []
    listed: dict[str, Record] = {}
    token = ""
    while token is not None:
        page = client.get(
            f"/api/v2/studies?pageSize=1000&pageToken={token}".removesuffix("&pageToken=")
        ).json()
        listed |= {number(study): study for study in page["studies"]}
        token = page.get("nextPageToken")
    assert listed == wanted


def _study(client: Client, nct_id: str) -> Any:
    return client.get(f"/api/v2/studies/{nct_id}").json()


def test_every_record_is_valid_fhir_and_a_reference_and_a_line() -> None:
    for record in records().values():
        Bundle.model_validate(bundle(record, eligibility(record, None, {}, lambda test: "")))
        [reference] = rispy.loads("".join(as_ris([record])))
        assert reference["accession_number"] == number(record)
        assert len(list(as_csv([record]))) == 2
