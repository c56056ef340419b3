"""What follows from the answers of one screening: the outcome, why, and which questions still matter.

Pure: no clock, no database. An outcome is never guessed. A statement without an answer is open, whatever it
is about; an answer that is none of the four values, or that belongs to no statement of the version, is an
error; and an outcome refuses to be a truth value, so that `if assessment.outcome:` cannot let anybody in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from screening.circuit import Circuit, compile_tree
from screening.explain import why
from screening.gates import FALSE, NA, TRUE
from trials.criteria.tree import Anchor, Node, Op, Tree


class AnswerValue(StrEnum):
    """The truth of a statement as written: an exclusion answered "yes" is bad."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Truth(StrEnum):
    """A value that a node can have."""

    TRUE = "true"
    FALSE = "false"
    NOT_APPLICABLE = "not_applicable"


class _NoTruthValue:
    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} has no truth value: compare the outcome with one of Outcome")


class Outcome(_NoTruthValue, StrEnum):
    """From the worst to the best."""

    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"
    POTENTIALLY_ELIGIBLE = "potentially_eligible"
    ELIGIBLE = "eligible"


class CaveatKind(StrEnum):
    """What keeps an outcome from being better than it is."""

    ABRIDGED = "abridged"
    DRAFT = "draft"
    LOST_TEXT = "lost_text"
    RECHECK_DUE = "recheck_due"
    NO_INCLUSION = "no_inclusion"
    INCLUSION_NOT_APPLICABLE = "inclusion_not_applicable"


@dataclass(frozen=True, slots=True)
class Caveat:
    """`identifiers` has the nodes that it is about, in protocol order; none if it is about the version."""

    kind: CaveatKind
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict(_NoTruthValue):
    """What follows for one cohort; `cohort` is None in a version without cohorts.

    `deciding_criteria` has the numbered criteria each of which alone makes the participant ineligible.
    """

    cohort: str | None
    outcome: Outcome
    caveats: tuple[Caveat, ...]
    deciding_criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment(_NoTruthValue):
    """What follows from all answers. Identifiers are in protocol order wherever they have an order.

    outcome: the best over the verdicts: one for the cohort that is named, or one for each
    caveats: those of the best verdicts
    why: the statements whose answers alone force the outcome, without one to spare; none while undetermined
    deciding_criteria: the reasons of a screen failure; none unless ineligible
    relevant: the statements whose answer can matter to the outcome, answered ones as if they were reopened
    open_relevant: those of them without an answer, or with "unknown"
    rechecks: the answered statements that are due again, now or at a later event, and can matter then
    node_values: for each node that takes part, the values that it can still have
    """

    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    caveats: tuple[Caveat, ...]
    why: tuple[str, ...]
    deciding_criteria: tuple[str, ...]
    relevant: frozenset[str]
    open_relevant: tuple[str, ...]
    rechecks: tuple[str, ...]
    node_values: Mapping[str, frozenset[Truth]]


_SETS = {AnswerValue.YES: TRUE, AnswerValue.NO: FALSE, AnswerValue.NOT_APPLICABLE: NA}
_TRUTHS = tuple(
    frozenset(
        truth
        for bit, truth in ((TRUE, Truth.TRUE), (FALSE, Truth.FALSE), (NA, Truth.NOT_APPLICABLE))
        if values & bit
    )
    for values in range(8)
)
_RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}


def evaluate(
    tree: Tree,
    answers: Mapping[str, str],
    *,
    complete: bool,
    reviewed: bool,
    cohort: str | None = None,
    anchors_reached: Collection[str] = (Anchor.SCREENING, Anchor.CONSENT),
    expired: Collection[str] = (),
) -> Assessment:
    """Assess one participant against one version.

    `complete`: the text is not abridged; `reviewed`: the version is published. Without both nobody is better
    than potentially eligible, so neither has a default. While no `cohort` is named, the best one counts.
    An answer about an event that is not among `anchors_reached` is provisional: it is due again then. So is
    one that is `expired`, its facts being too old: it is due again now.

    Raises ValueError for an answer that is none of the four values, for an identifier that is no statement of
    this tree (those of other cohorts are), also among `expired`, for an unknown cohort and for an unknown
    anchor.
    """
    known, lasting = _known_and_lasting(tree, answers, anchors_reached, expired)
    standing = _standing_caveats(tree, complete=complete, reviewed=reviewed)
    branches = [_branch(tree, code, known, lasting, standing) for code in _codes(tree, cohort)]
    outcome = max((branch.verdict.outcome for branch in branches), key=_RANK.__getitem__)
    best = [branch for branch in branches if branch.verdict.outcome is outcome]
    relevant = _relevant(branches, Outcome.POTENTIALLY_ELIGIBLE if standing else Outcome.ELIGIBLE)
    rechecks = _in_order(tree, {each for branch in best for each in branch.rechecks})
    return Assessment(
        outcome=outcome,
        verdicts=tuple(branch.verdict for branch in branches),
        caveats=_caveats(standing, rechecks, *(branch.flaw for branch in best)),
        why=_in_order(tree, _reasons(outcome, branches, known, lasting)),
        deciding_criteria=_in_order(
            tree, {each for branch in best for each in branch.verdict.deciding_criteria}
        ),
        relevant=frozenset(relevant),
        open_relevant=_in_order(tree, relevant - known.keys()),
        rechecks=rechecks,
        node_values=_node_values(branches),
    )


def outcome_only(
    tree: Tree,
    answers: Mapping[str, str],
    *,
    complete: bool,
    reviewed: bool,
    cohort: str | None = None,
    anchors_reached: Collection[str] = (Anchor.SCREENING, Anchor.CONSENT),
    expired: Collection[str] = (),
) -> Outcome:
    """The outcome of `evaluate` without what explains it, in a fraction of its time: for many at once.

    Arguments and errors are those of `evaluate`.
    """
    known, lasting = _known_and_lasting(tree, answers, anchors_reached, expired)
    standing = bool(_standing_caveats(tree, complete=complete, reviewed=reviewed))
    best = Outcome.INELIGIBLE
    for code in _codes(tree, cohort):
        found = _outcome_in(compile_tree(tree, code), known, lasting, standing=standing)
        best = max(best, found, key=_RANK.__getitem__)
    return best


def _outcome_in(
    circuit: Circuit, known: Mapping[str, int], lasting: Mapping[str, int], *, standing: bool
) -> Outcome:
    values = circuit.values(known)
    forced = values[circuit.verdict]
    if forced == FALSE:
        return Outcome.INELIGIBLE
    if forced != TRUE:
        return Outcome.UNDETERMINED
    if standing or _flaw_of_inclusion(circuit, values) is not None:
        return Outcome.POTENTIALLY_ELIGIBLE
    provisional = known.keys() - lasting.keys()
    if provisional:
        wider = circuit.relevant(values, known) | circuit.relevant(circuit.values(lasting), lasting)
        if provisional & wider:
            return Outcome.POTENTIALLY_ELIGIBLE
    return Outcome.ELIGIBLE


@dataclass(frozen=True, slots=True)
class _Branch:
    """One cohort's part of an assessment."""

    circuit: Circuit
    values: Sequence[int]
    verdict: Verdict
    relevant: set[str]
    rechecks: set[str]
    flaw: CaveatKind | None


def _branch(
    tree: Tree,
    cohort: str | None,
    known: Mapping[str, int],
    lasting: Mapping[str, int],
    standing: tuple[Caveat, ...],
) -> _Branch:
    circuit = compile_tree(tree, cohort)
    values = circuit.values(known)
    forced = values[circuit.verdict]
    relevant = wider = circuit.relevant(values, known)
    provisional = known.keys() - lasting.keys()
    # Provisional answers count, but no outcome better than "potentially eligible" may rest on them: whatever
    # matters once all of them are open again stands in its way.
    if provisional and forced != FALSE:
        wider = relevant | circuit.relevant(circuit.values(lasting), lasting)
        if not standing:
            relevant = wider
    rechecks = provisional & wider
    flaw = _flaw_of_inclusion(circuit, values)
    caveats = _caveats(standing, _in_order(tree, rechecks), flaw)
    if forced == FALSE:
        outcome = Outcome.INELIGIBLE
    elif forced == TRUE:
        outcome = Outcome.POTENTIALLY_ELIGIBLE if caveats else Outcome.ELIGIBLE
    else:
        outcome = Outcome.UNDETERMINED
    verdict = Verdict(cohort, outcome, caveats, _deciding_criteria(tree, cohort, circuit, values))
    return _Branch(circuit, values, verdict, relevant, rechecks, flaw)


def _known_and_lasting(
    tree: Tree, answers: Mapping[str, str], anchors_reached: Collection[str], expired: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The sets of all statements that are answered, and of those alone whose answers hold for good."""
    known = _known(tree, answers)
    _check_statements(tree, expired)
    reached = frozenset(Anchor(anchor) for anchor in anchors_reached)
    return known, {
        identifier: value
        for identifier, value in known.items()
        if identifier not in expired and _lasts(tree.nodes[identifier], value, reached)
    }


def _known(tree: Tree, answers: Mapping[str, str]) -> dict[str, int]:
    """The sets of the statements that are answered. Unknown is as open as no answer."""
    _check_statements(tree, answers)
    known = {}
    for identifier, answer in answers.items():
        try:
            value = AnswerValue(answer)
        except ValueError:
            raise ValueError(f"{answer!r} is not an answer to {identifier!r}") from None
        if value is not AnswerValue.UNKNOWN:
            known[identifier] = _SETS[value]
    return known


def _check_statements(tree: Tree, identifiers: Collection[str]) -> None:
    for identifier in identifiers:
        node = tree.nodes.get(identifier)
        if node is None or node.op is not Op.STATEMENT:
            raise ValueError(f"{identifier!r} is not a statement of these criteria")


def _lasts(statement: Node, answered: int, reached: frozenset[Anchor]) -> bool:
    """Whether an answer holds for good; one about an event to come does not."""
    test = statement.test
    if test is None or test.window is None or test.window.anchor in reached:
        return True
    # To whom a test does not apply, it will not apply at the event either.
    return answered == NA and test.applies_to is not None


def _codes(tree: Tree, cohort: str | None) -> tuple[str | None, ...]:
    codes = tuple(each.code for each in tree.cohorts)
    if cohort is None:
        return codes or (None,)
    if cohort not in codes:
        raise ValueError(f"{cohort!r} is not a cohort of these criteria")
    return (cohort,)


def _standing_caveats(tree: Tree, *, complete: bool, reviewed: bool) -> tuple[Caveat, ...]:
    """What holds of the version itself, whatever is answered."""
    caveats = []
    if not complete:
        caveats.append(Caveat(CaveatKind.ABRIDGED))
    if not reviewed:
        caveats.append(Caveat(CaveatKind.DRAFT))
    if tree.lost:
        caveats.append(Caveat(CaveatKind.LOST_TEXT, tuple(node.identifier for node in tree.lost)))
    return tuple(caveats)


def _flaw_of_inclusion(circuit: Circuit, values: Sequence[int]) -> CaveatKind | None:
    """Why nobody can be eligible although nothing is open: the inclusion as a whole says nothing."""
    if not circuit.gates[circuit.inclusion].inputs:
        return CaveatKind.NO_INCLUSION
    return CaveatKind.INCLUSION_NOT_APPLICABLE if values[circuit.inclusion] == NA else None


def _caveats(
    standing: tuple[Caveat, ...], rechecks: tuple[str, ...], *flaws: CaveatKind | None
) -> tuple[Caveat, ...]:
    due = (Caveat(CaveatKind.RECHECK_DUE, rechecks),) if rechecks else ()
    return (*standing, *due, *(Caveat(flaw) for flaw in dict.fromkeys(flaws) if flaw is not None))


def _deciding_criteria(
    tree: Tree, cohort: str | None, circuit: Circuit, values: Sequence[int]
) -> tuple[str, ...]:
    # A reference can bring a criterion of another cohort into the circuit; there it decides nothing itself.
    return tuple(
        node.identifier
        for criteria, against in ((tree.inclusion_criteria, FALSE), (tree.exclusion_criteria, TRUE))
        for node in criteria
        if node.identifier in circuit.positions
        and values[circuit.positions[node.identifier]] == against
        and (cohort is None or cohort in tree.cohorts_of(node.identifier))
    )


def _relevant(branches: Sequence[_Branch], ceiling: Outcome) -> set[str]:
    """Over the cohorts: a statement matters to some cohort, and none is at the best outcome without it."""
    relevant = set().union(*(branch.relevant for branch in branches))
    for branch in branches:
        if branch.verdict.outcome is ceiling:
            relevant &= branch.relevant
    return relevant


def _reasons(
    outcome: Outcome, branches: Sequence[_Branch], known: Mapping[str, int], lasting: Mapping[str, int]
) -> set[str]:
    circuits = [branch.circuit for branch in branches]
    match outcome:
        case Outcome.UNDETERMINED:
            return set()
        case Outcome.INELIGIBLE:
            return why(circuits, known, FALSE)
        case Outcome.POTENTIALLY_ELIGIBLE:
            return why(circuits, known, TRUE)
        case Outcome.ELIGIBLE:
            return why(circuits, lasting, TRUE)


def _node_values(branches: Sequence[_Branch]) -> dict[str, frozenset[Truth]]:
    """Over the cohorts, a node can have each value that it can have in one of them."""
    sets: dict[str, int] = {}
    for branch in branches:
        for identifier, position in branch.circuit.positions.items():
            sets[identifier] = sets.get(identifier, 0) | branch.values[position]
    return {identifier: _TRUTHS[values] for identifier, values in sets.items()}


def _in_order(tree: Tree, identifiers: Collection[str]) -> tuple[str, ...]:
    return tuple(identifier for identifier in tree.nodes if identifier in identifiers)
