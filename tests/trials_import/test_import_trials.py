"""The command: what it says, where, with which code it ends, and that nothing is half done."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedTable

from tests.trials.records import record
from tests.trials_import.reading import line, nct, study
from trials.importers import runs
from trials.management.importing import say
from trials.models import Trial, TrialRecord

pytestmark = pytest.mark.django_db

WRONG = {
    "protocolSection": {
        **study(5)["protocolSection"],
        "designModule": {"phases": ["PHASE1", 2], "studyType": 3},
    }
}


def run(*arguments: object, command: str = "import_trials") -> tuple[int, str, list[str]]:
    """The code, the last line on standard output, and the lines on standard error."""
    said, told = io.StringIO(), io.StringIO()
    try:
        call_command(command, *map(str, arguments), stdout=said, stderr=told)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    return code, said.getvalue().splitlines()[-1], told.getvalue().splitlines()


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def test_a_second_run_finds_nothing_to_do_and_a_third_what_has_changed(tmp_path: Path) -> None:
    file = write(tmp_path / "studies.jsonl", record(), study(1), study(2))
    assert run(file) == (0, "created=3 updated=0 unchanged=0 rejected=0", [])
    assert run(file) == (0, "created=0 updated=0 unchanged=3 rejected=0", [])
    write(file, record(identificationModule={"briefTitle": "Another"}), study(1), study(3))
    assert run(file) == (0, "created=1 updated=1 unchanged=1 rejected=0", [])
    assert Trial.objects.get(nct_id="NCT01234567").brief_title == "Another"
    assert bytes(TrialRecord.objects.get(trial__nct_id=nct(3)).raw) == line(3)


def test_another_record_of_the_same_trial_is_rejected_at_every_run(tmp_path: Path) -> None:
    other = record(identificationModule={"briefTitle": "Other"})
    file = write(tmp_path / "a", record(), record(), other)
    for counts in ("created=1 updated=0 unchanged=1", "created=0 updated=0 unchanged=2"):
        code, last, [told] = run(file)
        assert (code, last) == (1, f"{counts} rejected=1")
        assert "a:3" in told
        assert "NCT01234567" in told
        assert "another record of this trial, no older, came before it" in told
    assert run(write(file, other)) == (0, "created=0 updated=1 unchanged=0 rejected=0", [])


def test_bad_records_are_rejected_alone_and_each_problem_is_told(tmp_path: Path) -> None:
    file = write(tmp_path / "a", study(1), WRONG, {}, {"protocolSection": {}}, study(2))
    with file.open("a") as more:
        more.write("\n{nothing}")
    problems = [
        (
            2,
            nct(5),
            "protocolSection.designModule.studyType",
            "text is needed, not a number (put it in quotes)",
        ),
        (
            2,
            nct(5),
            "protocolSection.designModule.phases[1]",
            "text is needed, not a number (put it in quotes)",
        ),
        (3, "", "protocolSection", "is missing: this is no record of a study"),
        (
            *(4, "", "protocolSection.identificationModule.nctId"),
            "an NCT number is needed: NCT and eight digits",
        ),
        (6, "", "", "is not JSON (Expecting property name enclosed in double quotes, character 2)"),
    ]
    counts = "created=2 updated=0 unchanged=0 rejected=4"
    code, last, told = run(file)
    assert (code, last) == (1, counts)
    assert sorted(told) == sorted(
        f"{file}:{line}: " + " ".join(filter(None, [nct_id, f"{path}: {reason}" if path else reason]))
        for line, nct_id, path, reason in problems
    )
    rejects = tmp_path / "rejects.jsonl"
    assert run(file, "--rejects", rejects) == (
        1,
        counts.replace("created=2", "created=0").replace("unchanged=0", "unchanged=2"),
        [],
    )
    assert sorted(rejects.read_text().splitlines()) == sorted(
        json.dumps({"where": f"{file}:{line}", "nct_id": nct_id, "path": path, "reason": reason})
        for line, nct_id, path, reason in problems
    )


class Signalling(io.BytesIO):
    """Standard input in which a signal comes when so much has been read."""

    def __init__(self, content: bytes, number: int) -> None:
        super().__init__(content)
        self._number = number

    def read1(self, size: int | None = -1, /) -> bytes:
        if piece := super().read1(size):
            return piece
        os.kill(os.getpid(), self._number)
        return b""


def stdin(monkeypatch: pytest.MonkeyPatch, content: io.BytesIO | None) -> None:
    monkeypatch.setattr(sys, "stdin", content and io.TextIOWrapper(content))


STOPPED = "Stopped. What was imported is whole; run it again to go on."


@pytest.fixture
def not_ignored() -> Iterator[None]:
    """A signal that these tests send, also where they run in the background of a script that ignores it."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("not_ignored")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_between_two_batches(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_RECORDS", 50)
    before = signal.getsignal(number)
    stdin(monkeypatch, Signalling(b"\n".join(map(line, range(120))), number))
    assert run("-") == (128 + number, "created=50 updated=0 unchanged=0 rejected=0", [STOPPED])
    assert Trial.objects.count() == TrialRecord.objects.count() == 50
    assert signal.getsignal(number) == before


def test_what_was_to_be_ignored_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        stdin(monkeypatch, Signalling(line(1), signal.SIGHUP))
        assert run("-") == (0, "created=1 updated=0 unchanged=0 rejected=0", [])
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("not_ignored")
def test_a_signal_waits_for_the_batch_and_a_second_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def merge(*batch: Any) -> Any:
        for _time in range(times):
            os.kill(os.getpid(), signal.SIGTERM)
        return genuine(*batch)

    genuine, times = runs.merge, 1
    monkeypatch.setattr(runs, "merge", merge)
    file = write(tmp_path / "a", study(1))
    assert run(file) == (143, "created=1 updated=0 unchanged=0 rejected=0", [STOPPED])
    times = 2
    assert run(write(file, study(2))) == (143, "created=0 updated=0 unchanged=0 rejected=0", [STOPPED])
    assert Trial.objects.count() == 1


def test_a_database_that_goes_or_never_was_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*batch: Any) -> Any:
        if Trial.objects.exists():
            raise error
        return genuine(*batch)

    genuine = runs.merge
    monkeypatch.setattr(runs, "merge", fail)
    monkeypatch.setattr(runs, "MOST_RECORDS", 1)
    file = write(tmp_path / "a", study(1), study(2))
    error: Exception = OperationalError("server closed the connection unexpectedly\n\tThis probably means")
    assert run(file) == (
        1,
        "created=1 updated=0 unchanged=0 rejected=0",
        ["The database cannot be used: server closed the connection unexpectedly"],
    )
    error = ProgrammingError()
    error.__cause__ = UndefinedTable()
    assert run(file) == (
        1,
        "created=0 updated=0 unchanged=0 rejected=0",
        ["The database has not been migrated: run manage.py migrate."],
    )


def test_a_report_that_cannot_be_written_stops_it_before_anything_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a", study(1))
    nothing = "created=0 updated=0 unchanged=0 rejected=0"
    missing = tmp_path / "missing" / "rejects"
    within = f"{file} is in what is imported: write what is rejected somewhere else."
    assert run(file, "--rejects", missing) == (
        1,
        nothing,
        [f"{missing} cannot be written: No such file or directory."],
    )
    assert run(file, "--rejects", file) == run(tmp_path, "--rejects", file) == (1, nothing, [within])
    assert json.loads(file.read_text()) == study(1)


def test_what_a_full_disk_does_not_take_is_told(tmp_path: Path) -> None:
    file = write(tmp_path / "a", {}, study(1))
    assert run(file, "--rejects", "/dev/full") == (
        1,
        "created=1 updated=0 unchanged=0 rejected=1",
        [
            "/dev/full: No space left on device. What else is rejected is told here.",
            f"{file}:1: protocolSection: is missing: this is no record of a study",
        ],
    )


def test_standard_input_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, None)
    assert run("-") == (
        1,
        "created=0 updated=0 unchanged=0 rejected=1",
        ["stdin: standard input is closed"],
    )


class Gone(io.StringIO):
    def write(self, text: str, /) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("stream", [Gone(), None])
def test_a_reader_that_has_gone_is_no_error(stream: Any) -> None:
    say(OutputWrapper(stream), "created=0")
