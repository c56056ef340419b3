"""The trail's events are chained, so that a changed, missing or inserted one is found."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections

from config.context import Context, acting_as
from screening.models import AuditEvent, Patient, Screening
from tests.factories import CONTENT, PASSWORD, Cast, acting, answer, make_cast, make_screening
from tests.screening.trail import events, tampering, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")


def test_a_trail_that_nobody_touched_is_whole(cast: Cast, screening: Screening) -> None:
    make_screening(cast.charlie, cast.iowa_site, cast.version)
    answer(cast.alice, screening, "age", "yes")
    code, out, err = verify()
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "chains=3 faults=0"
    assert f"chain {cast.rennes.pk}: whole, " in out


def test_a_changed_event_is_named(cast: Cast, screening: Screening) -> None:
    event = events(cast, "screening_patient")[0]
    with tampering("screening_auditevent") as cursor:
        cursor.execute(
            "update screening_auditevent set after = replace(after, 'P-1', 'P-2') where id = %s", [event.pk]
        )
    code, out, err = verify()
    assert code == 1
    changed, differs = err.splitlines()
    assert changed.endswith(f"event {event.pk}: its event was changed")
    assert differs.endswith(f"screening_patient, row {event.row}: it is not what its last event says")
    assert f"chain {cast.rennes.pk}: BROKEN" in out
    assert out.splitlines()[-1] == "chains=2 faults=2"


def test_a_removed_event_is_named(cast: Cast, screening: Screening) -> None:
    event = events(cast, "screening_patient")[0]
    with tampering("screening_auditevent") as cursor:
        cursor.execute("delete from screening_auditevent where id = %s", [event.pk])
    code, _out, err = verify()
    assert (code, f"event {event.pk}: its event is missing" in err) == (1, True)
    with tampering("screening_auditlink") as cursor:
        cursor.execute("delete from screening_auditlink where event_id = %s", [event.pk])
    code, _out, err = verify()
    assert (code, "links before it are missing" in err) == (1, True)


def test_an_inserted_event_is_named(cast: Cast, screening: Screening) -> None:
    with tampering("screening_auditevent") as cursor:
        cursor.execute(
            """
            insert into screening_auditevent (chain, at, actor, "table", "row", action, reason)
            values (%s, now(), 'Mallory', 'screening_patient', '1', 'delete', '') returning id
            """,
            [cast.rennes.pk],
        )
        [(inserted,)] = cursor.fetchall()
    code, _out, err = verify()
    assert (code, f"event {inserted}: it is in no chain" in err) == (1, True)


def test_a_link_made_anew_does_not_fit_the_next_one(cast: Cast, screening: Screening) -> None:
    event = events(cast, "screening_patient")[0]
    with tampering("screening_auditevent") as cursor:
        cursor.execute("update screening_auditevent set actor = 'Mallory' where id = %s", [event.pk])
    with tampering("screening_auditlink") as cursor:
        cursor.execute(
            """
            update screening_auditlink link set hash = audit_digest(link.previous, event)
            from screening_auditevent event where event.id = link.event_id and event.id = %s
            """,
            [event.pk],
        )
    code, _out, err = verify()
    assert (code, "it does not continue the link before it" in err) == (1, True)


def test_a_cut_tail_is_seen_against_heads_kept_elsewhere(
    cast: Cast, screening: Screening, tmp_path: Path
) -> None:
    kept = tmp_path / "heads"
    with acting(cast.alice):
        Patient.objects.create(center=cast.rennes, code="P-2").delete()
    kept.write_text(verify("--head")[1])
    assert verify("--against", str(kept))[0] == 0

    # What came and went leaves no row to compare with.
    with acting(cast.alice):
        last = list(AuditEvent.objects.order_by("-id").values_list("pk", flat=True)[:2])
    for table, column in (("screening_auditlink", "event_id"), ("screening_auditevent", "id")):
        with tampering(table) as cursor:
            cursor.execute(f"delete from {table} where {column} = any(%s)", [last])
    assert verify()[0] == 0
    code, out, err = verify("--against", str(kept))
    assert (code, "the tail is cut off" in err) == (1, True)
    assert f"chain {cast.rennes.pk}: BROKEN" in out


def test_a_rewritten_chain_is_seen_against_heads_kept_elsewhere(cast: Cast, tmp_path: Path) -> None:
    chain, position, digest = verify("--head")[1].split()
    kept = tmp_path / "heads"
    kept.write_text(f"{chain} {position} {digest.translate(str.maketrans('0123', '1032'))}\n")
    code, _out, err = verify("--against", str(kept))
    assert (code, "is not what it was before" in err) == (1, True)


@pytest.mark.parametrize(
    ("table", "statement", "fault"),
    [
        ("screening_answer", "update {table} set value = 'no'", "it is not what its last event says"),
        ("screening_user", "update {table} set printed_name = 'Eve'", "it is not what its last event says"),
        ("screening_answerchange", "delete from {table}", "it is missing"),
        ("trials_criterion", "update {table} set text = 'another'", "it is not what its last event says"),
    ],
)
def test_a_row_changed_behind_the_triggers_is_named(
    cast: Cast, screening: Screening, table: str, statement: str, fault: str
) -> None:
    answer(cast.alice, screening, "age", "yes")
    mallory = Context(
        actor="Mallory",
        read_centers=frozenset({cast.rennes.pk}),
        write_centers=frozenset({cast.rennes.pk}),
        edits_content=True,
    )
    with acting_as(mallory, using="owner"), tampering(table) as cursor:
        cursor.execute(f"{statement.format(table=table)} returning id")
        changed = {number for (number,) in cursor.fetchall()}
    chain = cast.rennes.pk if "answer" in table else 0
    code, _out, err = verify()
    assert changed
    assert code == 1
    assert set(err.splitlines()) == {f"chain {chain}, {table}, row {number}: {fault}" for number in changed}


def test_a_row_slipped_in_and_an_emptied_trail_are_found(cast: Cast, screening: Screening) -> None:
    with acting_as(CONTENT, using="owner"), tampering("screening_sponsormembership") as cursor:
        cursor.execute(
            "insert into screening_sponsormembership (user_id, sponsor_id) values (%s, %s) returning id",
            [cast.bob.pk, cast.sponsor.pk],
        )
        [(slipped_in,)] = cursor.fetchall()
        cursor.execute("set constraints all immediate")
    code, _out, err = verify()
    assert code == 1
    assert err == f"chain 0, screening_sponsormembership, row {slipped_in}: no event tells of it\n"
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate screening_auditevent, screening_auditlink")
    code, _out, err = verify()
    patient = f"chain {cast.rennes.pk}, screening_patient, row {screening.patient_id}: no event tells of it"
    assert (code, patient in err.splitlines()) == (1, True)


def test_signing_in_and_a_column_added_later_are_no_faults(cast: Cast, client: Any) -> None:
    assert client.login(username=cast.alice.email, password=PASSWORD)
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table screening_center add column later text default 'x'")
        try:
            assert verify()[0] == 0
        finally:
            cursor.execute("alter table screening_center drop column later")


def test_every_table_that_is_always_audited_is_compared() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select relname from pg_class join pg_trigger on tgrelid = pg_class.oid
            where tgname = 'audited' and tgqual is null
            and relname <> all (audit_compared())
            """
        )
        assert cursor.fetchall() == []


def test_many_writers_of_one_center_make_one_chain(cast: Cast) -> None:
    problems = []

    def write(writer: int) -> None:
        try:
            for number in range(10):
                with acting(cast.alice):
                    Patient.objects.create(center=cast.rennes, code=f"W-{writer}-{number}")
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=write, args=[writer]) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(events(cast, "screening_patient")) == 60
    assert verify()[0] == 0
