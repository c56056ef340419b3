"""Fetch records from a registry over the network, and import them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from config.data_folder import make_folder
from trials.importers.fetching import FetchError, Page, Registry, new, remember, unfinished
from trials.importers.runs import Run
from trials.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Fetch trials from a registry that has the API v2 of ClinicalTrials.gov, and import them as "
        "import_trials does: page by page, at a polite rate, and again where the registry is busy. The last "
        "line has the counts. Ends with 1 where anything was rejected, or could not be fetched."
    )
    again = "--resume goes on from there"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--base", metavar="URL", help="of the API, up to /api/v2; TRIALDESK_REGISTRY says it otherwise"
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--since",
            metavar="DATE",
            type=date.fromisoformat,
            help="only what the registry has posted an update of since, as in 2026-11-03",
        )
        what.add_argument("--resume", action="store_true", help="go on with a fetch that was interrupted")
        super().add_arguments(parser)

    def bring(self, run: Run, *, quiet: bool, **options: Any) -> None:
        try:
            self._fetch(run, quiet=quiet, **options)
        except FetchError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            where = error.filename or settings.DATA
            raise CommandError(f"{where} cannot be written: {error.strerror}.") from error

    def _fetch(
        self, run: Run, *, quiet: bool, base: str | None, since: date | None, resume: bool, **options: Any
    ) -> None:
        make_folder(settings.DATA)
        remembered = settings.DATA / "fetch.json"
        fetch = unfinished(remembered, base or "") if resume else new(base or settings.REGISTRY, since)
        registry, ended = Registry(tell=self.tell), False
        with tqdm(
            disable=quiet, leave=False, dynamic_ncols=True, unit=" trials", initial=fetch.studies
        ) as bar:
            while not ended:
                with registry.answer(fetch.url) as file:
                    page = Page(fetch, file)
                    for found in page:
                        run.take(found)
                run.settle()
                fetch = page.following
                remember(remembered, fetch)
                bar.total = fetch.total
                bar.update(fetch.studies - bar.n)
                ended = not fetch.token
        if fetch.studies < fetch.total:
            line = f"The registry has {fetch.total} studies, and gave {fetch.studies}"
            if not fetch.changed:
                raise CommandError(f"{line}.")
            self.tell(f"{line}: it was changed meanwhile, and --since brings what is missing.")
