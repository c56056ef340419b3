"""The embedded server: shared, stopped by the last, and started again whatever was left behind."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from config.embedded import EmbeddedServer, EmbeddedServerError

# The signals as a terminal has them: under nohup, or in the background, some are ignored from the start.
USER = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from config.embedded import EmbeddedServer
EmbeddedServer(Path(sys.argv[1]), durable=False).join()
print("joined", flush=True)
sys.stdin.read()
"""
Joined = subprocess.Popen[str]


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that root's server may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="trialdesk-embedded-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def join(data: Path) -> Iterator[Callable[[], Joined]]:
    """Start another process that uses the server."""
    processes: list[Joined] = []

    def start() -> Joined:
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "joined\n"
        return process

    yield start
    for process in processes:
        end(process)
    seen(data).leave()


def seen(data: Path) -> EmbeddedServer:
    return EmbeddedServer(data, durable=False)


def end(process: Joined, number: int = signal.SIGTERM) -> None:
    process.send_signal(number)
    process.wait(timeout=30)
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


def answers(data: Path) -> bool:
    """Whether the server takes the application role's connection."""
    try:
        folder = str(seen(data).socket_folder)
        with psycopg.connect(host=folder, user="trialdesk", dbname="trialdesk") as connection:
            return connection.execute("select current_user").fetchone() == ("trialdesk",)
    except psycopg.OperationalError:
        return False


def test_whoever_leaves_last_stops_it(data: Path, join: Callable[[], Joined]) -> None:
    first, second = join(), join()
    end(first)
    assert answers(data)
    end(second)
    assert not seen(data)._processes()
    assert not (data / "postgres/postmaster.pid").exists()


def test_many_first_starts_share_one_server(data: Path, join: Callable[[], Joined]) -> None:
    with ThreadPoolExecutor() as pool:
        processes = [future.result() for future in [pool.submit(join) for _ in range(4)]]
    assert answers(data)
    for process in processes:
        process.terminate()
    for process in processes:
        end(process)
    assert not seen(data)._processes()


def test_a_signal_stops_it(data: Path, join: Callable[[], Joined]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        end(join(), number)
        assert not seen(data)._processes()


def test_a_server_that_a_killed_process_left_is_used_and_stopped(
    data: Path, join: Callable[[], Joined]
) -> None:
    end(join(), signal.SIGKILL)
    [left, *_] = seen(data)._processes()
    process = join()
    assert left in seen(data)._processes()
    end(process)
    assert not seen(data)._processes()


def test_a_killed_server_is_started_again_for_the_next_connection(
    data: Path, join: Callable[[], Joined]
) -> None:
    join()
    with psycopg.connect(
        host=str(seen(data).socket_folder), user="trialdesk_owner", dbname="trialdesk"
    ) as connection:
        connection.execute("set synchronous_commit = on")
        connection.execute("create table kept as select 1 as one")
    os.kill(int((data / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    server = seen(data)
    while server._answers():
        time.sleep(0.01)
    server.join()
    assert answers(data)
    with psycopg.connect(host=str(server.socket_folder), user="trialdesk_owner", dbname="trialdesk") as again:
        assert again.execute("select one from kept").fetchone() == (1,)
    server.leave()


def test_a_stale_process_file_is_no_obstacle(data: Path, join: Callable[[], Joined]) -> None:
    somebody_else, nobody = os.getpid(), 2**22 + 1
    for content in (f"{somebody_else}\n/elsewhere\n", f"{nobody}\n/elsewhere\n", "12", "", "no number\n"):
        end(join())
        (data / "postgres/postmaster.pid").write_text(content)
        (seen(data).socket_folder / ".s.PGSQL.5432.lock").write_text(content)
    join()
    assert answers(data)


def test_a_cluster_of_another_version_is_named(data: Path) -> None:
    (data / "postgres").mkdir()
    (data / "postgres/PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedServerError, match=r"was created by PostgreSQL 16, and this is 18: set"):
        seen(data).join()


def test_a_folder_that_is_no_cluster_is_named(data: Path) -> None:
    (data / "postgres").mkdir()
    with pytest.raises(EmbeddedServerError, match=r"PG_VERSION: No such file.*Set TRIALDESK_DATA"):
        seen(data).join()


def test_a_data_folder_that_cannot_be_made_is_named(data: Path) -> None:
    (data / "file").touch()
    with pytest.raises(EmbeddedServerError, match=r"Set TRIALDESK_DATA to a folder of yours"):
        seen(data / "file/data").join()


def test_a_server_that_does_not_start_says_why(data: Path, join: Callable[[], Joined]) -> None:
    end(join())
    with (data / "postgres/postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = 'plenty'\n")
    with pytest.raises(EmbeddedServerError, match=r"PostgreSQL does not start: .*more in .*server\.log"):
        seen(data).join()


def test_a_deep_folder_has_its_socket_in_a_private_short_one(data: Path) -> None:
    deep = data / ("d" * 100)
    deep.mkdir(mode=0o711)
    server = seen(deep)
    assert len(str(server.socket_folder)) < 40
    server.join()
    try:
        assert answers(deep)
        assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    finally:
        server.leave()
        server.socket_folder.rmdir()


def test_a_socket_folder_that_somebody_else_made_is_refused(data: Path) -> None:
    deep = data / secrets.token_hex(50)
    deep.mkdir(mode=0o711)
    server = seen(deep)
    server.socket_folder.mkdir(mode=0o777)
    try:
        with pytest.raises(EmbeddedServerError, match="is not a private folder"):
            server.join()
    finally:
        server.leave()
        server.socket_folder.rmdir()


def test_nobody_else_is_let_in(data: Path, join: Callable[[], Joined]) -> None:
    join()
    folder = seen(data).socket_folder
    assert folder.stat().st_mode & 0o777 == 0o700
    rules = (data / "postgres/pg_hba.conf").read_text().split("\n")
    assert rules == ["local all all peer map=trialdesk", ""]
    if os.geteuid() == 0:  # only root can try as somebody else
        folder.chmod(0o755)
        (folder / ".s.PGSQL.5432").chmod(0o777)
        attempt = [shutil.which("psql") or "psql", "-h", str(folder), "-U", "postgres", "-c", "select 1"]
        tried = subprocess.run(attempt, user="nobody", cwd="/", capture_output=True, text=True, check=False)
        assert "authentication failed" in tried.stderr
