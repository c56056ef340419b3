"""The lists and texts of a trial that can be long, each with how it is shown; the keys stand in addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.reading.portions import Kind, Portion, pieces, together

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from trials.models import Arm, Intervention, Outcome
    from trials.reading.criteria import CriteriaPart, Line
    from trials.reading.page import TrialPage
    from trials.reading.registered import AvailableData, Document, Link, Reference, Step

type _Entries = Callable[[TrialPage], Iterable[Any]]


@dataclass(frozen=True)
class Identifier:
    """One number of the trial, whose it is, and a page about it where the record names one."""

    number: str
    link: str
    type: str
    source: str


# Bytes of a criterion's mark-up.
_OF_LINE = 200


@dataclass(frozen=True)
class CohortLine:
    """A criterion, and the part of the criteria that it belongs to."""

    part: CriteriaPart
    line: Line


def portions_of(page: TrialPage) -> dict[str, Portion]:
    return {key: portion(page, key) for key in LONG}


def portion(page: TrialPage, key: str) -> Portion:
    """One of them; KeyError where there is none of that name."""
    kind, entries = LONG[key]
    return Portion(key, kind, list(entries(page)))


def _list(
    heading: _StrPromise,
    every: _StrPromise,
    template: str,
    entries: _Entries,
    words: Callable[[Any], Iterable[str]],
    markup: int = 120,
) -> tuple[Kind, _Entries]:
    return Kind(heading, every, f"trials/long/{template}.html", words, markup), entries


def _text(
    heading: _StrPromise, text: Callable[[TrialPage], str], template: str = "text"
) -> tuple[Kind, _Entries]:
    kind = Kind(
        heading,
        gettext_lazy("Read all of it"),
        f"trials/long/{template}.html",
        lambda piece: (piece,),
        made_of=together,
    )
    return kind, lambda page: pieces(text(page))


def _criteria(
    heading: _StrPromise, every: _StrPromise, parts: Callable[[TrialPage], Sequence[CriteriaPart]]
) -> tuple[Kind, _Entries]:
    kind = Kind(
        heading,
        every,
        "trials/long/criteria.html",
        lambda each: _of_line(each.line),
        markup=_OF_LINE,
        made_of=_parts_again,
    )
    return kind, lambda page: [CohortLine(part, line) for part in parts(page) for line in part.lines]


def _parts_again(lines: Sequence[CohortLine]) -> list[CriteriaPart]:
    by_part: dict[int, list[CohortLine]] = {}
    for each in lines:
        by_part.setdefault(id(each.part), []).append(each)
    return [replace(found[0].part, lines=[each.line for each in found]) for found in by_part.values()]


def _of_line(line: Line) -> Iterator[str]:
    """The words of a criterion and of what is below it, which has mark-up of its own."""
    yield from (line.node.identifier, line.node.label, line.node.text, line.logic)
    yield from (remark.text for remark in line.remarks)
    for below in line.below:
        yield " " * _OF_LINE
        yield from _of_line(below)


def _outcomes(heading: _StrPromise, every: _StrPromise, kind: str) -> tuple[Kind, _Entries]:
    return _list(heading, every, "outcomes", lambda page: page.outcomes[kind], _of_outcome, markup=170)


def _of_outcome(outcome: Outcome) -> tuple[str, ...]:
    return outcome.measure, outcome.description, outcome.time_frame


def _of_arm(arm: Arm) -> list[str]:
    links = (f"{each.name:80}" for each in arm.interventions.all())
    return [arm.label, arm.description, *links]


def _of_intervention(intervention: Intervention) -> list[str]:
    return [intervention.name, intervention.description, *intervention.other_names]


def _of_reference(reference: Reference) -> list[str]:
    return [reference.citation, *(f"{each:120}" for each in reference.retractions)]


def _of_link(link: Link) -> tuple[str, str]:
    return link.words, link.address


def _of_document(document: Document) -> tuple[str, str]:
    return _of_link(document.link)


def _of_data(data: AvailableData) -> tuple[str, ...]:
    return data.type, *_of_link(data.link), data.comment


def _of_contact(contact: Any) -> tuple[str, ...]:
    return contact.name, contact.phone, contact.phone, contact.email, contact.email


def _of_official(official: Any) -> tuple[str, ...]:
    return official.name, official.affiliation


def _of_step(step: Step) -> tuple[str, str]:
    return step.words, step.description


def _itself(words: str) -> tuple[str]:
    return (words,)


def _identifiers(page: TrialPage) -> list[Identifier]:
    trial, registered, unsaid = page.trial, page.registered, _("Not reported")
    own = ", ".join(filter(None, (_("Sponsor's own reference"), registered.reference_type)))
    organisation = trial.organization_name or (page.lead.sponsor.name if page.lead else "")
    registry = "ClinicalTrials.gov"
    return [
        Identifier(trial.nct_id, "", _("Registry number (NCT)"), registry),
        *(Identifier(alias, "", _("Former registry number"), registry) for alias in trial.nct_id_aliases),
        *(
            [Identifier(trial.org_study_id, registered.reference_address, own, organisation)]
            if trial.org_study_id
            else []
        ),
        *(
            Identifier(
                other.identifier, other.link, other.get_type_display() or unsaid, other.domain or unsaid
            )
            for other in trial.other_identifiers.all()
        ),
    ]


LONG: Mapping[str, tuple[Kind, _Entries]] = {
    "title": _text(gettext_lazy("Title"), lambda page: page.trial.title, "line"),
    "official_title": _text(gettext_lazy("Official title"), lambda page: page.official_title, "line"),
    "why_stopped": _text(gettext_lazy("Why it stopped"), lambda page: page.trial.why_stopped, "line"),
    "plain_summary": _text(gettext_lazy("In plain words"), lambda page: page.trial.plain_summary),
    "brief_summary": _text(gettext_lazy("Brief summary"), lambda page: page.trial.brief_summary),
    "detailed_description": _text(
        gettext_lazy("Detailed description"), lambda page: page.trial.detailed_description
    ),
    "conditions": _list(
        gettext_lazy("Conditions"),
        gettext_lazy("All %(n)s conditions"),
        "conditions",
        lambda page: page.trial.conditions.all(),
        lambda condition: (condition.name, condition.folded),
    ),
    "keywords": _list(
        gettext_lazy("Keywords"),
        gettext_lazy("All %(n)s keywords"),
        "keywords",
        lambda page: page.trial.keywords.all(),
        lambda keyword: (keyword.name,),
        markup=20,
    ),
    "condition_terms": _list(
        gettext_lazy("Subject terms of the conditions"),
        gettext_lazy("All %(n)s terms"),
        "names",
        lambda page: page.registered.condition_terms.terms,
        _itself,
        markup=2,
    ),
    "broader_condition_terms": _list(
        gettext_lazy("Broader terms of the conditions"),
        gettext_lazy("All %(n)s broader terms"),
        "names",
        lambda page: page.registered.condition_terms.broader,
        _itself,
        markup=2,
    ),
    "intervention_terms": _list(
        gettext_lazy("Subject terms of the interventions"),
        gettext_lazy("All %(n)s terms"),
        "names",
        lambda page: page.registered.intervention_terms.terms,
        _itself,
        markup=2,
    ),
    "broader_intervention_terms": _list(
        gettext_lazy("Broader terms of the interventions"),
        gettext_lazy("All %(n)s broader terms"),
        "names",
        lambda page: page.registered.intervention_terms.broader,
        _itself,
        markup=2,
    ),
    "gender": _text(gettext_lazy("Gender"), lambda page: page.trial.gender_description, "line"),
    "study_population": _text(gettext_lazy("Study population"), lambda page: page.trial.study_population),
    "inclusion": _criteria(
        gettext_lazy("Inclusion criteria"),
        gettext_lazy("All %(n)s inclusion criteria"),
        lambda page: page.inclusion,
    ),
    "exclusion": _criteria(
        gettext_lazy("Exclusion criteria"),
        gettext_lazy("All %(n)s exclusion criteria"),
        lambda page: page.exclusion,
    ),
    "criteria": _text(
        gettext_lazy("Criteria as registered"),
        lambda page: "" if page.version else page.trial.eligibility_text,
        "criteria_text",
    ),
    "model": _text(
        gettext_lazy("The model in detail"), lambda page: page.trial.intervention_model_description
    ),
    "masking": _text(gettext_lazy("The masking in detail"), lambda page: page.trial.masking_description),
    "samples": _text(gettext_lazy("The samples in detail"), lambda page: page.registered.samples),
    "groups": _list(
        gettext_lazy("Study groups"),
        gettext_lazy("All %(n)s groups"),
        "groups",
        lambda page: page.trial.arms.all(),
        _of_arm,
        markup=180,
    ),
    "interventions": _list(
        gettext_lazy("Interventions"),
        gettext_lazy("All %(n)s interventions"),
        "interventions",
        lambda page: page.trial.interventions.all(),
        _of_intervention,
        markup=200,
    ),
    "primary_outcomes": _outcomes(
        gettext_lazy("Primary outcomes"), gettext_lazy("All %(n)s primary outcomes"), "primary"
    ),
    "secondary_outcomes": _outcomes(
        gettext_lazy("Secondary outcomes"), gettext_lazy("All %(n)s secondary outcomes"), "secondary"
    ),
    "other_outcomes": _outcomes(
        gettext_lazy("Other outcomes"), gettext_lazy("All %(n)s other outcomes"), "other"
    ),
    "limitations": _text(gettext_lazy("Limits of what was found"), lambda page: page.registered.limitations),
    "unposted": _list(
        gettext_lazy("Results on their way"),
        gettext_lazy("All %(n)s steps"),
        "unposted",
        lambda page: page.registered.unposted,
        _of_step,
    ),
    "documents": _list(
        gettext_lazy("Study documents"),
        gettext_lazy("All %(n)s documents"),
        "documents",
        lambda page: page.registered.documents,
        _of_document,
        markup=300,
    ),
    "removed_countries": _list(
        gettext_lazy("Countries that the record names no more"),
        gettext_lazy("All %(n)s countries"),
        "names",
        lambda page: page.registered.removed_countries,
        _itself,
        markup=2,
    ),
    "contacts": _list(
        gettext_lazy("Worldwide contacts"),
        gettext_lazy("All %(n)s contacts"),
        "contacts",
        lambda page: page.trial.central_contacts.all(),
        _of_contact,
        markup=200,
    ),
    "officials": _list(
        gettext_lazy("Officials"),
        gettext_lazy("All %(n)s officials"),
        "officials",
        lambda page: page.trial.officials.all(),
        _of_official,
    ),
    "sponsors": _list(
        gettext_lazy("Sponsor and collaborators"),
        gettext_lazy("All %(n)s organisations"),
        "sponsors",
        lambda page: page.trial.sponsor_parts.all(),
        lambda part: (part.sponsor.name,),
    ),
    "about_sponsor": _text(gettext_lazy("About the sponsor"), lambda page: page.trial.about_sponsor),
    "violations": _list(
        gettext_lazy("Violations that the US authority has published"),
        gettext_lazy("All %(n)s violations"),
        "violations",
        lambda page: page.registered.violations,
        _of_step,
        markup=400,
    ),
    "shared_documents": _list(
        gettext_lazy("Sharing of data: with them"),
        gettext_lazy("All %(n)s kinds of documents"),
        "names",
        lambda page: page.registered.shared_documents,
        _itself,
        markup=2,
    ),
    "sharing": _text(gettext_lazy("The plan"), lambda page: page.registered.sharing_description),
    "sharing_times": _text(
        gettext_lazy("From when, and for how long"), lambda page: page.registered.sharing_times
    ),
    "sharing_access": _text(
        gettext_lazy("Who gets them, and how"), lambda page: page.registered.sharing_access
    ),
    "available_data": _list(
        gettext_lazy("Available now"),
        gettext_lazy("All %(n)s sets of data"),
        "available_data",
        lambda page: page.registered.available_data,
        _of_data,
        markup=160,
    ),
    "references": _list(
        gettext_lazy("Publications"),
        gettext_lazy("All %(n)s publications"),
        "references",
        lambda page: page.registered.references,
        _of_reference,
        markup=230,
    ),
    "links": _list(
        gettext_lazy("Pages with more about it"),
        gettext_lazy("All %(n)s pages"),
        "links",
        lambda page: page.registered.links,
        _of_link,
    ),
    "identifiers": _list(
        gettext_lazy("Identifiers"),
        gettext_lazy("All %(n)s identifiers"),
        "identifiers",
        _identifiers,
        lambda each: (each.number, each.link, each.type, each.source),
    ),
}
