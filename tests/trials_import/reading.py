"""What `records` finds in files that a test writes."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from trials.importers.incoming import Incoming, Refused
from trials.importers.sources import records


def study(number: int, **sections: Any) -> dict[str, Any]:
    """As small a study as there is."""
    return {"protocolSection": {"identificationModule": {"nctId": nct(number)}}, **sections}


def nct(number: int) -> str:
    return f"NCT{number:08}"


def line(number: int) -> bytes:
    return json.dumps(study(number)).encode()


def found(*paths: Path, stdin: bytes | None = None) -> tuple[list[Incoming], list[Refused]]:
    everything = list(records(paths, stdin=None if stdin is None else io.BytesIO(stdin)))
    return (
        [one for one in everything if isinstance(one, Incoming)],
        [one for one in everything if isinstance(one, Refused)],
    )


def read(content: bytes) -> tuple[list[int], list[str]]:
    """The numbers of the studies in a file of this content, and a line for each thing that was refused."""
    incoming, refused = found(Path("-"), stdin=content)
    return [int(one.nct_id.removeprefix("NCT") or -1) for one in incoming], list(map(told, refused))


def told(refused: Refused) -> str:
    [problem] = refused.problems
    return " ".join(filter(None, (refused.where.replace("stdin", "-"), refused.nct_id, str(problem))))


def zipped(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as writer:
        for name, content in files.items():
            writer.writestr(name, content)
    return archive.getvalue()


class Pipe(io.RawIOBase):
    """Can be written to and does nothing else, so that an archive has its sizes behind its members."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.content += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


def zipped_into_a_pipe(files: dict[str, bytes]) -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as writer:  # type: ignore[arg-type]
        for name, content in files.items():
            with writer.open(name, "w", force_zip64=name.startswith("long")) as member:
                member.write(content)
    return pipe.content
