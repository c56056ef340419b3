"""Print the document that describes a trial."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.context import acting_as, system
from trials.exporting import as_yaml, trial_document
from trials.models import Trial


class Command(BaseCommand):
    help = "Print a trial, with its published criteria, as the YAML document that load_fixtures reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("nct_id", metavar="NCT")

    def handle(self, *args: Any, nct_id: str, **options: Any) -> None:
        with acting_as(system("export_trial", edits_content=True)):
            trial = Trial.objects.filter(nct_id=nct_id.upper()).first()
            if trial is None:
                raise CommandError(f"There is no trial {nct_id}.")
            self.stdout.write(as_yaml(trial_document(trial)), ending="")
