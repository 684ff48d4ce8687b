"""Visiting subreddits: each is asked for its posts page by page, and every outcome is kept."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from core.access.transactions import WITHIN_A_RUN, unattended
from core.collect.facts import number, parse_subreddit
from core.collect.gone import GONE, why_gone_now
from core.collect.missing import text_of
from core.collect.names import is_subreddit
from core.collect.outcomes import DOUBTFUL, FINE, UNANSWERED, Outcome, Refusal, retry_at
from core.collect.posts import Post, row
from core.collect.prefetch import Visit
from core.collect.reddit import PAGE, Client, Listing
from core.collect.rows import Skipped, parse_row
from core.collect.sweep import SHOWN, End, Entry, Sweep, Swept, mark_for
from core.errors import UnavailableError
from core.executions import Run
from core.progress import Progress
from core.store import Store, erasure
from core.store import collection as collection_table
from core.store.collection import Target
from core.store.posts import SEALED, WriteCounts, write_posts

SOURCE = "reddit"
GIVE_UP = 12
"""Subreddits in a row that Reddit did not answer for, after which a run stops asking."""
_PREFIX = "t3_"
"""Of the full name of a post."""


@dataclass(slots=True)
class Collected:
    """What a run brought. ``erased`` posts were here and are gone on Reddit."""

    execution: int = 0
    seconds: float = 0.0
    read: int = 0
    written: WriteCounts = field(default_factory=WriteCounts)
    erased: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    """How many subreddits were met how; ``waiting`` ones failed before, and have still to wait."""

    @property
    def subreddits(self) -> int:
        """How many were read."""
        return self.outcomes[Outcome.COLLECTED]


def as_metrics(counts: Collected) -> dict[str, int | dict[str, int]]:
    """The counts as the execution keeps them and the command prints them."""
    return {
        "read": counts.read,
        "inserted": counts.written.inserted,
        "updated": counts.written.updated,
        "unchanged": counts.written.unchanged,
        "erased": counts.erased,
        "skipped": dict(counts.skipped),
        "subreddits": counts.subreddits,
        "outcomes": {str(outcome): number for outcome, number in counts.outcomes.items()},
    }


class Visits:
    """Those of one run. All that is here happens in one thread."""

    def __init__(
        self,
        store: Store,
        run: Run,
        *,
        limit: int,
        named: bool,
        over_18: bool,
        whole: bool,
        progress: Progress,
    ) -> None:
        """Options as :func:`core.collect.newest.collect_newest` explains them; ``named``: the
        subreddits were, so that none is left out.
        """
        self.counts = Collected(execution=run.number)
        self._store, self._run, self._progress = store, run, progress
        self._limit, self._named, self._over_18, self._whole = limit, named, over_18, whole
        self._unanswered = 0
        self._done, self._total = 0, 0
        self._parts: dict[str, float] = {}  # subreddit being visited -> the share that was read

    def of(self, targets: Sequence[Target]) -> Iterator[Visit[Client]]:
        """The visits of all targets that are not to be left alone."""
        due = [target for target in targets if self._is_due(target, datetime.now(UTC))]
        self._total = len(due)
        self._report()
        for target in due:
            yield self._visit(target)

    def _is_due(self, target: Target, now: datetime) -> bool:
        if self._named:
            return True
        if target.retry_at is not None and target.retry_at > now:
            self.counts.outcomes["waiting"] += 1
            return False
        if target.over_18 and not self._over_18:
            self.counts.outcomes[Outcome.OVER_18] += 1
            return False
        return True

    def _visit(self, target: Target) -> Visit[Client]:
        try:
            if target.over_18 is None:
                about = yield partial(Client.about, subreddit=target.name)
                target = self._learn(target, about)
            if target.over_18 and not (self._named or self._over_18):
                self._met(target, Outcome.OVER_18)
            else:
                yield from self._read(target)
        except Refusal as refusal:
            if refusal.outcome in DOUBTFUL:
                yield from _require_answers(target, refusal)
            self._met(target, refusal.outcome, refusal.detail)
        self._parts.pop(target.name, None)
        self._done += 1
        self._report()

    def _read(self, target: Target) -> Visit[Client]:
        before = Swept(target.mark, target.reach, target.whole_at)
        now = datetime.now(UTC)
        mark = None if self._whole else mark_for(before, limit=self._limit, now=now)
        sweep = Sweep(limit=self._limit, mark=mark)
        while sweep.ended is None:
            page = yield partial(
                Client.newest,
                subreddit=target.name,
                after=sweep.after,
                limit=min(sweep.wanted, PAGE),
            )
            self._take(target, before, sweep, page)
            self._parts[target.name] = min(sweep.read / min(self._limit, SHOWN), 1)
            self._report()
        if sweep.ended == End.BROKEN_OFF:
            raise Refusal(Outcome.BROKEN_OFF, f"after {sweep.read} posts")
        self._met(target, Outcome.COLLECTED if sweep.read else Outcome.EMPTY)

    def _learn(self, target: Target, about: Mapping[str, Any]) -> Target:
        """Keep what Reddit says of a subreddit that it was never asked about."""
        facts = parse_subreddit(about)
        if facts is None or facts.name.lower() != target.name.lower():
            raise Refusal(Outcome.UNREADABLE, "no data about this subreddit")
        with unattended(self._store, because=WITHIN_A_RUN) as session:
            collection_table.write_facts(session, [asdict(facts)], at=datetime.now(UTC))
        return replace(target, name=facts.name, over_18=facts.over_18)

    def _take(self, target: Target, before: Swept, sweep: Sweep, page: Listing) -> None:
        """Store a page and, with the last one, how far the sweep came."""
        now = datetime.now(UTC)
        shown = _parsed(page, int(now.timestamp()))
        ids = [_id(entry) for entry, _ in shown]
        gone = {_id(e): f.reason for e, f in shown if isinstance(f, Skipped) and f.reason in GONE}
        with unattended(self._store, because=WITHIN_A_RUN) as session:
            here = erasure.stored(session, ids) | erasure.buried(session, ids)
            known = {e.name for e, f in shown if isinstance(f, Skipped) or _id(e) in here}
            entries = [entry for entry, _ in shown]
            new = sweep.take(entries, follows=page.after is not None, known=known)
            fresh = [shown[index][1] for index in new]
            erased = erasure.bury(session, gone, execution=self._run.number, at=now)
            rows = [row(post, SOURCE) for post in fresh if isinstance(post, Post)]
            written = write_posts(session, rows, self._run.number)
            if sweep.ended not in (None, End.BROKEN_OFF):
                collection_table.write_swept(
                    session, target.name, **asdict(sweep.swept(before, now))
                )
        self.counts.read += len(fresh)
        self.counts.written += written
        self.counts.erased += len(erased)
        for parsed in fresh:
            if isinstance(parsed, Skipped):
                self.counts.skipped[parsed.reason] += 1
                self._run.log(f"r/{target.name}: skipped, {parsed.reason}: {parsed.detail}")
        if written.erased:
            self.counts.skipped["erased"] += written.erased
        if written.sealed:
            self.counts.skipped[SEALED] += written.sealed

    def _met(self, target: Target, outcome: Outcome, detail: str = "") -> None:
        """Keep an outcome, with the time from which the subreddit may be asked for again.

        Raises:
            UnavailableError: it is one of many in a row that Reddit did not answer for.
        """
        now = datetime.now(UTC)
        failures = 0 if outcome in FINE else target.failures + 1
        again = retry_at(outcome, failures, now)
        with unattended(self._store, because=WITHIN_A_RUN) as session:
            collection_table.write_outcome(
                session,
                target.name,
                outcome=outcome,
                detail=detail,
                at=now,
                failures=failures,
                retry_at=again,
            )
            if outcome == Outcome.RENAMED and is_subreddit(detail):
                collection_table.ensure(session, detail)
        self.counts.outcomes[outcome] += 1
        said = f" ({detail})" if detail else ""
        later = f"; again after {again:%Y-%m-%d %H:%M} UTC" if again else ""
        self._run.log(f"r/{target.name}: {outcome}{said}{later}")
        self._unanswered = self._unanswered + 1 if outcome in UNANSWERED else 0
        if self._unanswered >= GIVE_UP:
            raise UnavailableError(
                f"Reddit did not answer for {GIVE_UP} subreddits in a row ({outcome}{said})",
                "Run the command again later. It continues where it stopped.",
            )

    def _report(self) -> None:
        self._progress("Collecting", self._done + sum(self._parts.values()), self._total)


def _require_answers(target: Target, met: Refusal) -> Visit[Client]:
    """Ask for what anybody may see, to tell whether a refusal is the subreddit's.

    Raises:
        UnavailableError: it is not. Nothing is kept of it.
    """
    try:
        yield partial(Client.popular, limit=1)
    except Refusal as refusal:
        raise UnavailableError(
            f"Reddit refuses every request, not only those for r/{target.name} ({met}; the list of"
            f" popular subreddits: {refusal})",
            "Check whether your key is still approved and whether this network may reach Reddit."
            " Then run the command again. It continues where it stopped.",
        ) from refusal


def _parsed(page: Listing, now: int) -> list[tuple[Entry, Post | Skipped]]:
    """The entries of a page that have a name, and what becomes of them."""
    entries = []
    for data in page.entries:
        name, moment = data.get("name"), number(data.get("created_utc"))
        parsed = _read(data, now)
        if isinstance(name, str) and name.startswith(_PREFIX) and parsed is not None:
            entries.append((Entry(name, int(moment or 0)), parsed))
    return entries


def _read(data: Mapping[str, Any], now: int) -> Post | Skipped | None:
    gone = why_gone_now(data)
    if gone:  # also where nothing else of it can be read
        return Skipped(gone, f"post {text_of(data.get('id'))[:16]} was {gone} on Reddit")
    return parse_row(data, now=now, exact=True)


def _id(entry: Entry) -> str:
    return entry.name.removeprefix(_PREFIX)
