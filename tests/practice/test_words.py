"""Why an answer is right, in words."""

from __future__ import annotations

import pytest

from screening.practice.cases import Case, Twist
from screening.practice.draw import Draw
from screening.practice.rounds import Kind, Topic
from screening.views.practice_words import chart_page, explanation, labels_of, outcome_explanation
from tests.practice.versions import Version, dictionary, versions


def version_of(nct_id: str) -> Version:
    return next(version for version in versions() if version.name.startswith(nct_id))


def cases_of(nct_id: str, kind: Kind, identifier: str) -> dict[str, Case]:
    found = version_of(nct_id).practice().cases(Topic(kind, identifier), Draw(1))
    return {case.key.split("/", 2)[2]: case for case in found}


def labels() -> dict[str, str]:
    return labels_of({code: element.label for code, element in dictionary().items()})


def why(nct_id: str, identifier: str, case: str) -> str:
    cases = cases_of(nct_id, Kind.STATEMENT, identifier)
    return explanation(cases[case], version_of(nct_id).tree, identifier, labels())


@pytest.mark.parametrize(
    ("identifier", "case", "words"),
    [
        (
            "i.lab.alt.limit",
            "limit-0/outside",
            "Alanine aminotransferase (ALT) 121 U/L is 3.025 × this laboratory's upper limit of 40; "  # noqa: RUF001
            "the statement says: at most 3 × ULN.",  # noqa: RUF001
        ),
        (
            "i.lab.hemoglobin.limit",
            "unit-2/inside",
            "Hemoglobin 8 g/dL is 80 g/L; the statement says: at least 80 g/L.",
        ),
        (
            "i.lab.hemoglobin.limit",
            "window-1/outside",
            "The value of 21 Nov 2026 lies before the window from 22 Nov 2026 on: it does not count, and "
            "there is no other.",
        ),
        (
            "e.coronary.infarction",
            "window-1/outside",
            "Myocardial infarction: absent; 22 Nov 2026 lies in the window from 22 May 2026 to 22 Nov 2026; "
            "21 May 2026 lies outside of it and does not count.",
        ),
    ],
)
def test_an_answer_is_explained(identifier: str, case: str, words: str) -> None:
    assert why("NCT07086404", identifier, case) == words


def test_a_statement_about_women_does_not_apply_to_a_man() -> None:
    told = why("NCT06470048", "e12.potential", "sex-1/outside")
    assert told == "The statement is about others: this participant is male."


def test_a_change_is_told_against_the_earlier_value() -> None:
    told = why("NCT06941129", "i.ssc.progressive.skin", "limit-0/inside")
    assert told.startswith("Modified Rodnan skin score (mRSS) 26 is 1.3 × the earlier value of 20")  # noqa: RUF001


def test_an_outcome_names_what_stands_against_and_what_does_not_apply() -> None:
    tree = version_of("NCT05869955").tree
    other, own = cases_of("NCT05869955", Kind.COHORT, "ex.sle-overlap").values()
    assert other.twist is Twist.COHORT
    [apart, nothing] = outcome_explanation(other, tree, complete=False)
    assert "is a criterion of another cohort" in apart
    assert nothing.startswith("Nothing stands against the participant")
    [against] = outcome_explanation(own, tree, complete=False)
    assert against.startswith("It stands against the participant: Exclusion: SLE overlap")


def test_every_line_of_every_chart_has_words() -> None:
    version = version_of("NCT06941129")
    for case in version.practice().round(4, 10):
        page = chart_page(case, version.tree, labels())
        assert all(line.what and line.value for line in page.findings)
        assert all(said.text and said.words for said in (*page.notes, *page.given))
        assert all(explanation(case, version.tree, each, labels()) for each in case.answers)
