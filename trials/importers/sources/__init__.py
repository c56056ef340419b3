"""Records of studies from files in every shape in which people have them.

A file is one study, a list of studies, a page of the registry's API v2, or any number of these one after
another, as in JSON lines; in UTF-8, UTF-16 or UTF-32; as it is, gzipped, in a zip archive or in a folder.
What a file is shows in its content, whatever it is called. No more of it is held than a record and a little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path

from trials.importers.incoming import Incoming, Refused
from trials.importers.sources.files import Heard, files
from trials.importers.sources.framing import Framing
from trials.importers.sources.texts import Window, texts
from trials.importers.sources.unpacking import unpacked

__all__ = ["records"]


def records(
    paths: Iterable[Path], *, stdin: BufferedIOBase | None = None, heard: Heard = lambda size: None
) -> Iterator[Incoming | Refused]:
    """What is in the files, in their order; `-` is standard input.

    Nothing is raised on account of what is in them. `heard` is told of the bytes as they are read.
    """
    for file in files(paths, stdin, heard):
        for source in [file] if isinstance(file, Refused) else unpacked(file):
            if isinstance(source, Refused):
                yield source
            else:
                yield from Framing(Window(texts(source.pieces)), source.name)
