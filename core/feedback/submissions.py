"""Texts that users sent, and their answers."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from core.collect.rows import is_subreddit
from core.errors import InputError, NotFoundError
from core.serving import Suggestion
from core.store import Store
from core.store import submissions as table
from core.store.submissions import FeedbackCounts

_SUBREDDIT_IN = re.compile(r"^(https?://)?([a-z]+\.)?(reddit\.com)?/?r/", re.IGNORECASE)
"""How people write a subreddit: r/name, /R/name, or the address of its page."""
MAX_TITLE = 300
MAX_BODY = 40_000
"""Characters, as Reddit itself allows."""


def submit(
    store: Store, *, title: str, body: str, version: str, suggestions: Sequence[Suggestion]
) -> int:
    """Keep a text and what was suggested for it; the submission's id.

    Raises:
        InputError: the text is longer than Reddit allows.
    """
    if len(title) > MAX_TITLE or len(body) > MAX_BODY:
        raise InputError(
            "The text is too long",
            f"Titles have up to {MAX_TITLE} characters, texts up to {MAX_BODY:,}.",
        )
    values = {
        "at": datetime.now(UTC),
        "title": title,
        "body": body,
        "version": version,
        "suggestions": [[s.subreddit, round(s.probability, 6)] for s in suggestions],
    }
    with store.write() as session:
        return table.insert(session, values)


def answer(store: Store, submission: int, subreddit: str) -> str:
    """Keep which subreddit the user says is right; its name without ``r/``.

    Raises:
        InputError: that cannot be a subreddit's name.
        NotFoundError: there is no such submission.
    """
    name = _SUBREDDIT_IN.sub("", subreddit.strip()).strip("/")
    if not is_subreddit(name):
        raise InputError(f"{subreddit[:50]!r} is no subreddit's name", "Write it like r/ireland.")
    with store.write() as session:
        if not table.exists(session, submission):
            raise NotFoundError("That text is not kept any more", "Ask for suggestions again.")
        table.insert_feedback(session, submission=submission, subreddit=name, at=datetime.now(UTC))
    return name


def p_at_1(store: Store, training: int) -> list[float]:
    """p@1 of every text that users sent to a version of ``training``, oldest first."""
    with store.read() as session:
        suggested = table.suggested(session, training=training)
    return [float(rows[0][1]) for rows in suggested if rows]


def counts(store: Store) -> FeedbackCounts:
    with store.read() as session:
        return table.counts(session)
