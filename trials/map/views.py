"""The map of sites, the table that says the same, and what both are made of. All of it is public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from trials.map.asked import (
    COLUMNS,
    USUAL_ORDER,
    SitesForm,
    SitesWanted,
    address,
    asks_for_something,
    chips,
    landing,
)
from trials.map.columns import by_city, columns, contents_of, too_many
from trials.map.downloads import as_csv, as_geojson
from trials.map.frame import frame
from trials.map.sites import counted, facets, for_table, found, in_order
from trials.models import Site
from trials.paging import page_of
from trials.querysets import SiteQuerySet

PAGE_SIZE = 25
# Of one place no more sites are named at once; the table has them all.
MOST_OF_A_PLACE = 100


class MapRequest(HttpRequest):
    htmx: HtmxDetails
    access: Any


@require_safe
@gzip_page
def sites_map(request: MapRequest) -> HttpResponse:
    form = SitesForm(request.GET)
    asked = form.wanted()
    usual = landing(sponsors=request.access.context.sponsors, signed_in=request.user.is_authenticated)
    wanted = asked if asks_for_something(request.GET) else usual
    order, sites = form.order(), found(wanted)
    counts = counted(sites)
    page, page_problem = page_of(
        Paginator(for_table(in_order(sites, order)), PAGE_SIZE), request.GET.get("page", "1")
    )
    offered = facets(wanted, form.sought())
    swapped = bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
    here = address("trials:map", wanted, sort=order, page=page.number)
    focus = form.cleaned_data.get("site")
    context = {
        "form": form,
        "facets": offered,
        "chips": chips(wanted, offered),
        "counts": counts,
        "by_city": too_many(counts.located),
        "page": page,
        "page_problem": page_problem,
        "previous": page.has_previous() and _turned(wanted, order, page.previous_page_number()),
        "next": page.has_next() and _turned(wanted, order, page.next_page_number()),
        "columns": [_Column(name, wanted, order) for name in COLUMNS],
        "sort": "" if order == USUAL_ORDER else order,
        "here": here,
        "all_address": address("trials:map", SitesWanted()),
        "csv_address": address("trials:map_csv", wanted, sort=order),
        "geojson_address": address("trials:map_geojson", wanted, sort=order),
        "on_landing": wanted == usual and wanted != SitesWanted(),
        "frame": frame(wanted, focus),
        "swapped": swapped,
    }
    response = render(request, "trials/map.html" + ("#results" if swapped else ""), context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return push_url(response, here) if swapped and request.htmx.current_url_abs_path != here else response


@require_safe
@gzip_page
def map_data(request: HttpRequest) -> HttpResponseBase:
    """The sites on the map as columns. Asked for again, they are made again only if something has changed."""
    sites = found(_asked(request))
    contents = contents_of(sites)
    response = get_conditional_response(request, etag=contents.etag)
    if response is None:
        made = by_city(sites) if too_many(contents.number) else columns(sites)
        response = JsonResponse(made, json_dumps_params={"separators": (",", ":")})
    response["ETag"] = contents.etag
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def map_labels(request: HttpRequest) -> JsonResponse:
    """What the markers in view are called."""
    sites = _named(request).only("facility", "city_normalised", "country_normalised")
    labels = {
        site.pk: ", ".join(filter(None, (site.facility, site.city_normalised or site.country_normalised)))
        for site in sites
    }
    return JsonResponse(labels)


@require_safe
def map_stack(request: HttpRequest) -> HttpResponse:
    """The sites of one place, where they are too many to fan out."""
    sites = list(for_table(_named(request).order_by("status", "facility", "pk")))
    if not sites:
        raise Http404(_("There is no such site here."))
    return render(request, "trials/map_stack.html", {"sites": sites})


@require_safe
def map_site(request: MapRequest, pk: int) -> HttpResponse:
    """One site: a part of the map's page when it asks, else a page of its own."""
    sites = Site.objects.listed().select_related("trial").defer("search_text")
    site = get_object_or_404(sites.prefetch_related("contacts", "trial__central_contacts"), pk=pk)
    context = {
        "site": site,
        "map_address": address("trials:map", SitesWanted(trial=[site.trial.nct_id]), site=pk),
    }
    response = render(request, "trials/map_site.html" + ("#site" if request.htmx else ""), context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@gzip_page
def map_csv(request: HttpRequest) -> HttpResponse:
    return _download(as_csv(_downloaded(request)), "text/csv; charset=utf-8", "sites.csv")


@require_safe
@gzip_page
def map_geojson(request: HttpRequest) -> HttpResponse:
    return _download(as_geojson(_downloaded(request)), "application/geo+json", "sites.geojson")


def _asked(request: HttpRequest) -> SitesWanted:
    """What a part of the map's page is asked for; a filter that is not understood finds nothing by itself."""
    form = SitesForm(request.GET)
    wanted = form.wanted()
    if set(form.errors) & vars(wanted).keys():
        raise Http404(_("A part of this address was not understood."))
    return wanted


def _named(request: HttpRequest) -> SiteQuerySet:
    numbers = [int(text) for text in request.GET.getlist("site")[:MOST_OF_A_PLACE] if _is_number(text)]
    return Site.objects.listed().filter(pk__in=numbers)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _downloaded(request: HttpRequest) -> SiteQuerySet:
    wanted = _asked(request)
    form = SitesForm(request.GET)
    form.full_clean()
    return in_order(found(wanted), form.order())


def _download(text: str, content_type: str, filename: str) -> HttpResponse:
    response = HttpResponse(text, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _turned(wanted: SitesWanted, order: str, page: int) -> str:
    return address("trials:map", wanted, sort=order, page=page)


@dataclass(frozen=True)
class _Column:
    """A column's heading, which sorts by it, and the other way round the second time."""

    name: str
    wanted: SitesWanted
    order: str

    @property
    def words(self) -> str:
        return str(COLUMNS[self.name])

    @property
    def address(self) -> str:
        turned = f"-{self.name}" if self.order == self.name else self.name
        return address("trials:map", self.wanted, sort=turned)

    @property
    def direction(self) -> str:
        return {self.name: "ascending", f"-{self.name}": "descending"}.get(self.order, "none")

    @property
    def glyph(self) -> str:
        return {"ascending": "▲", "descending": "▼"}.get(self.direction, "")
