"""Recompute every chain of the audit trail, and compare each audited row with its last event."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction


class Command(BaseCommand):
    help = (
        "Recompute every chain of the audit trail, and compare each audited row with its last event. "
        "Ends with 1 where an event, or a row behind the trail's back, was changed, removed or inserted. "
        "A tail cut off leaves no gap: keep what --head prints somewhere else, and give it to --against."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", action="store_true", help="Print each chain's last link, and check nothing."
        )
        parser.add_argument(
            "--against",
            metavar="FILE",
            type=Path,
            help="Also compare with what --head has printed before.",
        )

    def handle(self, *args: Any, head: bool, against: Path | None, **options: Any) -> None:
        # One statement's view of the data for everything: others may write meanwhile.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            heads = {chain: (position, digest) for chain, position, digest in _rows("audit_heads()")}
            if head:
                for chain, (position, digest) in heads.items():
                    self.stdout.write(f"{chain} {position} {digest}")
                return
            faults = [
                (chain, f"chain {chain}, {f'link {position}, ' if position else ''}event {event}: {fault}")
                for chain, position, event, fault in _rows("audit_faults()")
            ]
            faults += [
                (chain, f"chain {chain}, {table}, row {row}: {fault}")
                for chain, table, row, fault in _rows("audit_row_faults()")
            ]
            if against is not None:
                faults += _missing(against)
        broken = {chain for chain, _ in faults}
        for chain in sorted(broken | heads.keys()):
            position, digest = heads.get(chain, (0, "-"))
            verdict = "BROKEN" if chain in broken else "whole"
            self.stdout.write(f"chain {chain}: {verdict}, {position} events, head {digest}")
        for _, fault in faults:
            self.stderr.write(fault)
        self.stdout.write(f"chains={len(heads.keys() | broken)} faults={len(faults)}")
        if faults:
            sys.exit(1)


def _missing(kept: Path) -> list[tuple[int, str]]:
    """What an earlier --head has seen and is not there any more."""
    faults = []
    try:
        lines = kept.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{kept} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            first, second, digest = line.split()
            chain, position = int(first), int(second)
        except ValueError:
            raise CommandError(f"{kept}, line {number}: it is not “chain position hash”.") from None
        [(now,)] = _rows("audit_hash(%s, %s)", chain, position)
        if now is None:
            faults.append((chain, f"chain {chain}: link {position} was there before; the tail is cut off"))
        elif now != digest:
            faults.append((chain, f"chain {chain}: link {position} is not what it was before"))
    return faults


def _rows(function: str, *arguments: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}", arguments)  # noqa: S608
        return cursor.fetchall()
