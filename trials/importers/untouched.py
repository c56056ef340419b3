"""Drafts of criteria that nobody has edited: a record's text, split into its lines when it is read.

They are made in bulk, without rows of their own and without events in the audit trail. None is published by
itself.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# By the day of the record; when that is not known, by that of the first one.
_LABEL = """
coalesce(trial.last_update_posted_date, trial.last_update_submitted_date, trial.first_posted_date,
    trial.first_submitted_date, '-')
"""

_FOLLOW = f"""
UPDATE trials_criteriaversion version SET label = {_LABEL}
FROM trials_trial trial
WHERE version.trial_id = trial.id AND version.untouched AND trial.id = ANY(%(rewritten)s)
    AND trial.eligibility_text <> '' AND version.label <> {_LABEL}
"""  # noqa: S608

_DROP = """
DELETE FROM trials_criteriaversion version USING trials_trial trial
WHERE version.trial_id = trial.id AND version.untouched AND trial.id = ANY(%(rewritten)s)
    AND trial.eligibility_text = ''
"""

# Whoever drafts another version counts on from the same number: a statement of its own, so that the next one
# sees what it had to wait for.
_WAIT = """
SELECT FROM trials_trial trial WHERE id = ANY(%(trials)s)
    AND EXISTS (SELECT FROM trials_criteriaversion version WHERE version.trial_id = trial.id)
ORDER BY id FOR NO KEY UPDATE
"""

# The versions are asked for trial by trial: a join of both tables is planned by how many rows they had when
# they were last looked at, which in a large import is long ago, and can take a hundred times as long.
_ADD = f"""
INSERT INTO trials_criteriaversion (
    trial_id, number, label, source, completeness, state, made_up, untouched,
    change_reason, published_by_name, digest
)
SELECT trial.id, there.last + 1, {_LABEL}, 'registry', 'abridged', 'draft', false, true, '', '', ''
FROM trials_trial trial CROSS JOIN LATERAL (
    SELECT coalesce(max(number), 0) AS last, count(*) FILTER (WHERE untouched) AS untouched,
        count(*) FILTER (WHERE source = 'registry') AS registered
    FROM trials_criteriaversion version WHERE version.trial_id = trial.id
) AS there
WHERE trial.id = ANY(%(trials)s) AND trial.eligibility_text <> ''
    AND there.untouched = 0 AND (trial.id = ANY(%(rewritten)s) OR there.registered = 0)
"""  # noqa: S608


def draft_criteria(
    trials: Collection[int], *, rewritten: Collection[int], created: Collection[int] = ()
) -> None:
    """Draft the text of those of the trials that have no version of it, or whose text was `rewritten`.

    A draft that is still untouched follows its text. Whoever imports holds the trials' locks; those `created`
    just now nobody else can see.
    """
    parameters = {"trials": list(trials), "rewritten": list(rewritten)}
    known = [trial for trial in trials if trial not in created]
    with connection.cursor() as cursor:
        if rewritten:
            cursor.execute(_FOLLOW, parameters)
            cursor.execute(_DROP, parameters)
        if known:
            cursor.execute(_WAIT, {"trials": known})
        cursor.execute(_ADD, parameters)
