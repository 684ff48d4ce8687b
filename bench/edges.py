"""Few posts, and shares near 1: do intervals still cover, and do gates pass by luck?

Posts are drawn, a model is right on each with the same probability, and its true figures follow
from that. The second model answers a fifth of the posts again, and is exactly as good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench import report
from bench.measure import note
from bench.simulate import Runs, in_processes
from core.metrics import FIGURES
from core.stats.classification import LabelCounts
from core.stats.estimates import difference, estimate
from core.stats.predictions import Predictions
from core.stats.scores import balanced_accuracy, f1_macro, matthews_correlation
from core.stats.shares import share_interval

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LABELS = {
    "1 subreddit": [1.0],
    "2 alike": [0.5, 0.5],
    "2, one 8 times the other": [8 / 9, 1 / 9],
    "40 alike": [1 / 40] * 40,
    "40, the n-th 1/n of the first": list(1 / np.arange(1, 41) / np.sum(1 / np.arange(1, 41))),
}
POSTS = (10, 78, 1_000, 10_000)
SHARES = (0.5, 0.8, 0.95, 0.99, 0.999)
SHARES_OF = ("accuracy", "recall_at_5")
MEANS_OF = ("f1_macro", "balanced_accuracy", "matthews_correlation")
AGREE = 0.8
TIE = 1e-9
LOWEST, LUCK = 0.93, 0.05


@dataclass(frozen=True, slots=True)
class World:
    """Where samples come from: the share of posts that each label has, and of right answers."""

    labels: Floats
    share: float
    values: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        w, wrong = self.labels, 1 - self.share
        others = (1 - w) / (len(w) - 1) if len(w) > 1 else np.zeros(1)
        counts = LabelCounts(w, w * self.share + wrong * others, w * self.share)
        shares = dict.fromkeys(("accuracy", "recall_at_5"), self.share)
        over_labels = {
            "f1_macro": float(f1_macro(counts)),
            "balanced_accuracy": float(balanced_accuracy(counts)),
            "matthews_correlation": float(matthews_correlation(counts)),
        }
        object.__setattr__(self, "values", shares | over_labels)

    def draw(self, posts: int, rng: np.random.Generator) -> tuple[Predictions, Predictions]:
        """Both models on one sample. With one label, what is wrong has no prediction."""
        truth = rng.choice(len(self.labels), posts, p=self.labels)
        first = self._said(truth, rng)
        other = np.where(rng.random(posts) < AGREE, first, self._said(truth, rng))
        one, two = (
            Predictions(
                truth, np.stack([said] + [np.full(posts, -1)] * 4, axis=1), np.full((posts, 5), 0.2)
            )
            for said in (first, other)
        )
        return one, two

    def _said(self, truth: Ints, rng: np.random.Generator) -> Ints:
        right, count = rng.random(len(truth)) < self.share, len(self.labels)
        wrong = (truth + rng.integers(1, count, len(truth))) % count if count > 1 else -1
        return np.where(right, truth, wrong)


def tried(world: World, posts: int, runs: int, seed: int) -> Runs:
    """How often intervals hold the true value, and lie above it, in ``runs`` samples.

    A minimum at the true value passes where the interval lies above it, non-inferiority with no
    margin where that of the difference does.
    """
    rng = np.random.default_rng(seed)
    figures = {name: FIGURES[name] for name in (*SHARES_OF, *MEANS_OF)}
    hits: Runs = {}
    for _ in range(runs):
        sides = world.draw(posts, rng)
        before, after = estimate(sides, figures, labels=len(world.labels), rng=rng, resamples=2)
        for name, true in world.values.items():
            change = difference(before[name], after[name], paired=True)
            for kind, interval, value in (
                ("one", before[name].interval, true),
                ("two", change.interval, 0.0),
            ):
                low, high = interval
                held = low <= value + TIE and value - TIE <= high
                for key, hit in (("held", held), ("luck", low > value + TIE)):
                    name_of = f"{name}/{kind}/{key}"
                    hits[name_of] = hits.get(name_of, 0) + hit
    return hits


def main() -> None:
    """Parse the arguments, simulate, report."""
    chosen = report.parser(__doc__, repeats=600).parse_args()
    rows: list[list[str]] = []
    lowest, luckiest = 1.0, 0.0
    for name, labels in LABELS.items():
        for posts in POSTS:
            found: Runs = {}
            for share in SHARES:
                count = partial(tried, World(np.array(labels), share), posts)
                for key, hits in in_processes(count, chosen.repeats).items():
                    found[f"{key}/{share}"] = hits / chosen.repeats
            cells = [
                _extreme(found, of, kind) for of in (SHARES_OF, MEANS_OF) for kind in ("one", "two")
            ]
            note(f"{name}, {posts}: {cells}")
            lowest = min(lowest, *(held for held, _ in cells))
            luckiest = max(luckiest, *(luck for _, luck in cells))
            rows.append([name, f"{posts:,}", *(f"{held:.1%}, {luck:.1%}" for held, luck in cells)])
    covered = share_interval(round(lowest * chosen.repeats), chosen.repeats)[1] >= LOWEST
    kept = covered and share_interval(round(luckiest * chosen.repeats), chosen.repeats)[0] <= LUCK
    section = report.Section(
        title="Few posts, and shares near 1",
        text=f"{chosen.repeats:,} samples each of a model that is right on 0.5, 0.8, 0.95, 0.99 and"
        " 0.999 of all posts, and of another that is as good and answers a fifth of them again."
        " Each cell: the lowest coverage of the 95% intervals, and how often at most a gate at the"
        " true value passes by luck, over these five and over the metrics. *Shares*: accuracy and"
        " recall@5; *means*: macro F1, balanced accuracy, Matthews correlation.",
        columns=("subreddits", "posts", "shares", "difference", "means", "difference"),
        rows=rows,
        verdict=f"Promise: {LOWEST:.0%} or more covered, {LUCK:.0%} or less passed by luck."
        f" Measured: {lowest:.1%} and {luckiest:.1%},"
        f" {'kept, as far as this number of runs shows' if kept else '**not kept**'}.",
    )
    report.publish(section, write=chosen.write)


def _extreme(found: Runs, metrics: Sequence[str], kind: str) -> tuple[float, float]:
    """The lowest coverage and the most luck of these metrics."""
    held, luck = (
        [found[f"{name}/{kind}/{key}/{share}"] for name in metrics for share in SHARES]
        for key in ("held", "luck")
    )
    return min(held), max(luck)


if __name__ == "__main__":
    main()
