"""One run of an import: batch by batch into the database, with what becomes of each record."""

from __future__ import annotations

import gc
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from config.context import acting_as, system
from trials.importers.bulk import merge
from trials.importers.incoming import Incoming, Numbers, Refused

# A batch is what is lost when the process is killed, and what has to fit into memory.
MOST_RECORDS = 500
MOST_BYTES = 8 * 2**20

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Signals that ask for an end raise KeyboardInterrupt; within `held` only a second one does."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._held = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield  # elsewhere Python hears none
            return
        # What nohup or a script has ignored stays so.
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self._hear) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self.signal:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        again, self.signal = self.signal, number
        if again or not self._held:
            raise KeyboardInterrupt


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Records are very many objects in no circles: to look for those all the time takes a quarter of it."""
    before, already_frozen = gc.get_threshold(), gc.get_freeze_count()
    if not already_frozen:
        gc.freeze()
    gc.set_threshold(1_000_000, *before[1:])  # more than there are of one batch
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not already_frozen:
            gc.unfreeze()


class Run:
    """`actor` is on whose behalf it imports. `rejected` is told of each record that was not imported."""

    def __init__(
        self, actor: str, *, rejected: Callable[[Refused], object], interruption: Interruption
    ) -> None:
        self.counts = Counter(created=0, updated=0, unchanged=0, rejected=0)
        self._context = system(actor, edits_content=True, importing=True)
        self._rejected = rejected
        self._interruption = interruption
        self._taken = Numbers()
        self._batch: list[Incoming] = []
        self._size = 0

    @property
    def seen(self) -> int:
        return self.counts.total()

    def take(self, found: Incoming | Refused) -> None:
        if isinstance(found, Refused):
            self._reject(found)
            return
        if self._size + len(found.raw) > MOST_BYTES:
            self.settle()
        self._batch.append(found)
        self._size += len(found.raw)
        if len(self._batch) == MOST_RECORDS:
            self.settle()

    def settle(self) -> None:
        """Store what was taken, in one transaction."""
        batch, self._batch, self._size = self._batch, [], 0
        if not batch:
            return
        with self._interruption.held():
            with acting_as(self._context):
                results = merge(batch, self._taken)
            for result in results:
                if result.change is None:
                    self._reject(Refused(result.where, result.problems, result.nct_id))
                else:
                    self.counts[result.change.value] += 1

    def _reject(self, refused: Refused) -> None:
        self.counts["rejected"] += 1
        self._rejected(refused)
