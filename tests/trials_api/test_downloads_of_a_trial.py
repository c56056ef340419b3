"""A trial as a file: what stands in each, by whom it can be read, and that nothing confidential does."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rispy
from django.test import Client
from fhir.resources.bundle import Bundle
from jsonschema import Draft202012Validator

from config.context import acting_as
from tests.factories import CONTENT, PASSWORD, make_cast, make_version, statement
from tests.trials_views.catalogue import NUMBERS, add_documents, add_trial
from trials.criteria.tree import canonical_json, parse_tree
from trials.models import CriteriaVersion, Trial

pytestmark = pytest.mark.django_db


def documents(client: Client, nct_id: str) -> dict[str, Any]:
    return {
        name: json.loads(client.get(f"/trials/{nct_id}/{name}.json").content)
        for name in ("download", "fhir", "criteria")
    }


def linked(characteristics: list[dict[str, Any]]) -> list[str]:
    """Every text of a criterion in a FHIR resource, in order."""
    found = []
    for each in characteristics:
        found.append(each.get("description", ""))
        found += linked(each.get("definitionByCombination", {}).get("characteristic", []))
    return found


def test_each_trial_that_comes_with_the_product_is_handed_on_whole(client: Client) -> None:
    add_documents()
    schema = json.loads(client.get("/schemas/criteria.json").content)
    Draft202012Validator.check_schema(schema)
    for nct_id in NUMBERS.values():
        files = documents(client, nct_id)
        [reference] = rispy.loads(client.get(f"/trials/{nct_id}/download.ris").content.decode())
        trial = Trial.objects.get(nct_id=nct_id)
        assert reference["accession_number"] == nct_id
        assert reference["title"] == trial.title

        Draft202012Validator(schema).validate(files["criteria"])
        assert files["criteria"]["$schema"] == schema["$id"] == "http://testserver/schemas/criteria.json"
        published = CriteriaVersion.objects.filter(trial=trial, source="registry").published().in_order()
        assert [each["digest"] for each in files["criteria"]["versions"]] == [
            each.digest for each in published
        ]
        tree = parse_tree(files["criteria"]["versions"][0]["criteria"])
        assert tree.digest == published[0].digest
        assert json.loads(canonical_json(tree)) == files["criteria"]["versions"][0]["criteria"]

        assert files["download"]["protocolSection"]["identificationModule"]["nctId"] == nct_id
        assert {each["source"] for each in files["download"]["criteria_versions"]} == {"registry"}

        bundle = Bundle.model_validate(files["fhir"]).model_dump()
        study, *variables = [entry["resource"] for entry in bundle["entry"]]
        assert study["identifier"][0]["value"] == nct_id
        variables = [each for each in variables if each["resourceType"] == "EvidenceVariable"]
        assert len(variables) == 1 + len(tree.cohorts)
        said = {text for each in variables for text in linked(each["characteristic"])}
        assert {f"{node.label} {node.text}".strip() for node in tree.walk()} <= said
        addresses = {entry["fullUrl"] for entry in bundle["entry"]}
        assert set(_references(bundle)) <= addresses


def _references(element: Any) -> list[str]:
    if isinstance(element, list):
        return [reference for item in element for reference in _references(item)]
    if not isinstance(element, dict):
        return []
    own = [element["reference"]] if isinstance(element.get("reference"), str) else []
    return own + _references(list(element.values()))


def test_a_protocol_and_a_draft_are_handed_to_nobody(client: Client) -> None:
    cast = make_cast()
    confidential = {"inclusion": {"identifier": "in", "op": "all", "children": [statement("secret")]}}
    confidential["exclusion"] = {"identifier": "ex", "op": "any"}
    for label, published in (("Protocol 2.0", True), ("Draft", False)):
        source = "protocol" if published else "registry"
        make_version(cast.trial, label=label, source=source, tree=confidential, published=published)
    assert client.login(username=cast.alice.email, password=PASSWORD)
    with acting_as(CONTENT):
        labels = set(CriteriaVersion.objects.filter(trial=cast.trial).values_list("label", flat=True))
    assert {"Protocol 2.0", "Draft"} <= labels
    for document in documents(client, cast.trial.nct_id).values():
        for hidden in ("Statement secret", "Protocol 2.0", "Draft"):
            assert hidden not in json.dumps(document)


def test_a_trial_without_published_criteria_gives_its_text(client: Client) -> None:
    add_trial(
        "NCT00000001", eligibilityModule={"eligibilityCriteria": "Anybody who\n\n* can read", "sex": "ALL"}
    )
    files = documents(client, "NCT00000001")
    assert files["criteria"]["versions"] == []
    Bundle.model_validate(files["fhir"])
    [variable] = [
        entry["resource"]
        for entry in files["fhir"]["entry"]
        if entry["resource"]["resourceType"] == "EvidenceVariable"
    ]
    assert variable["characteristic"][-1]["description"] == "Anybody who\n\n* can read"


def test_addresses_lead_to_the_present_number_and_answers_are_not_sent_twice(client: Client) -> None:
    trial = add_trial("NCT00000001", identificationModule={"nctIdAliases": ["NCT00000009"]})
    for name in ("download.json", "download.ris", "fhir.json", "criteria.json"):
        assert client.get(f"/trials/NCT00000002/{name}").status_code == 404
        for known in ("nct00000001", "NCT00000009"):
            assert client.get(f"/trials/{known}/{name}")["Location"] == f"/trials/{trial.nct_id}/{name}"
        first = client.get(f"/trials/NCT00000001/{name}")
        assert first["Content-Disposition"].startswith('attachment; filename="NCT00000001.')
        again = client.get(f"/trials/NCT00000001/{name}", headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.head(f"/trials/NCT00000001/{name}").status_code == 200
