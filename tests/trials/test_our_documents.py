"""The documents that come with Trialdesk load, as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from config.context import acting_as, system
from trials.importers.fixtures import load_document
from trials.importers.store import Change
from trials.models import CriteriaVersion, Trial
from trials.searching import engine
from trials.searching.wanted import Wanted

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
DOCUMENTS = [FIXTURES / "variables.yaml", *sorted((FIXTURES / "trials").glob("*.yaml"))]


@pytest.mark.django_db
def test_they_load_and_load_again() -> None:
    for expected in (Change.CREATED, Change.UNCHANGED):
        with acting_as(system("test", edits_content=True, importing=True)):
            changes = {path.stem: load_document(path).change for path in DOCUMENTS}
        assert set(changes.values()) == {expected}, changes
    assert Trial.objects.count() == 5
    rapcabtagene = CriteriaVersion.objects.filter(trial__nct_id="NCT06665256")
    assert [version.label for version in rapcabtagene.in_effect()] == ["2026-01-22", "Earlier registry text"]
    assert Trial.objects.get(nct_id="NCT06665256").sites.listed().count() == 50
    found = engine.search(Wanted("refractory myositis GC012F"))
    assert [hit.nct_id for hit in found.hits] == ["NCT07086404"]
