"""Any two versions of a trial's criteria side by side."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.context import acting_as
from tests.factories import (
    CONTENT,
    PASSWORD,
    SMALL_TREE,
    TREE_WITH_COHORTS,
    Cast,
    make_cast,
    make_version,
    statement,
)
from tests.trials_views.catalogue import NUMBERS, add_documents, text_of
from trials.criteria.tree import parse_tree
from trials.models import CriteriaVersion, Trial
from trials.services import create_draft, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def amended() -> dict[str, Any]:
    """Age says another thing, lupus comes last, infection is gone, tuberculosis is new."""
    tree = copy.deepcopy(SMALL_TREE)
    age, lupus = tree["inclusion"]["children"]
    age["text"] = "Statement years"
    tree["inclusion"]["children"] = [lupus, age]
    tree["exclusion"]["children"][1] = statement("tb", "Tuberculosis", label="3.")
    return tree


def compared(client: Client, trial: Trial, status: int = 200, **asked: Any) -> str:
    address = reverse("trials:compare_criteria", args=[trial.nct_id])
    response = client.get(address, {key.rstrip("_"): value for key, value in asked.items()})
    assert response.status_code == status
    return response.text


def test_what_was_added_removed_reworded_and_moved_stands_side_by_side(client: Client, cast: Cast) -> None:
    make_version(cast.trial, amended(), label="2")
    page = compared(client, cast.trial, from_=1, to=2)
    assert "added: 1, removed: 1, reworded: 1, moved: 1." in text_of(page)
    for words in (
        "<del>2. Statement infection</del>",
        "<ins>3. Tuberculosis</ins>",
        "Statement <del>age</del>",
        "Statement <ins>years</ins>",
        "It was not there.",
        "It is gone.",
    ):
        assert words in page, words


def test_the_other_way_round_and_cohorts(client: Client, cast: Cast) -> None:
    make_version(cast.trial, TREE_WITH_COHORTS, label="2")
    there = text_of(compared(client, cast.trial, from_=1, to=2))
    back = text_of(compared(client, cast.trial, from_=2, to=1))
    assert "Cohort Before There was none. After Lupus" in there
    assert "Cohort Before Lupus After It is gone." in back


def test_a_changed_value_of_our_own_trial_is_shown_with_both_values(client: Client) -> None:
    add_documents("novartis")
    with acting_as(CONTENT):
        trial = Trial.objects.get(nct_id=NUMBERS["novartis"])
    page = text_of(compared(client, trial))
    assert "From Earlier registry text to 2026-01-22" in page
    assert "value changed: 4" in page
    assert "Decided by Before Age ≤ 65 years After Age ≤ 75 years" in page
    assert "Compare the versions side by side" in client.get(f"/trials/{trial.nct_id}/").text


def test_every_pair_can_be_chosen_and_the_newest_two_come_first(client: Client, cast: Cast) -> None:
    make_version(cast.trial, amended(), label="2")
    make_version(cast.trial, SMALL_TREE, label="3")
    assert "From 2 to 3" in text_of(compared(client, cast.trial))
    assert "From 1 to 2" in text_of(compared(client, cast.trial, to=2))
    page = compared(client, cast.trial, from_=1, to=3)
    assert "Nothing differs." in page
    assert 'value="1" selected' in page


@pytest.mark.parametrize("asked", [{"from_": "9"}, {"to": "x"}, {"from_": "1", "to": "-1"}])
def test_a_version_that_is_not_there_is_said_to_be_missing(
    client: Client, cast: Cast, asked: dict[str, str]
) -> None:
    make_version(cast.trial, amended(), label="2")
    assert "There is no such version here. Choose one of the list." in compared(
        client, cast.trial, status=404, **asked
    )


def test_one_version_alone_and_twice_the_same(client: Client, cast: Cast) -> None:
    assert "no other to compare it with" in compared(client, cast.trial)
    make_version(cast.trial, amended(), label="2")
    assert "the same version twice" in compared(client, cast.trial, from_=2, to=2)


def test_protocols_and_drafts_are_offered_to_those_who_may_read_them(client: Client, cast: Cast) -> None:
    make_version(cast.trial, amended(), label="Secret protocol", source="protocol")
    make_version(cast.trial, amended(), label="Half done", published=False)
    seen = {}
    for person in (None, cast.alice, cast.sven, cast.ada):
        if person:
            assert client.login(username=person.email, password=PASSWORD)
        page = compared(client, cast.trial)
        seen[person and person.printed_name] = ("Secret protocol" in page, "Half done: draft" in page)
    assert seen == {
        None: (False, False),
        "Alice Example": (True, False),
        "Sven Example": (True, False),
        "Ada Example": (True, True),
    }
    client.logout()
    assert "Secret protocol" not in compared(client, cast.trial, status=404, from_=1, to=2)


def test_a_former_number_leads_to_the_trial(client: Client, cast: Cast) -> None:
    with acting_as(CONTENT):
        Trial.objects.filter(pk=cast.trial.pk).update(nct_id_aliases=["NCT00000001"])
    response = client.get("/trials/NCT00000001/criteria/compare/?from=1")
    assert response["Location"] == f"/trials/{cast.trial.nct_id}/criteria/compare/?from=1"
    assert client.get("/trials/NCT00000002/criteria/compare/").status_code == 404


def dated(
    trial: Trial, label: str, effective: datetime.date | None, source: str = "registry"
) -> CriteriaVersion:
    with acting_as(CONTENT):
        draft = create_draft(
            trial=trial, tree=parse_tree(SMALL_TREE), label=label, source=source, completeness="complete"
        )
        return publish(draft, reason="A reason", effective=effective, published_by="Tests")


def test_a_version_is_followed_by_what_takes_effect_after_it(cast: Cast) -> None:
    """An unknown date of effect is older than any; among equal dates the publication decides."""
    march, april = datetime.date(2026, 3, 1), datetime.date(2026, 4, 1)
    for label, day in (("April", april), ("March", march), ("no date", None), ("March, mended", march)):
        dated(cast.trial, label, day)
    protocol = dated(cast.trial, "protocol", april, source="protocol")
    make_version(cast.trial, label="draft", published=False)
    with acting_as(CONTENT):
        order = ["April", "March, mended", "March", "no date", "1"]
        versions = CriteriaVersion.objects.filter(trial=cast.trial)
        for place, label in enumerate(order):
            following = versions.following(versions.get(label=label))
            assert [version.label for version in following] == order[:place]
        assert not versions.following(protocol).exists()
