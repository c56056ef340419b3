"""How a text is read: every text can be, and no word of it is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.searching.understood import All, Any, Node, Not, Phrase, Word, as_typed, read, words_of


def shown(node: Node | None) -> str:
    """A tree in brackets, to compare with."""
    match node:
        case Word(text, is_beginning):
            return text + "*" * is_beginning
        case Phrase(text):
            return f'"{text}"'
        case Not(part):
            return f"-{shown(part)}"
        case All(parts):
            return f"({' '.join(map(shown, parts))})"
        case Any(parts):
            return f"({' | '.join(map(shown, parts))})"
    return ""


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("asthma children", "(asthma children)"),
        ('"heart  failure" adults', '("heart failure" adults)'),
        ("asthma OR copd child", "(asthma | (copd child))"),
        ("asthma AND copd", "(asthma copd)"),
        ("asthma or copd", "(asthma or copd)"),
        ("asthma NOT placebo", "(asthma -placebo)"),
        ("asthma -placebo -“healthy people”", '(asthma -placebo -"healthy people")'),
        ("(asthma OR copd) child*", "((asthma | copd) child*)"),
        ("-(asthma OR copd) inhaled", "(-(asthma | copd) inhaled)"),
        ("NOT (a b)", "-(a b)"),
        ("IL-6 CD19-CAR anti–TNF", "(IL-6 CD19-CAR anti-TNF)"),  # noqa: RUF001
        ("anti\u2011TNF \u2212placebo Crohn\u2019s", "(anti-TNF -placebo Crohn's)"),
        (
            "\u00abheart failure\u00bb \u201estroke\u201c pembro\u00adlizumab",
            '("heart failure" "stroke" pembrolizumab)',
        ),
        ("asthma \u2013 children - adults -- boys", "(asthma children adults boys)"),
        ("asthma/eczema -HIV/AIDS", "(asthma eczema -HIV -AIDS)"),
        ("IL-2/IL-4 mg/kg I/II 1/2", "(IL-2 IL-4 mg/kg I/II 1/2)"),
        ("asthma AND/OR copd", "(asthma OR copd)"),
        ("Crohn's, (mild)?", "(Crohn's mild)"),
        ('a "never closed', '(a "never closed")'),
        ("(a OR (b", "(a | b)"),
        ("a) b ()", "(a b)"),
        ("OR a OR OR b OR", "(a | b)"),
        ("NOT", ""),
        ("  ", ""),
        ("((", ""),
    ],
)
def test_words_phrases_and_operators(text: str, tree: str) -> None:
    assert shown(read(text).wanted) == tree


def test_signs_that_no_search_can_use_are_told() -> None:
    assert read("asthma & +++ children").ignored == ("&", "+++")
    assert read("NOT (").ignored == ("NOT", "(")
    assert read("a OR").ignored == ()


@given(st.text(alphabet=st.sampled_from("ab1ÀβOR ANDNOT()\"“”-–*.,&'\n\x00"), max_size=60) | st.text())  # noqa: RUF001
def test_every_text_is_read_and_no_word_is_lost(text: str) -> None:
    result = read(text)
    kept = " ".join([*(part.text for part in words_of(result.wanted)), *result.ignored])
    operators = {"AND", "OR", "NOT"}
    for chunk in re.split(r'[\s()"/]+', as_typed(text)):
        word = re.sub(r"^[\W_]+|[\W_]+$", "", chunk)
        if word and chunk.lstrip("-") not in operators:
            assert word in kept


def test_brackets_of_any_depth_are_read() -> None:
    assert shown(read("(" * 5000 + "a" + ")" * 5000 + " b").wanted) == "(a b)"
