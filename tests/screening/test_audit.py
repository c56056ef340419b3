"""Every change of a row leaves one event, chained so that a changed, missing or inserted one is found."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, ProgrammingError, connection, connections, transaction

from config.context import Context, acting_as, reason_given, system
from screening import vault
from screening.models import (
    Answer,
    AnswerChange,
    AuditEvent,
    AuditLink,
    Patient,
    PatientKey,
    Screening,
    User,
)
from tests.factories import CONTENT, PASSWORD, Cast, acting, answer, make_cast, make_screening, make_user
from trials.models import CriteriaVersion, Criterion, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")


def events(cast: Cast, table: str) -> list[AuditEvent]:
    with acting(cast.alice):
        return list(AuditEvent.objects.filter(table=table).order_by("id"))


def content_events(table: str) -> list[AuditEvent]:
    with acting_as(CONTENT):
        return list(AuditEvent.objects.filter(table=table).order_by("id"))


def verify(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@contextmanager
def tampering(table: str) -> Iterator[Any]:
    """As somebody who owns the tables and knows how to get around their triggers."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        yield cursor
        cursor.execute(f"alter table {table} enable trigger user")


# --- Events ---


def test_each_change_says_who_when_and_what_was_and_became(cast: Cast, screening: Screening) -> None:
    answer(cast.alice, screening, "age", "yes")
    answer(cast.dora, screening, "age", "no", reason="misread")
    created, changed = events(cast, "screening_answer")
    assert (created.action, created.before, created.chain) == ("insert", None, cast.rennes.pk)
    assert (created.actor, created.user_id) == ("Alice Example <alice@example.org>", cast.alice.pk)
    assert changed.actor == "Dora Example <dora@example.org>"
    assert json.loads(changed.before)["value"] == "yes"
    assert json.loads(changed.after)["value"] == "no"
    assert changed.row == str(json.loads(changed.after)["id"])
    assert vault.unseal(screening.patient, changed.reason) == "misread"
    assert created.at < changed.at


def test_bulk_writes_and_raw_sql_are_audited_alike(cast: Cast) -> None:
    with acting(cast.alice):
        Patient.objects.bulk_create(Patient(center=cast.rennes, code=f"B-{n}") for n in range(3))
        Patient.objects.filter(code="B-0").update(sex="male")
        with connection.cursor() as cursor:
            cursor.execute("update screening_patient set sex = 'female' where code = 'B-1'")
            cursor.execute("delete from screening_patient where code = 'B-2'")
    actions = [event.action for event in events(cast, "screening_patient")]
    assert actions == ["insert"] * 3 + ["update"] * 2 + ["delete"]


def test_saving_what_was_not_changed_is_no_event(cast: Cast, screening: Screening) -> None:
    before = len(events(cast, "screening_screening"))
    with acting(cast.alice):
        screening.save()
    assert len(events(cast, "screening_screening")) == before


@pytest.mark.parametrize(
    "write",
    [
        lambda cast: User.objects.create(email="x@example.org"),
        lambda cast: User.objects.filter(pk=cast.alice.pk).update(printed_name="Mallory"),
        lambda cast: User.objects.filter(pk=cast.alice.pk).update(password="x"),
        lambda cast: Trial.objects.filter(pk=cast.trial.pk).update(acronym="X"),
        lambda cast: Trial.objects.filter(pk=cast.trial.pk).delete(),
    ],
)
def test_where_nobody_acts_a_write_fails(cast: Cast, write: Any) -> None:
    with pytest.raises(Error, match="nobody acts"), transaction.atomic():
        write(cast)


def test_an_import_needs_an_actor_too(cast: Cast) -> None:
    with (
        acting_as(Context(importing=True)),
        pytest.raises(ProgrammingError, match="nobody acts"),
        transaction.atomic(),
    ):
        Trial.objects.filter(pk=cast.trial.pk).update(acronym="X")


def test_edits_of_trial_content_are_audited_and_imports_are_not(cast: Cast) -> None:
    before = len(content_events("trials_trial"))
    with acting_as(system("import", edits_content=True, importing=True)):
        Trial.objects.filter(pk=cast.trial.pk).update(acronym="A")
    assert len(content_events("trials_trial")) == before
    with acting(cast.ada), reason_given("the sponsor's letter"):
        Trial.objects.filter(pk=cast.trial.pk).update(acronym="B")
    edit = content_events("trials_trial")[-1]
    assert (edit.actor, edit.reason, edit.chain) == (
        "Ada Example <ada@example.org>",
        "the sponsor's letter",
        0,
    )


def test_criteria_are_audited_even_when_they_are_imported(cast: Cast) -> None:
    versions = [(event.action, event.reason) for event in content_events("trials_criteriaversion")]
    assert versions == [("insert", ""), ("update", "first version")]
    assert len(content_events("trials_criterion")) == Criterion.objects.count()
    assert CriteriaVersion.objects.count() == 1


def test_every_table_of_the_two_apps_is_audited(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select relname from pg_class where relkind = 'r'
            and (relname like 'screening\\_%%' or relname like 'trials\\_%%')
            and not exists (select from pg_trigger where tgrelid = pg_class.oid and tgname = 'audited')
            order by 1
            """
        )
        trail = ["screening_auditevent", "screening_auditlink"]
        # What imports changed is a history itself, they alone write records, and a trial's end is an event.
        unaudited = ["trials_trialimport", "trials_trialrecord", "trials_trialremoval"]
        # What somebody stars and looks for is that person's own, and nothing of a patient's.
        kept = ["trials_savedsearch", "trials_star"]
        assert [name for (name,) in cursor.fetchall()] == [*trail, *kept, *unaudited]


def test_passwords_and_patients_keys_stay_out_of_the_trail(cast: Cast, screening: Screening) -> None:
    with acting(cast.ada):
        cast.alice.set_password("another correct horse")
        cast.alice.save()
    made, changed = (event for event in content_events("screening_user") if event.row == str(cast.alice.pk))
    assert json.loads(made.after)["password"] == "left out, new"
    assert json.loads(changed.before)["password"] == "left out"
    assert json.loads(changed.after)["password"] == "left out, new"
    [key] = events(cast, "screening_patientkey")
    assert json.loads(key.after)["wrapped"] == "left out, new"


def test_signing_in_is_no_edit_of_a_person(cast: Cast, client: Any) -> None:
    before = len(content_events("screening_user"))
    assert client.login(username="ALICE@example.org", password=PASSWORD)
    cast.alice.refresh_from_db()
    assert cast.alice.last_login is not None
    assert len(content_events("screening_user")) == before


def test_signing_in_may_renew_an_old_hash(cast: Cast, client: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert client.login(username=cast.alice.email, password=PASSWORD)
    assert content_events("screening_user")[-1].actor == "system: sign-in"


# --- What the database refuses ---


@pytest.mark.parametrize("table", ["screening_auditevent", "screening_auditlink"])
@pytest.mark.parametrize(
    "statement",
    [
        "insert into {table} select * from {table} limit 1",
        "update {table} set chain = 5",
        "delete from {table}",
        "truncate {table}",
        "alter table {table} disable trigger all",
        "drop policy may_read on {table}",
    ],
)
def test_the_application_only_reads_the_trail(cast: Cast, table: str, statement: str) -> None:
    with (
        acting_as(CONTENT),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        cursor.execute(statement.format(table=table))


@pytest.mark.parametrize("statement", ["update {table} set chain = 5", "delete from {table}"])
@pytest.mark.parametrize("table", ["screening_auditevent", "screening_auditlink"])
def test_the_trail_is_append_only_for_its_owner_too(cast: Cast, table: str, statement: str) -> None:
    with (
        connections["owner"].cursor() as cursor,
        pytest.raises(ProgrammingError, match="append-only"),
    ):
        cursor.execute(statement.format(table=table))


def test_changes_of_answers_are_append_only(cast: Cast, screening: Screening) -> None:
    answer(cast.alice, screening, "age", "yes")
    with acting(cast.alice):
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            AnswerChange.objects.update(value="no")
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            AnswerChange.objects.all().delete()


# --- Chains ---


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


def test_people_see_their_own_centers_chain(cast: Cast, screening: Screening) -> None:
    make_screening(cast.charlie, cast.iowa_site, cast.version)
    for user, chains in ((cast.alice, {cast.rennes.pk}), (cast.charlie, {cast.iowa.pk}), (cast.ada, {0})):
        with acting(user):
            assert set(AuditEvent.objects.values_list("chain", flat=True)) == chains
            assert set(AuditLink.objects.values_list("chain", flat=True)) == chains


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


# --- Erasure ---


def test_sealed_texts_are_ciphertext_everywhere_and_gone_with_the_key(cast: Cast) -> None:
    birth_date = "1969-07-20"
    screening = make_screening(
        cast.alice, cast.rennes_site, cast.version, birth_date=datetime.date(1969, 7, 20)
    )
    answer(cast.alice, screening, "age", "yes", comment="a comment about somebody")
    answer(cast.dora, screening, "age", "no", reason="a reason about somebody")
    with acting(cast.alice):
        patient = Patient.objects.get(pk=screening.patient_id)
        assert vault.birth_date(patient).isoformat() == birth_date  # type: ignore[union-attr]
        trail = "".join(f"{event.before}{event.after}{event.reason}" for event in AuditEvent.objects.all())
    assert "somebody" not in trail
    assert birth_date not in trail

    with acting(cast.alice):
        PatientKey.objects.filter(patient=patient).delete()
        erased = Patient.objects.get(pk=screening.patient_id)
        assert vault.unseal(erased, erased.birth_date_sealed) == vault.ERASED
        assert vault.birth_date(erased) is None
        comment = Answer.objects.get().comment_sealed
        assert vault.unseal(erased, comment) == vault.ERASED
    assert verify()[0] == 0


def test_a_text_sealed_under_another_master_key_is_an_error_not_an_answer(cast: Cast, settings: Any) -> None:
    with acting(cast.alice):
        patient = Patient.objects.create(center=cast.rennes, code="P-7")
        vault.create_key(patient)
        sealed = vault.seal(patient, "a text")
        assert vault.unseal(patient, sealed) == "a text"
        assert vault.seal(patient, "") == ""
        settings.PATIENT_KEY = vault.Fernet.generate_key().decode()
        with pytest.raises(vault.VaultError, match="TRIALDESK_PATIENT_KEY"):
            vault.unseal(patient, sealed)


def test_people_are_told_apart_by_lower_case_addresses(cast: Cast) -> None:
    assert User.objects.get_by_natural_key("Alice@Example.ORG") == cast.alice
    assert make_user("Eve").email == "eve@example.org"
