"""Which pages are compressed: those of visitors whom nobody knows."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPublicPages(GZipMiddleware):
    """Compress what a visitor without a session gets, on which nothing is secret.

    A page that repeats what an address says beside something secret gives it away by its compressed length
    (BREACH). Views whose pages repeat nothing may still compress theirs, with `gzip_page`.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return response
        return super().process_response(request, response)
