"""A process that is killed leaves whole batches, and the next one goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from tests.served import MANAGE, PATIENCE
from tests.trials_import.reading import line
from tests.trials_import.test_import_trials import run
from trials.importers.runs import MOST_RECORDS
from trials.models import Trial, TrialRecord

pytestmark = pytest.mark.django_db


def importing(data: Path, *paths: str) -> subprocess.Popen[bytes]:
    """The command, as a process of its own with this test's database."""
    connection.ensure_connection()
    place = connection.settings_dict
    who = f"{quote(place['USER'])}:{quote(place['PASSWORD'])}"
    where = urlencode({"host": place["HOST"]} | ({"port": place["PORT"]} if place["PORT"] else {}))
    address = f"postgresql://{who}@/{place['NAME']}?{where}"
    return subprocess.Popen(
        [sys.executable, str(MANAGE), "import_trials", *paths],
        env={**os.environ, "TRIALDESK_MODE": "demo", "TRIALDESK_DATA": str(data), "DATABASE_URL": address},
        stdin=subprocess.PIPE,
    )


def test_whole_batches_stay_of_an_import_that_was_killed(tmp_path: Path) -> None:
    lines = [line(number) for number in range(MOST_RECORDS + 200)]
    with importing(tmp_path, "-") as process:
        assert process.stdin
        process.stdin.write(b"\n".join(lines))
        process.stdin.flush()
        patience = time.monotonic() + PATIENCE
        while not Trial.objects.exists() and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.05)
        process.kill()
    assert Trial.objects.count() == TrialRecord.objects.count() == MOST_RECORDS
    (tmp_path / "all").write_bytes(b"\n".join(lines))
    counts = f"created=200 updated=0 unchanged={MOST_RECORDS} rejected=0"
    assert run(tmp_path / "all") == (0, counts, [])
