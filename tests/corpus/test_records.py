"""Every real registry record that is at hand becomes rows."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from config.context import acting_as, system
from trials.importers.ctgov import read_study
from trials.importers.store import Change, save_study
from trials.models import Site, Trial

pytestmark = pytest.mark.corpus

FILES = sorted((Path(os.environ.get("CORPUS", "")) / "data/ctgov").glob("*.jsonl.gz"))
SAMPLE_EVERY = 97  # a prime, so that the sample is of all years


def records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def test_there_are_records() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_record_is_read(path: Path) -> None:
    for record in records(path):
        study = read_study(record)
        assert len(study.places) == len(
            record["protocolSection"].get("contactsLocationsModule", {}).get("locations", [])
        )


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_becomes_rows_once(path: Path) -> None:
    studies = [read_study(record) for record in islice(records(path), 0, None, SAMPLE_EVERY)]
    for expected in (Change.CREATED, Change.UNCHANGED):
        with acting_as(system("test", importing=True)):
            assert {save_study(study).change for study in studies} == {expected}
    assert Trial.objects.count() == len(studies)
    assert Site.objects.count() == sum(len(study.places) for study in studies)


@pytest.mark.django_db
def test_the_largest_record_becomes_rows() -> None:
    largest = max((read_study(record) for record in records(FILES[0])), key=lambda study: len(study.places))
    with acting_as(system("test", importing=True)):
        trial = save_study(largest).trial
    assert trial.sites.count() == len(largest.places) > 400
