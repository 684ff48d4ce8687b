"""Work of many requests, done together."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from core.api.batching import Batcher
from core.errors import UnavailableError

T = TypeVar("T")


class Work:
    """Doubles numbers, once it may; tells the groups that it was given."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(items))
        self.begun.set()
        assert self.go_on.wait(60)
        if 13 in items:
            raise ZeroDivisionError
        return [KeyError(item) if item < 0 else item * 2 for item in items]


def run(asking: Coroutine[Any, Any, T]) -> T:
    """Its result. In a thread of its own: in this one Playwright may have a loop running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asking).result()


async def behind_the_first(
    work: Work, groups: Batcher[int, int], items: Sequence[int]
) -> list[int | BaseException]:
    """Ask for the rest while the first is worked on."""
    first = asyncio.create_task(groups.do(items[0]))
    await asyncio.to_thread(work.begun.wait, 60)
    rest = [asyncio.create_task(groups.do(item)) for item in items[1:]]
    await asyncio.sleep(0)
    work.go_on.set()
    return list(await asyncio.gather(first, *rest, return_exceptions=True))


def groups_of(work: Work, *, weight: int = 3, waiting: int = 100) -> Batcher[int, int]:
    return Batcher("test", work, weight=weight, waiting=waiting)


def test_whoever_comes_meanwhile_is_in_the_next_group_and_each_gets_its_own() -> None:
    work = Work()
    groups = groups_of(work)
    found = run(behind_the_first(work, groups, [1, 2, 3, 4, 5]))
    assert found == [2, 4, 6, 8, 10]
    assert work.groups == [[1], [2, 3, 4], [5]]
    groups.close(until=time.monotonic() + 60)


def test_an_error_is_for_whom_it_is_of_or_for_the_whole_group() -> None:
    work = Work()
    groups = groups_of(work)
    found = run(behind_the_first(work, groups, [1, -2, 3, 4, 13]))
    assert [type(one) for one in found] == [int, KeyError, int, int, ZeroDivisionError]
    groups.close(until=time.monotonic() + 60)


def test_more_than_may_wait_are_refused() -> None:
    work = Work()
    groups = groups_of(work, waiting=2)
    found = run(behind_the_first(work, groups, [1, 2, 3, 4]))
    assert found[:3] == [2, 4, 6]
    assert isinstance(found[3], UnavailableError)
    groups.close(until=time.monotonic() + 60)


def test_whoever_stopped_waiting_is_left_out() -> None:
    work = Work()
    groups = groups_of(work)

    async def ask() -> int:
        first = asyncio.create_task(groups.do(1))
        await asyncio.to_thread(work.begun.wait, 60)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await groups.do(2)
        work.go_on.set()
        await first
        return await groups.do(3)

    assert run(ask()) == 6
    assert work.groups == [[1], [3]]
    groups.close(until=time.monotonic() + 60)


def test_the_end_waits_no_longer_than_it_is_told_to() -> None:
    work = Work()
    groups = groups_of(work)

    async def ask_and_leave() -> None:
        asked = asyncio.create_task(groups.do(1))
        await asyncio.to_thread(work.begun.wait, 60)
        groups.close(until=time.monotonic())
        assert not asked.done()
        work.go_on.set()
        assert await asked == 2

    run(ask_and_leave())
