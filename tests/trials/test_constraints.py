"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from config.context import acting_as
from tests.factories import CONTENT, make_trial, make_version
from trials.models import Cohort, CriteriaVersion, Criterion, Outcome, Site, Trial, Variable

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"nct_id": "NCT1"}, "trial_nct_id_format"),
        ({"nct_id": "nct00000001"}, "trial_nct_id_format"),
        ({"start_date": "2024-13"}, "trial_start_date_format"),
        ({"completion_date": "soon"}, "trial_completion_date_format"),
        ({"minimum_age_days": 10, "maximum_age_days": 9}, "trial_ages_in_order"),
        ({"enrollment_count": -1}, "enrollment_count"),
    ],
)
def test_a_trial(values: dict[str, Any], constraint: str) -> None:
    with acting_as(CONTENT), pytest.raises(IntegrityError, match=constraint):
        Trial.objects.create(**{"nct_id": "NCT00000001", **values})


def test_a_number_names_one_trial() -> None:
    make_trial("NCT00000001")
    with pytest.raises(IntegrityError, match="nct_id"):
        make_trial("NCT00000001")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"latitude": 91, "longitude": 0}, "site_coordinates_on_earth"),
        ({"latitude": 1, "longitude": 181}, "site_coordinates_on_earth"),
        ({"latitude": 1}, "site_coordinates_on_earth"),
        ({"origin": "moon"}, "site_origin_known"),
    ],
)
def test_a_site(values: dict[str, Any], constraint: str) -> None:
    trial = make_trial()
    with acting_as(CONTENT), pytest.raises(IntegrityError, match=constraint):
        Site.objects.create(trial=trial, address_key="a", **values)


def test_an_address_stands_once_a_turn() -> None:
    trial = make_trial()
    with acting_as(CONTENT):
        Site.objects.create(trial=trial, address_key="a")
        Site.objects.create(trial=trial, address_key="a", origin=Site.Origin.LOCAL)
        Site.objects.create(trial=trial, address_key="a", occurrence=2)
        with pytest.raises(IntegrityError, match="site_address_once"):
            Site.objects.create(trial=trial, address_key="a")


def test_rows_of_a_list_have_places_of_their_own() -> None:
    trial = make_trial()
    with acting_as(CONTENT):
        Outcome.objects.create(trial=trial, kind="primary", position=0)
        Outcome.objects.create(trial=trial, kind="secondary", position=0)
        with pytest.raises(IntegrityError, match="outcome_position"):
            Outcome.objects.create(trial=trial, kind="primary", position=0)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"op": "maybe"}, "criterion_op_known"),
        ({"category": "other"}, "criterion_category_known"),
        ({"op": "at_least"}, "criterion_k_for_at_least"),
        ({"op": "at_least", "k": 0}, "criterion_k_for_at_least"),
        ({"op": "all", "k": 1}, "criterion_k_for_at_least"),
        ({"op": "ref"}, "criterion_target_for_ref"),
        ({"op": "all", "target": "age"}, "criterion_target_for_ref"),
        ({"op": "all", "test": {"judgement": True}}, "criterion_test_for_statement"),
        ({"identifier": "age"}, "criterion_identifier"),
        ({"parent": None}, "criterion_one_root_a_category"),
    ],
)
def test_a_criterion(values: dict[str, Any], constraint: str) -> None:
    version = make_version(make_trial(), published=False)
    with acting_as(CONTENT):
        root = version.criteria.get(identifier="in")
        usual = {
            "category": "inclusion",
            "op": "statement",
            "identifier": "new",
            "position": 99,
            "parent": root,
        }
        with pytest.raises(IntegrityError, match=constraint):
            Criterion.objects.create(version=version, **{**usual, **values})


def test_a_parent_is_of_the_same_version() -> None:
    trial = make_trial()
    one, other = make_version(trial, published=False), make_version(trial, published=False)
    with acting_as(CONTENT):
        root = other.criteria.get(identifier="in")
        with pytest.raises(IntegrityError, match="criterion_parent_of_same_version"):
            one.criteria.filter(identifier="age").update(parent=root)


def test_state_and_publication_agree() -> None:
    version = make_version(make_trial(), published=False)
    with acting_as(CONTENT), pytest.raises(IntegrityError, match="state_follows_publication"):
        CriteriaVersion.objects.filter(pk=version.pk).update(state="published")


def test_a_cohort_has_a_code_of_its_own() -> None:
    version = make_version(make_trial(), published=False)
    with acting_as(CONTENT):
        Cohort.objects.create(version=version, position=0, code="A", label="A")
        with pytest.raises(IntegrityError, match="cohort_code"):
            Cohort.objects.create(version=version, position=1, code="A", label="B")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [({"kind": "thing"}, "variable_kind_known"), ({"loinc": "x"}, "variable_loinc_format")],
)
def test_a_variable(values: dict[str, Any], constraint: str) -> None:
    with acting_as(CONTENT), pytest.raises(IntegrityError, match=constraint):
        Variable.objects.create(**{"code": "a", "label": "A", "kind": "number", **values})
