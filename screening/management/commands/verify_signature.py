"""Recompute one signature from the rows as they are now, and say whether it holds."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.context import acting_as, system
from screening.models import Center, Screening, Signature, VoidKind
from screening.services.signing import validity
from trials.models.criteria import AlteredTreeError

VALID, NOT_VALID, UNKNOWN = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Recompute a signature from the criteria, answers, facts and dates as they are now, in one line. "
        "Ends with 0 where it holds, 1 where it does not (and says what differs, or what voided it), "
        "2 where there is none of this number."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="The signature's number, as in the address of its record.")

    def handle(self, *args: Any, id: int, **options: Any) -> None:  # noqa: A002  (its name on the command line)
        with acting_as(system("verify_signature", edits_content=True)):
            centers = list(Center.objects.values_list("pk", flat=True))
        with acting_as(system("verify_signature", read_centers=centers, edits_content=True)):
            status, line = _verified(id)
        self.stdout.write(line)
        if status != VALID:
            sys.exit(status)


def _verified(key: int) -> tuple[int, str]:
    signature = Signature.objects.select_related("version").filter(pk=key).first()
    if signature is None:
        return UNKNOWN, f"signature {key}: there is none"
    screening = Screening.objects.for_log().get(pk=signature.screening_id)
    name = f"signature {key} of screening {screening.screening_number}"
    try:
        found = validity(signature, screening)
    except AlteredTreeError as altered:
        return NOT_VALID, f"{name}: not valid, {altered}"
    if found.voided:
        voided = f"{signature.voided_at:%Y-%m-%d %H:%M} UTC: {VoidKind(signature.void_kind).label}"
        return NOT_VALID, f"{name}: not valid, voided {voided}"
    if found.altered:
        return NOT_VALID, f"{name}: not valid, its own content was altered"
    if found.differences:
        differing = ", ".join(
            f"{each.part} {each.key}".strip().replace("_", " ") for each in found.differences
        )
        return NOT_VALID, f"{name}: not valid, these differ from what was signed: {differing}"
    return VALID, f"{name}: valid, {signature.meaning.replace('_', ' ')}, SHA-256 {signature.digest}"
