from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from config.context import acting_as, system


class Command(createsuperuser.Command):
    """Django's own, on behalf of whoever may run commands here: the first administrator has nobody before."""

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(system("createsuperuser")):
            super().handle(*args, **options)
