"""What a record says without columns, part by part: its heading in a history, and its values in words.

Where a part is not known here, its heading is made of the keys that lead to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.dates import PartialDate
from trials.importers.reading import Part
from trials.reading.in_words import entry_in_words
from trials.reading.registered import ACCESS_KINDS, OVERSIGHT, RESULTS, STEP_DATES, SUBMISSIONS
from trials.vocabulary import (
    AgencyClass,
    DataSharing,
    DateType,
    IdentifierType,
    ReferenceType,
    SamplesKept,
    SharedDocument,
    Status,
    SubmissionStep,
    ViolationStep,
    words,
)

if TYPE_CHECKING:
    from django.db.models import TextChoices

    type Said = Callable[[Any], str]

_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}(?:T[\d:.]+)?")

_MODULES: Mapping[str, str | Promise] = {
    "identificationModule": gettext_lazy("Identifiers"),
    "statusModule": gettext_lazy("Dates and status"),
    "sponsorCollaboratorsModule": gettext_lazy("Sponsor and collaborators"),
    "oversightModule": gettext_lazy("Oversight"),
    "designModule": gettext_lazy("Study design"),
    "armsInterventionsModule": gettext_lazy("Study groups and interventions"),
    "outcomesModule": gettext_lazy("What is measured"),
    "eligibilityModule": gettext_lazy("Who can take part"),
    "contactsLocationsModule": gettext_lazy("Locations and contacts"),
    "referencesModule": gettext_lazy("Publications and links"),
    "ipdSharingStatementModule": gettext_lazy("Sharing of data"),
    **{key: gettext_lazy("Results") for key in RESULTS},
    "moreInfoModule": gettext_lazy("Results"),
    "resultsSection": gettext_lazy("Results"),
    "documentSection": gettext_lazy("Study documents"),
    "annotationSection": gettext_lazy("Remarks of the registry"),
    "derivedSection": gettext_lazy("Subject terms"),
}


def heading_of(path: str) -> str:
    """Of "protocolSection.oversightModule.isUsExport" the words that the trial's page has for it."""
    known = _KNOWN.get(_without_section(path))
    if known:
        return str(known[0])
    section, *keys = re.sub(r"\[\d+\]", "", path).split(".")
    name: str | Promise | None = _MODULES.get(section)
    if keys and keys[0].endswith("Module"):
        module = keys.pop(0)
        name = _MODULES.get(module, name)
        if module in RESULTS:
            keys.insert(0, str(RESULTS[module]))
    return ": ".join([str(name or _("Record")), *map(_spoken, keys)])


def place_of(path: str) -> int:
    """Parts come as the trial's page has them, unknown ones last."""
    return _PLACES.get(_without_section(path), len(_PLACES))


def said(path: str, value: Any) -> str:
    """A value, or one entry of a list; empty where there is none."""
    if value in (None, "", [], {}):
        return ""
    known = _KNOWN.get(_without_section(path))
    return known[1](value) if known else entry_in_words(path.rpartition(".")[2], value)


def _without_section(path: str) -> str:
    return path.partition(".")[2]


def _spoken(key: str) -> str:
    """ "targetDuration" and "target_duration" as "target duration"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", key).lower()


def _plain(value: Any) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _day(value)
    return entry_in_words("", value)


def _day(written: str) -> str:
    try:
        return str(PartialDate(written[:10])) if written else ""
    except ValueError:
        return written


def _one_of(vocabulary: type[TextChoices]) -> Said:
    return lambda value: words(vocabulary, [value])[0] if isinstance(value, str) else _plain(value)


def _entry(*parts: Callable[[Part], str]) -> Said:
    """An entry that is an object, by what it says; any other as it is."""

    def in_words(value: Any) -> str:
        if not isinstance(value, dict):
            return _plain(value)
        return "; ".join(filter(None, (part(Part(value)) for part in parts)))

    return in_words


def _text(key: str) -> Callable[[Part], str]:
    return lambda part: part.text(key)


def _dated(key: str) -> Callable[[Part], str]:
    return lambda part: _day(part.text(key))


def _of(vocabulary: type[TextChoices], key: str) -> Callable[[Part], str]:
    return lambda part: words(vocabulary, [part.text(key)])[0] if part.text(key) else ""


def _pmid(part: Part) -> str:
    return f"PMID {part.text('pmid')}" if part.text("pmid") else ""


def _retracted(part: Part) -> str:
    sources = [each.text("source") or each.text("pmid") for each in part.parts("retractions")]
    return _("Retracted: %(sources)s") % {"sources": ", ".join(sources)} if sources else ""


def _uploaded(part: Part) -> str:
    day = _day(part.text("uploadDate"))
    return _("uploaded %(day)s") % {"day": day} if day else ""


def _size(part: Part) -> str:
    size = part.integer("size")
    return filesizeformat(size) if size else ""


def _steps(part: Part) -> str:
    days = ((label, _day(part.text(key))) for key, label in STEP_DATES.items())
    return "; ".join(f"{label} {day}" for label, day in days if day)


def _under(
    module: str, parts: Mapping[str, tuple[str | Promise, Said]]
) -> dict[str, tuple[str | Promise, Said]]:
    return {f"{module}.{key}": part for key, part in parts.items()}


_TERM, _NAME = _entry(_text("term")), _entry(_text("name"))
_KNOWN: Mapping[str, tuple[str | Promise, Said]] = {
    **_under(
        "identificationModule",
        {
            "orgStudyIdInfo.type": (
                gettext_lazy("Sponsor's own reference: what it is"),
                _one_of(IdentifierType),
            ),
            "orgStudyIdInfo.link": (gettext_lazy("Sponsor's own reference: page about it"), _plain),
            "organization.class": (gettext_lazy("Organisation: class"), _one_of(AgencyClass)),
        },
    ),
    **_under(
        "statusModule",
        {
            "expandedAccessInfo.hasExpandedAccess": (gettext_lazy("Available outside of this trial"), _plain),
            "expandedAccessInfo.nctId": (gettext_lazy("Record of the expanded access"), _plain),
            "expandedAccessInfo.statusForNctId": (
                gettext_lazy("Status of the expanded access"),
                _one_of(Status),
            ),
            **{key: (label, _plain) for key, label in SUBMISSIONS.items()},
            "dispFirstPostDateStruct.date": (gettext_lazy("Delay of the results first posted"), _plain),
            "dispFirstPostDateStruct.type": (
                gettext_lazy("Delay of the results first posted, actual or estimated"),
                _one_of(DateType),
            ),
            "delayedPosting": (gettext_lazy("Posting of the results delayed"), _plain),
            "resultsWaived": (gettext_lazy("Duty to submit results waived"), _plain),
        },
    ),
    **_under(
        "designModule",
        {
            **{f"expandedAccessTypes.{key}": (label, _plain) for key, label in ACCESS_KINDS.items()},
            "patientRegistry": (gettext_lazy("Patient registry"), _plain),
            "targetDuration": (gettext_lazy("Participants are followed for"), _plain),
            "bioSpec.retention": (gettext_lazy("Samples kept"), _one_of(SamplesKept)),
            "bioSpec.description": (gettext_lazy("The samples in detail"), _plain),
        },
    ),
    **_under("oversightModule", {key: (label, _plain) for key, label in OVERSIGHT.items()}),
    **_under(
        "referencesModule",
        {
            "references": (
                gettext_lazy("Publications"),
                _entry(_text("citation"), _of(ReferenceType, "type"), _pmid, _retracted),
            ),
            "seeAlsoLinks": (gettext_lazy("Pages with more about it"), _entry(_text("label"), _text("url"))),
            "availIpds": (
                gettext_lazy("Data available now"),
                _entry(_text("type"), _text("id"), _text("url"), _text("comment")),
            ),
        },
    ),
    **_under(
        "ipdSharingStatementModule",
        {
            "ipdSharing": (gettext_lazy("Data of single participants are shared"), _one_of(DataSharing)),
            "description": (gettext_lazy("Sharing of data: the plan"), _plain),
            "infoTypes": (gettext_lazy("Sharing of data: with them"), _one_of(SharedDocument)),
            "timeFrame": (gettext_lazy("Sharing of data: from when, and for how long"), _plain),
            "accessCriteria": (gettext_lazy("Sharing of data: who gets them, and how"), _plain),
            "url": (gettext_lazy("Sharing of data: where to ask"), _plain),
        },
    ),
    "moreInfoModule.limitationsAndCaveats.description": (
        gettext_lazy("Results: limits of what was found"),
        _plain,
    ),
    **_under(
        "largeDocumentModule",
        {
            "largeDocs": (
                gettext_lazy("Study documents"),
                _entry(_text("label"), _dated("date"), _uploaded, _size),
            ),
            "noSap": (gettext_lazy("No statistical analysis plan"), _plain),
        },
    ),
    **_under(
        "annotationModule",
        {
            "unpostedAnnotation.unpostedEvents": (
                gettext_lazy("Results on their way"),
                _entry(_of(SubmissionStep, "type"), _dated("date")),
            ),
            "unpostedAnnotation.unpostedResponsibleParty": (gettext_lazy("Results submitted by"), _plain),
            "violationAnnotation.violationEvents": (
                gettext_lazy("Violations that the US authority has published"),
                _entry(_of(ViolationStep, "type"), _steps, _text("description")),
            ),
        },
    ),
    **_under(
        "conditionBrowseModule",
        {
            "meshes": (gettext_lazy("Subject terms of the conditions"), _TERM),
            "ancestors": (gettext_lazy("Broader terms of the conditions"), _TERM),
            "browseLeaves": (gettext_lazy("Where the registry files the conditions"), _NAME),
            "browseBranches": (gettext_lazy("Fields of medicine of the conditions"), _NAME),
        },
    ),
    **_under(
        "interventionBrowseModule",
        {
            "meshes": (gettext_lazy("Subject terms of the interventions"), _TERM),
            "ancestors": (gettext_lazy("Broader terms of the interventions"), _TERM),
            "browseLeaves": (gettext_lazy("Where the registry files the interventions"), _NAME),
            "browseBranches": (gettext_lazy("Kinds of the interventions"), _NAME),
        },
    ),
}
_PLACES = {path: place for place, path in enumerate(_KNOWN)}
