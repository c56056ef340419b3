"""The wrapper that Django looks for in a database engine."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config.embedded import EmbeddedServer


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects to the embedded server, which so runs only when there is something to ask it."""

    def get_connection_params(self) -> dict[str, Any]:
        server = EmbeddedServer.of(settings.DATA, durable=settings.MODE != "test")
        server.join()
        # For `dbshell` and other programs that read the settings of the connection.
        self.settings_dict["HOST"] = str(server.socket_folder)
        return super().get_connection_params()
