"""The documents that come with Trialdesk, for tests that are about something else than loading them."""

from __future__ import annotations

from django.conf import settings

from config.context import acting_as, system
from tests.database import load_once
from trials.importers.fixtures import load_document


def load_documents(*nct_ids: str) -> None:
    """The dictionary of variables, and these trials."""

    def load() -> None:
        with acting_as(system("fixtures", edits_content=True, importing=True)):
            load_document(settings.BASE_DIR / "fixtures/variables.yaml")
            for nct_id in nct_ids:
                load_document(settings.BASE_DIR / f"fixtures/trials/{nct_id}.yaml")

    load_once(" ".join(nct_ids), load)
