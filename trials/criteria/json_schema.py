"""The JSON Schema (2020-12) by which the published criteria of a trial are handed on.

Around the tree of `schema.py` it says whose criteria they are and which version; `digest` lets anybody check
that a tree is the one that was published.
"""

from __future__ import annotations

from typing import Any

from trials.criteria.schema import SCHEMA

_TEXT = {"type": "string"}
_TREE = {name: value for name, value in SCHEMA.items() if name not in ("$schema", "$defs")}


def published_schema(address: str) -> dict[str, Any]:
    """The schema, known by the address where it is read."""
    return {
        "$schema": SCHEMA["$schema"],
        "$id": address,
        "title": "Published eligibility criteria of a trial",
        "description": "Every version of the registry's criteria that was taken apart, reviewed and "
        "published, newest first. Exclusions are worded as their source has them: one that is true excludes.",
        "type": "object",
        "required": ["$schema", "nct_id", "title", "versions"],
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "nct_id": {"type": "string", "pattern": "^NCT[0-9]{8}$"},
            "title": _TEXT,
            "versions": {"type": "array", "items": {"$ref": "#/$defs/version"}},
        },
        "$defs": {
            "version": {
                "type": "object",
                "required": [
                    *("number", "label", "source", "completeness", "made_up", "published", "digest"),
                    "criteria",
                ],
                "additionalProperties": False,
                "properties": {
                    "number": {"type": "integer", "minimum": 1},
                    "label": _TEXT,
                    "source": {
                        "const": "registry",
                        "description": "Criteria of confidential protocols are not handed on.",
                    },
                    "completeness": {
                        "enum": ["abridged", "complete"],
                        "description": "Abridged: other criteria apply that the source does not print.",
                    },
                    "made_up": {
                        "type": "boolean",
                        "description": "Invented for demonstration, not the sponsor's.",
                    },
                    "effective": {"type": "string", "format": "date"},
                    "published": {"type": "string", "format": "date-time"},
                    "change_reason": _TEXT,
                    "digest": {
                        "type": "string",
                        "pattern": "^[0-9a-f]{64}$",
                        "description": "SHA-256 of the criteria: JSON with sorted keys and no spaces.",
                    },
                    "criteria": {"$ref": "#/$defs/criteria"},
                },
            },
            "criteria": _TREE,
            **SCHEMA["$defs"],
        },
    }
