"""Load the documents of `fixtures/`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.context import acting_as, system
from screening.demo import DOCUMENT, is_demo, load_demo
from trials.importers.fixtures import load_document
from trials.importers.problems import RejectedError
from trials.importers.yaml_documents import read_yaml
from trials.located import locate_sites

FIXTURES = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = (
        "Load the variables, the trials and, in demo mode, made-up people; or what is named. "
        "Loading again writes only what differs. Ends with 1 where a document was rejected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", metavar="PATH", nargs="*", type=Path)

    def handle(self, *args: Any, paths: list[Path], verbosity: int, **options: Any) -> None:
        counts = Counter({"created": 0, "updated": 0, "unchanged": 0, "rejected": 0})
        for path in _documents(paths) if paths else _own_documents():
            outcome = self._load(path)
            counts[outcome] += 1
            if verbosity:
                self.stdout.write(f"{outcome:9} {_shown(path)}")
        with acting_as(system("locate_sites", edits_content=True, importing=True)):
            locate_sites()
        if verbosity:
            self.stdout.write(" ".join(f"{name}={count}" for name, count in counts.items()))
        if counts["rejected"]:
            sys.exit(1)

    def _load(self, path: Path) -> str:
        try:
            with acting_as(system("load_fixtures", edits_content=True, importing=True)):
                if path.name == DOCUMENT.name and is_demo(content := read_yaml(path)):
                    return load_demo(content).value
                loaded = load_document(path)
                for sentence in loaded.kept:
                    self.stderr.write(f"{_shown(path)}: {sentence}")
                return loaded.change.value
        except RejectedError as error:
            for problem in error.problems:
                self.stderr.write(f"{_shown(path)}: {problem}")
            return "rejected"


def _own_documents() -> Iterator[Path]:
    """What refers comes after what it refers to."""
    yield FIXTURES / "variables.yaml"
    yield from sorted((FIXTURES / "trials").glob("*.yaml"))
    if settings.MODE == "demo":
        yield DOCUMENT


def _documents(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def _shown(path: Path) -> Path:
    return path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path
