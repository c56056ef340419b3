"""The application role uses the tables and owns nothing; production refuses to serve as anything mightier."""

import pytest
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, connections
from pytest_django import DjangoAssertNumQueries, Settings

from config import checks
from config.context import acting_as, system
from screening.models import User

pytestmark = pytest.mark.django_db


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [error.id for error in found]


def test_the_application_role_may_use_every_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select relname from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'r'
            and not has_table_privilege(oid, 'select')
            """
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "truncate screening_user",
        "alter table screening_user disable row level security",
        "drop table screening_user",
        "create table mine (one int)",
        "set role trialdesk_owner",
        "set role trialdesk_figures",
    ],
)
def test_the_application_role_may_not(statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match=r"permission denied|owner of"):
        cursor.execute(statement)


def test_both_roles_are_bound_by_row_level_security() -> None:
    for alias in ("default", "owner"):
        with connections[alias].cursor() as cursor:
            cursor.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
            assert cursor.fetchall() == [(False,)]


def test_production_refuses_demonstration_accounts(settings: Settings) -> None:
    settings.MODE = "production"
    assert ids(checks.check_demo_accounts(None, ["default"])) == []
    with acting_as(system("tests")):
        User.objects.create(email="demo@example.org", printed_name="Demo", is_demo=True)
    assert ids(checks.check_demo_accounts(None, ["default"])) == ["trialdesk.E003"]
    with pytest.raises(ImproperlyConfigured, match="demonstration accounts"):
        checks.refuse_unsafe_start()


def test_production_refuses_an_owner(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MODE = "production"
    assert ids(checks.check_application_role(None, ["default"])) == []
    monkeypatch.setattr(checks, "connections", {"default": connections["owner"]})
    assert ids(checks.check_application_role(None, ["default"])) == ["trialdesk.E001"]


def test_a_demonstration_may_have_its_accounts(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert checks.check_demo_accounts(None, ["default"]) == []
        assert checks.check_application_role(None, ["default"]) == []
