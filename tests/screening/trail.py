"""The audit trail as tests read it, check it, and tamper with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connections, transaction

from screening.models import AuditEvent
from tests.factories import Cast, acting


def events(cast: Cast, table: str) -> list[AuditEvent]:
    with acting(cast.alice):
        return list(AuditEvent.objects.filter(table=table).order_by("id"))


def verify(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@contextmanager
def tampering(table: str) -> Iterator[Any]:
    """As somebody who owns the tables and knows how to get around their triggers."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        yield cursor
        cursor.execute(f"alter table {table} enable trigger user")
