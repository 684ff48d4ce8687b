"""Who asks, whether they may, and how much."""

import hashlib
import math
import time
from asyncio import sleep, to_thread
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.access import members
from core.allowance import Allowance
from core.api.problems import HttpError
from core.errors import RefusedError
from core.hints import Command, Hint
from core.network import is_forwarded, network_of
from core.store import Store

TOKEN_CACHE_SECONDS = 1.0
"""A token that was good is not looked up again for so long; then a revoked one has ended."""
_MOST_TOKENS = 1_000
WRONG_A_MINUTE = 10
"""Wrong tokens of one network that are refused at once. Each more waits for :data:`WRONG_SECONDS`;
nobody is locked out, since others may come through the same proxy."""
WRONG_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Caller:
    """``name``: of the token, or the address (of IPv6 its network); it is counted by, and written
    into the log.
    """

    name: str


class Authenticator:
    """Asked from one event loop.

    Args:
        needs_token: other machines can reach this server, and nobody said that all may ask.
        behind_proxy: what comes through a proxy needs a token all the same.
        posts_a_minute: what one caller may ask for; 0: any number.
        refused: called for each token that is not good.
    """

    def __init__(
        self,
        store: Store,
        *,
        needs_token: bool,
        behind_proxy: bool,
        posts_a_minute: int,
        refused: Callable[[], object] = lambda: None,
    ) -> None:
        self._store, self._needs_token, self._behind_proxy = store, needs_token, behind_proxy
        self._good: dict[str, tuple[str, float]] = {}
        self._allowance = Allowance(posts_a_minute) if posts_a_minute else None
        self._wrong, self._refused = Allowance(WRONG_A_MINUTE), refused

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
            return Caller(await self._name(secret, network_of(address) or address))
        if self._needs_token or (self._behind_proxy and _is_forwarded(headers)):
            raise _unknown(
                "This server requires a token",
                Hint(
                    "Send the header Authorization: Bearer TOKEN; an admin can create a token.",
                    Command("tokens create", "NAME", role="viewer"),
                ),
            )
        return Caller(network_of(address) or address)

    def take(self, caller: Caller, posts: int) -> None:
        """Count what a caller asks for; what is refused does not count.

        Raises:
            HttpError: it is more than they may ask for in a minute.
        """
        if self._allowance is None:
            return
        wait = math.ceil(self._allowance.take(caller.name, posts))
        if not wait:
            return
        never = posts > self._allowance.most
        raise HttpError(
            429,
            f"{caller.name} is limited to {self._allowance.most:,} posts per minute",
            "Send fewer posts at once." if never else f"Try again in {wait} s.",
            {} if never else {"Retry-After": str(wait)},
        )

    async def _name(self, secret: str, network: str) -> str:
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        name, until = self._good.get(digest, ("", 0.0))
        if time.monotonic() < until:
            return name
        try:
            actor = await to_thread(members.actor_of_token, self._store, secret)
        except RefusedError as error:
            self._good.pop(digest, None)
            self._refused()
            if self._wrong.take(network):
                await sleep(WRONG_SECONDS)
            raise _unknown(error.reason, error.hint) from None
        if len(self._good) >= _MOST_TOKENS:
            self._good.clear()
        self._good[digest] = actor.name, time.monotonic() + TOKEN_CACHE_SECONDS
        return actor.name


def _bearer(headers: Mapping[bytes, bytes]) -> str | None:
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _unknown(reason: str, hint: Hint | str) -> HttpError:
    return HttpError(401, reason, hint, {"WWW-Authenticate": "Bearer"})


def _is_forwarded(headers: Mapping[bytes, bytes]) -> bool:
    return is_forwarded(name.decode("latin-1") for name in headers)
