"""The screening log: everyone whom the reader's centers have screened."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from screening.access import DeskRequest, desk_view, log_or_404, may_start
from screening.forms import LogForm
from screening.models import Center, Conclusion, FailureKind, Outcome, Screening, Signature
from screening.querysets import ScreeningQuerySet
from screening.services.evaluation import outcomes_today
from screening.templatetags.desk import day
from screening.views.panel import GLYPHS, LOOKS
from screening.views.sheet import kept_place
from screening.views.signed import SignedState, signed_state

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
    "concluded": ("concluded_at",),
}
COLUMNS = {
    "number": gettext_lazy("Number"),
    "participant": gettext_lazy("Participant"),
    "trial": gettext_lazy("Trial"),
    "site": gettext_lazy("Site"),
    "started": gettext_lazy("Started"),
    "outcome": gettext_lazy("Outcome"),
    "concluded": gettext_lazy("Concluded"),
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
    found = filtered(seen, form)
    sort = asked_sort(request)
    rows = in_order(found.for_log(), sort).with_signatures().share_with_source()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    lapsed = outcomes_today(page.object_list)
    context = {
        "form": form,
        "sort": "" if sort == NEWEST_FIRST else sort,
        "page": page,
        "rows": [_row(screening, lapsed.get(screening.pk)) for screening in page.object_list],
        "counts": _counts(found),
        "columns": [_column(request, name, sort) for name in COLUMNS],
        "previous_url": _address(request, page=page.previous_page_number()) if page.has_previous() else "",
        "next_url": _address(request, page=page.next_page_number()) if page.has_next() else "",
        "csv_url": _address(request, name="screening:log_csv", page=None),
        "xlsx_url": _address(request, name="screening:log_xlsx", page=None),
        "figures_url": _figures_url(form),
        "filtered": any(form.cleaned_data.values()),
        "may_start": may_start(request),
        "today": day(timezone.now()),
    }
    response = render(request, "screening/log.html#log" if swapped else "screening/log.html", context)
    patch_vary_headers(response, ["HX-Request"])
    # The same list asked again is no new step to go back to.
    again = swapped and request.htmx.current_url_abs_path == here
    return push_url(response, False if again else here) if swapped else response


def filtered(seen: ScreeningQuerySet, form: LogForm) -> ScreeningQuerySet:
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
    if wanted.get("signature"):
        found = found.filter(_SIGNED[wanted["signature"]])
    if wanted.get("repeats"):
        found = found.rescreens() if wanted["repeats"] == "yes" else found.filter(earlier=None)
    if wanted.get("started_from") or wanted.get("started_to"):
        found = found.filter(_started(seen, wanted.get("started_from"), wanted.get("started_to")))
    return found


def _signed(**which: object) -> Exists:
    return Exists(Signature.objects.filter(screening=OuterRef("pk"), **which))


_STANDING = _signed(voided_at=None)
_SIGNED = {
    LogForm.Signed.STANDING: Q(_STANDING),
    LogForm.Signed.VOIDED: Q(_signed()) & ~Q(_STANDING),
    LogForm.Signed.NONE: ~Q(_signed()),
}


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


def asked_sort(request: HttpRequest) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else NEWEST_FIRST


def in_order(found: ScreeningQuerySet, sort: str) -> ScreeningQuerySet:
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
    version: str
    rescreen_of: Screening | None
    kind: str
    started: str
    concluded: str
    outcome: Outcome
    lapsed: str
    look: str
    glyph: str
    conclusion: str
    deciding: str
    signed: SignedState | None
    sources: str


def _row(screening: Screening, now: Outcome | None) -> _Row:
    kept = Outcome(screening.outcome)
    outcome = now or kept
    site = screening.site
    return _Row(
        screening=screening,
        site=", ".join(filter(None, (site.facility, site.city))),
        version=f"{screening.version.get_source_display()} {screening.version.label}",
        rescreen_of=screening.earlier,
        kind=_("after consent of %(day)s") % {"day": day(screening.consent_date)}
        if screening.consent_date
        else screening.get_kind_display(),
        started=day(timezone.localtime(screening.started_at, screening.center.zone).date()),
        concluded=day(timezone.localtime(screening.concluded_at, screening.center.zone).date())
        if screening.concluded_at
        else "",
        outcome=outcome,
        lapsed=_("was %(outcome)s: answers are due again") % {"outcome": kept.label} if now else "",
        look=LOOKS[outcome],
        glyph=GLYPHS[outcome],
        conclusion=_conclusion(screening),
        deciding=deciding_words(screening),
        signed=signed_state(screening),
        sources=_sources(screening),
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


def _sources(screening: Screening) -> str:
    answered, sourced = screening.answered, screening.sourced  # type: ignore[attr-defined]
    if not answered:
        return ""
    return _("%(sourced)d of %(answered)d answers with a source") % {"sourced": sourced, "answered": answered}


def deciding_words(screening: Screening) -> str:
    """Which criteria, by section and label ("Exclusion 2."), by their words where there is no label."""
    return "; ".join(dict.fromkeys(kept_place(each) for each in screening.deciding))


def _figures_url(form: LogForm) -> str:
    trial = form.cleaned_data.get("trial")
    return reverse("screening:figures") + (f"?{urlencode({'trial': trial})}" if trial else "")


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
