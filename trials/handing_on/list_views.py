"""A result list as a file: what the list's address finds, in the list's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from trials.finding.forms import SearchForm
from trials.finding.stars import stars_of
from trials.handing_on.answers import CSV, JSON, RIS, XLSX, as_file, streamed
from trials.handing_on.lists import MOST, as_json_list, as_xlsx, studies
from trials.handing_on.ris import as_ris
from trials.handing_on.study import Study
from trials.handing_on.table import as_csv
from trials.searching import engine

type Studies = Iterable[Study]


def _xlsx(found: Studies) -> HttpResponseBase:
    return as_file(HttpResponse(as_xlsx(found), content_type=XLSX), "trials.xlsx")


_KINDS: dict[str, Callable[[Studies], HttpResponseBase]] = {
    "csv": lambda found: streamed(as_csv(found), CSV, "trials.csv"),
    "json": lambda found: streamed(as_json_list(found), JSON, "trials.json"),
    "ris": lambda found: streamed(as_ris(found), RIS, "trials.ris"),
    "xlsx": _xlsx,
}
KINDS = tuple(_KINDS)


# Compressed for everybody: nothing that an address says is repeated beside anything secret.
@require_safe
@gzip_page
def download(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The registry's records. A list that is too long, or not whole yet, is refused and never cut short."""
    form = SearchForm(request.GET)
    wanted = form.wanted(stars_of(request))
    found = engine.search(wanted, count=MOST, facets=())
    if found.building or found.total > MOST:
        context = {"building": found.building, "total": found.total, "most": MOST}
        status = 503 if found.building else 413
        response: HttpResponseBase = render(request, "trials/download_refused.html", context, status=status)
        if found.building:
            response["Retry-After"] = "60"
    else:
        response = _KINDS[kind](studies([hit.pk for hit in found.hits]))
    # A list may be of one's own stars.
    patch_vary_headers(response, ["Cookie"])
    patch_cache_control(response, private=True, no_cache=True)
    return response
