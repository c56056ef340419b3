"""A trial's document goes out as it came in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from config.context import acting_as, system
from tests.factories import CONTENT, make_trial
from tests.trials.records import record
from trials.drafts import new_version_from
from trials.exporting import trial_document
from trials.importers.ctgov import read_study
from trials.importers.fixtures import load_document
from trials.importers.store import Change, save_study
from trials.importers.yaml_documents import read_yaml
from trials.models import CriteriaVersion, Trial

pytestmark = pytest.mark.django_db
FIXTURES = Path(settings.BASE_DIR) / "fixtures"
DOCUMENTS = sorted((FIXTURES / "trials").glob("*.yaml"))
LOADER = system("test", edits_content=True, importing=True)


def load(*paths: Path) -> list[Change]:
    with acting_as(LOADER):
        return [load_document(path).change for path in paths]


def exported(nct_id: str) -> str:
    out = io.StringIO()
    call_command("export_trial", nct_id, stdout=out)
    return out.getvalue()


def test_every_trial_is_exported_as_its_document(tmp_path: Path) -> None:
    load(FIXTURES / "variables.yaml", *DOCUMENTS)
    assert len(DOCUMENTS) == 5
    for path in DOCUMENTS:
        out = tmp_path / path.name
        out.write_text(exported(path.stem.lower()), encoding="utf-8")
        # A document may leave out that there are no results.
        assert read_yaml(out) == read_yaml(path), path.stem


def test_what_was_exported_loads_as_nothing_new(tmp_path: Path) -> None:
    load(FIXTURES / "variables.yaml", *DOCUMENTS)
    for path in DOCUMENTS:
        copy = tmp_path / f"copy of {path.name}"
        copy.write_text(exported(path.stem), encoding="utf-8")
        assert load(copy) == [Change.UNCHANGED]


def test_drafts_are_not_exported_and_a_label_stands_once() -> None:
    load(FIXTURES / "variables.yaml", DOCUMENTS[0])
    before = exported(DOCUMENTS[0].stem)
    with acting_as(CONTENT):
        version = CriteriaVersion.objects.published().first()
        assert version is not None
        new_version_from(version, label="draft")
    assert exported(DOCUMENTS[0].stem) == before


def test_a_trial_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="There is no trial NCT00000000"):
        exported("NCT00000000")


def test_a_registry_record_with_all_its_parts_goes_out_as_it_came_in() -> None:
    registered = record()
    with acting_as(LOADER):
        save_study(read_study(registered))
        trial = Trial.objects.get(nct_id=registered["protocolSection"]["identificationModule"]["nctId"])
        again = save_study(read_study(trial_document(trial)))
    assert again.change is Change.UNCHANGED


def test_an_empty_trial_has_little_to_say() -> None:
    trial = make_trial("NCT01234567")
    with acting_as(CONTENT):
        document = trial_document(trial)
    assert list(document) == ["protocolSection"]
