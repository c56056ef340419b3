"""Who may join a study, as FHIR R5 EvidenceVariables: the first of them is the whole.

What the record has in fields of its own (ages, sex, healthy volunteers) is always there. The criteria are
those of a published version; where there is none, their text as registered, which nothing computes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trials.criteria.tree import Cohort, Tree
from trials.handing_on.fhir import codes
from trials.handing_on.fhir.eligibility import Criteria, InWords
from trials.handing_on.fhir.statements import Variable, combined
from trials.handing_on.fhir.words import LOINC, Element, concept, notes, quantity, reference, without_blanks
from trials.handing_on.study import Study, module, nct_id, registry_page, text, title

_AGE = re.compile(r"([0-9]{1,5}) (Year|Month|Week|Day|Hour|Minute)s?")
_UNITS = {"Year": "a", "Month": "mo", "Week": "wk", "Day": "d", "Hour": "h", "Minute": "min"}


@dataclass(frozen=True)
class Published:
    """A version of the criteria that anybody may read."""

    label: str
    tree: Tree
    remarks: Sequence[str] = ()


def eligibility(
    study: Study, version: Published | None, variables: Mapping[str, Variable], in_words: InWords
) -> list[Element]:
    registered = _registered(study)
    if version is None:
        return [_variable(study, [*registered, *_as_registered(study)])]
    if not version.tree.cohorts:
        criteria = Criteria(version.tree, variables, in_words).characteristics()
        return [_variable(study, [*registered, *criteria], version)]
    cohorts = []
    for cohort in version.tree.cohorts:
        criteria = Criteria(version.tree, variables, in_words, cohort).characteristics()
        cohorts.append(_variable(study, criteria, version, cohort))
    choice = [
        {"description": one["title"], "definitionReference": reference("EvidenceVariable", one["id"])}
        for one in cohorts
    ]
    any_of_them = {"linkId": "cohorts", "description": "One of the cohorts", **combined("any-of", choice)}
    return [_variable(study, [*registered, any_of_them], version), *cohorts]


def _variable(
    study: Study,
    characteristics: list[Element],
    version: Published | None = None,
    cohort: Cohort | None = None,
) -> Element:
    whose = f": {cohort.label}" if cohort else ""
    ending = f"-cohort-{_cohort_number(version, cohort)}" if version and cohort else ""
    return without_blanks(
        resourceType="EvidenceVariable",
        id=f"{nct_id(study)}-eligibility{ending}",
        title=f"Who may join {nct_id(study)}{whose}",
        version=version.label if version else "",
        status="active",
        description=title(study),
        note=notes([*(version.remarks if version else []), cohort.note if cohort else ""]),
        relatedArtifact=[
            {"type": "derived-from", "document": {"url": registry_page(study), "title": nct_id(study)}}
        ],
        characteristic=characteristics,
    )


def _cohort_number(version: Published, cohort: Cohort) -> int:
    return version.tree.cohorts.index(cohort) + 1


def _registered(study: Study) -> list[Element]:
    """The limits that the record has in fields of its own."""
    module_ = module(study, "eligibilityModule")
    lowest, highest = text(module_, "minimumAge"), text(module_, "maximumAge")
    ages = without_blanks(low=_age(lowest), high=_age(highest))
    sex = text(module_, "sex")
    found: list[Element] = []
    if ages:
        found.append(
            {
                "linkId": "registered-ages",
                "description": f"Ages: {lowest or 'no lower limit'} to {highest or 'no upper limit'}",
                "definitionByTypeAndValue": {"type": concept("Age", (LOINC, "30525-0")), "valueRange": ages},
            }
        )
    if sex in ("FEMALE", "MALE"):
        value = concept(sex.lower(), (codes.GENDER_SYSTEM, sex.lower()))
        found.append(
            {
                "linkId": "registered-sex",
                "description": f"Sex: {sex.lower()}",
                "definitionByTypeAndValue": {
                    "type": concept("Sex", (LOINC, "46098-0")),
                    "valueCodeableConcept": value,
                },
            }
        )
    if module_.get("healthyVolunteers") is False:
        found.append(
            {
                "linkId": "registered-healthy-volunteers",
                "description": "Healthy volunteers are not accepted",
                "exclude": True,
                "definitionCodeableConcept": concept("Healthy volunteer"),
            }
        )
    return found


def _as_registered(study: Study) -> list[Element]:
    written = text(module(study, "eligibilityModule"), "eligibilityCriteria")
    if not written.strip():
        return []
    return [
        {
            "linkId": "registered-criteria",
            "description": written,
            "note": notes(["The criteria as registered; nobody has taken them apart yet."]),
            "definitionCodeableConcept": concept("Meets the criteria as registered"),
        }
    ]


def _age(written: str) -> Element | None:
    parts = _AGE.fullmatch(written)
    return quantity(int(parts[1]), _UNITS[parts[2]]) if parts else None
