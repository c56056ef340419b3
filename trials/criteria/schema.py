"""The JSON Schema (2020-12) of a criteria document, and the limits that it shares with the reader."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from trials.criteria.nodes import Op
from trials.criteria.typed import Anchor, AppliesTo, Comparator, Direction, RelativeTo

IDENTIFIER = r"[a-z0-9][a-z0-9_.\-]{0,63}"
COHORT_CODE = r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}"
# ISO 8601 with each component once, in order and without leading zeros: one text for one period. The groups
# are years, months, weeks, days and hours.
_COUNT = r"([1-9]\d{0,3})"
PERIOD = rf"P(?=.)(?:0D|(?:{_COUNT}Y)?(?:{_COUNT}M)?(?:{_COUNT}W)?(?:{_COUNT}D)?(?:T{_COUNT}H)?)"
MAX_DEPTH = 50
MAX_NODES = 2000


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _one_of(choices: type[StrEnum]) -> dict[str, Any]:
    return {"enum": [choice.value for choice in choices]}


def _list(items: dict[str, Any], at_least: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": at_least, **more}


def _whole(pattern: str) -> dict[str, Any]:
    """JSON Schema's patterns are not anchored by themselves."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _when(key: str, values: list[str], then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {key: {"enum": values}}, "required": [key]}, "then": then}


def _children(least: int, most: int | None = None) -> dict[str, Any]:
    limits = {"minItems": least} if most is None else {"minItems": least, "maxItems": most}
    return {"properties": {"children": limits}, "required": ["children"] if least else []}


_FLAG = {"const": True}
_NUMBER = {"type": "number"}
_ANY_TEXT = {"type": "string"}
_TEXT = {"type": "string", "pattern": r"\S"}
_COMPARED = {"anyOf": [_NUMBER, _ref("expression")]}

_TEST = _object(
    variable=_TEXT,
    comparator=_one_of(Comparator),
    value={},
    unit=_TEXT,
    relative_to=_one_of(RelativeTo),
    scale=_TEXT,
    window=_ref("window"),
    min_duration=_ref("duration"),
    judgement=_FLAG,
    open_list=_FLAG,
    applies_to=_one_of(AppliesTo),
) | {
    "minProperties": 1,
    "dependentRequired": {"value": ["comparator"]},
    "allOf": [
        _when("comparator", comparators, {"properties": {"value": value}, "required": ["value"]})
        for comparators, value in (
            (["<", "<=", ">", ">="], _COMPARED),
            (["=", "!="], {"anyOf": [_NUMBER, _TEXT, _ref("expression")]}),
            (["in", "not_in"], _list(_TEXT, 1, uniqueItems=True)),
            (["between"], _list(_NUMBER, 2, maxItems=2)),
        )
    ]
    + [_when("comparator", ["present", "absent"], {"not": {"required": ["value"]}})],
}

_NODE = _object(
    "identifier op",
    identifier=_whole(IDENTIFIER),
    op=_one_of(Op),
    label=_ANY_TEXT,
    text=_ANY_TEXT,
    children=_list(_ref("node")),
    k={"type": "integer", "minimum": 1},
    target=_whole(IDENTIFIER),
    cohorts=_list(_whole(COHORT_CODE), 1, uniqueItems=True),
    note=_ANY_TEXT,
    quota=_ANY_TEXT,
    warnings=_list(_TEXT),
    test=_ref("test"),
) | {
    "allOf": [
        _when("op", ["statement", "lost"], {"properties": {"text": _TEXT}, "required": ["text"]}),
        _when("op", ["statement", "ref", "lost"], _children(0, 0)),
        _when("op", ["at_least"], _children(1) | {"required": ["children", "k"]}),
        _when("op", ["not"], _children(1, 1)),
        _when("op", ["except"], _children(2)),
        _when("op", ["if"], _children(2, 2)),
        _when("op", ["ref"], {"required": ["target"]}),
        *(
            {"if": {"required": [key]}, "then": {"properties": {"op": {"const": op}}}}
            for key, op in (("k", "at_least"), ("target", "ref"), ("test", "statement"))
        ),
    ]
}


def _root(op: str) -> dict[str, Any]:
    return {"allOf": [_ref("node"), {"properties": {"op": {"const": op}}}]}


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Eligibility criteria of one version",
    "description": "Identifiers are unique; a ref's target exists and does not rest on the ref; an if stands "
    "directly below an all; k is at most the number of children; groups other than the roots have children; "
    "cohorts are declared, and among those of the node above.",
    **_object(
        "inclusion exclusion",
        cohorts=_list(_ref("cohort")),
        inclusion=_root("all"),
        exclusion=_root("any"),
    ),
    "$defs": {
        "cohort": _object("code label", code=_whole(COHORT_CODE), label=_TEXT, note=_ANY_TEXT),
        "node": _NODE,
        "test": _TEST,
        "expression": {
            "type": "object",
            "additionalProperties": _list(_ref("term"), 2),
            "propertyNames": {"enum": ["min", "max"]},
            "minProperties": 1,
            "maxProperties": 1,
        },
        "term": {
            "anyOf": [
                _NUMBER,
                _object("limit", limit={"enum": ["LLN", "ULN"]}, times=_NUMBER),
                _object("prior", prior=_TEXT, variable=_TEXT),
            ]
        },
        "window": _object(
            "anchor direction",
            anchor=_one_of(Anchor),
            direction=_one_of(Direction),
            min=_ref("duration"),
            max=_ref("duration"),
            and_during_screening=_FLAG,
        ),
        "duration": {
            "anyOf": [
                _ref("simple_duration"),
                _object("longest", longest=_list(_ref("simple_duration"), 2)),
                _object("shortest", shortest=_list(_ref("simple_duration"), 2)),
            ]
        },
        "simple_duration": {
            "anyOf": [
                _whole(PERIOD),
                _object("half_lives", half_lives={"type": "number", "exclusiveMinimum": 0}),
            ]
        },
    },
}
