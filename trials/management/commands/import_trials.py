"""Import records of the registry."""

from __future__ import annotations

import sys
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

from django.core.management.base import CommandParser
from tqdm import tqdm

from trials.importers.runs import Run
from trials.importers.sources import records
from trials.importers.sources.files import total_size
from trials.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Import trials from JSON as the API v2 of ClinicalTrials.gov gives it: one study or several, lists, "
        "pages, JSON lines; also gzipped, zipped, or in folders. What cannot be imported is rejected alone. "
        "Importing again writes only what differs, and so goes on after an interruption. In the end the "
        "search index of this machine is brought up to date, unless a server does that already; searching "
        "never waits for it. The last line has the counts. Ends with 1 where anything was rejected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="- is standard input")
        super().add_arguments(parser)

    def bring(self, run: Run, *, quiet: bool, **options: Any) -> None:
        paths: list[Path] = options["paths"]
        stdin = cast("BufferedIOBase", sys.stdin.buffer) if sys.stdin else None
        total = None if quiet else total_size(paths)
        bar = tqdm(
            total=total,
            disable=quiet,
            leave=False,
            dynamic_ncols=True,
            bar_format="{desc} {bar} {percentage:.0f} %, {remaining} left" if total else "{desc}, {elapsed}",
        )

        def heard(size: int) -> None:
            if not quiet:
                rate = run.seen / max(bar.format_dict["elapsed"], 1)
                bar.set_description_str(f"{run.seen:,} trials, {rate:,.0f} a second", refresh=False)
                bar.update(size)

        with bar:
            for found in records(paths, stdin=stdin, heard=heard):
                run.take(found)
