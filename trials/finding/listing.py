"""Trials as lines of a list: what each shows, in a number of queries that does not grow with the list."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trials.dates import PartialDate
from trials.models import Condition, Site, Trial, TrialSponsor
from trials.near import in_words
from trials.reading.richtext import rendered_line
from trials.templatetags.catalogue import age_range, dated
from trials.vocabulary import Sex, Status

if TYPE_CHECKING:
    from trials.querysets import TrialQuerySet
    from trials.searching.results import Nearest, Parts, Snippet

CONDITIONS_SHOWN = 5
_COLUMNS = (
    *("nct_id", "brief_title", "official_title", "nickname", "acronym", "overall_status", "phases"),
    *("sex", "minimum_age", "maximum_age", "last_update_posted_date", "last_update_submitted_date"),
)


@dataclass(frozen=True)
class NearestSite:
    site: Site
    distance: str
    recruiting: bool


@dataclass(frozen=True)
class Line:
    """One trial; of a search also the words that were found in it, and its nearest site."""

    trial: Trial
    is_starred: bool = False
    found: Snippet | None = None
    nearest: NearestSite | None = None
    is_new: bool = False

    @cached_property
    def title(self) -> SafeString:
        parts = self.found.title if self.found else ()
        return marked(parts) if any(hit for _text, hit in parts) else rendered_line(self.trial.title)

    @cached_property
    def passage(self) -> SafeString:
        return marked(self.found.text) if self.found else SafeString("")

    @cached_property
    def marks_conditions(self) -> bool:
        """Whether the passage is the list of conditions, or a part of it."""
        names = ", ".join(condition.name for condition in self.trial.conditions.all())
        return self.found is not None and "".join(text for text, _hit in self.found.text) in names

    @cached_property
    def conditions(self) -> list[Condition]:
        return list(self.trial.conditions.all())[:CONDITIONS_SHOWN]

    @property
    def more_conditions(self) -> int:
        return max(len(self.trial.conditions.all()) - CONDITIONS_SHOWN, 0)

    @property
    def facts(self) -> list[str | SafeString]:
        """What is said of a trial in a few words, from its number to its last update."""
        trial = self.trial
        phases = "" if trial.phases[:1] == ["NA"] else " / ".join(trial.phase_words)
        sex = "" if trial.sex == Sex.ALL else trial.get_sex_display()
        lead = self.lead.sponsor.name if self.lead else ""
        updated = format_html("{} {}", _("Updated"), dated(self.updated)) if self.updated else ""
        said = (trial.nct_id, phases, sex, age_range(trial), self._sites, lead, updated)
        return [each for each in said if each]

    @property
    def _sites(self) -> str:
        sites, countries = self.trial.site_count, self.trial.country_count  # type: ignore[attr-defined]
        if not sites:
            return ""
        words = ngettext("%(n)d site", "%(n)d sites", sites) % {"n": sites}
        inside = ngettext("in %(n)d country", "in %(n)d countries", countries) % {"n": countries}
        return f"{words} {inside}" if countries else words

    @cached_property
    def updated(self) -> PartialDate | None:
        return self.trial.last_update_posted_date or self.trial.last_update_submitted_date

    @cached_property
    def lead(self) -> TrialSponsor | None:
        return next(iter(self.trial.sponsor_parts.all()), None)


def marked(parts: Parts) -> SafeString:
    """A text, with the words that were found in it marked."""
    pieces = [
        format_html("<mark>{}</mark>", text) if hit else conditional_escape(text) for text, hit in parts
    ]
    return mark_safe("".join(pieces))  # noqa: S308  (each piece is escaped)


def for_list(trials: TrialQuerySet) -> TrialQuerySet:
    """With what a line of a list shows."""
    listed = Q(sites__listed=True)
    parts = TrialSponsor.objects.filter(role=TrialSponsor.Role.LEAD).select_related("sponsor")
    return (
        trials.only(*_COLUMNS)
        .prefetch_related("conditions", Prefetch("sponsor_parts", parts))
        .annotate(
            site_count=Count("sites", filter=listed),
            recruiting_count=Count("sites", filter=listed & Q(sites__status=Status.RECRUITING)),
            country_count=Count(
                "sites__country_normalised", filter=listed & ~Q(sites__country_normalised=""), distinct=True
            ),
        )
    )


def lines_of(trials: Iterable[Trial], starred: Container[str]) -> list[Line]:
    return [Line(trial, trial.nct_id in starred) for trial in trials]


def nearest_sites(found: Mapping[int, Nearest], within: str) -> dict[int, NearestSite]:
    """By trial. `within` has the unit in which distances are told."""
    sites = Site.objects.defer("search_text").in_bulk([nearest.site for nearest in found.values()])
    return {
        trial: NearestSite(sites[nearest.site], in_words(nearest.km, within), nearest.recruiting)
        for trial, nearest in found.items()
        if nearest.site in sites
    }
