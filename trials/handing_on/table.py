"""A study as a line of a table: the thirty columns of the registry's own CSV, in their order.

Lists within a cell are parted by "|". As CSV, no cell is one that a spreadsheet would take for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from trials.handing_on.study import Study, document_address, each, module, part, registry_page, text, texts
from trials.spreadsheets import neutral

type Column = Callable[[Study], str]


def _identification(study: Study) -> Study:
    return module(study, "identificationModule")


def _date(name: str) -> Column:
    return lambda study: text(module(study, "statusModule"), name, "date")


def _listed(parts: Iterable[str]) -> str:
    return "|".join(filter(None, parts))


def _results(study: Study) -> str:
    return {"true": "YES", "false": "NO"}.get(text(study, "hasResults"), "")


def _interventions(study: Study) -> str:
    found = each(module(study, "armsInterventionsModule"), "interventions")
    return _listed(": ".join(filter(None, (text(one, "type"), text(one, "name")))) for one in found)


def _outcomes(kind: str) -> Column:
    def column(study: Study) -> str:
        return _listed(
            ", ".join(filter(None, (text(one, name) for name in ("measure", "description", "timeFrame"))))
            for one in each(module(study, "outcomesModule"), kind)
        )

    return column


def _sponsor(name: str) -> Column:
    return lambda study: text(module(study, "sponsorCollaboratorsModule"), "leadSponsor", name)


def _collaborators(study: Study) -> str:
    return _listed(
        text(one, "name") for one in each(module(study, "sponsorCollaboratorsModule"), "collaborators")
    )


def _masking(design: Study) -> str:
    masked = part(design, "maskingInfo")
    who = ", ".join(texts(masked, "whoMasked"))
    return f"{text(masked, 'masking')} ({who})" if who else text(masked, "masking")


def _design(study: Study) -> str:
    design = part(module(study, "designModule"), "designInfo")
    if text(module(study, "designModule"), "studyType") == "OBSERVATIONAL":
        parts = {
            "Observational Model": text(design, "observationalModel"),
            "Time Perspective": text(design, "timePerspective"),
        }
    else:
        parts = {
            "Allocation": text(design, "allocation"),
            "Intervention Model": text(design, "interventionModel"),
            "Masking": _masking(design),
            "Primary Purpose": text(design, "primaryPurpose"),
        }
    return "|".join(f"{name}: {said}" for name, said in parts.items()) if any(parts.values()) else ""


def _other_ids(study: Study) -> str:
    identification = _identification(study)
    others = [text(one, "id") for one in each(identification, "secondaryIdInfos")]
    return _listed([text(identification, "orgStudyIdInfo", "id"), *others])


def _locations(study: Study) -> str:
    return _listed(
        ", ".join(filter(None, (text(one, name) for name in ("facility", "city", "state", "zip", "country"))))
        for one in each(module(study, "contactsLocationsModule"), "locations")
    )


def _documents(study: Study) -> str:
    found = each(study, "documentSection", "largeDocumentModule", "largeDocs")
    return _listed(
        f"{text(one, 'label')}, {document_address(study, text(one, 'filename'))}"
        for one in found
        if text(one, "filename")
    )


COLUMNS: dict[str, Column] = {
    "NCT Number": lambda study: text(_identification(study), "nctId"),
    "Study Title": lambda study: text(_identification(study), "briefTitle"),
    "Study URL": registry_page,
    "Acronym": lambda study: text(_identification(study), "acronym"),
    "Study Status": lambda study: text(module(study, "statusModule"), "overallStatus"),
    "Brief Summary": lambda study: text(module(study, "descriptionModule"), "briefSummary"),
    "Study Results": _results,
    "Conditions": lambda study: _listed(texts(module(study, "conditionsModule"), "conditions")),
    "Interventions": _interventions,
    "Primary Outcome Measures": _outcomes("primaryOutcomes"),
    "Secondary Outcome Measures": _outcomes("secondaryOutcomes"),
    "Other Outcome Measures": _outcomes("otherOutcomes"),
    "Sponsor": _sponsor("name"),
    "Collaborators": _collaborators,
    "Sex": lambda study: text(module(study, "eligibilityModule"), "sex"),
    "Age": lambda study: ", ".join(texts(module(study, "eligibilityModule"), "stdAges")),
    "Phases": lambda study: _listed(texts(module(study, "designModule"), "phases")),
    "Enrollment": lambda study: text(module(study, "designModule"), "enrollmentInfo", "count"),
    "Funder Type": _sponsor("class"),
    "Study Type": lambda study: text(module(study, "designModule"), "studyType"),
    "Study Design": _design,
    "Other IDs": _other_ids,
    "Start Date": _date("startDateStruct"),
    "Primary Completion Date": _date("primaryCompletionDateStruct"),
    "Completion Date": _date("completionDateStruct"),
    "First Posted": _date("studyFirstPostDateStruct"),
    "Results First Posted": _date("resultsFirstPostDateStruct"),
    "Last Update Posted": _date("lastUpdatePostDateStruct"),
    "Locations": _locations,
    "Study Documents": _documents,
}


def cells(study: Study, columns: Sequence[str] = tuple(COLUMNS)) -> list[str]:
    return [COLUMNS[name](study) for name in columns]


def as_csv(
    studies: Iterable[Study], columns: Sequence[str] = tuple(COLUMNS), *, header: bool = True
) -> Iterator[str]:
    """The table in pieces, a line a study."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")

    def written(cells: Sequence[str]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(cells)
        return line.getvalue()

    if header:
        yield written(columns)
    for study in studies:
        yield written(list(map(neutral, cells(study, columns))))
