from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trials.fields import RegistryField
from trials.models.people import Contact
from trials.models.trial import Trial
from trials.querysets import SiteQuerySet
from trials.vocabulary import Status


class Site(models.Model):
    """One place's part in one trial. Never deleted by an import: screenings point at it.

    The address stands as written; the normalised parts beside it are for lists, filters and maps. A name is
    no key (many sites are called "Investigational site"): a registry site is known by `address_key`, the
    digest of facility and address as written, and by `occurrence` where the record says the same twice.
    Coordinates are the record's; those of the city, where it gives none, stand apart and are approximate.
    """

    class Origin(models.TextChoices):
        REGISTRY = "registry", _("Registry")
        LOCAL = "local", _("Added here")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="sites", verbose_name=_("trial"))
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.REGISTRY)
    listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Whether the registry's record names this site today.")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    status = RegistryField(_("status"), choices=Status)
    facility = models.CharField(_("facility"), blank=True, default="")
    city = models.CharField(_("city"), blank=True, default="")
    state = models.CharField(_("state"), blank=True, default="")
    zip = models.CharField(_("postal code"), blank=True, default="")
    country = models.CharField(_("country"), blank=True, default="")
    city_normalised = models.CharField(_("city, normalised"), blank=True, default="")
    state_normalised = models.CharField(_("state, normalised"), blank=True, default="")
    zip_normalised = models.CharField(_("postal code, normalised"), blank=True, default="")
    country_normalised = models.CharField(
        _("country, normalised"), max_length=200, blank=True, default="", db_index=True
    )
    city_folded = models.CharField(_("search key of the city"), blank=True, default="", editable=False)
    search_text = models.TextField(_("search key"), blank=True, default="", editable=False)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    approximate_latitude = models.FloatField(
        _("latitude of the city"), null=True, editable=False, help_text=_("Where the record gives none.")
    )
    approximate_longitude = models.FloatField(_("longitude of the city"), null=True, editable=False)
    located_as = models.TextField(
        _("looked up as"),
        blank=True,
        default="",
        editable=False,
        help_text=_("With which gazetteer, and what."),
    )
    address_key = models.CharField(_("key of the address"), max_length=64, editable=False)
    occurrence = models.PositiveSmallIntegerField(_("occurrence"), default=1, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("trial", "position", "pk")
        indexes = (
            # For a whole code and for what it begins with.
            models.Index(
                fields=("zip_normalised",),
                name="site_postal_code",
                opclasses=("varchar_pattern_ops",),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("trial", "address_key", "occurrence"),
                condition=Q(origin="registry"),
                name="site_address_once",
            ),
            models.UniqueConstraint(fields=("id", "trial"), name="site_of_trial"),
            models.CheckConstraint(condition=Q(origin__in=["registry", "local"]), name="site_origin_known"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                # A check that comes to NULL would let half a coordinate through.
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="site_coordinates_on_earth",
                violation_error_message=_(
                    "Latitude lies within ±90, longitude within ±180; give both or none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(approximate_latitude__isnull=True, approximate_longitude__isnull=True)
                | Q(
                    approximate_latitude__isnull=False,
                    approximate_longitude__isnull=False,
                    approximate_latitude__range=(-90, 90),
                    approximate_longitude__range=(-180, 180),
                ),
                name="site_approximation_on_earth",
            ),
        )

    def __str__(self) -> str:
        return ", ".join(part for part in (self.facility, self.place) if part) or str(_("Unnamed site"))

    @property
    def place(self) -> str:
        """City, state, postal code and country, normalised; parts that are not known are left out."""
        parts = (self.city_normalised, self.state_normalised, self.zip_normalised, self.country_normalised)
        return ", ".join(part for part in parts if part)

    @property
    def coordinates(self) -> tuple[float, float] | None:
        """Latitude and longitude: the record's, or else those of the city."""
        if self.latitude is not None and self.longitude is not None:
            return self.latitude, self.longitude
        if self.approximate_latitude is not None and self.approximate_longitude is not None:
            return self.approximate_latitude, self.approximate_longitude
        return None

    @property
    def is_approximate(self) -> bool:
        """Whether its coordinates are only those of its city."""
        return self.latitude is None and self.approximate_latitude is not None


class SiteContact(Contact):
    site = models.ForeignKey(Site, models.CASCADE, related_name="contacts", verbose_name=_("site"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("site contact")
        verbose_name_plural = _("site contacts")
        ordering = ("site", "position")
        constraints = (models.UniqueConstraint(fields=("site", "position"), name="sitecontact_position"),)
