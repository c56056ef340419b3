"""What the page of one trial shows, and in which sections; a section with nothing to say is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Model, Prefetch
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trials.map.asked import SitesWanted
from trials.map.frame import Frame, frame
from trials.models import (
    Arm,
    Caption,
    CentralContact,
    Condition,
    CriteriaVersion,
    Intervention,
    Keyword,
    LocalEdit,
    Official,
    OtherIdentifier,
    Trial,
    TrialSponsor,
)
from trials.reading.changes import LastChange, last_change
from trials.reading.criteria import CriteriaPart, criteria_parts
from trials.reading.history import Told, told
from trials.reading.in_words import field_in_words
from trials.reading.long import portions_of
from trials.reading.portions import Shown, shown
from trials.reading.registered import Registered
from trials.reading.sections import Section, sections_of
from trials.reading.sites import SitesPage
from trials.vocabulary import StudyType

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from trials.criteria.tree import Node, Tree
    from trials.dates import PartialDate
    from trials.models import Outcome
    from trials.querysets import TrialQuerySet

# Of one trial; their usual order would have the database look up each one's trial as well.
_LISTS: Mapping[str, type[Model]] = {
    "conditions": Condition,
    "keywords": Keyword,
    "officials": Official,
    "central_contacts": CentralContact,
    "other_identifiers": OtherIdentifier,
    "interventions": Intervention,
    "arms": Arm,
}
# How many of the last imports the page names; the history has all of them.
IMPORTS_TOLD = 3
# Bytes of a page for the record's own words and the mark-up about them. The page around them takes 30,000.
ROOM = 115_000
# So much of it is for everything else than the sites, however long their names.
_LEAST_ROOM = 15_000
# Names in one line of the first facts; the sections below have all of them.
NAMES_TOLD = 60


def for_page(trials: TrialQuerySet) -> TrialQuerySet:
    """With all that the page of a trial shows, in a number of queries that does not grow with it."""
    return trials.select_related("record").prefetch_related(
        *(Prefetch(name, model._default_manager.order_by("position")) for name, model in _LISTS.items()),
        Prefetch("sponsor_parts", TrialSponsor.objects.select_related("sponsor").order_by("position")),
        "outcomes",
        "arms__interventions",
        Prefetch("local_edits", LocalEdit.objects.filter(imported=True)),
        Prefetch(
            "criteria_versions",
            CriteriaVersion.objects.in_effect().filter(source=CriteriaVersion.Source.REGISTRY),
            to_attr="public_versions",
        ),
    )


@dataclass(frozen=True)
class Moment:
    """A line of the timeline."""

    label: _StrPromise
    date: PartialDate | None
    type: str = ""
    always: bool = False


@dataclass(frozen=True)
class Related:
    nct_id: str
    title: str
    here: bool


class TrialPage:
    trial: Trial

    def __init__(self, trial: Trial, asked: Mapping[str, str]) -> None:
        """`asked` are the parameters of the address: which sites are wanted, and in which order."""
        self.trial = trial
        self._asked = asked

    @cached_property
    def sections(self) -> list[Section]:
        return sections_of(self, Caption.objects.all())

    @cached_property
    def lead(self) -> TrialSponsor | None:
        return next((part for part in self.trial.sponsor_parts.all() if part.role == "lead"), None)

    @property
    def called(self) -> str:
        """By what name people speak of it, where that is not its title."""
        names = dict.fromkeys((self.trial.nickname, self.trial.acronym))
        return " · ".join(name for name in names if name and name != self.trial.title)

    @property
    def updated(self) -> PartialDate | None:
        return self.trial.last_update_posted_date or self.trial.last_update_submitted_date

    @cached_property
    def shown(self) -> dict[str, Shown]:
        """What can be long, each as far as there is room beside the others and the sites."""
        return shown(portions_of(self), max(_LEAST_ROOM, ROOM - self.sites.size))

    @property
    def measured(self) -> list[Shown]:
        """The outcomes kind by kind."""
        return [part for kind in self.outcomes if (part := self.shown[f"{kind}_outcomes"])]

    @property
    def official_title(self) -> str:
        """Where it is not the title already."""
        official = self.trial.official_title
        return official if official != self.trial.title else ""

    @property
    def condition_names(self) -> list[str]:
        return _first([condition.name for condition in self.trial.conditions.all()])

    @property
    def is_expanded_access(self) -> bool:
        """Such a record has no phase, number of participants or results: nothing is tried out."""
        return self.trial.study_type == StudyType.EXPANDED_ACCESS

    @property
    def has_no_phase(self) -> bool:
        return self.is_expanded_access or self.trial.study_type == StudyType.OBSERVATIONAL

    @property
    def responsible_title(self) -> str:
        """Unless it says once more that they are the principal investigator."""
        title = self.trial.responsible_party_title
        kind = str(self.trial.get_responsible_party_type_display())
        return "" if title.casefold() == kind.casefold() else title

    @property
    def enrolment(self) -> str:
        count, kind = self.trial.enrollment_count, self.trial.get_enrollment_type_display()
        if count is None:
            return ""
        return f"{count:,} ({kind})" if kind else f"{count:,}"

    @property
    def volunteers(self) -> str:
        """Whether healthy people may take part; nothing where the record does not say."""
        return {True: gettext("Yes"), False: gettext("No"), None: ""}[self.trial.healthy_volunteers]

    @property
    def who(self) -> bool:
        """Whether the record says anything of who can take part beside its criteria."""
        trial = self.trial
        return any((trial.sex, trial.minimum_age, trial.maximum_age, trial.std_ages, self.volunteers))

    @property
    def results(self) -> str:
        """Whether there are any; nothing where the record does not say."""
        if self.is_expanded_access and not self.trial.has_results:
            return ""
        return {True: gettext("Published at the registry"), False: gettext("Not published yet"), None: ""}[
            self.trial.has_results
        ]

    @cached_property
    def sites(self) -> SitesPage:
        return SitesPage(self.trial, self._asked)

    @cached_property
    def countries(self) -> list[str]:
        return _first([name for name, _count in self.sites.countries if name])

    @cached_property
    def map(self) -> Frame | None:
        """The map of the trial's own sites, where at least one of them can be on it."""
        if self.sites.not_on_map == len(self.sites.all):
            return None
        return frame(SitesWanted(trial=[self.trial.nct_id]))

    @cached_property
    def registered(self) -> Registered:
        """What the record says beyond what has columns; a trial that was made here has none."""
        record = getattr(self.trial, "record", None)
        return Registered(self.trial.nct_id, record.study if record else {})

    @cached_property
    def outcomes(self) -> dict[str, list[Outcome]]:
        kinds: dict[str, list[Outcome]] = {"primary": [], "secondary": [], "other": []}
        for outcome in self.trial.outcomes.all():
            kinds[outcome.kind].append(outcome)
        return kinds

    @cached_property
    def timeline(self) -> list[Moment]:
        """The dates that people look for stand here always; further ones where the record has them."""
        trial = self.trial
        moments = [
            Moment(_("First submitted"), trial.first_submitted_date, always=True),
            Moment(_("First posted"), trial.first_posted_date, trial.first_posted_date_type),
            Moment(_("Launched"), trial.launched),
            Moment(_("Start"), trial.start_date, trial.start_date_type, always=True),
            Moment(_("Status verified"), trial.status_verified_date),
            Moment(_("Last updated"), self.updated, always=True),
            Moment(_("Current as of"), trial.current_as_of),
            Moment(
                _("Primary completion"), trial.primary_completion_date, trial.primary_completion_date_type
            ),
            Moment(_("Completion"), trial.completion_date, trial.completion_date_type, always=True),
            Moment(_("Results first posted"), trial.results_first_posted_date),
            *(Moment(*dated) for dated in self.registered.submissions),
        ]
        return [moment for moment in moments if moment.date or moment.always]

    @property
    def edited(self) -> list[str]:
        """Of what an administrator has written something else than the registry."""
        return list(dict.fromkeys(map(field_in_words, self.trial.local_edits.all())))

    @cached_property
    def imports(self) -> list[Told]:
        """What the last imports changed; the one that made the trial changed nothing."""
        return [told(imported) for imported in self.trial.imports.exclude(changes={})[:IMPORTS_TOLD]]

    @property
    def versions(self) -> list[CriteriaVersion]:
        """What `for_page` has fetched: the registry's published versions, newest first."""
        found: list[CriteriaVersion] = getattr(self.trial, "public_versions")  # noqa: B009
        return found

    @cached_property
    def version(self) -> CriteriaVersion | None:
        """The registry's criteria as last published; those of a protocol are no business of this page."""
        return self.versions[0] if self.versions else None

    @cached_property
    def change(self) -> LastChange | None:
        return last_change(self.versions)

    @cached_property
    def tree(self) -> Tree | None:
        return self.version.tree() if self.version else None

    @cached_property
    def inclusion(self) -> list[CriteriaPart]:
        return criteria_parts(self.tree, self.tree.inclusion) if self.tree else []

    @cached_property
    def exclusion(self) -> list[CriteriaPart]:
        return criteria_parts(self.tree, self.tree.exclusion) if self.tree else []

    @cached_property
    def lost(self) -> tuple[Node, ...]:
        return self.tree.lost if self.tree else ()

    @cached_property
    def related(self) -> list[Related]:
        named = [item for item in self.trial.related_trials if item.get("title") or item.get("nct_id")]
        numbers = [item.get("nct_id", "") for item in named]
        here = set(Trial.objects.filter(nct_id__in=numbers).values_list("nct_id", flat=True))
        return [
            Related(number, item.get("title", ""), here=number in here)
            for item, number in zip(named, numbers, strict=True)
        ]


def _first(names: list[str]) -> list[str]:
    """Those of one line, and how many more there are."""
    more = len(names) - NAMES_TOLD
    return [*names[:NAMES_TOLD], gettext("and %(n)s more") % {"n": f"{more:,}"}] if more > 0 else names
