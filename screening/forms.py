"""What the desk's pages send: read into Python values, with every problem beside its field."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from screening.models import (
    CenterSite,
    Conclusion,
    Disposition,
    FailureKind,
    Kind,
    Outcome,
    Patient,
    Screening,
    Sex,
    Status,
    Value,
)
from trials.criteria.tree import Tree
from trials.models import Cohort, CriteriaVersion, Trial
from trials.reading.richtext import plain_line

FREE_TEXT = 2000
REASON = 500


class DateField(forms.DateField):
    """A day from the browser's own picker, which speaks ISO 8601; of years in which people live."""

    default_validators = [
        MinValueValidator(datetime.date(1890, 1, 1), _("Check the year.")),
        MaxValueValidator(datetime.date(2199, 12, 31), _("Check the year.")),
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)


class AnswerForm(forms.Form):
    """One statement's answer. Without JavaScript there is neither operation nor client nor sequence."""

    value = forms.ChoiceField(choices=Value)
    comment = forms.CharField(required=False, max_length=FREE_TEXT)
    reason = forms.CharField(required=False, max_length=REASON)
    operation = forms.UUIDField(required=False)
    client = forms.CharField(required=False, max_length=64)
    sequence = forms.IntegerField(required=False, min_value=0, max_value=2**53)
    base = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    version = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    facts = forms.RegexField(r"\A[0-9,]*\Z", required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """What was not sent is left as it is: an absent comment is not an empty one, nor are absent facts."""
        cleaned = self.cleaned_data
        shown = [int(key) for key in cleaned.get("facts", "").split(",") if key]
        cleaned["facts"] = shown if "facts" in self.data else None
        if "comment" not in self.data:
            cleaned["comment"] = None
        cleaned["sequence"] = cleaned.get("sequence") or 0
        cleaned["base"] = cleaned.get("base") or 0
        return cleaned


class StartForm(forms.Form):
    """Who is screened, and how; trial, site and criteria version are chosen already."""

    operation = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Participant code"),
        max_length=40,
        help_text=_(
            "Your center's own code, a known one or a new one. No names, no initials, no record numbers."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "codes", "spellcheck": "false"}),
    )
    again = forms.BooleanField(required=False, label=_("Yes, screen this participant again"))
    sex = forms.ChoiceField(
        label=_("Sex"),
        required=False,
        choices=[("", _("not recorded")), *Sex.choices],
        help_text=_("Optional."),
    )
    birth_date = DateField(
        label=_("Date of birth"),
        required=False,
        help_text=_("Optional; kept encrypted under a key of its own."),
    )
    cohort = forms.ModelChoiceField(
        label=_("Cohort"),
        queryset=Cohort.objects.none(),
        required=False,
        empty_label=_("Leave open for now"),
        help_text=_("It can be chosen later, on the checklist."),
    )
    kind = forms.ChoiceField(
        label=_("This is"),
        choices=[
            (Kind.PRE_SCREENING.value, _("a pre-screening, before consent")),
            (Kind.CONSENTED.value, _("a screening after consent")),
        ],
        initial=Kind.PRE_SCREENING,
        widget=forms.RadioSelect,
    )
    consent_date = DateField(label=_("Date of consent"), required=False)
    number = forms.CharField(
        label=_("Screening number"),
        required=False,
        max_length=30,
        help_text=_(
            "Only where the sponsor's system has assigned one; left empty, the site's next number is given."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self, *args: Any, center_site: CenterSite, version: CriteriaVersion, known_url: str, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.center_site = center_site
        self.patient: Patient | None = None
        self.asks_again = False
        self.initial.setdefault("operation", uuid.uuid4())
        cohorts = Cohort.objects.filter(version=version).order_by("position")
        if cohorts:
            self.fields["cohort"].queryset = cohorts  # type: ignore[attr-defined]
        else:
            del self.fields["cohort"]
        self.fields["code"].widget.attrs |= {
            "hx-post": known_url,
            "hx-trigger": "change",
            "hx-target": "#known",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout(
            "operation",
            Field("code"),
            Div(HTML('{% include "screening/start.html#known" %}'), css_id="known"),
            Div(
                Field("sex", wrapper_class="col-sm-6"),
                Field("birth_date", wrapper_class="col-sm-6"),
                css_class="row",
            ),
            *(["cohort"] if "cohort" in self.fields else []),
            "kind",
            Field("consent_date", wrapper_class="consent"),
            "number",
        )
        return helper

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        self.patient = Patient.objects.at_center(self.center_site.center).with_code(code).first()
        return str(code)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.patient and not cleaned.get("again"):
            self.asks_again = True
            self.add_error(
                "code",
                _(
                    "Your center knows this participant already: tick below to screen them again, "
                    "or use another code."
                ),
            )
        if self.patient and (cleaned.get("sex") or cleaned.get("birth_date")):
            for field in ("sex", "birth_date"):
                if cleaned.get(field):
                    self.add_error(field, _("This participant is known already: leave it empty."))
        if cleaned.get("kind") == Kind.CONSENTED:
            if not cleaned.get("consent_date") and "consent_date" not in self.errors:
                self.add_error("consent_date", _("Give the date of consent."))
        else:
            self.errors.pop("consent_date", None)
            cleaned["consent_date"] = None
        return cleaned


class ConclusionSelect(forms.RadioSelect):
    """Radio buttons of which some can be seen and not chosen."""

    disabled: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **options)
        if str(value) in self.disabled:
            option["attrs"]["disabled"] = True
        return option


class ConcludeForm(forms.Form):
    """How a screening ends."""

    conclusion = forms.ChoiceField(label=_("Conclusion"), choices=Conclusion, widget=ConclusionSelect)
    failure_kind = forms.ChoiceField(
        label=_("Why it failed"), required=False, choices=FailureKind, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=FREE_TEXT,
        help_text=_("Needed where there was another reason. Kept encrypted; write no names."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def offer(self, *, proposal: bool) -> None:
        """Whether "proposed as eligible" can be chosen on the page; the service decides in any case."""
        widget = self.fields["conclusion"].widget
        widget.disabled = frozenset() if proposal else frozenset({Conclusion.PROPOSED_ELIGIBLE.value})

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("conclusion") != Conclusion.SCREEN_FAILURE:
            return cleaned | {"failure_kind": "", "text": ""}
        kind = cleaned.get("failure_kind")
        if not kind and "failure_kind" not in self.errors:
            self.add_error("failure_kind", _("Say why the screening failed."))
        if kind == FailureKind.OTHER and not cleaned.get("text", "").strip():
            self.add_error("text", _("Say it in a few words."))
        return cleaned


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with the record."),
    )


class DispositionForm(forms.Form):
    """What followed after a participant was proposed as eligible."""

    disposition = forms.ChoiceField(label=_("What followed"), choices=Disposition, widget=forms.RadioSelect)
    date = DateField(label=pgettext_lazy("a date", "On"))
    reason = forms.CharField(
        label=_("Why not enrolled"),
        required=False,
        max_length=FREE_TEXT,
        help_text=_("Needed where the participant was eligible but not enrolled. Kept encrypted; no names."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("disposition") == Disposition.NOT_ENROLLED and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why."))
        return cleaned


class ConsentForm(forms.Form):
    consent_date = DateField(label=_("Date of consent"))
    consent_date.widget.attrs["class"] = "form-control form-control-sm"


class CohortForm(forms.Form):
    cohort = forms.ModelChoiceField(
        label=_("Cohort"),
        queryset=Cohort.objects.none(),
        required=False,
        empty_label=_("Not chosen"),
        widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
    )

    def __init__(self, *args: Any, version: CriteriaVersion, **options: Any) -> None:
        super().__init__(*args, **options)
        cohorts = Cohort.objects.filter(version=version).order_by("position")
        self.fields["cohort"].queryset = cohorts  # type: ignore[attr-defined]


class LogForm(forms.Form):
    """The filters of the log. What is not understood filters nothing, and its field says so."""

    class Signed(TextChoices):
        STANDING = "standing", _("signed")
        VOIDED = "voided", _("signed, and voided since")
        NONE = "none", _("not signed")

    trial = forms.ChoiceField(label=_("Trial"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("any")), *Outcome.choices]
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("any")), *Status.choices])
    conclusion = forms.ChoiceField(
        label=_("Conclusion"), required=False, choices=[("", _("any")), *Conclusion.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("any")), *Kind.choices])
    signature = forms.ChoiceField(
        label=_("Signature"), required=False, choices=[("", _("any")), *Signed.choices]
    )
    repeats = forms.ChoiceField(
        label=_("Re-screening"),
        required=False,
        choices=[("", _("any")), ("yes", _("re-screenings")), ("no", _("first screenings"))],
    )
    started_from = DateField(label=_("Started from"), required=False)
    started_to = DateField(label=_("Started until"), required=False)

    def __init__(self, *args: Any, seen: QuerySet[Screening], **options: Any) -> None:
        super().__init__(*args, **options)
        places = seen.order_by().values_list(
            "trial__nct_id",
            "site",
            "site__facility",
            "site__city",
        )
        rows = sorted(set(places))
        trials = {
            trial.nct_id: f"{trial.nct_id} {plain_line(trial.title)}"[:90]
            for trial in Trial.objects.filter(nct_id__in={nct_id for nct_id, *_rest in rows}).for_title()
        }
        sites = {
            str(pk): ", ".join(filter(None, (facility, city, nct_id))) for nct_id, pk, facility, city in rows
        }
        self.fields["trial"].choices = [("", _("any")), *trials.items()]  # type: ignore[attr-defined]
        self.fields["site"].choices = [("", _("any")), *sites.items()]  # type: ignore[attr-defined]


class FiguresForm(forms.Form):
    """Which screenings are counted. `only_trial` is the one that all of them are of, if they are."""

    trial = forms.ChoiceField(label=_("Trial"), required=False)
    center = forms.ChoiceField(label=_("Center"), required=False)

    def __init__(self, *args: Any, seen: QuerySet[Screening], **options: Any) -> None:
        super().__init__(*args, **options)
        rows = set(seen.order_by().values_list("trial__nct_id", "center", "center__name").distinct())
        titles = Trial.objects.filter(nct_id__in={nct_id for nct_id, *_rest in rows}).for_title()
        trials = {trial.nct_id: f"{trial.nct_id} {plain_line(trial.title)}"[:90] for trial in titles}
        centers = {str(pk): name for _nct_id, pk, name in sorted(rows, key=lambda row: row[2])}
        self.only_trial = next(iter(trials)) if len(trials) == 1 else ""
        self.fields["trial"].choices = [("", _("all trials")), *sorted(trials.items())]  # type: ignore[attr-defined]
        self.fields["center"].choices = [("", _("all my centers")), *centers.items()]  # type: ignore[attr-defined]
        if len(centers) < 2:
            del self.fields["center"]


class EstimateForm(forms.Form):
    """Of a hundred participants, how many each statement stops; empty where nobody has an idea."""

    PREFIX = "stops-"

    def __init__(
        self, *args: Any, tree: Tree, words: Mapping[str, str], known: Mapping[str, int], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for node in tree.statements:
            self.fields[f"{self.PREFIX}{node.identifier}"] = forms.IntegerField(
                label=words[node.identifier],
                required=False,
                min_value=1,
                max_value=99,
                initial=known.get(node.identifier),
                widget=forms.NumberInput(attrs={"class": "form-control form-control-sm estimate"}),
            )

    def estimates(self) -> dict[str, int | None]:
        return {name.removeprefix(self.PREFIX): value for name, value in self.cleaned_data.items()}
