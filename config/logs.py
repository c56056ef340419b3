"""Logs that tell where something failed, but not on which data."""

import logging
import traceback
from types import TracebackType


class DiscreetFormatter(logging.Formatter):
    """Tracebacks without the exceptions' messages: those quote rows and input, so a patient."""

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines += traceback.format_tb(error.__traceback__)
            lines.append(f"{type(error).__module__}.{type(error).__qualname__} (message withheld)\n")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()
