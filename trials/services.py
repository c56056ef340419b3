"""Every write of criteria versions: drafting one, and publishing it for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Func, Max
from django.utils.translation import gettext as _

from config.context import current_context, reason_given
from trials.criteria.tree import Expression, Node, Op, PriorTerm, Tree, TreeError, parse_tree
from trials.draft_rows import GAP
from trials.models import Cohort, CriteriaVersion, Criterion, Trial, Variable
from trials.models.criteria import tree_document


class NotPublishableError(Exception):
    """The version stays a draft. `reasons` are sentences for the person who wanted to publish it."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


def create_draft(
    *,
    trial: Trial,
    tree: Tree,
    label: str,
    source: str,
    completeness: str,
    made_up: bool = False,
    effective: date | None = None,
    change_reason: str = "",
) -> CriteriaVersion:
    """A new version of the trial's criteria, with the next number."""
    with transaction.atomic():
        Trial.objects.select_for_update(no_key=True).get(pk=trial.pk)
        last = CriteriaVersion.objects.filter(trial=trial).aggregate(last=Max("number"))["last"] or 0
        version = CriteriaVersion.objects.create(
            trial=trial,
            number=last + 1,
            label=label,
            source=source,
            completeness=completeness,
            made_up=made_up,
            effective=effective,
            change_reason=change_reason,
            digest=tree.digest,
        )
        _store_tree(version, tree)
    return version


def publish(
    version: CriteriaVersion, *, reason: str, effective: date | None = None, published_by: str = ""
) -> CriteriaVersion:
    """Freeze a draft; from now on screenings may rest on it.

    Locks the version first, so that what is checked is what is published: whoever edits a node at the same
    time waits, and is then refused. `published_by` is the printed name of the person who answers for it; else
    the name of the part of the system that acts is kept.
    """
    reason = reason.strip()
    if not reason:
        raise NotPublishableError([_("Say why this version is published.")])
    with transaction.atomic(), reason_given(reason):
        locked = CriteriaVersion.objects.select_for_update().get(pk=version.pk)
        if locked.is_published:
            raise NotPublishableError([_("This version has been published already.")])
        tree = _checked_tree(locked)
        if locked.untouched:
            touch(locked, tree)
        locked.state = CriteriaVersion.State.PUBLISHED
        locked.digest = tree.digest
        locked.change_reason = reason
        locked.published_by_name = published_by or current_context().actor
        locked.effective = effective or locked.effective
        # The moment itself, not the transaction's beginning: two versions of one transaction have an order.
        locked.published_at = Func(function="clock_timestamp", output_field=DateTimeField())
        locked.save()
        locked.refresh_from_db()
    return locked


def touch(version: CriteriaVersion, tree: Tree) -> None:
    """Give an untouched draft, which must be locked, the rows of its tree; from now on it is audited."""
    version.untouched, version.digest = False, tree.digest
    version.save(update_fields=["untouched", "digest"])
    _store_tree(version, tree)


def variables_of(tree: Tree) -> Iterator[tuple[Node, str]]:
    """Each variable that a statement's test names."""
    for node in tree.statements:
        if node.test is None:
            continue
        if node.test.variable:
            yield node, node.test.variable
        if isinstance(node.test.value, Expression):
            for term in node.test.value.terms:
                if isinstance(term, PriorTerm) and term.variable:
                    yield node, term.variable


def _checked_tree(version: CriteriaVersion) -> Tree:
    try:
        tree = parse_tree(tree_document(version.pk))
    except TreeError as error:
        raise NotPublishableError(str(problem) for problem in error.problems) from error
    known = set(Variable.objects.values_list("code", flat=True))
    reasons = [
        _("%(criterion)s: there is no variable “%(code)s”.") % {"criterion": node.identifier, "code": code}
        for node, code in variables_of(tree)
        if code not in known
    ]
    if tree.lost and version.completeness == CriteriaVersion.Completeness.COMPLETE:
        reasons.append(_("A version whose source lost text is abridged, not complete."))
    if reasons:
        raise NotPublishableError(reasons)
    return tree


def _store_tree(version: CriteriaVersion, tree: Tree) -> None:
    Cohort.objects.bulk_create(
        Cohort(version=version, position=position, code=cohort.code, label=cohort.label, note=cohort.note)
        for position, cohort in enumerate(tree.cohorts)
    )
    positions = {node.identifier: place * GAP for place, node in enumerate(tree.walk())}
    excluding = {node.identifier for node in tree.exclusion.walk()}
    stored: dict[str, Criterion] = {}
    layer = [tree.inclusion, tree.exclusion]
    while layer:  # a layer of the tree at a time, since a row needs its parent's key
        rows = [
            Criterion(
                version=version,
                parent=stored.get(tree.parents[node.identifier].identifier) if stored else None,
                position=positions[node.identifier],
                category=Criterion.Category.EXCLUSION
                if node.identifier in excluding
                else Criterion.Category.INCLUSION,
                **_columns(node),
            )
            for node in layer
        ]
        stored |= {row.identifier: row for row in Criterion.objects.bulk_create(rows)}
        layer = [child for node in layer for child in node.children]


def _columns(node: Node) -> dict[str, Any]:
    return {
        "identifier": node.identifier,
        "op": node.op.value,
        "label": node.label,
        "text": node.text,
        "k": node.k if node.op is Op.AT_LEAST else None,
        "target": node.target,
        "cohorts": list(node.cohorts),
        "note": node.note,
        "quota": node.quota,
        "warnings": list(node.warnings),
        "test": node.test.to_json() if node.test else None,
    }
