from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from trials.criteria.splitting import split
from trials.criteria.tree import Op, Tree, parse_tree
from trials.models.trial import Trial
from trials.querysets import CriteriaVersionQuerySet


class CriteriaVersion(models.Model):
    """One version of a trial's criteria. Once published it never changes: the database refuses it.

    A draft that is `untouched` has no rows of its own: its tree is the plain split of the trial's text, as
    this stands when it is read. The first step of editing it stores the rows, and from then on it is audited.
    """

    class Source(models.TextChoices):
        REGISTRY = "registry", _("Registry text")
        PROTOCOL = "protocol", _("Protocol (confidential)")

    class Completeness(models.TextChoices):
        ABRIDGED = "abridged", _("Abridged")
        COMPLETE = "complete", _("Complete")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    trial = models.ForeignKey(
        Trial, models.CASCADE, related_name="criteria_versions", verbose_name=_("trial")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=200, help_text=_("How people name it, such as a date."))
    source = models.CharField(_("source"), max_length=8, choices=Source)
    completeness = models.CharField(_("completeness"), max_length=8, choices=Completeness)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    made_up = models.BooleanField(
        _("made up"), default=False, help_text=_("Invented for demonstration, not the sponsor's.")
    )
    untouched = models.BooleanField(
        _("untouched"),
        default=False,
        editable=False,
        help_text=_("Nobody has edited it: it is the text as registered, split into its lines."),
    )
    effective = models.DateField(_("in effect from"), null=True, blank=True)
    change_reason = models.TextField(_("reason for this version"), blank=True, default="")
    created_at = models.DateTimeField(_("drafted"), db_default=Now(), editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    published_by_name = models.CharField(_("published by"), blank=True, default="", editable=False)
    digest = models.CharField(
        _("digest"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("SHA-256 of the tree's canonical JSON; an untouched draft has none."),
    )

    objects = CriteriaVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("criteria version")
        verbose_name_plural = _("criteria versions")
        ordering = ("trial", "-number")
        constraints = (
            models.UniqueConstraint(fields=("trial", "number"), name="criteriaversion_number"),
            models.UniqueConstraint(fields=("id", "trial"), name="criteriaversion_of_trial"),
            models.CheckConstraint(
                condition=Q(source__in=["registry", "protocol"]), name="criteriaversion_source_known"
            ),
            models.CheckConstraint(
                condition=Q(completeness__in=["abridged", "complete"]),
                name="criteriaversion_completeness_known",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="published", published_at__isnull=False),
                name="criteriaversion_state_follows_publication",
            ),
            models.CheckConstraint(
                condition=Q(untouched=False) | Q(state="draft", source="registry"),
                name="criteriaversion_untouched_draft",
            ),
            models.UniqueConstraint(
                fields=("trial",), condition=Q(untouched=True), name="criteriaversion_one_untouched"
            ),
        )

    def __str__(self) -> str:
        return f"{self.trial.nct_id} {self.label} ({self.get_source_display()})"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def tree(self) -> Tree:
        """The criteria, from two queries; those of a published version are read once a process."""
        if self.is_published:
            return _published_tree(self.pk, self.digest)
        return parse_tree(tree_document(self.pk))


class Cohort(models.Model):
    version = models.ForeignKey(
        CriteriaVersion, models.CASCADE, related_name="cohorts", verbose_name=_("version")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=64)
    label = models.CharField(_("label"))
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ("version", "position")
        constraints = (
            models.UniqueConstraint(fields=("version", "code"), name="cohort_code"),
            models.UniqueConstraint(fields=("version", "position"), name="cohort_position"),
            models.UniqueConstraint(fields=("id", "version"), name="cohort_of_version"),
        )

    def __str__(self) -> str:
        return self.label


class Criterion(models.Model):
    """One node of a version's tree. `identifier` is the same in all versions while its meaning is."""

    class Category(models.TextChoices):
        INCLUSION = "inclusion", _("Inclusion")
        EXCLUSION = "exclusion", _("Exclusion")

    version = models.ForeignKey(
        CriteriaVersion, models.CASCADE, related_name="criteria", verbose_name=_("version")
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    position = models.PositiveIntegerField(
        _("position"), help_text=_("In protocol order: a parent stands before its children.")
    )
    category = models.CharField(_("category"), max_length=9, choices=Category)
    identifier = models.CharField(_("identifier"), max_length=64)
    op = models.CharField(_("operator"), max_length=9, choices=[(op.value, op.value) for op in Op])
    label = models.CharField(_("label as printed"), blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    k = models.PositiveSmallIntegerField(_("at least how many"), null=True, blank=True)
    target = models.CharField(_("refers to"), max_length=64, blank=True, default="")
    cohorts = ArrayField(models.CharField(max_length=64), verbose_name=_("cohorts"), blank=True, default=list)
    note = models.TextField(_("note"), blank=True, default="")
    quota = models.TextField(_("quota"), blank=True, default="")
    warnings = ArrayField(models.TextField(), verbose_name=_("warnings"), blank=True, default=list)
    test = models.JSONField(_("test"), null=True, blank=True)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ("version", "position")
        constraints = (
            models.UniqueConstraint(fields=("version", "identifier"), name="criterion_identifier"),
            models.UniqueConstraint(
                fields=("version", "position"),
                name="criterion_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=("version", "category"),
                condition=Q(parent__isnull=True),
                name="criterion_one_root_a_category",
            ),
            models.UniqueConstraint(fields=("id", "version"), name="criterion_of_version"),
            models.CheckConstraint(
                condition=Q(category__in=["inclusion", "exclusion"]), name="criterion_category_known"
            ),
            models.CheckConstraint(condition=Q(op__in=[op.value for op in Op]), name="criterion_op_known"),
            models.CheckConstraint(
                condition=Q(op="at_least", k__isnull=False, k__gte=1)
                | (~Q(op="at_least") & Q(k__isnull=True)),
                name="criterion_k_for_at_least",
            ),
            models.CheckConstraint(
                condition=(Q(op="ref") & ~Q(target="")) | (~Q(op="ref") & Q(target="")),
                name="criterion_target_for_ref",
            ),
            models.CheckConstraint(
                condition=Q(test__isnull=True) | Q(op="statement"), name="criterion_test_for_statement"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label} {self.text}".strip() or self.identifier


def tree_document(version_id: int) -> dict[str, Any]:
    """The document of a version's tree as its rows have it (drafts may not be valid trees).

    An untouched draft has no rows: its document is the plain split of the text as it stands now.
    """
    nodes: dict[int, dict[str, Any]] = {}
    document: dict[str, Any] = {}
    for row in Criterion.objects.filter(version=version_id).order_by("position"):
        optional = {
            "label": row.label, "text": row.text, "k": row.k, "target": row.target,
            "cohorts": row.cohorts, "note": row.note, "quota": row.quota, "warnings": row.warnings,
            "test": row.test,
        }  # fmt: skip
        node: dict[str, Any] = {"identifier": row.identifier, "op": row.op}
        node.update((key, value) for key, value in optional.items() if value not in (None, "", []))
        nodes[row.pk] = node
        if row.parent_id is None:
            document[row.category] = node
        else:
            nodes[row.parent_id].setdefault("children", []).append(node)
    if not document:
        text = CriteriaVersion.objects.filter(pk=version_id, untouched=True).values_list(
            "trial__eligibility_text", flat=True
        )
        return split(text.get())
    cohorts = Cohort.objects.filter(version=version_id).order_by("position")
    if cohorts:
        document["cohorts"] = [
            {"code": cohort.code, "label": cohort.label} | ({"note": cohort.note} if cohort.note else {})
            for cohort in cohorts
        ]
    return document


class AlteredTreeError(RuntimeError):
    """A published version is not what was published: its rows were changed behind the database's guard."""


@lru_cache(maxsize=256)
def _published_tree(version_id: int, digest: str) -> Tree:
    tree = parse_tree(tree_document(version_id))
    if tree.digest != digest:
        raise AlteredTreeError(f"criteria version {version_id} does not have the tree of its digest")
    return tree
