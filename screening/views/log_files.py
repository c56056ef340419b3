"""The screening log as a file: comma-separated values, and a spreadsheet with real dates."""

from __future__ import annotations

import csv
import datetime
from io import BytesIO, StringIO

import xlsxwriter  # type: ignore[import-untyped]
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from screening.access import DeskRequest, desk_view, log_or_404
from screening.forms import LogForm
from screening.models import Screening
from screening.services.evaluation import outcomes_today
from screening.views.log import asked_sort, deciding_words, filtered, in_order
from trials.spreadsheets import neutral

type Cell = str | int | float | datetime.date | datetime.datetime | None

# Whoever reads the file by its columns finds them where they always were: new ones come last.
HEAD = (
    "screening_number", "participant_code", "nct_id", "site", "city", "country", "kind", "consent_date",
    "criteria_version", "criteria_source", "cohort", "outcome", "status", "conclusion", "failure_kind",
    "deciding_criteria", "disposition", "disposition_date", "started_at", "started_by", "concluded_at",
    "concluded_by", "rescreening_of", "signature", "signed_by", "signed_at", "signature_voided_at",
    "answers", "answers_with_source", "share_with_source",
)  # fmt: skip
DAY, MOMENT, SHARE = "d mmm yyyy", "d mmm yyyy hh:mm", "0%"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@desk_view
def log_csv(request: DeskRequest) -> HttpResponse:
    """What the log lists, whole. Built here and now: a stream would outlive the context and be empty."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for screening, outcome in _listed(request):
        writer.writerow([neutral(_text(cell)) for cell in _cells(screening, outcome)])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="screening-log.csv"'
    return response


@require_safe
@desk_view
def log_xlsx(request: DeskRequest) -> HttpResponse:
    """The same with real dates, in the time of each screening's center. No cell is a formula or a link."""
    content = BytesIO()
    with xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("Screening log")
        formats = {shape: book.add_format({"num_format": shape}) for shape in (DAY, MOMENT, SHARE)}
        sheet.write_row(0, 0, HEAD, book.add_format({"bold": True, "bottom": 1}))
        row = 0
        for row, (screening, outcome) in enumerate(_listed(request), start=1):
            for column, cell in enumerate(_cells(screening, outcome)):
                match cell:
                    case datetime.datetime():
                        sheet.write_datetime(row, column, cell.replace(tzinfo=None), formats[MOMENT])
                    case datetime.date():
                        sheet.write_datetime(row, column, cell, formats[DAY])
                    case float():
                        sheet.write_number(row, column, cell, formats[SHARE])
                    case int():
                        sheet.write_number(row, column, cell)
                    case str() if cell:
                        sheet.write_string(row, column, cell)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, row, len(HEAD) - 1)
        sheet.set_column(0, len(HEAD) - 1, 17)
    response = HttpResponse(content.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="screening-log.xlsx"'
    return response


def _listed(request: DeskRequest) -> list[tuple[Screening, str]]:
    """Each with its outcome as it stands today."""
    seen = log_or_404(request)
    found = filtered(seen, LogForm(request.GET, seen=seen)).for_log()
    listed = list(in_order(found, asked_sort(request)).with_signatures().share_with_source())
    lapsed = outcomes_today(listed)
    return [(screening, lapsed.get(screening.pk, screening.outcome)) for screening in listed]


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime.datetime():
            return cell.isoformat(timespec="minutes")
        case float():
            return f"{cell:.2f}"
        case _:
            return str(cell)


def _cells(screening: Screening, outcome: str) -> tuple[Cell, ...]:
    """No birth date, no sex, no free text: they are nobody's business in a spreadsheet."""
    site, zone = screening.site, screening.center.zone
    signature = next(reversed(screening.signatures.all()), None)
    answered, sourced = screening.answered, screening.sourced  # type: ignore[attr-defined]

    def local(moment: datetime.datetime | None) -> datetime.datetime | None:
        return timezone.localtime(moment, zone) if moment else None

    return (
        screening.screening_number, screening.patient.code, screening.trial.nct_id,
        site.facility, site.city, site.country, screening.kind, screening.consent_date,
        screening.version.label, screening.version.source, screening.cohort.code if screening.cohort else "",
        outcome, screening.status, screening.conclusion, screening.failure_kind,
        deciding_words(screening), screening.disposition, screening.disposition_date,
        local(screening.started_at), screening.started_by.printed_name,
        local(screening.concluded_at), screening.concluded_by.printed_name if screening.concluded_by else "",
        screening.earlier.screening_number if screening.earlier else "",
        signature.meaning if signature else "", signature.printed_name if signature else "",
        local(signature.signed_at) if signature else None,
        local(signature.voided_at) if signature else None,
        answered, sourced, sourced / answered if answered else None,
    )  # fmt: skip
