"""Trials as lines of a list: what each shows, in one query however long the list is."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject, NullIf
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trials.models import Condition, Site, Trial, TrialSponsor
from trials.near import in_words
from trials.reading.richtext import rendered_line
from trials.searching.snippets import shortened
from trials.templatetags.catalogue import age_range, dated
from trials.vocabulary import OPEN, Sex

if TYPE_CHECKING:
    from trials.searching.results import Nearest, Parts, Snippet

CONDITIONS_SHOWN = 5
_COLUMNS = (
    *("nct_id", "brief_title", "official_title", "nickname", "acronym", "overall_status", "phases"),
    *("sex", "minimum_age", "maximum_age", "last_update_posted_date", "last_update_submitted_date"),
)
_OF_TRIAL = {"trial": OuterRef("pk")}
_CONDITIONS = ArraySubquery(Condition.objects.filter(**_OF_TRIAL).order_by("position").values("name"))
_LEAD = Subquery(
    TrialSponsor.objects.filter(**_OF_TRIAL, role=TrialSponsor.Role.LEAD).order_by().values("sponsor__name")
)
# Those that the record names today; a trial without any has none of this.
_SITES = Subquery(
    Site.objects.listed()
    .filter(**_OF_TRIAL)
    .order_by()
    .values("trial")
    .values(
        said=JSONObject(
            number=Count("pk"),
            countries=Count(NullIf("country_normalised", Value("")), distinct=True),
        )
    )
)
# Put together once: that takes longer than the database takes to answer it.
_READ = (
    Trial.objects.only(*_COLUMNS).annotate(condition_names=_CONDITIONS, lead=_LEAD, sited=_SITES).order_by()
)


@dataclass(frozen=True)
class NearestSite:
    site: Site
    distance: str
    recruiting: bool


@dataclass(frozen=True)
class Sites:
    """How many the record of a trial names, and in how many countries."""

    number: int = 0
    countries: int = 0

    def __str__(self) -> str:
        if not self.number:
            return ""
        words = ngettext("%(n)d site", "%(n)d sites", self.number) % {"n": self.number}
        inside = ngettext("in %(n)d country", "in %(n)d countries", self.countries) % {"n": self.countries}
        return f"{words} {inside}" if self.countries else words


@dataclass(frozen=True)
class Line:
    """One trial; of a search also the words that were found in it, and its nearest site.

    `conditions` are all of its names for them, `lead` is the name of its sponsor.
    """

    trial: Trial
    conditions: list[str]
    lead: str
    sites: Sites
    is_starred: bool
    found: Snippet | None = None
    nearest: NearestSite | None = None

    @property
    def is_open(self) -> bool:
        """Whether the trial as a whole takes people in."""
        return self.trial.overall_status in OPEN

    @property
    def title(self) -> SafeString:
        parts = self.found.title if self.found else ()
        return (
            marked(parts) if any(hit for _text, hit in parts) else rendered_line(shortened(self.trial.title))
        )

    @property
    def about(self) -> SafeString:
        """What the trial is called, and its conditions: with the passage found, where that is of them."""
        nickname = format_html("<strong>{}</strong>", self.trial.nickname) if self.trial.nickname else ""
        conditions = marked(self.found.text) if self.found and self._marks_conditions else self._conditions
        return format_html_join(" · ", "{}", ((said,) for said in (nickname, conditions) if said))

    @property
    def passage(self) -> SafeString:
        """What was found elsewhere than in the title and the conditions."""
        return SafeString("") if self._marks_conditions or not self.found else marked(self.found.text)

    @cached_property
    def _marks_conditions(self) -> bool:
        passage = "".join(text for text, _hit in self.found.text) if self.found else ""
        return bool(passage) and passage in ", ".join(self.conditions)

    @property
    def _conditions(self) -> str:
        shown, more = ", ".join(self.conditions[:CONDITIONS_SHOWN]), len(self.conditions) - CONDITIONS_SHOWN
        return f"{shown} {_('and %(n)s more') % {'n': more}}" if more > 0 else shown

    @property
    def facts(self) -> list[str | SafeString]:
        """What is said of a trial in a few words, from its number to its last update."""
        trial = self.trial
        phases = "" if trial.phases[:1] == ["NA"] else " / ".join(trial.phase_words)
        sex = "" if trial.sex == Sex.ALL else trial.get_sex_display()
        date = trial.last_update_posted_date or trial.last_update_submitted_date
        updated = format_html("{} {}", _("Updated"), dated(date)) if date else ""
        said = (trial.nct_id, phases, sex, age_range(trial), str(self.sites), self.lead, updated)
        return [each for each in said if each]


def marked(parts: Parts) -> SafeString:
    """A text, with the words that were found in it marked."""
    pieces = [
        format_html("<mark>{}</mark>", text) if hit else conditional_escape(text) for text, hit in parts
    ]
    return mark_safe("".join(pieces))  # noqa: S308  (each piece is escaped)


def lines_of(
    trials: Q,
    starred: Container[str],
    found: Mapping[int, Snippet] | None = None,
    nearest: Mapping[int, NearestSite] | None = None,
) -> list[Line]:
    """Of those that fit, in no order. `found` and `nearest` are by trial."""
    return [
        Line(
            trial,
            trial.condition_names,
            trial.lead or "",
            Sites(**trial.sited or {}),
            trial.nct_id in starred,
            (found or {}).get(trial.pk),
            (nearest or {}).get(trial.pk),
        )
        for trial in _READ.filter(trials)
    ]


def nearest_sites(found: Mapping[int, Nearest], within: str) -> dict[int, NearestSite]:
    """By trial. `within` has the unit in which distances are told."""
    sites = Site.objects.defer("search_text").in_bulk([nearest.site for nearest in found.values()])
    return {
        trial: NearestSite(sites[nearest.site], in_words(nearest.km, within), nearest.recruiting)
        for trial, nearest in found.items()
        if nearest.site in sites
    }
