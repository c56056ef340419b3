"""Whatever is asked is understood or refused; no request fails otherwise."""

from __future__ import annotations

import contextlib

import pytest
from django.db.models import Q
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from trials.api import essie
from trials.api.columns import FIELDS
from trials.api.parameters import OF_LIST, QUERIES, studies_asked
from trials.api.problems import BadRequestError
from trials.api.searched import Scope, condition

NAMES = sorted(OF_LIST | {"filter.phase"})
TEXTS = [
    "", " ", ",", "|", "x", "true", "csv", "json", "legacy", "10", "-1", "1001", "9" * 30, "RECRUITING",
    "COMPLETED|x", "NCT00000001", "nct1,NCT2", "NCT00000000", "distance(1,2,3km)", "distance(91,2,3)",
    "distance(1,2,9999999999999mi)", "StartDate", "StartDate:desc,EnrollmentCount", "@relevance", "@query",
    "NCTId|HasResults", "NCT Number", "phase:2 3,status:rec", "phase:", "a:b:c", "AREA[Phase]PHASE3",
    "\x00", "é٣",
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(TEXTS) | st.text(max_size=20)), max_size=5))
def test_any_parameters_are_understood_or_refused(pairs: list[tuple[str, str]]) -> None:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    with contextlib.suppress(BadRequestError):
        asked = studies_asked(query)
        assert 1 <= asked.page_size <= 1000
        assert len(asked.texts) <= len(QUERIES)


VALUES = [
    "x", "PHASE3", '"a b"', "MISSING", "RANGE[MIN,MAX]", "RANGE[2020-01-01,2021]", "RANGE[2021-13,MAX]",
    "RANGE[1 year,16 years]", "RANGE[5,x]", "2022", "01/31/2022", "true", "RECRUITING", "(a OR NOT b)",
    "18 years", "DRUG", "France", "AREA[Phase]PHASE2", "SEARCH[Location](AREA[LocationCity]x)",
]  # fmt: skip


@given(name=st.sampled_from([*sorted(FIELDS), "ConditionSearch", "Nothing"]), value=st.sampled_from(VALUES))
def test_any_value_of_any_field_is_a_condition_or_refused(name: str, value: str) -> None:
    scope = Scope(lambda area, text: Q(pk=1))
    for expression in (f"AREA[{name}]{value}", f"SEARCH[Location](NOT AREA[{name}]{value})"):
        with contextlib.suppress(BadRequestError):
            assert isinstance(condition(essie.parse(expression), scope), Q)


def test_a_token_is_the_same_requests_whatever_its_page_size() -> None:
    def digest(query: str) -> str:
        return studies_asked(QueryDict(query)).digest

    assert digest("query.term=a&pageSize=1&countTotal=true") == digest("pageToken=x&query.term=a")
    assert digest("query.term=a") != digest("query.term=b") != digest("query.cond=b")


@pytest.mark.parametrize(("text", "unit"), [("5km", 5.0), ("5mi", 8.04672), ("5", 8.04672)])
def test_a_distance_is_in_miles_where_no_unit_is_given(text: str, unit: float) -> None:
    [near] = studies_asked(QueryDict(f"filter.geo=distance(48.1,-1.7,{text})")).near
    assert near.km == pytest.approx(unit)
