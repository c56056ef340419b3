"""Where `make run` serves."""

import pytest
from django.core.management.base import CommandError

from config.management.commands.serve import free_port


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
def test_what_is_no_port_is_said_so(text: str) -> None:
    with pytest.raises(CommandError, match="no port number"):
        free_port(text)
