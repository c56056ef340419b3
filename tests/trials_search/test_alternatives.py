"""What an "or" that is written small joins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.searching.alternatives import with_alternatives
from trials.searching.understood import read, words_of, written


def joined(text: str, *, guessing: bool = False) -> str:
    wanted, _pairs = with_alternatives(read(text).wanted, guessing=guessing)
    return written(wanted) if wanted else ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("asthma or copd", "asthma OR copd"),
        ("malaga or rennes", "malaga OR rennes"),
        ("heart attack or stroke or chronic obstructive pulmonary disease",
         "heart attack OR stroke OR chronic obstructive pulmonary disease"),
        ("children with asthma or copd", "children with (asthma OR copd)"),
        ("asthma or copd exacerbations at home", "(asthma OR copd) exacerbations at home"),
        ("breast or ovarian cancer", "breast cancer OR ovarian cancer"),
        ("type 1 or type 2 diabetes in adults", "(type 1 diabetes OR type 2 diabetes) in adults"),
        ('"heart failure" or stroke', '"heart failure" OR stroke'),
        ("mild or moderate asthma", "mild or moderate asthma"),
        ("asthma or the flu", "asthma or the flu"),
        ("or asthma or", "or asthma or"),
        ("asthma or or copd", "asthma or or copd"),
        ("(asthma or copd) -mild", "(asthma or copd) -mild"),
        ("asthma OR copd", "asthma OR copd"),
    ],
)  # fmt: skip
def test_an_or_joins_names_or_all_there_is(text: str, meant: str) -> None:
    assert joined(text) == meant


def test_what_it_may_join_is_guessed_where_that_is_asked_for() -> None:
    assert joined("mild or moderate asthma", guessing=True) == "(mild OR moderate) asthma"
    wanted, pairs = with_alternatives(read("mild or moderate asthma or copd").wanted, guessing=True)
    assert pairs == [("mild or moderate", "(mild OR moderate)"), ("asthma or copd", "(asthma OR copd)")]
    assert wanted


@given(
    st.lists(
        st.sampled_from(["or", "asthma", "copd", "heart", "failure", "mild", "the", '"a b"']), max_size=9
    )
)
def test_no_word_is_lost_and_what_is_written_is_read_alike(words: list[str]) -> None:
    before = read(" ".join(words)).wanted
    for guessing in (False, True):
        wanted, _pairs = with_alternatives(before, guessing=guessing)
        kept = {word.text for word in words_of(wanted)}
        assert {word.text for word in words_of(before)} - {"or"} <= kept
        if wanted:
            assert written(read(written(wanted)).wanted or wanted) == written(wanted)
