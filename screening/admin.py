"""The administrator's room for people and centers.

Nothing about patients is here; row-level security would show an administrator none of it anyway.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model, Prefetch, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from screening.models import Center, CenterSite, Membership, SponsorMembership, User
from trials.admin.help_texts import Help
from trials.admin.pages import ExplainedAdmin, NamedFormSet, ReasonField, TableOf

# What people may do follows from their memberships; Django's groups would only seem to mean something.
admin.site.unregister(Group)

PERSON: Help = {
    "email": _("It is the name to sign in with. Capitals do not matter."),
    "printed_name": _("As it is to appear beside what this person records, such as Dr Alice Example."),
    "is_active": _("Take the tick away instead of deleting an account: what it recorded keeps its name."),
    "is_staff": _(
        "Edits people, centers and trial content, on these pages. It opens no patient's data: that takes a"
        " role"
        " at a center."
    ),
    "last_login": _("When this person last signed in. Empty: never."),
}
ROLE: Help = {
    "user": _("Type a part of the name or of the address. A new person is added under People."),
    "center": _("Where this person works. One role at each center."),
    "role": _(
        "Coordinator: starts screenings and gives answers. Investigator: does that, and decides on what"
        " needs a"
        " physician's judgement. Monitor: reads everything of the center, changes nothing."
    ),
}
SPONSOR_ROLE: Help = {
    "sponsor": _("Sees this sponsor's trials with their protocols and sites, and never a patient.")
}
_TIME_ZONE = _("Days and deadlines of screenings are counted in it.")
CENTER: Help = {
    "code": _("A short name in capital letters, digits and hyphens, such as RENNES-1."),
    "name": _("The institution, as people write it."),
    "time_zone": _TIME_ZONE,
    "city": _("Where the center is."),
    "country": _("In English."),
}
CENTER_SITE: Help = {
    "site": _(
        "A site of a trial that this center works: only there may it screen. Type words of the facility or"
        " the"
        " city. A site has one center at most."
    )
}


class _LowerCaseAddress(ModelForm):
    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data.get("email"))


class NewPersonForm(_LowerCaseAddress, AdminUserCreationForm):
    reason = ReasonField()

    class Meta:
        model = User
        fields = ("email", "printed_name", "is_staff")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["usable_password"]
        choice.label = _("Signs in with a password")
        choice.help_text = _("Disabled: the account is there, and cannot be used until it gets a password.")
        self.fields["password1"].help_text = _(
            "At least 12 characters; nothing common, nothing like the name. Pass it on in person: it can be"
            " changed after signing in."
        )


class PersonForm(_LowerCaseAddress, UserChangeForm):
    reason = ReasonField()

    class Meta:
        model = User
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets choose)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if {"is_active", "is_staff"} & set(self.changed_data) and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Say why access is given or taken away."))
        return cleaned


class CenterForm(ModelForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_TIME_ZONE,
        choices=lambda: [(name, name) for name in ("", *sorted(available_timezones()))],
        error_messages={"invalid_choice": _("“%(value)s” is not a time zone: choose one of the list.")},
    )
    reason = ReasonField()

    class Meta:
        model = Center
        fields = ("code", "name", "time_zone", "city", "country")


class RoleFormSet(NamedFormSet):
    """A role that is changed or taken away takes a reason; giving a first one explains itself."""

    def clean(self) -> None:
        super().clean()
        touched = any(form.has_changed() for form in self.initial_forms)
        if touched and not self.data.get("reason", "").strip():
            raise ValidationError(
                _("Say under “Reason for the change” why a role is changed or taken away."), code="reason"
            )


class _RolesAtCenters(TableOf):
    model = Membership
    formset = RoleFormSet

    verbose_name = _("role at a center")
    verbose_name_plural = _("roles at centers")
    help_texts = ROLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "center")


class RolesOfPerson(_RolesAtCenters):
    fields = ("center", "role")

    def get_extra(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> int:
        """A new person gets a first role in one go, without JavaScript too."""
        return 0 if obj else 1

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        chosen = super().formfield_for_foreignkey(db_field, request, **kwargs)
        chosen.choices = list(chosen.choices)  # asked for once, not for each row
        return chosen


class PeopleOfCenter(_RolesAtCenters):
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    verbose_name = _("person who works here")
    verbose_name_plural = _("people who work here")


class SponsorMembershipInline(TableOf):
    model = SponsorMembership
    formset = RoleFormSet
    autocomplete_fields = ("sponsor",)
    verbose_name = _("sponsor this person works for")
    verbose_name_plural = _("sponsors this person works for")
    help_texts = SPONSOR_ROLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[SponsorMembership]:
        return super().get_queryset(request).select_related("sponsor")


class CenterSiteInline(TableOf):
    model = CenterSite
    autocomplete_fields = ("site",)
    verbose_name = _("site that this center works")
    verbose_name_plural = _("sites that this center works")
    help_texts = CENTER_SITE

    def get_queryset(self, request: HttpRequest) -> QuerySet[CenterSite]:
        return super().get_queryset(request).select_related("site", "center")


class _NeverDeleted(ExplainedAdmin):
    """What was recorded points at it."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(_NeverDeleted, UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    add_form_template = "admin/screening/user/add_form.html"
    help_texts = PERSON
    list_display = ("printed_name", "email", "works_at", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__role", "memberships__center")
    search_fields = ("printed_name", "email")
    search_help_text = _("A part of the name or of the e-mail address.")
    ordering = ("printed_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login",)
    fieldsets = (
        (None, {"fields": ("email", "printed_name", "password")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "last_login")}),
        (_("Why"), {"fields": ("reason",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "printed_name", "is_staff")}),
        (_("First password"), {"fields": ("usable_password", "password1", "password2")}),
        (_("Why"), {"fields": ("reason",)}),
    )
    inlines = (RolesOfPerson, SponsorMembershipInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        roles = Membership.objects.select_related("center").order_by("center__name")
        return super().get_queryset(request).prefetch_related(Prefetch("memberships", queryset=roles))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Nobody locks themselves out, and the last administrator stays.
        own = ("is_active", "is_staff") if obj is not None and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    @admin.display(description=_("works at"))
    def works_at(self, person: User) -> str:
        return ", ".join(f"{role.center} ({role.get_role_display()})" for role in person.memberships.all())


@admin.register(Center)
class CenterAdmin(_NeverDeleted):
    form = CenterForm
    fields = ("code", "name", "time_zone", "city", "country", "reason")
    help_texts = CENTER
    list_display = ("name", "code", "city", "country", "time_zone")
    search_fields = ("name", "code", "city")
    inlines = (CenterSiteInline, PeopleOfCenter)

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
