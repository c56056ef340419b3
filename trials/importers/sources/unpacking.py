"""Files are known by what is in them, not by their names: packed ones are unpacked as they are read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from trials.importers.incoming import Refused, refused
from trials.importers.sources.pieces import PIECE, Buffer, Pieces, Source, UnreadableError, inflated
from trials.importers.sources.zipped import members

MOST_LAYERS = 4  # of packing: there are archives that hold themselves

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# How files begin that are brought by mistake.
OTHERS = (
    (b"BZh", "is packed with bzip2: unpack it first"),
    (b"\xfd7zXZ\0", "is packed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it first"),
    (b"Rar!", "is a RAR archive: unpack it first"),
    (b"%PDF", "is a PDF"),
    (b"PAR1", "is a Parquet file"),
    (b"SQLite format 3\0", "is an SQLite database"),
)
TAR = slice(257, 262), b"ustar"


def unpacked(source: Source, layers: int = 0) -> Iterator[Source | Refused]:
    """What is in a file: itself, or what it packs, however often."""
    buffer = Buffer(source.pieces)
    try:
        head = buffer.peek(TAR[0].stop)
    except UnreadableError as error:
        yield refused(source.name, str(error))
        return
    whole = Source(source.name, buffer.rest())
    if head.startswith((GZIP, *ZIP)) and layers == MOST_LAYERS:
        yield refused(source.name, f"is packed more than {MOST_LAYERS} times over")
    elif head.startswith(GZIP):
        yield from unpacked(Source(source.name, _gunzipped(whole.pieces)), layers + 1)
    elif head.startswith(ZIP):
        for member in members(whole):
            yield from [member] if isinstance(member, Refused) else unpacked(member, layers + 1)
    elif head[TAR[0]] == TAR[1]:
        yield refused(source.name, "is a tar archive: unpack it first")
    elif reason := next((reason for start, reason in OTHERS if head.startswith(start)), ""):
        yield refused(source.name, reason)
    else:
        yield whole


def _gunzipped(pieces: Pieces) -> Pieces:
    """Of one member or of several, as `cat a.gz b.gz` makes them."""
    rest = Buffer(pieces)

    def more() -> bytes:
        if piece := rest.some(PIECE):
            return piece
        raise UnreadableError("ends too early: its gzip data was cut off")

    while head := rest.peek(2):
        if head != GZIP:
            raise UnreadableError("something that is not gzip data follows the end of its gzip data")
        inflating = zlib.decompressobj(16 + zlib.MAX_WBITS)
        yield from inflated(inflating, more)
        rest.give_back(inflating.unused_data)
        while rest.peek(1) == b"\0":  # padding
            rest.give_back(rest.some(PIECE).lstrip(b"\0"))
