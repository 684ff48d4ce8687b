"""The demo's users: they send texts to what is in production, and some say what is right."""

from datetime import UTC, datetime, timedelta
from random import Random

from core.demo.generate import LAST_DAY
from core.demo.wordlists import Lists, Subreddit
from core.demo.writing import Text, write_text
from core.feedback import submissions
from core.feedback.submissions import Sent
from core.serving.model import Suggestion
from core.serving.suggest import load_alias
from core.store import Store
from core.text import post_of

TEXTS = 240
"""Sent to each version that was in production."""
WEEKS = 6
"""How long each version was there, as far as its users go."""
ANSWERED = 0.55
MISTAKEN = 0.08
"""Of the answers: another suggestion was taken for the right one."""
SHORT = 0.35
"""A title is all that is sent."""
MISSING = ("DevelEire", "AskIreland", "Sourdough", "homelab", "DevelEire", "Kayaking")
"""Subreddits that users miss and the demo has no posts of, the first one twice as often."""


def send_texts(store: Store, lists: Lists, alias: str, *, ago: timedelta, seed: int) -> None:
    """Send texts to what ``alias`` names, over the weeks that ended so long ago, and answer some.

    The same seed sends the same texts and answers; only the moments are those of today.
    """
    rng = Random(f"{seed}:users")
    suggester = load_alias(store, alias)
    texts = [_text(lists, rng) for _ in range(TEXTS)]
    suggested = suggester.suggest_many([post_of(text.title, text.body) for _, text in texts])
    until = datetime.now(UTC) - ago
    moments = sorted(until - timedelta(weeks=WEEKS) * rng.random() for _ in texts)
    publics = submissions.keep(
        store,
        [
            Sent(
                title=text.title,
                body=text.body,
                version=suggester.version,
                suggestions=suggestions,
                source=rng.choice(("page", "page", "api")),
                keep_text=rng.random() < 0.9,
                at=at,
            )
            for (_, text), suggestions, at in zip(texts, suggested, moments, strict=True)
        ],
    )
    said = [
        (public, _answer(truth.name, suggestions, rng))
        for public, (truth, _), suggestions in zip(publics, texts, suggested, strict=True)
        if rng.random() < ANSWERED
    ]
    submissions.answers(store, said)


def _text(lists: Lists, rng: Random) -> tuple[Subreddit, Text]:
    """A text, and the subreddit that it is meant for."""
    meant = rng.choice(lists.subreddits)
    text = write_text(lists, meant, LAST_DAY, rng=rng)
    return meant, Text(text.title, "") if rng.random() < SHORT else text


def _answer(truth: str, suggestions: list[Suggestion], rng: Random) -> str | None:
    """What a user says is right; None: none of these, and no other comes to mind."""
    names = [suggestion.subreddit for suggestion in suggestions]
    if truth not in names:
        return rng.choice((truth, truth, None, rng.choice(MISSING)))
    return rng.choice(names) if rng.random() < MISTAKEN else truth
