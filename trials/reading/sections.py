"""The sections of a trial's page, in their order, with the headings and captions that they come with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from trials.models import Caption
    from trials.reading.page import TrialPage


@dataclass(frozen=True)
class Section:
    key: str
    title: str | _StrPromise
    caption: str | _StrPromise
    shown: Callable[[TrialPage], object] = lambda page: True

    @property
    def template(self) -> str:
        return f"trials/sections/{self.key}.html"

    def worded(self, own: Caption | None) -> Section:
        """With the words of this installation, where it has its own."""
        if own is None:
            return self
        return replace(self, title=own.heading or self.title, caption=own.text or self.caption)


def sections_of(page: TrialPage, captions: Iterable[Caption]) -> list[Section]:
    """Those that have something to say of the trial."""
    own = {caption.key: caption for caption in captions}
    return [section.worded(own.get(section.key)) for section in SECTIONS if section.shown(page)]


def _design(page: TrialPage) -> bool:
    trial = page.trial
    parts = (trial.study_type, trial.allocation, trial.intervention_model, trial.observational_model)
    said = page.registered.target_duration, page.registered.samples_kept, page.registered.samples
    return any((*parts, *said, trial.time_perspective, trial.primary_purpose, trial.masking))


def _sharing(page: TrialPage) -> bool:
    said = page.registered
    return bool(said.sharing or said.sharing_description or said.shared_documents or said.available_data)


SECTIONS = [
    Section("glance", _("At a glance"), _("The facts that people ask for first.")),
    Section(
        "plain",
        _("In plain words"),
        _("What the trial is about, written for people without medical training."),
        lambda page: page.trial.plain_summary,
    ),
    Section(
        "summary",
        _("Brief summary"),
        _("The sponsor's own account of what is studied and why."),
        lambda page: page.trial.brief_summary,
    ),
    Section(
        "periods",
        _("Periods of the study"),
        _("The stages that a participant goes through, and how long each takes."),
        lambda page: page.trial.periods,
    ),
    Section(
        "description",
        _("Detailed description"),
        _("The longer account: background, aims and what is done."),
        lambda page: page.trial.detailed_description,
    ),
    Section(
        "conditions",
        _("Conditions and keywords"),
        _("The diseases that the trial is about, and words by which it is found."),
        lambda page: page.trial.conditions.all() or page.trial.keywords.all(),
    ),
    Section(
        "terms",
        _("Subject terms"),
        _("Under which terms of the medical thesaurus MeSH the registry files the trial."),
        lambda page: page.registered.condition_terms.terms or page.registered.intervention_terms.terms,
    ),
    Section(
        "eligibility",
        _("Who can take part"),
        _("Inclusion criteria must all be true of a participant, and no exclusion criterion may be."),
    ),
    Section(
        "design",
        _("Study design"),
        _("How the trial is built: who receives what, who decides it and who knows."),
        _design,
    ),
    Section(
        "groups",
        _("Study groups"),
        _("Each group (arm or cohort) of participants, and what its members receive."),
        lambda page: page.trial.arms.all(),
    ),
    Section(
        "interventions",
        _("Interventions"),
        _("The medicines, procedures or other things that are tested or compared."),
        lambda page: page.trial.interventions.all(),
    ),
    Section(
        "outcomes",
        _("What is measured"),
        _("Outcome measures: what is looked at to tell whether the intervention works, and when."),
        lambda page: any(page.outcomes.values()),
    ),
    Section(
        "results",
        _("Results"),
        _("What the trial found, as far as it has been published on the registry."),
        lambda page: page.trial.has_results or page.registered.unposted or page.registered.results_waived,
    ),
    Section(
        "documents",
        _("Study documents"),
        _("The protocol and other papers of the trial that the sponsor has given to the registry."),
        lambda page: page.registered.documents or page.registered.no_analysis_plan,
    ),
    Section(
        "locations",
        _("Locations"),
        _("Where the trial takes place, and whether each site is taking participants."),
    ),
    Section(
        "contacts",
        _("Contacts and officials"),
        _("Whom to ask about the trial as a whole, and who answers for it."),
        lambda page: (
            page.trial.central_contacts.all()
            or page.trial.officials.all()
            or page.trial.worldwide_contacts_note
        ),
    ),
    Section(
        "sponsor",
        _("Sponsor and collaborators"),
        _("The organisations that run or support the trial, and who is responsible for what is registered."),
        lambda page: (
            page.trial.sponsor_parts.all() or page.trial.responsible_party_type or page.trial.about_sponsor
        ),
    ),
    Section(
        "oversight",
        _("Oversight"),
        _("Who watches over the safety of participants, and which authority's rules apply."),
        lambda page: page.registered.oversight or page.registered.violations,
    ),
    Section(
        "access",
        _("Expanded access"),
        _("Whether patients who cannot take part may be given the treatment outside of the trial."),
        lambda page: page.registered.expanded_access or page.registered.access_kinds,
    ),
    Section(
        "sharing",
        _("Sharing of data"),
        _("Whether other researchers will get the data of single participants, and how they ask for it."),
        _sharing,
    ),
    Section(
        "references",
        _("Publications and links"),
        _("What has been written about the trial or led to it, and pages with more about it."),
        lambda page: page.registered.references or page.registered.links,
    ),
    Section(
        "timeline",
        _("Timeline"),
        _("When the record and the trial began, changed and are expected to end."),
    ),
    Section(
        "history",
        _("History"),
        _("What the last updates of the registry's record changed here."),
        lambda page: page.imports,
    ),
    Section(
        "identifiers",
        _("Identifiers"),
        _("The numbers under which registries and sponsors know this trial."),
    ),
    Section(
        "related",
        _("Related trials"),
        _("Trials with the same conditions or interventions, and those that the record's source names."),
        lambda page: page.related or page.trial.conditions.all() or page.trial.interventions.all(),
    ),
]
