"""`make run`: from an empty folder to a served page, and nothing left when it ends."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from config.embedded import EmbeddedServer
from config.management.commands.serve import free_port

PATIENCE = 120


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that root's server may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="trialdesk-serve-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(data: Path, port: int) -> subprocess.Popen[str]:
    said = {"TRIALDESK_MODE": "demo", "TRIALDESK_DATA": str(data), "PORT": str(port)}
    unsaid = dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "TRIALDESK_PATIENT_KEY"), "")
    return subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve"],
        env={**os.environ, **unsaid, **said},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
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
    pytest.fail(f"no page; it said: {server.communicate()[0]}")


def test_it_serves_keeps_its_data_and_leaves_nothing_behind(data: Path) -> None:
    port = a_free_port()
    keys = []
    for number in (signal.SIGINT, signal.SIGTERM):
        server = serve(data, port)
        assert "Trialdesk" in wait_for_page(server, f"http://127.0.0.1:{port}/trials/")
        keys.append((data / "secret-key").read_text())

        late = serve(data, port)
        [complaint] = late.communicate(timeout=PATIENCE)[0].splitlines()
        assert late.returncode == 1
        assert f"Port {port} cannot be had" in complaint

        server.send_signal(number)
        said, _ = server.communicate(timeout=PATIENCE)
        assert f"http://127.0.0.1:{port}/" in said
        assert "administrator@trialdesk.example" in said
        assert "Traceback" not in said
        assert not EmbeddedServer(data)._processes()
        assert free_port(str(port)) == port
    assert keys[0] == keys[1]


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
def test_what_is_no_port_is_said_so(text: str) -> None:
    with pytest.raises(CommandError, match="no port number"):
        free_port(text)
