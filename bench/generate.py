"""Prediction tables that look like those of real posts, generated.

What looks real: subreddits of very different sizes, each as hard as it happens to be, mistaken for
a few neighbours more than for others; two models that share most of what they see in a post, so
that they agree on most first predictions; p@1 that is high where a model is right.

Each post offers a model the same eight subreddits to choose from: its own, six neighbours, and one
from anywhere. What a model sees in each is its pull plus what both models see in the post plus
what only this one sees. The five strongest are predicted, with the softmax over the eight.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.evaluation.prediction_table import PredictionTable

SMALLEST, LARGEST = 5, 5_000
"""Posts of a subreddit, as far as the numbers of posts and subreddits allow."""
TOP = 5
NEIGHBOURS = 6
_NEAR = 12
"""Neighbours are among so many next subreddits, the one from anywhere is not."""
_BLOCK = 250_000
"""Posts generated at once: keeps memory flat."""

# Chosen so that, at any number of subreddits, about 45% of first predictions are right, recall@5 is
# about 0.7 and two models agree on about 75% of first predictions, as measured on real posts. What
# a post says of its own subreddit differs most from post to post.
_OWN_PULL, _OWN_SPREAD = 2.1, 0.9
_OTHER_PULLS = (1.7, 1.3, 1.0, 0.8, 0.6, 0.4, 0.9)
_OWN_SEEN_BY_BOTH, _OTHERS_SEEN_BY_BOTH, _SEEN_BY_ONE = 2.7, 0.9, 0.4
_SHARPNESS = 0.8

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _World:
    """What both models face: for each label its own pull, and how far its neighbours stand."""

    own: Floats
    neighbours: Ints


def tables(
    posts: int, labels: int, *, seed: int = 0, models: int = 2
) -> tuple[PredictionTable, ...]:
    """Prediction tables of ``models`` models on the same ``posts`` posts of ``labels`` subreddits.

    The same arguments give the same tables on one version of numpy.

    Raises:
        ValueError: fewer than 20 subreddits, or fewer posts than subreddits.
    """
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(labels), sizes(posts, labels, rng=rng)))
    return predictions(truth.astype(np.int32), post_ids(posts), names(labels), rng, models=models)


def predictions(
    truth: Ints,
    ids: NDArray[np.object_],
    vocabulary: tuple[str, ...],
    rng: np.random.Generator,
    *,
    models: int = 2,
) -> tuple[PredictionTable, ...]:
    """What ``models`` models say of posts whose labels are known.

    Raises:
        ValueError: fewer than 20 subreddits.
    """
    if len(vocabulary) < 20:
        raise ValueError("20 subreddits at least: each needs neighbours")
    world = _world(len(vocabulary), rng)
    top = np.empty((models, len(truth), TOP), dtype=np.int32)
    probabilities = np.empty((models, len(truth), TOP), dtype=np.float32)
    for block in _blocks(len(truth)):
        offered = _offered(truth[block], world, rng)
        pull = _pull(truth[block], world, rng)
        for model in range(models):
            seen = pull + _SEEN_BY_ONE * _noise(pull.shape, rng)
            top[model, block], probabilities[model, block] = _strongest(offered, seen)
    return tuple(
        PredictionTable(
            post_id=ids,
            label=truth,
            top_labels=top[model],
            top_probs=probabilities[model],
            vocabulary=vocabulary,
            model_labels=vocabulary,
        )
        for model in range(models)
    )


def attributes(ids: NDArray[np.object_], *, seed: int = 0) -> pd.DataFrame:
    """What a snapshot keeps of each post for the slices, one row each, without any meaning."""
    rng = np.random.default_rng(seed)
    posts = len(ids)
    return pd.DataFrame(
        {
            "post_id": ids,
            "created_utc": np.sort(rng.integers(1_700_000_000, 1_760_000_000, posts)),
            "is_self": rng.random(posts) < 0.6,
            "title_length": rng.gamma(3, 18, posts).astype(np.int32) + 3,
            "score": rng.pareto(1, posts).clip(0, 50_000).astype(np.int64),
            "num_comments": rng.pareto(1, posts).clip(0, 5_000).astype(np.int64),
            "domain": np.array([f"domain{n}.example" for n in range(500)], dtype=object)[
                rng.zipf(1.5, posts) % 500
            ],
            "flair": np.array(["", "question", "news", "help"], dtype=object)[
                rng.integers(0, 4, posts)
            ],
            "over_18": rng.random(posts) < 0.1,
            "subreddit_age_days": rng.gamma(2, 400, posts).astype(np.float32),
            "origin": ["reddit"] * posts,
        }
    )


def sizes(posts: int, labels: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
    """Posts of each subreddit, shape (labels,): log-normal, from 5 to 5,000, ``posts`` in all.

    With too few posts the smallest are smaller, with too many the largest are larger.

    Raises:
        ValueError: fewer posts than subreddits.
    """
    if posts < labels:
        raise ValueError(f"{posts} posts are too few for {labels} subreddits")
    mean = posts / labels
    low, high = min(SMALLEST, max(1, mean / 4)), max(LARGEST, 3 * mean)
    weight = rng.lognormal(0.0, 1.4, labels)
    least, most = low / weight.max(), high / weight.min()
    for _ in range(100):  # halves the interval in which the scale lies
        scale = np.sqrt(least * most)
        total = np.clip(weight * scale, low, high).sum()
        least, most = (scale, most) if total < posts else (least, scale)
    exact = np.clip(weight * scale, low, high)
    found = np.floor(exact).astype(np.int64)
    found[np.argsort(found - exact)[: posts - found.sum()]] += 1
    return found


def post_ids(posts: int) -> NDArray[np.object_]:
    """Ids as Reddit's are: base 36, counting up."""
    return np.array([np.base_repr(36**5 + 7 * n, 36).lower() for n in range(posts)], dtype=object)


def names(labels: int) -> tuple[str, ...]:
    """Subreddits, sorted."""
    return tuple(f"subreddit{n:05d}" for n in range(labels))


def _world(labels: int, rng: np.random.Generator) -> _World:
    own = _OWN_PULL + _OWN_SPREAD * rng.standard_normal(labels)
    near = rng.permuted(np.tile(np.arange(1, _NEAR + 1), (labels, 1)), axis=1)
    return _World(own.astype(np.float32), near[:, :NEIGHBOURS].astype(np.int32))


def _blocks(posts: int) -> Iterator[slice]:
    for start in range(0, posts, _BLOCK):
        yield slice(start, min(start + _BLOCK, posts))


def _offered(truth: Ints, world: _World, rng: np.random.Generator) -> Ints:
    """The eight labels of each post, all different; its own is the first."""
    labels = len(world.own)
    anywhere = rng.integers(_NEAR + 1, labels, (len(truth), 1))
    steps = np.hstack([np.zeros_like(anywhere), world.neighbours[truth], anywhere])
    return ((truth[:, None] + steps) % labels).astype(np.int32)


def _pull(truth: Ints, world: _World, rng: np.random.Generator) -> Floats:
    """What both models see in each of the eight."""
    own = world.own[truth] + _OWN_SEEN_BY_BOTH * _noise(truth.shape, rng)
    noise = _OTHERS_SEEN_BY_BOTH * _noise((len(truth), NEIGHBOURS + 1), rng)
    others = np.array(_OTHER_PULLS, dtype=np.float32) + noise
    return np.hstack([own[:, None], others])


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    return rng.standard_normal(shape, dtype=np.float32)


def _strongest(offered: Ints, seen: Floats) -> tuple[Ints, Floats]:
    """The first five labels and their probabilities, most probable first."""
    order = np.argsort(-seen, axis=1)[:, :TOP]
    weight = np.exp(_SHARPNESS * (seen - seen.max(axis=1, keepdims=True)))
    weight /= weight.sum(axis=1, keepdims=True)
    return np.take_along_axis(offered, order, 1), np.take_along_axis(weight, order, 1)
