"""What a search is told of the words that were typed."""

from __future__ import annotations

import gzip
from itertools import pairwise

from trials.searching import synonyms
from trials.searching.synonyms import Span, expansions
from trials.vocabularies.loaded import FILE, Vocabulary, vocabulary
from trials.vocabularies.wording import key


def of(text: str) -> list[Span]:
    return expansions(text.split())


def only(text: str) -> Span:
    (span,) = of(text)
    return span


def test_a_term_has_its_synonyms_and_its_concept() -> None:
    span = only("heart attack")
    assert (span.start, span.end, span.name) == (0, 2, "Myocardial Infarction")
    assert "myocardial infarction" in span.terms
    assert "heart attack" not in span.terms
    assert span.concepts == tuple(synonyms.concepts(["Heart Attack"]) & set(span.concepts)) != ()


def test_the_longest_terms_are_taken_and_do_not_overlap() -> None:
    spans = of("stage IV non-small cell lung cancer with brain metastases")
    assert spans[0].name == "Non-Small-Cell Lung Carcinoma"
    assert (spans[0].start, spans[0].end) == (2, 6)
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_a_broad_term_names_what_is_narrower() -> None:
    span = only("myositis")
    assert {"Dermatomyositis", "Polymyositis", "Inclusion Body Myositis"} <= set(span.narrower)
    assert "iim" in span.terms
    assert len(span.narrower) <= 8
    assert only("IIM").concepts == span.concepts


def test_a_trial_is_found_by_what_is_broader_than_its_condition_and_not_by_what_is_beside_it() -> None:
    indexed = synonyms.concepts(["Juvenile Dermatomyositis", "Stage IV Breast Cancer"])
    for term, finds in (
        ("dermatomyositis", True), ("myositis", True), ("IIM", True), ("polymyositis", False),
        ("breast cancer", True), ("cancer", True), ("lung cancer", False),
    ):  # fmt: skip
        assert set(only(term).concepts).issubset(indexed) is finds, term


def test_an_unknown_name_is_of_the_kind_that_its_last_words_are() -> None:
    assert set(only("psoriasis").concepts) <= synonyms.concepts(["Stubborn Elbow Psoriasis"])
    assert synonyms.concepts(["Yangxue Qingnao Pills"]) == frozenset()


def test_common_words_and_ambiguous_abbreviations_are_left_as_typed() -> None:
    assert of("MS") == []
    assert of("women who have time") == []
    assert expansions(["", "-", "\u00bf?"]) == []


def test_a_substance_before_disease_is_part_of_a_name_that_is_not_known() -> None:
    assert of("gluten disease") == of("zinc syndrome") == []
    assert [span.name for span in of("zinc anemia")] == ["Zinc", "Anemia"]
    assert only("lung disease").name == "Lung Diseases"
    assert only("sugar disease").name == "Diabetes Mellitus"


def test_what_nearly_everything_is_a_kind_of_is_no_term() -> None:
    assert of("disease") == of("syndrome") == of("disorders") == []
    assert only("cancer").name == "Neoplasms"


def test_a_condition_has_one_name_for_the_facet() -> None:
    assert (
        synonyms.preferred("Heart attack")
        == synonyms.preferred("infarction, myocardial")
        == "Myocardial Infarction"
    )
    assert synonyms.preferred("Yangxue Qingnao Pills") is None


def test_the_file_holds_the_keys_that_today_s_wording_gives() -> None:
    lines = gzip.decompress(FILE.read_bytes()).decode().splitlines()
    for line in lines[::97]:
        for term in line.split("\t")[4].split("|"):
            phrase, _, stored = term.partition("=")
            assert (stored or phrase) == key(phrase), term


def test_nothing_in_the_file_is_broader_than_itself_or_unknown() -> None:
    found = vocabulary()
    for identifier in [
        line.split("\t", 1)[0] for line in gzip.decompress(FILE.read_bytes()).decode().splitlines()
    ][::53]:
        assert all(found[above] for above in found.broader(identifier))
    assert len(found) > 40_000


def test_a_small_vocabulary() -> None:
    found = Vocabulary(
        "A\tc\tIllness\t\tillness\t\nB\tc\tGreater Illness\tA\tgreat illness|big ill=big ill\tillness lesser"
    )
    assert found.stands_for("Big ill") == ("B",)
    assert found.stands_for("severe lesser illness") == ("B",)
    assert found.stands_for("illness and big ill") == ("A", "B")
    assert found.stands_for("illness and madness") == ()
    assert found.all_narrower("A") == {"B"}
    assert found.broader("B") == {"A"}
