"""The made-up registry: always the same, as large and as odd as the real one, and readable."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

from tests.registry import studies, study, write
from tests.registry.oddities import ODDITIES
from tests.registry.places import MOST, number_of_sites
from trials.importers.ctgov import read_study


def test_a_record_depends_on_its_number_and_the_seed_alone() -> None:
    made = list(studies(30, seed=3))
    assert made[20:] == list(studies(10, seed=3, first=21))
    assert made[29] == study(30, seed=3)
    assert made[29] != study(30, seed=4)
    assert len({each["protocolSection"]["identificationModule"]["nctId"] for each in made}) == 30


def test_it_is_written_as_json_lines(tmp_path: Path) -> None:
    write(tmp_path / "made.jsonl", 5, seed=3)
    lines = (tmp_path / "made.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == list(studies(5, seed=3))


def test_the_importer_reads_every_record_however_odd() -> None:
    for number, record in enumerate(studies(200, seed=1), 1):
        for oddity in islice(ODDITIES, number % 2, None, 2):
            oddity(record, Random(number))
        assert read_study(record).nct_id


def test_sites_are_as_many_as_in_the_registry() -> None:
    random = Random(1)
    numbers = [number_of_sites(random) for _ in range(100_000)]
    assert 5.2 < sum(numbers) / len(numbers) < 6
    assert sorted(numbers)[50_000] == 1
    assert max(numbers) == MOST


def test_words_and_names_are_as_unequally_frequent_as_in_a_text() -> None:
    words: Counter[str] = Counter()
    conditions: Counter[str] = Counter()
    for record in studies(500, seed=1):
        protocol = record["protocolSection"]
        words.update(protocol.get("descriptionModule", {}).get("briefSummary", "").lower().split())
        conditions.update(protocol.get("conditionsModule", {}).get("conditions", []))
    assert sum(number == 1 for number in words.values()) > 1000
    assert words["the"] > 1000
    assert conditions["Breast Cancer"] > 20
    assert sum(number == 1 for number in conditions.values()) > 200
