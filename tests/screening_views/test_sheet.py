"""What the desk's sheet says of a group."""

from screening.views.sheet import logic_words
from trials.criteria.tree import Node, Op


def test_parts_for_each_cohort_are_not_said_to_be_needed_all() -> None:
    def part(name: str, *cohorts: str) -> Node:
        return Node(name, Op.STATEMENT, cohorts=cohorts)

    apart = Node("group", Op.ALL, children=(part("a", "SLE"), part("b", "SSc")))
    mixed = Node("group", Op.ALL, children=(part("a"), part("b", "SSc")))
    alike = Node("group", Op.ALL, children=(part("a", "SLE"), part("b", "SLE")))
    assert logic_words(apart) == "those of the participant's cohort"
    assert logic_words(mixed) == logic_words(alike) == "all of these"
