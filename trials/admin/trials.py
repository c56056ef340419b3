from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from trials.admin import help_texts
from trials.admin.bulk import TakesBackInBulk
from trials.admin.forms import TEXTS_AS_THEY_ARE, InterventionForm, TrialForm
from trials.admin.pages import save_rows
from trials.admin.registry import BesideRegistry, EditedHere, ListStack, ListTable, edits_of, note
from trials.derived import mark_changed
from trials.importers.ctgov import named
from trials.importers.lists import LISTS
from trials.local_edits import COLUMNS, SETTINGS, written_by_hand
from trials.models import (
    Arm,
    CentralContact,
    Intervention,
    LocalEdit,
    Official,
    OtherIdentifier,
    Trial,
    TrialSponsor,
)
from trials.searching import engine
from trials.searching.wanted import Wanted

MOST_FOUND = 1000


class ArmInline(ListStack):
    model = Arm
    fields = ("label", "type", "description")
    formfield_overrides = TEXTS_AS_THEY_ARE
    help_texts = help_texts.ARM
    show_change_link = True
    kept_as = "groups"


class InterventionInline(ListStack):
    model = Intervention
    form = InterventionForm
    formfield_overrides = TEXTS_AS_THEY_ARE
    help_texts = help_texts.INTERVENTION


class SponsorInline(ListTable):
    model = TrialSponsor
    fields = ("sponsor", "role", "agency_class")
    autocomplete_fields = ("sponsor",)
    help_texts = help_texts.TRIAL_SPONSOR
    kept_as = "sponsors"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrialSponsor]:
        return super().get_queryset(request).select_related("sponsor")


class OfficialInline(ListTable):
    model = Official
    fields = ("name", "affiliation", "role")
    help_texts = help_texts.OFFICIAL
    kept_as = "officials"


class CentralContactInline(ListTable):
    model = CentralContact
    fields = ("name", "role", "phone", "phone_ext", "email")
    help_texts = help_texts.CONTACT
    kept_as = "central_contacts"


class OtherIdentifierInline(ListTable):
    model = OtherIdentifier
    fields = ("identifier", "type", "domain", "link")
    help_texts = help_texts.OTHER_IDENTIFIER
    kept_as = "other_identifiers"


@admin.register(Trial)
class TrialAdmin(BesideRegistry, TakesBackInBulk):
    form = TrialForm
    help_texts = help_texts.TRIAL
    formfield_overrides = TEXTS_AS_THEY_ARE
    list_display = (
        "nct_id",
        "title",
        "overall_status",
        "phase_list",
        "lead_sponsor",
        "last_update",
        "sites",
        "edited",
    )
    list_filter = ("overall_status", "study_type", EditedHere)
    search_fields = ("nct_id",)  # that there is a search at all; `get_search_results` says what it finds
    search_help_text = _(
        "Any words of titles, conditions, sponsors, places or criteria; accents do not matter."
    )
    actions = ("take_back",)
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ("pages",)
    inlines = (
        SponsorInline,
        ArmInline,
        InterventionInline,
        OfficialInline,
        CentralContactInline,
        OtherIdentifierInline,
    )
    fieldsets = (
        (None, {"fields": (
            "nct_id", "nct_id_aliases", "org_study_id", "organization_name", "brief_title", "official_title",
            "acronym", "nickname", "pages",
        )}),
        (_("Status and dates"), {"fields": (
            ("overall_status", "last_known_status"), "why_stopped", "has_results",
            ("start_date", "start_date_type"),
            ("primary_completion_date", "primary_completion_date_type"),
            ("completion_date", "completion_date_type"),
            "first_submitted_date", ("first_posted_date", "first_posted_date_type"),
            "last_update_submitted_date", ("last_update_posted_date", "last_update_posted_date_type"),
            "status_verified_date", "results_first_posted_date", "launched", "current_as_of",
        )}),
        (_("Description"), {"fields": (
            "condition_names", "keyword_names", "brief_summary", "detailed_description",
            "plain_summary", "plain_summary_machine_made", "periods",
            "notices", "people_applied", "related_trials",
        )}),
        (_("Design"), {"fields": (
            "study_type", "phases", ("enrollment_count", "enrollment_type"), "allocation",
            "intervention_model", "intervention_model_description", "observational_model", "time_perspective",
            "primary_purpose", "masking", "who_masked", "masking_description",
        )}),
        (_("Who may join"), {"fields": (
            "sex", "gender_based", "gender_description", ("minimum_age", "maximum_age"), "std_ages",
            "healthy_volunteers", "study_population", "sampling_method", "eligibility_text",
        )}),
        (_("Responsibility and contact"), {"fields": (
            "responsible_party_type", "responsible_party_name", "responsible_party_title",
            "responsible_party_affiliation", "about_sponsor", "worldwide_contacts_note",
        )}),
        (_("Screening"), {"fields": ("requires_sources",)}),
        (_("Why"), {"fields": ("reason", "seen")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        lead = TrialSponsor.objects.filter(role=TrialSponsor.Role.LEAD).select_related("sponsor")
        return (
            super()
            .get_queryset(request)
            .annotate(
                site_count=Count("sites", filter=Q(sites__listed=True)),
                has_edits=Exists(LocalEdit.objects.filter(trial=OuterRef("pk"))),
            )
            .prefetch_related(Prefetch("sponsor_parts", queryset=lead, to_attr="lead_parts"))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The best of what a visitor would find; nobody turns over more pages than that."""
        if not search_term:
            return queryset, False
        found = engine.search(Wanted(search_term), count=MOST_FOUND, facets=())
        return queryset.filter(pk__in=[hit.pk for hit in found.hits]), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("nct_id", *self.readonly_fields) if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # screenings point at trials

    def concerned(self, object_id: str) -> dict[str, list[int]]:
        return {"trials": [int(object_id)]}

    def save_model(self, request: HttpRequest, obj: Trial, form: ModelForm, change: bool) -> None:
        """Only what was changed: an import may have brought the rest since the page was opened."""
        if not change:
            super().save_model(request, obj, form, change)
        elif columns := {*COLUMNS, *SETTINGS}.intersection(form.changed_data):
            obj.save(update_fields={*columns, "minimum_age_days", "maximum_age_days"})

    def save_formset(self, request: Any, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        save_rows(formset, "trial_id")

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        trial = form.instance
        for name, rows in (("condition_names", "conditions"), ("keyword_names", "keywords")):
            if name in form.changed_data:
                LISTS[rows].write(trial, named(form.cleaned_data[name]))
        if not change:
            written_by_hand(trial)
        taken = self.take_back_ticked(request, form)
        if taken or form.has_changed() or any(formset.has_changed() for formset in formsets):
            mark_changed(Trial.objects.get(pk=trial.pk))

    @admin.display(description=_("phase"))
    def phase_list(self, trial: Trial) -> str:
        return ", ".join(trial.phase_words)

    @admin.display(description=_("sponsor"))
    def lead_sponsor(self, trial: Any) -> str:
        return str(trial.lead_parts[0].sponsor) if trial.lead_parts else ""

    @admin.display(description=_("last update"), ordering="last_update_posted_date")
    def last_update(self, trial: Trial) -> str:
        return str(trial.last_update_posted_date or trial.last_update_submitted_date or "")

    @admin.display(description=_("sites"), ordering="site_count")
    def sites(self, trial: Any) -> str:
        return str(trial.site_count)

    @admin.display(description=_("edited here"), ordering="has_edits")
    def edited(self, trial: Any) -> str:
        return str(_("Yes")) if trial.has_edits else ""

    @admin.display(description=_("on other pages"))
    def pages(self, trial: Any) -> SafeString | str:
        if trial.pk is None:
            return str(_("Sites can be added once the trial is saved."))
        sites = ngettext("%(n)s listed site", "%(n)s listed sites", trial.site_count) % {
            "n": trial.site_count
        }
        of_trial = f"trial__id__exact={trial.pk}"
        edit = edits_of(trial).get("outcomes")
        return format_html(
            '<a href="{}?{}">{}</a>, <a href="{}?{}">{}</a>, <a href="{}?{}">{}</a>{}',
            *(reverse("admin:trials_site_changelist"), of_trial, sites),
            *(reverse("admin:trials_criteriaversion_changelist"), of_trial, _("criteria versions")),
            *(reverse("admin:trials_outcome_changelist"), of_trial, _("outcome measures")),
            note(edit) if edit else "",
        )
