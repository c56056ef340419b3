from screening.logic import evaluate
from screening.wizard import Course, State, course_of
from tests.logic.trees import NO, UNKNOWN, YES, build, group, lost, ref
from trials.criteria.tree import Tree

TREE = build(
    inclusion=[
        "adult",
        group("any", "disease", "x", "y", label="2."),
        group("all", "sle", "lupus", "nephritis", cohorts=["SLE"], text="Lupus only"),
        group("all", "ssc", "sclerosis", lost("gone"), cohorts=["SSc"]),
    ],
    exclusion=["infection", ref("again", "lupus", cohorts=["SSc"])],
    cohorts="SLE SSc",
)


def course(tree: Tree, cohort: str | None = None, /, **answers: str) -> Course:
    return course_of(tree, answers, evaluate(tree, answers, cohort=cohort, complete=True, reviewed=True))


def states(given: Course) -> dict[str, State]:
    return {each.statement.identifier: each.state for each in given.questions}


def asked_next(given: Course, after: str = "") -> str | None:
    question = given.next_question(after)
    return question and question.identifier


def test_each_statement_is_one_question_in_protocol_order() -> None:
    assert [each.statement for each in course(TREE).questions] == list(TREE.statements)


def test_questions_of_other_cohorts_are_not_needed_once_one_is_chosen() -> None:
    assert states(course(TREE))["sclerosis"] is State.OPEN
    assert states(course(TREE, "SLE"))["sclerosis"] is State.NOT_NEEDED


def test_what_a_reference_uses_is_asked() -> None:
    given = states(course(TREE, "SSc"))
    assert given["lupus"] is State.OPEN
    assert given["nephritis"] is State.NOT_NEEDED


def test_unknown_is_told_apart_from_not_answered() -> None:
    given = states(course(TREE, "SLE", adult=YES, x=UNKNOWN))
    assert (given["adult"], given["x"], given["y"]) == (State.ANSWERED, State.UNKNOWN, State.OPEN)


def test_what_no_longer_matters_is_not_needed_even_if_unknown() -> None:
    given = states(course(TREE, "SLE", x=YES, y=UNKNOWN))
    assert given["y"] is State.NOT_NEEDED
    assert set(states(course(TREE, "SLE", adult=NO)).values()) == {State.ANSWERED, State.NOT_NEEDED}


def test_the_next_question_is_the_next_unasked_one_that_matters() -> None:
    given = course(TREE, "SLE", x=YES, nephritis=YES)
    assert asked_next(given) == "adult"
    assert asked_next(given, "adult") == "lupus"
    assert asked_next(given, "lupus") == "infection"
    assert asked_next(given, "infection") == "adult"
    assert asked_next(given, "no such statement") == "adult"


def test_unknown_ones_are_offered_again_after_the_others_and_not_forever() -> None:
    answers = {"adult": UNKNOWN, "x": YES, "lupus": YES, "nephritis": UNKNOWN}
    assert asked_next(course(TREE, "SLE", **answers), "nephritis") == "infection"
    given = course(TREE, "SLE", **answers, infection=NO)
    assert asked_next(given) == "adult"
    assert asked_next(given, "adult") == "nephritis"
    assert asked_next(given, "nephritis") is None


def test_another_order_says_what_comes_next_and_leaves_the_neighbours_as_they_are() -> None:
    answers = {"x": YES, "nephritis": UNKNOWN}
    assessment = evaluate(TREE, answers, cohort="SLE", complete=True, reviewed=True)
    given = course_of(TREE, answers, assessment)
    assert set(given.open) == {"nephritis", "infection", "adult", "lupus"}
    given = given.asking(["nephritis", "infection", "adult", "lupus"])
    assert asked_next(given) == "infection"
    assert asked_next(given, "infection") == "adult"
    assert asked_next(given, "lupus") == "infection"  # what was skipped comes again
    assert asked_next(given, "x") == "infection"
    before, behind = given.neighbours("adult")
    assert before is None
    assert behind is not None
    assert behind.identifier == "x"


def test_nothing_is_next_once_the_outcome_is_decided() -> None:
    assert asked_next(course(TREE, "SLE", infection=YES)) is None


def test_neighbours_skip_what_is_not_needed() -> None:
    given = course(TREE, "SLE", x=YES)

    def around(identifier: str) -> tuple[str | None, str | None]:
        before, behind = given.neighbours(identifier)
        return before and before.identifier, behind and behind.identifier

    assert around("adult") == (None, "x")
    assert around("x") == ("adult", "lupus")
    assert around("nephritis") == ("lupus", "infection")
    assert around("infection") == ("nephritis", None)
