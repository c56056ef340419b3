"""How the web server runs: `gunicorn --config python:config.gunicorn`."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
wsgi_app = "config.wsgi"
worker_class = "gthread"
workers = 2
threads = 4
# Connections that a browser opens ahead must not keep a stopping server waiting.
graceful_timeout = 5
control_socket_disable = True
loglevel = "error"
