"""The study data model of ClinicalTrials.gov API v2: which fields a study has and how requests name them.

`study.txt` beside this has it: each field by its name in JSON and by its piece name. A request may say
either the piece name ("LocationCity") or the path ("protocolSection.contactsLocationsModule.locations.city").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import TextChoices

from trials import vocabulary

_HERE = Path(__file__).parent

# The types of leaves that are no enumeration.
PLAIN_TYPES = frozenset(
    {"nct", "text", "markup", "boolean", "integer", "GeoPoint"}
    | {"NormalizedDate", "PartialDate", "NormalizedTime", "DateTimeMinutes"}
)
_VOCABULARY: dict[str, type[TextChoices]] = {
    "Status": vocabulary.Status,
    "StudyType": vocabulary.StudyType,
    "Phase": vocabulary.Phase,
    "Sex": vocabulary.Sex,
    "StandardAge": vocabulary.AgeGroup,
    "SamplingMethod": vocabulary.SamplingMethod,
    "DesignAllocation": vocabulary.Allocation,
    "InterventionalAssignment": vocabulary.InterventionModel,
    "PrimaryPurpose": vocabulary.PrimaryPurpose,
    "ObservationalModel": vocabulary.ObservationalModel,
    "DesignTimePerspective": vocabulary.TimePerspective,
    "DesignMasking": vocabulary.Masking,
    "WhoMasked": vocabulary.WhoMasked,
    "ArmGroupType": vocabulary.ArmType,
    "InterventionType": vocabulary.InterventionType,
    "AgencyClass": vocabulary.AgencyClass,
    "ResponsiblePartyType": vocabulary.ResponsiblePartyType,
    "ContactRole": vocabulary.ContactRole,
    "SecondaryIdType": vocabulary.IdentifierType,
    "EnrollmentType": vocabulary.DateType,
    "DateType": vocabulary.DateType,
}


@dataclass(frozen=True)
class Field:
    """A field, or a branch with `children`; `type` of a branch is its piece's name."""

    name: str
    piece: str
    type: str
    path: tuple[str, ...]
    is_list: bool = False
    children: list[Field] = field(default_factory=list)

    def walk(self) -> Iterator[Field]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def is_enumeration(self) -> bool:
        return not self.children and self.type not in PLAIN_TYPES


@cache
def sections() -> tuple[Field, ...]:
    """The fields of a study itself: its sections, and whether it has results."""
    top: list[Field] = []
    above: list[Field] = []
    for line in (_HERE / "study.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        written, piece, *kind = line.split()
        name = written.removesuffix("[]")
        del above[depth:]
        path = (*above[-1].path, name) if above else (name,)
        found = Field(name, piece, kind[0] if kind else piece, path, is_list=written != name)
        (above[-1].children if above else top).append(found)
        above.append(found)
    return tuple(top)


@cache
def pieces() -> Mapping[str, Field]:
    """Every field by its piece name, in lower case as requests may write it in any."""
    return {each.piece.lower(): each for section in sections() for each in section.walk()}


@cache
def paths() -> Mapping[str, Field]:
    """Every field by its path in JSON."""
    return {".".join(each.path): each for section in sections() for each in section.walk()}


def field_named(name: str) -> Field | None:
    return pieces().get(name.lower()) or paths().get(name)


@cache
def enumerations() -> Mapping[str, tuple[str, ...]]:
    """The values of each enumeration type."""
    lines = (_HERE / "enumerations.txt").read_text().splitlines()
    ours = {name: tuple(choices.values) for name, choices in _VOCABULARY.items()}
    others = {
        name: tuple(values) for name, *values in map(str.split, lines) if name and not name.startswith("#")
    }
    return ours | others


def label_of(enumeration: str, value: str) -> str:
    """An enumeration's value in words."""
    choices = _VOCABULARY.get(enumeration)
    return str(choices(value).label) if choices else value.replace("_", " ").capitalize()


# --- A part of a study ---

# What is chosen of a branch: everything, or of each of its fields what.
type Selection = dict[str, Selection | None]


def selection(fields: Iterable[Field]) -> Selection:
    """The fields as a tree; None stands for everything below."""
    chosen: Selection = {}
    for each in fields:
        branch = chosen
        for name in each.path[:-1]:
            below = branch.setdefault(name, {})
            if below is None:
                break  # all of it is chosen already
            branch = below
        else:
            branch[each.path[-1]] = None
    return chosen


def selected(value: Any, chosen: Selection | None) -> Any:
    """That part of a study. Branches and list items in which nothing of it stands are left out."""
    if chosen is None:
        return value
    if isinstance(value, list):
        parts = [selected(item, chosen) for item in value]
        return [part for part in parts if part not in ({}, [], None)]
    if not isinstance(value, dict):
        return None
    branches = {name: selected(value[name], below) for name, below in chosen.items() if name in value}
    return {
        name: part for name, part in branches.items() if chosen[name] is None or part not in ({}, [], None)
    }
