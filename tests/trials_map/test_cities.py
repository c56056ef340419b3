"""The database of cities: made once, whoever needs it first, and never in anybody's way."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from trials import geonames
from trials.cities import Database

CODES = "SELECT iso FROM country"


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that a database is filled, here with one country."""
    times: list[str] = []

    def fill(connection: sqlite3.Connection) -> None:
        times.append("filled")
        connection.execute("CREATE TABLE country (iso TEXT)")
        connection.execute("INSERT INTO country VALUES ('FR')")
        connection.commit()

    monkeypatch.setattr(geonames, "fill", fill)
    return times


def test_of_several_that_need_it_at_once_one_makes_it(tmp_path: Path, filled: list[str]) -> None:
    outdated = tmp_path / "another edition.sqlite3"
    outdated.touch()
    several = [Database(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: several[number % 4].rows(CODES), range(16)))
    assert found == [[("FR",)]] * 16
    assert filled == ["filled"]
    assert Database(tmp_path).rows(CODES) == [("FR",)]
    assert sorted(os.listdir(tmp_path)) == sorted(["lock", several[0].path.name])


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + bytes(100)])
def test_what_is_damaged_is_made_anew(damage: bytes, tmp_path: Path, filled: list[str]) -> None:
    path = Database(tmp_path).path
    path.write_bytes(damage)
    assert Database(tmp_path).rows(CODES) == [("FR",)]
    assert path.stat().st_size > len(damage)
    assert filled == ["filled"]


def test_what_was_left_half_made_is_made_again(tmp_path: Path, filled: list[str]) -> None:
    draft = Database(tmp_path).path.with_suffix(".new")
    draft.write_bytes(b"half")
    assert Database(tmp_path).rows(CODES) == [("FR",)]
    assert not draft.exists()


def test_where_nothing_can_be_written_they_are_held_in_memory_and_the_log_says_so(
    tmp_path: Path, filled: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "cities"
    in_the_way.touch()
    database = Database(in_the_way)
    assert [database.rows(CODES), database.rows(CODES)] == [[("FR",)]] * 2
    assert filled == ["filled"]
    assert [str(in_the_way) in record.getMessage() for record in caplog.records] == [True]


def test_a_full_disk_leaves_nothing_half_made(
    tmp_path: Path, filled: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fill = geonames.fill

    def no_room(connection: sqlite3.Connection) -> None:
        monkeypatch.setattr(geonames, "fill", fill)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(geonames, "fill", no_room)
    assert Database(tmp_path).rows(CODES) == [("FR",)]
    assert "disk is full" in caplog.text
    assert os.listdir(tmp_path) == ["lock"]
