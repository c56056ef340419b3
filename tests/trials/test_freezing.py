"""A published version never changes: not by the ORM, not in bulk, not while it is being published."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import Error, IntegrityError, ProgrammingError, connection, transaction

from config.context import acting_as
from tests.factories import CONTENT, TREE_WITH_COHORTS, make_trial, make_version
from trials.models import Cohort, CriteriaVersion, Criterion
from trials.models.criteria import tree_document
from trials.services import publish

type Change = Callable[[CriteriaVersion], Any]

pytestmark = pytest.mark.django_db


@pytest.fixture
def published() -> CriteriaVersion:
    return make_version(make_trial(), TREE_WITH_COHORTS)


@pytest.fixture
def draft() -> CriteriaVersion:
    return make_version(make_trial(), TREE_WITH_COHORTS, published=False)


def new_node(version: CriteriaVersion) -> Criterion:
    return Criterion(
        version=version,
        parent=version.criteria.get(identifier="in"),
        category="inclusion",
        op="statement",
        identifier="new",
        text="New",
        position=99,
    )


def save_with_other_words(node: Criterion) -> None:
    node.text = "x"
    node.save()


CHANGES: dict[str, Change] = {
    "version updated": lambda version: CriteriaVersion.objects.filter(pk=version.pk).update(label="x"),
    "version unpublished": lambda version: CriteriaVersion.objects.filter(pk=version.pk).update(
        state="draft", published_at=None
    ),
    "version deleted": lambda version: CriteriaVersion.objects.filter(pk=version.pk)._raw_delete("default"),
    "node added": lambda version: new_node(version).save(),
    "nodes added in bulk": lambda version: Criterion.objects.bulk_create([new_node(version)]),
    "node updated": lambda version: version.criteria.filter(identifier="age").update(text="x"),
    "node saved": lambda version: save_with_other_words(version.criteria.get(identifier="age")),
    "node deleted": lambda version: version.criteria.filter(identifier="age").delete(),
    "cohort added": lambda version: Cohort.objects.create(version=version, position=9, code="X", label="X"),
    "cohort updated": lambda version: version.cohorts.update(label="x"),
    "cohort deleted": lambda version: version.cohorts.all().delete(),
}


CHANGES_OF_PARTS = [name for name in CHANGES if not name.startswith("version")]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_published_version_refuses(change: Change, published: CriteriaVersion) -> None:
    with acting_as(CONTENT):
        before = published.tree().digest
        with pytest.raises(IntegrityError, match="published and never changes"), transaction.atomic():
            change(published)
        assert CriteriaVersion.objects.get(pk=published.pk).tree().digest == before


@pytest.mark.parametrize("name", CHANGES_OF_PARTS)
def test_a_draft_allows(name: str, draft: CriteriaVersion) -> None:
    with acting_as(CONTENT):
        before = tree_document(draft.pk)
        CHANGES[name](draft)
        assert tree_document(draft.pk) != before


def test_a_draft_can_be_deleted(draft: CriteriaVersion) -> None:
    with acting_as(CONTENT):
        draft.delete()
        assert not Criterion.objects.exists()


def test_a_version_begins_as_a_draft(draft: CriteriaVersion) -> None:
    with acting_as(CONTENT):
        draft.pk, draft.number, draft.state = None, 9, "published"
        draft.published_at = draft.created_at
        with pytest.raises(IntegrityError, match="starts as a draft"):
            draft.save()


def test_a_node_never_moves_to_another_version(draft: CriteriaVersion) -> None:
    other = make_version(draft.trial, published=False)
    with acting_as(CONTENT), pytest.raises(IntegrityError, match="never moves"):
        draft.criteria.filter(identifier="age").update(version=other)


def test_the_application_role_cannot_truncate(published: CriteriaVersion) -> None:
    with acting_as(CONTENT), connection.cursor() as cursor:
        for table in ("trials_criterion", "trials_cohort", "trials_criteriaversion"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(f"truncate {table} cascade")


def test_the_application_role_cannot_put_the_trigger_aside(published: CriteriaVersion) -> None:
    with acting_as(CONTENT), connection.cursor() as cursor:
        for statement in (
            "alter table trials_criterion disable trigger all",
            "set session_replication_role = replica",
            "create or replace function trials_freeze_part() returns trigger language plpgsql as 'begin end'",
        ):
            with pytest.raises(Error, match=r"must be owner|permission denied"), transaction.atomic():
                cursor.execute(statement)


# Two connections at once. Each waits until the database says that the other is held up by it.


def elsewhere(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Future[Any]:
    def run() -> Any:
        try:
            with acting_as(CONTENT):
                return work()
        finally:
            connection.close()

    return pool.submit(run)


def wait_until_somebody_waits_for_us() -> None:
    deadline = time.monotonic() + 10
    waiting = "select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(f"select exists ({waiting})")
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.01)
    pytest.fail("nobody waits")


@pytest.mark.parametrize("name", CHANGES_OF_PARTS)
def test_whoever_edits_during_a_publication_waits_and_is_refused(name: str, draft: CriteriaVersion) -> None:
    with ThreadPoolExecutor(1) as pool:
        with acting_as(CONTENT):
            publish(draft, reason="first version")
            edit = elsewhere(pool, lambda: CHANGES[name](draft))
            wait_until_somebody_waits_for_us()
        with pytest.raises(IntegrityError, match="published and never changes"):
            edit.result(timeout=10)
    with acting_as(CONTENT):
        assert "new" not in CriteriaVersion.objects.get().tree().nodes


def test_a_publication_waits_for_whoever_edits_and_has_what_was_edited(draft: CriteriaVersion) -> None:
    with ThreadPoolExecutor(1) as pool:
        with acting_as(CONTENT):
            new_node(draft).save()
            publication = elsewhere(pool, lambda: publish(draft, reason="first version"))
            wait_until_somebody_waits_for_us()
        version = publication.result(timeout=10)
    with acting_as(CONTENT):
        assert "new" in version.tree().nodes
        assert version.digest == version.tree().digest


def test_one_of_two_publications_at_once_is_refused(draft: CriteriaVersion) -> None:
    together = threading.Barrier(2)

    def attempt() -> str:
        together.wait(timeout=10)
        return publish(draft, reason="first version").state

    with ThreadPoolExecutor(2) as pool:
        attempts = [elsewhere(pool, attempt) for _ in range(2)]
        problems = [attempt.exception(timeout=10) for attempt in attempts]
    assert sorted(str(problem) for problem in problems) == [
        "None",
        "This version has been published already.",
    ]
