"""Visits made at once: who asks, who is sent the answer, and what ends them all."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.collect.prefetch import Visit, run_visits


def connect() -> str:
    return threading.current_thread().name


def test_every_visit_is_sent_the_answers_to_what_it_asked() -> None:
    found: dict[int, list[int]] = {}

    def visit(n: int) -> Visit[str]:
        found[n] = []
        for k in range(3):
            found[n].append((yield lambda _client, k=k: 10 * n + k))  # type: ignore[misc]

    run_visits(map(visit, range(50)), new_client=connect, threads=4, stop=threading.Event())
    assert found == {n: [10 * n, 10 * n + 1, 10 * n + 2] for n in range(50)}


def test_visits_run_in_the_calling_thread_and_ask_in_others() -> None:
    here = threading.get_ident()
    asked: set[str] = set()

    def visit() -> Visit[str]:
        assert threading.get_ident() == here
        asked.add((yield lambda client: client))
        assert threading.get_ident() == here

    run_visits((visit() for _ in range(20)), new_client=connect, threads=3, stop=threading.Event())
    assert asked
    assert threading.current_thread().name not in asked
    assert len(asked) <= 3  # a client of its own for each thread


def test_no_more_than_that_many_at_a_time() -> None:
    active: list[int] = []
    most = 0

    def visit(n: int) -> Visit[str]:
        nonlocal most
        active.append(n)
        most = max(most, len(active))
        yield lambda _client: None
        active.remove(n)

    run_visits(map(visit, range(30)), new_client=connect, threads=4, stop=threading.Event())
    assert most == 4


def test_visits_that_ask_nothing_are_made_too() -> None:
    made: list[int] = []

    def visit(n: int) -> Visit[str]:
        made.append(n)
        return
        yield lambda _client: None

    run_visits(map(visit, range(10)), new_client=connect, threads=2, stop=threading.Event())
    assert made == list(range(10))


def fail(_client: str) -> None:
    raise ValueError("no")


def test_what_is_raised_on_asking_is_raised_in_the_visit() -> None:
    met: list[str] = []

    def visit() -> Visit[str]:
        try:
            yield fail
        except ValueError as error:
            met.append(str(error))
        met.append((yield lambda _client: "went on"))

    run_visits([visit()], new_client=connect, threads=2, stop=threading.Event())
    assert met == ["no", "went on"]


def no_client() -> str:
    raise ValueError("no")


@pytest.mark.parametrize(
    ("connecting", "ask"), [(connect, fail), (no_client, lambda _client: None)]
)
def test_what_a_visit_lets_pass_ends_them_all(
    connecting: Callable[[], str], ask: Callable[[str], Any]
) -> None:
    stop = threading.Event()
    begun: list[int] = []

    def visit(n: int) -> Visit[str]:
        begun.append(n)
        yield ask

    def visits() -> Iterator[Visit[str]]:
        return map(visit, range(100))

    with pytest.raises(ValueError, match=r"^no$"):
        run_visits(visits(), new_client=connecting, threads=2, stop=stop)
    assert stop.is_set()
    assert len(begun) == 2


def test_whoever_waits_is_told_to_stop_and_not_waited_for() -> None:
    stop, ended = threading.Event(), threading.Event()

    def wait(_client: str) -> None:
        stop.wait()
        ended.set()

    def visit(ask: Callable[[str], Any]) -> Visit[str]:
        yield ask

    with pytest.raises(ValueError, match=r"^no$"):
        run_visits([visit(wait), visit(fail)], new_client=connect, threads=2, stop=stop)
    assert ended.wait(60)
