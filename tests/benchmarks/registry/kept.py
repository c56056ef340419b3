"""Where a benchmark of the registry keeps what takes long to make, and what it has measured so far."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

type Figures = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A folder for one number of trials. A part that is done is not done again."""

    folder: Path
    trials: int

    @property
    def _file(self) -> Path:
        return self.folder / "figures.json"

    def figures(self) -> dict[str, Figures]:
        found: dict[str, Figures] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return found

    def once(self, name: str, measure: Callable[[], Figures]) -> Figures:
        """What was measured under this name, or is now."""
        figures = self.figures()
        if name not in figures:
            figures = {**figures, name: measure()}
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps(figures, indent=1))
            draft.replace(self._file)
        return figures[name]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float]) -> str:
    """The half of them and 95 of 100 stay below."""
    return f"p50 {percentile(values, 0.5):8.1f}   p95 {percentile(values, 0.95):8.1f}"
