"""The read interface in the shape of ClinicalTrials.gov API v2: what is public, for any program anywhere.

Answers are the registry's records, without edits that were made here. Everybody gets the same, so any site's
page may ask; no cookie changes it. What is wrong with a request is said in one line of text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import wraps

import yaml
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from trials.api import described, statistics
from trials.api.finding import Page, studies
from trials.api.openapi import document
from trials.api.parameters import Format, canonical_number, nothing_asked, studies_asked, study_asked
from trials.api.problems import BadRequestError
from trials.api.records import as_bytes, in_order, page_as_json, study_of
from trials.handing_on.answers import CSV, FHIR, JSON, RIS, as_file, as_json, unless_known
from trials.handing_on.published import fhir_bundle
from trials.handing_on.ris import as_ris
from trials.handing_on.table import as_csv
from trials.models import Trial

type View = Callable[..., HttpResponse]

_METHODS = "GET, HEAD, OPTIONS"
_HEADERS = "x-next-page-token, x-total-count, x-studies-missing, ETag"


def _open_to_all(view: View) -> View:
    """For programs: GET alone, from any site's pages, errors as a line of text."""

    @csrf_exempt
    @gzip_page
    @wraps(view)
    def answered(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = _METHODS
            response["Access-Control-Allow-Headers"] = request.headers.get(
                "Access-Control-Request-Headers", "Accept"
            )
            response["Access-Control-Max-Age"] = "86400"
        elif request.method not in ("GET", "HEAD"):
            response = _line(405, f"Method {request.method} is not supported")
        else:
            try:
                response = view(request, *args, **kwargs)
            except BadRequestError as problem:
                response = _line(400, str(problem))
        if request.method == "OPTIONS" or response.status_code == 405:
            response["Allow"] = _METHODS
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = _HEADERS
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, no_cache=True)
        return response

    return answered


def _line(status: int, text: str) -> HttpResponse:
    return HttpResponse(" ".join(text.split()), status=status, content_type="text/plain; charset=utf-8")


@_open_to_all
def list_studies(request: HttpRequest) -> HttpResponse:
    asked = studies_asked(request.GET)
    page = studies(asked)
    trials = in_order(page.keys)
    if asked.format is Format.CSV:
        table = as_csv(map(study_of, trials), asked.columns, header=not asked.page_token)
        response = unless_known(request, "".join(table).encode(), CSV)
        if page.following:
            response["x-next-page-token"] = page.following
        if page.total is not None:
            response["x-total-count"] = str(page.total)
    else:
        lines = [as_bytes(trial, asked.fields, asked.markup) for trial in trials]
        response = unless_known(request, page_as_json(lines, page.total, page.following), JSON)
    return _noting_what_is_missing(response, page)


def _noting_what_is_missing(response: HttpResponse, page: Page) -> HttpResponse:
    """While the index is being built, a program has to know that it does not see everything."""
    if not page.is_complete:
        response["x-studies-missing"] = "the search index is being built"
    return response


@_open_to_all
def one_study(request: HttpRequest, nct_id: str) -> HttpResponse:
    number = canonical_number(nct_id)
    asked = study_asked(request.GET)
    trial = Trial.objects.known_as(number).select_related("record").first()
    if trial is None:
        return _line(404, f"NCT number {number} not found")
    if trial.nct_id != number:
        there = reverse("api:study", args=[trial.nct_id])
        query = request.GET.urlencode()
        return HttpResponsePermanentRedirect(f"{there}?{query}" if query else there)
    match asked.format:
        case Format.JSON:
            return unless_known(request, as_bytes(trial, asked.fields, asked.markup), JSON)
        case Format.CSV:
            table = "".join(as_csv([study_of(trial)], asked.columns))
            return unless_known(request, table.encode(), CSV)
        case Format.FHIR:
            return unless_known(request, as_json(fhir_bundle(trial)), FHIR)
        case Format.RIS:
            return unless_known(request, "".join(as_ris([study_of(trial)])).encode(), RIS)
        case Format.ZIP:
            zipped = _zipped(f"{number}.json", as_bytes(trial, asked.fields))
            return as_file(unless_known(request, zipped, "application/zip"), f"{number}.zip")


def _zipped(name: str, content: bytes) -> bytes:
    """With the same bytes for the same content, whenever it is asked for."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
    return archive.getvalue()


@_open_to_all
def study_sizes(request: HttpRequest) -> HttpResponse:
    nothing_asked(request.GET)
    return unless_known(request, as_json(statistics.sizes()), JSON)


@_open_to_all
def version(request: HttpRequest) -> HttpResponse:
    nothing_asked(request.GET)
    return unless_known(request, as_json(statistics.version()), JSON)


@_open_to_all
def metadata(request: HttpRequest) -> HttpResponse:
    nothing_asked(request.GET, ("includeIndexedOnly", "includeHistoricOnly"))
    return unless_known(request, as_json(described.metadata()), JSON)


@_open_to_all
def search_areas(request: HttpRequest) -> HttpResponse:
    nothing_asked(request.GET)
    return unless_known(request, as_json(described.search_areas()), JSON)


@_open_to_all
def enums(request: HttpRequest) -> HttpResponse:
    nothing_asked(request.GET)
    return unless_known(request, as_json(described.enums()), JSON)


@_open_to_all
def openapi_json(request: HttpRequest) -> HttpResponse:
    return unless_known(request, as_json(document(_server(request))), JSON)


@_open_to_all
def openapi_yaml(request: HttpRequest) -> HttpResponse:
    text = yaml.safe_dump(document(_server(request)), sort_keys=False, allow_unicode=True, width=110)
    return unless_known(request, text.encode(), "application/yaml")


def _server(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("api:studies")).removesuffix("/studies")


@_open_to_all
def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    return _line(404, "There is no such address here: /api/ lists those that there are")
