from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword

from config.context import acting_as, system


class Command(changepassword.Command):
    """Django's own, on behalf of whoever may run commands here."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        with acting_as(system("changepassword")):
            return super().handle(*args, **options)
