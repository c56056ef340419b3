"""The page of every real registry record that is at hand keeps its promises."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from itertools import batched
from pathlib import Path

import pytest
from django.test import Client

from config.context import acting_as, system
from tests.trials_views.promises import broken, unsaid
from trials.importers.bulk import merge
from trials.importers.incoming import Incoming

pytestmark = [pytest.mark.corpus, pytest.mark.django_db]

FILES = sorted((Path(os.environ.get("CORPUS", "")) / "data/ctgov").glob("*.jsonl.gz"))


def incoming(path: Path) -> Iterator[Incoming]:
    with gzip.open(path, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            yield Incoming(f"{path.name}:{number}", line.strip(), json.loads(line))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_page_keeps_its_promises_and_says_all_that_the_record_does(path: Path) -> None:
    client, problems = Client(), []
    for batch in batched(incoming(path), 500):
        with acting_as(system("test", importing=True, edits_content=True)):
            merge(batch)
        for each in batch:
            html = client.get(f"/trials/{each.nct_id}/").content.decode()
            problems += [f"{each.nct_id} {problem}" for problem in broken(html, each.record)]
            problems += [f"{each.nct_id} {text}" for text in unsaid(html, each.record)]
    assert problems == []
