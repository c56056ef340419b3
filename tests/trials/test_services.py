"""Drafting and publishing criteria versions."""

from __future__ import annotations

import datetime

import pytest

from config.context import acting_as
from tests.factories import CONTENT, SMALL_TREE, TREE_WITH_COHORTS, make_trial, make_version, statement
from trials.criteria.tree import parse_tree
from trials.models import CriteriaVersion, Criterion, Variable
from trials.services import NotPublishableError, create_draft, publish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("document", [SMALL_TREE, TREE_WITH_COHORTS])
@pytest.mark.parametrize("published", [True, False])
def test_a_tree_comes_back_as_it_went_in(document: dict[str, object], published: bool) -> None:
    version = make_version(make_trial(), document, published=published)
    with acting_as(CONTENT):
        assert version.tree() == parse_tree(document)
        assert version.digest == parse_tree(document).digest


def test_every_operator_is_stored() -> None:
    document = {
        "inclusion": {
            "identifier": "in",
            "op": "all",
            "children": [
                {"identifier": "any", "op": "any", "children": [statement("a"), statement("b")]},
                {"identifier": "two", "op": "at_least", "k": 2, "children": [statement("c"), statement("d")]},
                {"identifier": "if", "op": "if", "children": [statement("e"), statement("f")]},
                {"identifier": "lost", "op": "lost", "text": "Item 1 is missing", "warnings": ["lost"]},
            ],
        },
        "exclusion": {
            "identifier": "ex",
            "op": "any",
            "children": [
                {"identifier": "not", "op": "not", "children": [statement("g", quota="30%", note="n")]},
                {"identifier": "but", "op": "except", "children": [statement("h"), statement("i")]},
                {"identifier": "ref", "op": "ref", "target": "two"},
            ],
        },
    }
    version = make_version(make_trial(), document, completeness="abridged")
    with acting_as(CONTENT):
        assert version.tree() == parse_tree(document)
        category = dict(Criterion.objects.values_list("identifier", "category"))
    assert category["f"] == "inclusion"
    assert category["i"] == "exclusion"


def test_a_published_tree_is_read_once(django_assert_num_queries: object) -> None:
    version = make_version(make_trial())
    with acting_as(CONTENT):
        version.tree()
        with django_assert_num_queries(0):  # type: ignore[operator]
            version.tree()


def test_numbers_follow_each_other() -> None:
    trial = make_trial()
    numbers = [make_version(trial, source=source).number for source in ("registry", "protocol", "registry")]
    assert numbers == [1, 2, 3]
    assert make_version(make_trial()).number == 1


def test_publishing_takes_a_reason() -> None:
    draft = make_version(make_trial(), published=False)
    with acting_as(CONTENT), pytest.raises(NotPublishableError, match="Say why"):
        publish(draft, reason="  ")


def test_a_version_is_published_once() -> None:
    version = make_version(make_trial())
    with acting_as(CONTENT), pytest.raises(NotPublishableError, match="already"):
        publish(version, reason="again")


def test_a_test_names_variables_of_the_dictionary() -> None:
    tree = {
        "inclusion": {"identifier": "in", "op": "all", "children": [
            statement("age", test={"variable": "age", "comparator": ">=", "value": 18, "unit": "a"})
        ]},
        "exclusion": {"identifier": "ex", "op": "any"},
    }  # fmt: skip
    draft = make_version(make_trial(), tree, published=False)
    with acting_as(CONTENT):
        with pytest.raises(NotPublishableError, match=r"age: there is no variable “age”"):
            publish(draft, reason="first version")
        Variable.objects.create(code="age", label="Age", kind="number", unit="a")
        assert publish(draft, reason="first version").is_published


def test_a_tree_that_is_none_is_not_published() -> None:
    draft = make_version(make_trial(), published=False)
    with acting_as(CONTENT):
        draft.criteria.filter(identifier="age").update(op="any", text="")
        with pytest.raises(NotPublishableError, match="children"):
            publish(draft, reason="first version")
        assert not CriteriaVersion.objects.get().is_published


def test_a_version_that_lost_text_is_not_complete() -> None:
    lost = {"identifier": "lost", "op": "lost", "text": "Item 1 is missing"}
    tree = {
        "inclusion": {"identifier": "in", "op": "all", "children": [lost]},
        "exclusion": {"identifier": "ex", "op": "any"},
    }
    with pytest.raises(NotPublishableError, match="abridged"):
        make_version(make_trial(), tree, completeness="complete")


def test_who_published_it_is_kept() -> None:
    draft = make_version(make_trial(), published=False)
    with acting_as(CONTENT):
        version = publish(draft, reason="first version", published_by="Ada Example")
        assert (version.published_by_name, version.change_reason) == ("Ada Example", "first version")
        unsigned = publish(make_version(make_trial(), published=False), reason="first version")
        assert unsigned.published_by_name == "system: test"


def test_the_date_of_effect_decides_which_version_is_screened_against() -> None:
    trial = make_trial()
    tree = parse_tree(SMALL_TREE)

    def add(label: str, effective: datetime.date | None) -> None:
        draft = create_draft(
            trial=trial,
            tree=tree,
            label=label,
            source="registry",
            completeness="complete",
            effective=effective,
        )
        publish(draft, reason="because")

    with acting_as(CONTENT):
        add("present", datetime.date(2026, 1, 22))
        add("to come", datetime.date(2999, 1, 1))
        add("earlier, corrected later", None)
        make_version(trial, label="draft", published=False)
        today = [version.label for version in CriteriaVersion.objects.in_effect()]
        later = [version.label for version in CriteriaVersion.objects.in_effect(datetime.date(2999, 1, 1))]
    assert today == ["present", "earlier, corrected later"]
    assert later == ["to come", "present", "earlier, corrected later"]
