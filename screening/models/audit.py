"""The audit trail. Written by triggers alone; the application may only read it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One row was inserted, updated or deleted: by whom, when, what it was and what it became."""

    # The center's id, or 0 for people, centers and trial content. The trail outlives its subject.
    chain = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    user_id = models.BigIntegerField(null=True)
    table = models.TextField()
    row = models.TextField()
    action = models.CharField(max_length=6, choices=[(name, name) for name in ("insert", "update", "delete")])
    # The row as stored, as JSON text: sealed where the row is sealed, without passwords and patient keys.
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    # Sealed under the patient's key where it is about a patient.
    reason = models.TextField()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ("id",)
        indexes = [models.Index(name="audit_event_row", fields=["table", "row"])]

    def __str__(self) -> str:
        return f"{self.action} {self.table} {self.row}"


class AuditLink(models.Model):
    """An event's place in its chain: SHA-256 over the event as stored and the hash before it."""

    chain = models.BigIntegerField()
    position = models.BigIntegerField()
    event = models.OneToOneField(
        AuditEvent, on_delete=models.PROTECT, related_name="link", db_constraint=False
    )
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit link")
        verbose_name_plural = _("audit links")
        ordering = ("chain", "position")
        constraints = [models.UniqueConstraint(name="audit_link_position", fields=["chain", "position"])]

    def __str__(self) -> str:
        return f"{self.chain}/{self.position}"
