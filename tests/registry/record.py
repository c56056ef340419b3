"""One made-up record, in the shape of ClinicalTrials.gov's API v2, by its number and a seed alone."""

from __future__ import annotations

import datetime
from functools import cache
from random import Random
from typing import Any

from tests.registry.oddities import make_odd
from tests.registry.places import locations, number_of_sites
from tests.registry.words import (
    CONDITIONS,
    DRUGS,
    SPONSORS,
    condition,
    drug,
    made_up,
    rank,
    sentence,
    sponsor,
)

type Record = dict[str, Any]

FIRST_NCT = 10_000_000
_DAY_ONE = datetime.date(1999, 9, 20)
_DAYS = 9_600

# As often as in the registry, in 1,000.
STATUSES = (
    ("COMPLETED", 540), ("RECRUITING", 140), ("UNKNOWN", 130), ("TERMINATED", 60), ("NOT_YET_RECRUITING", 45),
    ("ACTIVE_NOT_RECRUITING", 40), ("WITHDRAWN", 30), ("ENROLLING_BY_INVITATION", 8), ("SUSPENDED", 4),
    ("AVAILABLE", 1), ("NO_LONGER_AVAILABLE", 1), ("APPROVED_FOR_MARKETING", 1),
)  # fmt: skip
PHASES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("NA",), 380), (("PHASE2",), 200), (("PHASE1",), 140), (("PHASE3",), 130), (("PHASE4",), 90),
    (("PHASE1", "PHASE2"), 40), (("PHASE2", "PHASE3"), 15), (("EARLY_PHASE1",), 5),
)  # fmt: skip
TYPES = (("INTERVENTIONAL", 770), ("OBSERVATIONAL", 228), ("EXPANDED_ACCESS", 2))
KINDS = (
    ("DRUG", 500), ("OTHER", 130), ("DEVICE", 100), ("BEHAVIORAL", 100), ("PROCEDURE", 80),
    ("BIOLOGICAL", 60), ("DIETARY_SUPPLEMENT", 20), ("RADIATION", 10), ("DIAGNOSTIC_TEST", 10),
    ("GENETIC", 3), ("COMBINATION_PRODUCT", 2),
)  # fmt: skip
ARM_TYPES = (
    "EXPERIMENTAL",
    "ACTIVE_COMPARATOR",
    "PLACEBO_COMPARATOR",
    "NO_INTERVENTION",
    "OTHER",
    "SHAM_COMPARATOR",
)
MASKINGS = ("NONE", "NONE", "NONE", "DOUBLE", "SINGLE", "QUADRUPLE", "TRIPLE")
MODELS = ("PARALLEL", "PARALLEL", "SINGLE_GROUP", "SINGLE_GROUP", "CROSSOVER", "SEQUENTIAL", "FACTORIAL")
PURPOSES = (
    "TREATMENT",
    "TREATMENT",
    "TREATMENT",
    "PREVENTION",
    "SUPPORTIVE_CARE",
    "DIAGNOSTIC",
    "BASIC_SCIENCE",
)
TITLES = (
    "{drug} in Patients With {condition}",
    "A Phase {number} Study of {drug} for {condition}",
    "Efficacy and Safety of {drug} Compared With {other} in {condition}",
    "{condition} Registry: {words}",
    "Effect of {drug} on {words} in Adults With {condition}",
    "{words} in {condition}",
)
CRITERIA = (
    "Age ≥ {number} years", "Diagnosis of {condition}", "Prior treatment with {drug} within {number} weeks",
    "Hemoglobin < {number} g/dL", "Pregnant or breastfeeding", "Able to give informed consent",
    "ECOG performance status of 0 to {number}", "History of {condition}", "ALT > {number} × ULN",  # noqa: RUF001
)  # fmt: skip


@cache
def _table(shares: tuple[tuple[Any, int], ...]) -> list[Any]:
    return [value for value, share in shares for _ in range(share)]


def _pick(random: Random, shares: tuple[tuple[Any, int], ...]) -> Any:
    table = _table(shares)
    return table[int(random.random() * len(table))]


@cache
def _day(number: int) -> str:
    return (_DAY_ONE + datetime.timedelta(days=number)).isoformat()


def study(number: int, seed: int) -> Record:
    """The record of that number: always the same one for a seed, whatever else is made."""
    random = Random((seed << 32) | number)
    draw = random.random
    named = list(
        dict.fromkeys(condition(rank(random, CONDITIONS)) for _ in range(1 + int(draw() * draw() * 5)))
    )
    drugs = list(dict.fromkeys(drug(rank(random, DRUGS)) for _ in range(1 + int(draw() * draw() * 5))))
    study_type = _pick(random, TYPES)
    status = _pick(random, STATUSES)
    protocol: Record = {
        "identificationModule": _identification(random, number, named, drugs),
        "statusModule": _status(random, status),
        "sponsorCollaboratorsModule": _sponsors(random),
        "oversightModule": {"oversightHasDmc": draw() < 0.4, "isFdaRegulatedDrug": draw() < 0.3},
        "descriptionModule": _description(random, number, named, drugs),
        "conditionsModule": _conditions(random, named, drugs),
        "designModule": _design(random, study_type, withdrawn=status == "WITHDRAWN"),
        "armsInterventionsModule": _arms(random, drugs),
        "outcomesModule": _outcomes(random),
        "eligibilityModule": _eligibility(random, named, drugs),
        "contactsLocationsModule": _places(random, recruits=status in ("RECRUITING", "NOT_YET_RECRUITING")),
    }
    if draw() < 0.15:
        protocol["ipdSharingStatementModule"] = {"ipdSharing": random.choice(["NO", "YES", "UNDECIDED"])}
    if draw() < 0.25:
        protocol["referencesModule"] = {
            "references": [
                {
                    "pmid": str(random.randrange(10**6, 4 * 10**7)),
                    "type": "BACKGROUND",
                    "citation": sentence(random, 25),
                }
                for _ in range(1 + int(draw() * 4))
            ]
        }
    record: Record = {"protocolSection": protocol}
    with_results = status in ("COMPLETED", "TERMINATED") and draw() < 0.2
    if with_results:
        record["resultsSection"] = _results(random)
    record["derivedSection"] = {
        "miscInfoModule": {"versionHolder": "2026-07-15"},
        "conditionBrowseModule": {
            "meshes": [{"id": f"D{rank(random, 60_000):06}", "term": each} for each in named[:2]]
        },
    }
    record["hasResults"] = with_results
    make_odd(record, random)
    return record


def _identification(random: Random, number: int, named: list[str], drugs: list[str]) -> Record:
    draw = random.random
    said = {
        "condition": named[0],
        "drug": drugs[0],
        "other": drugs[-1] if len(drugs) > 1 else "Placebo",
        "number": 1 + int(draw() * 4),
        "words": sentence(random, 4),
    }
    module: Record = {
        "nctId": f"NCT{FIRST_NCT + number:08}",
        "orgStudyIdInfo": {"id": f"{made_up(number % 4001)[:3].upper()}-{number % 97:02}-{number:06}"},
        "organization": {"fullName": sponsor(rank(random, SPONSORS))[0]},
        "briefTitle": TITLES[int(draw() * len(TITLES))].format_map(said),
    }
    if draw() < 0.35:
        module["secondaryIdInfos"] = [
            {"id": f"20{number % 25:02}-{number:06}-{number % 89 + 10}", "type": "EUDRACT_NUMBER"}
        ]
    if draw() < 0.9:
        module["officialTitle"] = f"{sentence(random, 9)} of {said['drug']} in {' and '.join(named[:2])}"
    if draw() < 0.2:
        module["acronym"] = made_up(rank(random, 5000)).upper()
    return module


def _status(random: Random, status: str) -> Record:
    draw = random.random
    first = int(draw() * (_DAYS - 400))
    started, ended, updated = (
        first + int(draw() * 300),
        first + 400 + int(draw() * 2500),
        first + int(draw() * 3000),
    )
    updated = min(updated, _DAYS)
    module: Record = {
        "statusVerifiedDate": _day(updated)[:7],
        "overallStatus": status,
        "startDateStruct": {"date": _day(started)[: 10 if draw() < 0.6 else 7], "type": "ACTUAL"},
        "primaryCompletionDateStruct": {
            "date": _day(ended)[:7],
            "type": "ESTIMATED" if ended > _DAYS else "ACTUAL",
        },
        "completionDateStruct": {
            "date": _day(ended + 90),
            "type": "ESTIMATED" if ended + 90 > _DAYS else "ACTUAL",
        },
        "studyFirstSubmitDate": _day(first),
        "studyFirstPostDateStruct": {"date": _day(first + 3), "type": "ESTIMATED"},
        "lastUpdateSubmitDate": _day(updated),
        "lastUpdatePostDateStruct": {"date": _day(updated + 2), "type": "ACTUAL"},
    }
    if status in ("TERMINATED", "WITHDRAWN", "SUSPENDED"):
        module["whyStopped"] = sentence(random, 7)
    if status == "UNKNOWN":
        module["lastKnownStatus"] = "RECRUITING"
    return module


def _sponsors(random: Random) -> Record:
    draw = random.random
    name, kind = sponsor(rank(random, SPONSORS))
    module: Record = {"responsibleParty": {"type": "SPONSOR"}, "leadSponsor": {"name": name, "class": kind}}
    if draw() < 0.3:
        others = {sponsor(rank(random, SPONSORS)) for _ in range(1 + int(draw() * 3))}
        module["collaborators"] = [{"name": each, "class": kind} for each, kind in sorted(others)]
    return module


def _paragraph(random: Random, sentences: int) -> str:
    return " ".join(f"{sentence(random, 9 + int(random.random() * 12))}." for _ in range(sentences))


def _description(random: Random, number: int, named: list[str], drugs: list[str]) -> Record:
    summary = f"{_paragraph(random, 3)} It is about {named[0]} and {drugs[0]}. {_paragraph(random, 2)}"
    # Names that nobody else uses: a tenth of a registry's words occur once or twice.
    rare = f"{made_up(100_000 + number)} {made_up(900_000 + number * 3)}"
    module = {"briefSummary": f"{summary} ({rare})."}
    if random.random() < 0.65:
        module["detailedDescription"] = "\n\n".join(
            _paragraph(random, 4) for _ in range(1 + int(random.random() * 5))
        )
    return module


def _conditions(random: Random, named: list[str], drugs: list[str]) -> Record:
    module: Record = {"conditions": named}
    if random.random() < 0.65:
        words = sentence(random, 1 + int(random.random() * 6)).lower().split()
        module["keywords"] = list(dict.fromkeys([*words, drugs[0]]))
    return module


def _design(random: Random, study_type: str, *, withdrawn: bool) -> Record:
    draw = random.random
    module: Record = {"studyType": study_type}
    if study_type == "EXPANDED_ACCESS":
        return module | {"expandedAccessTypes": {"individual": True}}
    if study_type == "INTERVENTIONAL":
        module["phases"] = list(_pick(random, PHASES))
        module["designInfo"] = {
            "allocation": "RANDOMIZED" if draw() < 0.6 else "NA",
            "interventionModel": MODELS[int(draw() * len(MODELS))],
            "primaryPurpose": PURPOSES[int(draw() * len(PURPOSES))],
            "maskingInfo": {"masking": MASKINGS[int(draw() * len(MASKINGS))]},
        }
    else:
        module["patientRegistry"] = draw() < 0.2
        module["designInfo"] = {"observationalModel": "COHORT", "timePerspective": "PROSPECTIVE"}
    count = 0 if withdrawn else int(random.lognormvariate(4.2, 1.3))
    module["enrollmentInfo"] = {"count": count, "type": "ACTUAL" if draw() < 0.6 else "ESTIMATED"}
    return module


def _arms(random: Random, drugs: list[str]) -> Record:
    draw = random.random
    labels = [f"{'ABCDEFG'[place]}: {each}" for place, each in enumerate(drugs)]
    if draw() < 0.4:
        labels.append("Control")
    arms = [
        {
            "label": label,
            "type": ARM_TYPES[min(place, len(ARM_TYPES) - 1)],
            "description": sentence(random, 14),
            "interventionNames": [f"Drug: {drugs[min(place, len(drugs) - 1)]}"],
        }
        for place, label in enumerate(labels)
    ]
    interventions = []
    for place, each in enumerate(drugs):
        made: Record = {
            "type": _pick(random, KINDS),
            "name": each,
            "description": sentence(random, 10),
            "armGroupLabels": [labels[place]],
        }
        if draw() < 0.3:
            made["otherNames"] = [drug(rank(random, DRUGS))]
        interventions.append(made)
    return {"armGroups": arms, "interventions": interventions}


def _outcomes(random: Random) -> Record:
    draw = random.random

    def some(most: int) -> list[Record]:
        return [
            {"measure": sentence(random, 6), "timeFrame": f"{1 + int(draw() * 52)} weeks"}
            for _ in range(1 + int(draw() * draw() * most))
        ]

    module = {"primaryOutcomes": some(3)}
    if draw() < 0.75:
        module["secondaryOutcomes"] = some(14)
    return module


def _eligibility(random: Random, named: list[str], drugs: list[str]) -> Record:
    draw = random.random

    def lines(most: int) -> str:
        said = []
        for _ in range(2 + int(draw() * most)):
            if draw() < 0.4:
                line = CRITERIA[int(draw() * len(CRITERIA))].format(
                    number=1 + int(draw() * 30), condition=named[-1], drug=drugs[-1]
                )
            else:
                line = sentence(random, 5 + int(draw() * 16))
            said.append(f"{'  ' if said and draw() < 0.1 else ''}* {line}")
        return "\n".join(said)

    sex = draw()
    module: Record = {
        "eligibilityCriteria": f"Inclusion Criteria:\n\n{lines(8)}\n\nExclusion Criteria:\n\n{lines(12)}",
        "healthyVolunteers": draw() < 0.25,
        "sex": "FEMALE" if sex < 0.1 else "MALE" if sex < 0.16 else "ALL",
        "stdAges": ["ADULT", "OLDER_ADULT"],
    }
    if draw() < 0.93:
        child = draw() < 0.15
        module["minimumAge"] = f"{int(draw() * 17) + 1 if child else 18} Years"
        if child:
            module["stdAges"].insert(0, "CHILD")
    if draw() < 0.55:
        module["maximumAge"] = f"{60 + int(draw() * 8) * 5} Years"
    return module


def _places(random: Random, *, recruits: bool) -> Record:
    draw = random.random
    module: Record = {}
    if draw() < 0.75:
        official = {"name": f"Official {int(draw() * 9999)}", "role": "PRINCIPAL_INVESTIGATOR"}
        module["overallOfficials"] = [official | {"affiliation": sponsor(rank(random, SPONSORS))[0]}]
    if recruits:
        module["centralContacts"] = [{"name": "Study desk", "role": "CONTACT", "email": "desk@example.org"}]
    number = number_of_sites(random)
    if number:
        module["locations"] = locations(random, number, open_for_all=recruits)
    return module


def _results(random: Random) -> Record:
    groups = [{"id": f"OG00{place}", "title": sentence(random, 3)} for place in range(2)]
    return {
        "participantFlowModule": {"groups": [{"id": each["id"], "title": each["title"]} for each in groups]},
        "outcomeMeasuresModule": {
            "outcomeMeasures": [
                {
                    "type": "PRIMARY",
                    "title": sentence(random, 8),
                    "groups": groups,
                    "paramType": "MEAN",
                    "unitOfMeasure": "mm",
                }
            ]
        },
    }
