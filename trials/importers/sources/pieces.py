"""A file's bytes as they come, piece by piece: never more of them than is needed at once."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

PIECE = 2**18  # bytes that are read or unpacked at once
# Packed data shows only in its end that it was not right, when records of it may be stored.
DAMAGED = "the file is damaged, and what was read of it may be wrong too: import it again from a sound copy"

type Pieces = Iterator[bytes]


class UnreadableError(Exception):
    """The rest of a file cannot be read; the text says why."""


class Source(NamedTuple):
    """A file's name and what is in it. Reading raises `UnreadableError` at the point where it has to end."""

    name: str
    pieces: Pieces


class Buffer:
    """Pieces of which as much can be asked for as is wanted. `UnreadableError` comes after what was whole."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = filter(None, pieces)
        self._held = b""
        self._failure: UnreadableError | None = None

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay; fewer than `size` at the end."""
        while len(self._held) < size and (piece := self._next()):
            self._held += piece
        return self._held[:size]

    def take(self, size: int) -> bytes:
        """The next bytes; fewer than `size` at the end."""
        taken = self.peek(size)
        self._held = self._held[size:]
        return taken

    def some(self, most: int) -> bytes:
        """What is at hand of the next bytes, at least one and at most so many; none at the end."""
        self.peek(1)
        return self.take(min(most, len(self._held)))

    def give_back(self, data: bytes) -> None:
        self._held = data + self._held

    def go_to(self, mark: re.Pattern[bytes], size: int) -> None:
        """Pass over what stands before the next `mark`, which is of so many bytes, or over everything."""
        while not (found := mark.search(self._held)):
            piece = self._next()
            self._held = self._held[1 - size :] + piece if piece else b""
            if not piece:
                return
        self._held = self._held[found.start() :]

    def rest(self) -> Pieces:
        while piece := self.some(PIECE):
            yield piece

    def _next(self) -> bytes:
        if not self._failure:
            try:
                return next(self._pieces, b"")
            except UnreadableError as error:
                self._failure = error
        if not self._held:
            raise self._failure
        return b""


class Inflating(Protocol):
    """What zlib.decompressobj() makes."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def inflated(inflating: Inflating, more: Callable[[], bytes]) -> Pieces:
    """What is unpacked, in pieces of bounded size whatever the ratio is; `more` brings what is packed."""
    try:
        while not inflating.eof:
            # There may be more to come of what is in already.
            piece = inflating.decompress(inflating.unconsumed_tail, PIECE)
            if not piece and not inflating.eof:
                piece = inflating.decompress(more(), PIECE)
            yield piece
    except zlib.error as error:
        raise UnreadableError(f"cannot be unpacked from here on: {DAMAGED}") from error
