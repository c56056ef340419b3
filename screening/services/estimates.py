"""What a center expects a trial's statements to stop."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from screening.models import Center, CenterSite, ChanceEstimate, User
from screening.services.errors import Refused
from screening.services.rules import database_time, lock_name, role_that_writes
from trials.models import Trial


@transaction.atomic
def record_estimates(
    *, user: User, center: Center, trial: Trial, percent_against: Mapping[str, int | None]
) -> int:
    """Keep, change or take back (None) estimates; those of statements that are not named stay.

    Returns how many changed. Raises Refused for somebody who does not screen there, for a center that does
    not work the trial, and for what is no percentage from 1 to 99.
    """
    role_that_writes(user, center)
    if not CenterSite.objects.filter(center=center).in_trial(trial).exists():
        raise Refused(_("This center does not work this trial."))
    if any(percent is not None and not 1 <= percent <= 99 for percent in percent_against.values()):
        raise Refused(_("An estimate is a percentage from 1 to 99."))
    # Two people may estimate the same statement for the first time at the same moment.
    lock_name("estimates", center.pk)
    known = {row.identifier: row for row in ChanceEstimate.objects.filter(center=center, trial=trial)}
    changed = 0
    for identifier, percent in percent_against.items():
        row = known.get(identifier)
        if percent is None:
            if row is not None:
                row.delete()
                changed += 1
        elif row is None:
            ChanceEstimate.objects.create(
                center=center, trial=trial, identifier=identifier, percent_against=percent, estimated_by=user
            )
            changed += 1
        elif row.percent_against != percent:
            row.percent_against, row.estimated_by, row.estimated_at = percent, user, database_time()
            row.save()
            changed += 1
    return changed
