"""GeoNames' cities of 5,000 people and more, from a small database on this host's disk.

    DATA/cities/<edition>.sqlite3     read by any number of processes, and never written again
    DATA/cities/lock                  held by the one process that makes it

Reading GeoNames' own file takes a process seconds and 200 MB; of the database it reads what it asks for. That
is a copy which can always be made again: whoever first needs it makes it, under another name until it is
whole, and what is damaged is made anew. A process that can write none keeps the cities in memory, and its log
says so.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings

from trials import geonames
from trials.geonames import Match

logger = logging.getLogger(__name__)

_MAKING = ("geonames", "place_names", "text")
# Kilobytes of it that stay in memory while it is made.
_WHILE_MADE = 64_000


class City(NamedTuple):
    """`label` names it so that it is found again by it; it is empty where a larger one would be found.

    `country` is its ISO code of two letters, `division` GeoNames' code for its first-level division there. A
    quarter lies within a much larger city.
    """

    label: str
    latitude: float
    longitude: float
    country: str
    division: str
    population: int
    is_quarter: bool


# --- What is asked of it ---

_NAMED = """
    SELECT match, city.* FROM name JOIN city ON city.rowid = name.city
    WHERE key = ? AND label <> '' ORDER BY match, population DESC, city.rowid
"""
_NAMED_IN = """
    SELECT match, city.* FROM name JOIN city ON city.rowid = name.city
    WHERE key = ? AND name.country = ? ORDER BY city.rowid
"""
_BEGINNING = """
    SELECT DISTINCT city.* FROM name JOIN city ON city.rowid = name.city
    WHERE key >= ? AND key < ? AND match IN (?, ?) AND label <> ''
    ORDER BY population DESC, city.rowid LIMIT ?
"""
_LABELLED = "SELECT city.* FROM label JOIN city ON city.rowid = label.city WHERE key = ?"
_LAST = "\U0010ffff"


def named(key: str) -> list[tuple[Match, City]]:
    """Those that a label tells apart from others, by how they match and then the largest first."""
    return [(Match(match), City(*city)) for match, *city in _database().rows(_NAMED, [key])]


# An import asks for the same towns again and again.
@lru_cache(maxsize=4096)
def named_in(country: str, key: str) -> Mapping[int, tuple[City, ...]]:
    """All that go by this name in a country, by how they match."""
    found: dict[int, tuple[City, ...]] = {}
    for match, *city in _database().rows(_NAMED_IN, [key, country]):
        found[match] = (*found.get(match, ()), City(*city))
    return found


def beginning(key: str, count: int) -> list[City]:
    """Of those whose own names, or names in another script than the Latin, begin so, the largest."""
    asked: list[str | int] = [key, key + _LAST, Match.OWN, Match.SCRIPT, count]
    return [City(*city) for city in _database().rows(_BEGINNING, asked)]


def labelled(key: str) -> City | None:
    return next((City(*city) for city in _database().rows(_LABELLED, [key])), None)


@cache
def countries() -> Mapping[str, str]:
    """ISO codes of two letters by the keys of a country's names and codes."""
    return dict(_database().rows("SELECT key, iso FROM country"))


@cache
def divisions() -> Mapping[str, Mapping[str, str]]:
    """By the key of its name or abbreviation, in which countries it is a division, and of which code.

    Known are those of the United States, Canada, Australia and the United Kingdom.
    """
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for key, country, code in _database().rows("SELECT key, country, code FROM division"):
        found[key][country] = code
    return dict(found)


# --- Where it lies ---


class Database:
    """This process's view of the file in a folder. Its threads take turns."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{_edition()}.sqlite3"
        self._turn = Lock()
        self._connection: sqlite3.Connection | None = None

    def rows(self, statement: str, parameters: Sequence[str | int] = ()) -> list[Any]:
        with self._turn:
            if self._connection is None:
                self._connection = self._opened()
            try:
                return self._connection.execute(statement, parameters).fetchall()
            except sqlite3.DatabaseError:  # it is damaged
                self._connection.close()
                self._connection = self._opened(anew=True)
                return self._connection.execute(statement, parameters).fetchall()

    def _opened(self, *, anew: bool = False) -> sqlite3.Connection:
        try:
            if anew:
                self.path.unlink(missing_ok=True)
            self.make()
            # As nobody writes to it, nobody needs to lock it.
            address = f"{self.path.absolute().as_uri()}?immutable=1"
            return sqlite3.connect(address, uri=True, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            logger.warning(
                "The cities cannot be kept in %s, so this process holds them in memory: %s. "
                "Have the folder writable, with 50 MB of room, and start again.",
                self.path.parent,
                error,
            )
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            geonames.fill(connection)
            return connection

    def make(self) -> None:
        """Have the file there, whole, whoever makes it. An OSError or sqlite3.Error says why it is not."""
        if self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.path.exists():  # made by another process meanwhile
                return
            draft = self.path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            try:
                with closing(sqlite3.connect(draft)) as connection:
                    # A draft that was not finished is of no use to anybody.
                    connection.execute("PRAGMA journal_mode = OFF")
                    connection.execute("PRAGMA synchronous = OFF")
                    connection.execute(f"PRAGMA cache_size = -{_WHILE_MADE}")
                    geonames.fill(connection)
                with draft.open("rb") as written:
                    os.fsync(written.fileno())
                draft.replace(self.path)
            finally:
                draft.unlink(missing_ok=True)
            with suppress(OSError):
                for other in self.path.parent.glob("*.*"):
                    if other != self.path:
                        other.unlink(missing_ok=True)


def prepare() -> None:
    """Have them at hand before anybody waits for them."""
    with suppress(OSError, sqlite3.Error):
        _database().make()


def _edition() -> str:
    """Of what they are made and how: a file of another making is left alone until the next one is made."""
    sources = [Path(__file__).with_name(f"{name}.py").read_bytes() for name in _MAKING]
    return hashlib.sha256(b"".join([geonames.RELEASE.encode(), *sources])).hexdigest()[:16]


@cache
def _database() -> Database:
    return Database(settings.DATA / "cities")


# A connection is of use to the process alone that opened it.
os.register_at_fork(after_in_child=_database.cache_clear)
