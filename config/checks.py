"""What a production start refuses, beyond what the settings refuse at once."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections


@register(Tags.database)
def check_application_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Row-level security holds only for a role that neither bypasses it nor owns the tables."""
    if settings.MODE != "production" or "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """
            select rolsuper or rolbypassrls
                or exists (select from pg_class where relowner = role.oid and relkind in ('r', 'p'))
            from pg_roles role where rolname = current_user
            """
        )
        [(too_mighty,)] = cursor.fetchall()
    if not too_mighty:
        return []
    return [
        Error(
            "The role of DATABASE_URL is a superuser, bypasses row-level security or owns tables.",
            hint="Serve as the application role that config/roles.sql creates.",
            id="trialdesk.E001",
        )
    ]


@register(Tags.database)
def check_demo_accounts(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Everybody can read the demonstration accounts' passwords."""
    if settings.MODE != "production" or "default" not in (databases or ()):
        return []
    try:
        found = get_user_model()._default_manager.filter(is_demo=True).exists()
    except DatabaseError:
        return [Error("The database has not been migrated.", hint="manage.py migrate", id="trialdesk.E002")]
    if not found:
        return []
    return [
        Error(
            "The database holds demonstration accounts, whose passwords are published.",
            hint="Start production on a database of its own.",
            id="trialdesk.E003",
        )
    ]


def refuse_unsafe_start() -> None:
    """Raise when a check, the database's included, finds an error."""
    errors = [found for found in run_checks(databases=["default"]) if found.is_serious()]
    # A process that forks after this must not share its connection.
    connections.close_all()
    if errors:
        raise ImproperlyConfigured(" ".join(str(error).replace("\n\t", " ") for error in errors))
