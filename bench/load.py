"""Asking a server over HTTP: at a steady rate, or as fast as it answers.

A client of its own, since those for people take longer than the servers that are measured here:
requests are bytes that were made before, answers are read by their length and looked at no further
than their status. At a steady rate a request counts from the moment when it should have been sent,
so that a server that holds requests up cannot hide it.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import uvloop

OK = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of asking. ``seconds``: of each answer, in the order of the requests."""

    seconds: tuple[float, ...]
    failed: int
    lasted: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.lasted

    def percentile(self, per_cent: float) -> float:
        """In milliseconds."""
        return float(np.percentile(self.seconds, per_cent)) * 1000


def request(path: str, body: bytes) -> bytes:
    """A POST of JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def steady(port: int, requests: Sequence[bytes], *, rate: float, seconds: float) -> Load:
    """``rate`` requests a second, whatever the server does; by as many connections as it takes."""
    return uvloop.run(_steady(port, requests, rate, seconds))


def at_once(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Each of so many connections asks again as soon as it was answered."""
    return uvloop.run(_at_once(port, requests, connections, seconds))


class _Connection:
    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> bool:
        """Whether it was answered with 200; a connection that the server has closed is no answer,
        and nothing was asked by it yet.
        """
        try:
            if self._streams is None or self._streams[0].at_eof():
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            at = lower.index(b"content-length:") + 15
            await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
        except (OSError, EOFError, ValueError):
            self.close()
            return False
        return head.startswith(OK)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _steady(port: int, requests: Sequence[bytes], rate: float, seconds: float) -> Load:
    free: list[_Connection] = []
    every: list[_Connection] = []
    count = round(rate * seconds)
    answered: list[tuple[bool, float]] = [(False, 0.0)] * count
    clock = time.perf_counter

    async def one(number: int, due: float) -> None:
        connection = free.pop() if free else _Connection(port)
        if connection not in every:
            every.append(connection)
        ok = await connection.ask(requests[number % len(requests)])
        answered[number] = ok, clock() - due
        free.append(connection)

    started = clock()
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - clock()))
            tasks.create_task(one(number, due))
    lasted = clock() - started
    for connection in every:
        connection.close()
    return _load(answered, lasted)


async def _at_once(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    answered: list[tuple[bool, float]] = []
    clock = time.perf_counter
    started = clock()

    async def one(first: int) -> None:
        connection, number = _Connection(port), first
        while clock() - started < seconds:
            asked = clock()
            ok = await connection.ask(requests[number % len(requests)])
            answered.append((ok, clock() - asked))
            number += connections
        connection.close()

    async with asyncio.TaskGroup() as tasks:
        for first in range(connections):
            tasks.create_task(one(first))
    return _load(answered, clock() - started)


def _load(answered: Sequence[tuple[bool, float]], lasted: float) -> Load:
    good = tuple(seconds for ok, seconds in answered if ok)
    return Load(good, len(answered) - len(good), lasted)
