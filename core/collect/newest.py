"""The newest posts of every known subreddit, or of some.

Each page is one transaction, with what it means for its subreddit. A run that is killed at any
moment is continued by the next: what was read longest ago comes first, and a subreddit that was
read half is read again from its top, which takes ten requests at the most.
"""

import threading
import time
from collections.abc import Callable, Sequence

from core.collect.alone import alone
from core.collect.names import subreddit_name
from core.collect.prefetch import run_visits
from core.collect.rate import Clock, RealClock
from core.collect.reddit import Access, connector
from core.collect.sweep import SHOWN
from core.collect.visits import Collected, Visits, as_metrics
from core.errors import InputError
from core.executions import record
from core.hints import Command, Hint
from core.progress import Progress, silent
from core.store import Store
from core.store import collection as collection_table
from core.store.collection import Target

THREADS = 4
"""Subreddits at once: enough to keep a rate limit of 100 a minute busy over a slow line."""


def collect_newest(
    store: Store,
    access: Access,
    *,
    limit: int = SHOWN,
    names: Sequence[str] = (),
    over_18: bool = False,
    whole: bool = False,
    threads: int = THREADS,
    progress: Progress = silent,
    clock: Callable[[threading.Event], Clock] = RealClock,
) -> Collected:
    """Read the newest posts of each subreddit into the store, as far as they are not known.

    Args:
        limit: posts of each; Reddit shows about 1,000.
        names: only these, also if they have to wait; else all known ones.
        over_18: also the subreddits that are over 18 and were not named.
        whole: read on to the limit, whatever is known.

    Raises:
        InputError: a name is none, nothing is known yet, or Reddit does not accept the key.
        ConflictError: another process collects into this workspace.
        UnavailableError: Reddit does not answer at all. What came before is kept.
    """
    if limit < 1:
        raise InputError(f"--limit {limit} is not a number of posts", "Give 1 or more.")
    params = {"limit": limit, "over_18": over_18, "whole": whole, "subreddits": sorted(names)}
    with alone(store, "collect"):
        targets = _targets(store, [subreddit_name(name) for name in names])
        with record(store, "collect", params=params, inputs={"reddit": access.site}) as run:
            visits = Visits(
                store,
                run,
                limit=limit,
                named=bool(names),
                over_18=over_18,
                whole=whole,
                progress=progress,
            )
            stop = threading.Event()
            started = time.monotonic()
            try:
                run_visits(
                    visits.of(targets),
                    new_client=connector(access, clock(stop)),
                    threads=min(threads, len(targets)),
                    stop=stop,
                )
            finally:
                visits.counts.seconds = time.monotonic() - started
                run.metrics = as_metrics(visits.counts)
    return visits.counts


def _targets(store: Store, names: Sequence[str]) -> list[Target]:
    with store.read() as session:
        targets = collection_table.targets(session, names or None)
    known = {target.name.lower() for target in targets}
    new = {name.lower(): name for name in names if name.lower() not in known}
    targets += [Target(name=name) for name in new.values()]
    if not targets:
        raise InputError(
            "No subreddits are known yet",
            Hint(
                "Name one with --subreddit, or ask Reddit for the most popular ones first.",
                Command("collect subreddits", top=5000),
            ),
        )
    return targets
