"""What the page of a draft shows: the tree, the findings, one criterion with its forms, the steps so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import NoReverseMatch, reverse

from trials.criteria.draft import ROOTS, NodeDocument, is_group
from trials.criteria.lint import Finding, Severity
from trials.criteria.nodes import Op
from trials.drafts import Draft, findings_of, sentence
from trials.editor.forms import CohortForm, ParticularsForm, SplitForm, WordsForm
from trials.editor.outline import Row, Where, outline
from trials.editor.test_form import TestForm
from trials.editor.words import OPERATORS, Choices
from trials.models import CriteriaVersion, DraftRevision, Variable

STEPS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class FindingLine:
    severity: str
    words: str
    identifier: str
    place: str


@dataclass(frozen=True)
class Panel:
    """One criterion, open for editing."""

    node: NodeDocument
    place: str
    is_root: bool
    is_group: bool
    findings: Sequence[FindingLine]
    variable: Variable | None
    where: Where

    @property
    def targets(self) -> list[tuple[str, str]]:
        return self.where.targets(self.identifier)

    @property
    def identifier(self) -> str:
        return str(self.node["identifier"])

    @property
    def words(self) -> WordsForm:
        return WordsForm.of(self.node)

    @property
    def test(self) -> TestForm | None:
        return TestForm.of(self.node.get("test") or {}) if self.node["op"] == Op.STATEMENT else None

    @property
    def split(self) -> SplitForm | None:
        return SplitForm(auto_id="split-%s") if self.node["op"] == Op.STATEMENT else None

    @property
    def remarked(self) -> bool:
        return any(self.node.get(key) for key in ("note", "quota", "warnings"))

    @property
    def joinable(self) -> bool:
        parts = self.node.get("children", [])
        return bool(parts) and all(part["op"] == Op.STATEMENT for part in parts)

    @property
    def operators(self) -> Choices:
        return OPERATORS


class DraftPage:
    """Everything about a draft that its page and the parts of it need; worked out when it is asked for."""

    def __init__(self, draft: Draft, at: str = "", *, particulars: ParticularsForm | None = None) -> None:
        self.draft = draft
        self.version = draft.version
        self.particulars = particulars or ParticularsForm(version=draft.version)
        self.where = Where(draft.document)
        self.at = at if at in self.where.nodes else ""

    @cached_property
    def variables(self) -> list[Variable]:
        return list(Variable.objects.order_by("label"))

    @cached_property
    def units(self) -> list[str]:
        return sorted({variable.unit for variable in self.variables if variable.unit})

    @cached_property
    def labels(self) -> dict[str, str]:
        return {variable.code: variable.label for variable in self.variables}

    @cached_property
    def found(self) -> tuple[Finding, ...]:
        return findings_of(self.draft, self.variables)

    @cached_property
    def findings(self) -> list[FindingLine]:
        return [self._line(finding) for finding in self.found]

    @property
    def errors(self) -> list[FindingLine]:
        return [line for line in self.findings if line.severity == Severity.ERROR]

    @property
    def warnings(self) -> list[FindingLine]:
        return [line for line in self.findings if line.severity == Severity.WARNING]

    @cached_property
    def trees(self) -> list[tuple[str, list[Row]]]:
        return [(root, list(outline(self.draft.document, root, self.found, self.labels))) for root in ROOTS]

    @cached_property
    def panel(self) -> Panel | None:
        if not self.at:
            return None
        node = self.where.nodes[self.at]
        code = (node.get("test") or {}).get("variable", "")
        return Panel(
            node=node,
            place=self.where.place(self.at),
            is_root=self.at not in self.where.places,
            is_group=is_group(node),
            findings=[line for line in self.findings if line.identifier == self.at],
            variable=next((variable for variable in self.variables if variable.code == code), None),
            where=self.where,
        )

    @cached_property
    def steps(self) -> list[DraftRevision]:
        steps = self.version.revisions.filter(number__gt=0).order_by("-number").defer("document")
        return list(steps[:STEPS_SHOWN])

    @property
    def cohorts(self) -> list[CohortForm]:
        return [
            CohortForm(initial=cohort, auto_id=f"cohort-{place}-%s")
            for place, cohort in enumerate(self.draft.document.get("cohorts", []))
        ]

    @property
    def new_cohort(self) -> CohortForm:
        return CohortForm(auto_id="cohort-new-%s")

    @property
    def try_url(self) -> str:
        return try_url(self.version)

    def _line(self, finding: Finding) -> FindingLine:
        place = self.where.place(finding.identifier) if finding.identifier else ""
        return FindingLine(finding.severity.value, sentence(finding), finding.identifier, place)


def try_url(version: CriteriaVersion) -> str:
    """Where a version can be tried out, on a server that has a desk."""
    try:
        return reverse("screening:try_out", args=[version.pk])
    except NoReverseMatch:
        return ""
