"""The pages that the trial documents were written from: where each lies, and how it prints a value.

A page is a saved text. Most of its lines print one value of the document, perhaps in words ("Recruiting" for
`RECRUITING`, "Dec 17, 2024" for `2024-12-17`); the lines that put several values together are composed here.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

FIXTURES = Path(__file__).parents[2] / "fixtures"

type Document = dict[str, Any]

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_BULLET = re.compile(r"^[•*] ")


def normalised(text: str) -> str:
    """One line as it is compared: CommonMark escapes undone, spaces made one, a bullet dropped."""
    return _BULLET.sub("", " ".join(_ESCAPE.sub(r"\1", text).split()))


def lines_of(text: str) -> list[str]:
    return [line for line in map(normalised, text.splitlines()) if line]


def document(nct_id: str) -> Document:
    return yaml.safe_load((FIXTURES / "trials" / f"{nct_id}.yaml").read_text())


def values(node: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a document with its path; a list's items share the path of the list."""
    if isinstance(node, dict):
        for key, item in node.items():
            yield from values(item, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for item in node:
            yield from values(item, path)
    elif node is not None:
        yield path, node


def registry_values(trial: Document) -> Iterator[tuple[str, object]]:
    """All that is compared line by line; the criteria have a comparison of their own."""
    content = {key: item for key, item in trial.items() if key != "criteria_versions"}
    return (
        (path, value)
        for path, value in values(content)
        if path != "protocolSection.eligibilityModule.eligibilityCriteria"
    )


def forms(value: object) -> set[str]:
    """The ways in which a page may print a value."""
    if isinstance(value, bool):
        return {"Yes" if value else "No"}
    text = normalised(str(value))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text)
        return {text, short_date(text), f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}"}
    if re.fullmatch(r"PHASE\d", text):
        return {text, f"Phase {text[-1]}", f"Phase{text[-1]}"}
    if re.fullmatch(r"[A-Z]+(_[A-Z]+)*", text):
        return {text, words(text)}
    return {text}


def words(enumeration: str) -> str:
    return enumeration.replace("_", " ").title()


def short_date(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day:%b} {day.day}, {day.year}"


def said_by(trial: Document, page: "Page") -> Counter[str]:
    """Every line that the document accounts for on the page, as often as it does."""
    said = Counter(map(normalised, page.composed(trial)))
    for path, value in registry_values(trial):
        if path not in page.implied:
            for line in lines_of(value) if isinstance(value, str) else [value]:
                said.update(forms(line))
    return said


# --- Lines that put several values together, page by page ---


def _part(trial: Document, *path: str) -> Any:
    node: Any = trial
    for key in path:
        node = node[key]
    return node


def _registry(trial: Document, module: str) -> Any:
    return trial["protocolSection"][module]


def _locations(trial: Document) -> list[dict[str, Any]]:
    return _registry(trial, "contactsLocationsModule")["locations"]


def _address(site: dict[str, Any], *keys: str) -> list[str]:
    return [site.get(key, "") for key in keys]


def _sponsor_page(trial: Document) -> Iterator[str]:
    """000: labels are glued to their values, an address is one line, the description runs on."""
    updated = _part(trial, "protocolSection", "statusModule", "lastUpdatePostDateStruct", "date")
    yield f"Last Update: {short_date(updated)}"
    reference = _part(trial, "protocolSection", "identificationModule", "orgStudyIdInfo", "id")
    yield f"Novartis Reference Number:{reference}"
    description = _registry(trial, "descriptionModule")
    yield f"{description['briefSummary']} {description['detailedDescription'].splitlines()[0]}"
    who = _registry(trial, "eligibilityModule")
    groups = ", ".join(map(words, who["stdAges"]))
    yield f"{who['minimumAge']} - {who['maximumAge']} ({groups})"
    for site in _locations(trial):
        yield ",".join(filter(None, _address(site, "city", "state", "zip", "country")))


def _mirror(trial: Document) -> Iterator[str]:
    """001: a few labels stand before their values."""
    yield f"NCT ID: {_registry(trial, 'identificationModule')['nctId']}"
    updated = _part(trial, "protocolSection", "statusModule", "lastUpdatePostDateStruct", "date")
    yield f"Last Updated: {updated}"
    yield f"{_part(trial, 'protocolSection', 'designModule', 'enrollmentInfo', 'count')} participants"
    for site in _locations(trial):
        yield ", ".join(_address(site, "city", "state", "country"))
        for contact in site.get("contacts", []):
            yield f"Role: {contact['role'].lower()}"


def _recruiting_platform(trial: Document) -> Iterator[str]:
    """002: the ages are one line."""
    who = _registry(trial, "eligibilityModule")
    low, high = (who[key].removesuffix(" Years") for key in ("minimumAge", "maximumAge"))
    yield f"{low}-{high} years"


def _patient_association(trial: Document) -> Iterator[str]:
    """003: the conditions are one line."""
    yield f"Clinical Trial: {_part(trial, 'supplement', 'nickname')}"
    *others, last = _registry(trial, "conditionsModule")["conditions"]
    yield f"{', '.join(others)}, or {last}"


def _clinconnect(trial: Document) -> Iterator[str]:
    """004: labels stand before their values; an empty state leaves its comma."""
    sponsor = _part(trial, "protocolSection", "sponsorCollaboratorsModule", "leadSponsor", "name")
    supplement = trial["supplement"]
    yield f"Search / Trial {_registry(trial, 'identificationModule')['nctId']}"
    yield f"Launched by {sponsor.upper()} · {short_date(supplement['launched'])}"
    current = date.fromisoformat(supplement["current_as_of"])
    yield f"Current as of {current:%B} {current.day}, {current.year}"
    yield f"About {sponsor}"
    yield f"{supplement['people_applied']} patients applied"
    for site in _locations(trial):
        yield ", ".join(_address(site, "city", "state", "country"))


@dataclass(frozen=True)
class Page:
    """`criteria_start` is the first line of the criteria, `after_criteria` the first one behind them."""

    number: str
    nct_id: str
    criteria_start: str
    after_criteria: str
    composed: Callable[[Document], Iterator[str]]

    @cached_property
    def _split(self) -> tuple[list[str], list[str]]:
        [path] = (Path(os.environ["CORPUS"]) / "seeds").glob(f"{self.number}_*.txt")
        lines = lines_of(path.read_text())
        start = lines.index(self.criteria_start)
        end = lines.index(self.after_criteria, start)
        return lines[:start] + lines[end:], lines[start:end]

    @property
    def lines(self) -> list[str]:
        """All lines but the criteria's."""
        return self._split[0]

    @property
    def criteria(self) -> list[str]:
        return self._split[1]

    @cached_property
    def _remarks(self) -> dict[str, Any]:
        return yaml.safe_load((FIXTURES / "left_out.yaml").read_text())[self.nct_id]

    @cached_property
    def left_out(self) -> list[str]:
        """Lines that the document leaves out, each for a reason."""
        return [
            normalised(line)
            for entry in self._remarks["left_out"]
            if entry["reason"]
            for line in entry["lines"]
        ]

    @cached_property
    def implied(self) -> frozenset[str]:
        """Where the document says what no line of the page does, each for a reason."""
        return frozenset(entry["at"] for entry in self._remarks["implied"] if entry["reason"])

    @cached_property
    def between(self) -> list[str]:
        """The words of the criteria that belong to no statement."""
        return self._remarks["between"]


PAGES = (
    Page("000", "NCT06665256", "Key Inclusion Criteria:", "Novartis Investigative Site", _sponsor_page),
    Page("001", "NCT07086404", "Inclusion Criteria", "18 Years", _mirror),
    Page("002", "NCT06470048", "Key Inclusion Criteria:", "Study details", _recruiting_platform),
    Page("003", "NCT05869955", "Inclusion Criteria:", "Sponsored by", _patient_association),
    Page(
        "004",
        "NCT06941129",
        "Inclusion Criteria:",
        "About Institute Of Hematology & Blood Diseases Hospital, China",
        _clinconnect,
    ),
)
