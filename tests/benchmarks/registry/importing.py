"""Importing, as the command does it, beside COPY of the same rows into the same tables; and its memory."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connections

from config.context import acting_as, system
from tests.benchmarks.registry.kept import Figures, Kept
from tests.benchmarks.registry.usage import Sessions, used
from tests.registry import write
from trials.searching.index import folder

SEED = 1
BARE = "trialdesk_bare"
_SAMPLED = 10_000  # records
# What importing does not fill.
_NOT_IMPORTED = ("django_", "auth_")
_PIECE = 1 << 20


def measure(kept: Kept) -> None:
    """The first tenth and the rest apart: what memory one takes must not depend on how much it reads."""
    _prepare_cities()
    kept.once("emptied", _copy_of_the_empty_tables)
    tenth = kept.trials // 10
    for name, first, count in (("tenth", 1, tenth), ("rest", tenth + 1, kept.trials - tenth)):
        kept.once(f"import {name}", lambda first=first, count=count: _import(kept, first, count))
    kept.once("import again", lambda: _import(kept, 1, tenth))
    kept.once("import of one", lambda: _import(kept, 1, 1))
    kept.once("copy", _copy)


def _prepare_cities() -> None:
    """What is made once on a machine is no part of an import; apart, since children are said to have occupied
    what this process did when it started them.
    """
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), "shell", "--no-imports", "-c"]
    subprocess.run([*manage, "from trials import cities; cities.prepare()"], check=True)


def _import(kept: Kept, first: int, count: int) -> Figures:
    """By the command, in a process of its own. The search index is not its business here."""
    file = kept.folder / f"{first}-{count}.jsonl"
    if not file.exists():
        draft = file.with_suffix(".new")
        write(draft, count, SEED, first=first)
        draft.replace(file)
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "import_trials", "-"]
    with folder().alone(wait=True), file.open("rb") as records, tempfile.TemporaryFile("w+") as said:
        began, sessions = time.perf_counter(), Sessions(settings.DATABASES["default"]["USER"])
        process = subprocess.Popen(command, stdin=records, stdout=said)
        memory, status, usage = _watched(process.pid, records.fileno(), count, sessions)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        last = (said.read().splitlines() or ["nothing said"])[-1]
        if process.returncode:
            raise RuntimeError(f"importing ended with {process.returncode}: {last}")
        return {
            "records": count,
            "created": int(re.findall(r"created=(\d+)", last)[0]),
            "said": last,
            "seconds": time.perf_counter() - began,
            "cpu": usage.ru_utime + usage.ru_stime + sessions.seconds,
            "cpu of the database": sessions.seconds,
            "peak MB": usage.ru_maxrss / 1024,
            "MB after records": memory,
            "read MB": file.stat().st_size / 1e6,
        }


def _watched(
    pid: int, records: int, count: int, sessions: Sessions
) -> tuple[dict[int, float], int, resource.struct_rusage]:
    """What the process occupies about each 10,000 records, until it ends, and how it ended.

    How far it has read the open file `records` is known, since they share it.
    """
    size, samples = os.fstat(records).st_size, dict[int, float]()
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return samples, status, usage
        sessions.look()
        read = int(count * os.lseek(records, 0, os.SEEK_CUR) / size)
        if read >= _SAMPLED * (len(samples) + 1):
            samples[read] = _resident(pid)
            sys.stderr.write(f"  {read:,} records read, {samples[read]:.0f} MB\n")
        time.sleep(0.1)


def _resident(pid: int) -> float:
    """MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


# --- COPY, bare ---


def _copy_of_the_empty_tables() -> Figures:
    """A database with the same tables, indexes, constraints and triggers."""
    connections.close_all()
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {BARE}")
        cursor.execute(f"CREATE DATABASE {BARE} TEMPLATE {connections['owner'].settings_dict['NAME']}")
    return {}


def _copy() -> Figures:
    """The rows of each table out into a file, then into the other database, its table as it is."""
    connections.databases["bare"] = {**connections.databases["default"], "NAME": BARE}
    context = system("benchmark", edits_content=True, importing=True)
    rows: dict[str, int] = {}
    with tempfile.TemporaryDirectory(dir=settings.DATA) as place:
        with acting_as(context):
            for each in _tables("default"):
                rows[each.name] = _write(
                    Path(place) / each.name, f"COPY {each.name} ({each.columns}) TO STDOUT"
                )
        with used("bare") as spent, acting_as(context, using="bare"):
            for each in _tables("bare"):
                if rows[each.name]:
                    _read(Path(place) / each.name, each)
    connections["bare"].close()
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {BARE}")
    filled = {name: count for name, count in rows.items() if count}
    return {"rows": filled, "seconds": spent.wall / 1000, "cpu": spent.cpu / 1000}


def _write(file: Path, statement: str) -> int:
    with connections["default"].cursor() as cursor, file.open("wb") as kept:
        with cursor.copy(statement) as copy:
            for piece in copy:
                kept.write(piece)
        count: int = cursor.rowcount
        return count


def _read(file: Path, table: Table) -> None:
    """By way of another table where rows have policies, as COPY goes around those."""
    into = f"copied_{table.name}" if table.has_policies else table.name
    with connections["bare"].cursor() as cursor, file.open("rb") as kept:
        if table.has_policies:
            cursor.execute(f"CREATE TEMPORARY TABLE {into} (LIKE {table.name})")
        with cursor.copy(f"COPY {into} ({table.columns}) FROM STDIN") as copy:
            while piece := kept.read(_PIECE):
                copy.write(piece)
        if table.has_policies:
            cursor.execute(f"INSERT INTO {table.name} ({table.columns}) SELECT {table.columns} FROM {into}")


class Table(NamedTuple):
    name: str
    columns: str
    has_policies: bool
    needs: frozenset[str]


def _tables(using: str) -> Iterator[Table]:
    """Those first to which others refer."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), c.relrowsecurity,
                   array(SELECT confrelid::regclass::text FROM pg_constraint
                         WHERE conrelid = c.oid AND contype = 'f' AND confrelid <> c.oid)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
              AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
              AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
            GROUP BY c.oid, c.relname, c.relrowsecurity ORDER BY c.relname
            """
        )
        found = (Table(*row[:3], frozenset(row[3])) for row in cursor.fetchall())
        left = {each.name: each for each in found if not each.name.startswith(_NOT_IMPORTED)}
    while left:
        free = [each.name for each in left.values() if not each.needs & left.keys()] or [*left][:1]
        yield from map(left.pop, free)


def report(kept: Kept) -> Iterator[str]:
    found = kept.figures()
    tenth, rest, again, copy = (
        found[name] for name in ("import tenth", "import rest", "import again", "copy")
    )
    once, each = _cost(tenth, rest, "cpu")
    _once, server = _cost(tenth, rest, "cpu of the database")
    _once, seconds = _cost(tenth, rest, "seconds")
    yield f"import: {kept.trials:,} records, {sum(copy['rows'].values()):,} rows"
    yield (
        f"  processor {1000 * each:.2f} ms a record, of which the database {1000 * server:.2f}, "
        f"and {once:.1f} s once in a command"
    )
    yield f"  bare COPY of the same rows {copy['seconds']:,.1f} s, processor {copy['cpu']:,.1f} s"
    ratio, whole = kept.trials * each / copy["cpu"], (kept.trials * each + once) / copy["cpu"]
    yield (
        f"  ratio to it {ratio:.1f} by the processor, {whole:.1f} with what is once; "
        f"{kept.trials * seconds / copy['seconds']:.1f} by the clock"
    )
    yield (
        f"  peak of memory {tenth['peak MB']:.0f} MB reading {tenth['read MB']:,.0f} MB, "
        f"{rest['peak MB']:.0f} MB reading {rest['read MB']:,.0f} MB"
    )
    curve = [*rest["MB after records"].items()]
    if told := curve[:: len(curve) // 6 + 1]:
        yield "  on the way " + ", ".join(f"{size:.0f} MB after {int(read):,}" for read, size in told)
    unchanged = again["records"] / max(again["seconds"] - found["import of one"]["seconds"], 0.001)
    yield f"  again, all unchanged: {unchanged:,.0f} a second ({again['said']})"


def _cost(tenth: Figures, rest: Figures, name: str) -> tuple[float, float]:
    """What a command takes once, and what each record that it stores does.

    Records that stood there already, since an import was interrupted, take next to nothing.
    """
    each = (rest[name] - tenth[name]) / (rest["created"] - tenth["created"])
    return tenth[name] - each * tenth["created"], each
