"""What is wrong with a document that was to be imported."""

from collections.abc import Iterable
from typing import NamedTuple


class ImportProblem(NamedTuple):
    """`path` as in "protocolSection.designModule.phases[1]"; empty for the document as a whole."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class RejectedError(Exception):
    """Nothing of the document was stored. `problems` has all that were found, in the document's order."""

    def __init__(self, problems: Iterable[ImportProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
