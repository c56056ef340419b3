"""Random drafts: documents that have the form, and may break every rule."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from trials.criteria.draft import Document, NodeDocument, all_nodes, changed
from trials.criteria.lint import Entry

VARIABLES = {
    "age": Entry("number", "a"),
    "bmi": Entry("number", "kg/m2"),
    "count": Entry("number", ""),
    "score": Entry("number", "{score}"),
    "ana": Entry("code", "", ("positive", "negative")),
    "pregnant": Entry("boolean"),
}
WORDS = st.sampled_from(
    ["", "BMI at most 40", "Severe muscle damage", "Aged 18 years or more", "Any infection"]
)
OPS = ["all", "any", "at_least", "not", "except", "if"]


@st.composite
def tests(draw: st.DrawFn) -> dict[str, Any]:
    comparator = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "!=", "between", "present", "absent"]))
    test: dict[str, Any] = {
        "variable": draw(st.sampled_from([*VARIABLES, "nothing"])),
        "comparator": comparator,
    }
    number = st.integers(0, 60)
    if comparator == "between":
        test["value"] = sorted((draw(number), draw(number)))
    elif comparator not in ("present", "absent") and draw(st.integers(0, 9)):
        test["value"] = draw(number)
    if draw(st.booleans()):
        test["unit"] = draw(st.sampled_from(["a", "mo", "kg/m2"]))
    return test


@st.composite
def documents(draw: st.DrawFn) -> Document:
    codes = draw(st.sampled_from([[], ["A", "B"]]))
    numbers = iter(range(1000))

    def node(depth: int) -> NodeDocument:
        identifier = f"n{next(numbers)}"
        op = draw(st.sampled_from(["statement"] * 5 + ["lost", "ref"] + OPS)) if depth else "statement"
        made: NodeDocument = {"identifier": identifier, "op": op, "text": draw(WORDS)}
        if op == "statement" and draw(st.booleans()):
            made["test"] = draw(tests())
        if op == "ref":
            made["target"] = f"n{draw(st.integers(0, 12))}"
        if op == "at_least":
            made["k"] = draw(st.integers(1, 4))
        if draw(st.integers(0, 3)) == 0:
            made["cohorts"] = draw(st.sampled_from([codes[:1], codes[1:], codes]))
        if op in OPS:
            made["children"] = [node(depth - 1) for _ in range(draw(st.integers(0, 3)))]
        return changed(made)

    document: Document = {"cohorts": [{"code": code, "label": code} for code in codes]} if codes else {}
    for root, op in (("inclusion", "all"), ("exclusion", "any")):
        children = [node(3) for _ in range(draw(st.integers(0, 3)))]
        document[root] = changed({"identifier": root, "op": op, "children": children})
    return document


def identifiers(document: Document) -> list[str]:
    return [node["identifier"] for node in all_nodes(document)]
