"""What the read interface says of itself: its fields, its search areas and its enumerations."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from trials.api.data_model import Field, enumerations, label_of, sections
from trials.api.parameters import QUERIES
from trials.api.searched import AREAS, area_pieces

_SOURCE_TYPES = {
    "boolean": "BOOLEAN",
    "integer": "INTEGER",
    "NormalizedDate": "DATE",
    "PartialDate": "DATE",
    "DateTimeMinutes": "DATE",
    "NormalizedTime": "TIME",
    "GeoPoint": "GEO_POINT",
    "markup": "MARKUP",
}


def metadata() -> list[dict[str, Any]]:
    return [_described(section) for section in sections()]


def _described(field: Field) -> dict[str, Any]:
    source = "STRUCT" if field.children else "ENUM" if field.is_enumeration else "TEXT"
    said: dict[str, Any] = {
        "name": field.name,
        "piece": field.piece,
        "sourceType": _SOURCE_TYPES.get(field.type, source),
        "type": f"{field.type}[]" if field.is_list else field.type,
    }
    if field.is_enumeration:
        said["isEnum"] = True
    if field.children:
        said["children"] = [_described(child) for child in field.children]
    return said


def search_areas() -> list[dict[str, Any]]:
    """What is searched here; every part counts alike, as only the index knows how much each does."""
    parameters = {area: name.removeprefix("query.") for name, area in reversed(QUERIES.items())}
    return [
        {
            "name": "Study",
            "areas": [
                {
                    "name": name,
                    "param": parameters[area],
                    "parts": [
                        {
                            "pieces": list(area_pieces(name)),
                            "isEnum": False,
                            "isSynonyms": True,
                            "type": "text",
                            "weight": 1.0,
                        }
                    ],
                }
                for name, area in AREAS.items()
            ],
        }
    ]


def enums() -> list[dict[str, Any]]:
    found = defaultdict(list)
    for section in sections():
        for field in section.walk():
            if field.is_enumeration:
                found[field.type].append(field.piece)
    return [
        {
            "type": kind,
            "pieces": pieces,
            "values": [
                {"value": value, "legacyValue": label_of(kind, value)} for value in enumerations()[kind]
            ],
        }
        for kind, pieces in found.items()
    ]
