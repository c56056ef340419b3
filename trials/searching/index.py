"""The index on this host's disk: where it lies, who may write it, and what a search reads.

    DATA/index/<edition and database>/current     the name of the folder that is searched
    DATA/index/<edition and database>/<name>/     an index, with `revision`: how far it follows the database
    DATA/index/<edition and database>/lock        held by the one process of this host that writes

Any number of processes read while one writes. What is damaged is thrown away: the database has it all.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import tantivy
from django.conf import settings
from django.db import connection

from trials.searching import schema, synonyms
from trials.searching.places import Places
from trials.searching.spelling import Spelling

if TYPE_CHECKING:
    from tantivy import Index, Searcher

_CURRENT, _REVISION, _COMPLETE, _COMMON = "current", "revision", "complete", "common"
# The words of an index are learnt anew when it has grown or shrunk by this share.
_ANOTHER_LANGUAGE = 0.02
# So many answers of a moment are kept, of some kilobytes each.
_ANSWERS = 500
# Seconds after which an index that nobody writes any more is removed.
_OUTDATED = 3 * 24 * 3600


class Condition(NamedTuple):
    """Its folded name, and how most records write it."""

    name: str
    label: str


class Snapshot:
    """The index as it was at one moment, and what was learnt of it since."""

    def __init__(
        self,
        searcher: Searcher,
        *,
        complete: bool,
        common: Common | None = None,
        before: Snapshot | None = None,
    ) -> None:
        self.searcher = searcher
        self.complete = complete
        self.common = common or Common()
        self._conditions: dict[int, Condition] = {}
        self._answers: OrderedDict[str, Any] = OrderedDict()
        self._answering = Lock()
        if before and "spelling" in vars(before):
            known, now = before.spelling.trials, searcher.num_docs
            if abs(now - known) <= _ANOTHER_LANGUAGE * now:
                self.spelling = before.spelling

    def learn(self) -> None:
        """What else the first search to need it would wait for."""
        self.places, self.spelling  # noqa: B018

    @cached_property
    def places(self) -> Places:
        return Places(self.searcher)

    def answer[T](self, question: str, find: Callable[[], T]) -> T:
        """What `find` finds, or found when this was asked before: pages of one list ask the same."""
        with self._answering:
            if question in self._answers:
                self._answers.move_to_end(question)
                known: T = self._answers[question]
                return known
        found = find()
        with self._answering:
            self._answers[question] = found
            while len(self._answers) > _ANSWERS:
                self._answers.popitem(last=False)
        return found

    def condition(self, number: int) -> Condition:
        """What a condition's number stands for; both are empty where it is in no trial."""
        known = self._conditions.get(number)
        if known is None:
            spellings = self.searcher.terms_with_prefix("label", f"{number}{schema.SEPARATOR}")
            written, _trials = max(spellings, key=lambda found: found[1], default=("", 0))
            known = Condition(*written.split(schema.SEPARATOR)[1:]) if written else Condition("", "")
            self._conditions[number] = known
        return known

    @cached_property
    def spelling(self) -> Spelling:
        return Spelling(self.searcher)


class Folder:
    """All that a host keeps of one database's index."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opening = Lock()
        self._state: tuple[Any, ...] = ()
        self._index: Index | None = None
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """What can be searched now; an empty one where there is no index yet."""
        state = self._seen()
        if self._snapshot is None or state != self._state:
            with self._opening:
                if self._snapshot is None or state != self._state:
                    self._open(state)
        assert self._snapshot is not None  # noqa: S101
        return self._snapshot

    def _seen(self) -> tuple[Any, ...]:
        """What changes with every commit and every exchange of the index."""
        name = self.current()
        files = (self.path / name / file for file in ("meta.json", _COMPLETE)) if name else ()
        return name, *(_stamp(file) for file in files)

    def _open(self, state: tuple[Any, ...]) -> None:
        name, *stamps = state
        is_same = self._state[:1] == (name,)
        if self._index is None or not is_same:
            self._index = _readable(self.path / name) if name else None
        try:
            if self._index is not None:
                self._index.reload()
        except (ValueError, OSError):
            self._index = None
        if self._index is None:
            self.discard(name)
            self._snapshot = Snapshot(schema.opened(None).searcher(), complete=False)
        else:
            self._snapshot = Snapshot(
                self._index.searcher(),
                complete=bool(stamps[-1]),
                common=Part(self.path / name, self._index).common,
                before=self._snapshot if is_same else None,
            )
        self._state = state

    def current(self) -> str:
        try:
            return (self.path / _CURRENT).read_text()
        except OSError:
            return ""

    @property
    def revision(self) -> int | None:
        """How far the index that is searched follows the database; None until it has come that far once."""
        part = self.path / self.current()
        return Part.revision_in(part) if (part / _COMPLETE).exists() else None

    def discard(self, name: str) -> None:
        """Have another index made instead of this one. What reads it can go on."""
        if name and self.current() == name:
            (self.path / _CURRENT).unlink(missing_ok=True)

    @contextmanager
    def alone(self, *, wait: bool = False) -> Iterator[bool]:
        """Whether this process may write; for as long as it lasts no other may."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True

    def writable(self) -> Part:
        """The index that is searched, made where there is none that can be read. Only when `alone`."""
        name = self.current()
        index = _readable(self.path / name) if name else None
        if index is not None:
            return Part(self.path / name, index)
        self._remove_outdated()
        part = self.new()
        self.exchange(part)
        return part

    def _remove_outdated(self) -> None:
        """Of other editions what nobody wrote to for days."""
        for lock in self.path.parent.glob("*/lock"):
            if lock.parent != self.path and time.time() - lock.stat().st_mtime > _OUTDATED:
                shutil.rmtree(lock.parent, ignore_errors=True)

    def new(self) -> Part:
        path = self.path / secrets.token_hex(4)
        path.mkdir()
        return Part(path, schema.opened(str(path), new=True))

    def exchange(self, part: Part) -> None:
        """Have this one searched from now on; what was searched before is removed."""
        draft = self.path / f"{_CURRENT}.new"
        draft.write_text(part.path.name)
        draft.replace(self.path / _CURRENT)
        for other in self.path.iterdir():
            if other.is_dir() and other != part.path:
                shutil.rmtree(other, ignore_errors=True)


@dataclass(frozen=True)
class Common:
    """The names of the commonest conditions, numbered from 1 on. None of the others was in more than
    `counted` trials when they were counted, and since then `changed` trials were indexed.
    """

    names: tuple[str, ...] = ()
    counted: int = 0
    changed: int = 0

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names, 1)}

    @property
    def rare(self) -> int:
        """None of the others is in more trials."""
        return self.counted + self.changed


class Part:
    """One index in its folder, for the process that writes it."""

    def __init__(self, path: Path, index: Index) -> None:
        self.path = path
        self.index = index

    @property
    def revision(self) -> int:
        """Up to which it has every change of the database."""
        return self.revision_in(self.path)

    @revision.setter
    def revision(self, value: int) -> None:
        self._keep(_REVISION, str(value))

    @staticmethod
    def revision_in(path: Path) -> int:
        try:
            return int((path / _REVISION).read_text())
        except (OSError, ValueError):
            return 0

    @property
    def common(self) -> Common:
        try:
            kept = json.loads((self.path / _COMMON).read_text())
            return Common(tuple(kept["names"]), int(kept["counted"]), int(kept["changed"]))
        except (OSError, ValueError, TypeError, KeyError):
            return Common(changed=self.index.searcher().num_docs)

    @common.setter
    def common(self, value: Common) -> None:
        self._keep(_COMMON, json.dumps(asdict(value)))

    def _keep(self, name: str, content: str) -> None:
        draft = self.path / f"{name}.new"
        draft.write_text(content)
        draft.replace(self.path / name)

    def complete(self) -> None:
        if not (self.path / _COMPLETE).exists():
            (self.path / _COMPLETE).touch()


def _readable(path: Path) -> Index | None:
    with suppress(ValueError, OSError):
        return schema.opened(str(path)) if tantivy.Index.exists(str(path)) else None
    return None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return ()  # type: ignore[return-value]
    return found.st_mtime_ns, found.st_ino


_folder: Folder | None = None


def folder() -> Folder:
    """This process's view of the index of its database."""
    global _folder
    if _folder is None:
        name = f"{_edition()} {synonyms.EDITION} {version('tantivy')} {_database()}"
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        _folder = Folder(settings.DATA / "index" / digest)
    return _folder


def _forget() -> None:
    """A process that was forked has none of the threads that its parent's index needs."""
    global _folder
    _folder = None


os.register_at_fork(after_in_child=_forget)


_TRIALS = Path(__file__).parents[1]
_MAKING = (
    *("searching/schema", "searching/documents", "searching/synonyms", "searching/mentions"),
    *("vocabularies/wording", "text"),
)


def _edition() -> str:
    """Of what documents are made and how: an index of another making is left alone, and in time removed."""
    sources = [(_TRIALS / f"{name}.py").read_bytes() for name in _MAKING]
    return hashlib.sha256(b"".join(sources)).hexdigest()


def _database() -> str:
    """Which database this is: another one of the same name was migrated at another moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_database() || min(applied) from django_migrations where app = 'trials'"
        )
        [(identity,)] = cursor.fetchall()
    return str(identity)
