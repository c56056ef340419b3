"""What commands that import have in common: what they say, where they say it, and how they end."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import DatabaseError, InterfaceError
from tqdm import tqdm

from trials.importers.incoming import Refused
from trials.importers.runs import Interruption, Run, seldom_collected
from trials.searching.catching_up import catch_up

NOT_MIGRATED = "42P01"  # PostgreSQL's number for a table that is not there


class ImportCommand(BaseCommand):
    """A command adds `bring`. The last line of its output has the counts, however it ends."""

    requires_system_checks: list[str] = []
    again = "run it again to go on"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rejects",
            metavar="FILE",
            type=Path,
            help="write what is rejected to this file, a JSON object a line, and not to standard error",
        )

    def bring(self, run: Run, *, quiet: bool, **options: Any) -> None:
        """Give the run what is to be imported; with a progress bar, unless it is to be `quiet`."""
        raise NotImplementedError

    def handle(self, *args: Any, rejects: Path | None, verbosity: int, **options: Any) -> None:
        self.stderr.style_func = None  # what is rejected is no error of the command
        interruption = Interruption()
        quiet = not verbosity or sys.stderr is None or not sys.stderr.isatty()
        report = Report(self.tell)
        actor = self.__module__.rpartition(".")[2]
        run = Run(actor, rejected=report.write, interruption=interruption)
        code = 1
        try:
            with interruption.heard(), seldom_collected():
                if rejects:
                    report.open(rejects, apart_from=options.get("paths", []))
                self.bring(run, quiet=quiet, **options)
                run.settle()
                if run.counts["created"] or run.counts["updated"]:
                    self._index(quiet)
            code = 1 if run.counts["rejected"] else 0
        except KeyboardInterrupt:
            self.tell(f"Stopped. What was imported is whole; {self.again}.")
            code = 128 + (interruption.signal or 0)
        except (CommandError, DatabaseError, InterfaceError) as error:
            self.tell(sentence(error))
        finally:
            say(self.stdout, " ".join(f"{name}={count}" for name, count in run.counts.items()))
        if code:
            sys.exit(code)

    def tell(self, line: str) -> None:
        """On standard error, above the progress bar."""
        with tqdm.external_write_mode(file=sys.stderr):
            say(self.stderr, line)

    def _index(self, quiet: bool) -> None:
        if not quiet:
            self.tell("Bringing the search index up to date.")
        try:
            catch_up()
        except Exception as error:
            # It is a copy, which a server mends; what was imported is in the database.
            self.tell(f"The search index could not be brought up to date: {type(error).__name__}: {error}")


class Report:
    """Where it is told what was rejected: a file, or line by line to `tell`."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._file: FileIO | None = None

    def open(self, path: Path, *, apart_from: Iterable[Path]) -> None:
        """Begin the file; `apart_from` is what is read meanwhile."""
        where = path.resolve()
        for other in map(Path.resolve, apart_from):
            if other in (where, *where.parents):
                raise CommandError(f"{path} is in what is imported: write what is rejected somewhere else.")
        try:
            self._file = FileIO(path, "w")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error

    def write(self, refused: Refused) -> None:
        for problem in refused.problems:
            if not self._filed({"where": refused.where, "nct_id": refused.nct_id, **problem._asdict()}):
                self._tell(f"{refused.where}: {refused.nct_id} {problem}".replace(":  ", ": "))

    def _filed(self, problem: dict[str, str]) -> bool:
        """Unbuffered, so that nothing is lost with the process; where the disk is full it is told instead."""
        if not self._file:
            return False
        try:
            self._file.write(json.dumps(problem).encode() + b"\n")
        except OSError as error:
            self._tell(f"{self._file.name}: {error.strerror}. What else is rejected is told here.")
            self._file = None
            return False
        return True


def say(stream: OutputWrapper, line: str) -> None:
    """Write a line to somebody who may have gone, or may never have been there."""
    try:
        stream.write(line)
        stream.flush()
    except AttributeError:
        pass  # the stream was closed before Python started
    except OSError:
        # Python would complain once more, in its end.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def sentence(error: Exception) -> str:
    """An error in one line."""
    if getattr(error.__cause__, "sqlstate", "") == NOT_MIGRATED:
        return "The database has not been migrated: run manage.py migrate."
    lines = str(error).strip().splitlines()
    what = lines[0] if lines else type(error).__name__
    return what if isinstance(error, CommandError) else f"The database cannot be used: {what}"
