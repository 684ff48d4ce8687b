"""Reddit's API, read only: a thin client over PRAW. One for each thread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import praw
from prawcore.exceptions import OAuthException, PrawcoreException, ResponseException

from core.collect.outcomes import Outcome, Refusal
from core.collect.rate import Clock, RateLimit
from core.collect.transport import TIMEOUT, Transport
from core.errors import InputError
from core.hints import Command, Hint
from core.network import is_loopback
from core.settings import Settings

PAGE = 100
"""Entries of a listing that Reddit gives at once, and posts that ``info`` answers for."""
SITE, OAUTH = "https://www.reddit.com", "https://oauth.reddit.com"


@dataclass(frozen=True, slots=True)
class Access:
    """Where Reddit is, and who asks. ``secret`` is in no log and no error."""

    site: str
    oauth: str
    client_id: str
    secret: str
    user_agent: str

    def __repr__(self) -> str:
        return f"Access({self.site}, {self.user_agent})"


@dataclass(frozen=True, slots=True)
class Listing:
    """One page. ``after`` names the entry that the next page begins behind; None: it has ended."""

    entries: tuple[Mapping[str, Any], ...]
    after: str | None


def access(settings: Settings) -> Access:
    """How the settings say that Reddit is reached.

    Raises:
        InputError: credentials are missing, or would be sent where anybody can read them.
    """
    needed = {
        "SIGNOFF_REDDIT_CLIENT_ID": settings.reddit_client_id,
        "SIGNOFF_REDDIT_CLIENT_SECRET": settings.reddit_client_secret,
        "SIGNOFF_REDDIT_CONTACT": settings.reddit_contact,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise InputError(
            f"Reddit's API needs a key: {', '.join(missing)} not set",
            Hint(
                "docs/collecting.md says how to get a key; posts from files need none.",
                Command("import", "FOLDER"),
            ),
        )
    url = settings.reddit_url.rstrip("/")
    if url:
        _require_private(url)
    return Access(
        site=url or SITE,
        oauth=url or OAUTH,
        client_id=settings.reddit_client_id,
        secret=settings.reddit_client_secret,
        user_agent=user_agent(settings.reddit_contact),
    )


def user_agent(contact: str) -> str:
    """What Reddit asks every program to say of itself: platform, name, version, whom to write to.

    Args:
        contact: a Reddit user, with or without ``/u/``, or an email address.

    Raises:
        InputError: it has characters that no header can carry.
    """
    if not contact.isascii() or not contact.isprintable():
        raise InputError(
            f"SIGNOFF_REDDIT_CONTACT {contact!r} does not say who you are",
            "Give a Reddit user, such as /u/ada, or an email address.",
        )
    name = contact.strip().removeprefix("/").removeprefix("u/")
    who = name if "@" in name else f"/u/{name}"
    return f"python:signoff:{version('signoff')} (by {who})"


def _require_private(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise InputError(
            f"SIGNOFF_REDDIT_URL {url!r} is not an address",
            "Write it as https://reddit.example.com.",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise InputError(
            f"SIGNOFF_REDDIT_URL {url} would send the key unencrypted",
            "Use https. Plain http is allowed only for this machine.",
        )


def connector(access: Access, clock: Clock) -> Callable[[], "Client"]:
    """What makes the clients of one run, which share a rate limit."""
    limit = RateLimit(clock)
    return lambda: Client(access, limit)


class Client:
    """Reads listings. Every method raises :class:`Refusal` where Reddit gives something else.

    Raises:
        InputError: (every method) Reddit does not accept the credentials.
    """

    def __init__(self, access: Access, limit: RateLimit) -> None:
        # All that a praw.ini or the environment could say is said here: neither may send the key
        # elsewhere, nor act as a person.
        self._reddit = praw.Reddit(
            client_id=access.client_id,
            client_secret=access.secret,
            user_agent=access.user_agent,
            reddit_url=access.site,
            oauth_url=access.oauth,
            username=None,
            password=None,
            refresh_token=None,
            check_for_updates=False,
            check_for_async=False,
            requestor_class=Transport,
            requestor_kwargs={"limit": limit, "timeout": TIMEOUT},
        )

    def newest(self, subreddit: str, *, after: str | None = None, limit: int = PAGE) -> Listing:
        """Posts of a subreddit, newest first; Reddit shows about 1,000 of them."""
        return self._listing(f"r/{subreddit}/new", limit=limit, after=after)

    def popular(self, *, after: str | None = None, limit: int = PAGE) -> Listing:
        """Subreddits, the most popular first."""
        return self._listing("subreddits/popular", limit=limit, after=after)

    def info(self, fullnames: Sequence[str]) -> Listing:
        """The posts of these names (``t3_…``, at most :data:`PAGE`), without those it has not."""
        return self._listing("api/info", id=",".join(fullnames))

    def about(self, subreddit: str) -> Mapping[str, Any]:
        """What Reddit says of a subreddit."""
        return _data(self._get(f"r/{subreddit}/about"), "t5")

    def _listing(self, path: str, **params: str | int | None) -> Listing:
        given = {name: value for name, value in params.items() if value is not None}
        return listing(self._get(path, **given))

    def _get(self, path: str, **params: str | int) -> Any:
        # Plain JSON: an object of PRAW's would ask Reddit again for every field that is absent.
        try:
            return self._reddit.request(method="GET", path=path, params=params)
        except (ResponseException, OAuthException) as error:
            raise InputError(
                f"Reddit does not accept the key ({error})",
                "Check SIGNOFF_REDDIT_CLIENT_ID and SIGNOFF_REDDIT_CLIENT_SECRET.",
            ) from error
        except (PrawcoreException, KeyError) as error:  # KeyError: an answer without a token
            raise Refusal(Outcome.UNREADABLE, f"{type(error).__name__}: {error}") from error


def listing(answer: Any) -> Listing:
    """A page from the JSON of an answer. Entries that are none are left out. Pure.

    Raises:
        Refusal: it is not a page.
    """
    data = _data(answer, "Listing")
    children, after = data.get("children"), data.get("after")
    if not isinstance(children, list) or not isinstance(after, str | None):
        raise Refusal(Outcome.UNREADABLE, "not a listing")
    entries = [child.get("data") for child in children if isinstance(child, Mapping)]
    return Listing(
        entries=tuple(entry for entry in entries if isinstance(entry, Mapping)),
        after=after or None,
    )


def _data(answer: Any, kind: str) -> Mapping[str, Any]:
    if isinstance(answer, Mapping) and answer.get("kind") == kind:
        data = answer.get("data")
        if isinstance(data, Mapping):
            return data
    raise Refusal(Outcome.UNREADABLE, f"no {kind}")
