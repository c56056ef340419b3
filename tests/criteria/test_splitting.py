"""A registry's text becomes a document: nothing of it is lost, and it says no more than the text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.criteria.draft import by_identifier
from trials.criteria.schema import MAX_NODES
from trials.criteria.splitting import BEFORE_HEADINGS, TOO_LONG, UNSORTED, split
from trials.criteria.tree import parse_tree


def outline(node: dict[str, Any]) -> Any:
    """A leaf as its words, a group as a mapping from its words to its parts."""
    words = f"{node.get('label', '')} {node.get('text', '')}".strip()
    children = node.get("children")
    return {f"{node['op']} {words}".strip(): [outline(child) for child in children]} if children else words


def both(text: str) -> tuple[Any, Any]:
    document = split(text)
    return tuple(  # type: ignore[return-value]
        [outline(child) for child in document[root].get("children", [])]
        for root in ("inclusion", "exclusion")
    )


def test_items_stand_under_their_headings_with_their_labels() -> None:
    text = "Inclusion Criteria:\n\n1. Age \\>= 18\n2) Lupus\n\nExclusion Criteria:\n\n* Pregnancy\n* HIV"
    assert both(text) == (["1. Age >= 18", "2) Lupus"], ["Pregnancy", "HIV"])


@pytest.mark.parametrize(
    "heading",
    [
        "EXCLUSION CRITERIA",
        "* Exclusion criteria:",
        "**Exclusion Criteria:**",
        "Key Exclusion Criteria",
        "Exclusion :",
    ],
)
def test_headings_are_known_as_people_write_them(heading: str) -> None:
    assert both(f"Inclusion:\n- a\n\n{heading}\n- b") == (["a"], ["b"])


def test_a_sentence_that_speaks_of_criteria_is_no_heading() -> None:
    sentences = ["Patients not meeting inclusion criteria.", "Failure to meet the exclusion criteria"]
    assert both("Exclusion Criteria:\n\n* " + "\n* ".join(sentences)) == ([], sentences)


def test_what_is_indented_belongs_to_the_item_above() -> None:
    text = "Inclusion:\n\n* One of the following:\n  * CK\n  * LDH\n    * twice\n* Adults\n  who consent"
    assert both(text)[0] == [
        {"any One of the following:": ["CK", {"any LDH": ["twice"]}]},
        "Adults who consent",
    ]


def test_below_exclusion_any_part_of_a_group_is_enough_unless_it_says_all() -> None:
    text = "Exclusion Criteria:\n* Infection\n  * TB\n* All of:\n  * a\n  * b"
    assert both(text)[1] == [{"any Infection": ["TB"]}, {"all All of:": ["a", "b"]}]


def test_a_line_over_a_list_is_its_group() -> None:
    text = "DISEASE:\n\n* Lupus\n\nPATIENT:\n\nAge:\n\n* 18 and over\n\nRenal:\n\n* Creatinine"
    assert both(text)[0] == [
        {"all DISEASE:": ["Lupus"]},
        {"all PATIENT:": [{"all Age:": ["18 and over"]}, {"all Renal:": ["Creatinine"]}]},
    ]


def test_a_heading_for_some_is_a_group_of_its_own() -> None:
    text = "Inclusion criteria for controls:\n* Healthy\n\nExclusion criteria: none."
    assert both(text) == ([{"all Inclusion criteria for controls:": ["Healthy"]}], ["none."])


def test_a_text_without_headings_stands_under_inclusion_and_says_so() -> None:
    document = split("Must have lupus.\n\nMust not have HIV.")
    assert document["inclusion"]["warnings"] == [UNSORTED]
    assert len(document["inclusion"]["children"]) == 2
    first = split("Adults\n\nExclusion Criteria:\n* HIV")["inclusion"]["children"][0]
    assert (first["text"], first["warnings"]) == ("Adults", [BEFORE_HEADINGS])


def test_identifiers_stay_with_what_is_said() -> None:
    before, after = (
        {node.get("text"): identifier for identifier, node in by_identifier(split(text)).items()}
        for text in ("Inclusion:\n* a\n* b", "Inclusion:\n* new\n* b\n* a")
    )
    assert (after["a"], after["b"]) == (before["a"], before["b"])


def test_an_endless_text_is_kept_whole_within_what_a_version_may_have() -> None:
    lines = [f"* criterion {number}" for number in range(5000)]
    document = split("Inclusion Criteria:\n" + "\n".join(lines))
    parse_tree(document)
    last = document["inclusion"]["children"][-1]
    assert last["warnings"] == [TOO_LONG]
    assert last["text"].endswith("criterion 4999")
    parse_tree(split("\n".join(f"{' ' * number}* level {number}" for number in range(200))))


HEADING = re.compile(
    r"^(\(?\w{1,4}[.)])?[*_#]*(key|main|major|general)?(in|ex)clusion(criteri(a|on))?([*_:]|$)+",
    re.IGNORECASE,
)
STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
WORDS = st.sampled_from(
    ["Inclusion Criteria:", "EXCLUSION CRITERIA", "Exclusion criteria for controls", "Age:", "a", "b",
     "x \\> y", "any of the following", "\\[1\\]", "the inclusion criteria", "\u2028", "'", "1.", "*", "-"]
)  # fmt: skip
LINE = st.builds(
    lambda indent, marker, words: f"{indent}{marker}{' '.join(words)}",
    st.sampled_from(["", "  ", "    ", "\t", "\xa0"]),
    st.sampled_from(["", "* ", "- ", "1. ", "2\\) ", "a) ", "iv. ", "(B) ", "• "]),
    st.lists(WORDS | st.text(STORABLE, max_size=8), max_size=3),
)


@given(st.lists(LINE | st.just(""), max_size=30).map("\n".join))
def test_no_line_is_lost_and_the_tree_is_always_right(text: str) -> None:
    document = split(text)
    parse_tree(document)
    assert split(text) == document
    assert lost_lines(text, document) == []


def lost_lines(text: str, document: dict[str, Any]) -> list[str]:
    """Lines of the text that no criterion has, but for headings whose words the roots stand for."""
    nodes = by_identifier(document).values()
    said = [squeezed(f"{node.get('label', '')} {node.get('text', '')}") for node in nodes]
    return [
        line
        for line in text.splitlines()
        if not any(bare(squeezed(unescaped(line))) in each for each in said)
    ]


def unescaped(line: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line)


def squeezed(text: str) -> str:
    return "".join(text.split())


def bare(words: str) -> str:
    """Without the bullet, and without a heading whose words the root stands for."""
    words = re.sub(r"^[*•-]", "", words)
    return HEADING.sub("", words)


@pytest.mark.parametrize(
    "line", ["Inclusion criteria: aaa", "Key adult exclusion criteria (a):", "Exclusion:\n* x"]
)
def test_a_text_of_headings_alone_is_a_tree_too(line: str) -> None:
    parse_tree(split("\n".join([line] * (2 * MAX_NODES))))
