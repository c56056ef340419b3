"""What `records` finds in files that a test writes."""

from __future__ import annotations

import io
import json
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
