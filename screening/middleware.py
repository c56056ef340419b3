"""The way in for requests: one transaction, and in it a database that knows whose request it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

from config.context import acting_as
from screening.access import Access, access_of

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
DESK = "/screening/"


class AccessMiddleware:
    """Opens the transaction, says in it who asks, runs the view, and takes everything back where it failed.

    `ATOMIC_REQUESTS` would begin after the middleware has already asked the database who this is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        if _is_public(request):
            request.access = Access()
            return _uncached_if_private(request, self.get_response(request), signed_in=False)
        signed_in = request.user.is_authenticated
        request.access = access_of(request.user)
        with acting_as(request.access.context):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return _uncached_if_private(request, response, signed_in=signed_in)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A 404 raised after a write has become a response once it leaves the view, and would commit it."""
        if connection.in_atomic_block:
            transaction.set_rollback(True)


def _is_public(request: HttpRequest) -> bool:
    """Without a session cookie there is nobody to look up: such a page needs neither session nor transaction.

    Inside somebody else's transaction, as in a test, it still has to be set that nobody asks.
    """
    return (
        request.method in SAFE_METHODS
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not connection.in_atomic_block
    )


def _uncached_if_private(
    request: HttpRequest, response: HttpResponseBase, *, signed_in: bool
) -> HttpResponseBase:
    """No cache keeps what is the desk's, nor what a signed-in person sees unless its view says so."""
    if request.path.startswith(DESK) or (signed_in and not response.has_header("Cache-Control")):
        response.headers.pop("Cache-Control", None)
        patch_cache_control(response, private=True, no_store=True)
    return response
