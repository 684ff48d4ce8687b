"""The most popular subreddits, as Reddit ranks them."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from core.access.transactions import WITHIN_A_RUN, unattended
from core.collect.alone import alone
from core.collect.facts import parse_subreddit
from core.collect.outcomes import Refusal
from core.collect.rate import Clock, RealClock
from core.collect.reddit import PAGE, Access, Listing, connector
from core.collect.sweep import Entry, Sweep
from core.errors import InputError, UnavailableError
from core.executions import record
from core.progress import Progress, silent
from core.store import Store
from core.store import collection as collection_table
from core.store.quality import OutcomeCount, outcomes
from core.words import count

_ALL = 10**9
"""More subreddits than there are: the ranking ends with the last one."""


def last_outcomes(store: Store) -> list[OutcomeCount]:
    """How subreddits were met when they were last collected from, the commonest way first."""
    with store.read() as session:
        return outcomes(session)


@dataclass(slots=True)
class Ranking:
    """What a ranking brought: ``found`` of the ``asked`` subreddits, ``new`` ones among them, and
    those left out because they are over 18.
    """

    asked: int
    execution: int = 0
    seconds: float = 0.0
    found: int = 0
    new: int = 0
    over_18: int = 0


def collect_subreddits(
    store: Store,
    access: Access,
    *,
    top: int,
    over_18: bool = False,
    progress: Progress = silent,
    clock: Callable[[threading.Event], Clock] = RealClock,
) -> Ranking:
    """Keep the most popular subreddits with what Reddit says of them, and their ranks.

    A rank is the place in Reddit's own listing, in which those that are left out stand too. Reddit
    shows as many as it likes, mostly fewer than are asked for.

    Args:
        over_18: also subreddits over 18.

    Raises:
        InputError: ``top`` is not positive, or Reddit does not accept the key.
        ConflictError: another process collects into this workspace.
        UnavailableError: Reddit gave the listing only in part, or not at all.
    """
    if top < 1:
        raise InputError(f"--top {top} is not a number of subreddits", "Give 1 or more.")
    ranking = Ranking(asked=top)
    started = time.monotonic()
    params = {"top": top, "over_18": over_18}
    with (
        alone(store, "collect"),
        record(store, "rank", params=params, inputs={"reddit": access.site}) as run,
    ):
        ranking.execution = run.number
        client = connector(access, clock(threading.Event()))()
        sweep = Sweep(limit=_ALL)
        while sweep.ended is None and ranking.found < top:
            progress("Ranking", ranking.found, top)
            try:
                page = client.popular(after=sweep.after, limit=PAGE)
            except Refusal as refusal:
                raise UnavailableError(
                    f"Reddit stopped answering after {count(sweep.read, 'subreddit')} ({refusal})",
                    "These are kept. Run the command again later.",
                ) from refusal
            _take(store, page, sweep, ranking, over_18=over_18)
        progress("Ranking", ranking.found, ranking.found)
        run.metrics = as_metrics(ranking)
    ranking.seconds = time.monotonic() - started
    return ranking


def as_metrics(ranking: Ranking) -> dict[str, int | dict[str, int]]:
    """The counts as the execution keeps them and the command prints them."""
    return {
        "asked": ranking.asked,
        "subreddits": ranking.found,
        "new": ranking.new,
        "left_out": {"over_18": ranking.over_18},
    }


def _take(store: Store, page: Listing, sweep: Sweep, ranking: Ranking, *, over_18: bool) -> None:
    """Store a page, as far as it is wanted."""
    shown = [
        (Entry(name, 0), facts)
        for data in page.entries
        if isinstance(name := data.get("name"), str) and (facts := parse_subreddit(data))
    ]
    before = sweep.read
    follows = page.after is not None
    new = sweep.take([entry for entry, _ in shown], follows=follows, known=())
    ranked = [(rank, shown[index][1]) for rank, index in enumerate(new, start=before + 1)]
    wanted = [(rank, facts) for rank, facts in ranked if over_18 or not facts.over_18]
    wanted = wanted[: ranking.asked - ranking.found]
    with unattended(store, because=WITHIN_A_RUN) as session:
        known = collection_table.known_among(session, [facts.name for _, facts in ranked])
        kept = {facts.name for _, facts in wanted}
        rows = [
            asdict(facts)
            for _, facts in ranked
            if facts.name in kept or facts.name.lower() in known
        ]
        collection_table.write_facts(session, rows, at=datetime.now(UTC))
        ranks = {facts.name: rank for rank, facts in wanted}
        collection_table.write_ranks(session, ranks, execution=ranking.execution)
    last = wanted[-1][0] if len(wanted) == ranking.asked - ranking.found else before + len(ranked)
    ranking.over_18 += sum(f.over_18 and not over_18 for rank, f in ranked if rank <= last)
    ranking.found += len(wanted)
    ranking.new += sum(name.lower() not in known for name in kept)
