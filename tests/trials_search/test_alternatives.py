"""What an "or" and a "not" that are written small mean."""

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
        ("type 1 or 2 diabetes", "type 1 diabetes OR type 2 diabetes"),
        ("breast or ovarian or prostate cancer", "breast cancer OR ovarian cancer OR prostate cancer"),
        ("hepatitis b or c", "hepatitis b OR hepatitis c"),
        ("hepatitis c or b in adults", "(hepatitis c OR hepatitis b) in adults"),
        ("acute or chronic hepatitis", "acute hepatitis OR chronic hepatitis"),
        ("stage iii or iv melanoma", "stage iii melanoma OR stage iv melanoma"),
        ("children with mild or moderate asthma", "children with (mild asthma OR moderate asthma)"),
        ("mild or moderate asthma or copd", "mild asthma OR moderate asthma OR copd"),
        (" or ".join(["heart failure"] * 20), " OR ".join(["heart failure"] * 20)),
        ("asthma Or copd", "asthma OR copd"),
        ("asthma and/or copd", "asthma OR copd"),
        ("asthma or copd -children", "(asthma OR copd) -children"),
        ("breast OR ovarian or prostate cancer", "breast OR ovarian cancer OR prostate cancer"),
        ("influenza a or b", "influenza a or b"),
        ("lupus or not", "lupus or not"),
        ("a or b", "a or b"),
        ("stroke or", "stroke or"),
        ("tall or short asthma", "tall or short asthma"),
        ("asthma or the flu", "asthma or the flu"),
        ("or asthma or", "or asthma or"),
        ("asthma or or copd", "asthma or or copd"),
        ("(asthma or copd) -mild", "(asthma OR copd) -mild"),
        ("asthma OR copd", "asthma OR copd"),
    ],
)  # fmt: skip
def test_an_or_joins_names_or_all_there_is(text: str, meant: str) -> None:
    assert joined(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("asthma not eczema", "asthma -eczema"),
        ("asthma and not heart failure", "asthma -(heart failure)"),
        ("asthma but not eczema or copd", "asthma -(eczema OR copd)"),
        ("asthma or copd not children", "(asthma OR copd) -children"),
        ("do not resuscitate", "do not resuscitate"),
        ("lymphoma not otherwise specified", "lymphoma not otherwise specified"),
        ("diabetes not controlled", "diabetes not controlled"),
        ("aspirin or not aspirin", "aspirin or not aspirin"),
        ("not asthma", "not asthma"),
        ("asthma not", "asthma not"),
    ],
)
def test_a_not_between_names_excludes(text: str, meant: str) -> None:
    assert joined(text) == meant


def test_what_it_may_join_is_guessed_where_that_is_asked_for() -> None:
    assert joined("tall or short asthma", guessing=True) == "(tall OR short) asthma"
    assert joined("lupus or not", guessing=True) == "lupus or not"
    assert joined("asthma or the flu", guessing=True) == "asthma or the flu"
    wanted, pairs = with_alternatives(read("tall or short people asthma or copd").wanted, guessing=True)
    assert pairs == [("tall or short", "(tall OR short)"), ("asthma or copd", "(asthma OR copd)")]
    assert wanted


@given(
    st.lists(
        st.sampled_from(["or", "not", "but", "asthma", "copd", "heart", "failure", "mild", "the", '"a b"']),
        max_size=9,
    )
)
def test_no_word_is_lost_and_what_is_written_is_read_alike(words: list[str]) -> None:
    before = read(" ".join(words)).wanted
    for guessing in (False, True):
        wanted, _pairs = with_alternatives(before, guessing=guessing)
        kept = {word.text for word in words_of(wanted)}
        assert {word.text for word in words_of(before)} - {"or", "not", "but"} <= kept
        if wanted:
            assert written(read(written(wanted)).wanted or wanted) == written(wanted)
