"""Of each post a few numbers, which is all that is kept of it while the others are read. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Bools, Int32s, Int64s
from core.invisible import without_invisible
from core.store.quality import PostText
from core.text import is_empty

NO_TEXT = 0
"""The text of a post of which normalising leaves nothing."""
_CROSSPOST = re.compile(r"\b(?:x|cross)[- ]?post", re.IGNORECASE)
"""How people mark one in a title: x-post, xpost, crosspost, cross post."""
_BRACKETED = re.compile(r"[(\[{*]\s*(?:x|cross)[- ]?post[^)\]}*]*[)\]}*]", re.IGNORECASE)
"""A mark that can be taken off, as ``[x-post from r/funny]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Numbers of n posts, each of shape (n,); 32 bytes a post."""

    subreddit: Int32s
    """Ids of the store."""
    created: Int64s
    """Epoch seconds."""
    text: Int64s
    """Equal for texts that differ in case, spacing, what nobody sees, and the bracketed mark of a
    crosspost only;
    :data:`NO_TEXT`. Means nothing in another process."""
    words: Int32s
    """Of title and body, as spaces part them; 0 of sealed posts."""
    score: Int32s
    title_only: Bools
    crosspost: Bools
    """Its title says so."""
    over_18: Bools
    generated: Bools
    sealed: Bools
    """Its texts are sealed in the store: what is said of texts leaves it out."""

    def __len__(self) -> int:
        return len(self.subreddit)


def measure(posts: Sequence[PostText]) -> Measured:
    """The numbers of some posts, in their order."""
    words = [without_invisible(f"{post.title} {post.body}").lower().split() for post in posts]
    bounds = np.iinfo(np.int32)
    scores = np.array([post.score for post in posts], dtype=np.int64)
    return Measured(
        subreddit=np.array([post.subreddit for post in posts], dtype=np.int32),
        created=np.array([post.created_utc for post in posts], dtype=np.int64),
        text=np.array(
            [_text(post, said) for post, said in zip(posts, words, strict=True)], dtype=np.int64
        ),
        words=np.array([len(said) for said in words], dtype=np.int32),
        score=scores.clip(bounds.min, bounds.max).astype(np.int32),
        title_only=np.array([not (post.body or post.sealed) for post in posts], dtype=bool),
        crosspost=np.array([bool(_CROSSPOST.search(post.title)) for post in posts], dtype=bool),
        over_18=np.array([post.over_18 for post in posts], dtype=bool),
        generated=np.array([post.source == "generated" for post in posts], dtype=bool),
        sealed=np.array([post.sealed for post in posts], dtype=bool),
    )


def joined(parts: Iterable[Measured]) -> Measured:
    """All parts as one."""
    every = [measure([]), *parts]
    return Measured(
        subreddit=np.concatenate([part.subreddit for part in every]),
        created=np.concatenate([part.created for part in every]),
        text=np.concatenate([part.text for part in every]),
        words=np.concatenate([part.words for part in every]),
        score=np.concatenate([part.score for part in every]),
        title_only=np.concatenate([part.title_only for part in every]),
        crosspost=np.concatenate([part.crosspost for part in every]),
        over_18=np.concatenate([part.over_18 for part in every]),
        generated=np.concatenate([part.generated for part in every]),
        sealed=np.concatenate([part.sealed for part in every]),
    )


@dataclass(frozen=True, slots=True)
class SameText:
    """For each post, shape (n,), whether its text stands elsewhere too.

    ``repeat``: in an earlier row of its own subreddit; dropping these leaves one of each.
    ``elsewhere``: in another subreddit.
    ``nameable``: how many posts a classifier that sees nothing but the text could name right at
    best: of each text, those of the subreddit that has it most often.
    """

    repeat: Bools
    elsewhere: Bools
    nameable: int


def same_text(measured: Measured) -> SameText:
    """Which posts share their text; those without any share nothing."""
    order = np.lexsort((measured.subreddit, measured.text))
    text, subreddit = measured.text[order], measured.subreddit[order]
    new_text = _differs(text) | (text == NO_TEXT)
    new_pair = new_text | _differs(subreddit)
    text_number, pair_number = np.cumsum(new_text) - 1, np.cumsum(new_pair) - 1
    subreddits = np.bincount(text_number[new_pair])
    most = np.zeros(len(subreddits), dtype=np.int64)
    np.maximum.at(most, text_number[new_pair], np.bincount(pair_number))
    repeat, elsewhere = np.zeros(len(order), dtype=bool), np.zeros(len(order), dtype=bool)
    repeat[order], elsewhere[order] = ~new_pair, (subreddits > 1)[text_number]
    return SameText(repeat=repeat, elsewhere=elsewhere, nameable=int(most.sum()))


def _text(post: PostText, words: Sequence[str]) -> int:
    if is_empty(post.title, post.body):
        return NO_TEXT
    if _CROSSPOST.search(post.title):
        said = f"{_BRACKETED.sub(' ', post.title)} {post.body}"
        bare = without_invisible(said).lower().split()
        words = bare or words
    # Python's own hash: 64 bits, of which two texts in two million agree once in ten million runs.
    return hash(" ".join(words)) or 1


def _differs(values: Int64s | Int32s) -> Bools:
    """Whether each value differs from the one before it; the first does."""
    differs = np.ones(len(values), dtype=bool)
    differs[1:] = values[1:] != values[:-1]
    return differs
