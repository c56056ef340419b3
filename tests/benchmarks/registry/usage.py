"""Processor time: this process's, that of a backend of PostgreSQL, that of the whole server. Linux tells."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections

_TICKS = os.sysconf("SC_CLK_TCK")


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


def server_seconds() -> float:
    """What the embedded server has used since it started, its backends that have ended included."""
    postmaster = int((settings.DATA / "postgres/postmaster.pid").read_text().split()[0])
    running = [
        pid
        for each in Path("/proc").glob("[0-9]*")
        if (pid := int(each.name)) == postmaster or _parent(pid) == postmaster
    ]
    own, ended = zip(*map(_times, running), strict=True)
    return sum(own) + sum(ended)


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return []


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def _times(pid: int) -> tuple[float, float]:
    stat = _stat(pid)
    if not stat:
        return 0.0, 0.0
    user, system, ended_user, ended_system = (int(each) / _TICKS for each in stat[11:15])
    return user + system, ended_user + ended_system
