"""The project's own app: what belongs to no room of the house."""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from django.db.models.signals import pre_migrate


class ProjectConfig(AppConfig):
    name = "config"
    verbose_name = "Trialdesk"

    def ready(self) -> None:
        import config.checks  # noqa: F401

        pre_migrate.connect(
            grant_to_application, sender=apps.get_app_config("contenttypes"), dispatch_uid="config.grants"
        )


def grant_to_application(*, using: str, **kwargs: Any) -> None:
    """Let the application role use the tables that the owner is about to create in this database.

    Before the first migration, so that no table is missed: not those of Django's own apps, and not those of a
    test database. TRUNCATE is left out on purpose: row triggers do not see it.
    """
    if using != "owner":
        return
    with connections[using].cursor() as cursor:
        role = connections[using].ops.quote_name(settings.DATABASES["default"]["USER"])
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        for privileges, objects in (
            ("SELECT, INSERT, UPDATE, DELETE", "TABLES"),
            ("USAGE, SELECT", "SEQUENCES"),
        ):
            cursor.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {privileges} ON {objects} TO {role}"
            )
