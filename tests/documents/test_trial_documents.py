"""The trial documents and the variable dictionary by themselves: trees that are read, tests that fit."""

from pathlib import Path
from typing import Any

import pytest

from screening.deciding.derived import INPUTS
from tests.documents.facts import decided
from tests.documents.fixtures import fixture, trial_fixtures
from trials.criteria.tree import Comparator, Node, RelativeTo, Tree, parse_tree

ROOT = Path(__file__).parents[2]
TRIALS = trial_fixtures()
VARIABLES = fixture("variables.yaml")
LEFT_OUT = fixture("left_out.yaml")
VERSIONS = [(nct_id, version) for nct_id, trial in TRIALS.items() for version in trial["criteria_versions"]]


def tree_of(version: dict[str, Any]) -> Tree:
    return parse_tree({key: version[key] for key in ("cohorts", "inclusion", "exclusion") if key in version})


def kind_of(statement: Node) -> str:
    """How a statement is decided: by the investigator, by facts, or by an answer alone."""
    if statement.test and statement.test.judgement:
        return "judgement"
    return "typed" if statement.test and statement.test.variable else "yes/no"


every_version = pytest.mark.parametrize(
    ("nct_id", "version"), VERSIONS, ids=[f"{nct_id} {version['label']}" for nct_id, version in VERSIONS]
)


def test_a_document_is_named_by_its_trial() -> None:
    assert {
        name: trial["protocolSection"]["identificationModule"]["nctId"] for name, trial in TRIALS.items()
    } == {name: name for name in TRIALS}


def test_the_dictionary_names_each_variable_once_in_order() -> None:
    codes = [variable["code"] for variable in VARIABLES]
    assert codes == sorted(set(codes))


def test_the_dictionary_has_what_criteria_rest_on_and_what_is_worked_out_or_goes_into_it() -> None:
    used = {
        node.test.variable for _, version in VERSIONS for node in tree_of(version).statements if node.test
    }
    worked_out = {code for variable, inputs in INPUTS.items() for code in (variable, *inputs)}
    codes = {variable["code"] for variable in VARIABLES}
    assert codes - used <= worked_out <= codes


@every_version
def test_every_test_fits_its_variable(nct_id: str, version: dict[str, Any]) -> None:
    variables = {variable["code"]: variable for variable in VARIABLES}
    wrong = []
    for node in tree_of(version).statements:
        test = node.test
        if test is None or not test.variable:
            continue
        variable = variables[test.variable]
        asked = test.comparator in (Comparator.PRESENT, Comparator.ABSENT)
        if variable["kind"] == "boolean" and not asked:
            wrong.append((node.identifier, "a boolean is present or absent"))
        if variable["kind"] == "code" and not asked:
            named = test.value if isinstance(test.value, tuple) else (test.value,)
            wrong += [(node.identifier, str(code)) for code in named if code not in variable["codes"]]
        measured = test.relative_to in (None, RelativeTo.BASELINE, RelativeTo.PREVIOUS)
        # Where a page names no scale, a score is a score: no value in the dictionary's unit decides it.
        if measured and test.unit not in ("", "{score}", variable["unit"]):
            wrong.append((node.identifier, f"{test.unit}, not {variable['unit']}"))
    assert wrong == []


def test_two_versions_of_one_text_share_the_identifiers_of_what_means_the_same() -> None:
    earlier, present = (tree_of(version) for version in TRIALS["NCT06665256"]["criteria_versions"])
    assert list(earlier.nodes) == list(present.nodes)
    changed = [
        identifier
        for identifier, node in earlier.nodes.items()
        if node.test and node.test != present.nodes[identifier].test
    ]
    assert changed == ["i1.age-min", "i1.age-max", "e2.bmi-low", "e2.bmi-high"]


@every_version
def test_an_abridged_text_is_never_called_complete(nct_id: str, version: dict[str, Any]) -> None:
    tree = tree_of(version)
    if version["completeness"] == "complete":
        assert version["made_up"]
        assert tree.lost == ()
        anchors = {node.test.window.anchor for node in tree.statements if node.test and node.test.window}
        assert anchors == {"screening"}, "nothing is left to be checked again after the screening"


def test_the_table_in_the_manual_has_the_numbers() -> None:
    dictionary = {variable["code"]: variable for variable in VARIABLES}
    expected = []
    for nct_id, version in VERSIONS:
        tree = tree_of(version)
        kinds = [kind_of(node) for node in tree.statements]
        by_facts = [
            node
            for node in tree.statements
            if kind_of(node) == "typed" and node.test and decided(node.test, dictionary[node.test.variable])
        ]
        lines = sum(len(entry["lines"]) for entry in LEFT_OUT[nct_id]["left_out"])
        expected.append(
            [
                nct_id,
                version["label"],
                len(kinds),
                kinds.count("typed"),
                len(by_facts),
                *(kinds.count(kind) for kind in ("yes/no", "judgement")),
                len(tree.lost),
                len(tree.warnings) - len(tree.lost),
                lines if version["source"] == "registry" else "–",  # noqa: RUF001
            ]
        )
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in (ROOT / "docs/trials.md").read_text().splitlines()
        if line.startswith("| NCT")
    ]
    assert rows == [[str(cell) for cell in row] for row in expected]
