from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from config.context import acting_as, system
from screening.models import User


class SignInBackend(ModelBackend):
    """Signing in may store the password anew, hashed by today's measure: audited, and nobody is in yet."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        with acting_as(system("sign-in")):
            return super().authenticate(request, username=username, password=password, **credentials)
