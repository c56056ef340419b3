"""A content, signed or to be signed, in words: every criterion as worded, with what was said of it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening import vault
from screening.logic import Caveat, CaveatKind
from screening.models import FailureKind, Kind, Outcome, Patient, Screening, Signature, SourceKind, User
from screening.signature import KEYED, Content, Part
from screening.templatetags.desk import day, moment
from screening.views.fact_words import code_words, quantity
from screening.views.panel import GLYPHS, LOOKS, caveat_words
from screening.views.sheet import logic_words, path_of, place_of, value_words
from trials.criteria.tree import Node, Op, Tree
from trials.models import Variable

DEEPEST = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidLine:
    """What was said of a statement. `notes`: its source, the facts it rests on, the comment, a line each."""

    words: str
    who: str
    at: datetime.datetime
    proposed: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordLine:
    """One node of the tree, in protocol order. `kind`: section, group, statement, ref or lost."""

    kind: str
    identifier: str
    depth: int
    label: str
    text: str
    logic: str = ""
    cohorts: str = ""
    decides: bool = False
    said: SaidLine | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact, a date, a half-life or a deviation: what it is, and what belongs to it."""

    name: str
    words: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    identifier: str
    path: str
    text: str
    value_words: str


@dataclass
class Recorded:
    """A content in words. Sealed texts are opened; of an erased participant they read as erased."""

    content: Content
    tree: Tree
    patient: Patient
    people: Mapping[int, str] = field(init=False)
    variables: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        parts = (Part.ANSWERS, Part.FACTS, Part.DEVIATIONS)
        people = User.objects.in_bulk({row["by"] for part in parts for row in self._rows(part).values()})
        self.people = {pk: user.printed_name for pk, user in people.items()}
        codes = {row["variable"] for row in self._rows(Part.FACTS).values()}
        self.variables = dict(Variable.objects.filter(code__in=codes).values_list("code", "label"))

    def _rows(self, part: Part) -> Mapping[str, Any]:
        rows: Mapping[str, Any] = self.content[part]
        return rows

    @property
    def number(self) -> str:
        return str(self.content[Part.SCREENING]["number"])

    @property
    def participant(self) -> str:
        return str(self.content[Part.PARTICIPANT]["code"])

    @property
    def cohort(self) -> str:
        cohort = self.content[Part.COHORT]
        return cohort["label"] if cohort else ""

    @property
    def consent(self) -> str:
        consent = self.content[Part.CONSENT]
        if consent["date"]:
            return _("After consent of %(day)s") % {"day": day(_date(consent["date"]))}
        return str(Kind(consent["kind"]).label.capitalize())

    @property
    def outcome(self) -> dict[str, str]:
        outcome = Outcome(self.content[Part.OUTCOME]["value"])
        return {
            "value": outcome.value,
            "words": outcome.label.capitalize(),
            "glyph": GLYPHS[outcome],
            "look": LOOKS[outcome],
        }

    @property
    def failure(self) -> str:
        """Why the screening failed where it was not by its criteria."""
        failure = self.content[Part.FAILURE]
        if not failure:
            return ""
        kind = str(FailureKind(failure["kind"]).label.capitalize())
        return ": ".join(filter(None, (kind, self.unsealed(failure["text"]))))

    @cached_property
    def reasons(self) -> list[Reason]:
        """The answers that alone force the outcome."""
        return [self._reason(identifier) for identifier in self.content[Part.OUTCOME]["why"]]

    @property
    def rechecks(self) -> list[Reason]:
        """What is due again now, or at a later event."""
        return [self._reason(identifier) for identifier in self.content[Part.OUTCOME]["rechecks"]]

    @property
    def caveats(self) -> list[str]:
        return [
            caveat_words(self.tree, Caveat(CaveatKind(each["kind"]), tuple(each["identifiers"])))
            for each in self.content[Part.OUTCOME]["caveats"]
        ]

    @cached_property
    def waiting(self) -> list[Reason]:
        """What coordinators proposed and an investigator has to settle."""
        answers = self._rows(Part.ANSWERS).items()
        return [self._reason(identifier) for identifier, answer in answers if answer["proposed"]]

    @cached_property
    def lines(self) -> list[RecordLine]:
        return [
            line
            for root, title in (
                (self.tree.inclusion, _("Inclusion criteria")),
                (self.tree.exclusion, _("Exclusion criteria")),
            )
            if root.children
            for line in self._section(root, title)
        ]

    @cached_property
    def facts(self) -> list[Entry]:
        return [
            Entry(self.variable(row), self._fact_value(row), self._fact_notes(row))
            for row in self._rows(Part.FACTS).values()
        ]

    @property
    def dates(self) -> list[Entry]:
        return [
            Entry(anchor.replace("_", " ").capitalize(), _planned_and_actual(row))
            for anchor, row in self._rows(Part.DATES).items()
        ]

    @property
    def half_lives(self) -> list[Entry]:
        return [
            Entry(row["product"], _("%(hours)s hours") % {"hours": row["hours"]}, (row["source"],))
            for row in self._rows(Part.HALF_LIVES).values()
        ]

    @property
    def deviations(self) -> list[Entry]:
        return [
            Entry(
                self.place(row["identifier"]),
                self.unsealed(row["reason"]),
                (
                    _("Approved by %(who)s on %(day)s")
                    % {"who": self.unsealed(row["approved_by"]), "day": day(_date(row["approved_on"]))},
                    _("Recorded by %(who)s on %(day)s")
                    % {"who": self.person(row["by"]), "day": day(_moment(row["at"]))},
                ),
            )
            for row in self._rows(Part.DEVIATIONS).values()
        ]

    def words_of(self, part: Part, key: str) -> str:
        """One part, or one entry of it, in a line: for telling what has changed."""
        entry = self.content.get(part)
        if part in KEYED:
            entry = (entry or {}).get(key)
        if not entry:
            return ""
        match part:
            case Part.ANSWERS:
                said = self._said(entry)
                given = f"{said.who}, {moment(said.at)}"
                return "; ".join((said.words, *said.notes, given))
            case Part.FACTS:
                return "; ".join((self._fact_value(entry), *self._fact_notes(entry)))
            case Part.DATES:
                return _planned_and_actual(entry)
            case Part.HALF_LIVES:
                return _("%(hours)s hours") % {"hours": entry["hours"]}
            case Part.DEVIATIONS:
                return self.unsealed(entry["reason"])
            case Part.OUTCOME:
                reasons = ", ".join(reason.path for reason in self.reasons)
                return f"{self.outcome['words']} ({reasons})" if reasons else self.outcome["words"]
            case Part.COHORT | Part.VERSION:
                return str(entry["label"])
            case Part.CONSENT:
                return self.consent
            case Part.FAILURE:
                return self.failure
            case _:
                return str(entry.get("number") or entry.get("code") or entry.get("name"))

    def place(self, identifier: str) -> str:
        return place_of(self.tree, identifier) if identifier in self.tree.nodes else identifier

    def variable(self, fact: Mapping[str, Any]) -> str:
        return self.variables.get(fact["variable"], fact["variable"])

    def _reason(self, identifier: str) -> Reason:
        answer = self._rows(Part.ANSWERS).get(identifier)
        return Reason(
            identifier,
            path_of(self.tree, identifier),
            self.tree.nodes[identifier].text,
            value_words(answer["value"] if answer else ""),
        )

    def person(self, pk: int) -> str:
        return self.people.get(pk, "")

    def unsealed(self, token: str) -> str:
        return vault.unseal(self.patient, token)

    @cached_property
    def _decisive(self) -> frozenset[str]:
        """Where nearly all answers hold an outcome together, as with "eligible", none stands out."""
        outcome = self.content[Part.OUTCOME]
        return frozenset(outcome["why"] if outcome["value"] == Outcome.INELIGIBLE else ())

    def _section(self, root: Node, title: str) -> Iterator[RecordLine]:
        text = "" if root.text.casefold().rstrip(":") == title.casefold() else root.text
        yield RecordLine(kind="section", identifier=root.identifier, depth=0, label=title, text=text)
        for child in root.children:
            yield from self._node(child, 0)

    def _node(self, node: Node, depth: int) -> Iterator[RecordLine]:
        kind, text = "group", node.text
        if node.op is Op.STATEMENT:
            kind = "statement"
        elif node.op is Op.LOST:
            kind = "lost"
        elif node.op is Op.REF:
            kind = "ref"
            target = node.target
            text = text or _("Same as %(label)s: %(text)s") % {
                "label": path_of(self.tree, target),
                "text": self.tree.nodes[target].text,
            }
        answer = self._rows(Part.ANSWERS).get(node.identifier)
        yield RecordLine(
            kind=kind,
            identifier=node.identifier,
            depth=min(depth, DEEPEST),
            label=node.label,
            text=text,
            logic=logic_words(node) if kind == "group" else "",
            cohorts=", ".join(each.label for each in self.tree.cohorts if each.code in node.cohorts),
            decides=node.identifier in self._decisive,
            said=self._said(answer) if answer else None,
        )
        for child in node.children:
            yield from self._node(child, depth + 1)

    def _said(self, answer: Mapping[str, Any]) -> SaidLine:
        facts = self._rows(Part.FACTS)
        source = answer["source"]
        reference, quote = self.unsealed(source["reference"]), self.unsealed(source["quote"])
        comment = self.unsealed(answer["comment"])
        rests = [
            f"{self.variable(row)} {self._fact_value(row)}"
            for row in (facts[str(number)] for number in answer["facts"])
        ]
        holds = answer["valid_until"] and day(_date(answer["valid_until"]))
        notes = (
            _("Rests on: %(facts)s") % {"facts": "; ".join(rests)} if rests else "",
            _("Holds until %(day)s") % {"day": holds} if holds else "",
            _("Source: %(source)s") % {"source": _source_words(source, reference)} if source["kind"] else "",
            f"“{quote}”" if quote else "",
            _("Comment: %(comment)s") % {"comment": comment} if comment else "",
            _("Carried over from an earlier version") if answer["carried_from"] else "",
        )
        return SaidLine(
            words=value_words(answer["value"]),
            who=self.person(answer["by"]),
            at=_moment(answer["at"]),
            proposed=answer["proposed"],
            notes=tuple(filter(None, notes)),
        )

    def _fact_value(self, row: Mapping[str, Any]) -> str:
        """Such as: 41 U/L (normal 10 to 50), 3 Nov 2026."""
        if row["number"] is not None:
            value = quantity(Decimal(row["number"]), row["unit"])
        elif row["date"]:
            value = day(_date(row["date"]))
        else:
            value = code_words(row["code"]) or self.unsealed(row["text"])
        limits = ""
        if row["lower_limit"] is not None and row["upper_limit"] is not None:
            limits = _(" (normal %(lower)s to %(upper)s)")
        elif row["upper_limit"] is not None:
            limits = _(" (normal up to %(upper)s)")
        elif row["lower_limit"] is not None:
            limits = _(" (normal from %(lower)s)")
        limits %= {"lower": row["lower_limit"], "upper": row["upper_limit"]}
        words = " ".join(filter(None, (row["product"], f"{value}{limits}")))
        return _("%(value)s, observed %(day)s") % {"value": words, "day": day(_date(row["observed_on"]))}

    def _fact_notes(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        source = row["source"]
        words = _source_words(source | {"page": ""}, self.unsealed(source["reference"]))
        entered = {"who": self.person(row["by"]), "day": day(_moment(row["at"]))}
        notes = (
            _("Source: %(source)s") % {"source": words} if source["kind"] else "",
            _("Entered by %(who)s on %(day)s") % entered,
            str(_STATES.get(row["state"], "")),
        )
        return tuple(filter(None, notes))


def recorded_of(signature: Signature, screening: Screening) -> Recorded:
    """What was signed, by the version that it was signed on."""
    return Recorded(json.loads(signature.content), signature.version.tree(), screening.patient)


_STATES = {"withdrawn": gettext_lazy("Withdrawn since"), "corrected": gettext_lazy("Corrected since")}


def _planned_and_actual(row: Mapping[str, Any]) -> str:
    said = (("planned", _("planned %(day)s")), ("actual", _("on %(day)s")))
    return ", ".join(words % {"day": day(_date(row[name]))} for name, words in said if row[name])


def _source_words(source: Mapping[str, Any], reference: str) -> str:
    """Such as: laboratory report of 3 Nov 2026, page 2, “LAB-17”."""
    words = [str(SourceKind(source["kind"]).label)] if source["kind"] else []
    if words and source["date"]:
        words = [_("%(kind)s of %(day)s") % {"kind": words[0], "day": day(_date(source["date"]))}]
    if source["page"]:
        words.append(_("page %(page)s") % {"page": source["page"]})
    return ", ".join([*words, *filter(None, (reference,))])


def _date(value: str) -> datetime.date:
    return datetime.date.fromisoformat(value)


def _moment(value: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(value)
