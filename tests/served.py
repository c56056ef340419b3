"""The demonstration as `make run` serves it, in a process of its own: for tests, and for the tour."""

import os
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

MANAGE = Path(__file__).parents[1] / "manage.py"
PATIENCE = 300


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


def serve(data: Path, port: int, *, in_own_session: bool = False) -> subprocess.Popen[str]:
    said = {"TRIALDESK_MODE": "demo", "TRIALDESK_DATA": str(data), "PORT": str(port)}
    unsaid = dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "TRIALDESK_PATIENT_KEY"), "")
    return subprocess.Popen(
        [sys.executable, str(MANAGE), "serve"],
        env={**os.environ, **unsaid, **said},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=in_own_session,
    )


def wait_for_page(server: subprocess.Popen[str], url: str) -> str:
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience and server.poll() is None:
        try:
            with urllib.request.urlopen(url) as response:
                assert response.status == HTTPStatus.OK
                return response.read().decode()
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise RuntimeError(f"no page; it said: {server.communicate()[0]}")


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of one with data of its own, which goes when it ends."""
    port = a_free_port()
    address = f"http://127.0.0.1:{port}"
    with data_folder() as data:
        server = serve(data, port)
        try:
            wait_for_page(server, f"{address}/trials/")
            yield address
        finally:
            server.terminate()
            server.communicate(timeout=PATIENCE)
