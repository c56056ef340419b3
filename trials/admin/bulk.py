"""Changing many rows at once: a page that says what is about to happen and asks why, then one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.context import reason_given
from trials.admin.pages import ReasonField
from trials.derived import mark_changed
from trials.local_edits import by_hand, take_back
from trials.models import LocalEdit, Site, Trial
from trials.vocabulary import Status

MOST = 2000  # more sites than any known trial has
_EXAMPLES = 10


class ChosenRows(forms.Form):
    """The rows as one hidden field: as many fields as rows would be more than the server takes."""

    ids = forms.CharField(widget=forms.HiddenInput)
    filters = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_ids(self) -> list[int]:
        parts = self.cleaned_data["ids"].split(",")
        if len(parts) > MOST or not all(
            part.isascii() and part.isdigit() and len(part) < 19 for part in parts
        ):
            raise forms.ValidationError(_("These rows cannot be read: choose them anew."))
        return [int(part) for part in parts]


class StatusForm(ChosenRows):
    status = forms.ChoiceField(
        label=_("New status"),
        choices=[("", "—"), *Status.choices],
        help_text=_("An import leaves it as it is, and shows beside it what the registry says."),
    )
    reason = ReasonField(required=True)


class TakeBackForm(ChosenRows):
    reason = ReasonField(required=True)


class BulkAdmin(admin.ModelAdmin):
    """Actions that ask before they change anything."""

    def page_of(
        self, request: HttpRequest, form: ChosenRows, title: str | Promise, button: str | Promise, **more: Any
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "button": button,
            "opts": self.opts,
            "form": form,
            "media": self.media,
            **more,
        }
        return TemplateResponse(request, "admin/trials/bulk.html", context)

    def chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> dict[str, str] | None:
        """What the form begins with; None, with a message, where it is too much at once."""
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            too_many = _("At most %(most)s rows at once: narrow the list down first.") % {"most": MOST}
            self.message_user(request, too_many, messages.WARNING)
            return None
        return {"ids": ",".join(map(str, ids)), "filters": request.GET.urlencode()}

    def list_again(self, filters: str) -> HttpResponseRedirect:
        changelist = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        query = QueryDict(filters).urlencode() if len(filters) < 2000 else ""
        return HttpResponseRedirect(f"{changelist}?{query}" if query else changelist)


class TakesBackInBulk(BulkAdmin):
    """The registry's values for all rows that are chosen."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_take_back"
        view = self.admin_site.admin_view(self.take_back_view)
        return [path("take-back/", view, name=name), *super().get_urls()]

    @admin.action(description=_("Take the registry's values back…"), permissions=["change"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        initial = self.chosen(request, queryset)
        if initial is None:
            return None
        return self._take_back_page(request, TakeBackForm(initial=initial), initial["ids"])

    def take_back_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.list_again("")
        form = TakeBackForm(request.POST)
        if not form.is_valid():
            return self._take_back_page(request, form, request.POST.get("ids", ""))
        rows = form.cleaned_data["ids"]
        edits = self._edits(rows)
        sites = {edit.site_id for edit in edits if edit.site_id}
        trials = {edit.trial_id for edit in edits if not edit.site_id}
        with reason_given(form.cleaned_data["reason"]), by_hand(trials=trials, sites=sites):
            changed = take_back(edits)
            for trial in Trial.objects.filter(pk__in=changed):
                mark_changed(trial)
        done = ngettext(
            "The registry's value stands in %(n)s field again.",
            "The registry's values stand in %(n)s fields again.",
            len(edits),
        )
        self.message_user(request, done % {"n": len(edits)}, messages.SUCCESS)
        return self.list_again(form.cleaned_data["filters"])

    def _edits(self, ids: Iterable[int]) -> list[LocalEdit]:
        edits = LocalEdit.objects.filter(imported=True)
        return list(
            edits.filter(site__in=ids) if self.model is Site else edits.filter(trial__in=ids, site=None)
        )

    def _take_back_page(self, request: HttpRequest, form: TakeBackForm, ids: str) -> HttpResponse:
        edits = self._edits(_numbers(ids) or [])
        rows = {edit.site_id or edit.trial_id for edit in edits}
        said = ngettext(
            "%(n)s field that was edited here is given the registry's value.",
            "%(n)s fields that were edited here are given the registry's values.",
            len(edits),
        )
        title = _("Take the registry's values back")
        return self.page_of(
            request,
            form,
            title,
            _("Take them back"),
            action=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_take_back"),
            lines=[said % {"n": len(edits)}],
            rows=self.model._default_manager.filter(pk__in=sorted(rows)[:_EXAMPLES]),
            others=max(0, len(rows) - _EXAMPLES),
        )


class ChangesStatus(BulkAdmin):
    """A new status for all sites that are chosen."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.status_view)
        return [path("status/", view, name="trials_site_status"), *super().get_urls()]

    @admin.action(description=_("Change the status…"), permissions=["change"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Site]) -> HttpResponse | None:
        initial = self.chosen(request, queryset)
        if initial is None:
            return None
        return self._status_page(request, StatusForm(initial=initial), initial["ids"])

    def status_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.list_again("")
        form = StatusForm(request.POST)
        if not form.is_valid():
            return self._status_page(request, form, request.POST.get("ids", ""))
        status = form.cleaned_data["status"]
        differing = Site.objects.filter(pk__in=form.cleaned_data["ids"]).exclude(status=status)
        sites = list(differing.values_list("pk", flat=True))
        with reason_given(form.cleaned_data["reason"]), by_hand(sites=sites):
            changed = Site.objects.filter(pk__in=sites).update(status=status)
            Trial.objects.filter(sites__in=sites).update(changed_at=Now())
        done = ngettext(
            "%(n)s site was changed to “%(status)s”.", "%(n)s sites were changed to “%(status)s”.", changed
        )
        self.message_user(request, done % {"n": changed, "status": Status(status).label}, messages.SUCCESS)
        return self.list_again(form.cleaned_data["filters"])

    def _status_page(self, request: HttpRequest, form: StatusForm, ids: str) -> HttpResponse:
        chosen = Site.objects.filter(pk__in=_numbers(ids) or [])
        counts = chosen.values("status", nct_id=F("trial__nct_id")).annotate(n=Count("pk"))
        lines = [
            _("%(trial)s, %(status)s: %(n)s")
            % {"trial": row["nct_id"], "n": row["n"], "status": _status_words(row["status"])}
            for row in counts.order_by("nct_id", "-n")
        ]
        total = chosen.count()
        title = ngettext("Change the status of %(n)s site", "Change the status of %(n)s sites", total)
        return self.page_of(
            request,
            form,
            title % {"n": total},
            _("Change the status"),
            action=reverse("admin:trials_site_status"),
            lines=lines,
            rows=chosen.by_place()[:_EXAMPLES],
            others=max(0, total - _EXAMPLES),
        )


def _numbers(ids: str) -> list[int] | None:
    parts = ids.split(",")
    readable = all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts)
    return [int(part) for part in parts] if readable and len(parts) <= MOST else None


def _status_words(status: str) -> str:
    return Site(status=status).get_status_display() or str(_("without a status"))
