"""Populations of posts whose true figures are known, to try the statistics on.

A population says how many posts to expect of each cell: a subreddit, and what two models take its
posts for. A sample draws each cell's posts (Poisson), so subreddits vary in size as they do in
life. What the figures are of infinitely many posts follows from the expectations themselves.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.stats.classification import ratio

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEIGHBOURS = 3
_NEAR = 6
_AGREE_WHEN_RIGHT = 0.75
"""Of what a model finds, so much the other finds as well."""
_SAME_ERROR = 0.6
"""Of what both miss, so much they take for the same neighbour."""


@dataclass(frozen=True, slots=True)
class Population:
    """Cells: subreddit, first predictions of both models, posts to expect. Shape (m,) each."""

    truth: Ints
    baseline: Ints
    candidate: Ints
    expected: Floats
    labels: int

    @property
    def values(self) -> dict[str, tuple[float, float]]:
        """True ``accuracy``, ``f1_macro`` and ``f1_weighted`` of both models."""
        support = np.bincount(self.truth, self.expected, self.labels)
        found: dict[str, list[float]] = {"accuracy": [], "f1_macro": [], "f1_weighted": []}
        for f1, hits in (self._side(self.baseline), self._side(self.candidate)):
            found["accuracy"].append(hits.sum() / support.sum())
            found["f1_macro"].append(f1.mean())
            found["f1_weighted"].append((f1 @ support) / support.sum())
        return {name: (before, after) for name, (before, after) in found.items()}

    @property
    def changes(self) -> Floats:
        """True change of each subreddit's F1, shape (labels,)."""
        return self._side(self.candidate)[0] - self._side(self.baseline)[0]

    def draw(self, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Subreddits and first predictions of one sample's posts, shape (n,) each."""
        posts = rng.poisson(self.expected)
        truth, baseline, candidate = np.repeat(
            np.stack([self.truth, self.baseline, self.candidate]), posts, axis=1
        )
        return truth, baseline, candidate

    def _side(self, said: Ints) -> tuple[Floats, Floats]:
        """F1 and hits of each subreddit."""
        right = said == self.truth
        hits = np.bincount(self.truth[right], self.expected[right], self.labels)
        total = np.bincount(self.truth, self.expected, self.labels)
        total = total + np.bincount(said, self.expected, self.labels)
        return ratio(2 * hits, total), hits


def population(
    sizes: Floats, *, rng: np.random.Generator, gain: float = 0.0, recall: float | None = None
) -> Population:
    """Two models on subreddits of these expected sizes, at least eight of them.

    Args:
        gain: how much more of its posts the candidate finds than the baseline, relatively.
        recall: of the baseline in every subreddit; by default anything, about a half on average.
    """
    labels, rows = len(sizes), []
    for truth, size in enumerate(sizes):
        near = [
            x for x in range(truth - _NEAR, truth + _NEAR + 1) if 0 <= x < labels and x != truth
        ]
        wrong = rng.choice(near, NEIGHBOURS, replace=False)
        pull = rng.dirichlet(np.full(NEIGHBOURS, 2.0))
        found = rng.beta(3, 3) * 0.9 if recall is None else recall
        alone = found * (1 - _AGREE_WHEN_RIGHT)
        more = min(alone * (1 + gain / (1 - _AGREE_WHEN_RIGHT)), 1 - found)
        rows.append((truth, truth, truth, size * found * _AGREE_WHEN_RIGHT))
        missed = 1 - found - more
        for i, x in enumerate(wrong):
            rows.append((truth, truth, x, size * alone * pull[i]))
            rows.append((truth, x, truth, size * more * pull[i]))
            for j, y in enumerate(wrong):
                together = _SAME_ERROR * pull[i] * (i == j) + (1 - _SAME_ERROR) * pull[i] * pull[j]
                rows.append((truth, x, y, size * missed * together))
    cells = np.array(rows)
    cells = cells[cells[:, 3] > 0]
    truth, baseline, candidate = cells[:, :3].astype(np.int64).T
    return Population(truth, baseline, candidate, cells[:, 3], labels)


def exchangeable(given: Population) -> Population:
    """The same with each cell's posts dealt evenly to either model: neither is better anywhere."""
    half = given.expected / 2
    return replace(
        given,
        truth=np.tile(given.truth, 2),
        baseline=np.concatenate([given.baseline, given.candidate]),
        candidate=np.concatenate([given.candidate, given.baseline]),
        expected=np.tile(half, 2),
    )


def with_loss(given: Population, label: int, *, loss: float) -> Population:
    """The same, but the candidate loses so much F1 on ``label``: its hits go to a neighbour."""
    hits = np.flatnonzero((given.truth == label) & (given.candidate == label))
    neighbour = given.candidate[(given.truth == label) & (given.candidate != label)][0]

    def moved(share: float) -> Population:
        expected = given.expected.copy()
        expected[hits] *= 1 - share
        return Population(
            truth=np.append(given.truth, given.truth[hits]),
            baseline=np.append(given.baseline, given.baseline[hits]),
            candidate=np.append(given.candidate, np.full(len(hits), neighbour)),
            expected=np.append(expected, given.expected[hits] * share),
            labels=given.labels,
        )

    low, high = 0.0, 1.0
    for _ in range(40):  # the loss grows with the share
        middle = (low + high) / 2
        low, high = (low, middle) if moved(middle).changes[label] < -loss else (middle, high)
    return moved(high)
