"""An imported text is a draft that nobody has edited, until somebody does; none is published by itself."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from config.context import acting_as
from screening.models import AuditEvent, User
from tests.factories import CONTENT, acting, make_user, make_version
from tests.screening.trail import tampering, verify
from tests.trials.records import record
from tests.trials_store.test_merging import IMPORT, bulk
from trials.criteria.edit import remove
from trials.drafts import Action, StaleError, describe, discard, opened, publish_draft, take_step
from trials.models import CriteriaVersion, Criterion, Trial

pytestmark = pytest.mark.django_db

TEXT = "Inclusion Criteria:\n\n* Adults\n* Lupus\n\nExclusion Criteria:\n\n* HIV"


def load(text: str = TEXT, day: str = "2026-01-22") -> Trial:
    [result] = bulk(
        record(eligibilityModule={"eligibilityCriteria": text}, statusModule={"lastUpdateSubmitDate": day})
    )
    assert result.change
    return Trial.objects.get()


def versions() -> list[CriteriaVersion]:
    with acting_as(CONTENT):
        return list(CriteriaVersion.objects.order_by("number"))


def words(version: CriteriaVersion) -> list[str]:
    with acting_as(CONTENT):
        return [statement.text for statement in version.tree().statements]


@pytest.fixture
def ada() -> User:
    return make_user("Ada", is_staff=True)


def reword(version: CriteriaVersion, base: int, ada: User) -> None:
    with acting(ada):
        first = opened(version).document["inclusion"]["children"][0]["identifier"]
        take_step(version, base=base, action=Action.WORDS, edit=lambda document: remove(document, first))


def base_of(version: CriteriaVersion) -> int:
    with acting_as(CONTENT):
        return opened(version).revision


def test_an_imported_text_is_a_draft_without_rows_or_events() -> None:
    load()
    [draft] = versions()
    assert (draft.number, draft.label, draft.source, draft.untouched) == (1, "2026-01-22", "registry", True)
    assert (draft.state, draft.completeness) == ("draft", "abridged")
    assert words(draft) == ["Adults", "Lupus", "HIV"]
    assert not Criterion.objects.exists()
    assert not AuditEvent.objects.filter(table="trials_criteriaversion").exists()
    assert verify()[0] == 0


def test_an_untouched_draft_follows_its_text_and_goes_with_it() -> None:
    load()
    load("Inclusion:\n* Grown up", "2026-02-01")
    [draft] = versions()
    assert (draft.number, draft.label, words(draft)) == (1, "2026-02-01", ["Grown up"])
    load("Inclusion:\n* Grown up", "2026-03-01")
    assert versions()[0].label == "2026-02-01"
    load("", "2026-04-01")
    assert versions() == []
    assert verify()[0] == 0


def test_the_first_step_makes_it_somebody_s_work(ada: User) -> None:
    load()
    [draft] = versions()
    reword(draft, base_of(draft), ada)
    [touched] = versions()
    assert not touched.untouched
    assert words(touched) == ["Lupus", "HIV"]
    events = AuditEvent.objects.filter(table="trials_criteriaversion")
    with acting_as(CONTENT):
        assert [event.action for event in events] == ["update"]
    assert verify()[0] == 0
    load("Inclusion:\n* Grown up", "2026-02-01")
    first, second = versions()
    assert (first.untouched, second.untouched, second.number) == (False, True, 2)
    assert (words(first), words(second)) == (["Lupus", "HIV"], ["Grown up"])


def test_a_step_on_a_text_that_an_import_has_changed_is_refused(ada: User) -> None:
    load()
    [draft] = versions()
    seen = base_of(draft)
    load("Inclusion:\n* Grown up\n* Ill", "2026-02-01")
    with pytest.raises(StaleError):
        reword(draft, seen, ada)
    assert versions()[0].untouched


def test_a_published_version_is_followed_by_a_draft_when_the_text_changes(ada: User) -> None:
    load()
    [draft] = versions()
    with acting(ada):
        publish_draft(
            draft,
            base=base_of(draft),
            reason="as registered",
            effective=datetime.date(2026, 1, 22),
            warnings_seen=True,
            published_by="Ada",
        )
    [published] = versions()
    assert published.is_published
    assert words(published) == ["Adults", "Lupus", "HIV"]
    load(day="2026-02-01")  # another day, the same text
    assert len(versions()) == 1
    load("Inclusion:\n* Grown up", "2026-03-01")
    assert [version.untouched for version in versions()] == [False, True]
    assert verify()[0] == 0


def test_naming_it_is_touching_it_and_discarding_it_is_on_record(ada: User) -> None:
    load()
    with acting(ada):
        describe(versions()[0], label="Ours", completeness="abridged")
    assert [(version.label, version.untouched) for version in versions()] == [("Ours", False)]
    load("Inclusion:\n* Grown up", "2026-02-01")
    with acting(ada):
        discard(versions()[1])
        assert AuditEvent.objects.filter(table="trials_criteriaversion").latest("pk").action == "delete"
    assert verify()[0] == 0


def test_a_registry_version_that_is_there_is_not_drafted_again() -> None:
    trial = load("")
    make_version(trial, label="by hand")
    assert load("", "2026-02-01") == trial
    assert len(versions()) == 1


ADD_A_PART = """
insert into trials_criterion
    (version_id, position, category, identifier, op, label, text, target, cohorts, note, quota, warnings)
select id, 0, 'inclusion', 'i', 'all', '', '', '', '{}', '', '', '{}' from trials_criteriaversion
"""


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("update trials_criteriaversion set label = 'x'", "imports alone"),
        ("insert into trials_criteriaversion select * from trials_criteriaversion", "imports alone"),
        (ADD_A_PART, "untouched and has no parts"),
    ],
)
def test_nobody_changes_it_unseen(statement: str, refusal: str) -> None:
    load()
    with acting_as(CONTENT), connection.cursor() as cursor, pytest.raises(DatabaseError, match=refusal):
        cursor.execute(statement)


def test_what_was_touched_cannot_hide_behind_the_word(ada: User) -> None:
    load()
    describing = versions()[0]
    with acting(ada):
        describe(describing, label="Ours", completeness="abridged")
    with pytest.raises(DatabaseError, match="was touched"), acting_as(IMPORT):
        CriteriaVersion.objects.update(untouched=True)
    with tampering("trials_criteriaversion") as cursor:
        cursor.execute("set local app.edits_content = 'on'")
        cursor.execute("update trials_criteriaversion set untouched = true")
        assert cursor.rowcount == 1
    status, _out, err = verify()
    assert status == 1
    assert "not what its last event says" in err


def test_today_counts_them_and_lists_none(ada: User, client: Client) -> None:
    load()
    client.force_login(ada)
    page = client.get("/screening/today/").content.decode()
    assert "1 draft of an imported text" in page
    assert "No draft waits to be published." in page


def test_the_editor_opens_it_and_edits_it(ada: User, client: Client) -> None:
    load()
    client.force_login(ada)
    address = "/trials/NCT01234567/versions/1/"
    page = client.get(address)
    assert page.status_code == 200
    assert "Lupus" in page.content.decode()
    stale = client.post(f"{address}step/", {"do": "undo", "base": "0"}, headers={"HX-Request": "true"})
    assert stale.status_code == 409
    assert "changed meanwhile" in stale.content.decode()
