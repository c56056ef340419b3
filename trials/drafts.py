"""Editing a draft step by step: each step is stored at once, on the revision that it was made on.

Two people can work on one draft. Whoever is late is told what the other did, and nothing of either is lost: a
step on a revision that is not the last one is refused.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zlib import crc32

from django.db import transaction
from django.utils.translation import gettext as _

from config.context import current_context
from trials.criteria.draft import Document, by_identifier
from trials.criteria.lint import Entry, Finding, Severity, errors, lint, name
from trials.criteria.tree import parse_tree
from trials.draft_rows import store_document
from trials.local_edits import one_at_a_time
from trials.models import CriteriaVersion, DraftRevision, Variable
from trials.models.criteria import tree_document
from trials.services import NotPublishableError, create_draft, publish, touch

Action = DraftRevision.Action
type Edit = Callable[[Document], Document]


class StaleError(Exception):
    """The step was made on an earlier revision; `steps` came after it, and led from `before` to `after`."""

    def __init__(self, steps: Sequence[DraftRevision], before: Document, after: Document) -> None:
        self.steps = steps
        self.before = before
        self.after = after
        super().__init__("the draft was changed meanwhile")


class NotEditableError(Exception):
    """The version was published: nothing of it changes any more."""


@dataclass(frozen=True)
class Draft:
    """A draft as it stands. `undoes` is the step that undoing takes back, `redoes` the one made again."""

    version: CriteriaVersion
    document: Document
    revision: int
    undoes: DraftRevision | None
    redoes: DraftRevision | None


def new_identifiers(count: int = 1) -> list[str]:
    """Identifiers that mean nothing, so that nobody is tempted to change them with the text."""
    return [f"c-{secrets.token_hex(5)}" for _number in range(count)]


def new_version_from(version: CriteriaVersion, *, label: str) -> CriteriaVersion:
    """A draft with the same criteria under the same identifiers, to be changed and then published."""
    if not version.is_published:
        raise NotEditableError(version)
    return create_draft(
        trial=version.trial,
        tree=version.tree(),
        label=label,
        source=version.source,
        completeness=version.completeness,
        made_up=version.made_up,
    )


def opened(version: CriteriaVersion) -> Draft:
    document = tree_document(version.pk)
    if version.untouched:
        return Draft(version, document, _edition(document), None, None)
    steps = list(version.revisions.order_by("number").defer("document"))
    by_number = {step.number: step for step in steps}
    undoes = redoes = None
    if steps:
        now = by_number[steps[-1].stands_for]
        undoes = now if now.base is not None else None
        redoes = _redone(steps, by_number, now)
    return Draft(version, document, steps[-1].number if steps else 0, undoes, redoes)


def take_step(
    version: CriteriaVersion, *, base: int, action: Action, edit: Edit, identifier: str = ""
) -> Draft:
    """Make one step on revision `base` and store it. `EditError` and `StaleError` leave all as it was."""
    with transaction.atomic():
        draft = _locked(version, base)
        after = edit(draft.document)
        if after != draft.document:
            if version.untouched:
                touch(version, parse_tree(draft.document))
            before = by_identifier(draft.document)
            node = by_identifier(after).get(identifier) or before.get(identifier)
            _store(draft, action, after, subject=name(node) if node else identifier)
        return opened(version)


def undo(version: CriteriaVersion, *, base: int) -> Draft:
    with transaction.atomic():
        draft = _locked(version, base)
        if draft.undoes is not None and draft.undoes.base is not None:
            _restore(draft, Action.UNDO, draft.undoes.base, draft.undoes)
        return opened(version)


def redo(version: CriteriaVersion, *, base: int) -> Draft:
    with transaction.atomic():
        draft = _locked(version, base)
        if draft.redoes is not None:
            _restore(draft, Action.REDO, draft.redoes.number, draft.redoes)
        return opened(version)


def begin(version: CriteriaVersion) -> None:
    """Make an untouched draft somebody's work: from now on it has rows, and follows its text no more."""
    with transaction.atomic():
        _lock(version)
        if version.untouched:
            touch(version, version.tree())


def describe(version: CriteriaVersion, *, label: str, completeness: str) -> None:
    """What a draft is called, and whether it has all that the protocol says."""
    with transaction.atomic():
        begin(version)
        locked = _lock(version)
        locked.label, locked.completeness = label, completeness
        locked.save(update_fields=["label", "completeness"])


def discard(version: CriteriaVersion) -> None:
    """Delete a draft with its history; the audit trail keeps both."""
    with transaction.atomic():
        _lock(version).delete()


def findings_of(draft: Draft, variables: Iterable[Variable]) -> tuple[Finding, ...]:
    """What the check says of a draft, by this dictionary."""
    return checked(draft.document, variables, completeness=draft.version.completeness)


def checked(document: Document, variables: Iterable[Variable], *, completeness: str) -> tuple[Finding, ...]:
    """What is wrong with criteria, wherever they come from: with an error they are not published."""
    entries = {each.code: Entry(each.kind, each.unit, tuple(each.codes)) for each in variables}
    return lint(document, entries, complete=completeness == CriteriaVersion.Completeness.COMPLETE)


def publish_draft(
    version: CriteriaVersion,
    *,
    base: int,
    reason: str,
    effective: date,
    warnings_seen: bool,
    published_by: str,
) -> CriteriaVersion:
    """Publish what was shown as revision `base`, if nothing is wrong with it and its warnings were seen."""
    with transaction.atomic():
        draft = _locked(version, base)
        findings = findings_of(draft, Variable.objects.all())
        if wrong := errors(findings):
            raise NotPublishableError(sentence(finding) for finding in wrong)
        if not warnings_seen and any(finding.severity is Severity.WARNING for finding in findings):
            raise NotPublishableError([_("Say that you have looked at the warnings.")])
        return publish(version, reason=reason, effective=effective, published_by=published_by)


def sentence(finding: Finding) -> str:
    """What the check says, in the reader's language."""
    return _(finding.message.template) % finding.message.parameters


def _lock(version: CriteriaVersion) -> CriteriaVersion:
    if version.untouched:  # an import would change its text meanwhile
        one_at_a_time([version.trial.nct_id])
    locked = CriteriaVersion.objects.select_for_update().get(pk=version.pk)
    if locked.is_published:
        raise NotEditableError(version)
    version.untouched = locked.untouched
    return locked


def _locked(version: CriteriaVersion, base: int) -> Draft:
    _lock(version)
    draft = opened(version)
    if draft.revision != base:
        later = list(version.revisions.filter(number__gt=base).order_by("number").defer("document"))
        was = version.revisions.filter(number=base).first()
        raise StaleError(later, was.document if was else draft.document, draft.document)
    return draft


def _edition(document: Document) -> int:
    """In place of a revision's number, for a draft without steps whose text an import may change."""
    return crc32(json.dumps(document, sort_keys=True).encode()) % 100_000_000


def _restore(draft: Draft, action: Action, number: int, step: DraftRevision) -> None:
    document = draft.version.revisions.get(number=number).document
    _store(draft, action, document, subject=str(step), restores=number)


def _store(
    draft: Draft, action: Action, after: Document, *, subject: str, restores: int | None = None
) -> None:
    version, by = draft.version, current_context().actor.partition(" <")[0]
    last = version.revisions.order_by("number").defer("document").last()
    if last is None:
        last = DraftRevision.objects.create(
            version=version, number=0, action=Action.START, document=draft.document, made_by=by
        )
    store_document(version, after)
    DraftRevision.objects.create(
        version=version,
        number=last.number + 1,
        base=last.stands_for,
        restores=restores,
        action=action,
        subject=subject,
        document=after,
        made_by=by,
    )


def _redone(
    steps: Sequence[DraftRevision], by_number: dict[int, DraftRevision], now: DraftRevision
) -> DraftRevision | None:
    """Of the steps that were undone since the last new one, the one that was made on what stands now."""
    step: DraftRevision | None = next(step for step in reversed(steps) if step.restores is None)
    while step is not None and step.base != now.number:
        step = by_number[step.base] if step.base is not None else None
    return step
