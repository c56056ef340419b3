"""The promises of the logic, over random trees, against every completion of the open statements."""

import itertools
from collections.abc import Collection, Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.logic import Assessment, CaveatKind, evaluate
from tests.logic.trees import (
    ELIGIBLE,
    INELIGIBLE,
    NA,
    POTENTIALLY,
    UNDETERMINED,
    UNKNOWN,
    anchored_later,
    best,
    build,
    completions,
    offered,
    outcome_in,
    scopes,
    screenings_with_expired,
    truth_of,
)
from trials.criteria.tree import Op, Tree

type Screening = tuple[Tree, str | None, dict[str, str], frozenset[str]]

many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
some = settings(many, max_examples=120)


def assess(
    tree: Tree,
    cohort: str | None,
    answers: Mapping[str, str],
    expired: Collection[str],
    *,
    complete: bool = True,
    reviewed: bool = True,
) -> Assessment:
    return evaluate(tree, answers, cohort=cohort, complete=complete, reviewed=reviewed, expired=expired)


def forced(tree: Tree, cohort: str | None, answers: Mapping[str, str]) -> dict[str | None, set[str]]:
    """By cohort, the outcomes that the completions have."""
    found: dict[str | None, set[str]] = {scope: set() for scope in scopes(tree, cohort)}
    for complete in completions(tree, answers):
        for scope in found:
            found[scope].add(outcome_in(tree, scope, complete))
    return found


def lasting(tree: Tree, answers: Mapping[str, str], expired: Collection[str]) -> dict[str, str]:
    later = {node.identifier for node in tree.statements if anchored_later(node)}
    exempt = {
        node.identifier
        for node in tree.statements
        if node.test is not None and node.test.applies_to is not None
    }
    return {
        each: answer
        for each, answer in answers.items()
        if each not in expired and (each not in later or (answer == NA and each in exempt))
    }


def naive(tree: Tree, cohort: str | None, answers: Mapping[str, str], expired: Collection[str]) -> str:
    """The outcome of a complete and reviewed version, by trying all completions."""
    outcomes = []
    kept = lasting(tree, answers, expired)
    now = forced(tree, cohort, answers)
    later = now if kept == answers else forced(tree, cohort, kept)
    for scope in now:
        if now[scope] == {INELIGIBLE}:
            outcomes.append(INELIGIBLE)
        elif now[scope] == {ELIGIBLE}:
            final = later[scope] == {ELIGIBLE} and not tree.lost
            outcomes.append(ELIGIBLE if final else POTENTIALLY)
        else:
            outcomes.append(UNDETERMINED)
    return best(outcomes)


# 1


@many
@given(screenings_with_expired())
def test_no_outcome_is_given_that_a_completion_contradicts(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    outcomes = forced(tree, cohort, answers)
    for verdict in assess(tree, cohort, answers, expired).verdicts:
        if verdict.outcome in (ELIGIBLE, POTENTIALLY):
            assert outcomes[verdict.cohort] == {ELIGIBLE}
        if verdict.outcome == INELIGIBLE:
            assert outcomes[verdict.cohort] == {INELIGIBLE}


@many
@given(screenings_with_expired(sharing=False))
def test_without_references_the_outcome_is_exact(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    assert assess(tree, cohort, answers, expired).outcome == naive(tree, cohort, answers, expired)


@some
@given(screenings_with_expired())
def test_complete_answers_have_their_outcome_even_with_references(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    complete = next(completions(tree, answers))
    assert outcomes_agree(
        assess(tree, cohort, complete, expired).outcome, naive(tree, cohort, complete, expired)
    )


def outcomes_agree(outcome: str, expected: str) -> bool:
    """With references a re-check may be asked for that would change nothing."""
    return outcome == expected or (outcome, expected) == (POTENTIALLY, ELIGIBLE)


@some
@given(screenings_with_expired())
def test_nodes_show_exactly_or_more_than_the_values_they_can_have(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    shown = assess(tree, cohort, answers, expired).node_values
    for complete in completions(tree, answers):
        for scope in scopes(tree, cohort):
            for node in tree.walk():
                if node.op is Op.LOST:
                    assert node.identifier not in shown
                elif scope is None or scope in tree.cohorts_of(node.identifier):
                    value = truth_of(tree, node, scope, complete)
                    if value not in ("lost", "elsewhere") and node.identifier in shown:
                        assert value in shown[node.identifier]


# 2


@many
@given(screenings_with_expired(), st.randoms(use_true_random=False))
def test_a_decided_outcome_stays_however_much_is_answered(screening: Screening, random: object) -> None:
    tree, cohort, answers, expired = screening
    open_ones = [s.identifier for s in tree.statements if answers.get(s.identifier, UNKNOWN) == UNKNOWN]
    random.shuffle(open_ones)
    before = assess(tree, cohort, answers, expired)
    for identifier in open_ones:
        answers = answers | {identifier: random.choice(offered(tree, identifier))}
        after = assess(tree, cohort, answers, expired)
        if before.outcome == POTENTIALLY:
            # Only a re-check that no longer matters, in this cohort or in another, makes it better.
            assert after.outcome in (POTENTIALLY, ELIGIBLE)
            assert after.outcome == POTENTIALLY or before.rechecks
        elif before.outcome != UNDETERMINED:
            assert after.outcome == before.outcome
        before = after


# 3


@many
@given(screenings_with_expired(most=7))
def test_why_forces_the_outcome_and_nothing_of_it_can_be_spared(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    assessment = assess(tree, cohort, answers, expired)
    if assessment.outcome == UNDETERMINED:
        assert assessment.why == ()
        return
    alone = {identifier: answers[identifier] for identifier in assessment.why}
    assert assess(tree, cohort, alone, expired).outcome == assessment.outcome
    for fewer in range(len(alone)):
        for part in itertools.combinations(alone.items(), fewer):
            assert assess(tree, cohort, dict(part), expired).outcome != assessment.outcome


@some
@given(screenings_with_expired(sharing=False))
def test_one_decisive_answer_is_the_whole_reason(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    assessment = assess(tree, cohort, answers, expired)
    if assessment.outcome == INELIGIBLE and len(assessment.why) != 1:
        for identifier, answer in answers.items():
            single = assess(tree, cohort, {identifier: answer}, expired)
            assert single.outcome != INELIGIBLE or not assessment.why


@some
@given(screenings_with_expired())
def test_each_deciding_criterion_decides_alone(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    assessment = assess(tree, cohort, answers, expired)
    assert bool(assessment.deciding_criteria) is (assessment.outcome == INELIGIBLE)
    for verdict in assessment.verdicts:
        assert bool(verdict.deciding_criteria) is (verdict.outcome == INELIGIBLE)
        for identifier in verdict.deciding_criteria:
            against = "false" if tree.nodes[identifier] in tree.inclusion_criteria else "true"
            assert assess(tree, verdict.cohort, answers, expired).node_values[identifier] == {against}


# 4


def mattering(
    tree: Tree, cohort: str | None, answers: Mapping[str, str], expired: Collection[str]
) -> set[str]:
    """The statements whose answer changes the outcome of some completion, tried one by one."""
    found = set()
    tried: dict[frozenset[tuple[str, str]], str] = {}

    def outcome(complete: Mapping[str, str]) -> str:
        key = frozenset(complete.items())
        if key not in tried:
            tried[key] = naive(tree, cohort, complete, expired)
        return tried[key]

    for statement in tree.statements:
        identifier = statement.identifier
        others = {each: answer for each, answer in answers.items() if each != identifier}
        values = {*offered(tree, identifier), answers.get(identifier, UNKNOWN)} - {UNKNOWN}
        for complete in completions(tree, others):
            outcomes = {outcome(complete | {identifier: value}) for value in values}
            if len(outcomes) > 1:
                found.add(identifier)
                break
    return found


@some
@given(screenings_with_expired(most=4))
def test_a_statement_that_matters_is_never_reported_irrelevant(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    assert mattering(tree, cohort, answers, expired) <= assess(tree, cohort, answers, expired).relevant


@some
@given(screenings_with_expired(most=5, sharing=False, cohorts=False))
def test_without_references_the_relevant_statements_are_exact(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    if not expired and not any(map(anchored_later, tree.statements)):
        assert assess(tree, cohort, answers, expired).relevant == mattering(tree, cohort, answers, expired)


@some
@given(screenings_with_expired())
def test_an_outcome_is_open_exactly_while_an_open_question_matters(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    known = {identifier for identifier, answer in answers.items() if answer != UNKNOWN}
    assessment = assess(tree, cohort, answers, expired, complete=False)
    flaws = {CaveatKind.NO_INCLUSION, CaveatKind.INCLUSION_NOT_APPLICABLE}
    if assessment.outcome != UNDETERMINED:
        assert assessment.open_relevant == ()
    elif not flaws & {caveat.kind for caveat in assessment.caveats}:
        assert assessment.open_relevant
    assert assessment.open_relevant == tuple(
        node.identifier
        for node in tree.statements
        if node.identifier in assessment.relevant and node.identifier not in known
    )


# 5


@some
@given(screenings_with_expired())
def test_nobody_is_eligible_where_the_text_or_the_review_is_missing(screening: Screening) -> None:
    tree, cohort, answers, expired = screening
    full = assess(tree, cohort, answers, expired)
    for complete, reviewed, kind in ((False, True, CaveatKind.ABRIDGED), (True, False, CaveatKind.DRAFT)):
        less = assess(tree, cohort, answers, expired, complete=complete, reviewed=reviewed)
        assert less.outcome == (POTENTIALLY if full.outcome == ELIGIBLE else full.outcome)
        assert kind in {caveat.kind for caveat in less.caveats}


def test_no_criteria_at_all_is_undetermined() -> None:
    for cohorts in ("", "a b"):
        assessment = assess(build(cohorts=cohorts), None, {}, ())
        assert assessment.outcome == UNDETERMINED
        assert [caveat.kind for caveat in assessment.caveats] == [CaveatKind.NO_INCLUSION]
