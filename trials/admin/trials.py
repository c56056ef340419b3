from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, Q, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from trials.admin.forms import TEXTS_AS_THEY_ARE, InterventionForm, TrialForm
from trials.admin.pages import WithinTrial, found_by_key, next_position, save_rows
from trials.derived import fill_sponsor, refresh_search_text
from trials.importers.ctgov import named
from trials.importers.lists import by_position, sync
from trials.models import (
    Arm,
    ArmIntervention,
    CentralContact,
    Condition,
    Intervention,
    Keyword,
    Official,
    OtherIdentifier,
    Outcome,
    Sponsor,
    Trial,
    TrialSponsor,
)


class ArmInline(admin.StackedInline):
    model = Arm
    fields = ("label", "type", "description")
    formfield_overrides = TEXTS_AS_THEY_ARE
    extra = 0
    show_change_link = True


class InterventionInline(admin.StackedInline):
    model = Intervention
    form = InterventionForm
    formfield_overrides = TEXTS_AS_THEY_ARE
    extra = 0


class SponsorInline(admin.TabularInline):
    model = TrialSponsor
    fields = ("sponsor", "role", "agency_class")
    autocomplete_fields = ("sponsor",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrialSponsor]:
        return super().get_queryset(request).select_related("sponsor")


class OfficialInline(admin.TabularInline):
    model = Official
    fields = ("name", "affiliation", "role")
    extra = 0


class CentralContactInline(admin.TabularInline):
    model = CentralContact
    fields = ("name", "role", "phone", "phone_ext", "email")
    extra = 0


class OtherIdentifierInline(admin.TabularInline):
    model = OtherIdentifier
    fields = ("identifier", "type", "domain", "link")
    extra = 0


@admin.register(Trial)
class TrialAdmin(admin.ModelAdmin):
    form = TrialForm
    formfield_overrides = TEXTS_AS_THEY_ARE
    list_display = ("nct_id", "title", "overall_status", "phase_list", "lead_sponsor", "last_update", "sites")
    list_filter = ("overall_status", "study_type")
    search_fields = ("search_text",)
    search_help_text = _(
        "Any words of titles, conditions, sponsors, places or criteria; accents do not matter."
    )
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
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        lead = TrialSponsor.objects.filter(role=TrialSponsor.Role.LEAD).select_related("sponsor")
        return (
            super()
            .get_queryset(request)
            .defer("search_text")
            .annotate(site_count=Count("sites", filter=Q(sites__listed=True)))
            .prefetch_related(Prefetch("sponsor_parts", queryset=lead, to_attr="lead_parts"))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return found_by_key(queryset, "search_text", search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("nct_id", "pages") if obj else ("pages",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # screenings point at trials

    def save_formset(self, request: Any, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        save_rows(formset, "trial_id")

    def save_related(self, request: Any, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        trial = form.instance
        for rows, name in (
            (Condition.objects.filter(trial=trial), "condition_names"),
            (Keyword.objects.filter(trial=trial), "keyword_names"),
        ):
            sync(rows, by_position(named(form.cleaned_data[name])), trial=trial)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            refresh_search_text(trial)

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

    @admin.display(description=_("on other pages"))
    def pages(self, trial: Any) -> SafeString | str:
        if trial.pk is None:
            return str(_("Sites can be added once the trial is saved."))
        sites = ngettext("%(n)s listed site", "%(n)s listed sites", trial.site_count) % {
            "n": trial.site_count
        }
        of_trial = f"trial__id__exact={trial.pk}"
        return format_html(
            '<a href="{}?{}">{}</a>, <a href="{}?{}">{}</a>, <a href="{}?{}">{}</a>',
            *(reverse("admin:trials_site_changelist"), of_trial, sites),
            *(reverse("admin:trials_criteriaversion_changelist"), of_trial, _("criteria versions")),
            *(reverse("admin:trials_outcome_changelist"), of_trial, _("outcome measures")),
        )


class ArmInterventionInline(admin.TabularInline):
    model = ArmIntervention
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offers the interventions of the arm's own trial."""
        formset = super().get_formset(request, obj, **kwargs)
        field: Any = formset.form.base_fields["intervention"]
        field.queryset = Intervention.objects.filter(trial=obj.trial) if obj else Intervention.objects.none()
        return formset


@admin.register(Arm)
class ArmAdmin(WithinTrial):
    fields = ("label", "type", "description")
    formfield_overrides = TEXTS_AS_THEY_ARE
    inlines = (ArmInterventionInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Outcome)
class OutcomeAdmin(WithinTrial):
    """On pages of their own: some trials have so many that a page with all of them could not be sent."""

    list_display = ("measure", "kind", "time_frame", "nct_id")
    list_filter = ("kind",)
    list_select_related = ("trial",)
    fields = ("trial", "kind", "measure", "description", "time_frame")
    formfield_overrides = TEXTS_AS_THEY_ARE
    autocomplete_fields = ("trial",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outcome]:
        return super().get_queryset(request).defer("trial__search_text")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("trial", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Outcome, form: Any, change: bool) -> None:
        if not change:
            obj.position = next_position(obj, "trial_id")
        super().save_model(request, obj, form, change)

    @admin.display(description=_("trial"), ordering="trial__nct_id")
    def nct_id(self, outcome: Outcome) -> str:
        return outcome.trial.nct_id


@admin.register(Sponsor)
class SponsorAdmin(admin.ModelAdmin):
    list_display = ("name", "agency_class", "trial_count")
    list_filter = ("agency_class",)
    search_fields = ("folded",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sponsor]:
        return super().get_queryset(request).annotate(trial_count=Count("parts"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return found_by_key(queryset, "folded", search_term), False

    def save_model(self, request: HttpRequest, obj: Sponsor, form: Any, change: bool) -> None:
        fill_sponsor(obj)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("trials"), ordering="trial_count")
    def trial_count(self, sponsor: Any) -> int:
        return int(sponsor.trial_count)
