"""ClinicalTrials.gov API v2: a record into the values of our rows. It reads only; `store` writes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from trials.ages import maximum_days, minimum_days
from trials.importers import addresses
from trials.importers.problems import ImportProblem, RejectedError
from trials.importers.reading import Part
from trials.text import folded

Values = dict[str, Any]


# Characters of a text: three times what the registry takes at most, for a page that can still be read.
_LONGEST = 100_000


@dataclass
class Place:
    """One entry of the record's list of locations."""

    values: Values
    contacts: list[Values]

    @property
    def address_key(self) -> str:
        return str(self.values["address_key"])


@dataclass
class Study:
    """What a record says, in the names of our columns. A row's position is its place in its list."""

    nct_id: str
    trial: Values
    conditions: list[Values] = field(default_factory=list)
    keywords: list[Values] = field(default_factory=list)
    other_identifiers: list[Values] = field(default_factory=list)
    outcomes: list[Values] = field(default_factory=list)
    sponsors: list[Values] = field(default_factory=list)
    officials: list[Values] = field(default_factory=list)
    central_contacts: list[Values] = field(default_factory=list)
    arms: list[Values] = field(default_factory=list)
    interventions: list[Values] = field(default_factory=list)
    arm_interventions: set[tuple[int, int]] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)


def read_study(record: object, *, strict: bool = False) -> Study:
    """Read a record, or raise `RejectedError` with all its problems.

    A registry may say more than we have columns for, and now and then writes an age that is none: that is
    left as it is. With `strict`, for documents that are written by hand, both are problems.
    """
    whole = Part(record)
    if "protocolSection" not in whole:
        whole.note("protocolSection", "is missing: this is no record of a study")
        raise RejectedError(whole.problems)
    protocol = whole.part("protocolSection")
    study = _study(protocol, strict=strict)
    said = whole.boolean("hasResults")
    # Records that have passed through other hands may bring the results and not say so.
    study.trial["has_results"] = True if "resultsSection" in whole else said
    problems = list(whole.problems)
    if strict:
        problems += [
            ImportProblem(path, "nothing reads this key: it would be lost") for path, _value in whole.unread()
        ]
    if problems:
        raise RejectedError(problems)
    return study


def unread_parts(record: object) -> dict[str, Any]:
    """By path what `read_study` has no column for."""
    whole = Part(record)
    _study(whole.part("protocolSection"), strict=False)
    whole.boolean("hasResults")
    return dict(whole.unread())


def _study(protocol: Part, *, strict: bool) -> Study:
    identification = protocol.part("identificationModule")
    nct_id = identification.text("nctId")
    if not re.fullmatch(r"NCT[0-9]{8}", nct_id):
        identification.note("nctId", "an NCT number is needed: NCT and eight digits")
    arms, interventions, links = _groups(protocol.part("armsInterventionsModule"))
    conditions = protocol.part("conditionsModule")
    locations = protocol.part("contactsLocationsModule")
    sponsors = protocol.part("sponsorCollaboratorsModule")
    return Study(
        nct_id=nct_id,
        trial={
            **_identification(identification),
            **_status(protocol.part("statusModule")),
            **_description(protocol.part("descriptionModule")),
            **_design(protocol.part("designModule")),
            **_eligibility(protocol.part("eligibilityModule"), strict=strict),
            **_responsible_party(sponsors.part("responsibleParty")),
        },
        conditions=named(conditions.texts("conditions", longest=500)),
        keywords=named(conditions.texts("keywords", longest=500)),
        other_identifiers=[
            {
                "identifier": item.text("id"),
                "type": item.text("type", longest=64),
                "domain": item.text("domain"),
                "link": item.text("link"),
            }
            for item in identification.parts("secondaryIdInfos")
        ],
        outcomes=_outcomes(protocol.part("outcomesModule")),
        sponsors=_sponsors(sponsors),
        officials=[
            {
                "name": official.text("name"),
                "affiliation": official.text("affiliation"),
                "role": official.text("role", longest=64),
            }
            for official in locations.parts("overallOfficials")
        ],
        central_contacts=[_contact(contact) for contact in locations.parts("centralContacts")],
        arms=arms,
        interventions=interventions,
        arm_interventions=links,
        places=[_place(location) for location in locations.parts("locations")],
    )


def _identification(module: Part) -> Values:
    return {
        "nct_id_aliases": module.texts("nctIdAliases"),
        "org_study_id": module.part("orgStudyIdInfo").text("id"),
        "organization_name": module.part("organization").text("fullName"),
        "brief_title": module.text("briefTitle"),
        "official_title": module.text("officialTitle"),
        "acronym": module.text("acronym"),
    }


def _status(module: Part) -> Values:
    values: Values = {
        "overall_status": module.text("overallStatus", longest=64),
        "last_known_status": module.text("lastKnownStatus", longest=64),
        "why_stopped": module.text("whyStopped"),
        "status_verified_date": module.date("statusVerifiedDate"),
        "first_submitted_date": module.date("studyFirstSubmitDate"),
        "last_update_submitted_date": module.date("lastUpdateSubmitDate"),
        "results_first_posted_date": module.part("resultsFirstPostDateStruct").date("date"),
    }
    for column, key in (
        ("start_date", "startDateStruct"),
        ("primary_completion_date", "primaryCompletionDateStruct"),
        ("completion_date", "completionDateStruct"),
        ("first_posted_date", "studyFirstPostDateStruct"),
        ("last_update_posted_date", "lastUpdatePostDateStruct"),
    ):
        struct = module.part(key)
        values[column] = struct.date("date")
        values[f"{column}_type"] = struct.text("type", longest=64)
    return values


def _description(module: Part) -> Values:
    return {
        "brief_summary": module.text("briefSummary", longest=_LONGEST),
        "detailed_description": module.text("detailedDescription", longest=_LONGEST),
    }


def _design(module: Part) -> Values:
    info = module.part("designInfo")
    masking = info.part("maskingInfo")
    enrollment = module.part("enrollmentInfo")
    return {
        "study_type": module.text("studyType", longest=64),
        "phases": module.texts("phases"),
        "enrollment_count": enrollment.integer("count"),
        "enrollment_type": enrollment.text("type", longest=64),
        "allocation": info.text("allocation", longest=64),
        "intervention_model": info.text("interventionModel", longest=64),
        "intervention_model_description": info.text("interventionModelDescription"),
        "observational_model": info.text("observationalModel", longest=64),
        "time_perspective": info.text("timePerspective", longest=64),
        "primary_purpose": info.text("primaryPurpose", longest=64),
        "masking": masking.text("masking", longest=64),
        "masking_description": masking.text("maskingDescription"),
        "who_masked": masking.texts("whoMasked"),
    }


def _eligibility(module: Part, *, strict: bool) -> Values:
    days: dict[str, int | None] = {}
    for key, convert in (("minimumAge", minimum_days), ("maximumAge", maximum_days)):
        try:
            days[key] = convert(module.text(key))
        except ValueError as error:
            days[key] = None
            if strict:
                module.note(key, str(error))
    lower, upper = days["minimumAge"], days["maximumAge"]
    if lower is not None and upper is not None and lower > upper:
        # Which of the two is wrong nobody knows: both stand as written, and no search relies on them.
        lower = upper = None
        if strict:
            module.note("minimumAge", "is above maximumAge")
    return {
        "eligibility_text": module.text("eligibilityCriteria", longest=_LONGEST),
        "sex": module.text("sex", longest=64),
        "gender_based": module.boolean("genderBased"),
        "gender_description": module.text("genderDescription"),
        "minimum_age": module.text("minimumAge"),
        "maximum_age": module.text("maximumAge"),
        "minimum_age_days": lower,
        "maximum_age_days": upper,
        "std_ages": module.texts("stdAges"),
        "healthy_volunteers": module.boolean("healthyVolunteers"),
        "study_population": module.text("studyPopulation"),
        "sampling_method": module.text("samplingMethod", longest=64),
    }


def _responsible_party(party: Part) -> Values:
    old_name, old_organization = party.text("oldNameTitle"), party.text("oldOrganization")
    return {
        "responsible_party_type": party.text("type", longest=64),
        "responsible_party_name": party.text("investigatorFullName") or old_name,
        "responsible_party_title": party.text("investigatorTitle"),
        "responsible_party_affiliation": party.text("investigatorAffiliation") or old_organization,
    }


def named(names: list[str]) -> list[Values]:
    """Rows of conditions or keywords."""
    return [{"name": name, "folded": folded(name)[:1000]} for name in names]


def _outcomes(module: Part) -> list[Values]:
    return [
        {
            "kind": kind,
            "position": position,
            "measure": outcome.text("measure"),
            "description": outcome.text("description"),
            "time_frame": outcome.text("timeFrame"),
        }
        for kind in ("primary", "secondary", "other")
        for position, outcome in enumerate(module.parts(f"{kind}Outcomes"))
    ]


def _sponsors(module: Part) -> list[Values]:
    parts = [("lead", module.part("leadSponsor"))] if "leadSponsor" in module else []
    parts += [("collaborator", part) for part in module.parts("collaborators")]
    for _role, part in parts:
        if "name" not in part:
            part.note("name", "is missing")
    return [
        {
            "role": role,
            "name": part.text("name", longest=500),
            "agency_class": part.text("class", longest=64),
        }
        for role, part in parts
    ]


def _contact(contact: Part) -> Values:
    return {
        "name": contact.text("name"),
        "role": contact.text("role", longest=64),
        "phone": contact.text("phone"),
        "phone_ext": contact.text("phoneExt"),
        "email": contact.text("email"),
    }


def _groups(module: Part) -> tuple[list[Values], list[Values], set[tuple[int, int]]]:
    """Arms, interventions, and which belongs to which; both say so, and either is believed."""
    arms = module.parts("armGroups")
    interventions = module.parts("interventions")
    arm_values = [
        {
            "label": arm.text("label"),
            "type": arm.text("type", longest=64),
            "description": arm.text("description"),
        }
        for arm in arms
    ]
    intervention_values = [
        {
            "type": item.text("type", longest=64),
            "name": item.text("name"),
            "description": item.text("description"),
            "other_names": item.texts("otherNames"),
        }
        for item in interventions
    ]
    links = set()
    for intervention_position, intervention in enumerate(interventions):
        labels = intervention.texts("armGroupLabels")
        for arm_position, arm_value in enumerate(arm_values):
            if arm_value["label"] in labels:
                links.add((arm_position, intervention_position))
    for arm_position, arm in enumerate(arms):
        # Written as "Drug: Prednisone"; names themselves have colons too.
        named = {name.partition(": ")[2] or name for name in arm.texts("interventionNames")}
        for intervention_position, value in enumerate(intervention_values):
            if value["name"] in named:
                links.add((arm_position, intervention_position))
    return arm_values, intervention_values, links


def _place(location: Part) -> Place:
    facility, city, state = location.text("facility"), location.text("city"), location.text("state")
    zip_code, country = location.text("zip"), location.text("country")
    point = location.part("geoPoint")
    latitude, longitude = point.number("lat", within=90), point.number("lon", within=180)
    if (latitude is None) != (longitude is None):
        location.note("geoPoint", "has one coordinate without the other")
    contacts = [_contact(contact) for contact in location.parts("contacts")]
    return Place(
        {
            "status": location.text("status", longest=64),
            "facility": facility,
            "city": city,
            "state": state,
            "zip": zip_code,
            "country": country,
            "latitude": latitude,
            "longitude": longitude,
            "address_key": addresses.address_key(facility, city, state, zip_code, country),
            **addresses.normalised(facility, city, state, zip_code, country),
        },
        contacts,
    )
