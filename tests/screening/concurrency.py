from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Each call's result or exception, all begun at the same moment, each on a connection of its own."""
    results: list[object] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(number: int) -> None:
        try:
            start.wait()
            results[number] = calls[number]()
        except Exception as problem:
            results[number] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number]) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
