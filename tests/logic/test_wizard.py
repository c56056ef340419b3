from screening.logic import evaluate
from screening.wizard import Course, Progress, State, course_of
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


def test_sections_follow_the_protocol() -> None:
    sections = [
        (
            section.category,
            section.heading.identifier,
            section.cohorts,
            [s.criterion.identifier for s in section.steps],
        )
        for section in course(TREE).sections
    ]
    both = {"SLE", "SSc"}
    assert sections == [
        ("inclusion", "inclusion", both, ["adult", "disease"]),
        ("inclusion", "sle", {"SLE"}, ["lupus", "nephritis"]),
        ("inclusion", "ssc", {"SSc"}, ["sclerosis", "gone"]),
        ("exclusion", "exclusion", both, ["infection"]),
        ("exclusion", "exclusion", {"SSc"}, ["again"]),
    ]


def test_each_statement_is_one_question_in_protocol_order() -> None:
    assert [each.statement for each in course(TREE).questions] == list(TREE.statements)


def test_sections_of_other_cohorts_are_folded_once_one_is_chosen() -> None:
    assert not any(section.folded for section in course(TREE).sections)
    folded = [section.heading.identifier for section in course(TREE, "SLE").sections if section.folded]
    assert folded == ["ssc", "exclusion"]
    assert states(course(TREE, "SLE"))["sclerosis"] is State.NOT_NEEDED


def test_a_section_that_a_reference_uses_stays_unfolded() -> None:
    given = course(TREE, "SSc")
    assert not any(section.folded for section in given.sections)
    assert states(given)["lupus"] is State.OPEN
    assert states(given)["nephritis"] is State.NOT_NEEDED


def test_a_section_without_questions_stays_unfolded() -> None:
    tree = build([lost("gone"), "adult"])
    assert not any(section.folded for section in course(tree).sections)


def test_unknown_is_told_apart_from_not_answered() -> None:
    given = states(course(TREE, "SLE", adult=YES, x=UNKNOWN))
    assert (given["adult"], given["x"], given["y"]) == (State.ANSWERED, State.UNKNOWN, State.OPEN)


def test_what_no_longer_matters_is_not_needed_even_if_unknown() -> None:
    given = states(course(TREE, "SLE", x=YES, y=UNKNOWN))
    assert given["y"] is State.NOT_NEEDED
    assert set(states(course(TREE, "SLE", adult=NO)).values()) == {State.ANSWERED, State.NOT_NEEDED}


def test_progress_counts_what_is_answered_and_what_is_still_wanted() -> None:
    assert course(TREE, "SLE").progress == Progress(0, 6)
    assert course(TREE, "SLE", adult=YES, x=YES).progress == Progress(2, 5)
    assert course(TREE, "SLE", adult=YES, x=UNKNOWN).progress == Progress(1, 6)
    assert course(TREE, "SLE", adult=NO, x=YES).progress == Progress(2, 2)
    assert course(TREE, "SLE", sclerosis=YES).progress == Progress(0, 6)
    assert course(TREE, "SLE", lupus=YES).sections[1].progress == Progress(1, 2)


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
