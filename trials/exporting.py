"""A trial as the document that describes it: what `importers/fixtures.py` reads, from our rows.

The protocol section has the registry's names. What is blank is left out; sites that were added here and no
registry lists are not the record's, and drafts of criteria are nobody's yet.
"""

from __future__ import annotations

from typing import Any

import yaml
from django.db.models import Manager, Model, QuerySet

from trials.dates import PartialDate
from trials.models import Arm, CriteriaVersion, Site, Trial
from trials.models.criteria import tree_document

type Document = dict[str, Any]
WIDTH = 120
_CONTACT = ("name", "role", "phone", "email")
_PHONE = {"phoneExt": "phone_ext"}


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
        identificationModule=_of(
            trial,
            nctId="nct_id",
            nctIdAliases="nct_id_aliases",
            orgStudyIdInfo=_of(trial, id="org_study_id"),
            secondaryIdInfos=_each(trial.other_identifiers, "type", "domain", "link", id="identifier"),
            organization=_of(trial, fullName="organization_name"),
            briefTitle="brief_title",
            officialTitle="official_title",
            acronym="acronym",
        ),
        statusModule=_status(trial),
        sponsorCollaboratorsModule=_sponsors(trial),
        descriptionModule=_of(
            trial, briefSummary="brief_summary", detailedDescription="detailed_description"
        ),
        conditionsModule=_filled(
            conditions=[each.name for each in trial.conditions.order_by("position")],
            keywords=[each.name for each in trial.keywords.order_by("position")],
        ),
        designModule=_design(trial),
        armsInterventionsModule=_groups(trial),
        outcomesModule=_filled(
            **{
                f"{kind}Outcomes": _each(
                    trial.outcomes.filter(kind=kind), "measure", "description", timeFrame="time_frame"
                )
                for kind in ("primary", "secondary", "other")
            }
        ),
        eligibilityModule=_of(
            trial,
            "sex",
            eligibilityCriteria="eligibility_text",
            healthyVolunteers="healthy_volunteers",
            genderBased="gender_based",
            genderDescription="gender_description",
            minimumAge="minimum_age",
            maximumAge="maximum_age",
            stdAges="std_ages",
            studyPopulation="study_population",
            samplingMethod="sampling_method",
        ),
        contactsLocationsModule=_filled(
            centralContacts=_each(trial.central_contacts, *_CONTACT, **_PHONE),
            overallOfficials=_each(trial.officials, "name", "affiliation", "role"),
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
    return _of(
        trial,
        statusVerifiedDate="status_verified_date",
        overallStatus="overall_status",
        lastKnownStatus="last_known_status",
        whyStopped="why_stopped",
        studyFirstSubmitDate="first_submitted_date",
        lastUpdateSubmitDate="last_update_submitted_date",
        resultsFirstPostDateStruct=_of(trial, date="results_first_posted_date"),
        **{
            key: _of(trial, date=f"{column}_date", type=f"{column}_date_type")
            for key, column in (
                ("startDateStruct", "start"),
                ("primaryCompletionDateStruct", "primary_completion"),
                ("completionDateStruct", "completion"),
                ("studyFirstPostDateStruct", "first_posted"),
                ("lastUpdatePostDateStruct", "last_update_posted"),
            )
        },
    )


def _sponsors(trial: Trial) -> Document:
    parts = list(trial.sponsor_parts.select_related("sponsor").order_by("position"))
    named = [(part.role, _filled(name=part.sponsor.name, **{"class": part.agency_class})) for part in parts]
    return _filled(
        responsibleParty=_of(
            trial,
            type="responsible_party_type",
            investigatorFullName="responsible_party_name",
            investigatorTitle="responsible_party_title",
            investigatorAffiliation="responsible_party_affiliation",
        ),
        leadSponsor=next((sponsor for role, sponsor in named if role == "lead"), {}),
        collaborators=[sponsor for role, sponsor in named if role != "lead"],
    )


def _design(trial: Trial) -> Document:
    return _of(
        trial,
        "phases",
        studyType="study_type",
        designInfo=_of(
            trial,
            "allocation",
            interventionModel="intervention_model",
            interventionModelDescription="intervention_model_description",
            primaryPurpose="primary_purpose",
            observationalModel="observational_model",
            timePerspective="time_perspective",
            maskingInfo=_of(
                trial, "masking", maskingDescription="masking_description", whoMasked="who_masked"
            ),
        ),
        enrollmentInfo=_of(trial, count="enrollment_count", type="enrollment_type"),
    )


def _groups(trial: Trial) -> Document:
    arms = trial.arms.order_by("position").prefetch_related("interventions")
    interventions = trial.interventions.order_by("position").prefetch_related("arms")
    return _filled(
        armGroups=[
            _of(arm, "label", "type", "description", interventionNames=_intervention_names(arm))
            for arm in arms
        ],
        interventions=[
            _of(
                each,
                *("type", "name", "description"),
                armGroupLabels=[arm.label for arm in sorted(each.arms.all(), key=lambda arm: arm.position)],
                otherNames="other_names",
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
    contacts = sorted(site.contacts.all(), key=lambda each: each.position)
    return _of(
        site,
        *("facility", "status", "city", "state", "zip", "country"),
        contacts=[_of(each, *_CONTACT, **_PHONE) for each in contacts],
        geoPoint=_of(site, lat="latitude", lon="longitude"),
    )


def _supplement(trial: Trial) -> Document:
    plain = {"text": trial.plain_summary, "machine_made": trial.plain_summary_machine_made}
    return _of(
        trial,
        *("nickname", "periods", "notices", "about_sponsor", "worldwide_contacts_note", "people_applied"),
        *("launched", "current_as_of"),
        plain_summary=plain if trial.plain_summary else {},
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


def _of(row: Model, *same: str, **others: Any) -> Document:
    """A row's columns under the document's names: as they are called here, or as `others` says.

    What is no column's name in `others` is the value itself.
    """
    columns = {name: name for name in same} | others
    return _filled(**{key: _written(row, column) for key, column in columns.items()})


def _written(row: Model, column: Any) -> Any:
    value = getattr(row, column) if isinstance(column, str) else column
    return value.iso if isinstance(value, PartialDate) else value


def _each(rows: Manager[Any] | QuerySet[Any], *same: str, **others: str) -> list[Document]:
    return [_of(row, *same, **others) for row in rows.order_by("position")]


def _filled(**values: Any) -> Document:
    """Without what is blank. No and zero are values."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
