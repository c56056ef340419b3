"""The search language, read without any knowledge of fields."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.api.essie import (
    All,
    Both,
    Either,
    Expression,
    InField,
    Missing,
    Not,
    Range,
    WithinOne,
    Words,
    is_plain,
    parse,
)
from trials.api.problems import BadRequestError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("heart attack", Words("heart attack")),
        ('"back pain"', Words("back pain", is_phrase=True)),
        ("a AND b OR c", Either((Both((Words("a"), Words("b"))), Words("c")))),
        ("NOT a AND b", Both((Not(Words("a")), Words("b")))),
        ("(a OR b) AND NOT c", Both((Either((Words("a"), Words("b"))), Not(Words("c"))))),
        ("AREA[Phase]PHASE3", InField("Phase", Words("PHASE3"))),
        (
            "AREA[Phase](PHASE2 OR PHASE3)",
            InField("Phase", Either((Words("PHASE2"), Words("PHASE3")))),
        ),
        ("AREA[StartDate]RANGE[2022-01-01, MAX]", InField("StartDate", Range("2022-01-01", ""))),
        (
            "AREA[MinimumAge]RANGE[MIN, 16 years] AND x",
            Both((InField("MinimumAge", Range("", "16 years")), Words("x"))),
        ),
        (
            "SEARCH[Location](AREA[LocationCity]Portland AND AREA[LocationState]Maine)",
            WithinOne(
                "Location",
                Both((InField("LocationCity", Words("Portland")), InField("LocationState", Words("Maine")))),
            ),
        ),
        ("AREA[WhyStopped]MISSING", InField("WhyStopped", Missing())),
        ("EXPANSION[None]SLE", Words("SLE")),
        ("ALL", All()),
        ('lupus "nephritis"', Both((Words("lupus"), Words("nephritis", is_phrase=True)))),
    ],
)
def test_an_expression(text: str, expected: Expression) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["(a", "a)", "a AND", "OR a", "NOT", "", 'a "b', "AREA[Phase]", "(" * 200, "a OR " * 101 + "b"]
)
def test_what_is_no_expression_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        parse(text)
    assert "\n" not in str(refused.value)


def test_words_alone_need_no_parser() -> None:
    assert is_plain("(heart OR lung) AND NOT cancer")
    assert not is_plain("AREA[Phase]PHASE3")
    # By itself it asks for every study; among words it may be a leukemia.
    assert not is_plain("ALL")
    assert is_plain("relapsed ALL")


PIECES = [*'ab()"[], ', "AND ", "AREA[x]", "RANGE[", "NOT ", "OR "]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with contextlib.suppress(BadRequestError):
        parse(text)
