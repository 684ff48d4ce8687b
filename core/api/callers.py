"""Who asks, whether they may, and how much."""

import asyncio
import hashlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from core.api.problems import HttpError
from core.errors import RefusedError
from core.release import members
from core.store import Store

BELIEVED_SECONDS = 1.0
"""A token that was good is not looked up again for so long; then a revoked one has ended."""
_MOST_TOKENS = 1_000
_ELSEWHERE = (
    *(b"forwarded", b"via", b"x-real-ip"),
    *(b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto"),
)
"""With one of these a request comes through a proxy, whatever address it comes from."""


@dataclass(frozen=True, slots=True)
class Caller:
    """``name``: of the token, or the address; it is counted by, and written into the log."""

    name: str


class Doorkeeper:
    """Asked from one event loop.

    Args:
        needs_token: other machines can reach this server, and nobody said that all may ask.
        behind_proxy: what comes through a proxy needs a token all the same.
        posts_a_minute: what one caller may ask for; 0: any number.
    """

    def __init__(
        self, store: Store, *, needs_token: bool, behind_proxy: bool, posts_a_minute: int
    ) -> None:
        self._store, self._needs_token, self._behind_proxy = store, needs_token, behind_proxy
        self._good: dict[str, tuple[str, float]] = {}
        self._allowed = RateLimitItemPerMinute(posts_a_minute) if posts_a_minute else None
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def let_in(self, headers: Mapping[bytes, bytes], address: str) -> Caller:
        """Who asks.

        Args:
            headers: by their names in lower case.
            address: the client's.

        Raises:
            HttpError: a token is needed, and there is none, or it is not good.
        """
        secret = _bearer(headers)
        if secret is not None:
            return Caller(await self._name(secret))
        if self._needs_token or (self._behind_proxy and any(n in headers for n in _ELSEWHERE)):
            raise _unknown(
                "This server wants a token",
                "Send Authorization: Bearer TOKEN. An admin makes one: signoff tokens create.",
            )
        return Caller(address)

    async def take(self, caller: Caller, posts: int) -> None:
        """Count what a caller asks for; what is refused does not count.

        Raises:
            HttpError: it is more than they may ask for in a minute.
        """
        if self._allowed is None:
            return
        if await self._limiter.test(self._allowed, caller.name, cost=posts):
            await self._limiter.hit(self._allowed, caller.name, cost=posts)
            return
        ends, _ = await self._limiter.get_window_stats(self._allowed, caller.name)
        wait = max(1, math.ceil(ends - time.time()))
        never = posts > self._allowed.amount
        raise HttpError(
            429,
            f"{caller.name} may ask for {self._allowed.amount:,} posts a minute",
            "Ask for fewer posts at once." if never else f"Ask again in {wait} s.",
            {} if never else {"Retry-After": str(wait)},
        )

    async def _name(self, secret: str) -> str:
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        name, until = self._good.get(digest, ("", 0.0))
        if time.monotonic() < until:
            return name
        try:
            actor = await asyncio.to_thread(members.actor_of_token, self._store, secret)
        except RefusedError as error:
            self._good.pop(digest, None)
            raise _unknown(error.reason, error.hint) from None
        if len(self._good) >= _MOST_TOKENS:
            self._good.clear()
        self._good[digest] = actor.name, time.monotonic() + BELIEVED_SECONDS
        return actor.name


def _bearer(headers: Mapping[bytes, bytes]) -> str | None:
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _unknown(reason: str, hint: str) -> HttpError:
    return HttpError(401, reason, hint, {"WWW-Authenticate": "Bearer"})
