"""Registry texts on the screen: nothing lost, nothing dangerous, no mark-up left over."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.reading.richtext import plain_line, rendered, rendered_criteria, rendered_line

ALLOWED = {"p", "br", "ol", "ul", "li", "em", "strong", "a", "hr", "h4"}


class Tags(HTMLParser):
    """Collects elements, their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment reached the page: {data}")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"MMT \< 142", "MMT < 142"),
        (r"3 µg 10\^5/kg", "3 µg 10^5/kg"),
        (r"\[MDAAT\]", "[MDAAT]"),
        ("> 3 x ULN", "> 3 x ULN"),
        ("# of patients", "# of patients"),
        ("    indented \\< 5", "indented < 5"),
        ("`as is`", "`as is`"),
        ("[x]: definition", "[x]: definition"),
        ("Title\n=====", "Title\n====="),
        ("at {{SITE_NAME}} today", "at […] today"),
        ("at {% if site %} today", "at […] today"),
        ("one <!-- gone --> two", "one   two"),
        ("a < b and c > d", "a < b and c > d"),
        ("WBC < 3000/mmÂ³", "WBC < 3000/mm³"),
        ("BMI <or= 30 >", "BMI <or= 30 >"),
        ("< 0.5*10^9/L or > 2*10^9/L", "< 0.5*10^9/L or > 2*10^9/L"),
        ("ULN * unless\nliver involved *", "ULN * unless\nliver involved *"),
        ("+ neck dissection", "+ neck dissection"),
        (r"QTc \&gt; 450 &amp;lt; 500 &gte; 1", "QTc > 450 < 500 ≥ 1"),
        ("glucose \uf0b3 7, NF-\uf06bB", "glucose ≥ 7, NF-κB"),
        ("**Part 1** of snake_case_names", "Part 1 of snake_case_names"),
    ],
)
def test_every_word_and_sign_is_shown_as_it_was_meant(written: str, shown: str) -> None:
    assert Tags(rendered(written)).text.strip() == shown


def test_line_breaks_stay() -> None:
    assert rendered("Inclusion:\nfirst\nsecond").count("<br>") == 2


def test_items_keep_the_numbers_they_were_given() -> None:
    attributes = Tags(rendered("5. a\n7. b\n8. c")).attributes
    assert [value for _tag, name, value in attributes if name == "value"] == ["5", "7", "8"]
    assert 'class="paren"' in rendered("1) a\n2) b")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("• a\n• b", "* a\n* b"),
        ("-One thing\n-Another, too", "* One thing\n* Another, too"),
        ("--To see\n--To hear", "* To see\n* To hear"),
        ("* • a\n* ▪ b", "* a\n* b"),
        ("o Adults\no Children", "* Adults\n* Children"),
        ("– a\n– b", "* a\n* b"),  # noqa: RUF001
        ("\\- a\n\\- b", "* a\n* b"),
        ("Any of these: • a • b", "Any of these:\n* a\n* b"),
        ("1. Any of these: • a • b\n2. c", "1. Any of these:\n   * a\n   * b\n2. c"),
        ("1. a. 2. b; 3. c\n4. d", "1. a.\n2. b;\n3. c\n4. d"),
        ("1. a\n\n2\\. b\n\n3\\) c", "1. a\n\n2. b\n\n3) c"),
        ("Of children:\n\n    * a\n    * b", "Of children:\n\n* a\n* b"),
        ("* a\n\n      * b\n      * c", "* a\n\n  * b\n  * c"),
        ("1. a\n  * b\n2. c", "1. a\n   * b\n2. c"),
        ("* a\nExclusion:\n* b", "* a\n\nExclusion:\n\n* b"),
        ("Inclusion:\n\n* \n\nAdults", "Inclusion:\n\nAdults"),
    ],
)
def test_what_was_meant_as_a_list_is_one(written: str, meant: str) -> None:
    assert rendered(written) == rendered(meant)
    assert "<li" in rendered(meant) or "*" in written


@pytest.mark.parametrize(
    "written", ["grade 1. 2. is worse", "5 • 10 mg", "o negative blood", "1.5 to 2. 3 times", "*only at rest"]
)
def test_what_was_not_meant_as_a_list_is_none(written: str) -> None:
    assert rendered(written) == f"<p>{written}</p>\n"


def test_headings_of_criteria_are_headings() -> None:
    text = "Key Inclusion Criteria:\n\n* Adults\n\nExclusion criteria (Donor)\n\nHepatic:\n\n* Bilirubin"
    html = rendered_criteria(text)
    assert "<h4>Key Inclusion Criteria:</h4>" in html
    assert "<h4>Exclusion criteria (Donor)</h4>" in html
    assert '<p class="announces">Hepatic:</p>' in html
    assert "<p><strong>Patient Characteristics</strong></p>" in rendered(
        "--Patient Characteristics--\nOf age"
    )
    for heading in ("INCLUSION CRITERIA:", "Exclusion Criteria - Donor:"):
        assert f"<h4>{heading}</h4>" in rendered_criteria(f"* {heading}\n\nAdults\n* Children")
    assert "<h4>" not in rendered_criteria("Inclusion criteria are those of the protocol.\n\n* Inclusion:")


def test_a_line_stays_one() -> None:
    assert plain_line("1. a; 2. b • c &lt; 5") == "1. a; 2. b • c < 5"


def test_a_comment_on_its_own_line_separates_two_lists() -> None:
    html = rendered("* a\n* b\n<!-- -->\n1. c\n2. d\n\n<!-- -->\n\n3. e")
    assert (html.count("<ul>"), html.count("<ol")) == (1, 2)
    assert "--" not in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://elsewhere.example/pixel.png)",
        "[click](javascript:alert(1))",
        "[click](data:text/html,x)",
        "[click](//elsewhere.example)",
        "<a href='javascript:x'>x</a>",
        "<svg/onload=alert(1)>",
        "<!--><script>alert(1)</script>-->",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        '[x](https://a.example "onmouseover=alert(1)")',
    ],
)
def test_hostile_text_is_text(hostile: str) -> None:
    for html in (rendered(hostile), rendered_line(hostile)):
        found = Tags(html)
        assert found.names <= ALLOWED
        links = [value for _tag, name, value in found.attributes if name == "href"]
        assert all(link.startswith("https://") for link in links)


@given(st.text(alphabet=st.sampled_from("ab1 .)*_<>!-[]()`#\\&;:/\n{}%\"'"), max_size=200))
def test_whatever_is_written_only_listed_elements_come_out(text: str) -> None:
    for html in (rendered(text), rendered_line(text)):
        found = Tags(html)
        assert found.names <= ALLOWED
        assert {name for _tag, name, _value in found.attributes} <= {"start", "class", "value", "href", "rel"}


@given(st.from_regex(r"[aoX][abo XZ12.,:;()/%+'-]{0,40}[a12.)]", fullmatch=True))
def test_plain_words_stand_as_they_would_if_they_were_read_as_mark_up(text: str) -> None:
    # With an accent they are.
    assert rendered_line(f"{text}é") == rendered_line(text) + "é"
    assert rendered(f"{text}é").replace("é", "") == rendered(text)


@given(
    st.lists(
        st.sampled_from(["* ", "1. ", "2) ", "• ", "  ", "    ", "\n", "x", "y: ", "z. ", "9\\. "]),
        max_size=40,
    )
)
def test_no_letter_is_lost_by_mending(parts: list[str]) -> None:
    text = "".join(parts)
    shown = Tags(rendered(text)).text
    assert [each for each in shown if each in "xyz"] == [each for each in text if each in "xyz"]


@given(st.lists(st.text(alphabet="abcxyz019≥≤µ", min_size=1, max_size=8), min_size=1, max_size=30))
def test_no_word_is_lost(words: list[str]) -> None:
    assert Tags(rendered(" ".join(words))).text.split() == words


@pytest.mark.parametrize(
    "text", ["* " * 5000, "[a](" * 3000, "*a _b " * 3000, "1. a\n   " * 2000, "{{" * 9000]
)
def test_pathological_text_is_rendered_too(text: str) -> None:
    assert Tags(rendered(text)).names <= ALLOWED
