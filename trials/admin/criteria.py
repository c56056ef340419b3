from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from trials.admin.forms import PublishForm
from trials.drafts import NotEditableError, begin, opened, publish_draft
from trials.models import CriteriaVersion
from trials.models.criteria import tree_document
from trials.services import NotPublishableError


@admin.register(CriteriaVersion)
class CriteriaVersionAdmin(admin.ModelAdmin):
    """Versions and their trees, to read; a draft's particulars can be edited, and it can be published."""

    list_display = (
        "nct_id",
        "number",
        "label",
        "source",
        "completeness",
        "state",
        "effective",
        "published_at",
    )
    list_display_links = ("number", "label")
    list_select_related = ("trial",)
    list_filter = ("state", "untouched", "source", "completeness", "made_up")
    search_fields = ("trial__nct_id", "label")
    # There is a version of nearly every trial: neither all are sorted for a page, nor counted for a search.
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("publish_drafts",)
    fields = (
        "trial", "number", "label", "source", "completeness", "made_up", "state", "effective",
        "change_reason", "published_at", "published_by_name", "digest", "criteria",
    )  # fmt: skip
    readonly_fields = (
        "trial", "number", "source", "state", "published_at", "published_by_name", "digest", "criteria",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[CriteriaVersion]:
        return super().get_queryset(request).select_related("trial")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or not obj.is_published) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: CriteriaVersion, form: Any, change: bool) -> None:
        begin(obj)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and not obj.is_published and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        publishing = self.admin_site.admin_view(self.publish_view)
        return [path("publish/", publishing, name="trials_criteriaversion_publish"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        version = self.get_object(request, unquote(object_id))
        draft = version is not None and not version.is_published
        address = _publish_address([version.pk]) if draft and version else ""
        context = {**(extra_context or {}), "publish_address": address}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description=_("Publish the selected drafts…"), permissions=["change"])
    def publish_drafts(self, request: HttpRequest, queryset: QuerySet[CriteriaVersion]) -> HttpResponse:
        return HttpResponseRedirect(_publish_address(list(queryset.values_list("pk", flat=True))))

    def publish_view(self, request: HttpRequest) -> HttpResponse:
        """Asks for reason and date of effect, then publishes all or none of the versions named by `id`."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        ids = [int(value) for value in request.GET.getlist("id") if value.isascii() and value.isdigit()]
        versions = list(self.get_queryset(request).filter(pk__in=ids[:100]).order_by("trial", "number"))
        form = PublishForm(request.POST or None, initial={"effective": timezone.now().date()})
        if request.method == "POST" and versions and form.is_valid():
            refusals = _publish_all(versions, published_by=str(request.user), **form.cleaned_data)
            if not refusals:
                count = len(versions)
                done = ngettext("%(n)s version is published.", "%(n)s versions are published.", count)
                self.message_user(request, done % {"n": count}, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:trials_criteriaversion_changelist"))
            form.add_error(None, refusals)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish criteria versions"),
            "opts": self.opts,
            "versions": versions,
            "form": form,
        }
        return TemplateResponse(request, "admin/trials/criteriaversion/publish.html", context)

    @admin.display(description=_("trial"), ordering="trial__nct_id")
    def nct_id(self, version: CriteriaVersion) -> str:
        return version.trial.nct_id

    @admin.display(description=_("criteria"))
    def criteria(self, version: CriteriaVersion) -> SafeString:
        return render_to_string(
            "admin/trials/criteriaversion/tree.html", {"document": tree_document(version.pk)}
        )


def _publish_address(ids: list[int]) -> str:
    query = urlencode([("id", pk) for pk in ids])
    return f"{reverse('admin:trials_criteriaversion_publish')}?{query}"


def _publish_all(versions: list[CriteriaVersion], **particulars: Any) -> list[str]:
    """What stands in the way; empty when all were published."""
    refusals: list[str] = []
    with transaction.atomic():
        for version in versions:
            try:
                draft = opened(version)
                publish_draft(version, base=draft.revision, warnings_seen=False, **particulars)
            except NotEditableError:
                refusals.append(f"{version}: {_('This version has been published already.')}")
            except NotPublishableError as error:
                refusals += [f"{version}: {reason}" for reason in error.reasons]
        if refusals:
            transaction.set_rollback(True)
    return refusals
