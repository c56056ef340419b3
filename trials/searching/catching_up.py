"""How the index follows the database: whatever changed has a higher revision than the index has."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from threading import Lock, Thread

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Count, Max
from tantivy import IndexWriter

from trials.models import Condition, Trial, TrialRemoval
from trials.revisions import settled_revision
from trials.searching.documents import documents
from trials.searching.index import Common, Folder, Part, folder
from trials.searching.sought import keyed
from trials.searching.synonyms import canonical

logger = logging.getLogger(__name__)

# Seconds between two looks whether something changed.
PERIOD = 1.0
# Trials that are read at once, and how many are committed at once at most.
BATCH = 500
COMMIT = 20_000
# So many parts of an index of about one size are merged to one.
_MERGED = 8
# Bytes of memory for a few changes, and for very many.
_SMALL, _LARGE = 20_000_000, 100_000_000
_MANY = 2_000
# So many conditions count as common. Once an index has grown to so many trials, none of the others may be in
# more than that share of them, or it is made anew.
_COMMON, _GROWN, _RARE_SHARE = 250, 20_000, 0.005
# After so many changes the others are counted again.
_UNSURE = 100


def catch_up(*, wait: bool = False) -> bool:
    """Bring the index to the state of the database; False where another process is at it, unless `wait`."""
    with folder().alone(wait=wait) as is_mine:
        if is_mine:
            _follow(folder())
    return is_mine


def rebuild(progress: Callable[[int], object] = lambda trials: None) -> int:
    """A new index from nothing, searched once it is whole; how many trials it has."""
    with folder().alone(wait=True):
        return _rebuild(folder(), progress)


def latest_revision() -> int:
    """The highest that can be seen now; a lower one may still be on its way."""
    last = [model.objects.aggregate(last=Max("revision"))["last"] for model in (Trial, TrialRemoval)]
    return max(revision or 0 for revision in last)


def _follow(kept: Folder) -> None:
    part = kept.writable()
    latest = latest_revision()
    if latest < part.revision:
        # An older copy of the database was restored: nobody knows what of the index still holds.
        part = kept.new()
        kept.exchange(part)
    if latest > part.revision:
        _index(part, settled_revision())
    part.complete()
    trials = part.index.searcher().num_docs
    if trials >= _GROWN and part.common.rare > _RARE_SHARE * trials:
        _rebuild(kept, lambda trials: None)


def _rebuild(kept: Folder, progress: Callable[[int], object]) -> int:
    part = kept.new()
    part.common = Common(tuple(_common_conditions()))
    _index(part, settled_revision(), progress)
    part.complete()
    kept.exchange(part)
    return int(part.index.searcher().num_docs)


def _common_conditions() -> Iterator[str]:
    names = Condition.objects.order_by().values_list("folded").annotate(trials=Count("trial"))
    counted: Counter[str] = Counter()
    for name, trials in names.iterator():
        counted[canonical(name)] += trials
    for name, _trials in counted.most_common(_COMMON):
        yield name


def _index(part: Part, settled: int, progress: Callable[[int], object] = lambda trials: None) -> None:
    """Everything from the index's revision to `settled`, in that order, so that it can be gone on with."""
    common = part.common
    changed = Trial.objects.filter(revision__gt=part.revision, revision__lte=settled)
    is_large = changed[_MANY : _MANY + 1].exists()
    commit = _commit(changed.count()) if is_large else COMMIT
    writer = part.index.writer(heap_size=_LARGE if is_large else _SMALL, num_threads=1)
    try:
        removed = TrialRemoval.objects.filter(revision__gt=part.revision, revision__lte=settled)
        for trials in batched(removed.values_list("trial_id", flat=True).iterator(), BATCH):
            _forget(writer, trials)
        uncommitted = 0
        is_new = part.index.searcher().num_docs == 0
        for keys, reached in _batches(part.revision, settled):
            if not is_new:
                _forget(writer, keys)
            for document in documents(keys, common.numbers):
                writer.add_document(document)
            common = replace(common, changed=common.changed + len(keys))
            uncommitted += len(keys)
            progress(len(keys))
            if uncommitted >= commit:
                part.common = common
                writer.commit()
                part.revision = reached
                uncommitted = 0
        part.common = common
        writer.commit()
        part.revision = settled
    finally:
        writer.wait_merging_threads()
        part.index.reload()
    if common.changed > _UNSURE:
        conditions = part.index.searcher().terms_with_prefix("condition", "")
        others = (trials for name, trials in conditions if name not in common.numbers)
        part.common = Common(common.names, max(others, default=0))


def _commit(trials: int) -> int:
    """After how many to commit, so that what is made of so many trials ends up as one part.

    Each part costs a search about as much as some thousand trials.
    """
    parts = _MERGED
    while trials > COMMIT * parts:
        parts *= _MERGED
    return max(trials // parts // BATCH, 1) * BATCH


def _forget(writer: IndexWriter, trials: Sequence[int]) -> None:
    # By a query: a term made of a number is one of a signed number, which no key is.
    writer.delete_documents_by_query(keyed("pk", trials))


def _batches(revision: int, settled: int) -> Iterator[tuple[list[int], int]]:
    """Keys of changed trials, and the revision up to which they are all."""
    while True:
        changed = Trial.objects.filter(revision__gt=revision, revision__lte=settled).order_by("revision")
        rows = list(changed.values_list("pk", "revision")[:BATCH])
        if not rows:
            return
        revision = rows[-1][1]
        yield [pk for pk, _revision in rows], revision


_starting = Lock()
_thread: Thread | None = None


def keep_up() -> None:
    """Follow the database from now on, in a thread of this process. In tests: before each search."""
    global _thread
    if settings.MODE == "test":
        with _starting:
            catch_up(wait=True)
        return
    if _thread is not None and _thread.is_alive():
        return
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = Thread(target=_keep_up, name="search index", daemon=True)
            _thread.start()


def _keep_up() -> None:
    while True:
        close_old_connections()
        try:
            if latest_revision() != folder().revision:
                catch_up()
            folder().snapshot().learn()
        except (DatabaseError, OSError, ValueError):
            logger.exception("The search index could not be brought up to date; it is tried again.")
        time.sleep(PERIOD)
