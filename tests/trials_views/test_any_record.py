"""The page of any record: in words all that it says, what has no columns too, and nothing left over of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from config.context import acting_as, system
from tests.registry import studies
from tests.trials.records import record
from tests.trials_views.catalogue import text_of
from tests.trials_views.promises import broken, unsaid
from tests.trials_views.test_trial_page import page_of, sections
from trials.importers.bulk import merge
from trials.importers.incoming import Incoming

pytestmark = pytest.mark.django_db

WITHOUT_COLUMNS: dict[str, Any] = {
    "identificationModule": {
        "acronym": "MYO-1",
        "orgStudyIdInfo": {"id": "R01", "type": "NIH", "link": "https://grants.example/R01"},
    },
    "statusModule": {
        "expandedAccessInfo": {
            "hasExpandedAccess": True,
            "nctId": "NCT00000009",
            "statusForNctId": "AVAILABLE",
        },
        "studyFirstSubmitQcDate": "2024-11-05",
        "dispFirstPostDateStruct": {"date": "2025-02", "type": "ESTIMATED"},
        "resultsWaived": True,
    },
    "oversightModule": {"oversightHasDmc": True, "isFdaRegulatedDrug": False},
    "designModule": {
        "patientRegistry": True,
        "targetDuration": "10 Years",
        "expandedAccessTypes": {"individual": True},
        "bioSpec": {"retention": "SAMPLES_WITH_DNA", "description": "Blood \\> 5 mL"},
    },
    "ipdSharingStatementModule": {
        "ipdSharing": "UNDECIDED",
        "description": "Upon request.",
        "infoTypes": ["STUDY_PROTOCOL", "SAP"],
        "timeFrame": "For 5 years",
        "accessCriteria": "Researchers",
        "url": "https://data.example/ask",
    },
    "referencesModule": {
        "references": [
            {
                "pmid": "1090839",
                "type": "RESULT",
                "citation": "Bohan A. Myositis.",
                "retractions": [{"source": "N Engl"}],
            },
            {"pmid": "<b>", "type": "NEW_KIND", "citation": "Unknown kind."},
        ],
        "seeAlsoLinks": [{"label": "More", "url": "https://more.example/"}, {"url": "javascript:alert(1)"}],
        "availIpds": [
            {"id": "109063", "type": "Dataset", "url": "https://ipd.example/1", "comment": "Ask them"}
        ],
    },
}
OF_THE_REGISTRY: dict[str, Any] = {
    "documentSection": {
        "largeDocumentModule": {
            "noSap": True,
            "largeDocs": [
                {
                    "label": "Study Protocol",
                    "date": "2017-08-05",
                    "uploadDate": "2021-08-13T11:54",
                    "filename": "Prot_000.pdf",
                    "size": 642802,
                },
                {"label": "Elsewhere", "filename": "../x?"},
            ],
        }
    },
    "derivedSection": {
        "conditionBrowseModule": {
            "meshes": [{"term": "Myositis"}],
            "ancestors": [{"term": "Muscular Diseases"}],
        },
        "miscInfoModule": {"removedCountries": ["Poland"]},
    },
    "annotationSection": {
        "annotationModule": {
            "unpostedAnnotation": {
                "unpostedResponsibleParty": "Someone",
                "unpostedEvents": [
                    {"type": "RELEASE", "date": "2014-05-08"},
                    {"type": "RESET", "date": "2014-06-09"},
                ],
            },
            "violationAnnotation": {
                "violationEvents": [
                    {
                        "type": "VIOLATION_IDENTIFIED",
                        "description": "Not complete.",
                        "postedDate": "2021-07-29",
                    }
                ]
            },
        }
    },
}


def store(*records: dict[str, Any]) -> None:
    with acting_as(system("test", importing=True, edits_content=True)):
        merge([Incoming("here", json.dumps(each).encode(), each) for each in records])


def test_what_a_record_says_without_columns_is_told_in_words(client: Client) -> None:
    whole = record(**WITHOUT_COLUMNS) | OF_THE_REGISTRY
    whole["protocolSection"]["identificationModule"]["nctId"] = "NCT00000001"
    store(whole)
    html = page_of(client, "NCT00000001")
    assert broken(html, whole) == []
    assert unsaid(html, whole) == []
    text = text_of(html)
    for part in (
        "MYO-1 A Study in Myositis",
        "R01 Sponsor's own reference, US NIH grant or contract",
        "Available outside of this trial Yes Record of the expanded access NCT00000009 Available",
        "For whom For single patients",
        "First submission that met the registry's standards 5 Nov 2024",
        "Delay of the results first posted Feb 2025 (estimated)",
        "The registry has waived the duty to submit results.",
        "A data monitoring committee watches over it Yes",
        "Participants are followed for 10 years",
        "Samples kept Samples from which DNA can be taken",
        "Data of single participants are shared Not decided yet",
        "With them Study protocol; Statistical analysis plan",
        "Results of the trial Bohan A. Myositis. PMID 1090839 Retracted: N Engl",
        "New kind Unknown kind.",
        "Study Protocol of 5 Aug 2017 , uploaded 13 Aug 2021 , 627.7",
        "There is no statistical analysis plan",
        "Conditions Myositis under: Muscular Diseases",
        "that it names no more: Poland",
        "Submitted to the registry 8 May 2014 Returned by the registry for corrections 9 Jun 2014",
        "Violation identified Posted 29 Jul 2021 Not complete.",
    ):
        assert part in text, part
    links = set(re.findall(r'href="(https?:[^"]*|javascript[^"]*)" rel="nofollow', html))
    assert links == {
        "https://cdn.clinicaltrials.gov/large-docs/01/NCT00000001/Prot_000.pdf",
        "https://data.example/ask",
        "https://grants.example/R01",
        "https://ipd.example/1",
        "https://more.example/",
        "https://pubmed.ncbi.nlm.nih.gov/1090839/",
    }


def test_what_is_of_the_wrong_type_is_passed_over(client: Client) -> None:
    whole = record(
        oversightModule={"oversightHasDmc": "perhaps"},
        referencesModule={"references": [7, {"pmid": 7, "citation": None}], "seeAlsoLinks": "none"},
        ipdSharingStatementModule={"infoTypes": {"a": 1}, "ipdSharing": ["YES"]},
    )
    whole |= {"documentSection": [], "derivedSection": "x", "annotationSection": None, "resultsSection": 1}
    store(whole)
    assert "oversight" not in sections(page_of(client, "NCT01234567"))


def test_the_pages_of_a_made_up_registry_keep_their_promises(client: Client) -> None:
    made_up = list(studies(15, seed=1))
    store(*made_up)
    problems = []
    for each in made_up:
        number = each["protocolSection"]["identificationModule"]["nctId"]
        html = page_of(client, number)
        problems += [f"{number} {problem}" for problem in (*broken(html, each), *unsaid(html, each))]
    assert problems == []
