"""From paths to the files that are meant: folders with all that is in them, and standard input."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path

from trials.importers.incoming import Refused, refused
from trials.importers.sources.pieces import PIECE, Pieces, Source, UnreadableError
from trials.importers.sources.values import shown
from trials.importers.sources.zipped import hidden

STDIN = Path("-")
_LONGEST_NAME = 1000

type Heard = Callable[[int], object]  # is told how many bytes were read


def files(paths: Iterable[Path], stdin: BufferedIOBase | None, heard: Heard) -> Iterator[Source | Refused]:
    for path in paths:
        if path != STDIN:
            for found in _at(path):
                yield found if isinstance(found, Refused) else Source(_name(found[0]), _read(found[0], heard))
        elif stdin is None:
            yield refused("stdin", "standard input is closed")
        else:
            yield Source("stdin", _pieces(stdin, heard))


def total_size(paths: Iterable[Path]) -> int | None:
    """How many bytes there are to read; None where that shows only in the end."""
    total = 0
    for path in paths:
        for found in _at(path) if path != STDIN else [None]:
            if not isinstance(found, Refused):
                if not found or not stat.S_ISREG(found[1].st_mode):
                    return None
                total += found[1].st_size
    return total


def _at(asked: Path) -> Iterator[tuple[str, os.stat_result] | Refused]:
    """The file; or all that are not hidden in a folder and its folders, by their names.

    Links are followed, and a folder that is reached in several ways, or from within itself, is read once.
    Pipes and devices are read where they were asked for, and only there: one in a folder might never end.
    """
    folders, found_none = set[tuple[int, int]](), True
    pending = [("", iter([str(asked)]))]
    while pending:
        folder, names = pending[-1]
        name = next(names, None)
        if name is None:
            pending.pop()
            continue
        path = os.path.join(folder, name)
        try:
            found = os.stat(path)
            if not stat.S_ISDIR(found.st_mode):
                found_none = False
                if folder and not stat.S_ISREG(found.st_mode):
                    yield refused(_name(path), "is a pipe, socket or device, which is not read in a folder")
                else:
                    yield path, found
            elif (key := (found.st_dev, found.st_ino)) not in folders:
                folders.add(key)
                inner = sorted(name for name in os.listdir(path) if not hidden(name))
                pending.append((path, iter(inner)))
        except (OSError, ValueError) as error:
            found_none = False
            yield refused(_name(path), _why(error))
    if found_none:
        others = f", nor in the {len(folders) - 1} within it" if len(folders) > 1 else ""
        yield refused(_name(str(asked)), f"no study was found: there is no file in this folder{others}")


def _read(path: str, heard: Heard) -> Pieces:
    try:
        with open(path, "rb") as file:
            yield from _pieces(file, heard)
    except OSError as error:
        raise UnreadableError(_why(error)) from error


def _pieces(file: BufferedIOBase, heard: Heard) -> Pieces:
    try:
        while piece := file.read1(PIECE):
            heard(len(piece))
            yield piece
    except (OSError, ValueError) as error:
        raise UnreadableError(_why(error)) from error


def _why(error: OSError | ValueError) -> str:
    """A ValueError is a NUL in a path, or a file that somebody else has closed."""
    return f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"


def _name(path: str) -> str:
    return shown(path, _LONGEST_NAME)
