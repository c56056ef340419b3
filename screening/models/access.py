"""Who works here: people, centers, who belongs to which, and which sites a center works."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from screening.querysets import CenterSiteQuerySet


def validate_time_zone(value: str) -> None:
    """Only names of the time zone database: windows and dates of a center are counted in it."""
    if value not in available_timezones():
        raise ValidationError(
            _("“%(value)s” is not a time zone; write it as in Europe/Paris."), params={"value": value}
        )


class UserManager(BaseUserManager["User"]):
    """Accounts are found by their e-mail address, whatever its capitals."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator; the name is the one that `manage.py createsuperuser` calls."""
        return self.create_user(email, password, is_staff=True, **fields)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser):
    """An account. `is_staff` makes an administrator: people, centers and trial content, no patient data."""

    email = models.EmailField(_("e-mail address"), unique=True)
    printed_name = models.CharField(
        _("printed name"), max_length=150, help_text=_("As it is to appear beside what this person records.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Take the tick away instead of deleting an account.")
    )
    is_staff = models.BooleanField(
        _("administrator"), default=False, help_text=_("Edits people, centers and trial content.")
    )
    is_demo = models.BooleanField(_("demonstration account"), default=False, editable=False)
    # Of the password that is asked again for a signature: wrong ones in a row, and until when none is taken.
    wrong_passwords = models.PositiveSmallIntegerField(_("wrong passwords"), default=0, editable=False)
    locked_until = models.DateTimeField(_("signing locked until"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["printed_name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("printed_name", "email")
        constraints = [
            models.CheckConstraint(name="user_email_is_lower_case", condition=models.Q(email=Lower("email")))
        ]

    def __str__(self) -> str:
        return self.printed_name

    def get_short_name(self) -> str:
        return self.printed_name

    # The admin asks these two; an administrator may do there whatever the admin offers.
    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class Center(models.Model):
    """An institution where coordinators work: the tenant."""

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*\Z", _("Use capital letters, digits and hyphens."))],
    )
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("center")
        verbose_name_plural = _("centers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("coordinator")
    INVESTIGATOR = "investigator", _("investigator")
    MONITOR = "monitor", _("monitor")


class Membership(models.Model):
    """One person's one role at one center."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    center = models.ForeignKey(
        Center, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("center")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(name="membership_once_per_center", fields=["user", "center"]),
            models.CheckConstraint(name="membership_role", condition=models.Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.center}"


class SponsorMembership(models.Model):
    """One person who works for a sponsor: sees its trials and their protocols, never a patient."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sponsor_memberships", verbose_name=_("person")
    )
    sponsor = models.ForeignKey(
        "trials.Sponsor", on_delete=models.PROTECT, related_name="+", verbose_name=_("sponsor")
    )

    class Meta:
        verbose_name = _("sponsor membership")
        verbose_name_plural = _("sponsor memberships")
        constraints = [models.UniqueConstraint(name="sponsor_membership_once", fields=["user", "sponsor"])]

    def __str__(self) -> str:
        return f"{self.user}, {self.sponsor}"


class CenterSite(models.Model):
    """A center works a site: only there may it screen."""

    center = models.ForeignKey(
        Center, on_delete=models.PROTECT, related_name="center_sites", verbose_name=_("center")
    )
    site = models.ForeignKey(
        "trials.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site")
    )

    objects: ClassVar[models.Manager[CenterSite]] = CenterSiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site of a center")
        verbose_name_plural = _("sites of a center")
        constraints = [
            # One center a site: screening numbers, unique per site, then live under one roof.
            models.UniqueConstraint(name="center_site_once", fields=["site"]),
            models.UniqueConstraint(name="center_site_in_full", fields=["id", "center", "site"]),
        ]

    def __str__(self) -> str:
        return f"{self.center}: {self.site}"
