"""Asking Reddit whether stored posts are still there, and erasing the ones that are not.

A round asks for every stored post once, in the order of ids, a hundred at a time; how far it has
come is kept with each answer, so that a run that ends early is continued by the next. That takes
one row where a time of the last check would take one a post.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.access.transactions import WITHIN_A_RUN, unattended
from core.batches import batches
from core.collect.alone import alone
from core.collect.outcomes import Refusal
from core.collect.rate import Clock, RealClock
from core.collect.reddit import PAGE, Access, Client, connector
from core.erasure.answers import Answer, long_absent, read_answer
from core.erasure.erase import Erased, finish
from core.errors import InputError, UnavailableError
from core.executions import Run, record
from core.progress import Progress, silent
from core.store import Store
from core.store import erasure as erasure_table
from core.store.erasure import Recheck

DUE_AFTER = timedelta(hours=24)
BATCH = PAGE - 1
"""One place in each request is for a post that was shown a moment ago."""
GIVE_UP = 3
"""Answers in a row without a single post, after which a run stops asking."""
_READ = 50 * BATCH
_PREFIX = "t3_"


def refresh(
    store: Store,
    access: Access,
    *,
    limit: int | None = None,
    older_than: timedelta = DUE_AFTER,
    everything: bool = False,
    progress: Progress = silent,
    clock: Callable[[threading.Event], Clock] = RealClock,
) -> Erased:
    """Ask for stored posts, and erase the ones that are gone, also from all that was made of them.

    Args:
        limit: posts at the most; None: to the end of the round.
        older_than: a round begins no sooner after the last one began.
        everything: also the posts of files; by default only posts from the API.

    Raises:
        InputError: the limit is none, or Reddit does not accept the key.
        ConflictError: another process refreshes this workspace.
        UnavailableError: Reddit does not answer, or shows nothing of what it is asked for. What
            came before is kept, and erased everywhere.
        StorageError: as :func:`core.erasure.erase.erase`.
    """
    if limit is not None and limit < 1:
        raise InputError(f"--limit {limit} is not a number of posts", "Give 1 or more.")
    params = {"limit": limit, "older_than": older_than.total_seconds(), "all": everything}
    started, stop = time.monotonic(), threading.Event()
    with alone(store, "refresh"):
        with record(store, "refresh", params=params, inputs={"reddit": access.site}) as run:
            report = Erased(execution=run.number)
            asking = _Asking(store, run, connector(access, clock(stop))(), report)
            scope = erasure_table.EVERYTHING if everything else erasure_table.REDDIT
            round_ = _round(store, scope, older_than)
            failure = asking.ask(round_, limit=limit, progress=progress) if round_ else None
            finish(store, run, report, progress=progress)
            if failure is not None:
                raise failure
    report.seconds = time.monotonic() - started
    return report


def _round(store: Store, scope: str, older_than: timedelta) -> Recheck | None:
    """The round that is under way, or a new one; None if none is due."""
    now = datetime.now(UTC)
    with store.read() as session:
        last = erasure_table.recheck(session, scope)
    if last is not None and last.ended_at is None:
        return last
    due = last is None or now - last.began_at >= older_than
    return Recheck(scope=scope, began_at=now) if due else None


class _Asking:
    """The requests of one run, one after the other: they wait for the rate limit anyway."""

    def __init__(self, store: Store, run: Run, client: Client, report: Erased) -> None:
        self._store, self._run, self._client, self._report = store, run, client, report
        self._shown: list[str] = []
        """A post that was there a moment ago, if there is one."""

    def ask(
        self, round_: Recheck, *, limit: int | None, progress: Progress
    ) -> UnavailableError | None:
        """Go on with a round; why it had to stop, if it had."""
        with self._store.read() as session:
            left = erasure_table.count_to_check(session, round_.scope, after=round_.cursor)
        total = left if limit is None else min(left, limit)
        aside: list[list[str]] = []
        silent_for = 0
        try:
            for ids in self._batches(round_, total):
                progress("Asking for stored posts", self._report.checked, total)
                round_ = replace(round_, cursor=ids[-1])
                answered = self._one(ids, round_)
                silent_for = 0 if answered else silent_for + 1
                if not answered:
                    aside.append(ids)
                if silent_for == GIVE_UP:
                    return _unavailable("it returns none of the requested posts")
            # By now there may be a post that was shown, to tell a strange answer from a true one.
            self._report.unanswered = sum(len(ids) for ids in aside if not self._one(ids, round_))
        except Refusal as refusal:
            return _unavailable(str(refusal))
        progress("Asking for stored posts", total, total)
        if total == left:
            with unattended(self._store, because=WITHIN_A_RUN) as session:
                erasure_table.write_recheck(session, replace(round_, ended_at=datetime.now(UTC)))
        return None

    def _batches(self, round_: Recheck, most: int) -> Iterator[list[str]]:
        """Ids of the round from its cursor on, :data:`BATCH` at a time."""
        after = round_.cursor
        while most > 0:
            with self._store.read() as session:
                ids = erasure_table.ids_to_check(
                    session, round_.scope, after=after, most=min(most, _READ)
                )
            if not ids:
                return
            yield from batches(ids, BATCH)
            after, most = ids[-1], most - len(ids)

    def _one(self, ids: Sequence[str], reached: Recheck) -> bool:
        """Ask for some posts and keep what the answer says; False if it is none."""
        now = datetime.now(UTC)
        asked = [*ids, *self._shown]
        page = self._client.info([_PREFIX + post for post in asked])
        answer = read_answer(asked, page.entries, whole=page.after is None)
        if not answer.in_earnest:
            self._run.log(f"none of {len(ids)} posts from {ids[0]} to {ids[-1]} is shown")
            return False
        self._shown = sorted(answer.shown)[:1] or self._shown
        self._keep(answer, reached, now)
        self._report.checked += len(ids)
        return True

    def _keep(self, answer: Answer, reached: Recheck, now: datetime) -> None:
        with unattended(self._store, because=WITHIN_A_RUN) as session:
            since = erasure_table.absences(session, answer.absent)
            gone = {**answer.gone, **long_absent(answer.absent, since, now=now)}
            erasure_table.write_absences(
                session, absent=answer.absent - gone.keys(), shown=answer.shown, at=now
            )
            erasure_table.write_recheck(session, reached)
            new = erasure_table.bury(session, gone, execution=self._run.number, at=now)
        self._report.erased += Counter(new.values())
        self._report.absent += len(answer.absent - gone.keys())


def _unavailable(why: str) -> UnavailableError:
    return UnavailableError(
        f"Reddit's answers cannot be trusted right now: {why}",
        "Run the command again later. It continues where it stopped.",
    )
