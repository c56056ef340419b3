"""A study's JSON as a line of a table, as a reference, and its criteria as FHIR: without a database."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import rispy
from fhir.resources.bundle import Bundle
from fhir.resources.evidencevariable import EvidenceVariable
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.criteria.documents import with_test
from tests.logic.trees import ELIGIBLE, NO, YES, build, group, leaf, outcome_in, trees
from tests.trials.records import record
from trials.criteria.tree import Tree, parse_tree
from trials.handing_on.fhir.eligibility import Criteria
from trials.handing_on.fhir.participants import Published, eligibility
from trials.handing_on.fhir.research_study import bundle
from trials.handing_on.fhir.statements import Variable
from trials.handing_on.ris import as_ris
from trials.handing_on.table import COLUMNS, as_csv

type Element = dict[str, Any]


def holds(each: Element, answers: Mapping[str, bool], by_link: Mapping[str, Element]) -> bool:
    """Whether a characteristic is true, as R5 reads one; a statement's text is its answer."""
    if "definitionId" in each:
        value = holds(by_link[each["definitionId"]], answers, by_link)
    elif "definitionCodeableConcept" in each:
        value = answers[each["definitionCodeableConcept"]["text"]]
    else:
        combination = each["definitionByCombination"]
        values = [holds(part, answers, by_link) for part in combination["characteristic"]]
        needed = {"all-of": len(values), "any-of": 1, "at-least": combination.get("threshold")}
        value = sum(values) >= needed[combination["code"]]
    return value != each.get("exclude", False)


def by_link(characteristics: Sequence[Element]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for each in characteristics:
        if "linkId" in each:
            assert each["linkId"] not in found
            found[each["linkId"]] = each
        found |= by_link(each.get("definitionByCombination", {}).get("characteristic", []))
    return found


@given(tree=trees(), data=st.data())
def test_whoever_has_the_characteristics_is_eligible_and_nobody_else(tree: Tree, data: st.DataObject) -> None:
    assume(not tree.lost)
    cohort = data.draw(st.sampled_from(tree.cohorts or [None]))
    characteristics = Criteria(tree, {}, lambda test: "", cohort).characteristics()
    assume(any(each.get("exclude") is None for each in characteristics))
    EvidenceVariable.model_validate(
        {"resourceType": "EvidenceVariable", "status": "active", "characteristic": characteristics}
    )
    said = {node.identifier: data.draw(st.booleans()) for node in tree.statements}
    answers = {name: YES if value else NO for name, value in said.items()}
    links = by_link(characteristics)
    texts = {name.upper(): value for name, value in said.items()}
    expected = outcome_in(tree, cohort and cohort.code, answers) == ELIGIBLE
    assert all(holds(each, texts, links) for each in characteristics) == expected


def test_a_group_that_does_not_apply_neither_includes_nor_excludes() -> None:
    condition = group("if", "x.if", leaf("woman"), leaf("pregnant"))
    tree = build(["a"], [group("all", "x", condition)])
    characteristics = Criteria(tree, {}, lambda test: "").characteristics()
    for woman, pregnant, expected in ((False, False, True), (True, False, True), (True, True, False)):
        answers = {"A": True, "WOMAN": woman, "PREGNANT": pregnant}
        links = by_link(characteristics)
        assert all(holds(each, answers, links) for each in characteristics) is expected, answers


CK = {"type": {"coding": [{"system": "urn:trialdesk:variable", "code": "lab.ck"}], "text": "Creatine kinase"}}
IN_UCUM = {"system": "http://unitsofmeasure.org"}


def quantity(value: float, unit: str, **more: Any) -> Element:
    return {"value": value, "unit": unit, "code": unit, **IN_UCUM, **more}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (
            {"comparator": ">", "value": 3, "relative_to": "ULN"},
            {**CK, "valueQuantity": quantity(3, "{ULN}", comparator=">")},
        ),
        (
            {"comparator": "<=", "value": 50, "unit": "%", "relative_to": "% predicted"},
            {**CK, "valueQuantity": quantity(50, "%{predicted}", comparator="<=")},
        ),
        (
            {"comparator": "between", "value": [1, 2], "unit": "U/L"},
            {**CK, "valueRange": {"low": quantity(1, "U/L"), "high": quantity(2, "U/L")}},
        ),
        ({"comparator": "present"}, {**CK, "valueBoolean": True}),
        ({"comparator": "=", "value": "high"}, {**CK, "valueCodeableConcept": {"text": "high"}}),
    ],
)
def test_a_typed_statement_is_a_type_with_a_value(test: dict[str, Any], expected: Element) -> None:
    tree = parse_tree(with_test(variable="lab.ck", **test))
    [inclusion] = Criteria(tree, {"lab.ck": Variable("Creatine kinase")}, lambda test: "").characteristics()
    [statement] = inclusion["definitionByCombination"]["characteristic"]
    assert statement["definitionByTypeAndValue"] == expected


def test_a_value_below_the_smallest_of_two_is_below_both_and_one_of_an_earlier_value_stays_words() -> None:
    def definition(*terms: Any) -> Element:
        tree = parse_tree(with_test(variable="lab.b", comparator="<", value={"min": list(terms)}))
        [inclusion] = Criteria(tree, {}, lambda test: "").characteristics()
        return inclusion["definitionByCombination"]["characteristic"][0]

    both = definition({"limit": "LLN"}, 5)["definitionByCombination"]
    assert (both["code"], len(both["characteristic"])) == ("all-of", 2)
    assert definition({"limit": "LLN"}, {"prior": "before rituximab"})["definitionCodeableConcept"]


def test_a_window_before_an_event_is_a_negative_time() -> None:
    window = {"anchor": "infusion", "direction": "before", "min": "P1W", "max": "P1Y6M"}
    tree = parse_tree(with_test(window=window))
    [inclusion] = Criteria(tree, {}, lambda test: "").characteristics()
    [time] = inclusion["definitionByCombination"]["characteristic"][0]["timeFromEvent"]
    assert time["eventCodeableConcept"]["text"] == "infusion"
    assert (time["range"]["low"]["value"], time["range"]["low"]["code"]) == (-18, "mo")
    assert (time["range"]["high"]["value"], time["range"]["high"]["code"]) == (-1, "wk")


def test_each_cohort_has_an_eligibility_of_its_own() -> None:
    tree = build(["a", leaf("b", cohorts=["SLE"])], [leaf("c", cohorts=["SSc"])], cohorts="SLE SSc")
    whole, *cohorts = eligibility(record(), Published("1", tree), {}, lambda test: "")
    assert [each["title"] for each in cohorts] == [
        "Who may join NCT01234567: SLE",
        "Who may join NCT01234567: SSc",
    ]
    assert [sorted(by_link(each["characteristic"])) for each in cohorts] == [
        ["a", "b", "inclusion"],
        ["a", "c", "exclusion", "inclusion"],
    ]
    choice = whole["characteristic"][-1]["definitionByCombination"]
    assert (choice["code"], len(choice["characteristic"])) == ("any-of", 2)


def test_a_study_is_a_line_of_the_registrys_own_table() -> None:
    [header, line] = csv.reader(io.StringIO("".join(as_csv([record()])), newline=""))
    cells = dict(zip(header, line, strict=True))
    assert header == list(COLUMNS)
    assert cells == dict.fromkeys(COLUMNS, "") | {
        "NCT Number": "NCT01234567",
        "Study Title": "A Study in Myositis",
        "Study URL": "https://clinicaltrials.gov/study/NCT01234567",
        "Study Status": "RECRUITING",
        "Brief Summary": "What it is about.\n\n* a\n* b",
        "Study Results": "NO",
        "Conditions": "Myositis",
        "Interventions": "DRUG: Cells: new|OTHER: Usual care",
        "Primary Outcome Measures": "Response, Week 52",
        "Secondary Outcome Measures": "Safety|Pain",
        "Sponsor": "Example Pharma",
        "Collaborators": "Someone Else",
        "Sex": "ALL",
        "Age": "ADULT, OLDER_ADULT",
        "Phases": "PHASE1|PHASE2",
        "Enrollment": "0",
        "Funder Type": "INDUSTRY",
        "Study Type": "INTERVENTIONAL",
        "Study Design": "Allocation: NA|Intervention Model: SINGLE_GROUP"
        "|Masking: DOUBLE (PARTICIPANT, INVESTIGATOR)|Primary Purpose: ",
        "Other IDs": "ABC-1|2020-000001-11",
        "Start Date": "2024-12",
        "Completion Date": "2030-07-17",
        "Locations": "Investigational Site, Singapore, 119074, Singapore"
        "|Investigational Site, Singapore, 169608, Singapore"
        "|Investigational Site, Singapore, 119074, Singapore|Hospital, Málaga, 29010, Spain",
    }


def test_no_cell_is_a_formula() -> None:
    study = record(identificationModule={"briefTitle": "=HYPERLINK(1)", "acronym": "@SUM"})
    [_, line] = csv.reader(io.StringIO("".join(as_csv([study])), newline=""))
    assert line[1] == "'=HYPERLINK(1)"
    assert line[3] == "'@SUM"


def test_a_reference_is_read_as_it_was_written() -> None:
    studies = [
        record(),
        record(identificationModule={"nctId": "NCT00000002", "briefTitle": "Two\nER  - lines"}),
    ]
    first, second = rispy.loads("".join(as_ris(studies)))
    assert first["accession_number"] == "NCT01234567"
    assert first["authors"] == ["Dr One"]
    assert first["keywords"] == ["Myositis", "Cells: new", "Usual care", "IIM"]
    assert first["year"] == "2024"
    assert "Status: Recruiting" in first["notes"]
    assert first["urls"] == ["https://clinicaltrials.gov/study/NCT01234567"]
    assert second["title"] == "Two ER - lines"


def test_a_record_of_nothing_but_its_number_is_handed_on_too() -> None:
    bare = {"protocolSection": {"identificationModule": {"nctId": "NCT00000003"}}}
    assert "NCT00000003" in "".join(as_csv([bare], header=False))
    assert rispy.loads("".join(as_ris([bare])))[0]["accession_number"] == "NCT00000003"
    Bundle.model_validate(bundle(bare, eligibility(bare, None, {}, lambda test: "")))
