"""Reading a study's JSON, in which any part may be missing."""

from __future__ import annotations

from typing import Any

type Study = dict[str, Any]

REGISTRY_PAGE = "https://clinicaltrials.gov/study/{nct_id}"
_DOCUMENT = "https://cdn.clinicaltrials.gov/large-docs/{last_two}/{nct_id}/{filename}"


def module(study: Study, name: str) -> Study:
    """A module of the protocol section, empty where there is none."""
    return part(study, "protocolSection", name)


def part(value: Any, *names: str) -> Study:
    """The object at the end of a path, empty where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text(value: Any, *names: str) -> str:
    """The text, number or truth at the end of a path in words of JSON; empty where there is none."""
    *above, last = names
    found = part(value, *above).get(last)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int | float) else ""


def texts(value: Any, *names: str) -> list[str]:
    *above, last = names
    found = part(value, *above).get(last)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def each(value: Any, *names: str) -> list[Study]:
    """The objects of a list."""
    *above, last = names
    found = part(value, *above).get(last)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def nct_id(study: Study) -> str:
    return text(module(study, "identificationModule"), "nctId")


def title(study: Study) -> str:
    identification = module(study, "identificationModule")
    return text(identification, "briefTitle") or text(identification, "officialTitle")


def registry_page(study: Study) -> str:
    return REGISTRY_PAGE.format(nct_id=nct_id(study))


def document_address(study: Study, filename: str) -> str:
    number = nct_id(study)
    return _DOCUMENT.format(last_two=number[-2:], nct_id=number, filename=filename)
