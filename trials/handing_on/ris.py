"""A study as a reference for a literature manager (RIS), so that a review can hold trials beside articles.

RIS knows no trial. It is written as an electronic source whose database is the registry and whose accession
number is the trial's; what managers search is in fields that all of them read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import rispy  # type: ignore[import-untyped]
from django.db.models import TextChoices
from rispy import RisWriter

from trials.handing_on.study import Study, each, module, nct_id, registry_page, text, texts, title
from trials.vocabulary import Phase, Status, StudyType, words

_SPACES = re.compile(r"\s+")


class _Writer(RisWriter):
    """Without the number that some databases write before each reference: not every reader skips it."""

    def set_header(self, count: int) -> str:
        return ""


def as_ris(studies: Iterable[Study]) -> Iterator[str]:
    """The references in pieces, one a study."""
    for study in studies:
        yield rispy.dumps([reference(study)], implementation=_Writer).lstrip() + "\n"


def reference(study: Study) -> dict[str, Any]:
    """The fields of the reference by rispy's names; nothing that is blank."""
    identification = module(study, "identificationModule")
    status = module(study, "statusModule")
    found: dict[str, str | list[str]] = {
        "type_of_reference": "ELEC",
        "accession_number": nct_id(study),
        "title": title(study),
        "short_title": text(identification, "acronym"),
        "authors": _authors(study),
        "abstract": text(module(study, "descriptionModule"), "briefSummary"),
        "keywords": _keywords(study),
        "year": text(status, "studyFirstPostDateStruct", "date")[:4]
        or text(status, "studyFirstSubmitDate")[:4],
        "date": _ris_date(text(status, "lastUpdatePostDateStruct", "date")),
        "publisher": text(module(study, "sponsorCollaboratorsModule"), "leadSponsor", "name"),
        "name_of_database": "ClinicalTrials.gov",
        "notes": _notes(study),
        "urls": [registry_page(study)],
    }
    return {name: _lines(value) for name, value in found.items() if value}


def _authors(study: Study) -> list[str]:
    """Who answers for the trial. A literature manager lists what has no author under nothing."""
    officials = [
        text(one, "name") for one in each(module(study, "contactsLocationsModule"), "overallOfficials")
    ]
    sponsor = text(module(study, "sponsorCollaboratorsModule"), "leadSponsor", "name")
    return list(filter(None, officials)) or ([sponsor] if sponsor else [])


def _keywords(study: Study) -> list[str]:
    conditions = module(study, "conditionsModule")
    interventions = each(module(study, "armsInterventionsModule"), "interventions")
    named = [*texts(conditions, "conditions"), *(text(one, "name") for one in interventions)]
    return list(dict.fromkeys(filter(None, [*named, *texts(conditions, "keywords")])))


def _notes(study: Study) -> list[str]:
    design = module(study, "designModule")
    said = {
        "Official title": text(module(study, "identificationModule"), "officialTitle"),
        "Status": _in_words(Status, [text(module(study, "statusModule"), "overallStatus")]),
        "Study type": _in_words(StudyType, [text(design, "studyType")]),
        "Phase": _in_words(Phase, texts(design, "phases")),
        "Enrolment": text(design, "enrollmentInfo", "count"),
    }
    return [f"{name}: {value}" for name, value in said.items() if value]


def _in_words(vocabulary: type[TextChoices], values: list[str]) -> str:
    return ", ".join(words(vocabulary, [value for value in values if value]))


def _ris_date(iso: str) -> str:
    """RIS writes YYYY/MM/DD/, with what is not known left blank between the strokes."""
    if not iso:
        return ""
    year, month, day = [*iso.split("-"), "", ""][:3]
    return f"{year}/{month}/{day}/"


def _lines(value: str | list[str]) -> str | list[str]:
    """A field is one line: a line break within would begin what looks like another field."""
    if isinstance(value, list):
        return [one for one in (_SPACES.sub(" ", item).strip() for item in value) if one]
    return _SPACES.sub(" ", value).strip()
