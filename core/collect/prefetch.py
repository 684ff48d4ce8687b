"""Visits several subreddits at once: threads ask Reddit, the calling thread does everything else.

A visit is a generator. It yields what to ask, as a function of a client, and is sent the answer or
thrown the refusal. So a visit reads from top to bottom, only one thread ever writes, and whoever
calls is never waited for by a thread: on Ctrl-C the threads are left behind, and can store nothing.
"""

import threading
from collections.abc import Callable, Generator, Iterable
from queue import SimpleQueue
from typing import Any, TypeVar

C = TypeVar("C")
Visit = Generator[Callable[[C], Any], Any, None]
_Answer = tuple[Visit[C], Any, BaseException | None]


def run_visits(
    visits: Iterable[Visit[C]], *, new_client: Callable[[], C], threads: int, stop: threading.Event
) -> None:
    """Make all visits, up to ``threads`` at a time. What a visit raises ends them all.

    Args:
        new_client: makes the client of a thread.
        stop: set at the end, whatever it is, so that threads which wait give up.
    """
    asks: SimpleQueue[tuple[Visit[C], Callable[[C], Any]] | None] = SimpleQueue()
    answers: SimpleQueue[_Answer[C]] = SimpleQueue()
    waiting = iter(visits)

    def begin_next() -> bool:
        """Begin visits until one has something to ask."""
        for visit in waiting:
            for ask in visit:
                asks.put((visit, ask))
                return True
        return False

    for _ in range(threads):
        threading.Thread(target=_answer, args=(asks, answers, new_client), daemon=True).start()
    try:
        active = sum(begin_next() for _ in range(threads))
        while active:
            visit, answer, error = answers.get()
            try:
                ask = visit.throw(error) if error else visit.send(answer)
            except StopIteration:
                active -= not begin_next()
            else:
                asks.put((visit, ask))
    finally:
        stop.set()
        for _ in range(threads):
            asks.put(None)


def _answer(
    asks: "SimpleQueue[tuple[Visit[C], Callable[[C], Any]] | None]",
    answers: "SimpleQueue[_Answer[C]]",
    new_client: Callable[[], C],
) -> None:
    """What a thread does: it makes its client when it is first asked."""
    client: C | None = None
    while (asked := asks.get()) is not None:
        visit, ask = asked
        try:
            client = client or new_client()
            answers.put((visit, ask(client), None))
        except BaseException as error:  # noqa: BLE001 - the visit's, wherever it was raised
            answers.put((visit, None, error))
