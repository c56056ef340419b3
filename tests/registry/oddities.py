"""What real records do now and then, done to a made-up one: each changes the record in place."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

type Record = dict[str, Any]

SPACES = ("  ", "\t", "\u00a0", " \n", "\r\n", "\u200b", "\u2009")
ESCAPES = ("\\>=", "\\<", "\\[see below\\]", "\\*", "5 \\^ 9/L", "&lt; 3", "&amp;", "\\~", "1\\. First")
UNICODE = (
    *("≥ 3 × 10⁹/L", "β-blocker", "µg/m²", "naïve", "Łódź", "–", "“quoted”", "α4β7"),  # noqa: RUF001
    *("İstanbul", "北京", "e\u0301tude", "±", "ﬁbrosis"),
)


def _module(record: Record, name: str) -> Record:
    module: Record = record["protocolSection"].setdefault(name, {})
    return module


def lose_a_module(record: Record, random: Random) -> None:
    modules = [
        each for each in record["protocolSection"] if each not in ("identificationModule", "statusModule")
    ]
    if modules:
        del record["protocolSection"][random.choice(modules)]


def lose_nearly_all(record: Record, random: Random) -> None:
    for key in [*record]:
        if key not in ("protocolSection", "hasResults"):
            del record[key]
    protocol = record["protocolSection"]
    record["protocolSection"] = {"identificationModule": protocol["identificationModule"]}
    if random.random() < 0.5:
        record["protocolSection"]["statusModule"] = {"overallStatus": "WITHHELD"}


def write_ages_oddly(record: Record, random: Random) -> None:
    ages = (
        "N/A",
        "6 Months",
        "1 Day",
        "28 Days",
        "1 Year",
        "36 Hours",
        "0 Years",
        "2 Weeks",
        "90 Minutes",
        "120 Years",
    )
    module = _module(record, "eligibilityModule")
    module["minimumAge"], module["maximumAge"] = random.choice(ages), random.choice(ages)


def leave_dates_open(record: Record, random: Random) -> None:
    module = _module(record, "statusModule")
    module["startDateStruct"] = {"date": random.choice(["2011-07", "1999-12", "2030-01"])}
    module["completionDateStruct"] = {"date": "2031-02", "type": "ESTIMATED"}
    module.pop("primaryCompletionDateStruct", None)


def space_oddly(record: Record, random: Random) -> None:
    identification, eligibility = (
        _module(record, "identificationModule"),
        _module(record, "eligibilityModule"),
    )
    identification["briefTitle"] = identification["briefTitle"].replace(" ", random.choice(SPACES), 2) + " "
    criteria = eligibility.get("eligibilityCriteria", "")
    eligibility["eligibilityCriteria"] = "\n\n" + criteria.replace(
        "\n", random.choice(["\n\n\n", "\r\n", " \n "])
    )


def escape(record: Record, random: Random) -> None:
    _append(record, random.choices(ESCAPES, k=3))


def write_unicode(record: Record, random: Random) -> None:
    _append(record, random.choices(UNICODE, k=4))
    identification = _module(record, "identificationModule")
    identification["briefTitle"] += f" ({random.choice(UNICODE)})"


def _append(record: Record, parts: list[str]) -> None:
    for module, key in (("descriptionModule", "briefSummary"), ("eligibilityModule", "eligibilityCriteria")):
        text = _module(record, module)
        text[key] = f"{text.get(key, '')}\n\n* Also {' and '.join(parts)}".strip()


def name_what_nobody_knows(record: Record, random: Random) -> None:
    """Values that an enumeration may have tomorrow."""
    choice = random.randrange(4)
    if choice == 0:
        _module(record, "statusModule")["overallStatus"] = "PAUSED_FOR_NOW"
    elif choice == 1:
        _module(record, "designModule")["phases"] = ["PHASE7"]
    elif choice == 2:
        for each in _module(record, "armsInterventionsModule").get("interventions", []):
            each["type"] = "SOFTWARE_AGENT"
    else:
        _module(record, "sponsorCollaboratorsModule").setdefault("leadSponsor", {"name": "A"})["class"] = (
            "CITIZENS"
        )


def bear_another_number(record: Record, random: Random) -> None:
    _module(record, "identificationModule")["nctIdAliases"] = [
        f"NCT{random.randrange(98_000_000, 99_000_000)}"
    ]


def have_no_structure(record: Record, random: Random) -> None:
    """Criteria in one line, or under no heading."""
    module = _module(record, "eligibilityModule")
    text = module.get("eligibilityCriteria", "")
    module["eligibilityCriteria"] = (
        " ".join(text.split()) if random.random() < 0.5 else text.replace(" Criteria:", "")
    )


def say_very_much(record: Record, random: Random) -> None:
    """As long as the longest: criteria of 18,000 signs, conditions and keywords without end."""
    module, conditions = _module(record, "eligibilityModule"), _module(record, "conditionsModule")
    text = module.get("eligibilityCriteria") or "* Adults"
    module["eligibilityCriteria"] = (text + "\n") * (18_000 // (len(text) + 1) + 1)
    named = conditions.get("conditions") or ["Cancer"]
    conditions["conditions"] = [f"{named[0]} {number}" for number in range(random.randrange(20, 127))]


def repeat_names(record: Record, random: Random) -> None:
    """The same condition, keyword and arm twice."""
    conditions, arms = _module(record, "conditionsModule"), _module(record, "armsInterventionsModule")
    for owner, key in (
        (conditions, "conditions"),
        (conditions, "keywords"),
        (arms, "armGroups"),
        (arms, "interventions"),
    ):
        if owner.get(key):
            owner[key] = [*owner[key], owner[key][0]]


# How often each happens, in 10,000 records.
ODDITIES: dict[Callable[[Record, Random], None], int] = {
    lose_a_module: 150,
    lose_nearly_all: 10,
    write_ages_oddly: 300,
    leave_dates_open: 400,
    space_oddly: 100,
    escape: 800,
    write_unicode: 500,
    name_what_nobody_knows: 40,
    bear_another_number: 60,
    have_no_structure: 200,
    say_very_much: 20,
    repeat_names: 100,
}
_CHANCES = [(each, number / 10_000) for each, number in ODDITIES.items()]


def make_odd(record: Record, random: Random) -> None:
    for oddity, chance in _CHANCES:
        if random.random() < chance:
            oddity(record, random)
