from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.dates import PATTERN
from trials.fields import PartialDateField, RegistryField
from trials.querysets import TrialQuerySet
from trials.vocabulary import (
    AgeGroup,
    Allocation,
    DateType,
    IdentifierType,
    InterventionModel,
    Masking,
    ObservationalModel,
    Phase,
    PrimaryPurpose,
    ResponsiblePartyType,
    SamplingMethod,
    Sex,
    Status,
    StudyType,
    TimePerspective,
    WhoMasked,
    words,
)

# In `trials.revisions` stands what is promised of it.
NEXT_REVISION = Func(
    Value("trials_trial_revision"), function="nextval", output_field=models.BigIntegerField()
)

DATES = (
    "start_date",
    "primary_completion_date",
    "completion_date",
    "first_submitted_date",
    "first_posted_date",
    "last_update_submitted_date",
    "last_update_posted_date",
    "status_verified_date",
    "results_first_posted_date",
    "launched",
    "current_as_of",
)


def _text(verbose_name: object, **options: object) -> "models.TextField[str, str]":
    return models.TextField(verbose_name, blank=True, default="", **options)  # type: ignore[arg-type]


def _texts(verbose_name: object, **options: object) -> "ArrayField[list[str], list[str]]":
    base = models.CharField()
    return ArrayField(base, verbose_name=verbose_name, blank=True, default=list, **options)  # type: ignore[arg-type]


class Trial(models.Model):
    """One registered trial, in the registry's own names; what other pages add comes last."""

    nct_id = models.CharField(_("NCT number"), max_length=11, unique=True)
    nct_id_aliases = _texts(_("former NCT numbers"))
    org_study_id = models.CharField(_("sponsor's own reference"), blank=True, default="")
    organization_name = models.CharField(_("organisation"), blank=True, default="")
    brief_title = _text(_("title"))
    official_title = _text(_("official title"))
    acronym = models.CharField(_("acronym"), blank=True, default="")

    overall_status = RegistryField(_("status"), choices=Status)
    last_known_status = RegistryField(_("last known status"), choices=Status)
    why_stopped = _text(_("why it stopped"))
    has_results = models.BooleanField(_("results published"), null=True, blank=True)

    start_date = PartialDateField(_("start"))
    start_date_type = RegistryField(_("start is"), choices=DateType)
    primary_completion_date = PartialDateField(_("primary completion"))
    primary_completion_date_type = RegistryField(_("primary completion is"), choices=DateType)
    completion_date = PartialDateField(_("completion"))
    completion_date_type = RegistryField(_("completion is"), choices=DateType)
    first_submitted_date = PartialDateField(_("first submitted"))
    first_posted_date = PartialDateField(_("first posted"))
    first_posted_date_type = RegistryField(_("first posted is"), choices=DateType)
    last_update_submitted_date = PartialDateField(_("last update submitted"))
    last_update_posted_date = PartialDateField(_("last update posted"))
    last_update_posted_date_type = RegistryField(_("last update posted is"), choices=DateType)
    status_verified_date = PartialDateField(_("status verified"))
    results_first_posted_date = PartialDateField(_("results first posted"))

    brief_summary = _text(_("brief summary"))
    detailed_description = _text(_("detailed description"))

    study_type = RegistryField(_("study type"), choices=StudyType)
    phases = _texts(_("phases"))
    enrollment_count = models.PositiveIntegerField(_("enrolment"), null=True, blank=True)
    enrollment_type = RegistryField(_("enrolment is"), choices=DateType)
    allocation = RegistryField(_("allocation"), choices=Allocation)
    intervention_model = RegistryField(_("intervention model"), choices=InterventionModel)
    intervention_model_description = _text(_("intervention model in detail"))
    observational_model = RegistryField(_("observational model"), choices=ObservationalModel)
    time_perspective = RegistryField(_("time perspective"), choices=TimePerspective)
    primary_purpose = RegistryField(_("primary purpose"), choices=PrimaryPurpose)
    masking = RegistryField(_("masking"), choices=Masking)
    masking_description = _text(_("masking in detail"))
    who_masked = _texts(_("who is masked"))

    eligibility_text = _text(_("eligibility criteria as registered"))
    sex = RegistryField(_("sex"), choices=Sex)
    gender_based = models.BooleanField(_("eligibility based on gender"), null=True, blank=True)
    gender_description = _text(_("gender eligibility in detail"))
    minimum_age = models.CharField(_("minimum age"), blank=True, default="")
    maximum_age = models.CharField(_("maximum age"), blank=True, default="")
    minimum_age_days = models.PositiveIntegerField(_("minimum age in days"), null=True, blank=True)
    maximum_age_days = models.PositiveIntegerField(_("maximum age in days"), null=True, blank=True)
    std_ages = _texts(_("age groups"))
    healthy_volunteers = models.BooleanField(_("accepts healthy volunteers"), null=True, blank=True)
    study_population = _text(_("study population"))
    sampling_method = RegistryField(_("sampling method"), choices=SamplingMethod)

    responsible_party_type = RegistryField(_("responsible party is"), choices=ResponsiblePartyType)
    responsible_party_name = models.CharField(_("responsible party"), blank=True, default="")
    responsible_party_title = models.CharField(_("title of the responsible party"), blank=True, default="")
    responsible_party_affiliation = models.CharField(
        _("affiliation of the responsible party"), blank=True, default=""
    )

    nickname = models.CharField(_("nickname"), blank=True, default="")
    plain_summary = _text(_("plain-language summary"))
    plain_summary_machine_made = models.BooleanField(
        _("plain-language summary is machine-made"), default=False
    )
    periods = _texts(_("periods of the study"))
    notices = _texts(_("notices"))
    about_sponsor = _text(_("about the sponsor"))
    worldwide_contacts_note = _text(_("note on worldwide contacts"))
    people_applied = models.PositiveIntegerField(_("people who applied"), null=True, blank=True)
    launched = PartialDateField(_("launched"))
    current_as_of = PartialDateField(_("current as of"))
    related_trials = models.JSONField(_("related trials named by the source"), default=list, blank=True)

    # Set here by an administrator; no record of a registry says it.
    requires_sources = models.BooleanField(
        _("answers need a source document"),
        default=False,
        help_text=_("Nobody can sign a screening of this trial while an answer names no source."),
    )

    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(_("content changed"), db_default=Now(), editable=False)
    revision = models.BigIntegerField(_("revision"), db_default=NEXT_REVISION, db_index=True, editable=False)

    objects = TrialQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ("nct_id",)
        indexes = (
            models.Index(fields=("overall_status",)),
            models.Index(fields=("last_update_posted_date",)),
            GinIndex(fields=("nct_id_aliases",), name="trial_former_numbers"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(nct_id__regex=r"^NCT[0-9]{8}$"),
                name="trial_nct_id_format",
                violation_error_message=_("An NCT number is NCT and eight digits."),
            ),
            models.CheckConstraint(
                condition=Q(minimum_age_days__lte=models.F("maximum_age_days")),
                name="trial_ages_in_order",
                violation_error_message=_("The minimum age is above the maximum age."),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__regex": PATTERN}), name=f"trial_{name}_format"
                )
                for name in DATES
            ),
        )

    def __str__(self) -> str:
        return self.nct_id if self.title == self.nct_id else f"{self.nct_id} {self.title}"

    @property
    def title(self) -> str:
        """How the trial is called: by its number, where its record names it in no way."""
        return self.brief_title or self.official_title or self.nickname or self.acronym or self.nct_id

    @property
    def phase_words(self) -> list[str]:
        return words(Phase, self.phases)

    @property
    def age_group_words(self) -> list[str]:
        return words(AgeGroup, self.std_ages)

    @property
    def who_masked_words(self) -> list[str]:
        return words(WhoMasked, self.who_masked)

    @property
    def listed_countries(self) -> list[str]:
        """Countries of the sites that the record names today, in their normalised names, A to Z."""
        return sorted({site.country_normalised for site in self.sites.all() if site.listed} - {""})


class Condition(models.Model):
    """One condition or disease as the record words it; `folded` is its key for search and A-Z lists."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="conditions", verbose_name=_("trial"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("condition"), max_length=500)
    folded = models.CharField(_("search key"), max_length=1000, editable=False, db_index=True)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ("trial", "position")
        constraints = (models.UniqueConstraint(fields=("trial", "position"), name="condition_position"),)

    def __str__(self) -> str:
        return self.name


class Keyword(models.Model):
    trial = models.ForeignKey(Trial, models.CASCADE, related_name="keywords", verbose_name=_("trial"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("keyword"), max_length=500)
    folded = models.CharField(_("search key"), max_length=1000, editable=False, db_index=True)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        ordering = ("trial", "position")
        constraints = (models.UniqueConstraint(fields=("trial", "position"), name="keyword_position"),)

    def __str__(self) -> str:
        return self.name


class OtherIdentifier(models.Model):
    """A number under which others know the trial: grants, EudraCT, other registries."""

    trial = models.ForeignKey(
        Trial, models.CASCADE, related_name="other_identifiers", verbose_name=_("trial")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    identifier = models.CharField(_("identifier"))
    type = RegistryField(_("type"), choices=IdentifierType)
    domain = models.CharField(_("source"), blank=True, default="")
    link = models.CharField(_("link"), blank=True, default="")

    class Meta:
        verbose_name = _("other identifier")
        verbose_name_plural = _("other identifiers")
        ordering = ("trial", "position")
        constraints = (
            models.UniqueConstraint(fields=("trial", "position"), name="otheridentifier_position"),
        )

    def __str__(self) -> str:
        return self.identifier


class Outcome(models.Model):
    """An outcome measure; what a screening comes to is another thing (`Screening.outcome`)."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        SECONDARY = "secondary", _("Secondary")
        OTHER = "other", _("Other")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="outcomes", verbose_name=_("trial"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"))
    measure = _text(_("measure"))
    description = _text(_("description"))
    time_frame = _text(_("time frame"))

    class Meta:
        verbose_name = _("outcome measure")
        verbose_name_plural = _("outcome measures")
        ordering = ("trial", "kind", "position")
        constraints = (
            models.UniqueConstraint(fields=("trial", "kind", "position"), name="outcome_position"),
            models.CheckConstraint(
                condition=Q(kind__in=["primary", "secondary", "other"]), name="outcome_kind_known"
            ),
        )

    def __str__(self) -> str:
        return self.measure
