"""Named cases: the traps that real protocols set, and what a caller may rely on."""

from typing import Any

import pytest

from screening.logic import AnswerValue, Assessment, Caveat, CaveatKind, Outcome, Truth, evaluate
from tests.logic.trees import NA, NO, UNKNOWN, YES, build, group, leaf, lost, ref
from trials.criteria.tree import Tree


def assess(tree: Tree, cohort: str | None = None, /, **answers: Any) -> Assessment:
    return evaluate(tree, answers, cohort=cohort, complete=True, reviewed=True)


def later(identifier: str, anchor: str = "infusion", **test: Any) -> dict[str, Any]:
    return leaf(identifier, test={"window": {"anchor": anchor, "direction": "before"}, **test})


# Cohorts

LUPUS_AND_SCLEROSIS = build(
    inclusion=[
        "adult",
        group("all", "sle", "lupus", "nephritis", cohorts=["SLE"]),
        group("all", "ssc", group("any", "dx", "diffuse", "limited"), "lung_disease", cohorts=["SSc"]),
    ],
    exclusion=["infection", group("any", "overlap", "scleroderma", cohorts=["SLE"])],
    cohorts="SLE SSc",
)
SCLEROSIS = {
    "adult": YES, "lupus": NO, "diffuse": YES, "lung_disease": YES, "infection": NO, "scleroderma": YES,
}  # fmt: skip


def test_an_exclusion_of_one_cohort_does_not_exclude_from_another() -> None:
    assert assess(LUPUS_AND_SCLEROSIS, "SSc", **SCLEROSIS).outcome is Outcome.ELIGIBLE
    assert assess(LUPUS_AND_SCLEROSIS, "SLE", **SCLEROSIS).outcome is Outcome.INELIGIBLE


def test_while_no_cohort_is_named_the_best_one_counts() -> None:
    assessment = assess(LUPUS_AND_SCLEROSIS, **SCLEROSIS)
    assert assessment.outcome is Outcome.ELIGIBLE
    assert {verdict.cohort: verdict.outcome for verdict in assessment.verdicts} == {
        "SLE": Outcome.INELIGIBLE,
        "SSc": Outcome.ELIGIBLE,
    }
    assert assessment.why == ("adult", "diffuse", "lung_disease", "infection")
    assert assessment.deciding_criteria == ()


def test_a_common_answer_is_preferred_as_the_reason_for_all_cohorts() -> None:
    assessment = assess(LUPUS_AND_SCLEROSIS, lupus=NO, lung_disease=NO, infection=YES)
    assert assessment.outcome is Outcome.INELIGIBLE
    assert assessment.why == ("infection",)
    # The unlabelled groups repeat the root's operator: they are headings.
    assert assessment.deciding_criteria == ("lupus", "lung_disease", "infection")


def test_without_a_common_reason_each_cohort_has_its_own() -> None:
    assert assess(LUPUS_AND_SCLEROSIS, lupus=NO, lung_disease=NO).why == ("lupus", "lung_disease")


def test_the_reason_is_that_of_the_cohort_which_asks_least() -> None:
    tree = build(["adult", leaf("nephritis", cohorts=["SLE"])], cohorts="SLE SSc")
    assert assess(tree, adult=YES, nephritis=YES).why == ("adult",)


def test_nothing_more_is_asked_once_a_cohort_is_open_to_the_participant() -> None:
    answers = SCLEROSIS | {"lupus": UNKNOWN, "scleroderma": UNKNOWN}
    assessment = assess(LUPUS_AND_SCLEROSIS, **answers)
    assert assessment.outcome is Outcome.ELIGIBLE
    assert assessment.open_relevant == ()
    assert assess(LUPUS_AND_SCLEROSIS, "SLE", **answers).open_relevant == (
        "lupus",
        "nephritis",
        "scleroderma",
    )


def test_a_reference_reaches_into_another_cohort() -> None:
    tree = build(
        inclusion=["adult", group("all", "sle", "lupus", "nephritis", cohorts=["SLE"])],
        exclusion=[ref("fits_sle", "sle", cohorts=["SSc"])],
        cohorts="SLE SSc",
    )
    assert assess(tree, "SSc", adult=YES).open_relevant == ("lupus", "nephritis")
    assert assess(tree, "SSc", adult=YES, lupus=YES, nephritis=YES).deciding_criteria == ("fits_sle",)
    assert assess(tree, "SSc", adult=YES, lupus=NO).outcome is Outcome.ELIGIBLE


def test_a_criterion_of_another_cohort_decides_only_there() -> None:
    tree = build(
        ["adult"],
        [leaf("scleroderma", cohorts=["SLE"]), group("not", "no", ref("r", "scleroderma"), cohorts=["SSc"])],
        cohorts="SLE SSc",
    )
    verdicts = assess(tree, adult=NO, scleroderma=YES).verdicts
    assert [verdict.deciding_criteria for verdict in verdicts] == [("adult", "scleroderma"), ("adult",)]


def test_at_least_keeps_its_number_in_a_cohort_that_lacks_some_children() -> None:
    two = group("at_least", "two", "a", "b", leaf("c", cohorts=["Y"]), leaf("d", cohorts=["Y"]), k=2)
    tree = build([two], cohorts="X Y")
    assert assess(tree, "X", a=YES).outcome is Outcome.UNDETERMINED
    assert assess(tree, "X", a=YES, b=NO, c=YES, d=YES).outcome is Outcome.INELIGIBLE
    assert assess(tree, "Y", a=YES, b=NO, c=YES).outcome is Outcome.ELIGIBLE


def test_a_cohort_that_nobody_can_join_needs_no_answer_as_a_reason() -> None:
    two = group("at_least", "two", "a", leaf("c", cohorts=["Y"]), leaf("d", cohorts=["Y"]), k=2)
    tree = build([two], ["infection", leaf("cancer", cohorts=["Y"])], cohorts="X Y")
    assert assess(tree, "X").outcome is Outcome.INELIGIBLE
    assert assess(tree, "X").why == ()
    assert assess(tree, cancer=YES).why == ("cancer",)
    assert assess(tree).outcome is Outcome.UNDETERMINED


# Operators


def test_an_exception_lifts_what_it_excepts() -> None:
    tree = build(["adult"], [group("except", "cancer", "malignancy", "cured_skin", "cured_cervix")])
    assert assess(tree, adult=YES, malignancy=YES).outcome is Outcome.UNDETERMINED
    assert (
        assess(tree, adult=YES, malignancy=YES, cured_skin=NO, cured_cervix=YES).outcome is Outcome.ELIGIBLE
    )
    assert assess(tree, adult=YES, malignancy=YES, cured_skin=NO, cured_cervix=NO).why == (
        "malignancy",
        "cured_skin",
        "cured_cervix",
    )
    assert assess(tree, adult=YES, malignancy=NO).open_relevant == ()


def test_either_of_two_numbered_criteria_is_sufficient() -> None:
    """A protocol says "meeting either criterion 4 or 5 is sufficient" below another criterion."""
    tree = build(
        [
            "adult",
            group("any", "either", ref("or4", "four"), ref("or5", "five"), cohorts=["SSc"]),
            group("any", "heading", "four", "five", label="4-5", cohorts=["IIM"]),
        ],
        cohorts="SSc IIM",
    )
    assert assess(tree, "SSc", adult=YES, four=NO).open_relevant == ("five",)
    assert assess(tree, "SSc", adult=YES, four=NO, five=YES).outcome is Outcome.ELIGIBLE
    assert assess(tree, "SSc", adult=YES, four=NO, five=NO).why == ("four", "five")


def test_two_drugs_may_count_as_one() -> None:
    tree = build(
        [group("at_least", "two", "cyclo", "mmf", group("any", "one_of", "mtx", "aza"), "belimumab", k=2)]
    )
    both = assess(tree, mtx=YES, aza=YES, cyclo=NO, mmf=NO)
    assert both.outcome is Outcome.UNDETERMINED
    assert both.open_relevant == ("belimumab",)
    assert assess(tree, mtx=YES, aza=YES, mmf=YES).outcome is Outcome.ELIGIBLE
    assert assess(tree, mtx=YES, aza=YES, mmf=YES).why in (("mmf", "mtx"), ("mmf", "aza"))


def test_what_does_not_apply_neither_includes_nor_excludes() -> None:
    pregnancy = group("if", "wocbp", "fertile", group("all", "then", "test_negative", "contraception"))
    tree = build(["adult", pregnancy], [leaf("feeding", test={"applies_to": "female"})])
    assert assess(tree, adult=YES, fertile=NO, feeding=NA).outcome is Outcome.ELIGIBLE
    assert assess(tree, adult=YES, fertile=NA, feeding=NA).outcome is Outcome.ELIGIBLE
    assert assess(tree, adult=YES, fertile=YES, test_negative=NO).why == ("fertile", "test_negative")
    assert assess(tree, adult=YES, fertile=NO).open_relevant == ("feeding",)


def test_an_inclusion_that_is_not_applicable_as_a_whole_lets_nobody_in() -> None:
    tree = build([group("if", "wocbp", "fertile", "test_negative")], ["infection"])
    assessment = assess(tree, fertile=NO, infection=NO)
    assert assessment.outcome is Outcome.UNDETERMINED
    assert Caveat(CaveatKind.INCLUSION_NOT_APPLICABLE) in assessment.caveats
    assert assess(tree, fertile=NO, infection=YES).outcome is Outcome.INELIGIBLE


def test_a_group_that_is_not_applicable_does_not_count_as_false() -> None:
    women = [leaf(each, test={"applies_to": "female"}) for each in ("a", "b")]
    for op, more in (("any", {}), ("at_least", {"k": 2})):
        tree = build(["adult", group(op, "women", *women, **more)])
        assert assess(tree, adult=YES, a=NA, b=NA).outcome is Outcome.ELIGIBLE
        assert assess(tree, adult=YES, a=NA, b=NO).outcome is Outcome.INELIGIBLE
    two = build(["adult", group("at_least", "women", *women, k=2)])
    assert assess(two, adult=YES, a=NA, b=YES).outcome is Outcome.INELIGIBLE


def test_zero_answers_decide_nothing() -> None:
    tree = build(["adult"], ["infection"])
    assert assess(tree).outcome is Outcome.UNDETERMINED
    assert assess(tree, adult=UNKNOWN, infection=UNKNOWN).outcome is Outcome.UNDETERMINED
    assert assess(tree).open_relevant == ("adult", "infection")


def test_a_tree_with_exclusions_alone_includes_nobody() -> None:
    tree = build([], ["infection"])
    assert assess(tree, infection=NO).outcome is Outcome.UNDETERMINED
    assert assess(tree, infection=NO).caveats == (Caveat(CaveatKind.NO_INCLUSION),)
    assert assess(tree, infection=YES).outcome is Outcome.INELIGIBLE


# Lost text


def test_lost_text_takes_no_part_and_is_told() -> None:
    tree = build([lost("one"), group("all", "three", lost("one_of_three"), "biopsy")], [lost("first")])
    assessment = assess(tree, biopsy=YES)
    assert assessment.outcome is Outcome.POTENTIALLY_ELIGIBLE
    assert assessment.caveats == (Caveat(CaveatKind.LOST_TEXT, ("one", "one_of_three", "first")),)
    assert "one" not in assessment.node_values


def test_lost_text_is_held_against_nobody() -> None:
    counted = group("at_least", "two", lost("gone"), lost("gone_too"), "a", k=2)
    assert assess(build(["adult", counted]), adult=YES, a=NO).outcome is Outcome.POTENTIALLY_ELIGIBLE
    alternative = group("any", "either", lost("gone"))
    assert assess(build(["adult", alternative]), adult=YES).outcome is Outcome.POTENTIALLY_ELIGIBLE


# Re-checks


def test_an_answer_about_a_later_event_is_due_again() -> None:
    tree = build(["adult", later("stable_dose")], [later("infection", "apheresis")])
    answers = {"adult": YES, "stable_dose": YES, "infection": NO}
    assessment = assess(tree, **answers)
    assert assessment.outcome is Outcome.POTENTIALLY_ELIGIBLE
    assert assessment.rechecks == ("stable_dose", "infection")
    assert assessment.caveats == (Caveat(CaveatKind.RECHECK_DUE, ("stable_dose", "infection")),)
    reached = evaluate(
        tree, answers, complete=True, reviewed=True,
        anchors_reached=("screening", "consent", "apheresis", "infusion"),
    )  # fmt: skip
    assert reached.outcome is Outcome.ELIGIBLE
    assert reached.rechecks == ()


def test_a_recheck_that_cannot_matter_is_not_due() -> None:
    tree = build([group("any", "either", "now", later("then"))])
    assert assess(tree, then=YES).rechecks == ("then",)
    assert assess(tree, then=YES).open_relevant == ("now",)
    for children in ("now", later("then")), (later("then"), "now"):
        settled = assess(build([group("any", "either", *children)]), then=YES, now=YES)
        assert settled.outcome is Outcome.ELIGIBLE
        assert settled.why == ("now",)


def test_two_provisional_answers_do_not_vouch_for_each_other() -> None:
    tree = build([group("any", "either", later("a"), later("b"))])
    assessment = assess(tree, a=YES, b=YES)
    assert assessment.outcome is Outcome.POTENTIALLY_ELIGIBLE
    assert assessment.rechecks == ("a", "b")


def test_an_answer_that_has_run_out_is_due_again_now() -> None:
    tree = build(["adult", "normal_alt"], ["infection"])
    answers = {"adult": "yes", "normal_alt": "yes", "infection": "no"}

    def outcome(expired: list[str]) -> Assessment:
        return evaluate(tree, answers, complete=True, reviewed=True, expired=expired)

    assert outcome([]).outcome == Outcome.ELIGIBLE
    assessment = outcome(["normal_alt"])
    assert assessment.outcome == Outcome.POTENTIALLY_ELIGIBLE
    assert assessment.rechecks == ("normal_alt",)
    assert assessment.caveats == (Caveat(CaveatKind.RECHECK_DUE, ("normal_alt",)),)
    assert "normal_alt" in assessment.relevant


def test_only_a_statement_runs_out() -> None:
    with pytest.raises(ValueError, match="'elsewhere' is not a statement"):
        evaluate(build(["a"]), {}, complete=True, reviewed=True, expired=["elsewhere"])


def test_what_does_not_apply_to_a_participant_is_not_due_again() -> None:
    tree = build(["adult"], [later("pregnant", applies_to="female")])
    assert assess(tree, adult=YES, pregnant=NA).outcome is Outcome.ELIGIBLE
    assert assess(tree, adult=YES, pregnant=NO).outcome is Outcome.POTENTIALLY_ELIGIBLE


def test_what_does_not_apply_today_is_due_again() -> None:
    tree = build(["adult", group("if", "steroids", "on_steroids", later("stable_dose"))])
    assessment = assess(tree, adult=YES, on_steroids=YES, stable_dose=NA)
    assert assessment.outcome is Outcome.POTENTIALLY_ELIGIBLE
    assert assessment.rechecks == ("stable_dose",)


def test_a_provisional_answer_can_make_ineligible() -> None:
    assessment = assess(build(["adult"], [later("infection"), "cancer"]), infection=YES)
    assert assessment.outcome is Outcome.INELIGIBLE
    assert assessment.open_relevant == ()
    assert assessment.rechecks == ("infection",)


# Reasons


def test_one_decisive_answer_is_preferred_to_an_earlier_pair() -> None:
    tree = build([group("any", "either", "a", "b")], ["infection"])
    assessment = assess(tree, a=NO, b=NO, infection=YES)
    assert assessment.why == ("infection",)
    assert assessment.deciding_criteria == ("either", "infection")


def test_of_several_decisive_answers_the_first_in_the_protocol_is_named() -> None:
    assert assess(build(["adult"], ["infection", "cancer"]), cancer=YES, infection=YES).why == ("infection",)


def test_a_labelled_group_is_a_criterion_and_an_unlabelled_one_a_heading() -> None:
    tree = build([group("all", "heading", group("all", "three", "x", "y", label="3)"), "four")])
    assert assess(tree, x=NO, four=NO).deciding_criteria == ("three", "four")


def test_a_shared_answer_is_relevant_when_it_would_matter_reopened() -> None:
    tree = build([group("any", "first", "a", "b"), group("any", "second", ref("again", "a"), "c")])
    assert assess(tree, a=YES).relevant == {"a"}
    assert assess(tree, a=NO).relevant == {"a", "b", "c"}
    tree = build(["adult"], [group("all", "both", "a", ref("again", "a"))])
    assert "a" in assess(tree, adult=YES, a=YES).relevant


def test_an_answer_that_is_spared_may_rest_on_what_another_one_leaves_open() -> None:
    """The last answer leaves no "not applicable", so the `if` need not be surely true, only not false."""
    tree = build([group("if", "wocbp", "fertile", "test_negative"), "adult"])
    assessment = assess(tree, fertile=YES, test_negative=YES, adult=YES)
    assert assessment.outcome is Outcome.ELIGIBLE
    assert assessment.why == ("test_negative", "adult")


def test_not_applicable_may_be_answered_where_it_is_not_offered() -> None:
    woman = leaf("a", test={"applies_to": "female"})
    tree = build(["adult"], [group("at_least", "two", woman, "b", k=2)])
    # Reopened, "b" is yes or no, which is one too few either way, or stays what it is: not applicable.
    assert assess(tree, adult=YES, a=NA, b=NA).outcome is Outcome.ELIGIBLE
    tree = build([group("at_least", "two", woman, "b", k=2)])
    assert assess(tree, a=NA, b=NA).outcome is Outcome.UNDETERMINED
    assert assess(tree, a=NA, b=NA).relevant == {"a", "b"}
    tree = build([group("at_least", "two", woman, later("b"), k=2)])
    assert assess(tree, a=NA, b=NA).relevant == {"a", "b"}


# Errors and truth values


def test_only_the_four_answers_are_answers() -> None:
    tree = build(["adult"])
    for wrong in (True, False, 1, 0, None, "", "YES", "maybe", ["yes"], {"yes"}, b"yes"):
        with pytest.raises(ValueError, match="adult"):
            assess(tree, adult=wrong)


def test_only_statements_are_answered() -> None:
    tree = build([group("all", "both", "a", "b"), lost("gone")])
    for identifier in ("both", "inclusion", "gone", "elsewhere"):
        with pytest.raises(ValueError, match=identifier):
            assess(tree, **{identifier: YES})


def test_an_unknown_cohort_or_anchor_is_an_error() -> None:
    with pytest.raises(ValueError, match="IIM"):
        assess(LUPUS_AND_SCLEROSIS, "IIM")
    with pytest.raises(ValueError, match="tea_time"):
        evaluate(build(["a"]), {}, complete=True, reviewed=True, anchors_reached=["tea_time"])


def test_no_outcome_is_a_truth_value() -> None:
    assessment = assess(build(["adult"]), adult=NO)
    for value in (assessment, assessment.outcome, *assessment.verdicts):
        with pytest.raises(TypeError, match="truth value"):
            bool(value)


def test_answers_may_be_plain_text_or_members() -> None:
    tree = build(["adult"])
    assert assess(tree, adult=AnswerValue.YES) == assess(tree, adult="yes")


def test_node_values_show_what_is_still_possible() -> None:
    tree = build([group("all", "both", "a", "b")])
    values = assess(tree, a=YES).node_values
    assert values["a"] == {Truth.TRUE}
    assert values["both"] == {Truth.TRUE, Truth.FALSE}
    assert assess(tree, b=NO).node_values["both"] == {Truth.FALSE}
