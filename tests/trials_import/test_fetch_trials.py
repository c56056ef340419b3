"""Fetching from a registry: one that fails in every way, and this one."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from tests.trials.records import record
from tests.trials_import.reading import line, study
from tests.trials_import.test_import_trials import run, write
from trials.importers import fetching

pytestmark = pytest.mark.django_db

type Answer = tuple[int, dict[str, str], bytes]
NOTHING = "created=0 updated=0 unchanged=0 rejected=0"


def page(*numbers: int, token: str = "", total: int = 3) -> Answer:
    content: dict[str, Any] = {"totalCount": total, "studies": [study(number) for number in numbers]}
    if token:
        content["nextPageToken"] = token
    return 200, {}, json.dumps(content).encode()


class Registry:
    """Gives one answer after the other; `asked` has what it was asked for."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, list[str]]] = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append(parse_qs(urlsplit(self.path).query))
                code, headers, content = registry.answers.pop(0)
                self.send_response(code)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/v2"

    def __enter__(self) -> Registry:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fetching, "PER_MINUTE", 1e9)
    monkeypatch.setattr(fetching, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(fetching, "PAGE_SIZE", 2)
    yield
    (settings.DATA / "fetch.json").unlink(missing_ok=True)


def fetch(registry: Registry, *arguments: object) -> tuple[int, str, list[str]]:
    return run("--base", registry.url, *arguments, command="fetch_trials")


def test_all_pages_are_imported() -> None:
    code, _headers, content = page(3)
    packed = code, {"Content-Encoding": "gzip"}, gzip.compress(content)
    with Registry(page(1, 2, token="a b"), packed) as registry:
        assert fetch(registry) == (0, "created=3 updated=0 unchanged=0 rejected=0", [])
    first = {"format": ["json"], "pageSize": ["2"], "countTotal": ["true"]}
    assert registry.asked == [first, {**first, "pageToken": ["a b"]}]


def test_a_busy_registry_is_asked_again_and_one_that_stays_busy_is_told_and_gone_on_with() -> None:
    busy: Answer = (503, {"Retry-After": "0"}, b"")
    short: Answer = (200, {"Content-Length": "9999"}, b'{"studies": [')
    with Registry(busy, page(1, 2, token="x"), (429, {}, b""), short, busy) as registry:
        again = "asking again in 0 s."
        assert fetch(registry, "--since", "2026-11-03") == (
            1,
            "created=2 updated=0 unchanged=0 rejected=0",
            [
                f"The registry is busy (503): {again}",
                f"The registry is busy (429): {again}",
                f"The registry does not answer (the answer was cut off): {again}",
                "The registry is busy (503).",
            ],
        )
        told = (
            f"The fetch that was interrupted was from {registry.url}: "
            "leave out --base to go on with it, or --resume to begin another one."
        )
        elsewhere = ("--resume", "--base", "https://other.example/api/v2")
        assert run(*elsewhere, command="fetch_trials") == (1, NOTHING, [told])
        registry.answers.append(page(3))
        assert run("--resume", command="fetch_trials") == (
            0,
            "created=1 updated=0 unchanged=0 rejected=0",
            [],
        )
        assert [asked.get("pageToken") for asked in registry.asked] == [None, None, *[["x"]] * 4]
        assert {*map(str, (asked["filter.advanced"] for asked in registry.asked))} == {
            "['AREA[LastUpdatePostDate]RANGE[2026-11-03,MAX]']"
        }
    none = "No fetch was interrupted: fetch without --resume."
    assert run("--resume", command="fetch_trials") == (1, NOTHING, [none])


REFUSALS: dict[str, tuple[Answer, str]] = {
    "a refusal": (
        (400, {}, b"Unknown parameter\x1b\nmore"),
        "The registry refuses (400): Unknown parameter\\x1b",
    ),
    "a gzipped refusal": (
        (400, {"Content-Encoding": "gzip"}, gzip.compress(b"Unknown parameter\nmore")),
        "The registry refuses (400): Unknown parameter",
    ),
    "no gzip after all": (
        (400, {"Content-Encoding": "gzip"}, b"plain"),
        "The registry refuses (400): Bad Request",
    ),
    "a page for people": (
        (404, {"Content-Type": "text/html; charset=utf-8"}, b"<!doctype html>"),
        "The registry refuses (404): Not Found",
    ),
    "a web page": (
        (200, {}, b"<html>"),
        "The registry's answer is no page of studies: it is a web page (HTML): records are needed as JSON.",
    ),
    "a PDF": ((200, {}, b"%PDF"), "The registry's answer is a PDF."),
    "a study": ((200, {}, line(1)), "The registry's answer is no page of studies: it is a study."),
    "nothing": ((200, {}, b""), "The registry's answer is no page of studies: it is empty."),
    "no more": (page(1, total=3), "The registry has 3 studies, and gave 1."),
}


@pytest.mark.parametrize(("answer", "told"), REFUSALS.values(), ids=REFUSALS)
def test_what_a_registry_gives_instead_is_told_in_a_line(answer: Answer, told: str) -> None:
    with Registry(answer) as registry:
        code, _counts, lines = fetch(registry)
    assert (code, lines) == (1, [told])


def test_a_registry_that_gives_the_same_page_for_ever_is_left() -> None:
    with Registry(page(1, 2, token="x"), page(1, 2, token="x")) as registry:
        told = ["The registry does not say which page is next."]
        assert fetch(registry) == (1, "created=2 updated=0 unchanged=0 rejected=0", told)


def test_a_registry_that_changes_meanwhile_has_not_failed() -> None:
    with Registry(page(1, 2, token="x", total=3), page(3, total=4)) as registry:
        told = (
            "The registry has 4 studies, and gave 3: it was changed meanwhile, "
            "and --since brings what is missing."
        )
        assert fetch(registry) == (0, "created=3 updated=0 unchanged=0 rejected=0", [told])


def test_a_full_disk_is_not_the_registrys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, content: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", lambda size: Full())
    with Registry(page(1)) as registry:
        where = tempfile.gettempdir()
        told = f"{where} cannot take the registry's answer: No space left on device."
        assert fetch(registry) == (1, NOTHING, [told])


def test_an_address_is_needed() -> None:
    none = "No registry is named: say its address with --base, or in TRIALDESK_REGISTRY."
    assert run(command="fetch_trials") == (1, NOTHING, [none])
    for wrong in ("file:///etc/passwd", "registry.example", "http://", "https://a/?b"):
        told = f"{wrong} is no address of an API, such as https://registry.example/api/v2."
        assert run("--base", wrong, command="fetch_trials") == (1, NOTHING, [told])


def test_a_bad_record_is_rejected_alone() -> None:
    odd = json.dumps({"studies": [study(1), [], study(2)]})
    with Registry((200, {}, odd.encode())) as registry:
        assert fetch(registry) == (
            1,
            "created=2 updated=0 unchanged=0 rejected=1",
            ["page 1:1 studies[1]: an object is needed, not a list"],
        )


def test_waiting_is_polite_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PER_MINUTE", 40)
    slept: list[float] = []
    with Registry(
        (429, {"Retry-After": "99999"}, b""),
        (503, {"Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT"}, b""),
        page(),
    ) as server:
        fetching.Registry(tell=lambda line: None, sleep=slept.append).answer(f"{server.url}/studies")
    first, longest, second, past, third = slept
    assert (first, longest, past) == (0, fetching.LONGEST_PAUSE, 0)
    assert 1 < second <= 1.5
    assert 1 < third <= 1.5


def test_what_this_product_hands_on_is_what_it_imported(live_server: Any, tmp_path: Path) -> None:
    """As another one would fetch it, page by page; here every record is the one that is there already."""
    run(write(tmp_path / "studies", record(), *map(study, range(1, 6))))
    address = ("--base", f"{live_server.url}/api/v2")
    assert run(*address, command="fetch_trials") == (0, "created=0 updated=0 unchanged=6 rejected=0", [])
    since = (*address, "--since", "2024-01-01")
    assert run(*since, command="fetch_trials") == (0, NOTHING, [])
