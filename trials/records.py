"""The record of a trial, as it came from the registry."""

from __future__ import annotations

from typing import Any

from trials.exporting import trial_document
from trials.models import Trial, TrialRecord


def raw_record(trial: Trial) -> bytes | None:
    """JSON in UTF-8, byte by byte what was imported; None for a trial that was made here."""
    record = TrialRecord.objects.filter(trial=trial).first()
    return record.raw if record else None


def study_json(trial: Trial) -> dict[str, Any]:
    """The study as the registry has it, without edits that were made here; our rows where there is no record.

    `trial.record` is used where it has been selected along.
    """
    try:
        return trial.record.study
    except TrialRecord.DoesNotExist:
        document = trial_document(trial)
        return {key: document[key] for key in ("protocolSection", "hasResults") if key in document}
