"""What is brought instead of records, told by its name."""

from __future__ import annotations

import re

from trials.importers.problems import ImportProblem
from trials.importers.reading import kind

_TABLE = re.compile(r"[^\[{<,;\t\n]+(?:[,;\t][^,;\t\n]*){2,}(?:\n|$)")
_WORD = re.compile(r"(?:null|true|false|NaN|-?Infinity|-?\d[-+.\deE]*)?\s")
# The keys of what the registry's API gave out until 2024.
_FORMER = {"FullStudiesResponse", "StudyFieldsResponse", "FullStudies", "Study", "ProtocolSection"}


def instead_of_json(text: str) -> str:
    """What a text is that does not begin as records do; empty if it may be JSON."""
    start = text[:4096].lower()
    if start.startswith(("<!doctype html", "<html")):
        return "is a web page (HTML): records are needed as JSON"
    if start.startswith("<"):
        return "is XML: records are needed as JSON, as the registry's API v2 gives them"
    if start.startswith(("protocolsection:", "---")):
        return "is YAML: load_fixtures reads that, and here JSON is needed"
    if start[0] not in "[{" and _TABLE.match(start):
        return "is a table (CSV or the like): records are needed as JSON"
    if start[0] not in '[{"' and not _WORD.match(f"{start} "):
        return "is not JSON"
    return ""


def instead_of_a_study(value: object) -> tuple[ImportProblem, ...]:
    """Why a value is no record. What is in a record's sections is not looked at."""
    if not isinstance(value, dict):
        return (ImportProblem("", f"an object is needed, not {kind(value)}"),)
    if "protocolSection" in value:
        return ()
    if value.keys() & _FORMER:
        return (ImportProblem("", "is of the registry's former API: records of its API v2 are needed"),)
    if "resourceType" in value:
        return (ImportProblem("", "is FHIR: records of the registry's API v2 are needed"),)
    if isinstance(value.get("studies"), list):
        return (ImportProblem("studies", "are pages within pages"),)
    if "studies" in value:
        return (ImportProblem("studies", f"a list is needed, not {kind(value['studies'])}"),)
    return ()
