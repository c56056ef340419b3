"""How the web server runs: `gunicorn --config python:config.gunicorn`."""

import gc
import os
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
wsgi_app = "config.wsgi"
# Loaded once, before there are workers: what refuses to start does so once and at once.
preload_app = True
worker_class = "gthread"
workers = 2
threads = 4
# Connections that a browser opens ahead must not keep a stopping server waiting.
graceful_timeout = 5
# A request for many studies names each in its address.
limit_request_line = 8190
control_socket_disable = True
loglevel = "error"


def on_starting(server: Any) -> None:
    """What every worker reads and none changes is read once, and shared."""
    from trials import cities  # only now are there settings
    from trials.searching import synonyms

    synonyms.expansions(["anything"])
    cities.prepare()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """A terminal's Ctrl-C is for the master alone, which then ends the workers one signal each."""
    os.setpgrp()


def post_worker_init(worker: Any) -> None:
    """Each worker keeps the search index up to date; the one that is first at a change writes it."""
    from trials.searching import catching_up  # only now are there models

    catching_up.keep_up()
