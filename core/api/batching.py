"""Work of many requests, done together by one thread.

Requests that arrive meanwhile are in the next batch. With little to do a group is one request and
nobody waits; with much to do, one commit, or one question to a model, is for all that wait.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.errors import UnavailableError

T = TypeVar("T")
R = TypeVar("R")


class QueueFullError(UnavailableError):
    """With this many waiting, one more would not be answered in time."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T, R]):
    item: T
    weight: int
    future: "asyncio.Future[R]"


class Batcher(Generic[T, R]):
    """Asked from one event loop.

    Args:
        work: gives the result, or the exception, of each item of a group, in order. What it raises
            itself all of them get.
        then: does the rest, with each result as its item, while this one goes on.
        weight: a group that has so much takes no more.
        waiting: items that may wait; more are refused, so that a queue never outlives its callers.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[T]], Sequence[Any]],
        *,
        then: "Batcher[Any, R] | None" = None,
        weight: int,
        waiting: int,
    ) -> None:
        self._work, self._then, self._weight, self._most = work, then, weight, waiting
        self._queue: queue.SimpleQueue[Sequence[_Waiting[T, R]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def require_room(self) -> None:
        """Raise QueueFullError if too many wait already."""
        if self._queue.qsize() >= self._most:
            raise QueueFullError("The server is overloaded", "Try again in a moment.")

    async def do(self, item: T, *, weight: int = 1) -> R:
        """The item's result. Raises QueueFullError if too many wait already."""
        self.require_room()
        waiting = _Waiting(item, weight, asyncio.get_running_loop().create_future())
        self._queue.put([waiting])
        result: R = await waiting.future
        return result

    def end(self) -> None:
        """Finish what waits, then end the thread; nobody may ask any more."""
        self._queue.put(None)

    def close(self, *, until: float) -> None:
        """The same, and wait for it until then, by ``time.monotonic``."""
        self.end()
        self._thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        going_on = True
        while going_on:
            group: list[_Waiting[T, R]] = []
            going_on = self._gather(group)
            self._do([one for one in group if not one.future.cancelled()])
            del group  # else what was asked would be held until somebody asks again

    def _gather(self, group: list[_Waiting[T, R]]) -> bool:
        """Wait for somebody, and take all who wait then; whether there will be others."""
        while not group or (not self._queue.empty() and _weight(group) < self._weight):
            taken = self._queue.get()
            if taken is None:
                return False
            group += taken
        return True

    def _do(self, group: Sequence[_Waiting[T, R]]) -> None:
        if not group:
            return
        results: Sequence[Any]
        try:
            results = self._work([one.item for one in group])
        except Exception as error:  # noqa: BLE001 - raised again where it was asked
            results = [error] * len(group)
        else:
            if self._then is not None:
                self._then.take(group, results)
                return
        group[0].future.get_loop().call_soon_threadsafe(_settle, group, results)

    def take(self, group: Sequence[_Waiting[Any, R]], items: Sequence[T]) -> None:
        """Go on with what others have begun."""
        self._queue.put(
            [_Waiting(item, one.weight, one.future) for one, item in zip(group, items, strict=True)]
        )


def _weight(group: Sequence[_Waiting[T, R]]) -> int:
    return sum(one.weight for one in group)


def _settle(group: Sequence[_Waiting[T, R]], results: Sequence[R | Exception]) -> None:
    """In the event loop: every one of the group gets its result. Some have stopped waiting."""
    for one, result in zip(group, results, strict=True):
        if one.future.done():
            continue
        if isinstance(result, Exception):
            one.future.set_exception(result)
        else:
            one.future.set_result(result)
