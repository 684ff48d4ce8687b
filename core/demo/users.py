"""The demo's users: they send texts to what is in production, and some say what is right."""

from random import Random

from core.demo.generate import LAST_DAY
from core.demo.wordlists import Lists
from core.demo.writing import Text, write_text
from core.feedback import submissions
from core.feedback.submissions import Sent
from core.serving.model import Suggestion
from core.serving.suggest import load_alias
from core.store import Store
from core.text import post_of

TEXTS = 240
"""Sent to each version that was in production."""
ANSWERED = 0.55
MISTAKEN = 0.08
"""Of the answers: the next suggestion was taken for the right one."""
SHORT = 0.35
"""A title is all that is sent."""
MISSED = 0.06
"""Of the texts: for a subreddit that the demo has no posts of."""
MISSING = {
    "DevelEire": (
        "Which Dublin companies still hire junior developers?",
        "Contracting through a limited company in Ireland, is it worth it?",
        "How is the tech job market in Cork these days?",
        "Stamp 4 and remote work for a US company, any experience?",
    ),
    "AskIreland": (
        "What do ye do with the kids in Galway when it rains all week?",
        "Is it rude to skip the sandwiches after a funeral in Mayo?",
    ),
    "Sourdough": (
        "My starter smells like acetone, should I feed it more often?",
        "Open crumb at 75% hydration after three failed loaves",
    ),
    "Kayaking": (
        "First sea kayak under 14 feet, what should I look for?",
        "Cold water paddling: drysuit or wetsuit for November?",
    ),
}
"""Subreddits that users miss, and what they would post there."""


def send_texts(store: Store, lists: Lists, alias: str, *, seed: int) -> None:
    """Send texts to what ``alias`` names, now, and answer some.

    The same seed sends the same texts and answers.
    """
    rng = Random(f"{seed}:users")
    suggester = load_alias(store, alias)
    texts = [_text(lists, rng) for _ in range(TEXTS)]
    suggested = suggester.suggest_many([post_of(text.title, text.body) for _, text in texts])
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
            )
            for (_, text), suggestions in zip(texts, suggested, strict=True)
        ],
    )
    said = [
        (public, _answer(truth, suggestions, rng))
        for public, (truth, _), suggestions in zip(publics, texts, suggested, strict=True)
        if rng.random() < ANSWERED
    ]
    submissions.answers(store, said)


def _text(lists: Lists, rng: Random) -> tuple[str, Text]:
    """A text, and the subreddit that it is meant for."""
    if rng.random() < MISSED:
        name = rng.choice(list(MISSING))
        return name, Text(rng.choice(MISSING[name]), "")
    meant = rng.choice(lists.subreddits)
    text = write_text(lists, meant, LAST_DAY, rng=rng, strays=False)
    return meant.name, Text(text.title, "") if rng.random() < SHORT else text


def _answer(truth: str, suggestions: list[Suggestion], rng: Random) -> str | None:
    """What a user says is right; None: none of these, and no other comes to mind."""
    names = [suggestion.subreddit for suggestion in suggestions]
    if truth not in names:
        return truth if rng.random() < 0.7 else None
    if rng.random() < MISTAKEN:
        return names[(names.index(truth) + 1) % len(names)]
    return truth
