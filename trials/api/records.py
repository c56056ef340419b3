"""Studies as the read interface gives them: the registry's record byte by byte, or a part of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from trials.api.data_model import Field, Selection, paths, selected, selection
from trials.api.parameters import Markup
from trials.handing_on.answers import as_json
from trials.models import Trial, TrialRecord
from trials.records import study_json

type Study = dict[str, Any]

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def in_order(keys: Sequence[int]) -> list[Trial]:
    """The trials with these primary keys and their records; one that is gone by now is left out."""
    found = {trial.pk: trial for trial in Trial.objects.filter(pk__in=keys).select_related("record")}
    return [found[key] for key in keys if key in found]


def study_of(trial: Trial, fields: Sequence[Field] = (), markup: Markup = Markup.MARKDOWN) -> Study:
    study = study_json(trial)
    if fields:
        study = selected(study, selection(fields))
    return without_escapes(study) if markup is Markup.LEGACY else study


def as_bytes(trial: Trial, fields: Sequence[Field] = (), markup: Markup = Markup.MARKDOWN) -> bytes:
    """JSON on one line: what came is given back as it came, which no reading and writing can promise."""
    if fields or markup is Markup.LEGACY:
        return as_json(study_of(trial, fields, markup))
    try:
        raw = trial.record.raw
    except TrialRecord.DoesNotExist:
        return as_json(study_json(trial))
    # Line ends stand between the parts of JSON alone, never within a text.
    return raw.translate(_ONE_LINE)


_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


def without_escapes(study: Study) -> Study:
    """Markup as plain text: "\\<" is "<"."""
    return _plain(study, _markup()) if study else study


@cache
def _markup() -> Selection:
    return selection(field for field in paths().values() if field.type == "markup")


def _plain(value: Any, branch: Selection | None) -> Any:
    if isinstance(value, list):
        return [_plain(item, branch) for item in value]
    if branch is None:
        return _ESCAPED.sub(r"\1", value) if isinstance(value, str) else value
    if isinstance(value, dict):
        return {name: _plain(part, branch[name]) if name in branch else part for name, part in value.items()}
    return value


def page_as_json(studies: Sequence[bytes], total: int | None, following: str | None) -> bytes:
    """A page, every study on a line of its own."""
    parts = [b'"studies":[\n' + b",\n".join(studies) + b"\n]"]
    if total is not None:
        parts.insert(0, b'"totalCount":%d' % total)
    if following is not None:
        parts.append(b'"nextPageToken":' + json.dumps(following).encode())
    return b"{" + b",".join(parts) + b"}"
