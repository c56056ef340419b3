"""Searching: 20 hits, the exact number and the counts under all filters, beside PostgreSQL doing the same."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tests.benchmarks.registry import full_text
from tests.benchmarks.registry.kept import Figures, Kept, percentile, spread
from tests.benchmarks.registry.queries import lexicon, queries
from tests.benchmarks.registry.usage import Used, used
from trials.finding.offered import asked
from trials.searching import catching_up, engine

NUMBER, HITS, TIMES = 200, 20, 3
WARM, MEASURED = 3, 4  # seeds: what was asked before must not help


def measure(kept: Kept) -> None:
    kept.once("index", _index)
    kept.once("full text, made", _made)
    kept.once("search", lambda: _search(kept))
    kept.once("full text", lambda: _full_text(kept))


def _index() -> Figures:
    with used("default") as spent:
        indexed = catching_up.rebuild()
    place = Path(settings.DATA) / "index"
    size = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
    return {"trials": indexed, "seconds": spent.wall / 1000, "cpu": spent.cpu / 1000, "MB": size / 1e6}


def _made() -> Figures:
    began = time.perf_counter()
    full_text.make()
    return {"seconds": time.perf_counter() - began}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _search(kept: Kept) -> Figures:
    catching_up.catch_up(wait=True)  # an index of another making is made anew, and not meanwhile
    engine.snapshot().learn()
    known = lexicon(kept.trials)
    before = _resident()
    with used("default") as first:
        engine.search(queries(1, WARM, known)[0].wanted(), count=HITS)
    for query in queries(NUMBER, WARM, known):
        engine.search(query.wanted(), count=HITS)
    measured = queries(NUMBER, MEASURED, known)
    lines = []
    for query in measured:
        wanted = query.wanted()
        facets = asked(wanted)
        times = []
        for _ in range(TIMES):
            engine.snapshot()._answers.clear()  # nothing is remembered of an equal search
            with used("default") as spent:
                found = engine.search(wanted, count=HITS, facets=facets)
            times.append(spent)
        lines.append([query.kind, str(query.parameters), found.total, *_least(times)])
    return {"first": first.wall, "queries": lines, "resident MB": _resident() - before}


def _full_text(kept: Kept) -> Figures:
    full_text.prepare()
    known = lexicon(kept.trials)
    for query in queries(NUMBER // 10, WARM, known):
        full_text.search(query.wanted())
    lines = []
    for query in queries(NUMBER, MEASURED, known):
        answers = [full_text.search(query.wanted()) for _ in range(TIMES)]
        times = [spent for _total, _hits, _facets, spent in answers]
        lines.append([query.kind, str(query.parameters), answers[0][0], *_least(times)])
    return {"queries": lines}


def _least(times: list[Used]) -> tuple[float, float]:
    """By the clock and by the processor: what a machine that does other work besides adds is nobody's."""
    return min(spent.wall for spent in times), min(spent.cpu for spent in times)


def report(kept: Kept) -> Iterator[str]:
    found = kept.figures()
    index, made = found["index"], found["full text, made"]
    yield (
        f"search: index of {index['trials']:,} trials made in {index['seconds']:,.0f} s "
        f"(processor {index['cpu']:,.0f} s), {index['MB']:,.0f} MB; PostgreSQL's in {made['seconds']:,.0f} s"
    )
    own, theirs = found["search"], found["full text"]
    yield (
        f"  the first search {own['first']:,.0f} ms; searching takes {own['resident MB']:,.0f} MB of memory"
    )
    for place, unit in ((4, "processor"), (3, "clock")):
        ours = [line[place] for line in own["queries"]]
        others = [line[place] for line in theirs["queries"]]
        ratio = percentile(others, 0.95) / percentile(ours, 0.95)
        yield (
            f"  {unit:9} ms   Trialdesk {spread(ours)}   PostgreSQL {spread(others)}   "
            f"at p95 {ratio:.1f} times"
        )
    kinds = defaultdict(list)
    for line, other in zip(own["queries"], theirs["queries"], strict=True):
        kinds[line[0]].append((line[4], other[4], line[2], other[2]))
    yield (
        f"  {'processor ms, mean of each kind':34}"
        f"{'Trialdesk':>12}{'PostgreSQL':>12}{'found':>10}{'found':>10}"
    )
    for kind, lines in sorted(kinds.items()):
        means = [sum(each) / len(lines) for each in zip(*lines, strict=True)]
        yield (
            f"    {kind:34}{len(lines):2}{means[0]:10.1f}{means[1]:12.1f}{means[2]:10,.0f}{means[3]:10,.0f}"
        )
    slowest = sorted(own["queries"], key=lambda line: -line[4])[:5]
    yield ("  slowest: " + "; ".join(f"{line[4]:.0f} ms {line[1]} ({line[2]:,})" for line in slowest))
