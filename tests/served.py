"""The demonstration as `make run` serves it, in a process of its own: for tests, and for the tour."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Self

import psutil

MANAGE = Path(__file__).parents[1] / "manage.py"
PATIENCE = 300
_numbers = itertools.count(1)


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that root's server may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="trialdesk-serve-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One that starts, and ends with the context at the latest.

    It writes what it says to a file: a pipe that nobody empties would stop it after 64 KB.
    """

    process: subprocess.Popen[bytes]

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self._log = data / f"said-{next(_numbers)}.log"
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        said = {"TRIALDESK_MODE": "demo", "TRIALDESK_DATA": str(self.data), "PORT": str(self.port)}
        unsaid = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "TRIALDESK_PATIENT_KEY")
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(MANAGE), "serve"],
                env={**os.environ, **dict.fromkeys(unsaid, ""), **said},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def page(self) -> str:
        """The list of trials, as soon as it is served."""
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/trials/", timeout=PATIENCE) as response:
                    assert response.status == HTTPStatus.OK
                    return response.read().decode()
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"no page; it said: {self.said()}")

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def wait(self) -> int:
        return self.process.wait(timeout=PATIENCE)

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)  # none is sent to a process that has ended
        self.wait()

    def kill(self) -> None:
        """With its workers: each is in a process group of its own, and would answer for a while."""
        if self.process.poll() is None:
            workers = psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            for worker in workers:
                worker.kill()
            psutil.wait_procs(workers, timeout=PATIENCE)
        self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of one with data of its own, which goes when it ends."""
    with data_folder() as data, Server(data, a_free_port()) as server:
        server.page()
        yield server.address
