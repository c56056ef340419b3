"""How words find trials: other names, mistakes, beginnings, numbers, accents; what is shown and suggested."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trials_views.catalogue import add_trial
from trials.searching import engine
from trials.searching.results import Kind, Suggestion, Term
from trials.searching.wanted import Wanted

pytestmark = pytest.mark.django_db

TITLES = {
    1: "Recovery After Myocardial Infarction",
    2: "Dermatomyositis in Adults",
    3: "β-Blocker and IL-6 in Crohn's Disease at Østerbro, 1,000 mg",
    4: "Anti–TNF in the Straße: Naïve Cells",  # noqa: RUF001
    5: "Vitamin A for Everybody",
}


@pytest.fixture
def five_trials() -> None:
    for number, title in TITLES.items():
        add_trial(
            f"NCT0000000{number}",
            identificationModule={
                "briefTitle": title,
                "officialTitle": "",
                "orgStudyIdInfo": {"id": f"ABC-{number}000"},
                "acronym": "",
            },
            conditionsModule={"conditions": [title.split(" in ")[0]], "keywords": []},
            descriptionModule={"briefSummary": "It is \\>5 mg/kg of a substance.\n\n* Muscles are weighed."},
            eligibilityModule={"eligibilityCriteria": "Inclusion Criteria:\n\n* People"},
            armsInterventionsModule={"interventions": [{"type": "DRUG", "name": f"Placebo {number}"}]},
            sponsorCollaboratorsModule={"leadSponsor": {"name": "Example Pharma", "class": "INDUSTRY"}},
        )


def found(text: str, **more: Any) -> str:
    return "".join(sorted(hit.nct_id[-1] for hit in engine.search(Wanted(text, **more), facets=()).hits))


FINDS = {
    "heart attack": "1",
    "myositis": "2",
    "IIM": "2",
    "polymyositis": "",
    "beta-blocker": "3",
    "β blocker": "3",
    "IL6": "3",
    "il-6": "3",
    "crohns": "3",
    "Crohn’s disease": "3",  # noqa: RUF001
    "ostebro": "3",
    "1,000 crohn": "3",
    "anti-TNF": "4",
    "antitnf": "",
    "strasse naive": "4",
    "vitamin A": "5",
    "vitamin a for the": "5",
    "adult": "2",
    "muscle": "12345",
    "dermatomyosits": "2",
    "dermatomoysitis": "2",
    "everbody": "5",
    "dermato": "2",
    "ABC-3000": "3",
    "nct0000000": "12345",
    "-vitamin -adults": "134",
    "vitamin \u2013 adults": "",
    "anti\u2011TNF": "4",
    "\u201cMyocardial Infarction\u201d": "1",
    "malaise or myositis": "2",
    "heart attack or dermatomyositis or crohn disease": "123",
    "nct00000002,NCT00000003": "23",
    "x" * 200: "",
    f'"{"x" * 200}" OR adults': "2",
    f"adults -{'x' * 200}": "2",
}


@pytest.mark.usefixtures("five_trials")
def test_what_people_type_finds_what_they_mean() -> None:
    for text, numbers in FINDS.items():
        assert found(text) == numbers, text
    assert found("heart attack", synonyms=False) == ""
    assert found("dermatomyosits", exact=True) == ""
    assert found("dermato", exact=True) == ""


@pytest.mark.usefixtures("five_trials")
def test_it_says_how_a_text_was_understood() -> None:
    def understood(text: str) -> Any:
        return engine.search(Wanted(text), facets=()).understanding

    mended = understood("the dermatomyosits & -vitamin")
    assert mended.corrections == (("dermatomyosits", "dermatomyositis"),)
    assert mended.ignored == ("&", "the")
    assert mended.words == "dermatomyositis -vitamin"
    [one, other] = mended.terms
    assert (one.typed, one.sought, one.name) == ("dermatomyosits", "dermatomyositis", "Dermatomyositis")
    assert other == Term("vitamin", "vitamin", is_excluded=True) or other.is_excluded
    assert "myocardial infarction" in understood("heart attack").terms[0].synonyms
    assert understood("heart attack").has_synonyms
    assert understood('"heart attack"').terms == (Term("heart attack", "heart attack", is_phrase=True),)
    assert understood("dermato").terms[0].is_beginning


@pytest.mark.usefixtures("five_trials")
def test_an_or_written_small_is_told_as_it_is_read() -> None:
    def understood(text: str, **more: Any) -> Any:
        return engine.search(Wanted(text, **more), facets=()).understanding

    names = understood("heart attack or dermatomyosits")
    assert names.corrections == (
        ("heart attack or dermatomyosits", "heart attack OR dermatomyosits"),
        ("dermatomyosits", "dermatomyositis"),
    )
    assert names.words == "heart attack OR dermatomyositis"
    assert understood("heart attack or myositis", exact=True).corrections == ()
    assert found("heart attack or myositis", exact=True) == ""
    assert understood("adult malaise or dermato").words == "adult (malaise OR dermato*)"
    assert found("adult malaise or dermato") == "2"
    assert understood("(vitamin OR cells) -(everbody OR myositis)").words == (
        "(vitamin OR cells) -(everybody OR myositis)"
    )


@pytest.mark.usefixtures("five_trials")
def test_what_an_or_written_small_may_join_is_offered_where_it_finds_far_more() -> None:
    for number in range(6, 12):
        add_trial(f"NCT000000{number:02}", identificationModule={"briefTitle": "Vitamin for Cells"})
    doubts = engine.search(Wanted("vitamin cells or everybody"), facets=()).understanding.doubts
    assert doubts == ()
    add_trial("NCT00000012", identificationModule={"briefTitle": "Vitamin for Cells and Everybody"})
    doubts = engine.search(Wanted("vitamin cells or everybody"), facets=()).understanding.doubts
    assert doubts == (("cells or everybody", "(cells OR everybody)"),)
    assert engine.search(Wanted("vitamin cells  or everybody"), facets=()).understanding.doubts == ()


@pytest.mark.usefixtures("five_trials")
def test_a_number_alone_goes_straight_to_its_trial() -> None:
    goes_to = {
        "nct00000002": "NCT00000002",
        "NCT 00000002": "NCT00000002",
        "https://registry.example/study/NCT00000002?cond=x": "NCT00000002",
        "https://registry.example/search?id=nct00000002": "NCT00000002",
        "NCT 0000 0002": "NCT00000002",
        "abc-3000": "NCT00000003",
        "EudraCT no. ABC-3000": "NCT00000003",
        "CTIS: abc\u20113000": "NCT00000003",
        "NCT00000009": "",
        "nct00000002 adults": "",
        "vitamin": "",
        "1,000": "",
    }
    for text, number in goes_to.items():
        assert engine.search(Wanted(text), facets=()).understanding.goes_to == number, text


@pytest.mark.usefixtures("five_trials")
def test_words_are_marked_where_they_stand() -> None:
    wanted = Wanted("muscles OR straße")
    snippets = engine.snippets(engine.search(wanted, facets=()))
    assert len(snippets) == 5
    fourth = next(each for each in snippets.values() if "Naïve" in "".join(text for text, _ in each.title))
    assert fourth.title == (("Anti–TNF in the ", False), ("Straße", True), (": Naïve Cells", False))  # noqa: RUF001
    texts = {"".join(text for text, _marked in each.text) for each in snippets.values()}
    assert any("It is >5 mg/kg of a substance. Muscles are weighed" in text for text in texts)
    assert all(("Muscles", True) in each.text for each in snippets.values() if each is not fourth)


@pytest.mark.usefixtures("five_trials")
def test_words_are_marked_by_their_stems_beside_names() -> None:
    def marked(text: str) -> set[str]:
        found = engine.snippets(engine.search(Wanted(text), facets=()))
        return {part for each in found.values() for part, is_marked in each.title + each.text if is_marked}

    assert marked("cell adult") == set()
    assert marked("cells OR adult") == {"Cells", "Adults"}
    assert marked("myositis OR weighing") == {"Dermatomyositis", "weighed"}


@pytest.mark.usefixtures("five_trials")
def test_words_that_say_nothing_are_not_marked() -> None:
    """ "mg of" in the summaries, "of" in another name of myositis."""
    for text in ('myositis OR "disorder of muscle"', '"substance of" OR kg'):
        wanted = Wanted(text)
        found = engine.snippets(engine.search(wanted, facets=()))
        marked = {part for each in found.values() for part, is_marked in each.text + each.title if is_marked}
        assert marked
        assert "of" not in marked


@pytest.mark.usefixtures("five_trials")
def test_names_are_suggested_by_the_beginning_of_any_of_their_words() -> None:
    assert engine.suggest("exam") == [Suggestion(Kind.SPONSOR, "Example Pharma", 5)]
    assert [each.text for each in engine.suggest("cells", [Kind.CONDITION])] == []
    assert [each.text for each in engine.suggest("INFAR", [Kind.CONDITION])] == [TITLES[1]]
    assert [each.text for each in engine.suggest("placebo", count=2)] == ["Placebo 1", "Placebo 2"]
    assert engine.suggest(" ") == []
    assert engine.known("sponsor", ["Example Pharma", "Nobody"]) == {"Example Pharma"}


@pytest.mark.usefixtures("five_trials")
def test_any_text_is_searched_for() -> None:
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.text(alphabet=st.sampled_from('ab1ÀβORND()"-*., \x00\x1f|~^[]{}\\:+'), max_size=30))
    def search(text: str) -> None:
        wanted = Wanted(text)
        results = engine.search(wanted)
        assert results.total == engine.count(wanted) >= len(results.hits)
        engine.snippets(results)
        engine.suggest(text)

    search()
