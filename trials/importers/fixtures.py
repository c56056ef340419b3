"""Documents written by hand: one a trial, and the dictionary of variables.

A trial's document has `protocolSection` and `hasResults` as the registry writes them, then `supplement` (what
the trial's page shows and the registry has no name for) and `criteria_versions`, oldest first. It is stored
whole or not at all; every problem of it is found at once. Loading it again writes only what differs: a
changed text of criteria becomes a further version, since a published one never changes. A document that has
not changed since it was loaded is passed over. Where an administrator's word stands it stays, and what the
document says is kept beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from trials.criteria.lint import errors
from trials.criteria.tree import Tree, TreeError, parse_tree
from trials.drafts import checked, sentence
from trials.importers.ctgov import Values, read_study
from trials.importers.kept import Kept
from trials.importers.lists import assign
from trials.importers.problems import ImportProblem, RejectedError
from trials.importers.reading import Part, kind
from trials.importers.store import Change, save_study
from trials.importers.yaml_documents import read_yaml
from trials.models import CriteriaVersion, LoadedDocument, Trial, Variable
from trials.services import create_draft, publish


@dataclass(frozen=True)
class Loaded:
    """`kept` are sentences: where an administrator's word stands, though the document says something else."""

    name: str
    change: Change
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class VersionDocument:
    tree: Tree
    label: str
    source: str
    completeness: str
    made_up: bool
    effective: date | None
    change_reason: str

    def is_stored_as(self, version: CriteriaVersion) -> bool:
        return (
            version.digest == self.tree.digest
            and version.completeness == self.completeness
            and version.made_up == self.made_up
            and version.effective == self.effective
        )


def load_document(path: Path) -> Loaded:
    """Load a trial's document or a dictionary of variables, by what is in it. Raises `RejectedError`."""
    content = read_yaml(path)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    if LoadedDocument.objects.filter(name=path.stem, digest=digest).exists():
        return Loaded(path.stem, Change.UNCHANGED)
    with transaction.atomic():
        if isinstance(content, list):
            loaded = Loaded(path.stem, *load_variables(content))
        elif isinstance(content, dict):
            loaded = load_trial(content)
        else:
            needed = f"a trial or a list of variables is needed, not {kind(content)}"
            raise RejectedError([ImportProblem("", needed)])
        LoadedDocument.objects.update_or_create(
            name=path.stem, defaults={"digest": digest, "loaded_at": Now()}
        )
    return loaded


def load_trial(content: dict[str, Any]) -> Loaded:
    document = Part(content)
    problems: list[ImportProblem] = []
    study = None
    record: dict[str, Any] = {
        key: content[key] for key in ("protocolSection", "hasResults") if key in content
    }
    try:
        study = read_study(record, strict=True)
    except RejectedError as error:
        problems += error.problems
    for key in ("protocolSection", "hasResults"):
        document.pass_over(key)
    supplement = _supplement(document.part("supplement"))
    versions = _versions(document, content)
    problems += document.problems
    problems += [
        ImportProblem(path, "nothing reads this key: it would be lost") for path, _value in document.unread()
    ]
    if problems or study is None:
        raise RejectedError(problems)
    with transaction.atomic():
        raw = json.dumps(record, ensure_ascii=False).encode()
        stored = save_study(study, supplement, kept=Kept.of(raw, record))
        published = [_store_version(stored.trial, version) for version in versions]
    change = Change.UPDATED if stored.change is Change.UNCHANGED and any(published) else stored.change
    return Loaded(study.nct_id, change)


def load_variables(content: list[Any]) -> tuple[Change, tuple[str, ...]]:
    """Add and correct variables; one that the document has no more stays, since criteria may rest on it.

    What was edited here stays too, and is named.
    """
    problems: list[ImportProblem] = []
    wanted: dict[str, Values] = {}
    for index, entry in enumerate(content):
        part = Part(entry, f"[{index}]", problems)
        values = _variable(part)
        if values["code"] in wanted:
            part.note("code", f'"{values["code"]}" stands twice')
        wanted[values["code"]] = values
        problems += [ImportProblem(path, "is no key of a variable") for path, _value in part.unread()]
    if problems:
        raise RejectedError(problems)
    with transaction.atomic():
        known = {variable.code: variable for variable in Variable.objects.select_for_update()}
        changes = [_store_variable(known.get(code), values) for code, values in wanted.items()]
    kept = tuple(
        f"{code}: {name} stays {getattr(variable, name)!r}, edited here; the document says {values[name]!r}"
        for code, values in wanted.items()
        if (variable := known.get(code))
        for name in variable.edited_here
    )
    if any(changes):
        return Change.UPDATED if known else Change.CREATED, kept
    return Change.UNCHANGED, kept


def _supplement(part: Part) -> Values:
    plain = part.part("plain_summary")
    related = part.parts("related_trials")
    return {
        "nickname": part.text("nickname"),
        "plain_summary": plain.text("text"),
        "plain_summary_machine_made": plain.boolean("machine_made") or False,
        "periods": part.texts("periods"),
        "notices": part.texts("notices"),
        "about_sponsor": part.text("about_sponsor"),
        "worldwide_contacts_note": part.text("worldwide_contacts_note"),
        "people_applied": part.integer("people_applied"),
        "launched": part.date("launched"),
        "current_as_of": part.date("current_as_of"),
        "related_trials": [
            {"nct_id": trial.text("nct_id"), "title": trial.text("title")} for trial in related
        ],
    }


def _versions(document: Part, content: dict[str, Any]) -> list[VersionDocument]:
    known = list(Variable.objects.all())
    parts = document.parts("criteria_versions")
    versions = [
        version
        for part, raw in zip(parts, content.get("criteria_versions") or [], strict=False)
        if (version := _version(part, raw, known))
    ]
    names = [(version.source, version.label) for version in versions]
    for source, label in sorted({name for name in names if names.count(name) > 1}):
        document.note("criteria_versions", f'two {source} versions have the label "{label}"')
    return versions


def _version(part: Part, raw: object, known: Sequence[Variable]) -> VersionDocument | None:
    label = part.text("label", longest=200)
    if not label:
        part.note("label", "is missing")
    tree = None
    for key in ("cohorts", "inclusion", "exclusion"):
        part.pass_over(key)
    completeness = part.choice("completeness", CriteriaVersion.Completeness.values)
    if isinstance(raw, dict):
        criteria = {key: raw[key] for key in ("cohorts", "inclusion", "exclusion") if key in raw}
        try:
            tree = parse_tree(criteria)
        except TreeError as error:
            for problem in error.problems:
                part.note(problem.path, problem.reason)
        else:  # what the editor would not publish is not published from here either
            for finding in errors(checked(criteria, known, completeness=completeness)):
                part.note(f"({finding.identifier}).{finding.field}", sentence(finding))
    change_reason = part.text("change_reason")
    if not change_reason.strip():
        part.note("change_reason", "is missing: say why this version was published")
    source = part.choice("source", CriteriaVersion.Source.values)
    made_up = part.boolean("made_up") or False
    effective = part.converted("effective", _day)
    if tree is None:
        return None
    return VersionDocument(tree, label, source, completeness, made_up, effective, change_reason)


def _day(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date.fromisoformat(text)
    raise ValueError("not a day such as 2026-01-22")


def _store_version(trial: Trial, document: VersionDocument) -> bool:
    """Publish the document, unless the last version of its name is just that."""
    named = CriteriaVersion.objects.filter(trial=trial, source=document.source, label=document.label)
    last = named.published().newest_first().first()
    if last and document.is_stored_as(last):
        return False
    draft = create_draft(
        trial=trial,
        tree=document.tree,
        label=document.label,
        source=document.source,
        completeness=document.completeness,
        made_up=document.made_up,
        effective=document.effective,
    )
    publish(draft, reason=document.change_reason)
    return True


def _variable(part: Part) -> Values:
    code = part.text("code", longest=64)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", code):
        part.note("code", "a code is lower-case letters, digits and . _ -")
    values = {
        "code": code,
        "label": part.text("label"),
        "kind": part.choice("kind", Variable.Kind.values),
        "unit": part.text("unit", longest=64),
        "loinc": part.text("loinc", longest=10),
        "codes": part.texts("codes"),
        "note": part.text("note"),
    }
    if not values["label"]:
        part.note("label", "is missing")
    if values["loinc"] and not re.fullmatch(r"[0-9]{1,7}-[0-9]", str(values["loinc"])):
        part.note("loinc", "a LOINC code is digits, a hyphen and a check digit")
    if values["codes"] and values["kind"] != Variable.Kind.CODE:
        part.note("codes", f"only for the kind code, not for {values['kind']}")
    return values


def _store_variable(variable: Variable | None, said: Values) -> bool:
    """A column that still has what the document said last follows it; another was edited here, and stays."""
    if variable is None:
        Variable.objects.create(**said, documented=said)
        return True
    before = variable.documented or {}
    taken = {
        name: value
        for name, value in said.items()
        if name in before and before[name] == getattr(variable, name)
    }
    differing = assign(variable, {**taken, "documented": said})
    if differing:
        variable.save(update_fields=differing)
    return bool(differing)
