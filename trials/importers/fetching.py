"""Pages of studies from a registry whose API is that of ClinicalTrials.gov, version 2.

It is asked at a polite rate, and again after a while when it is busy or cannot be reached.
"""

from __future__ import annotations

import json
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from trials.importers.incoming import Incoming, Refused
from trials.importers.sources.framing import Framing
from trials.importers.sources.pieces import PIECE, Source
from trials.importers.sources.texts import Window, texts
from trials.importers.sources.unpacking import unpacked
from trials.importers.sources.values import shown

PAGE_SIZE = 500
PER_MINUTE = 40  # requests
PATIENCE = 60.0  # seconds without a byte of an answer
# Seconds between attempts where the registry does not say how long; and the most that it may say.
PAUSES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
LONGEST_PAUSE = 600.0

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_IN_MEMORY = 16 * 2**20  # bytes of a page; a longer one goes to a file


class FetchError(Exception):
    """The registry does not give what was asked for: one line says why."""


@dataclass(frozen=True)
class Fetch:
    """What is fetched, and how far that has come: `token` names the next page, and is empty for the first."""

    base: str
    since: str = ""
    token: str = ""
    pages: int = 0
    studies: int = 0
    total: int = 0
    changed: bool = False  # whether the registry said another total before

    @property
    def url(self) -> str:
        asked = {"format": "json", "pageSize": str(PAGE_SIZE), "countTotal": "true"}
        if self.since:
            asked["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{self.since},MAX]"
        if self.token:
            asked["pageToken"] = self.token
        return f"{self.base}/studies?{urlencode(asked)}"


def new(base: str, since: date | None = None) -> Fetch:
    """Raises `FetchError` where the address is none."""
    parts = urlsplit(base)
    if not base:
        raise FetchError("No registry is named: say its address with --base, or in TRIALDESK_REGISTRY.")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise FetchError(f"{shown(base)} is no address of an API, such as https://registry.example/api/v2.")
    return Fetch(base.rstrip("/"), since.isoformat() if since else "")


def unfinished(path: Path, base: str = "") -> Fetch:
    """The fetch that was interrupted. Raises `FetchError` where there is none, or it had another base."""
    try:
        fetch = Fetch(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        raise FetchError("No fetch was interrupted: fetch without --resume.") from None
    if base and base.rstrip("/") != fetch.base:
        raise FetchError(
            f"The fetch that was interrupted was from {shown(fetch.base, 300)}: "
            "leave out --base to go on with it, or --resume to begin another one."
        )
    return fetch


def remember(path: Path, fetch: Fetch) -> None:
    """So that it can be gone on with; a fetch that has come to its end is forgotten."""
    if not fetch.token:
        path.unlink(missing_ok=True)
        return
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(fetch)))
    draft.replace(path)


class Page:
    """The records of one answer. When they have been read, `following` is the fetch at the page after it."""

    def __init__(self, fetch: Fetch, file: IO[bytes]) -> None:
        self.following = fetch
        self._file = file

    def __iter__(self) -> Iterator[Incoming | Refused]:
        fetch = self.following
        name = f"page {fetch.pages + 1}"
        source = next(unpacked(Source(name, iter(lambda: self._file.read(PIECE), b""))))
        if isinstance(source, Refused):
            raise FetchError(f"The registry's answer {source.problems[0]}.")
        framing, count = Framing(Window(texts(source.pieces)), name), 0
        for found in framing:
            if framing.page is None:
                what = str(found.problems[0]) if isinstance(found, Refused) else "is a study"
                raise FetchError(f"The registry's answer is no page of studies: it {what}.")
            count += 1
            yield found
        beside = framing.page or {}
        token = beside.get("nextPageToken") or ""
        if not isinstance(token, str) or (token and token == fetch.token):
            raise FetchError("The registry does not say which page is next.")
        said = beside.get("totalCount")
        total = said if isinstance(said, int) else fetch.total
        self.following = replace(
            fetch,
            token=token,
            pages=fetch.pages + 1,
            studies=fetch.studies + count,
            total=total,
            changed=fetch.changed or (fetch.pages > 0 and total != fetch.total),
        )


class Registry:
    """Asks, politely: at a bounded rate, and when it is told to wait it does."""

    def __init__(self, tell: Callable[[str], object], sleep: Callable[[float], object] = time.sleep) -> None:
        self._period = 60 / PER_MINUTE
        self._tell = tell
        self._sleep = sleep
        self._next_at = 0.0

    def answer(self, url: str) -> IO[bytes]:
        """What the registry answers, whole. Raises `FetchError` when it does not after several attempts."""
        for pause in (*PAUSES, None):
            self._sleep(max(0.0, self._next_at - time.monotonic()))
            self._next_at = time.monotonic() + self._period
            try:
                return self._download(url)
            except HTTPError as error:
                if error.code not in _BUSY:
                    raise FetchError(f"The registry refuses ({error.code}): {_said(error)}") from error
                reason, asked = f"is busy ({error.code})", _retry_after(error)
            except (OSError, HTTPException) as error:
                reason, asked = f"does not answer ({shown(str(error) or type(error).__name__)})", None
            if pause is None:
                raise FetchError(f"The registry {reason}.")
            pause = pause if asked is None else min(asked, LONGEST_PAUSE)
            self._tell(f"The registry {reason}: asking again in {pause:.0f} s.")
            self._sleep(pause)
        raise AssertionError

    def _download(self, url: str) -> IO[bytes]:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "Trialdesk"}
        file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (the caller closes it)
        # The scheme is one of the web's: see `new`.
        with urlopen(Request(url, headers=headers), timeout=PATIENCE) as response:  # noqa: S310
            while piece := response.read(PIECE):
                try:
                    file.write(piece)
                except OSError as error:
                    where = tempfile.gettempdir()
                    raise FetchError(
                        f"{where} cannot take the registry's answer: {error.strerror}."
                    ) from error
            if response.length:
                raise ConnectionError("the answer was cut off")
        file.seek(0)
        return file


def _said(error: HTTPError) -> str:
    """The first line of a refusal, which may come gzipped; of a page for people the reason of its status."""
    if error.headers.get_content_type() == "text/html":
        return shown(error.reason, 300)
    content = error.read(1000)
    if error.headers.get("Content-Encoding") == "gzip":
        try:
            content = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, 1000)
        except zlib.error:
            return shown(error.reason, 300)
    return shown(content.decode(errors="replace").partition("\n")[0], 300)


def _retry_after(error: HTTPError) -> float | None:
    """Seconds, which the header has as such or as a time; None where it says nothing."""
    said = error.headers.get("Retry-After", "")
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
