"""The OpenAPI 3.1 document of the read interface, and of the files that are handed on beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trials.api.columns import SORTED
from trials.api.data_model import Field, enumerations, sections
from trials.api.parameters import LARGEST_PAGE, PAGE_SIZE, QUERIES
from trials.api.searched import AREAS
from trials.api.statistics import API_VERSION
from trials.handing_on.table import COLUMNS
from trials.vocabulary import Status

type Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TYPES: Mapping[str, Schema] = {
    "nct": {"type": "string", "pattern": "^NCT[0-9]{8}$"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "GeoPoint": {
        "type": "object",
        "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}},
    },
    "markup": {"type": "string", "description": "CommonMark"},
    "PartialDate": {"type": "string", "description": "yyyy, yyyy-MM or yyyy-MM-dd"},
    "NormalizedDate": {"type": "string", "description": "yyyy-MM-dd"},
    "DateTimeMinutes": {"type": "string", "description": "yyyy-MM-ddTHH:mm"},
    "NormalizedTime": {"type": "string", "description": "a duration such as 18 Years"},
}
_LINE = {"text/plain": {"schema": _TEXT}}
_WRONG = {
    "400": {"description": "What is wrong with the request, in one line", "content": _LINE},
}
_ABSENT = {"404": {"description": "There is no such study", "content": _LINE}}
_NCT_ID = {
    "name": "nctId",
    "in": "path",
    "required": True,
    "description": "The study's number; a former one is redirected (301) to the present one",
    "schema": {"type": "string", "pattern": r"^[Nn][Cc][Tt]0*[1-9]\d{0,7}$"},
    "example": "NCT06665256",
}
_AREA_NAMES = {area: name for name, area in reversed(AREAS.items())}


def document(server: str) -> Schema:
    """By the address under which the interface is reached."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trialdesk: read interface",
            "version": API_VERSION,
            "description": "Clinical studies in the shape of ClinicalTrials.gov API v2. Records are given as "
            "the registry has them, without edits made here. No key is needed, and any site may ask.",
        },
        "servers": [{"url": server}],
        "paths": {
            "/studies": {"get": _studies()},
            "/studies/{nctId}": {"get": _study()},
            "/studies/metadata": {"get": _metadata()},
            "/studies/search-areas": {
                "get": _said("searchAreas", "What each search area finds words in", {"type": "array"})
            },
            "/studies/enums": {"get": _said("enums", "The enumerations and their values", {"type": "array"})},
            "/stats/size": {"get": _said("sizeStats", "How many studies there are, and how large", _SIZES)},
            "/version": {"get": _said("version", "Versions of the interface and of the data", _VERSION)},
        },
        "components": {"schemas": _schemas()},
    }


def _studies() -> Schema:
    page = {
        "type": "object",
        "required": ["studies"],
        "properties": {
            "totalCount": {"type": "integer", "description": "With the first page, if countTotal"},
            "studies": {"type": "array", "items": {"$ref": "#/components/schemas/Study"}},
            "nextPageToken": {"type": "string", "description": "Absent from the last page"},
        },
    }
    headers = {
        "x-next-page-token": {"description": "Of csv: the token of the next page", "schema": _TEXT},
        "x-total-count": {"description": "Of csv: with the first page, if countTotal", "schema": _TEXT},
        "x-studies-missing": {
            "description": "There while the search index is being built: not every study is found yet",
            "schema": _TEXT,
        },
    }
    return {
        "operationId": "listStudies",
        "summary": "Studies that fit",
        "description": "Page by page; by number, where no other order is asked for. A page's token holds for "
        "the same parameters, but for countTotal, pageSize and pageToken. A query that is NCT numbers alone "
        "finds these, whatever the filters are.",
        "parameters": [*map(_query, QUERIES), *_filters(), *_output(("json", "csv")), *_paging()],
        "responses": {
            "200": {
                "description": "One page",
                "headers": headers,
                "content": {"application/json": {"schema": page}, "text/csv": {"schema": _TEXT}},
            },
            **_WRONG,
        },
    }


def _study() -> Schema:
    kinds = ("application/json", "text/csv", "application/zip", "application/fhir+json")
    contents: dict[str, Schema] = {
        kind: {"schema": {}} for kind in (*kinds, "application/x-research-info-systems")
    }
    contents["application/json"] = {"schema": {"$ref": "#/components/schemas/Study"}}
    return {
        "operationId": "fetchStudy",
        "summary": "One study",
        "parameters": [_NCT_ID, *_output(("json", "csv", "json.zip", "fhir.json", "ris"))],
        "responses": {
            "200": {"description": "The study", "content": contents},
            "301": {"description": "The study has another number now"},
            **_WRONG,
            **_ABSENT,
        },
    }


def _metadata() -> Schema:
    flags = [
        _parameter(name, "Accepted and of no effect: there are no such fields here", {"type": "boolean"})
        for name in ("includeIndexedOnly", "includeHistoricOnly")
    ]
    return _said("studiesMetadata", "The fields of a study", {"type": "array"}) | {"parameters": flags}


def _said(operation: str, summary: str, schema: Schema) -> Schema:
    content = {"application/json": {"schema": schema}}
    return {
        "operationId": operation,
        "summary": summary,
        "responses": {"200": {"description": summary, "content": content}, **_WRONG},
    }


def _parameter(name: str, description: str, schema: Schema, **more: Any) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _query(name: str) -> Schema:
    area = _AREA_NAMES.get(QUERIES[name], "the lead sponsor's name")
    return _parameter(name, f"An expression, sought in {area}", _TEXT)


def _listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _filters() -> list[Schema]:
    piped = {"style": "pipeDelimited", "explode": False}
    statuses = _listed({"type": "string", "enum": list(Status.values)})
    found = []
    for when in ("filter", "postFilter"):
        found += [
            _parameter(f"{when}.overallStatus", "Any of these, parted by | or ,", statuses, **piped),
            _parameter(f"{when}.ids", "Numbers, former ones too, parted by | or ,", _listed(_TEXT), **piped),
            _parameter(
                f"{when}.geo",
                "With a site within a distance: distance(latitude,longitude,50mi) or 80km",
                _TEXT,
                example="distance(48.117,-1.678,50km)",
            ),
            _parameter(
                f"{when}.advanced",
                "An expression, of fields",
                _TEXT,
                example="AREA[StartDate]RANGE[2022-01-01,MAX]",
            ),
        ]
    return [
        *found,
        _parameter(
            "aggFilters",
            "The registry's short forms: status, phase, studyType, sex, ages, healthy, results, funderType",
            _TEXT,
            example="results:with,status:com",
        ),
        _parameter("geoDecay", "Accepted and of no effect: distance is no part of relevance here", _TEXT),
    ]


def _output(formats: tuple[str, ...]) -> list[Schema]:
    return [
        _parameter(
            "format", "What to give", {"type": "string", "enum": list(formats), "default": formats[0]}
        ),
        _parameter(
            "markupFormat",
            "Of json: CommonMark as it is, or with its escapes undone (legacy)",
            {"type": "string", "enum": ["markdown", "legacy"], "default": "markdown"},
        ),
        _parameter(
            "fields",
            "Of json: piece names (NCTId), paths (protocolSection.statusModule) or search areas. "
            f"Of csv: columns, which are {', '.join(COLUMNS)}.",
            _listed(_TEXT),
            style="pipeDelimited",
            explode=False,
        ),
    ]


def _paging() -> list[Schema]:
    return [
        _parameter(
            "sort",
            f"At most two of {', '.join(SORTED)}, each with :asc or :desc; or @relevance. "
            "Dates are descending and numbers ascending where it is not said.",
            {**_listed(_TEXT), "maxItems": 2},
            style="pipeDelimited",
            explode=False,
        ),
        _parameter("countTotal", "Count all that fit", {"type": "boolean", "default": False}),
        _parameter(
            "pageSize",
            f"At most; 0 is {PAGE_SIZE}, and more than {LARGEST_PAGE} is {LARGEST_PAGE}",
            {"type": "integer", "minimum": 0, "default": PAGE_SIZE},
        ),
        _parameter("pageToken", "The token that came with the page before", _TEXT),
    ]


_VERSION: Schema = {
    "type": "object",
    "required": ["apiVersion"],
    "properties": {"apiVersion": _TEXT, "dataTimestamp": _TEXT},
}
_SIZES: Schema = {
    "type": "object",
    "required": ["averageSizeBytes", "largestStudies", "percentiles", "ranges", "totalStudies"],
    "properties": {
        "totalStudies": {"type": "integer"},
        "averageSizeBytes": {"type": "integer", "description": "Of a record as it is kept, compressed"},
        "percentiles": {"type": "object"},
        "ranges": {"type": "array"},
        "largestStudies": {"type": "array"},
    },
}


def _schemas() -> dict[str, Schema]:
    kinds = {kind: {"type": "string", "enum": list(values)} for kind, values in enumerations().items()}
    study = {
        "type": "object",
        "description": "A record may have more than is described here.",
        "properties": {section.name: _schema(section) for section in sections()},
    }
    return {"Study": study, **kinds}


def _schema(field: Field) -> Schema:
    if field.children:
        one: Schema = {
            "type": "object",
            "properties": {child.name: _schema(child) for child in field.children},
        }
    elif field.is_enumeration:
        one = {"$ref": f"#/components/schemas/{field.type}"}
    else:
        one = _TYPES.get(field.type, _TEXT)
    return {"type": "array", "items": one} if field.is_list else one
