"""Choices that look random and are the same for the same seed, on every machine and version of Python."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draw:
    seed: int
    about: str = ""

    def of(self, about: str) -> Draw:
        """Further choices, independent of these."""
        return Draw(self.seed, f"{self.about}/{about}")

    def below(self, count: int) -> int:
        digest = hashlib.sha256(f"{self.seed}{self.about}".encode()).digest()
        return int.from_bytes(digest[:8]) % count

    def one[T](self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled[T](self, items: Sequence[T]) -> list[T]:
        places = sorted(range(len(items)), key=lambda place: self.of(f"place {place}").below(1 << 60))
        return [items[place] for place in places]
