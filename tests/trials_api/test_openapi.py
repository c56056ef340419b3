"""The document says what there is: every address, every parameter, and what answers look like."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator

from tests.registry import studies
from trials.api.openapi import document
from trials.api.parameters import OF_LIST, OF_STUDY

pytestmark = pytest.mark.django_db


def test_the_document_names_every_address_and_every_parameter(client: Client) -> None:
    said = client.get("/api/openapi.json").json()
    assert yaml.safe_load(client.get("/api/openapi.yaml").content) == said
    assert said["servers"] == [{"url": "http://testserver/api/v2"}]
    [api] = [entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", "") == "api"]
    routes = {re.sub(r"<\w+:nct_id>", "{nctId}", str(each.pattern)) for each in api.url_patterns}
    named = {route.removeprefix("v2") for route in routes if route.startswith("v2/")}
    assert named - {"/<path:rest>"} == set(said["paths"])

    def parameters(path: str) -> set[str]:
        found: list[dict[str, Any]] = said["paths"][path]["get"]["parameters"]
        return {each["name"] for each in found if each["in"] == "query"}

    refused = {"filter.synonyms", "postFilter.synonyms"}
    assert parameters("/studies") == OF_LIST - refused
    assert parameters("/studies/{nctId}") == OF_STUDY
    page = client.get("/api/").content.decode()
    assert all(f"GET {path}" in page for path in said["paths"])


def test_records_are_as_the_document_describes_them() -> None:
    said = document("https://trialdesk.example/api/v2")
    schema = {"$ref": "#/components/schemas/Study", "components": said["components"]}
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    problems = [
        f"{error.json_path}: {error.message}"[:200]
        for study in studies(60, seed=3)
        for error in validator.iter_errors(study)
        # An enumeration may be newer than what is known here.
        if error.validator != "enum"
    ]
    assert problems == []
