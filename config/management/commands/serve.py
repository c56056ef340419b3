"""The demonstration: bring the database and the static files up to date, and serve until Ctrl-C."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from gunicorn.app.base import BaseApplication

from config import gunicorn
from screening.demo import accounts


class Command(BaseCommand):
    help = "Serves the demonstration on 127.0.0.1:PORT (8000), after preparing whatever is out of date."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE != "demo":
            raise CommandError("This serves the demonstration; the README tells how production starts.")
        port = free_port(os.environ.get("PORT") or "8000")
        # From here to the end of this process the embedded server stays, if it is the one.
        connection.ensure_connection()
        if MigrationExecutor(connection).migration_plan(
            MigrationExecutor(connection).loader.graph.leaf_nodes()
        ):
            migrate()
        call_command("load_fixtures", verbosity=0)
        collect_static()
        connections.close_all()
        Server(port, self.stdout.write).run()


class Server(BaseApplication):
    """Gunicorn with this process as its master, so that no server is left behind when it ends."""

    def __init__(self, port: int, say: Any) -> None:
        self.port = port
        self.say = say
        super().__init__()

    def load_config(self) -> None:
        for name, value in vars(gunicorn).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.set("bind", f"127.0.0.1:{self.port}")
        self.cfg.set("when_ready", self.when_ready)

    def load(self) -> Any:
        from config.wsgi import application

        return application

    def when_ready(self, arbiter: Any) -> None:
        # To Gunicorn a closed terminal is a wish to reload; here it is the end.
        signal.signal(signal.SIGHUP, lambda *_: arbiter.SIG_QUEUE.put_nowait(signal.SIGTERM))
        self.say(f"\nTrialdesk serves at http://127.0.0.1:{self.port}/ until Ctrl-C.\n")
        self.say("\n".join(accounts().lines()))


def free_port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is {text!r}, which is no port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise CommandError(
                f"Port {text} cannot be had ({error.strerror}): start with another, as in PORT=8001 make run."
            ) from error
    return int(text)


def migrate() -> None:
    """In a process of its own: this one turns into the web server, which must not know the owner."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
    if subprocess.run(command, check=False).returncode:
        raise CommandError("The database could not be migrated.")


def collect_static() -> None:
    """Collect the static files if one has changed since the last time: compressing them takes seconds."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(digest.hexdigest())
