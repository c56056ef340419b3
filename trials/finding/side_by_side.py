"""Two to four trials beside each other, row by row, so that a reader sees where they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.dates import PartialDate
from trials.finding.listing import NearestSite
from trials.models import Site, Trial, TrialSponsor
from trials.near import USUAL, Around, in_words
from trials.reading.portions import beginning, fair_share, size
from trials.reading.richtext import rendered_line
from trials.searching.places import kilometres
from trials.templatetags.catalogue import age_range
from trials.vocabulary import recruits

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from trials.querysets import TrialQuerySet

FEWEST, MOST = 2, 4
_SHOWN = 12
# Characters of one name, and bytes of the criteria of all trials together.
_NAME, CRITERIA_ROOM = 200, 60_000
_NEAREST = 3


@dataclass(frozen=True)
class Row:
    """One heading, and under it a cell for each trial: its lines. `labels` name the trials."""

    heading: str | Promise
    labels: Sequence[str]
    cells: Sequence[Sequence[str]]

    @property
    def labelled(self) -> list[tuple[str, Sequence[str]]]:
        return list(zip(self.labels, self.cells, strict=True))

    @property
    def is_alike(self) -> bool:
        return all(cell == self.cells[0] for cell in self.cells[1:])


def for_comparison(trials: TrialQuerySet) -> TrialQuerySet:
    return trials.prefetch_related(
        "conditions",
        "interventions",
        "outcomes",
        Prefetch("sponsor_parts", TrialSponsor.objects.select_related("sponsor")),
        Prefetch("sites", Site.objects.listed().by_place()),
    )


def rows(trials: Sequence[Trial]) -> list[Row]:
    """What the trials say, heading by heading; a heading of which none says anything is left out."""
    labels = labels_of(trials)
    found = [Row(heading, labels, [lines(trial) for trial in trials]) for heading, lines in _ROWS]
    return [row for row in found if any(row.cells)]


def labels_of(trials: Sequence[Trial]) -> list[str]:
    """By what each is told from the others where there is no room for titles; many have the same acronym."""
    names = [Truncator(trial.acronym or trial.nickname or trial.nct_id).chars(30) for trial in trials]
    return [
        name if names.count(name) == 1 else trial.nct_id for name, trial in zip(names, trials, strict=True)
    ]


def nearest_of(trial: Trial, place: Around, within: str = USUAL) -> list[NearestSite]:
    """The sites nearest to a place, those that recruit first. `within` has the unit of the distances."""
    far = [
        (
            not recruits(site.status, trial.overall_status),
            kilometres(place.latitude, place.longitude, *site.coordinates),
            site,
        )
        for site in trial.sites.all()
        if site.coordinates
    ]
    far.sort(key=lambda each: (*each[:2], each[2].pk))
    return [NearestSite(site, in_words(km, within), not closed) for closed, km, site in far[:_NEAREST]]


@dataclass(frozen=True)
class Criteria:
    """As registered, as far as there is room for them."""

    text: str
    is_cut: bool


def criteria_of(trials: Sequence[Trial]) -> list[Criteria]:
    texts = [trial.eligibility_text for trial in trials]
    share = fair_share([size(text) for text in texts], CRITERIA_ROOM)
    shown = [beginning(text, share) for text in texts]
    return [Criteria(text, text != whole) for text, whole in zip(shown, texts, strict=True)]


def _said(*parts: str) -> list[str]:
    return [part for part in parts if part]


def _names(names: Sequence[str]) -> list[str]:
    return [rendered_line(name) for name in _few(names)]


def _few(names: Sequence[str]) -> list[str]:
    shown = [Truncator(name).chars(_NAME) for name in names[:_SHOWN]]
    left = len(names) - len(shown)
    return [*shown, _("and %(n)s more") % {"n": f"{left:,}"}] if left else shown


def _phases(trial: Trial) -> list[str]:
    return _said(" / ".join(trial.phase_words))


def _design(trial: Trial) -> list[str]:
    return _said(
        trial.get_primary_purpose_display(),
        trial.get_allocation_display() if trial.allocation != "NA" else "",
        trial.get_intervention_model_display(),
        trial.get_observational_model_display(),
        trial.get_time_perspective_display(),
    )


def _masking(trial: Trial) -> list[str]:
    return _said(trial.get_masking_display(), ", ".join(trial.who_masked_words))


def _enrolment(trial: Trial) -> list[str]:
    if trial.enrollment_count is None:
        return []
    kind = trial.get_enrollment_type_display()
    return [f"{trial.enrollment_count:,} ({kind})" if kind else f"{trial.enrollment_count:,}"]


def _dated(name: str) -> Callable[[Trial], list[str]]:
    def lines(trial: Trial) -> list[str]:
        date: PartialDate | None = getattr(trial, name)
        kind = getattr(trial, f"get_{name}_type_display", str)()
        return [f"{date} ({kind})" if kind else str(date)] if date else []

    return lines


def _updated(trial: Trial) -> list[str]:
    date = trial.last_update_posted_date or trial.last_update_submitted_date
    return [str(date)] if date else []


def _volunteers(trial: Trial) -> list[str]:
    return {True: [_("Yes")], False: [_("No")], None: []}[trial.healthy_volunteers]


def _sponsors(role: str) -> Callable[[Trial], list[str]]:
    def lines(trial: Trial) -> list[str]:
        return _names([part.sponsor.name for part in trial.sponsor_parts.all() if part.role == role])

    return lines


def _interventions(trial: Trial) -> list[str]:
    return _names([intervention.name for intervention in trial.interventions.all()])


def _primary_outcomes(trial: Trial) -> list[str]:
    return _names([outcome.measure for outcome in trial.outcomes.all() if outcome.kind == "primary"])


def _sites(trial: Trial) -> list[str]:
    sites = list(trial.sites.all())
    if not sites:
        return []
    recruiting = sum(recruits(site.status, trial.overall_status) for site in sites)
    countries = {site.country_normalised for site in sites} - {""}
    return [
        _("%(n)s in all") % {"n": len(sites)},
        _("%(n)s recruiting") % {"n": recruiting},
        *_said(
            _("Countries: %(names)s") % {"names": ", ".join(_few(sorted(countries)))} if countries else ""
        ),
    ]


type _Lines = Callable[[Trial], Sequence[str]]
_ROWS: Sequence[tuple[Promise, _Lines]] = [
    (gettext_lazy("Conditions"), lambda trial: _names([each.name for each in trial.conditions.all()])),
    (gettext_lazy("Interventions"), _interventions),
    (gettext_lazy("Study type"), lambda trial: _said(trial.get_study_type_display())),
    (gettext_lazy("Phase"), _phases),
    (gettext_lazy("Design"), _design),
    (gettext_lazy("Masking"), _masking),
    (gettext_lazy("Enrolment"), _enrolment),
    (gettext_lazy("Ages"), lambda trial: _said(age_range(trial))),
    (gettext_lazy("Sex"), lambda trial: _said(trial.get_sex_display())),
    (gettext_lazy("Healthy volunteers"), _volunteers),
    (gettext_lazy("Primary outcomes"), _primary_outcomes),
    (gettext_lazy("Start"), _dated("start_date")),
    (gettext_lazy("Primary completion"), _dated("primary_completion_date")),
    (gettext_lazy("Completion"), _dated("completion_date")),
    (gettext_lazy("Last updated"), _updated),
    (gettext_lazy("Sponsor"), _sponsors("lead")),
    (gettext_lazy("Collaborators"), _sponsors("collaborator")),
    (gettext_lazy("Sites"), _sites),
]
