"""`make run`: from an empty folder to a served page, and nothing left when it ends."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from config.embedded import EmbeddedServer
from config.management.commands.serve import free_port
from tests.served import PATIENCE, a_free_port, data_folder, serve, wait_for_page


@pytest.fixture
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


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
