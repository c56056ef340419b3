"""Processor time: this process's, and that of PostgreSQL's backends. Linux tells."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections


@dataclass
class Used:
    """Milliseconds that went by, and of the processor's."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def used(*aliases: str) -> Iterator[Used]:
    """By this process, all its threads, and by the backends of these connections."""
    found = Used()
    theirs = {pid: _of_process(pid) for pid in map(_backend, aliases)}
    wall, own = time.perf_counter(), time.process_time()
    yield found
    found.wall = 1000 * (time.perf_counter() - wall)
    found.cpu = 1000 * (time.process_time() - own)
    # A connection may have been replaced by another meanwhile.
    found.cpu += 1000 * sum(_of_process(pid) - theirs.get(pid, 0) for pid in map(_backend, aliases))


def _backend(alias: str) -> int:
    connections[alias].ensure_connection()
    pid: int = connections[alias].connection.info.backend_pid
    return pid


def _of_process(pid: int) -> float:
    """Seconds; the kernel counts nanoseconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


class Sessions:
    """Processor time of a user's sessions with the server; of one that has ended, up to the last look."""

    def __init__(self, user: str) -> None:
        self._command = f"postgres: {user} ".encode()
        self._postmaster = int((settings.DATA / "postgres/postmaster.pid").read_text().split()[0])
        self._before = self._seen = self._now()

    def look(self) -> None:
        self._seen = self._seen | self._now()

    @property
    def seconds(self) -> float:
        return sum(self._seen.values()) - sum(self._before.values())

    def _now(self) -> dict[int, float]:
        return dict(self._running())

    def _running(self) -> Iterator[tuple[int, float]]:
        for each in Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split():
            with suppress(OSError):  # it may have ended meanwhile
                if Path(f"/proc/{each}/cmdline").read_bytes().startswith(self._command):
                    yield int(each), _of_process(int(each))
