"""A study as FHIR R5: a bundle of a ResearchStudy, who may join it, and where it runs.

The elements follow HL7's own mapping of ClinicalTrials.gov to ResearchStudy (R5, researchstudy-mappings).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import TextChoices

from trials.handing_on.fhir import codes
from trials.handing_on.fhir.words import Element, address, concept, reference, without_blanks
from trials.handing_on.study import Study, each, module, nct_id, part, registry_page, text, texts, title
from trials.text import humanised
from trials.vocabulary import (
    AgencyClass,
    Allocation,
    ArmType,
    ContactRole,
    InterventionModel,
    InterventionType,
    Masking,
    ObservationalModel,
    Phase,
    PrimaryPurpose,
    Status,
    StudyType,
    TimePerspective,
    WhoMasked,
    words,
)


def bundle(study: Study, eligibility: Sequence[Element]) -> Element:
    """The ResearchStudy, its EvidenceVariables (the first of them is the whole) and a Location a site."""
    locations = [
        _location(study, place, number)
        for number, place in enumerate(each(module(study, "contactsLocationsModule"), "locations"), start=1)
    ]
    resources = [_research_study(study, eligibility, locations), *eligibility, *locations]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": address(resource["resourceType"], resource["id"]), "resource": resource}
            for resource in resources
        ],
    }


def _research_study(study: Study, eligibility: Sequence[Element], locations: Sequence[Element]) -> Element:
    identification = module(study, "identificationModule")
    status = module(study, "statusModule")
    description = module(study, "descriptionModule")
    conditions = module(study, "conditionsModule")
    design = module(study, "designModule")
    return without_blanks(
        resourceType="ResearchStudy",
        id=nct_id(study),
        url=registry_page(study),
        identifier=_identifiers(study),
        title=title(study),
        label=[
            {"type": concept(kind, (codes.TITLE_SYSTEM, kind)), "value": said}
            for kind, name in (("official", "officialTitle"), ("acronym", "acronym"))
            if (said := text(identification, name))
        ],
        status="active",
        date=text(status, "lastUpdatePostDateStruct", "date") or text(status, "lastUpdateSubmitDate"),
        primaryPurposeType=_coded(
            text(design, "designInfo", "primaryPurpose"), PrimaryPurpose, codes.PURPOSE_SYSTEM, codes.PURPOSE
        ),
        phase=_phase(texts(design, "phases")),
        studyDesign=_design(design),
        focus=_interventions(study),
        condition=[concept(name) for name in texts(conditions, "conditions")],
        keyword=[concept(name) for name in texts(conditions, "keywords")],
        region=[concept(name) for name in _countries(study)],
        descriptionSummary=text(description, "briefSummary"),
        description=text(description, "detailedDescription"),
        period=without_blanks(
            start=text(status, "startDateStruct", "date"), end=text(status, "completionDateStruct", "date")
        ),
        site=[reference("Location", place["id"], place.get("name", "")) for place in locations],
        associatedParty=_parties(study),
        progressStatus=_progress(study),
        whyStopped=concept(why) if (why := text(status, "whyStopped")) else None,
        recruitment=_recruitment(design, eligibility),
        comparisonGroup=_arms(study),
        outcomeMeasure=_outcomes(study),
        relatedArtifact=[
            without_blanks(type="citation", citation=text(one, "citation"))
            for one in each(module(study, "referencesModule"), "references")
            if text(one, "citation")
        ],
    )


def _coded(value: str, vocabulary: type[TextChoices], system: str, known: dict[str, str]) -> Element | None:
    return concept(_word(vocabulary, value), (system, known.get(value, ""))) if value else None


def _word(vocabulary: type[TextChoices], value: str) -> str:
    return words(vocabulary, [value])[0]


def _identifiers(study: Study) -> list[Element]:
    identification = module(study, "identificationModule")
    own = text(identification, "orgStudyIdInfo", "id")
    former = texts(identification, "nctIdAliases")
    registered = [("official", nct_id(study)), *(("old", number) for number in former)]
    others = [
        without_blanks(
            use="secondary",
            type=concept(text(one, "domain") or humanised(text(one, "type")))
            if text(one, "domain") or text(one, "type")
            else None,
            value=text(one, "id"),
        )
        for one in each(identification, "secondaryIdInfos")
        if text(one, "id")
    ]
    sponsor = without_blanks(display=text(identification, "organization", "fullName"))
    return [
        *({"use": use, "system": codes.NCT_SYSTEM, "value": number} for use, number in registered if number),
        *([without_blanks(use="usual", value=own, assigner=sponsor)] if own else []),
        *others,
    ]


def _phase(phases: Sequence[str]) -> Element | None:
    if not phases:
        return None
    code = codes.PHASE.get(tuple(phases), "")
    return concept(", ".join(words(Phase, list(phases))), (codes.PHASE_SYSTEM, code))


def _design(design: Study) -> list[Element]:
    info = part(design, "designInfo")
    said: list[tuple[str, type[TextChoices]]] = [
        (text(design, "studyType"), StudyType),
        (text(info, "allocation"), Allocation),
        (text(info, "interventionModel"), InterventionModel),
        (text(info, "observationalModel"), ObservationalModel),
        (text(info, "timePerspective"), TimePerspective),
    ]
    found = [_coded(value, kind, codes.DESIGN_SYSTEM, codes.DESIGN) for value, kind in said if value != "NA"]
    masking = text(info, "maskingInfo", "masking")
    if masking:
        whom = ", ".join(words(WhoMasked, texts(info, "maskingInfo", "whoMasked")))
        found.append(concept(f"Masking: {_word(Masking, masking)}" + (f" ({whom})" if whom else "")))
    return [element for element in found if element]


def _interventions(study: Study) -> list[Element]:
    return [
        {"concept": concept(": ".join([*words(InterventionType, [kind] if kind else []), text(one, "name")]))}
        for one in each(module(study, "armsInterventionsModule"), "interventions")
        for kind in [text(one, "type")]
        if text(one, "name")
    ]


def _countries(study: Study) -> list[str]:
    places = each(module(study, "contactsLocationsModule"), "locations")
    return sorted({text(place, "country") for place in places} - {""})


def _parties(study: Study) -> list[Element]:
    sponsors = module(study, "sponsorCollaboratorsModule")
    lead = part(sponsors, "leadSponsor")
    contacts = module(study, "contactsLocationsModule")
    return [
        *([_organisation(lead, "lead-sponsor")] if lead else []),
        *(_organisation(one, "collaborator") for one in each(sponsors, "collaborators")),
        *(_person(one) for one in each(contacts, "overallOfficials")),
        *(_person(one) for one in each(contacts, "centralContacts")),
    ]


def _organisation(sponsor: Study, role: str) -> Element:
    kind = text(sponsor, "class")
    code = (codes.PARTY_SYSTEM, codes.PARTY.get(kind, ""))
    return without_blanks(
        name=text(sponsor, "name"),
        role=concept(role.replace("-", " "), (codes.ROLE_SYSTEM, role)),
        classifier=[concept(_word(AgencyClass, kind), code)] if kind else [],
    )


def _person(person: Study) -> Element:
    role = text(person, "role") or "CONTACT"
    return without_blanks(
        name=", ".join(filter(None, (text(person, "name"), text(person, "affiliation")))),
        role=concept(_word(ContactRole, role), (codes.ROLE_SYSTEM, codes.ROLE.get(role, ""))),
    )


def _progress(study: Study) -> list[Element]:
    state = text(module(study, "statusModule"), "overallStatus")
    coded = _coded(state, Status, codes.STATUS_SYSTEM, codes.STATUS)
    return [{"state": coded, "actual": True}] if coded else []


def _recruitment(design: Study, eligibility: Sequence[Element]) -> Element:
    count = part(design, "enrollmentInfo").get("count")
    is_actual = text(design, "enrollmentInfo", "type") == "ACTUAL"
    return without_blanks(
        targetNumber=None if is_actual else count,
        actualNumber=count if is_actual else None,
        eligibility=reference("EvidenceVariable", eligibility[0]["id"]) if eligibility else None,
    )


def _arms(study: Study) -> list[Element]:
    return [
        without_blanks(
            linkId=f"arm-{number}",
            name=text(arm, "label"),
            type=_coded(text(arm, "type"), ArmType, codes.ARM_SYSTEM, codes.ARM),
            description=_paragraphs([text(arm, "description"), *texts(arm, "interventionNames")]),
        )
        for number, arm in enumerate(each(module(study, "armsInterventionsModule"), "armGroups"), start=1)
        if text(arm, "label")
    ]


def _outcomes(study: Study) -> list[Element]:
    outcomes = module(study, "outcomesModule")
    return [
        without_blanks(
            name=text(one, "measure"),
            type=[concept(kind, (codes.OBJECTIVE_SYSTEM, code))],
            description=_paragraphs([text(one, "description"), text(one, "timeFrame")]),
        )
        for kind, code in (("primary", "primary"), ("secondary", "secondary"), ("other", ""))
        for one in each(outcomes, f"{kind}Outcomes")
    ]


def _location(study: Study, place: Study, number: int) -> Element:
    point = part(place, "geoPoint")
    status = text(place, "status")
    return without_blanks(
        resourceType="Location",
        id=f"{nct_id(study)}-site-{number}",
        mode="instance",
        name=text(place, "facility"),
        description=_word(Status, status) if status else "",
        address=without_blanks(
            city=text(place, "city"),
            state=text(place, "state"),
            postalCode=text(place, "zip"),
            country=text(place, "country"),
        ),
        position=without_blanks(latitude=point.get("lat"), longitude=point.get("lon")),
        contact=[_contact(one) for one in each(place, "contacts")],
    )


def _contact(person: Study) -> Element:
    phone = " ext. ".join(filter(None, (text(person, "phone"), text(person, "phoneExt"))))
    role = text(person, "role")
    return without_blanks(
        purpose=concept(_word(ContactRole, role)) if role else None,
        name=[{"text": name}] if (name := text(person, "name")) else [],
        telecom=[
            {"system": system, "value": value}
            for system, value in (("phone", phone), ("email", text(person, "email")))
            if value
        ],
    )


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, parts))
