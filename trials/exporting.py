"""A trial as the document that describes it: what `importers/fixtures.py` reads, from our rows.

The protocol section has the registry's names. What is blank is left out; sites that were added here and no
registry lists are not the record's, and drafts of criteria are nobody's yet.
"""

from __future__ import annotations

from typing import Any

import yaml

from trials.dates import PartialDate
from trials.models import Arm, CriteriaVersion, Site, Trial
from trials.models.criteria import tree_document
from trials.models.people import Contact

type Document = dict[str, Any]
WIDTH = 120


def trial_document(trial: Trial) -> Document:
    """Its content as it is now, edits by hand with it, and its published criteria, oldest first."""
    versions = CriteriaVersion.objects.filter(trial=trial).published().order_by("published_at", "number")
    # A label that was published again stands for its last text: a document names each once.
    last = {(version.source, version.label): version for version in versions}
    document = {
        "protocolSection": _protocol_section(trial),
        "hasResults": trial.has_results,
        "supplement": _supplement(trial),
        "criteria_versions": [
            _version(version) for version in versions if last[version.source, version.label] == version
        ],
    }
    return {key: value for key, value in document.items() if value not in ({}, [], None)}


def as_yaml(document: Document) -> str:
    """The document as a file; the loader reads it into the same again."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are written."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _protocol_section(trial: Trial) -> Document:
    return _filled(
        identificationModule=_filled(
            nctId=trial.nct_id,
            nctIdAliases=trial.nct_id_aliases,
            orgStudyIdInfo=_filled(id=trial.org_study_id),
            secondaryIdInfos=[
                _filled(id=each.identifier, type=each.type, domain=each.domain, link=each.link)
                for each in trial.other_identifiers.order_by("position")
            ],
            organization=_filled(fullName=trial.organization_name),
            briefTitle=trial.brief_title,
            officialTitle=trial.official_title,
            acronym=trial.acronym,
        ),
        statusModule=_status(trial),
        sponsorCollaboratorsModule=_sponsors(trial),
        descriptionModule=_filled(
            briefSummary=trial.brief_summary, detailedDescription=trial.detailed_description
        ),
        conditionsModule=_filled(
            conditions=[each.name for each in trial.conditions.order_by("position")],
            keywords=[each.name for each in trial.keywords.order_by("position")],
        ),
        designModule=_design(trial),
        armsInterventionsModule=_groups(trial),
        outcomesModule=_filled(
            **{
                f"{kind}Outcomes": [
                    _filled(measure=each.measure, description=each.description, timeFrame=each.time_frame)
                    for each in trial.outcomes.filter(kind=kind).order_by("position")
                ]
                for kind in ("primary", "secondary", "other")
            }
        ),
        eligibilityModule=_filled(
            eligibilityCriteria=trial.eligibility_text,
            healthyVolunteers=trial.healthy_volunteers,
            sex=trial.sex,
            genderBased=trial.gender_based,
            genderDescription=trial.gender_description,
            minimumAge=trial.minimum_age,
            maximumAge=trial.maximum_age,
            stdAges=trial.std_ages,
            studyPopulation=trial.study_population,
            samplingMethod=trial.sampling_method,
        ),
        contactsLocationsModule=_filled(
            centralContacts=[_contact(each) for each in trial.central_contacts.order_by("position")],
            overallOfficials=[
                _filled(name=each.name, affiliation=each.affiliation, role=each.role)
                for each in trial.officials.order_by("position")
            ],
            locations=[
                _location(site)
                for site in trial.sites.listed()
                .filter(origin=Site.Origin.REGISTRY)
                .order_by("position")
                .prefetch_related("contacts")
            ],
        ),
    )


def _status(trial: Trial) -> Document:
    structs = {
        "startDateStruct": (trial.start_date, trial.start_date_type),
        "primaryCompletionDateStruct": (trial.primary_completion_date, trial.primary_completion_date_type),
        "completionDateStruct": (trial.completion_date, trial.completion_date_type),
        "studyFirstPostDateStruct": (trial.first_posted_date, trial.first_posted_date_type),
        "resultsFirstPostDateStruct": (trial.results_first_posted_date, ""),
        "lastUpdatePostDateStruct": (trial.last_update_posted_date, trial.last_update_posted_date_type),
    }
    return _filled(
        statusVerifiedDate=_date(trial.status_verified_date),
        overallStatus=trial.overall_status,
        lastKnownStatus=trial.last_known_status,
        whyStopped=trial.why_stopped,
        studyFirstSubmitDate=_date(trial.first_submitted_date),
        lastUpdateSubmitDate=_date(trial.last_update_submitted_date),
        **{key: _filled(date=_date(date), type=kind) for key, (date, kind) in structs.items()},
    )


def _sponsors(trial: Trial) -> Document:
    parts = list(trial.sponsor_parts.select_related("sponsor").order_by("position"))
    named = [(part.role, _filled(name=part.sponsor.name, **{"class": part.agency_class})) for part in parts]
    return _filled(
        responsibleParty=_filled(
            type=trial.responsible_party_type,
            investigatorFullName=trial.responsible_party_name,
            investigatorTitle=trial.responsible_party_title,
            investigatorAffiliation=trial.responsible_party_affiliation,
        ),
        leadSponsor=next((sponsor for role, sponsor in named if role == "lead"), {}),
        collaborators=[sponsor for role, sponsor in named if role != "lead"],
    )


def _design(trial: Trial) -> Document:
    return _filled(
        studyType=trial.study_type,
        phases=trial.phases,
        designInfo=_filled(
            allocation=trial.allocation,
            interventionModel=trial.intervention_model,
            interventionModelDescription=trial.intervention_model_description,
            primaryPurpose=trial.primary_purpose,
            observationalModel=trial.observational_model,
            timePerspective=trial.time_perspective,
            maskingInfo=_filled(
                masking=trial.masking,
                maskingDescription=trial.masking_description,
                whoMasked=trial.who_masked,
            ),
        ),
        enrollmentInfo=_filled(count=trial.enrollment_count, type=trial.enrollment_type),
    )


def _groups(trial: Trial) -> Document:
    arms = list(trial.arms.order_by("position").prefetch_related("interventions"))
    interventions = list(trial.interventions.order_by("position").prefetch_related("arms"))
    return _filled(
        armGroups=[
            _filled(
                label=arm.label,
                type=arm.type,
                description=arm.description,
                interventionNames=_intervention_names(arm),
            )
            for arm in arms
        ],
        interventions=[
            _filled(
                type=each.type,
                name=each.name,
                description=each.description,
                armGroupLabels=[arm.label for arm in sorted(each.arms.all(), key=lambda arm: arm.position)],
                otherNames=each.other_names,
            )
            for each in interventions
        ],
    )


def _intervention_names(arm: Arm) -> list[str]:
    """As the registry writes them: "Drug: Prednisone"; the reader takes the first colon for that one."""
    return [
        f"{each.type.replace('_', ' ').capitalize()}: {each.name}" if each.type else each.name
        for each in sorted(arm.interventions.all(), key=lambda each: each.position)
    ]


def _location(site: Site) -> Document:
    point = {"lat": site.latitude, "lon": site.longitude}
    return _filled(
        facility=site.facility,
        status=site.status,
        city=site.city,
        state=site.state,
        zip=site.zip,
        country=site.country,
        contacts=[_contact(each) for each in sorted(site.contacts.all(), key=lambda each: each.position)],
        geoPoint=point if site.latitude is not None else None,
    )


def _contact(contact: Contact) -> Document:
    return _filled(
        name=contact.name,
        role=contact.role,
        phone=contact.phone,
        phoneExt=contact.phone_ext,
        email=contact.email,
    )


def _supplement(trial: Trial) -> Document:
    return _filled(
        nickname=trial.nickname,
        plain_summary={"text": trial.plain_summary, "machine_made": trial.plain_summary_machine_made}
        if trial.plain_summary
        else None,
        periods=trial.periods,
        notices=trial.notices,
        about_sponsor=trial.about_sponsor,
        worldwide_contacts_note=trial.worldwide_contacts_note,
        people_applied=trial.people_applied,
        launched=_date(trial.launched),
        current_as_of=_date(trial.current_as_of),
        related_trials=[_filled(nct_id=each["nct_id"], title=each["title"]) for each in trial.related_trials],
    )


def _version(version: CriteriaVersion) -> Document:
    return {
        **_filled(
            label=version.label,
            source=version.source,
            completeness=version.completeness,
            effective=version.effective.isoformat() if version.effective else None,
            made_up=version.made_up or None,
            change_reason=version.change_reason,
        ),
        **tree_document(version.pk),
    }


def _date(date: PartialDate | None) -> str | None:
    return date.iso if date else None


def _filled(**values: Any) -> Document:
    """Without what is blank. No and zero are values."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
