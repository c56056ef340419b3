"""The studies of a result list, in its order, one after another and never all at once."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

import xlsxwriter  # type: ignore[import-untyped]

from trials.handing_on.study import Study
from trials.handing_on.table import COLUMNS, cells
from trials.models import Trial
from trials.records import study_json

# More than anybody reads, and what a spreadsheet still opens at once.
MOST = 10_000
_AT_ONCE = 200
# A cell of a spreadsheet has no room for more characters.
_LONGEST_CELL = 32_767


def studies(keys: Sequence[int]) -> Iterator[Study]:
    """The registry's records of the trials with these primary keys; one that is gone is left out."""
    for some in batched(keys, _AT_ONCE):
        found = {trial.pk: trial for trial in Trial.objects.filter(pk__in=some).select_related("record")}
        for key in some:
            if key in found:
                yield study_json(found[key])


def as_json_list(found: Iterable[Study]) -> Iterator[str]:
    """One list, a study a line."""
    yield "["
    for place, study in enumerate(found):
        yield (",\n" if place else "\n") + json.dumps(study, ensure_ascii=False, separators=(",", ":"))
    yield "\n]\n"


def as_xlsx(found: Iterable[Study]) -> bytes:
    """A workbook of one sheet. Written line by line into files of its own, so that memory holds one."""
    content = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_urls": False,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet("Trials")
        heading = book.add_format({"bold": True})
        for place, name in enumerate(COLUMNS):
            sheet.write_string(0, place, name, heading)
        sheet.freeze_panes(1, 2)
        for line, study in enumerate(found, start=1):
            for place, cell in enumerate(cells(study)):
                sheet.write_string(line, place, _fitting(cell))
    return content.getvalue()


def _fitting(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else cell[: _LONGEST_CELL - 1] + "…"
