"""What production writes to its log holds no patient."""

import logging
import sys

from config.logs import DiscreetFormatter


def logged() -> str:
    try:
        try:
            raise ValueError("Failing row contains (P-001, 1970-01-01)")
        except ValueError as error:
            raise RuntimeError("no place for P-001") from error
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    return DiscreetFormatter("{levelname} {message}", style="{").format(record)


def test_a_traceback_says_where_and_which_kind() -> None:
    text = logged()
    assert text.startswith("ERROR it failed\n")
    assert "test_logs.py" in text
    assert "builtins.RuntimeError (message withheld)" in text
    assert "builtins.ValueError (message withheld)" in text


def test_a_message_is_withheld_even_where_it_was_the_cause() -> None:
    shown = [line for line in logged().splitlines() if not line.lstrip().startswith("raise ")]
    assert "P-001" not in "\n".join(shown)
