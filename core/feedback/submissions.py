"""Texts that users sent, and their answers."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.access.transactions import append_unattended, unattended
from core.collect.names import is_subreddit
from core.errors import InputError, NotFoundError
from core.feedback import retention
from core.serving.model import Suggestion
from core.store import Store, submissions
from core.store.database import PATIENCE
from core.store.submissions import FeedbackCounts, NewSubmission
from core.store.tables_feedback import SubmissionRow

_SUBREDDIT_IN = re.compile(r"^(https?://)?([a-z]+\.)?(reddit\.com)?/?r/", re.IGNORECASE)
"""How people write a subreddit: r/name, /R/name, or the address of its page."""
MAX_TITLE = 300
MAX_BODY = 40_000
"""Characters, as Reddit itself allows."""
MAX_URL = 4_000
"""Characters of the address that a post links to."""
_PUBLIC_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A text that a user sent, and what ``version`` suggested.

    ``domain``: see :class:`core.text.Post`. ``source``: ``page``, ``api`` or ``shadow``.
    ``keep_text``: False where the user does not want it kept. ``twin``: of a shadow, the public id
    of what the user got. ``at``: when; None: now. ``tried``: a reviewer sent it, to try a version:
    it counts in no figure of users.
    """

    title: str
    body: str
    version: str
    suggestions: Sequence[Suggestion]
    source: str
    domain: str = ""
    keep_text: bool = True
    twin: str | None = None
    at: datetime | None = None
    tried: bool = False


def keep(
    store: Store, sent: Sequence[Sent], *, durable: bool = True, patience: float = PATIENCE
) -> list[str]:
    """Keep texts and what was suggested for them, all in one transaction; each one's public id.

    The text of a shadow stands with its twin only, so that there is one to erase.

    Texts that were kept for too long go with them, see :mod:`core.feedback.retention`.

    Args:
        durable: see :meth:`core.store.Store.append`. An answer is durable, and makes what it
            answers so. False is for a server that keeps many: it erases old texts by itself.
        patience: seconds to wait for other writers.

    Raises:
        InputError: a text is longer than Reddit allows; none is kept then.
        NotFoundError: a twin is not there.
        StorageError: it cannot be written.
    """
    for one in sent:
        check_text(one.title, one.body)
    twins = _twins(store, {one.twin for one in sent if one.twin is not None})
    keeps, now = bool(retention.keeps()), datetime.now(UTC)
    rows = [_row(one, now, twins.get(one.twin or ""), keeps=keeps) for one in sent]
    append_unattended(
        store,
        SubmissionRow,
        rows,
        because="texts of the public decide nothing",
        durable=durable,
        patience=patience,
    )
    if durable:
        retention.erase_overdue(store)
    return [row.public for row in rows]


def check_text(title: str, body: str) -> None:
    """Raise InputError if the text is longer than Reddit allows."""
    if len(title) > MAX_TITLE or len(body) > MAX_BODY:
        raise InputError(
            "The text is too long",
            f"A title has up to {MAX_TITLE} characters, a text up to {MAX_BODY:,}.",
        )


def answer(store: Store, public: str, subreddit: str | None) -> str | None:
    """Keep which subreddit the user says is right; its name without ``r/``.

    The latest word counts; the same word again changes nothing.

    Args:
        public: the submission, as :func:`keep` named it.
        subreddit: None: none of the suggestions, and the user names no other.

    Raises:
        InputError: that cannot be a subreddit's name.
        NotFoundError: there is no such submission.
    """
    name = None if subreddit is None else subreddit_in(subreddit)
    if not answers(store, [(public, name)])[0]:
        raise _unknown(public)
    return name


def answers(store: Store, said: Sequence[tuple[str, str | None]]) -> list[bool]:
    """Keep several answers in one transaction: pairs of public id and a name that
    :func:`subreddit_in` gave, or None.

    Returns:
        Of each, whether there is such a submission. The others are kept all the same.
    """
    with unattended(store, because="answers of the public decide nothing") as session:
        at = datetime.now(UTC)
        return [submissions.take_answer(session, public, name, at=at) for public, name in said]


def subreddit_in(written: str) -> str:
    """The name that someone wrote as r/name, /R/name or an address. Raises InputError if none."""
    name = _SUBREDDIT_IN.sub("", written.strip()).strip("/")
    if not is_subreddit(name):
        raise InputError(
            f"{written[:50]!r} is not the name of a subreddit", "Write it like r/ireland."
        )
    return name


def p_at_1_counts(store: Store, training: int, *, bins: int) -> list[int]:
    """How many texts each of ``bins`` equal bins of p@1 over [0, 1] holds, of those that the
    versions of ``training`` were asked for by users, as a shadow too.
    """
    with store.read() as session:
        counts = submissions.p_at_1_bins(session, training=training, bins=bins)
    return [counts.get(place, 0) for place in range(bins)]


def counts(store: Store) -> FeedbackCounts:
    with store.read() as session:
        return submissions.counts(session)


def _public() -> str:
    """An id that nobody can guess, and that no command line takes for an option."""
    made = secrets.token_urlsafe(_PUBLIC_BYTES)
    return _public() if made.startswith("-") else made


def _twins(store: Store, publics: set[str]) -> dict[str, int]:
    """Public id -> id. Nobody deletes one, so what is found stays true."""
    if not publics:
        return {}
    with store.read() as session:
        ids = submissions.ids_of(session, publics)
    if missing := publics - ids.keys():
        raise _unknown(min(missing))
    return ids


def _row(one: Sent, now: datetime, twin: int | None, *, keeps: bool) -> NewSubmission:
    kept = keeps and one.keep_text and one.twin is None
    return NewSubmission(
        public=_public(),
        at=one.at or now,
        title=one.title if kept else None,
        body=one.body if kept else None,
        expires=kept,
        version=one.version,
        source=one.source,
        p_at_1=one.suggestions[0].probability if one.suggestions else None,
        suggestions=[(s.subreddit, round(s.probability, 6)) for s in one.suggestions],
        twin=twin,
        domain=one.domain if kept else None,
        tried=one.tried,
    )


def _unknown(public: str) -> NotFoundError:
    return NotFoundError(
        f"There is no submission {public[:50]!r}", "Ask for suggestions again, and answer those."
    )
