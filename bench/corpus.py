"""Generated posts whose texts have the shape of real ones, at any size.

As measured on the real posts of 2,490 subreddits: titles of about 14 words, a body in 26 of 100
posts. A subreddit has words of its own, shares others with the rest of its topic, and takes the
rest from the language, whose words are as common as Zipf says; new words keep coming, as names and
typing errors do.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.generate import names, post_ids, sizes
from core.collect.posts import Post

LANGUAGE, OWN, TOPIC = 150_000, 80, 300
"""Words of the language, of a subreddit and of a topic."""
TOPICS = 12
"""Subreddits of one topic."""
OWN_SHARE, TOPIC_SHARE, NEW_SHARE = 0.10, 0.15, 0.03
"""How many of a post's words are its subreddit's own, its topic's, and seen nowhere else."""
TITLE_WORDS, BODY_WORDS, BODY_SHARE = 14, 70, 0.26
FIRST_UTC, LAST_UTC = 1_600_000_000, 1_760_000_000
_BLOCK = 50_000

Ints = NDArray[np.int64]


def corpus(posts: int, subreddits: int, *, seed: int = 0) -> Iterator[list[Post]]:
    """Posts in blocks, in the order of time. The same arguments give the same posts."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.repeat(np.arange(subreddits), sizes(posts, subreddits, rng=rng)))
    moments = np.sort(rng.integers(FIRST_UTC, LAST_UTC, posts))
    ids, called = post_ids(posts), names(subreddits)
    for start in range(0, posts, _BLOCK):
        block = slice(start, start + _BLOCK)
        of = label[block]
        bodies = np.where(rng.random(len(of)) < BODY_SHARE, 1 + rng.poisson(BODY_WORDS, len(of)), 0)
        titles = _texts(of, 1 + rng.poisson(TITLE_WORDS - 1, len(of)), rng)
        yield [
            Post(id=post, subreddit=called[n], created_utc=at, title=title, body=body)
            for post, n, at, title, body in zip(
                ids[block],
                of.tolist(),
                moments[block].tolist(),
                titles,
                _texts(of, bodies, rng),
                strict=True,
            )
        ]


def _texts(label: Ints, lengths: Ints, rng: np.random.Generator) -> list[str]:
    """A text for each label, of the length given for it in words."""
    of, total = np.repeat(label, lengths), int(lengths.sum())
    kind = rng.random(total)
    words = np.minimum(rng.zipf(1.25, total), LANGUAGE)
    own = kind < OWN_SHARE
    words[own] = LANGUAGE + 1 + of[own] * OWN + rng.integers(0, OWN, own.sum())
    topic = ~own & (kind < OWN_SHARE + TOPIC_SHARE)
    # Words of a topic are words of the language, which other subreddits use seldom.
    words[topic] = (of[topic] // TOPICS * 7_919 + rng.integers(0, TOPIC, topic.sum())) % LANGUAGE
    new = kind > 1 - NEW_SHARE
    words[new] = rng.integers(2**32, 2**40, new.sum())
    spelled = [f"{word:x}" for word in words.tolist()]
    ends = np.cumsum(lengths).tolist()
    return [
        " ".join(spelled[end - length : end])
        for end, length in zip(ends, lengths.tolist(), strict=True)
    ]
