"""A record becomes values, or a list of what is wrong with it; the database is not asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.records import locations, record
from trials.importers.ctgov import read_study
from trials.importers.problems import ImportProblem, RejectedError


def problems(whole: object, *, strict: bool = False) -> dict[str, str]:
    with pytest.raises(RejectedError) as caught:
        read_study(whole, strict=strict)
    return {problem.path: problem.reason for problem in caught.value.problems}


def test_enumerations_and_ages_are_kept_as_written() -> None:
    trial = read_study(record(statusModule={"overallStatus": "BRAND_NEW"})).trial
    assert trial["overall_status"] == "BRAND_NEW"
    assert (trial["minimum_age"], trial["maximum_age"]) == ("18 Years", "75 Years")
    assert trial["phases"] == ["PHASE1", "PHASE2"]


def test_nought_is_a_number_and_absent_is_none() -> None:
    assert read_study(record()).trial["enrollment_count"] == 0
    assert read_study(record(designModule={"enrollmentInfo": {}})).trial["enrollment_count"] is None


def test_arms_and_interventions_are_linked_from_either_side() -> None:
    assert read_study(record()).arm_interventions == {(0, 0), (1, 1)}


def test_a_record_with_nothing_but_its_number_is_read() -> None:
    bare = {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}
    assert read_study(bare, strict=True).places == []


def test_ages_that_contradict_each_other_are_kept_but_not_searched_by() -> None:
    reversed_ages = record(eligibilityModule={"minimumAge": "70 Years", "maximumAge": "18 Years"})
    trial = read_study(reversed_ages).trial
    assert (trial["minimum_age"], trial["minimum_age_days"], trial["maximum_age_days"]) == (
        "70 Years",
        None,
        None,
    )
    assert "protocolSection.eligibilityModule.minimumAge" in problems(reversed_ages, strict=True)


def test_every_problem_is_named_with_its_path() -> None:
    whole = record(
        identificationModule={"nctId": "NCT1", "briefTitle": "a\0b", "officialTitle": "\ud800"},
        designModule={"phases": "PHASE1", "enrollmentInfo": {"count": "12"}},
        statusModule={"startDateStruct": {"date": "December 2024"}, "overallStatus": ["RECRUITING"]},
        eligibilityModule={"healthyVolunteers": "No"},
    )
    locations(whole)[1]["zip"] = 7740
    locations(whole)[3]["geoPoint"] = {"lat": float("nan"), "lon": 181}
    assert problems(whole) == {
        "protocolSection.identificationModule.nctId": "an NCT number is needed: NCT and eight digits",
        "protocolSection.identificationModule.briefTitle": "the text has a NUL character",
        "protocolSection.identificationModule.officialTitle": "the text has half of a surrogate pair",
        "protocolSection.designModule.phases": "a list is needed, not text",
        "protocolSection.designModule.enrollmentInfo.count": "a whole number is needed, not text",
        "protocolSection.statusModule.startDateStruct.date": (
            "not a date such as 2024-12-17, 2024-12 or 2024: 'December 2024'"
        ),
        "protocolSection.statusModule.overallStatus": "text is needed, not a list",
        "protocolSection.eligibilityModule.healthyVolunteers": "true or false is needed, not text",
        "protocolSection.contactsLocationsModule.locations[1].zip": (
            "text is needed, not a number (put it in quotes)"
        ),
        "protocolSection.contactsLocationsModule.locations[3].geoPoint.lat": (
            "a number from -90 to 90 is needed"
        ),
        "protocolSection.contactsLocationsModule.locations[3].geoPoint.lon": (
            "a number from -180 to 180 is needed"
        ),
    }


@pytest.mark.parametrize("whole", [None, [], "NCT00000001", {}, {"protocolSection": None}])
def test_what_is_no_record_is_said_to_be_none(whole: object) -> None:
    assert "protocolSection" in problems(whole)


def test_a_huge_number_is_a_problem_and_not_a_crash() -> None:
    assert problems(record(designModule={"enrollmentInfo": {"count": 10**5000}}))


def test_half_a_coordinate_is_a_problem() -> None:
    whole = record()
    locations(whole)[0]["geoPoint"] = {"lat": 1.3}
    assert "protocolSection.contactsLocationsModule.locations[0].geoPoint" in problems(whole)


def test_a_key_that_nobody_reads_is_a_problem_in_a_document_written_by_hand() -> None:
    whole = record(identificationModule={"briefTitel": "typing mistake"})
    locations(whole)[0]["citty"] = "Singapore"
    read_study(whole)
    assert list(problems(whole, strict=True)) == [
        "protocolSection.identificationModule.briefTitel",
        "protocolSection.contactsLocationsModule.locations[0].citty",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(categories=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path] * bool(path) + [found for key, item in inner for found in _paths(item, (*path, key))]


@given(st.sampled_from(_paths(record())), JSON)
def test_whatever_stands_anywhere_is_read_or_named(path: tuple[Any, ...], value: object) -> None:
    whole = record()
    owner: Any = whole
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = value
    found: tuple[ImportProblem, ...] = ()
    try:
        read_study(whole, strict=True)
    except RejectedError as error:
        found = error.problems
    assert all(problem.path and problem.reason for problem in found)
