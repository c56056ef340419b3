"""Criteria to practise on: those of the five trials, and random trees with typed statements."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from screening.practice.charts import Dictionary, Element
from screening.practice.rounds import Practice
from tests.documents.fixtures import fixture, trial_fixtures
from tests.logic.trees import trees
from trials.criteria.tree import Tree, parse_tree, tree_to_json

TODAY = datetime.date(2026, 11, 22)


@dataclass(frozen=True)
class Version:
    name: str
    tree: Tree
    complete: bool

    def practice(self) -> Practice:
        return Practice(self.tree, dictionary(), complete=self.complete, today=TODAY)


@cache
def dictionary() -> Dictionary:
    entries = fixture("variables.yaml")
    return {
        entry["code"]: Element(entry["label"], entry["unit"] or "", tuple(entry.get("codes") or ()))
        for entry in entries
    }


@cache
def versions() -> tuple[Version, ...]:
    """All criteria versions of the fixtures."""
    found = []
    for nct_id, trial in trial_fixtures().items():
        for entry in trial["criteria_versions"]:
            document = {key: entry[key] for key in ("cohorts", "inclusion", "exclusion") if key in entry}
            name = f"{nct_id} {entry['label']}"
            found.append(Version(name, parse_tree(document), entry["completeness"] == "complete"))
    return tuple(found)


WINDOWS: list[dict[str, Any] | None] = [
    None,
    {"anchor": "screening", "direction": "at"},
    {"anchor": "screening", "direction": "before", "max": "P6M"},
    {"anchor": "infusion", "direction": "before", "max": {"longest": ["P4W", {"half_lives": 5}]}},
    {"anchor": "enrolment", "direction": "before", "min": "P1D", "max": "P7D"},
    {"anchor": "consent", "direction": "after", "max": "P30D"},
]


@st.composite
def tests_of_statements(draw: st.DrawFn) -> dict[str, Any]:
    """Types as criteria have them; a few that nothing can be made of."""
    ordered = st.sampled_from(["<", "<=", ">", ">="])
    kind = draw(st.sampled_from(["number", "limit", "presence", "code", "age", "onset", "change", "bare"]))
    made: dict[str, Any]
    match kind:
        case "number":
            variable, unit = draw(
                st.sampled_from([("lab.hemoglobin", "g/L"), ("lab.platelets", "10*9/L"), ("bmi", "kg/m2")])
            )
            made = {"variable": variable, "unit": unit, "comparator": draw(ordered)}
            made["value"] = draw(st.sampled_from([0, 1, 17.5, 60, 80]))
            if draw(st.booleans()):
                made |= {"comparator": "between", "value": [18, draw(st.integers(18, 40))]}
        case "limit":
            variable = draw(st.sampled_from(["lab.alt", "lab.ck"]))
            relative = draw(st.sampled_from(["ULN", "LLN"]))
            made = {"variable": variable, "comparator": draw(ordered), "relative_to": relative}
            made["value"] = draw(st.sampled_from([1, 1.5, 3]))
        case "presence":
            comparator = draw(st.sampled_from(["present", "absent"]))
            variable = draw(st.sampled_from(["hx.thrombosis", "rx.biologic"]))
            made = {"variable": variable, "comparator": comparator}
        case "code":
            made = {"variable": "dx.ssc.subset", "comparator": draw(st.sampled_from(["in", "not_in"]))}
            made["value"] = draw(st.sampled_from([["dcSSc"], ["dcSSc", "lcSSc"]]))
        case "age":
            made = {"variable": "age", "unit": "a", "comparator": draw(ordered)}
            made["value"] = draw(st.sampled_from([12, 18, 65]))
        case "onset":
            made = {"variable": "dx.ssc.disease_duration", "unit": "mo", "comparator": "<=", "value": 60}
        case "change":
            made = {"variable": "score.mrss", "comparator": draw(ordered), "relative_to": "previous"}
            made["value"] = draw(st.sampled_from([0.9, 1.25]))
        case _:
            return {"applies_to": "female"}
    if window := draw(st.sampled_from(WINDOWS)):
        made["window"] = window
    if draw(st.integers(0, 5)) == 0:
        made["applies_to"] = draw(st.sampled_from(["female", "male", "childbearing_potential"]))
    if draw(st.integers(0, 9)) == 0:
        made["judgement"] = True
    return made


@st.composite
def random_versions(draw: st.DrawFn) -> Version:
    document = tree_to_json(draw(trees(most=7)))

    def type_them(node: dict[str, Any]) -> None:
        if node["op"] == "statement" and draw(st.integers(0, 3)):
            node["test"] = draw(tests_of_statements())
        for child in node.get("children", ()):
            type_them(child)

    type_them(document["inclusion"])
    type_them(document["exclusion"])
    return Version("random", parse_tree(document), draw(st.booleans()))
