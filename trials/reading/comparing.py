"""Any two versions of a trial's criteria, chosen from those that the reader may see, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.editor.forms import PlainForm
from trials.models import CriteriaVersion, Trial


def comparable(trial: Trial) -> list[CriteriaVersion]:
    """The versions that the reader may see, newest first, drafts before them: the database decides which."""
    drafts = trial.criteria_versions.drafts().order_by("-number")
    return [*drafts, *trial.criteria_versions.published().in_order()]


class CompareForm(PlainForm):
    """Which two versions, by their numbers. What was not asked for is the newest, and the one before it."""

    def __init__(self, asked: Mapping[str, str], versions: Sequence[CriteriaVersion]) -> None:
        later = _known(versions, asked.get("to", "")) or _newest(versions)
        earlier = _known(versions, asked.get("from", "")) or _before(versions, later)
        pair = {"from": earlier.number, "to": later.number} if earlier and later else {}
        super().__init__({**pair, **{key: value for key, value in asked.items() if key in ("from", "to")}})
        choices = [(str(version.number), _name(version)) for version in versions]
        for key, label in (("from", gettext_lazy("Earlier version")), ("to", gettext_lazy("Later version"))):
            self.fields[key] = forms.ChoiceField(
                label=label,
                choices=choices,
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
                error_messages={
                    "invalid_choice": _("There is no such version here. Choose one of the list.")
                },
            )
        self.versions = {str(version.number): version for version in versions}

    def pair(self) -> tuple[CriteriaVersion, CriteriaVersion] | None:
        """The earlier and the later one, or None where there is no such version."""
        if not self.is_valid():
            return None
        return self.versions[self.cleaned_data["from"]], self.versions[self.cleaned_data["to"]]


def _known(versions: Sequence[CriteriaVersion], number: str) -> CriteriaVersion | None:
    return next((version for version in versions if str(version.number) == number), None)


def _newest(versions: Sequence[CriteriaVersion]) -> CriteriaVersion | None:
    published = (version for version in versions if version.is_published)
    return next(published, versions[0] if versions else None)


def _before(versions: Sequence[CriteriaVersion], later: CriteriaVersion | None) -> CriteriaVersion | None:
    """The next older one of the same source; of another source, or the only one, if there is none."""
    if later is None:
        return None
    older = versions[versions.index(later) + 1 :]
    same = (version for version in older if version.source == later.source and version.is_published)
    return next(same, older[0] if older else later)


def _name(version: CriteriaVersion) -> str:
    source = version.get_source_display()
    if not version.is_published:
        return _("%(label)s: draft (%(source)s)") % {"label": version.label, "source": source}
    if version.effective:
        day = date_format(version.effective, "j M Y")
        return _("%(label)s, in effect from %(day)s (%(source)s)") % {
            "label": version.label,
            "day": day,
            "source": source,
        }
    return f"{version.label} ({source})"
