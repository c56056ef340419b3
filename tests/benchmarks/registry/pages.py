"""Pages as the server answers them, beside a view of Django that answers as many bytes and does nothing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from random import Random
from statistics import fmean
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db.models import Count
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from tests.benchmarks.registry.kept import Figures, Kept, percentile, spread
from tests.benchmarks.registry.queries import lexicon, queries
from tests.benchmarks.registry.usage import used
from tests.registry import FIRST_NCT
from trials.models import Trial
from trials.searching import catching_up

NUMBER, TRIALS, LARGEST = 200, 100, 5
WARM, MEASURED = 5, 6
_body = b""

# The address of the view that does nothing.
urlpatterns = [path("bare/", lambda _request: HttpResponse(_body))]

type Server = Callable[[dict[str, Any], Callable[..., object]], Any]


def measure(kept: Kept) -> None:
    kept.once("pages", lambda: _pages(kept))


def _pages(kept: Kept) -> Figures:
    catching_up.catch_up(wait=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    server = get_wsgi_application()
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF=__name__):
        bare = WSGIHandler()
    random = Random(MEASURED)
    known = lexicon(kept.trials)
    some = [FIRST_NCT + random.randint(1, kept.trials) for _ in range(TRIALS)]
    large = Trial.objects.annotate(sites_=Count("sites")).order_by("-sites_").values_list("nct_id", flat=True)
    addresses = {
        "list": [_address(each.parameters) for each in queries(NUMBER, MEASURED, known)],
        "trial": [f"/trials/NCT{number:08}/" for number in some],
        "trial with most sites": [f"/trials/{nct_id}/" for nct_id in large[:LARGEST]],
    }
    for each in queries(NUMBER // 4, WARM, known):
        _asked(server, _address(each.parameters))
    for number in range(1, 20):
        _asked(server, f"/trials/NCT{FIRST_NCT + number:08}/")
    return {name: _measured(server, bare, each) for name, each in addresses.items()}


def _address(parameters: dict[str, Any]) -> str:
    return f"/trials/?{urlencode(parameters, doseq=True)}"


def _measured(server: Server, bare: Server, addresses: list[str]) -> Figures:
    global _body
    lines = []
    for address in addresses:
        status, body, spent = _asked(server, address)
        _body = body
        with override_settings(ROOT_URLCONF=__name__):
            _same, _bytes, least = _asked(bare, "/bare/")
        if status.startswith("5"):
            raise RuntimeError(f"{address}: {status}")
        lines.append([address, status, len(body), spent.wall, spent.cpu, least.cpu])
    return {"pages": lines}


def _asked(server: Server, address: str) -> tuple[str, bytes, Any]:
    """As a browser asks through Gunicorn, without the network."""
    where, _mark, query = address.partition("?")
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": where,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": settings.ALLOWED_HOSTS[0],
        "HTTP_ACCEPT": "text/html",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    with used("default") as spent:
        response = server(environ, lambda status, _headers: said.append(status))
        body = b"".join(response)
        response.close()
    return said[0], body, spent


def report(kept: Kept) -> Iterator[str]:
    yield (f"pages at {kept.trials:,} trials, as the server answers them (processor ms)")
    for name, found in kept.figures()["pages"].items():
        lines = found["pages"]
        cpu, least = [line[4] for line in lines], [line[5] for line in lines]
        ratio = percentile(cpu, 0.5) / percentile(least, 0.5)
        size = fmean(line[2] for line in lines) / 1000
        yield (
            f"  {name:24}{spread(cpu)}   {size:6.1f} KB as sent   "
            f"{ratio:5.0f} times a bare view ({percentile(least, 0.5):.2f} ms)"
        )
        slowest = max(lines, key=lambda line: line[4])
        yield (f"    slowest {slowest[4]:.0f} ms, {slowest[0]}")
