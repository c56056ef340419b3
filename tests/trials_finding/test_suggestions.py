"""What is suggested to somebody who types, and where it goes."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.trials_views.catalogue import add_trial

pytestmark = pytest.mark.django_db


def suggested(client: Client, query: str) -> list[tuple[str, str, str]]:
    """Field, value and what is said of each suggestion, in their order."""
    html = client.get(f"/trials/suggestions/?{query}").text
    found = re.findall(r'data-field="(\w+)" data-value="([^"]*)".*?option-kind">([^<]*)<', html)
    assert html.count('role="option"') == len(found)
    return found


def test_names_are_suggested_kind_by_kind_and_go_into_the_field_that_they_are_of(client: Client) -> None:
    for number, conditions in ((1, ["Examplitis", "Myositis"]), (2, ["Myositis"])):
        add_trial(f"NCT{number:08}", conditionsModule={"conditions": conditions})
    assert suggested(client, "q=myo") == [("q", "Myositis", "Condition · 2 trials")]
    both = suggested(client, "q=EXAMP")
    assert both[0] == ("q", "Examplitis", "Condition · 1 trial")
    assert ("sponsor", "Example Pharma", "Sponsor · 2 trials") in both
    assert [field for field, _value, _said in suggested(client, "near=Renn")][:1] == ["near"]


@pytest.mark.parametrize(
    "query", ["", "q=", "q=m", "q=%00", "near=", "near=%00%00", "q=" + "x" * 5000, "q=<b>"]
)
def test_what_begins_nothing_is_suggested_nothing(client: Client, query: str) -> None:
    add_trial("NCT00000001")
    assert suggested(client, query) == []
