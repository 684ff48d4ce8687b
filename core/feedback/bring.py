"""Labelled texts become posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from core.collect.posts import Post, store_posts
from core.executions import Run, Step, run_cached
from core.store import Store, labels
from core.store.labels import SOURCE, Labelled
from core.text import SELF

STEP = Step(
    "feedback",
    code=(
        "core.feedback.bring",
        "core.batches",
        "core.collect.posts",
        "core.store.labels",
        "core.store.posts",
        "core.invisible",
        "core.text",
    ),
)


@dataclass(frozen=True, slots=True)
class Brought:
    """Which execution made posts of labelled texts, and of how many."""

    execution: int
    posts: int


def bring(store: Store) -> Brought | None:
    """Make posts of the labelled texts, as one recorded step; None if there are none.

    What was brought before and has not changed is left as it is.
    """
    with store.read() as session:
        state, texts = labels.state(session), list(labels.labelled(session))
    if not texts:
        return None
    newest = state.newest.isoformat() if state.newest else None
    inputs = {"labels": state.labels, "newest": newest, "texts": len(texts)}
    made = run_cached(store, STEP, partial(_bring, store, texts), params={}, inputs=inputs)
    return Brought(made.number, len(texts))


def _bring(store: Store, texts: Sequence[Labelled], run: Run) -> None:
    posts = [
        Post(
            id=text.post_id,
            subreddit=text.subreddit,
            created_utc=int(text.at.timestamp()),
            title=text.title,
            body=text.body,
            is_self=bool(text.body) or text.domain == SELF,
            domain=text.domain,
        )
        for text in texts
    ]
    counts = store_posts(store, posts, source=SOURCE, execution=run.number)
    run.metrics = {
        "inserted": counts.inserted,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "erased": counts.erased,
    }
