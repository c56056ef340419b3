"""The screening log: everyone whom the reader's centers have screened, as a page and as CSV."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from io import StringIO
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from screening.access import DeskRequest, desk_view, log_or_404, may_start
from screening.forms import LogForm
from screening.models import Center, Conclusion, FailureKind, Outcome, Screening
from screening.querysets import ScreeningQuerySet
from screening.templatetags.desk import day
from screening.views.panel import GLYPHS, LOOKS
from screening.views.sheet import kept_place
from trials.spreadsheets import neutral

PAGE_SIZE = 25

# Column -> what it is sorted by; the address names a column, never a field.
SORTS: dict[str, tuple[str, ...]] = {
    "number": ("screening_number",),
    "participant": ("patient__code",),
    "trial": ("trial__nct_id",),
    "site": ("site__facility", "site__city"),
    "kind": ("kind",),
    "outcome": ("outcome",),
    "started": ("started_at",),
}
COLUMNS = {
    "number": gettext_lazy("Number"),
    "participant": gettext_lazy("Participant"),
    "trial": gettext_lazy("Trial"),
    "site": gettext_lazy("Site"),
    "kind": gettext_lazy("Kind"),
    "outcome": gettext_lazy("Outcome"),
    "started": gettext_lazy("Started"),
}
NEWEST_FIRST = "-started"


@require_safe
@desk_view
def screening_log(request: DeskRequest) -> HttpResponse:
    seen = log_or_404(request)
    swapped = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    here = _address(request)
    if not swapped and "" in request.GET.values():
        return redirect(here)  # a form without JavaScript sends its empty fields, too
    form = LogForm(request.GET, seen=seen)
    found = _filtered(seen, form)
    sort = _sort(request)
    page = Paginator(_sorted(found.for_log(), sort), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "sort": "" if sort == NEWEST_FIRST else sort,
        "page": page,
        "rows": [_row(screening) for screening in page.object_list],
        "counts": _counts(found),
        "columns": [_column(request, name, sort) for name in COLUMNS],
        "previous_url": _address(request, page=page.previous_page_number()) if page.has_previous() else "",
        "next_url": _address(request, page=page.next_page_number()) if page.has_next() else "",
        "csv_url": _address(request, name="screening:log_csv", page=None),
        "filtered": any(form.cleaned_data.values()),
        "may_start": may_start(request),
        "today": day(timezone.now()),
    }
    response = render(request, "screening/log.html#log" if swapped else "screening/log.html", context)
    patch_vary_headers(response, ["HX-Request"])
    # The same list asked again is no new step to go back to.
    again = swapped and request.htmx.current_url_abs_path == here
    return push_url(response, False if again else here) if swapped else response


@require_safe
@desk_view
def log_csv(request: DeskRequest) -> HttpResponse:
    """What the log lists, whole. Built here and now: a stream would outlive the context and be empty."""
    seen = log_or_404(request)
    found = _sorted(_filtered(seen, LogForm(request.GET, seen=seen)).for_log(), _sort(request))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_CSV_HEAD)
    writer.writerows([neutral(cell) for cell in _csv_row(screening)] for screening in found)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="screening-log.csv"'
    return response


def _filtered(seen: ScreeningQuerySet, form: LogForm) -> ScreeningQuerySet:
    form.is_valid()
    wanted = form.cleaned_data
    exact = {
        "trial__nct_id": wanted.get("trial"),
        "site": wanted.get("site"),
        "outcome": wanted.get("outcome"),
        "status": wanted.get("status"),
        "conclusion": wanted.get("conclusion"),
        "kind": wanted.get("kind"),
    }
    found = seen.filter(**{field: value for field, value in exact.items() if value})
    if wanted.get("started_from") or wanted.get("started_to"):
        found = found.filter(_started(seen, wanted.get("started_from"), wanted.get("started_to")))
    return found


def _started(seen: QuerySet[Screening], first: datetime.date | None, last: datetime.date | None) -> Q:
    """Days are those of each center's own calendar."""
    within = Q(pk__in=[])
    for center in Center.objects.filter(pk__in=seen.order_by().values("center")):
        here = Q(center=center)
        if first:
            here &= Q(started_at__gte=datetime.datetime.combine(first, datetime.time(), center.zone))
        if last:
            after = last + datetime.timedelta(days=1)
            here &= Q(started_at__lt=datetime.datetime.combine(after, datetime.time(), center.zone))
        within |= here
    return within


def _sort(request: HttpRequest) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else NEWEST_FIRST


def _sorted(found: ScreeningQuerySet, sort: str) -> ScreeningQuerySet:
    descending = "-" if sort.startswith("-") else ""
    return found.order_by(*(descending + field for field in SORTS[sort.removeprefix("-")]), "-pk")


def _counts(found: QuerySet[Screening]) -> list[dict[str, object]]:
    numbers = dict(found.order_by().values_list("outcome").annotate(Count("pk")))
    return [
        {"words": outcome.label.capitalize(), "number": numbers.get(outcome.value, 0)}
        | {"look": LOOKS[outcome], "glyph": GLYPHS[outcome]}
        for outcome in Outcome
    ]


@dataclass(frozen=True)
class _Row:
    screening: Screening
    site: str
    started: str
    look: str
    glyph: str
    conclusion: str
    deciding: str


def _row(screening: Screening) -> _Row:
    outcome = Outcome(screening.outcome)
    site = screening.site
    return _Row(
        screening=screening,
        site=", ".join(filter(None, (site.facility, site.city))),
        started=day(timezone.localtime(screening.started_at, screening.center.zone).date()),
        look=LOOKS[outcome],
        glyph=GLYPHS[outcome],
        conclusion=_conclusion(screening),
        deciding=_deciding(screening),
    )


def _conclusion(screening: Screening) -> str:
    if not screening.conclusion:
        return ""
    said = [Conclusion(screening.conclusion).label.capitalize()]
    if screening.failure_kind and screening.failure_kind != FailureKind.CRITERIA:
        said.append(str(FailureKind(screening.failure_kind).label))
    if screening.disposition:
        said.append(f"{screening.get_disposition_display()} {day(screening.disposition_date)}")
    return ", ".join(said)


def _deciding(screening: Screening) -> str:
    """Which criteria, by section and label ("Exclusion 2."), by their words where there is no label."""
    return "; ".join(dict.fromkeys(kept_place(each) for each in screening.deciding))


def _column(request: HttpRequest, name: str, sort: str) -> dict[str, str]:
    ascending, descending = sort == name, sort == f"-{name}"
    return {
        "words": str(COLUMNS[name]),
        "url": _address(request, sort=f"-{name}" if ascending else name, page=None),
        "aria": "ascending" if ascending else "descending" if descending else "none",
        "glyph": "▲" if ascending else "▼" if descending else "",
    }


def _address(request: HttpRequest, name: str = "screening:log", **changed: object) -> str:
    """This page's address with other parameters; what is empty is left out."""
    known = {*LogForm.base_fields, "sort", "page"}
    parameters = {key: value for key, value in request.GET.items() if key in known} | changed
    query = urlencode({key: value for key, value in parameters.items() if value})
    return reverse(name) + (f"?{query}" if query else "")


_CSV_HEAD = (
    "screening_number", "participant_code", "nct_id", "site", "city", "country", "kind", "consent_date",
    "criteria_version", "criteria_source", "cohort", "outcome", "status", "conclusion", "failure_kind",
    "deciding_criteria", "disposition", "disposition_date", "started_at", "started_by", "concluded_at",
    "concluded_by",
)  # fmt: skip


def _csv_row(screening: Screening) -> tuple[object, ...]:
    """No birth date, no sex, no free text: they are nobody's business in a spreadsheet."""
    site, zone = screening.site, screening.center.zone

    def local(moment: datetime.datetime | None) -> str:
        return timezone.localtime(moment, zone).isoformat(timespec="minutes") if moment else ""

    return (
        screening.screening_number, screening.patient.code, screening.trial.nct_id,
        site.facility, site.city, site.country, screening.kind, screening.consent_date or "",
        screening.version.label, screening.version.source, screening.cohort.code if screening.cohort else "",
        screening.outcome, screening.status, screening.conclusion, screening.failure_kind,
        _deciding(screening), screening.disposition, screening.disposition_date or "",
        local(screening.started_at), screening.started_by.printed_name,
        local(screening.concluded_at), screening.concluded_by.printed_name if screening.concluded_by else "",
    )  # fmt: skip
