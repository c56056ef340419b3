"""A registry record that is small, complete in its kinds of content, and full of real records' oddities."""

from __future__ import annotations

import copy
from typing import Any

_SITE = {
    "facility": "Investigational Site",
    "status": "RECRUITING",
    "city": "Singapore",
    "country": "Singapore",
}

_RECORD: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT01234567",
            "orgStudyIdInfo": {"id": "ABC-1"},
            "secondaryIdInfos": [{"id": "2020-000001-11", "type": "EUDRACT_NUMBER"}],
            "briefTitle": "A Study in Myositis",
            "officialTitle": "A Phase 2 Study in Idiopathic Inflammatory Myopathies",
        },
        "statusModule": {
            "overallStatus": "RECRUITING",
            "startDateStruct": {"date": "2024-12", "type": "ACTUAL"},
            "completionDateStruct": {"date": "2030-07-17", "type": "ESTIMATED"},
            "studyFirstSubmitDate": "2024-11-03",
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": {"type": "SPONSOR"},
            "leadSponsor": {"name": "Example Pharma", "class": "INDUSTRY"},
            "collaborators": [{"name": "Someone Else", "class": "UNKNOWN"}],
        },
        "descriptionModule": {"briefSummary": "What it is about.\n\n* a\n* b"},
        "conditionsModule": {"conditions": ["Myositis"], "keywords": ["IIM"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "designInfo": {
                "allocation": "NA",
                "interventionModel": "SINGLE_GROUP",
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
            },
            "enrollmentInfo": {"count": 0, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "Treated", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Cells: new"]},
                {"label": "Control", "type": "ACTIVE_COMPARATOR"},
            ],
            "interventions": [
                {"type": "DRUG", "name": "Cells: new", "otherNames": ["C-1"]},
                {"type": "OTHER", "name": "Usual care", "armGroupLabels": ["Control", "No such arm"]},
            ],
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": "Response", "timeFrame": "Week 52"}],
            "secondaryOutcomes": [{"measure": "Safety"}, {"measure": "Pain"}],
        },
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n* Adults",
            "healthyVolunteers": False,
            "sex": "ALL",
            "minimumAge": "18 Years",
            "maximumAge": "75 Years",
            "stdAges": ["ADULT", "OLDER_ADULT"],
        },
        "contactsLocationsModule": {
            "overallOfficials": [{"name": "Dr One", "affiliation": "There", "role": "STUDY_CHAIR"}],
            "centralContacts": [{"name": "Desk", "phone": "555-0100", "phoneExt": "12"}],
            "locations": [
                {**_SITE, "zip": "119074"},
                {**_SITE, "zip": "169608"},
                {**_SITE, "zip": "119074", "contacts": [{"name": "A. B."}, {"name": "A. B."}]},
                {
                    "facility": "Hospital",
                    "city": "Málaga",
                    "zip": "29010",
                    "country": "Spain",
                    "geoPoint": {"lat": 36.72, "lon": -4.42},
                },
            ],
        },
    },
    "hasResults": False,
}


def record(**modules: dict[str, Any]) -> dict[str, Any]:
    """The record, with keys of its modules replaced: `record(designModule={"phases": []})`."""
    fresh = copy.deepcopy(_RECORD)
    for module, keys in modules.items():
        fresh["protocolSection"].setdefault(module, {}).update(keys)
    return fresh


def locations(whole: dict[str, Any]) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = whole["protocolSection"]["contactsLocationsModule"]["locations"]
    return places
