"""How many studies there are, how large their records are, and of when they are."""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import Any

from django.db import connection

from trials.models import Trial

# The version of the interface that this one follows.
API_VERSION = "2.0.5"
_PERCENTILES = (5, 10, 25, 50, 75, 90, 95, 99)
_RANGE = 5000


def version() -> dict[str, str]:
    """Without a date where there is no study yet."""
    newest = Trial.objects.order_by("-revision").values_list("changed_at", flat=True).first()
    said = {"apiVersion": API_VERSION}
    return said | {"dataTimestamp": f"{newest.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"} if newest else said


def sizes() -> dict[str, Any]:
    """In bytes as they are kept, compressed. A study that was made here has no record and no size."""
    newest = Trial.objects.order_by("-revision").values_list("revision", flat=True).first()
    return _sizes(newest, Trial.objects.count())


@lru_cache(maxsize=1)
def _sizes(_revision: int | None, studies: int) -> dict[str, Any]:
    """Reads every record's length, so it is done once for each state of the catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(avg(octet_length(content)), 0)::int,"
            " percentile_disc(%s::float[]) within group (order by octet_length(content))"
            " from trials_trialrecord",
            [[share / 100 for share in _PERCENTILES]],
        )
        [(average, percentiles)] = cursor.fetchall()
        cursor.execute(
            "select octet_length(content) / %s, count(*) from trials_trialrecord group by 1 order by 1",
            [_RANGE],
        )
        ranges = cursor.fetchall()
        cursor.execute(
            "select nct_id, octet_length(content) from trials_trialrecord"
            " join trials_trial on trials_trial.id = trial_id order by 2 desc, 1 limit 10"
        )
        largest = cursor.fetchall()
    return {
        "totalStudies": studies,
        "averageSizeBytes": average,
        "percentiles": {
            str(share): size for share, size in zip(_PERCENTILES, percentiles or (), strict=False)
        },
        "ranges": [
            {"sizeRange": f"{number * _RANGE} - {(number + 1) * _RANGE}", "studiesCount": count}
            for number, count in ranges
        ],
        "largestStudies": [{"id": nct_id, "sizeBytes": size} for nct_id, size in largest],
    }
