"""Row-level security is the floor: these tests forget every filter on purpose."""

from __future__ import annotations

import pytest
from django.db import Error, IntegrityError, ProgrammingError, connection, connections, transaction

from config.context import Context, NoContextError, acting_as, current_context, reason_given, system
from screening.access import context_for
from screening.models import (
    AnchorDate,
    Answer,
    AnswerChange,
    AnswerFact,
    AuditEvent,
    Center,
    CenterSite,
    Deviation,
    Fact,
    Membership,
    Patient,
    PatientKey,
    Screening,
    Signature,
    SponsorMembership,
    VersionPin,
)
from tests.factories import Cast, acting, answer, make_cast, make_screening, make_trial, make_version
from trials.models import Cohort, CriteriaVersion, Criterion

pytestmark = pytest.mark.django_db

OF_PATIENTS = (
    Patient,
    PatientKey,
    Fact,
    Screening,
    VersionPin,
    AnchorDate,
    Answer,
    AnswerFact,
    AnswerChange,
    Signature,
    Deviation,
)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def theirs(cast: Cast) -> Screening:
    """A screening of Charlie's, with an answer."""
    screening = make_screening(cast.charlie, cast.iowa_site, cast.version)
    answer(cast.charlie, screening, "age", "yes")
    return screening


def test_every_table_with_a_center_forces_row_level_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select relname, relforcerowsecurity and relrowsecurity from pg_class
            where relkind = 'r' and relnamespace = 'public'::regnamespace and (
                relname in ('screening_center', 'screening_auditevent', 'screening_auditlink')
                or exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'center_id')
            )
            """
        )
        tables = dict(cursor.fetchall())
    assert len(tables) >= 10
    assert [name for name, forced in tables.items() if not forced] == []


def test_no_policy_is_meant_for_one_role_alone_but_for_the_trail_that_triggers_write() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select tablename, policyname from pg_policies where roles <> '{public}' order by 1")
        assert cursor.fetchall() == [
            ("screening_auditevent", "triggers"),
            ("screening_auditlink", "triggers"),
        ]


def test_without_a_context_nothing_of_a_center_is_seen(cast: Cast, theirs: Screening) -> None:
    for model in (*OF_PATIENTS, Center, CenterSite, Membership, SponsorMembership, AuditEvent):
        assert not model.objects.exists(), model  # type: ignore[attr-defined]


def test_a_forgotten_filter_shows_nothing_foreign(cast: Cast, theirs: Screening) -> None:
    own = make_screening(cast.alice, cast.rennes_site, cast.version)
    with acting(cast.alice):
        assert list(Screening.objects.all()) == [own]
        assert list(Patient.objects.all()) == [own.patient]
        assert list(Center.objects.all()) == [cast.rennes]
        assert not Answer.objects.exists()
        assert not AuditEvent.objects.exclude(chain=cast.rennes.pk).exists()
        with pytest.raises(Screening.DoesNotExist):
            Screening.objects.get(pk=theirs.pk)
        assert Screening.objects.filter(pk=theirs.pk).update(screening_number="S-9") == 0


def test_the_owner_of_the_tables_is_bound_too(cast: Cast, theirs: Screening) -> None:
    for model in OF_PATIENTS:
        assert not model.objects.using("owner").exists()  # type: ignore[attr-defined]
    with connections["owner"].cursor() as cursor:
        cursor.execute("update screening_screening set screening_number = 'S-9'")
        assert cursor.rowcount == 0


def test_sponsors_and_administrators_see_no_patient(cast: Cast, theirs: Screening) -> None:
    for user in (cast.sven, cast.ada):
        with acting(user):
            for model in OF_PATIENTS:
                assert not model.objects.exists(), model  # type: ignore[attr-defined]
            assert not AuditEvent.objects.exclude(chain=0).exists()


def test_a_monitor_reads_and_the_database_lets_him_write_nothing(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    answer(cast.alice, screening, "age", "yes")
    with acting(cast.bob):
        assert list(Screening.objects.all()) == [screening]
        assert Screening.objects.update(screening_number="S-9") == 0
        assert Answer.objects.update(value="no") == 0
        assert PatientKey.objects.all().delete() == (0, {})
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Patient.objects.create(center=cast.rennes, code="P-1")


def test_nobody_writes_into_another_center(cast: Cast) -> None:
    with (
        acting(cast.alice),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Patient.objects.create(center=cast.iowa, code="P-1")


def test_a_foreign_key_to_another_centers_patient_is_refused_at_once(cast: Cast, theirs: Screening) -> None:
    own = make_screening(cast.alice, cast.rennes_site, cast.version, screening_number="R-1")
    with acting(cast.charlie):
        patient = Patient.objects.create(center=cast.iowa, code="P-9")
    foreign = {"patient": patient, "center_site": cast.iowa_site, "site": cast.iowa_site.site}
    with acting(cast.alice):
        for field, value in foreign.items():
            with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
                Screening.objects.filter(pk=own.pk).update(**{field: value})
        with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
            Answer.objects.create(
                center=cast.rennes,
                screening=theirs,
                version=cast.version,
                criterion=Criterion.objects.get(version=cast.version, identifier="lupus"),
                value="yes",
                answered_by=cast.alice,
            )


def test_an_answer_is_to_a_criterion_of_its_screenings_version(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    other = make_version(cast.trial, label="2")
    with acting(cast.alice):
        for version in (cast.version, other):
            with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
                Answer.objects.create(
                    center=cast.rennes,
                    screening=screening,
                    version=version,
                    criterion=Criterion.objects.get(version=other, identifier="age"),
                    value="yes",
                    answered_by=cast.alice,
                )


def test_a_screening_stays_within_one_trial(cast: Cast) -> None:
    screening = make_screening(cast.alice, cast.rennes_site, cast.version)
    foreign = make_version(make_trial())
    with acting(cast.alice):
        with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
            Screening.objects.filter(pk=screening.pk).update(version=foreign)
        with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
            Screening.objects.filter(pk=screening.pk).update(trial=foreign.trial)


def test_people_see_their_own_memberships_and_those_of_their_centers(cast: Cast) -> None:
    with acting(cast.alice):
        assert {member.user for member in Membership.objects.all()} == {cast.alice, cast.bob, cast.dora}
    with acting(cast.sven):
        assert not Membership.objects.exists()
        assert SponsorMembership.objects.count() == 1
    with acting(cast.ada):
        assert Membership.objects.count() == 4


def test_only_administrators_give_memberships(cast: Cast) -> None:
    with acting(cast.alice):
        assert Membership.objects.filter(user=cast.alice).update(role="investigator") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Membership.objects.create(user=cast.alice, center=cast.iowa, role="coordinator")


def test_a_membership_taken_away_ends_at_once(cast: Cast) -> None:
    with acting(cast.ada):
        Membership.objects.get(user=cast.alice).delete()
    assert context_for(cast.alice).read_centers == frozenset()


def test_a_protocol_is_seen_by_the_trials_centers_and_sponsor_alone(cast: Cast) -> None:
    secret = make_trial()
    protocol = make_version(secret, source="protocol")
    worked = make_version(cast.trial, source="protocol", label="protocol")
    draft = make_version(cast.trial, source="protocol", label="draft", published=False)
    seen = {
        cast.alice: {worked},
        cast.bob: {worked},
        cast.charlie: {worked},
        cast.sven: {worked},
        cast.ada: {worked, protocol, draft},
    }
    for user, versions in seen.items():
        with acting(user):
            found = CriteriaVersion.objects.filter(source="protocol")
            assert set(found) == versions, user
            parts = Criterion.objects.filter(version__in=[worked, protocol, draft])
            assert {part.version_id for part in parts} == {version.pk for version in versions}
    assert not CriteriaVersion.objects.filter(source="protocol").exists()
    assert not Criterion.objects.exclude(version=cast.version).exists()
    assert not Cohort.objects.exists()


def test_only_administrators_edit_criteria(cast: Cast) -> None:
    draft = make_version(cast.trial, label="draft", published=False)
    with acting(cast.alice):
        assert CriteriaVersion.objects.filter(pk=draft.pk).update(label="mine") == 0
        with pytest.raises(Error), transaction.atomic():
            Cohort.objects.create(version=draft, position=0, code="A", label="A")


# --- The context itself ---


def setting(name: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting(%s, true)", [f"app.{name}"])
        [(value,)] = cursor.fetchall()
    return value


def test_an_inner_context_gives_way_to_the_outer_one_again() -> None:
    outer = Context(actor="outer", read_centers=frozenset({1, 2}))
    with acting_as(outer), reason_given("because"):
        with acting_as(system("inner", edits_content=True)):
            assert (setting("actor"), setting("edits_content")) == ("system: inner", "on")
            assert (setting("read_centers"), setting("reason")) == ("{}", "")
        assert (setting("actor"), setting("read_centers"), setting("reason")) == ("outer", "{1,2}", "because")
        with pytest.raises(ZeroDivisionError), acting_as(system("failing")):
            1 / 0  # noqa: B018
        assert (setting("actor"), setting("edits_content")) == ("outer", "")
        assert current_context() == outer
    assert setting("actor") in ("", None)


def test_in_a_transaction_without_a_context_nothing_stays_of_an_inner_one(cast: Cast) -> None:
    with transaction.atomic():
        with acting(cast.alice):
            assert Center.objects.exists()
        assert not Center.objects.exists()


def test_outside_of_a_context_there_is_none_to_ask_for() -> None:
    with pytest.raises(NoContextError):
        current_context()
    with pytest.raises(NoContextError), reason_given("because"):
        pass


def test_a_commit_that_fails_takes_everything_back(cast: Cast) -> None:
    def start_by_nobody() -> None:
        with acting(cast.alice):
            Screening.objects.create(
                center=cast.rennes,
                patient=Patient.objects.create(center=cast.rennes, code="P-1"),
                center_site=cast.rennes_site,
                site=cast.rennes_site.site,
                trial=cast.trial,
                version=cast.version,
                screening_number="S-1",
                kind="pre_screening",
                started_by_id=10**9,  # a deferred key: it fails at the commit
            )

    with pytest.raises(IntegrityError):
        start_by_nobody()
    with acting(cast.alice):
        assert not Patient.objects.exists()
