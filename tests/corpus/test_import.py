"""Every real registry record that is at hand is imported: once, whole and as it came, whatever happens."""

from __future__ import annotations

import gzip
import json
import os
import random
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.trials_import.reading import found
from tests.trials_import.test_import_trials import run
from tests.trials_import.test_killed import importing
from trials.models import Site, Trial, TrialRecord

pytestmark = pytest.mark.corpus

FILES = sorted((Path(os.environ.get("CORPUS", "")) / "data/ctgov").glob("*.jsonl.gz"))
KILLS = 20


def lines() -> list[bytes]:
    return [line for path in FILES for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_no_record_is_refused_in_whatever_shape_it_comes(tmp_path: Path) -> None:
    every = lines()
    assert every
    with zipfile.ZipFile(tmp_path / "studies.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, line in enumerate(every):
            archive.writestr(f"{number}.json", line)
    (tmp_path / "page.json").write_bytes(b'{"totalCount": 7, "studies": [' + b",\n".join(every) + b"]}")
    pretty = "\n".join(json.dumps(json.loads(line), indent=2, ensure_ascii=False) for line in every)
    (tmp_path / "pretty.json").write_text(pretty, "utf-16")
    for path in (FILES[0].parent, tmp_path / "studies.zip", tmp_path / "page.json"):
        incoming, refused = found(path)
        assert ([one.raw for one in incoming], refused) == (every, [])
    incoming, refused = found(tmp_path / "pretty.json")
    assert ([one.record for one in incoming], refused) == (list(map(json.loads, every)), [])


@pytest.mark.django_db
def test_every_record_is_imported_once_and_kept_as_it_came() -> None:
    numbers = {number_of(json.loads(line)): line for line in lines()}
    code, counts, told = run(FILES[0].parent)
    assert (code, told) == (0, [])
    assert counts.startswith(f"created={len(numbers)} updated=0 ")
    assert Trial.objects.count() == len(numbers)
    for kept in TrialRecord.objects.select_related("trial").iterator(500):
        assert kept.study["protocolSection"] == json.loads(numbers[kept.trial.nct_id])["protocolSection"]
    assert run(FILES[0].parent) == (0, f"created=0 updated=0 unchanged={len(lines())} rejected=0", [])


@pytest.mark.django_db
def test_an_import_that_is_killed_again_and_again_comes_to_the_same_end(tmp_path: Path) -> None:
    chance = random.Random(5)
    tmp_path.joinpath("all").write_bytes(b"\n".join(lines()))
    for _kill in range(KILLS):
        before = Trial.objects.count()
        with importing(tmp_path, str(tmp_path / "all")) as process:
            until = time.monotonic() + 60
            if chance.random() < 0.7:
                while Trial.objects.count() == before and process.poll() is None and time.monotonic() < until:
                    time.sleep(0.01)
            time.sleep(chance.uniform(0, 2))
            process.kill()
        assert_whole()
    assert run(tmp_path / "all")[0] == 0
    assert_whole()
    assert run(tmp_path / "all") == (0, f"created=0 updated=0 unchanged={len(lines())} rejected=0", [])


def assert_whole() -> None:
    """Each trial has its record, and all of the sites that this names."""
    places = dict.fromkeys(Trial.objects.values_list("pk", flat=True), 0)
    for trial in Site.objects.values_list("trial_id", flat=True).iterator():
        places[trial] += 1
    said = {kept.trial_id: len(locations(kept.study)) for kept in TrialRecord.objects.iterator(500)}
    assert places == said


def number_of(study: dict[str, Any]) -> str:
    number: str = study["protocolSection"]["identificationModule"]["nctId"]
    return number


def locations(study: dict[str, Any]) -> list[Any]:
    found: list[Any] = study["protocolSection"].get("contactsLocationsModule", {}).get("locations", [])
    return found
