"""The text that a signature is bound to, and what differs between two of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.signature import KEYED, Part, changed_since, differences, digest_of, outline_of, text_of

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
entries = st.dictionaries(
    st.text("abc.-é/", min_size=1, max_size=4), values.filter(lambda v: v is not None), max_size=4
)
contents = st.fixed_dictionaries(
    {}, optional={part.value: entries if part in KEYED else values.filter(bool) for part in Part}
)


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    return value


@given(contents)
def test_the_text_does_not_depend_on_the_order_in_which_a_content_was_put_together(content: Any) -> None:
    assert text_of(content) == text_of(reordered(content))
    assert json.loads(text_of(content)) == content


@given(contents, contents)
def test_two_contents_have_one_digest_only_where_nothing_differs(one: Any, other: Any) -> None:
    if digest_of(text_of(one)) == digest_of(text_of(other)):
        assert one == other
        assert differences(one, other) == []
    else:
        assert text_of(one) != text_of(other)


@given(contents, contents)
def test_an_outline_finds_what_the_contents_themselves_show(one: Any, other: Any) -> None:
    places = {(each.part, each.key) for each in differences(one, other)}
    assert {(each.part, each.key) for each in changed_since(outline_of(one), other)} == places
    assert changed_since(outline_of(one), one) == []


@given(contents, contents)
def test_differences_are_told_part_by_part(one: Any, other: Any) -> None:
    order = [list(Part).index(each.part) for each in differences(one, other)]
    assert order == sorted(order)


def test_an_answer_that_came_went_or_changed_is_told_by_its_statement() -> None:
    before = {"outcome": {"value": "eligible"}, "answers": {"a": {"value": "yes"}, "b": {"value": "no"}}}
    after = {"outcome": {"value": "eligible"}, "answers": {"a": {"value": "no"}, "c": {"value": "no"}}}
    assert [(d.part, d.key, d.before, d.after) for d in differences(before, after)] == [
        (Part.ANSWERS, "a", {"value": "yes"}, {"value": "no"}),
        (Part.ANSWERS, "b", {"value": "no"}, None),
        (Part.ANSWERS, "c", None, {"value": "no"}),
    ]


def test_an_outline_of_nonsense_differs_in_everything_and_breaks_nothing() -> None:
    content = {"outcome": "eligible", "answers": {"a": "yes"}}
    found = changed_since({"nothing/known": "x", "answers/a": "x", "": "y"}, content)
    assert [(each.part, each.key) for each in found] == [(Part.OUTCOME, ""), (Part.ANSWERS, "a")]


def test_the_digest_is_the_sha_256_of_the_text() -> None:
    assert text_of({"outcome": "é", "answers": {}}) == '{"answers":{},"outcome":"é"}'
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("value", [1.5, float("nan"), object(), {1: "x"}, (1, 2)])
def test_what_machines_write_differently_is_no_content(value: Any) -> None:
    with pytest.raises(TypeError):
        text_of({"outcome": value})
