"""The files in a zip archive, in the order in which they stand there.

The standard library's reader needs a file that it can move about in, whole to its end, and holds an object of
every member, of which the registry's own archive has 600,000. This one reads on, in little memory: archives
from a pipe, within another, or cut off, too.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from trials.importers.incoming import Refused, refused
from trials.importers.sources.pieces import DAMAGED, PIECE, Buffer, Pieces, Source, UnreadableError, inflated
from trials.importers.sources.values import shown

MEMBER = b"PK\x03\x04"
DESCRIPTOR = b"PK\x07\x08"
# What follows a member's end: the next one, or the directory, its extra record or its end.
_NEXT = (MEMBER, b"PK\x01\x02", b"PK\x06\x08", b"PK\x06\x06", b"PK\x05\x06")
_MARK = re.compile(b"|".join(map(re.escape, _NEXT)))
_HEADER = struct.Struct("<4s2xHH4xLLLHH")
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 1, 8, 0x800
_STORED, _DEFLATED = 0, 8
_IN_EXTRA = 0xFFFFFFFF  # where a size has eight bytes


class _Header(NamedTuple):
    name: str
    flags: int
    method: int
    checksum: int
    size: int | None  # as packed, where it is known beforehand


def members(archive: Source) -> Iterator[Source | Refused]:
    """Each file that is not hidden. The next one is only read after the one before was."""
    rest = Buffer(archive.pieces)
    try:
        while rest.peek(4) == MEMBER:
            header = _read_header(rest)
            if header.name == "[Content_Types].xml":
                yield refused(archive.name, "is an Office document")
                return
            member = _Member(header, rest)
            name = f"{archive.name}/{shown(header.name, 300)}"
            if reason := member.why_not():
                yield refused(name, reason)
            elif not header.name.endswith("/") and not hidden(header.name):
                yield Source(name, member.contents)
            member.pass_over()
            if member.told and not rest.peek(1):
                return
        if rest.peek(4) not in _NEXT:
            reason = "is damaged from here on" if rest.peek(4) else "ends too early: it was cut off"
            yield refused(archive.name, f"the archive {reason}")
    except UnreadableError as error:
        yield refused(archive.name, str(error))


def hidden(name: str) -> bool:
    """What an operating system leaves in folders, such as .DS_Store."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part.strip(".") for part in parts)


def _read_header(rest: Buffer) -> _Header:
    head = rest.take(_HEADER.size)
    if len(head) < _HEADER.size:
        raise UnreadableError("the archive ends too early: it was cut off")
    _mark, flags, method, checksum, packed, whole, name_length, extra_length = _HEADER.unpack(head)
    name, extra = rest.take(name_length), rest.take(extra_length)
    size: int | None = packed
    if packed == _IN_EXTRA:
        size = _long_size(extra, skip=whole == _IN_EXTRA)
    if not size and flags & _SIZES_FOLLOW:
        size = None
    encoding = "utf-8" if flags & _UTF8 else "cp437"
    return _Header(name.decode(encoding, "backslashreplace"), flags, method, checksum, size)


def _long_size(extra: bytes, *, skip: bool) -> int | None:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        sizes = extra[4 : 4 + length][8 * skip :]
        if kind == 1 and len(sizes) >= 8:
            return int.from_bytes(sizes[:8], "little")
        extra = extra[4 + length :]
    return None


class _Member:
    def __init__(self, header: _Header, rest: Buffer) -> None:
        self._header = header
        self._rest = rest
        self._left = header.size
        self.told = False
        self.contents = self._checked(self._stored() if header.method == _STORED else self._inflated())

    def why_not(self) -> str:
        if self._header.flags & _ENCRYPTED:
            return "is encrypted"
        if self._header.method not in (_STORED, _DEFLATED):
            return f"is packed by a method that is not read here ({self._header.method}): unpack it first"
        if self._header.method == _STORED and self._left is None:
            return "stands in the archive without its size: unpack it first"
        return ""

    def pass_over(self) -> None:
        """Go to where the next member begins, whatever was read of this one."""
        told = self.told
        if self._left is None and not self.why_not():
            with suppress(UnreadableError):
                for _piece in self.contents:
                    pass
        self.told = told
        while self._left and self._some():
            pass
        if self._rest.peek(4) not in _NEXT:
            self._rest.go_to(_MARK, 4)

    def _some(self) -> bytes:
        piece = self._rest.some(PIECE if self._left is None else min(PIECE, self._left))
        if self._left is not None:
            self._left -= len(piece)
        return piece

    def _stored(self) -> Pieces:
        while self._left:
            yield self._needed()

    def _inflated(self) -> Pieces:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        yield from inflated(inflating, self._needed)
        self._rest.give_back(inflating.unused_data)
        if self._left is not None:
            self._left += len(inflating.unused_data)

    def _needed(self) -> bytes:
        if self._left == 0:
            raise UnreadableError("is damaged: it is longer than the archive says")
        if piece := self._some():
            return piece
        raise UnreadableError("ends too early: the archive was cut off")

    def _checked(self, pieces: Pieces) -> Pieces:
        try:
            checksum = 0
            for piece in pieces:
                checksum = zlib.crc32(piece, checksum)
                yield piece
            expected = self._header.checksum
            if self._header.flags & _SIZES_FOLLOW and not self._left:
                expected = self._read_descriptor()
            if checksum != expected:
                raise UnreadableError(f"its checksum is not right: {DAMAGED}")
        except UnreadableError:
            self.told = True
            raise

    def _read_descriptor(self) -> int:
        """The checksum that follows a member: with its sizes of four or eight bytes, marked or not."""
        marked = self._rest.peek(4) == DESCRIPTOR
        for length in (12, 20):
            length += 4 * marked
            if self._rest.peek(length + 4)[length:] in _NEXT:
                break
        else:
            raise UnreadableError("is damaged: the archive does not go on after it")
        return int.from_bytes(self._rest.take(length)[4 * marked :][:4], "little")
