"""In which order trials changed, so that a copy of the catalogue can follow it.

Each change of what a search can find gives the trial a revision from one sequence. Numbers are drawn before
they are committed: whoever writes holds a shared lock from before the drawing to the commit, and whoever
reads how far it has come holds it alone for a moment. No lower number can appear afterwards.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import Max

from trials.models import Trial, TrialRemoval
from trials.models.trial import NEXT_REVISION

# The key of the lock; the trigger that notes removals holds it as well.
LOCK = 748_205_113


def hold_revisions() -> None:
    """Until the end of the transaction this process may give revisions.

    It comes before any other lock that writers of trials wait for: a reader that stands between them in the
    queue would complete a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def next_revision(trials: Collection[int]) -> None:
    """Give these trials a new revision each."""
    with transaction.atomic():
        hold_revisions()
        Trial.objects.filter(pk__in=trials).update(revision=NEXT_REVISION)


def settled_revision() -> int:
    """The last revision that was given; 0 in an empty catalogue. Every lower one can be seen by now.

    Call it outside of a transaction: the lock is held until its end.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # A statement of its own, since it sees what was committed before it began.
        last = [model.objects.aggregate(last=Max("revision"))["last"] for model in (Trial, TrialRemoval)]
    return max(revision or 0 for revision in last)
