"""Editing a draft: every step is stored, can be undone, and never overwrites another person's."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from config.context import acting_as, system
from tests.factories import SMALL_TREE, TREE_WITH_COHORTS, make_trial, make_version
from trials.criteria import edit, reshape
from trials.criteria.diff import compare
from trials.criteria.draft import Document, EditError, find
from trials.draft_rows import spaced
from trials.drafts import (
    Action,
    Draft,
    NotEditableError,
    StaleError,
    discard,
    new_identifiers,
    new_version_from,
    opened,
    publish_draft,
    redo,
    take_step,
    undo,
)
from trials.models import CriteriaVersion, Criterion, DraftRevision
from trials.models.criteria import tree_document
from trials.services import NotPublishableError

ADA = system("Ada", edits_content=True)


@pytest.fixture
def version(db: None) -> CriteriaVersion:
    published = make_version(make_trial(), SMALL_TREE)
    with acting_as(ADA):
        return new_version_from(published, label="2")


def words(version: CriteriaVersion, base: int, text: str, identifier: str = "age") -> Draft:
    def change(of: Document) -> Document:
        return edit.set_words(of, identifier, text=text)

    return take_step(version, base=base, action=Action.WORDS, edit=change, identifier=identifier)


def text_of(version: CriteriaVersion, identifier: str = "age") -> str:
    return str(find(tree_document(version.pk), identifier)["text"])


def test_a_new_version_has_the_criteria_of_the_old_one_under_the_same_identifiers(
    version: CriteriaVersion,
) -> None:
    with acting_as(ADA):
        old = CriteriaVersion.objects.get(trial=version.trial, label="1")
        assert (version.number, version.state) == (2, "draft")
        assert version.tree() == old.tree()
        with pytest.raises(NotEditableError):
            new_version_from(version, label="3")


def test_a_step_is_stored_at_once(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        draft = words(version, 0, "Aged 18 to 75")
        assert draft.revision == 1
        assert text_of(version) == "Aged 18 to 75"
        steps = [(step.number, step.action, step.made_by) for step in version.revisions.all()]
        assert steps == [(0, "start", "system: Ada"), (1, "words", "system: Ada")]
        assert draft.undoes is not None
        assert str(draft.undoes) == "Changed the words: 1. Aged 18 to 75"


def test_a_step_that_changes_nothing_is_none(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        assert words(version, 0, text_of(version)).revision == 0
        assert not version.revisions.exists()


def test_a_step_that_makes_no_sense_leaves_all_as_it_was(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        with pytest.raises(EditError):
            take_step(version, base=0, action=Action.MOVE, edit=lambda of: edit.move_up(of, "age"))
        assert opened(version).revision == 0


def test_steps_are_undone_and_done_again_in_order(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        start = text_of(version)
        for base, text in enumerate(("one", "two", "three")):
            words(version, base, text)
        assert (undo(version, base=3).revision, text_of(version)) == (4, "two")
        assert (undo(version, base=4).revision, text_of(version)) == (5, "one")
        assert (redo(version, base=5).revision, text_of(version)) == (6, "two")
        undo(version, base=6)
        draft = undo(version, base=7)
        assert (draft.undoes, text_of(version)) == (None, start)
        assert undo(version, base=8).revision == 8
        for base, text in ((8, "one"), (9, "two"), (10, "three")):
            draft = redo(version, base=base)
            assert text_of(version) == text
        assert draft.redoes is None


def test_a_new_step_after_undoing_leaves_nothing_to_do_again(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        words(version, 0, "one")
        undo(version, base=1)
        draft = words(version, 2, "other")
        assert draft.redoes is None
        undo(version, base=3)
        redo(version, base=4)
        assert text_of(version) == "other"


def test_two_people_do_not_overwrite_each_other(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        words(version, 0, "Ada's")
        with pytest.raises(StaleError) as caught:
            words(version, 0, "Bea's", "lupus")
        assert [str(step) for step in caught.value.steps] == ["Changed the words: 1. Ada's"]
        assert [change.identifier for change in compare(caught.value.before, caught.value.after).changes] == [
            "age"
        ]
        assert text_of(version) == "Ada's"
        for late in (undo, redo):
            with pytest.raises(StaleError):
                late(version, base=0)


def test_only_what_differs_is_written(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        before = {row.identifier: (row.pk, row.position) for row in version.criteria.all()}
        new = edit.new_node("new", text="New")
        take_step(version, base=0, action=Action.ADD, edit=lambda of: edit.add_after(of, "age", new))
        after = {row.identifier: (row.pk, row.position) for row in version.criteria.all()}
        assert after.pop("new")
        assert after == before
        assert [row.identifier for row in version.criteria.order_by("position")][:3] == ["in", "age", "new"]


def test_groups_are_made_moved_and_removed_whole(version: CriteriaVersion) -> None:
    def reshaped(of: Document) -> Document:
        of = edit.move(reshape.wrap(of, "age", "any", new="g"), "lupus", parent="g", index=1)
        of = reshape.split(of, "infection", ["Hepatitis", "HIV"], ["h", "i"], op="any")
        return edit.move(of, "infection", parent="in", index=0)

    with acting_as(ADA):
        draft = take_step(version, base=0, action=Action.MOVE, edit=reshaped)
        assert tree_document(version.pk) == draft.document
        assert version.criteria.get(identifier="h").category == "inclusion"
        draft = take_step(version, base=1, action=Action.REMOVE, edit=lambda of: edit.remove(of, "g"))
        assert not version.criteria.filter(identifier__in=["g", "age", "lupus"]).exists()
        draft = undo(version, base=2)
        assert [child["identifier"] for child in find(draft.document, "g")["children"]] == ["age", "lupus"]


def test_cohorts_are_stored(db: None) -> None:
    published = make_version(make_trial(), TREE_WITH_COHORTS)
    with acting_as(ADA):
        version = new_version_from(published, label="2")
        for change in (
            lambda of: edit.change_cohort(of, "SLE", new_code="L", label="Lupus", note="New name"),
            lambda of: edit.add_cohort(of, "V", "Vasculitis"),
            lambda of: edit.set_cohorts(of, "skin", ["V"]),
            lambda of: edit.remove_cohort(of, "SSc"),
        ):
            draft = opened(version)
            wanted = change(draft.document)
            take_step(version, base=draft.revision, action=Action.COHORT, edit=lambda _of, to=wanted: to)
            assert tree_document(version.pk) == wanted
        for _step in range(4):
            draft = undo(version, base=opened(version).revision)
        assert tree_document(version.pk) == tree_document(published.pk)


def test_more_rows_go_than_django_deletes_at_once(version: CriteriaVersion) -> None:
    texts = [f"Part {number}" for number in range(250)]
    with acting_as(ADA):
        parts = new_identifiers(250)
        take_step(
            version, base=0, action=Action.SPLIT, edit=lambda of: reshape.split(of, "age", texts, parts)
        )
        assert version.criteria.count() == 256
        undo(version, base=1)
        assert version.criteria.count() == 6


def test_only_a_draft_without_errors_is_published(version: CriteriaVersion) -> None:
    def publishing(base: int, *, seen: bool = True) -> CriteriaVersion:
        return publish_draft(
            version, base=base, reason="New limits", effective=datetime.date(2026, 3, 1), warnings_seen=seen,
            published_by="Ada",
        )  # fmt: skip

    with acting_as(ADA):
        typed = {"comparator": ">=", "value": 18}
        take_step(version, base=0, action=Action.TEST, edit=lambda of: edit.set_test(of, "age", typed))
        with pytest.raises(NotPublishableError, match="choose a variable"):
            publishing(1)
        undo(version, base=1)
        with pytest.raises(StaleError):
            publishing(1)
        text = text_of(version, "lupus")
        words(version, 2, text)
        with pytest.raises(NotPublishableError, match="looked at the warnings"):
            publishing(3, seen=False)
        done = publishing(3)
        assert (done.is_published, done.published_by_name, done.change_reason) == (True, "Ada", "New limits")
        for late in (
            lambda: words(version, 3, "late"),
            lambda: undo(version, base=3),
            lambda: discard(version),
        ):
            with pytest.raises(NotEditableError):
                late()


def test_a_history_is_read_by_editors_and_never_changed(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        words(version, 0, "one")
    with acting_as(system("reader")):
        assert not DraftRevision.objects.exists()
        assert not Criterion.objects.filter(version=version).exists()
    with acting_as(ADA), pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DraftRevision.objects.update(made_by="Somebody else")
    with acting_as(ADA):
        discard(version)
        assert not DraftRevision.objects.exists()


def test_a_history_ends_with_the_publication(version: CriteriaVersion) -> None:
    with acting_as(ADA):
        words(version, 0, "one")
        publish_draft(
            version,
            base=1,
            reason="r",
            effective=datetime.date(2026, 3, 1),
            warnings_seen=True,
            published_by="A",
        )
    with acting_as(ADA), pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        DraftRevision.objects.create(
            version=version, number=2, base=1, action="words", document={}, made_by="A"
        )


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=12))
def test_positions_ascend(positions: list[Any]) -> None:
    result = spaced(positions)
    assert all(low < high for low, high in pairwise(result))
    assert all(position >= 0 for position in result)


@given(st.lists(st.booleans(), max_size=12))
def test_what_has_a_position_keeps_it_where_there_is_room(new: list[bool]) -> None:
    positions = [None if each else place * 5000 for place, each in enumerate(new)]
    assert all(
        position in (None, result) for position, result in zip(positions, spaced(positions), strict=True)
    )
