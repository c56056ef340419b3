"""Bytes as text, and the part of a text that is looked at."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from trials.importers.sources.pieces import Buffer, Pieces, UnreadableError

# Between records nothing else means anything: with commas between them, or without those in a list, it is
# the same records. A byte order mark is in the middle where files were put together.
_BETWEEN = re.compile("[ \t\r\n,\ufeff]*")


def texts(pieces: Pieces) -> Iterator[str]:
    """The text: UTF-8, or UTF-16 or UTF-32 as one sees from its first bytes.

    What is not UTF-8 becomes halves of surrogate pairs, which no UTF-8 has, so that it spoils only the record
    that it is in.
    """
    buffer = Buffer(pieces)
    head = buffer.peek(4)
    encoding = json.detect_encoding(head) if head.strip(b"\0")[:1] in b" \t\r\n[{\xff\xfe\xef" else "utf-8"
    utf8 = encoding.startswith("utf-8")
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if utf8 else "surrogatepass")
    try:
        for piece in buffer.rest():
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not {encoding.upper()} from here on") from error


class Window:
    """What is at hand of a long text: what was read is let go, and what follows is fetched when asked for.

    Positions are within `text`, and hold until more is fetched.
    """

    def __init__(self, pieces: Iterator[str], line: int = 1) -> None:
        self._pieces = pieces
        self.text = ""
        self.at = 0
        self.line = line
        self.failure = ""  # why the text ends where it does, if it should not

    def more(self, most: int) -> bool:
        """Fetch about as much again as there is, so that there is no more than `most`; False at the end."""
        left = self.text[self.at :]
        fetched, wanted = [left], max(1, min(len(left), most - len(left)))
        try:
            for piece in self._pieces:
                fetched.append(piece)
                wanted -= len(piece)
                if wanted <= 0:
                    break
        except UnreadableError as error:
            self.failure = str(error)
        self.text, self.at = "".join(fetched), 0
        return len(self.text) > len(left)

    def next(self) -> str:
        """The next character that is not between records; "" at the end."""
        while True:
            found = _BETWEEN.match(self.text, self.at)
            self.take(found.end() - self.at if found else 0)
            if self.at < len(self.text) or not self.more(0):
                return self.text[self.at : self.at + 1]

    def take(self, length: int) -> str:
        taken = self.text[self.at : self.at + length]
        self.line += taken.count("\n")
        self.at += length
        return taken
