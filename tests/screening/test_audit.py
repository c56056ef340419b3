"""Every change of a row leaves one event, which nobody can change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import Error, ProgrammingError, connection, connections, transaction

from config.context import Context, acting_as, reason_given, system
from screening import vault
from screening.models import AnswerChange, AuditEvent, AuditLink, Patient, Screening, User
from tests.factories import CONTENT, PASSWORD, Cast, acting, answer, make_cast, make_screening, make_user
from tests.screening.trail import events
from trials.models import CriteriaVersion, Criterion, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def screening(cast: Cast) -> Screening:
    return make_screening(cast.alice, cast.rennes_site, cast.version, patient_code="P-1")


def content_events(table: str) -> list[AuditEvent]:
    with acting_as(CONTENT):
        return list(AuditEvent.objects.filter(table=table).order_by("id"))


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


def test_people_see_their_own_centers_chain(cast: Cast, screening: Screening) -> None:
    make_screening(cast.charlie, cast.iowa_site, cast.version)
    for user, chains in ((cast.alice, {cast.rennes.pk}), (cast.charlie, {cast.iowa.pk}), (cast.ada, {0})):
        with acting(user):
            assert set(AuditEvent.objects.values_list("chain", flat=True)) == chains
            assert set(AuditLink.objects.values_list("chain", flat=True)) == chains


def test_people_are_told_apart_by_lower_case_addresses(cast: Cast) -> None:
    assert User.objects.get_by_natural_key("Alice@Example.ORG") == cast.alice
    assert make_user("Eve").email == "eve@example.org"
