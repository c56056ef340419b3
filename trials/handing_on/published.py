"""What of a trial's criteria anybody may be given: the registry's published versions.

Whoever asks gets the same, also those who may read a protocol's: what is handed on goes anywhere.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from trials.criteria.tree import Test, Tree, tree_to_json
from trials.editor.words import test_words
from trials.exporting import trial_document
from trials.handing_on.fhir.participants import Published, eligibility
from trials.handing_on.fhir.research_study import bundle
from trials.handing_on.fhir.statements import Variable as CodedVariable
from trials.models import CriteriaVersion, Trial, Variable
from trials.records import study_json

type Document = dict[str, Any]


def versions(trial: Trial) -> list[CriteriaVersion]:
    """Newest first."""
    of_registry = CriteriaVersion.objects.filter(trial=trial, source=CriteriaVersion.Source.REGISTRY)
    return list(of_registry.published().in_order())


def trial_as_shown(trial: Trial) -> Document:
    """The trial as its page shows it, edits that were made here with it."""
    document = trial_document(trial)
    listed = [
        version
        for version in document.pop("criteria_versions", [])
        if version["source"] == CriteriaVersion.Source.REGISTRY
    ]
    return document | ({"criteria_versions": listed} if listed else {})


def criteria_document(trial: Trial, schema: str) -> Document:
    """The criteria by the schema that is read at that address."""
    return {
        "$schema": schema,
        "nct_id": trial.nct_id,
        "title": trial.title,
        "versions": [_version(version) for version in versions(trial)],
    }


def fhir_bundle(trial: Trial) -> Document:
    """The registry's record, and who may join by the criteria that are in effect."""
    study = study_json(trial)
    newest = next(iter(versions(trial)), None)
    published = Published(newest.label, newest.tree(), _remarks(newest)) if newest else None
    variables = _variables(published.tree) if published else {}
    labels = {code: variable.label for code, variable in variables.items()}

    def in_words(test: Test) -> str:
        return test_words(test.to_json(), labels)

    return bundle(study, eligibility(study, published, variables, in_words))


def _version(version: CriteriaVersion) -> Document:
    document = {
        "number": version.number,
        "label": version.label,
        "source": version.source,
        "completeness": version.completeness,
        "made_up": version.made_up,
        "effective": version.effective.isoformat() if version.effective else None,
        "published": version.published_at.isoformat() if version.published_at else None,
        "change_reason": version.change_reason or None,
        "digest": version.digest,
        "criteria": tree_to_json(version.tree()),
    }
    return {key: value for key, value in document.items() if value is not None}


def _variables(tree: Tree) -> dict[str, CodedVariable]:
    codes = {node.test.variable for node in tree.statements if node.test and node.test.variable}
    rows = Variable.objects.filter(code__in=codes)
    return {row.code: CodedVariable(row.label, row.loinc) for row in rows}


def _remarks(version: CriteriaVersion) -> list[str]:
    remarks = []
    if version.completeness == CriteriaVersion.Completeness.ABRIDGED:
        remarks.append(_("Abridged: other criteria apply that the source does not print."))
    if version.made_up:
        remarks.append(_("Made up for demonstration; not the sponsor's criteria."))
    return remarks
