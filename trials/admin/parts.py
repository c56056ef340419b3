"""Pages of what belongs to a trial and has too much to say for the trial's own page; and of sponsors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from trials.admin import help_texts
from trials.admin.forms import TEXTS_AS_THEY_ARE
from trials.admin.pages import ExplainedAdmin, ReasonField, RowForm, TableOf, found_by_key, next_position
from trials.derived import fill_sponsor
from trials.local_edits import by_hand
from trials.models import Arm, ArmIntervention, Intervention, Outcome, Sponsor


class PartForm(RowForm):
    reason = ReasonField()


class WithinTrial(ExplainedAdmin):
    """A page that is reached from its trial's, and not from the index. What it changes is a local edit."""

    form = PartForm
    formfield_overrides = TEXTS_AS_THEY_ARE

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with by_hand(trials=self._trials(object_id or "", request.POST.get("trial", ""))):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        with by_hand(trials=self._trials(object_id, "")):
            return super().delete_view(request, object_id, extra_context)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with by_hand(trials=set(queryset.values_list("trial_id", flat=True))):
            super().delete_queryset(request, queryset)

    def _trials(self, object_id: str, trial_id: str) -> list[int]:
        if object_id.isascii() and object_id.isdigit():
            rows = self.model._default_manager.filter(pk=int(object_id))
            return list(rows.values_list("trial_id", flat=True))
        return [int(trial_id)] if trial_id.isascii() and trial_id.isdigit() else []


class ArmInterventionInline(TableOf):
    model = ArmIntervention
    help_texts = help_texts.ARM_INTERVENTION

    def get_formset(self, request: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Offers the interventions of the arm's own trial."""
        formset = super().get_formset(request, obj, **kwargs)
        field: Any = formset.form.base_fields["intervention"]
        field.queryset = Intervention.objects.filter(trial=obj.trial) if obj else Intervention.objects.none()
        return formset


@admin.register(Arm)
class ArmAdmin(WithinTrial):
    fields = ("label", "type", "description", "reason")
    help_texts = help_texts.ARM
    inlines = (ArmInterventionInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Outcome)
class OutcomeAdmin(WithinTrial):
    """On pages of their own: some trials have so many that a page with all of them could not be sent."""

    list_display = ("measure", "kind", "time_frame", "nct_id")
    list_filter = ("kind",)
    list_select_related = ("trial",)
    fields = ("trial", "kind", "measure", "description", "time_frame", "reason")
    help_texts = help_texts.OUTCOME
    autocomplete_fields = ("trial",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("trial", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Outcome, form: Any, change: bool) -> None:
        if not change:
            obj.position = next_position(obj, "trial_id")
        super().save_model(request, obj, form, change)

    @admin.display(description=_("trial"), ordering="trial__nct_id")
    def nct_id(self, outcome: Outcome) -> str:
        return outcome.trial.nct_id


class SponsorForm(forms.ModelForm):
    reason = ReasonField()

    class Meta:
        model = Sponsor
        fields = ("name", "agency_class")


@admin.register(Sponsor)
class SponsorAdmin(ExplainedAdmin):
    form = SponsorForm
    fields = ("name", "agency_class", "reason")
    list_display = ("name", "agency_class", "trial_count")
    list_filter = ("agency_class",)
    search_fields = ("folded",)
    ordering = ("folded",)
    help_texts = help_texts.SPONSOR
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sponsor]:
        return super().get_queryset(request).annotate(trial_count=Count("parts"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return found_by_key(queryset, "folded", search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The next import would add the old name again, and the sponsor's people would lose its trials.
        return ("name",) if obj is not None and obj.trial_count else ()

    def save_model(self, request: HttpRequest, obj: Sponsor, form: Any, change: bool) -> None:
        fill_sponsor(obj)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("trials"), ordering="trial_count")
    def trial_count(self, sponsor: Any) -> int:
        return int(sponsor.trial_count)
