"""The administrator's room for people and centers.

Nothing about patients is here; row-level security would show an administrator none of it anyway.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from screening.models import Center, CenterSite, Membership, SponsorMembership, User

# What people may do follows from their memberships; Django's groups would only seem to mean something.
admin.site.unregister(Group)


class _LowerCaseAddress(ModelForm):
    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data.get("email"))


class NewPersonForm(_LowerCaseAddress, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "printed_name", "is_staff")


class PersonForm(_LowerCaseAddress, UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets choose)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user", "center")


class SponsorMembershipInline(admin.TabularInline):
    model = SponsorMembership
    extra = 0
    autocomplete_fields = ("sponsor",)


class CenterSiteInline(admin.TabularInline):
    model = CenterSite
    extra = 0
    autocomplete_fields = ("site",)


class _NeverDeleted(admin.ModelAdmin):
    """What was recorded points at it."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(_NeverDeleted, UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    list_display = ("printed_name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__center")
    search_fields = ("printed_name", "email")
    ordering = ("printed_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login",)
    fieldsets = (
        (None, {"fields": ("email", "printed_name", "password")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("email", "printed_name", "is_staff", "usable_password", "password1", "password2")},
        ),
    )
    inlines = (MembershipInline, SponsorMembershipInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Nobody locks themselves out, and the last administrator stays.
        own = ("is_active", "is_staff") if obj is not None and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)


@admin.register(Center)
class CenterAdmin(_NeverDeleted):
    list_display = ("name", "code", "city", "country", "time_zone")
    search_fields = ("name", "code", "city")
    inlines = (CenterSiteInline, MembershipInline)

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool
    ) -> None:
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        try:
            with transaction.atomic():
                super().save_formset(request, form, formset, change)
        except IntegrityError:
            # Row-level security hides the screenings from the administrator, but not from the foreign key.
            messages.error(
                request,
                _("A site where somebody was screened stays with its center: no site was changed."),
            )
