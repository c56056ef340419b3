"""How likely each answer is, from what was answered before and from what a coordinator expects.

A statement that stood against `a` of `n` participants stands against the next one with the chance
(a + w m) / (n + w): the mean of a beta distribution that began as if `w` participants had been asked already.
With a coordinator's estimate, "of ten participants, it stops this many", m is that estimate and w is ten.
Without one, m is the share over all statements of the trial and w is one, as much as Jeffreys' prior weighs
(H. Jeffreys, "An invariant form for the prior probability in estimation problems", Proceedings of the Royal
Society A 186, 1946): a statement that was never asked is taken for an average one, not for a toss of a coin.

Whoever was found ineligible early was not asked the rest, so that later statements are known from those who
came that far. They will be asked of those who come that far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screening.logic import AnswerValue
from screening.order import against
from trials.criteria.tree import Tree

# Of one center's screenings in one trial: from so many on, their answers say something about the next.
ENOUGH_SCREENINGS = 10
ESTIMATE_WEIGHS = 10
AVERAGE_WEIGHS = 1
# What an average statement is taken to stop until answers tell, and how many answers that is worth. Among the
# assumptions for the five trials' drafts the mean is 0.2.
AVERAGE_AT_FIRST, FIRST_WEIGHS = 0.2, 5


@dataclass(frozen=True, slots=True)
class Said:
    """How often a statement was answered in each way; "unknown" is no answer."""

    yes: int = 0
    no: int = 0
    not_applicable: int = 0

    @property
    def answered(self) -> int:
        return self.yes + self.no + self.not_applicable

    def times(self, value: AnswerValue) -> int:
        return {AnswerValue.YES: self.yes, AnswerValue.NO: self.no}[value]


def chances_of_yes(
    tree: Tree, said: Mapping[str, Said], estimates: Mapping[str, int], *, cohort: str | None = None
) -> dict[str, float]:
    """For each statement, how likely "yes" is: above 0 and below 1.

    `estimates` are percentages of participants against whom a statement is expected to stand, 1 to 99.
    """
    bad = against(tree, cohort)
    heard = {identifier: said.get(identifier, Said()) for identifier in bad}
    average = (
        FIRST_WEIGHS * AVERAGE_AT_FIRST + sum(heard[each].times(value) for each, value in bad.items())
    ) / (FIRST_WEIGHS + sum(each.answered for each in heard.values()))
    chances = {}
    for node in tree.statements:
        identifier = node.identifier
        if identifier not in bad:
            # Either answer can stand against a participant, or the cohort is not asked.
            both = said.get(identifier, Said())
            chances[identifier] = (both.yes + 0.5) / (both.yes + both.no + 1)
            continue
        estimate = estimates.get(identifier)
        mean, weight = (average, AVERAGE_WEIGHS) if estimate is None else (estimate / 100, ESTIMATE_WEIGHS)
        stood = heard[identifier].times(bad[identifier])
        chance = (stood + weight * mean) / (heard[identifier].answered + weight)
        chances[identifier] = chance if bad[identifier] == AnswerValue.YES else 1 - chance
    return chances
