from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trials.admin import help_texts
from trials.admin.bulk import ChangesStatus, TakesBackInBulk
from trials.admin.pages import found_by_key, save_rows
from trials.admin.registry import BesideRegistry, EditedHere, ListTable, RegistryForm
from trials.derived import fill_site, mark_changed
from trials.models import LocalEdit, Site, SiteContact

ADDRESS = ("facility", "city", "state", "zip", "country")


class SiteForm(RegistryForm):
    class Meta:
        model = Site
        fields = ("trial", "status", *ADDRESS, "latitude", "longitude")


class SiteContactInline(ListTable):
    model = SiteContact
    fields = ("name", "role", "phone", "phone_ext", "email")
    help_texts = help_texts.CONTACT
    kept_as = "contacts"


class ByCountry(admin.AllValuesFieldListFilter):
    """The countries that there are; a site without one is found too."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("no country")}


@admin.register(Site)
class SiteAdmin(BesideRegistry, ChangesStatus, TakesBackInBulk):
    """Sites on a page of their own: a trial may have more than a thousand.

    The registry's sites keep their address, by which the next import knows them again. A site added here is
    local, and is never touched by an import.
    """

    form = SiteForm
    help_texts = help_texts.SITE
    list_display = ("facility_or_none", "place", "status", "listed", "origin", "nct_id", "edited")
    list_select_related = ("trial",)
    list_filter = ("status", "listed", "origin", EditedHere, ("country_normalised", ByCountry))
    actions = ("change_status", "take_back")
    search_fields = ("search_text",)
    search_help_text = _("Words of facility, city, postal code or country; accents do not matter.")
    autocomplete_fields = ("trial",)
    ordering = ("country_normalised", "city_folded", "position", "pk")
    list_per_page = 100
    show_full_result_count = False
    inlines = (SiteContactInline,)
    fieldsets = (
        (None, {"fields": ("trial", "origin", "listed", "status")}),
        (_("Address as written"), {"fields": ADDRESS}),
        (_("Normalised"), {"fields": (
            "city_normalised", "state_normalised", "zip_normalised", "country_normalised",
        )}),
        (_("Coordinates"), {"fields": (("latitude", "longitude"),)}),
        (_("Why"), {"fields": ("reason", "seen")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        edits = LocalEdit.objects.filter(site=OuterRef("pk"))
        sites = super().get_queryset(request).defer("search_text")
        return sites.annotate(has_edits=Exists(edits))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return found_by_key(queryset, "search_text", search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        derived = (
            "origin",
            "listed",
            "city_normalised",
            "state_normalised",
            "zip_normalised",
            "country_normalised",
        )
        if obj is None:
            return derived
        return (*derived, "trial", *(ADDRESS if obj.origin == Site.Origin.REGISTRY else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # screenings point at sites

    def concerned(self, object_id: str) -> dict[str, list[int]]:
        return {"sites": [int(object_id)]}

    def save_model(self, request: HttpRequest, obj: Site, form: ModelForm, change: bool) -> None:
        """Of the registry's sites only what was changed: an import may have brought the rest just now."""
        if change and obj.origin == Site.Origin.REGISTRY:
            if columns := {"status", "latitude", "longitude"} & set(form.changed_data):
                obj.save(update_fields=columns)
            return
        if not change:
            obj.origin, obj.listed = Site.Origin.LOCAL, False
        fill_site(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: Any, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        save_rows(formset, "site_id")

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if self.take_back_ticked(request, form) or form.has_changed():
            mark_changed(form.instance.trial)

    @admin.display(description=_("facility"), ordering="facility")
    def facility_or_none(self, site: Site) -> str:
        return site.facility or str(_("Unnamed site"))

    @admin.display(description=_("edited here"), ordering="has_edits")
    def edited(self, site: Any) -> str:
        return str(_("Yes")) if site.has_edits else ""

    @admin.display(description=_("place"), ordering="city_folded")
    def place(self, site: Site) -> str:
        return site.place

    @admin.display(description=_("trial"), ordering="trial__nct_id")
    def nct_id(self, site: Site) -> str:
        return site.trial.nct_id
