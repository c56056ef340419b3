"""Records of one trial as a registry might write them over the years, by a seed."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.trials.records import locations, record

STATUSES = ("RECRUITING", "COMPLETED", "NOT_YET_RECRUITING", "")
CITIES = ("Málaga", "Rennes", "Kanagawa-ku ", "Iowa City")


def named(nct_id: str, whole: dict[str, Any]) -> dict[str, Any]:
    """The same record of another trial."""
    protocol = whole["protocolSection"]
    identification = {**protocol["identificationModule"], "nctId": nct_id}
    return {**whole, "protocolSection": {**protocol, "identificationModule": identification}}


def states(seed: int, count: int = 3) -> list[dict[str, Any]]:
    """Of one trial, each made from the one before it."""
    chance = Random(seed)
    found = [record()]
    for _ in range(2):  # so that no two trials begin alike
        _change(chance, found[0])
    while len(found) < count:
        following = copy.deepcopy(found[-1])
        for _ in range(chance.randint(0, 4)):
            _change(chance, following)
        found.append(following)
    return found


def _change(chance: Random, whole: dict[str, Any]) -> None:
    modules = whole["protocolSection"]
    chance.choice(
        (_status, _texts, _sites, _addresses, _contacts, _groups, _outcomes, _people, _unread, _ages)
    )(chance, modules, whole)


def _status(chance: Random, modules: Any, whole: Any) -> None:
    modules["statusModule"]["overallStatus"] = chance.choice(STATUSES)
    modules["statusModule"]["lastUpdateSubmitDate"] = f"20{chance.randint(10, 26)}-0{chance.randint(1, 9)}"
    whole["hasResults"] = chance.choice((True, False, None))


def _texts(chance: Random, modules: Any, whole: Any) -> None:
    words = chance.choices(
        ("β-blocker", "Sjögren\tsyndrome", "a\\b", "line\nline", "{x}", '"y"', "NULL", "\\N"), k=3
    )
    modules["descriptionModule"]["briefSummary"] = " ".join(words)
    modules["conditionsModule"]["conditions"] = words[:2]
    modules["conditionsModule"]["keywords"] = words[1:]
    modules["eligibilityModule"]["eligibilityCriteria"] = chance.choice(
        ("", "Inclusion Criteria:\n\n* Adults\n* Ill")
    )


def _sites(chance: Random, modules: Any, whole: Any) -> None:
    places = locations(whole)
    chance.shuffle(places)
    if places and chance.random() < 0.5:
        places.pop()
    if places and chance.random() < 0.5:
        places.append(copy.deepcopy(places[0]))


def _addresses(chance: Random, modules: Any, whole: Any) -> None:
    country = chance.choice(("Spain", "Japan", "Korea, Republic of"))
    place: dict[str, Any] = {
        "city": chance.choice(CITIES),
        "country": country,
        "status": chance.choice(STATUSES),
    }
    if chance.random() < 0.5:
        place["geoPoint"] = {"lat": chance.choice((0, 36.72, -0.125)), "lon": 4.5}
    locations(whole).append(place)
    for each in locations(whole):
        if chance.random() < 0.3:
            each["status"] = chance.choice(STATUSES)


def _contacts(chance: Random, modules: Any, whole: Any) -> None:
    for place in locations(whole):
        if chance.random() < 0.5:
            place["contacts"] = [{"name": chance.choice("ABC"), "phone": "1"}] * chance.randint(0, 2)


def _groups(chance: Random, modules: Any, whole: Any) -> None:
    module = modules["armsInterventionsModule"]
    if chance.random() < 0.3:
        module["armGroups"].reverse()
    if chance.random() < 0.3:
        module["interventions"].append(
            {"type": "DRUG", "name": f"D{chance.randint(0, 5)}", "otherNames": ['"', ""]}
        )
    for arm in module["armGroups"]:
        arm["interventionNames"] = [f"Drug: D{chance.randint(0, 5)}"]


def _outcomes(chance: Random, modules: Any, whole: Any) -> None:
    module = modules["outcomesModule"]
    kind = chance.choice(("primaryOutcomes", "secondaryOutcomes", "otherOutcomes"))
    module[kind] = [{"measure": chance.choice("ABC")} for _ in range(chance.randint(0, 3))]


def _people(chance: Random, modules: Any, whole: Any) -> None:
    sponsors = modules["sponsorCollaboratorsModule"]
    sponsors["collaborators"] = [
        {"name": f"Sponsor {chance.randint(0, 9)}", "class": chance.choice(("OTHER", "NIH"))}
        for _ in range(chance.randint(0, 3))
    ]
    modules["contactsLocationsModule"]["overallOfficials"] = [
        {"name": chance.choice("XYZ")} for _ in range(chance.randint(0, 2))
    ]
    modules["identificationModule"]["secondaryIdInfos"] = [{"id": chance.choice("12")}]
    modules["contactsLocationsModule"]["centralContacts"] = [{"email": f"{chance.choice('ab')}@example.org"}]


def _unread(chance: Random, modules: Any, whole: Any) -> None:
    modules["oversightModule"] = {"oversightHasDmc": chance.random() < 0.5}
    modules["referencesModule"] = {"references": [{"pmid": str(chance.randint(1, 3))}]}
    whole["derivedSection"] = {"miscInfoModule": {"versionHolder": f"2026-11-{chance.randint(10, 28)}"}}


def _ages(chance: Random, modules: Any, whole: Any) -> None:
    modules["eligibilityModule"]["minimumAge"] = chance.choice(
        ("18 Years", "6 Months", "N/A", "90 Years", "old")
    )
