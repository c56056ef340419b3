"""What a trial's page says of the last change of its criteria."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
from django.test import Client

from config.context import acting_as
from tests.factories import CONTENT, SMALL_TREE, make_trial, make_version, statement
from tests.trials_views.catalogue import NUMBERS, add_documents, text_of
from trials.criteria.tree import parse_tree
from trials.models import Trial
from trials.services import create_draft, publish

pytestmark = pytest.mark.django_db


def line(client: Client, trial: Trial) -> str:
    return text_of(client.get(f"/trials/{trial.nct_id}/").content.decode())


def version(trial: Trial, tree: dict[str, Any], label: str, day: int, reason: str) -> None:
    with acting_as(CONTENT):
        draft = create_draft(
            trial=trial, tree=parse_tree(tree), label=label, source="registry", completeness="complete"
        )
        publish(draft, reason=reason, effective=datetime.date(2026, 1, day), published_by="Tests")


def test_statements_are_counted_as_changed_added_and_removed(client: Client) -> None:
    trial = make_trial()
    after = copy.deepcopy(SMALL_TREE)
    age, lupus = after["inclusion"]["children"]
    age["text"] = "Another age"
    lupus["label"] = "3."
    after["exclusion"]["children"] = [after["exclusion"]["children"][0], statement("tuberculosis")]
    version(trial, SMALL_TREE, "1", 5, "first")
    assert "The criteria have not changed here since 5 Jan 2026." in line(client, trial)
    version(trial, after, "2", 9, "Amendment 2.")
    assert (
        "Criteria changed on 9 Jan 2026: 2 statements changed, 1 statement added, 1 statement removed. "
        "Amendment 2." in line(client, trial)
    )


def test_what_is_not_public_is_no_change(client: Client) -> None:
    trial = make_trial()
    assert "Criteria changed" not in line(client, trial)
    make_version(trial, source="protocol")
    make_version(trial, published=False, label="2")
    assert "riteria changed" not in line(client, trial)
    assert "have not changed" not in line(client, trial)


def test_the_change_of_our_own_trial_is_named(client: Client) -> None:
    add_documents("novartis")
    text = text_of(client.get(f"/trials/{NUMBERS['novartis']}/").content.decode())
    assert "Criteria changed on 22 Jan 2026: 4 statements changed. The record as last updated" in text
