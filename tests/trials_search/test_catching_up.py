"""How the index follows the database, and what happens to one that is missing, damaged or of another time."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from config.context import acting_as
from tests.factories import CONTENT
from tests.trials_views.catalogue import add_trial
from trials.models import Trial
from trials.searching import catching_up, engine
from trials.searching.index import Folder, folder
from trials.searching.results import Building
from trials.searching.wanted import Wanted

pytestmark = pytest.mark.django_db


def found(text: str = "") -> list[str]:
    return [hit.nct_id for hit in engine.search(Wanted(text), facets=()).hits]


def test_what_is_added_changed_and_deleted_is_found_as_it_is_now() -> None:
    assert found() == []
    first = add_trial("NCT00000001", identificationModule={"briefTitle": "Zebras"})
    assert found("zebras") == ["NCT00000001"]
    add_trial("NCT00000002", identificationModule={"briefTitle": "Zebras too"})
    add_trial("NCT00000001", identificationModule={"briefTitle": "Okapis"})
    assert found("zebras") == ["NCT00000002"]
    assert found("okapis") == ["NCT00000001"]
    seen = engine.revision()
    assert engine.count(Wanted(newer_than=seen)) == 0
    with acting_as(CONTENT), acting_as(CONTENT, using="owner"):
        Trial.objects.using("owner").filter(pk=first.pk).delete()
    assert found() == ["NCT00000002"]
    assert engine.revision() > seen
    add_trial("NCT00000003")
    assert engine.count(Wanted(newer_than=seen)) == 1


def test_an_index_that_is_damaged_or_ahead_is_made_anew() -> None:
    for number in (1, 2, 3):
        add_trial(f"NCT0000000{number}")
    assert len(found()) == 3
    here = folder()
    for spoil in (
        lambda part: (part / "meta.json").write_text("{"),
        lambda part: [file.unlink() for file in part.glob("*.term")],
        lambda part: [file.write_bytes(b"no index") for file in part.glob("*.idx")],
        lambda part: (part / "meta.json").unlink(),
        lambda part: (here.path / "current").write_text("another"),
        lambda part: (part / "revision").write_text(str(10**15)),
    ):
        spoil(here.path / here.current())
        assert len(found()) == 3
        assert len([path for path in here.path.iterdir() if path.is_dir()]) == 1


def test_a_search_answers_while_the_index_is_built_and_while_another_process_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    add_trial("NCT00000001")
    assert len(found()) == 1
    here = folder()
    with Folder(here.path).alone() as is_theirs:
        assert is_theirs
        assert not catching_up.catch_up()
        monkeypatch.setattr(catching_up, "keep_up", lambda: None)
        assert len(found()) == 1
    monkeypatch.setattr("trials.searching.index._folder", Folder(tmp_path))
    results = engine.search(Wanted("anything"))
    assert (results.total, results.hits) == (0, ())
    assert results.building == Building(indexed=0, trials=1)
    assert catching_up.catch_up()
    assert engine.search(Wanted()).building is None


def test_rebuilding_says_how_many_trials_there_are_and_how_long_it_took() -> None:
    for number in (1, 2):
        add_trial(f"NCT0000000{number}")
    before = folder().current()
    output = StringIO()
    call_command("index_trials", stdout=output)
    assert re.fullmatch(r"indexed=2 seconds=\d+\.\d\n", output.getvalue())
    assert folder().current() != before
    assert len(found()) == 2
