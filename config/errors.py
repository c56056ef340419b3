"""The pages for what goes wrong.

Django's own handlers read the form that was sent once more, to make a token for the page. Where that form is
what cannot be read, they fail as well, and nobody gets a page. These pages need no token and nothing of the
request, so they are made without it.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

TRY_AGAIN_AFTER = 5  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        # Programs are told in a line.
        return HttpResponse("Unreadable request", status=400, content_type="text/plain; charset=utf-8")
    return _page(400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(404)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away, restarts or is full: that passes, and browsers may try again.

    Here and not in a middleware, because session and person are read before any view.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        page = _page(503)
        page.headers["Retry-After"] = str(TRY_AGAIN_AFTER)
        return page
    return _page(500)


def _page(status: int) -> HttpResponse:
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
