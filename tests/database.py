"""The tests' database between two tests: its tables are emptied, its connections stay.

For a new connection, and for tables that TRUNCATE has replaced, PostgreSQL reads and plans all anew, which
takes as long as most tests. What many tests begin with is copied rather than made again.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from config.embedded import EmbeddedServer

type Server = psycopg.Connection[Any]

# Bytes of a table and its indexes from which on its dead rows cost more than a new one.
LARGE = 4 * 2**20

# By their size and not their rows, which row-level security hides from the owner too. Content types and
# permissions stay: they are the same for every test.
_TABLES = """
    select format('%I', relname), pg_relation_size(oid), pg_total_relation_size(oid) from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
    and relname not in ('django_migrations', 'django_content_type', 'auth_permission') order by relname
"""
# Past triggers and row-level security; none where the server is not our own.
_superusers: list[Server] = []
# The rows of each table, and what stands for them in a test.
_copies: dict[str, tuple[dict[str, bytes], bytes]] = {}


@contextlib.contextmanager
def as_superuser() -> Iterator[None]:
    """Have the quick ways of this module, as long as the tests' database is there."""
    if not settings.DATABASE_URL:
        folder = EmbeddedServer.of(settings.DATA, durable=False).socket_folder
        name = connections["owner"].settings_dict["NAME"]
        server = psycopg.connect(host=str(folder), user="postgres", dbname=name, autocommit=True)
        server.execute("set session_replication_role = replica")
        _superusers.append(server)
    yield
    for server in _superusers:
        server.close()
    connections.close_all()  # Django closes the one that made the database, and cannot drop it under others


def empty_tables(case: TransactionTestCase) -> None:
    """In place of Django's slow flush."""
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
    for _again in range(5):
        # A page that is being left may still be answered, and its queries wait for these locks crosswise.
        with contextlib.suppress(psycopg.OperationalError):
            return _empty_once()
    _empty_once()


def _empty_once() -> None:
    from trials.searching import index  # only now are there models

    if not _superusers:
        connections["owner"].ensure_connection()
    server = _superusers[0] if _superusers else connections["owner"].connection
    tables: list[tuple[str, int, int]] = server.execute(_TABLES).fetchall()
    written = [name for name, size, _total in tables if size]
    if not written:
        return
    with server.transaction():
        server.execute("set local lock_timeout = '10s'")
        if not _superusers or max(total for *_, total in tables) > LARGE:
            server.execute(f"truncate {', '.join(written)} cascade")
        else:
            server.execute(f"lock table {', '.join(name for name, *_ in tables)}")
            server.execute("; ".join(f"delete from {table}" for table in written))
    # Nothing tells the index of trials that went like this.
    index.folder().discard(index.folder().current())


def load_once[Result](name: str, load: Callable[[], Result]) -> Result:
    """What `load` returns, and in an empty database what it writes, under the same keys each time."""
    if not _superusers or _with_rows(_superusers[0]):
        return load()
    server = _superusers[0]
    if name not in _copies:
        result = load()
        _copies[name] = {table: _copy_of(server, table) for table in _with_rows(server)}, pickle.dumps(result)
        return result
    rows_of, pickled = _copies[name]
    with server.transaction(), server.cursor() as cursor:
        for table, rows in rows_of.items():
            with cursor.copy(f"copy {table} from stdin (format binary)") as copy:
                copy.write(rows)
    copied: Result = pickle.loads(pickled)
    return copied


def _with_rows(server: Server) -> list[str]:
    tables = [name for name, size, _total in server.execute(_TABLES).fetchall() if size]
    one_of_each = " union all ".join(f"(select '{table}' from {table} limit 1)" for table in tables)
    return [table for (table,) in server.execute(one_of_each).fetchall()] if tables else []


def _copy_of(server: Server, table: str) -> bytes:
    with server.cursor() as cursor, cursor.copy(f"copy {table} to stdout (format binary)") as copy:
        return b"".join(copy)


TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]
TransactionTestCase._should_reload_connections = lambda case: False  # type: ignore[attr-defined]
