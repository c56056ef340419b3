"""A request for studies, read and checked: each parameter as ClinicalTrials.gov API v2 has it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.http import QueryDict

from trials.api.columns import SORTED
from trials.api.data_model import Field, field_named, pieces
from trials.api.problems import BadRequestError
from trials.api.searched import AREAS, area_pieces
from trials.handing_on.table import COLUMNS
from trials.searching.wanted import Area, Near
from trials.vocabulary import Status

PAGE_SIZE, LARGEST_PAGE = 10, 1000
# Longer than any expression that somebody writes.
_LONGEST = 5000
_MOST_WORDS = 300
_KM_PER_MILE = 1.609344

QUERIES: dict[str, Area] = {
    "query.term": Area.ANYWHERE,
    "query.cond": Area.CONDITION,
    "query.intr": Area.INTERVENTION,
    "query.titles": Area.TITLE,
    "query.outc": Area.OUTCOME,
    "query.spons": Area.SPONSOR,
    "query.lead": Area.LEAD_SPONSOR,
    "query.locn": Area.PLACE,
    "query.id": Area.IDENTIFIER,
    "query.patient": Area.ANYWHERE,
}
_FILTERS = ("overallStatus", "geo", "ids", "advanced", "synonyms")
_LISTS = (
    "filter.overallStatus",
    "filter.ids",
    "postFilter.overallStatus",
    "postFilter.ids",
    "fields",
    "sort",
)
OF_LIST = frozenset(
    {*QUERIES, *(f"{when}.{name}" for when in ("filter", "postFilter") for name in _FILTERS)}
    | {"aggFilters", "geoDecay", "format", "markupFormat", "fields", "sort"}
    | {"countTotal", "pageSize", "pageToken"}
)
OF_STUDY = frozenset({"format", "markupFormat", "fields"})

_NUMBERS_ALONE = re.compile(r"\s*(?:NCT\d{8}[\s,]*)+", re.IGNORECASE)
_NUMBER = re.compile(r"[Nn][Cc][Tt]0*([1-9]\d{0,7})")
_DISTANCE = re.compile(
    r"distance\(\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)(km|mi)?\s*\)"
)
_DECAY = re.compile(
    r"func:(gauss|exp|linear),scale:\d+(\.\d+)?(km|mi),offset:\d+(\.\d+)?(km|mi),decay:\d+(\.\d+)?"
)


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    ZIP = "json.zip"
    FHIR = "fhir.json"
    RIS = "ris"


class Markup(StrEnum):
    MARKDOWN = "markdown"
    LEGACY = "legacy"


@dataclass(frozen=True)
class Order:
    """By a column; `by_relevance` stands for it alone."""

    column: str = ""
    descending: bool = False
    by_relevance: bool = False


@dataclass(frozen=True)
class StudiesAsked:
    """`expressions` are in the search language, each in its area; `numbers` None asks for any."""

    texts: tuple[tuple[Area, str], ...]
    statuses: tuple[frozenset[str], ...]
    numbers: frozenset[str] | None
    near: tuple[Near, ...]
    expressions: tuple[str, ...]
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    order: tuple[Order, ...]
    format: Format
    markup: Markup
    fields: tuple[Field, ...]
    columns: tuple[str, ...]
    count_total: bool
    page_size: int
    page_token: str
    # Of everything but what may differ from page to page.
    digest: str


@dataclass(frozen=True)
class StudyAsked:
    format: Format
    markup: Markup
    fields: tuple[Field, ...]
    columns: tuple[str, ...]


def studies_asked(query: QueryDict) -> StudiesAsked:
    """Raises BadRequestError with the first thing that is wrong."""
    given = _given(query, OF_LIST)
    # As the registry does: who names studies gets them, whatever the filters are.
    names_studies = any(_NUMBERS_ALONE.fullmatch(given.get(name, "")) for name in QUERIES)
    filters = {} if names_studies else given
    both = [
        {name: filters.get(f"{when}.{name}", "") for name in _FILTERS} for when in ("filter", "postFilter")
    ]
    for one in both:
        if one["synonyms"]:
            raise BadRequestError("`filter.synonyms` is not supported here")
    listed = [frozenset(_nct_ids(one["ids"])) for one in both if one["ids"]]
    if given.get("geoDecay") and not _DECAY.fullmatch(given["geoDecay"]):
        raise BadRequestError("Invalid value in parameter `geoDecay`")
    kind = _one_of(given, "format", (Format.JSON, Format.CSV))
    fields, columns = _fields(given, kind)
    return StudiesAsked(
        texts=tuple(
            (Area.IDENTIFIER if _NUMBERS_ALONE.fullmatch(given[name]) else area, given[name])
            for name, area in QUERIES.items()
            if given.get(name, "").strip()
        ),
        statuses=tuple(frozenset(_statuses(one["overallStatus"])) for one in both if one["overallStatus"]),
        numbers=frozenset.intersection(*listed) if listed else None,
        near=tuple(_near(one["geo"]) for one in both if one["geo"]),
        expressions=tuple(one["advanced"] for one in both if one["advanced"]),
        choices=tuple(_choices(filters.get("aggFilters", ""))),
        order=_order(given.get("sort", "")),
        format=kind,
        markup=_one_of(given, "markupFormat", tuple(Markup)),
        fields=fields,
        columns=columns,
        count_total=_flag(given, "countTotal"),
        page_size=_page_size(given.get("pageSize", "")),
        page_token=given.get("pageToken", ""),
        digest=_digest(given),
    )


def study_asked(query: QueryDict) -> StudyAsked:
    given = _given(query, OF_STUDY)
    kind = _one_of(given, "format", tuple(Format))
    if kind in (Format.FHIR, Format.RIS) and "fields" in given:
        raise BadRequestError(f"Parameter 'fields' must not be specified for format {kind}")
    fields, columns = _fields(given, kind)
    return StudyAsked(kind, _one_of(given, "markupFormat", tuple(Markup)), fields, columns)


def nothing_asked(query: QueryDict, known: Sequence[str] = ()) -> dict[str, str]:
    """For what takes few parameters or none."""
    return _given(query, frozenset(known))


def canonical_number(text: str) -> str:
    """An NCT number however it is written: "nct102" is NCT00000102. Raises BadRequestError."""
    number = _NUMBER.fullmatch(text.strip())
    if number is None:
        raise BadRequestError(f"Incorrect NCT number: '{text[:60]}'")
    return f"NCT{int(number[1]):08}"


def _given(query: QueryDict, known: frozenset[str]) -> dict[str, str]:
    for name in query:
        if name not in known:
            raise BadRequestError(f"`{name[:60]}` is unknown parameter")
    given = {}
    for name, values in query.lists():
        if len(values) > 1 and name not in _LISTS:
            raise BadRequestError(f"Parameter `{name}` is given more than once")
        given[name] = "|".join(map(str, values))
        if "\0" in given[name]:
            raise BadRequestError(f"Invalid value in parameter `{name}`")
        if len(given[name]) > (_LONGEST if name not in _LISTS else 20 * _LONGEST):
            raise BadRequestError(f"Parameter `{name}` is too long")
        # Each is sought among all studies; numbers alone are looked up.
        are_many = name not in _LISTS and len(given[name].split()) > _MOST_WORDS
        if are_many and not _NUMBERS_ALONE.fullmatch(given[name]):
            raise BadRequestError(f"Parameter `{name}` has more than {_MOST_WORDS} words")
    return given


def _items(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"[,|]", text) if item.strip()]


def _statuses(text: str) -> list[str]:
    statuses = [item.upper() for item in _items(text)]
    if not statuses or not set(statuses) <= set(Status.values):
        raise BadRequestError("Invalid value in parameter `overallStatus`")
    return statuses


def _nct_ids(text: str) -> list[str]:
    return [canonical_number(item) for item in _items(text)]


def _near(text: str) -> Near:
    parts = _DISTANCE.fullmatch(text.strip())
    latitude, longitude = (float(parts[1]), float(parts[2])) if parts else (0.0, 0.0)
    if parts is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise BadRequestError("Invalid value in parameter `geo`: it is distance(latitude,longitude,distance)")
    # Without a unit the registry counts miles.
    kilometres = float(parts[3]) * (1 if parts[4] == "km" else _KM_PER_MILE)
    return Near(latitude, longitude, min(kilometres, 20_040.0))


_CHOICES: Mapping[str, Mapping[str, str]] = {
    "status": {
        "not": "NOT_YET_RECRUITING", "rec": "RECRUITING", "act": "ACTIVE_NOT_RECRUITING", "com": "COMPLETED",
        "ter": "TERMINATED", "enr": "ENROLLING_BY_INVITATION", "sus": "SUSPENDED", "wit": "WITHDRAWN",
        "unk": "UNKNOWN", "ava": "AVAILABLE", "nla": "NO_LONGER_AVAILABLE",
        "tna": "TEMPORARILY_NOT_AVAILABLE", "afm": "APPROVED_FOR_MARKETING",
    },
    "phase": {"0": "EARLY_PHASE1", "1": "PHASE1", "2": "PHASE2", "3": "PHASE3", "4": "PHASE4", "na": "NA"},
    "studyType": {"int": "INTERVENTIONAL", "obs": "OBSERVATIONAL", "exp": "EXPANDED_ACCESS"},
    "sex": {"f": "FEMALE", "m": "MALE"},
    "ages": {"child": "CHILD", "adult": "ADULT", "older": "OLDER_ADULT"},
    "healthy": {"y": "true", "n": "false"},
    "results": {"with": "true", "without": "false"},
    "funderType": {"nih": "NIH", "fed": "FED", "industry": "INDUSTRY", "other": "OTHER"},
}  # fmt: skip


def _choices(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for item in _items(text):
        name, _, keys = item.partition(":")
        known = _CHOICES.get(name)
        if known is None or not keys.split() or not set(keys.split()) <= known.keys():
            raise BadRequestError(f"Invalid value in parameter `aggFilters`: '{item[:60]}'")
        found.append((name, tuple(known[key] for key in keys.split())))
    return found


def _order(text: str) -> tuple[Order, ...]:
    found = []
    for item in _items(text):
        name, _, direction = item.partition(":")
        if direction not in ("", "asc", "desc"):
            raise BadRequestError(f"Invalid sort direction: '{direction[:60]}'")
        if name == "@relevance":
            found.append(Order(by_relevance=True))
            continue
        known = field_named(name)
        piece = known.piece if known else name  # of "NumArmGroups" no record says anything
        if known is None and piece not in SORTED:
            raise BadRequestError(f"Parameter 'sort' contains invalid field name: '{name[:60]}'")
        if piece not in SORTED:
            raise BadRequestError(f"Sorting by '{piece}' is not supported")
        column, is_date = SORTED[piece]
        found.append(Order(column, descending=direction == "desc" or (is_date and not direction)))
    if len(found) > 2:
        raise BadRequestError("Parameter 'sort' has more than 2 items")
    return tuple(found)


def _fields(given: Mapping[str, str], kind: Format) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields of JSON, or the columns of a table, in their own order."""
    if "fields" not in given:
        return (), tuple(COLUMNS)
    names = _items(given["fields"])
    if not names:
        raise BadRequestError("Parameter 'fields' must not be empty")
    if kind is Format.CSV:
        for name in names:
            if name not in COLUMNS:
                raise BadRequestError(f"Parameter 'fields' contains invalid CSV column name: '{name[:60]}'")
        return (), tuple(name for name in COLUMNS if name in names)
    found = []
    for name in names:
        if name in AREAS or name == "@query":
            found += [pieces()[piece.lower()] for piece in area_pieces(name)]
        elif known := field_named(name):
            found.append(known)
        else:
            raise BadRequestError(f"Parameter 'fields' contains invalid field name: '{name[:60]}'")
    return tuple(found), tuple(COLUMNS)


def _one_of[Choice: StrEnum](given: Mapping[str, str], name: str, choices: Sequence[Choice]) -> Choice:
    value = given.get(name, choices[0])
    for choice in choices:
        if choice == value:
            return choice
    raise BadRequestError(f"Invalid value in parameter `{name}`: it is one of {', '.join(choices)}")


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "").lower()
    if value not in ("", "true", "false"):
        raise BadRequestError(f"Invalid value in parameter `{name}`: it is true or false")
    return value == "true"


def _page_size(text: str) -> int:
    if text and not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise BadRequestError("Invalid value in parameter `pageSize`: it is a number from 0 to 1000")
    return min(int(text or 0) or PAGE_SIZE, LARGEST_PAGE)


def _digest(given: Mapping[str, str]) -> str:
    """A token belongs to the request whose page it follows."""
    kept = sorted(item for item in given.items() if item[0] not in ("countTotal", "pageSize", "pageToken"))
    return hashlib.blake2b(repr(kept).encode(), digest_size=8).hexdigest()
