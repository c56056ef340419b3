"""Rows straight into their tables by COPY, under keys that are drawn beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, models

type Row = Sequence[Any]


@dataclass(frozen=True, eq=False)
class Table:
    """A model's table and the columns of it that rows are given for."""

    model: type[models.Model]
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    @property
    def names(self) -> str:
        return ", ".join(connection.ops.quote_name(column) for column in self.columns)

    def copy(self, rows: Iterable[Row]) -> None:
        with _cursor() as cursor, cursor.copy(f"COPY {self.name} ({self.names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def update(self, rows: Sequence[Row], *, also: str = "") -> None:
        """Rows are the values of the columns, the key first as in `columns`; `also` sets further ones."""
        key, *columns = (connection.ops.quote_name(column) for column in self.columns)
        values = ", ".join(f"{column} = %s" for column in columns)
        statement = f"UPDATE {self.name} SET {values}{also} WHERE {key} = %s"  # noqa: S608
        with _cursor() as cursor:
            cursor.executemany(statement, [(*values, key) for key, *values in rows])

    def delete(self, column: str, values: Iterable[int]) -> None:
        """The rows that have one of these values there."""
        statement = f"DELETE FROM {self.name} WHERE {connection.ops.quote_name(column)} = ANY(%s)"  # noqa: S608
        with _cursor() as cursor:
            cursor.execute(statement, [list(values)])

    def draw(self, count: int) -> list[int]:
        """So many new keys."""
        if not count:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                # The sequence is looked up once, and not for each key.
                "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass))"
                " FROM generate_series(1, %s)",
                [self.model._meta.db_table, count],
            )
            return [key for (key,) in cursor.fetchall()]


@contextmanager
def _cursor() -> Iterator[psycopg.Cursor[Any]]:
    """psycopg's own cursor, which sends many statements at once; its errors are Django's."""
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor
