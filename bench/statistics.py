"""Whether the statistics keep what they promise: coverage, false alarms, power, by simulation."""

import argparse
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench import report
from bench.measure import note
from bench.population import Population, exchangeable, population, with_loss
from bench.simulate import Runs, in_processes
from core.comparison.align import Aligned
from core.comparison.results import BETTER, WORSE
from core.comparison.significance import (
    metric_intervals,
    paired_significance,
    unpaired_significance,
)
from core.stats.predictions import Predictions
from core.stats.shares import share_interval

Floats = NDArray[np.float64]

SUBREDDITS, SMALLEST, LARGEST = 300, 5, 500
LOSSES, LOSING_POSTS, LOSING_RECALL = (0.10, 0.20, 0.30), 100.0, 0.5
LOWEST, HIGHEST = 0.93, 0.97
FALSE_ALARMS = 0.05
KINDS = ("interval", "interval_percentile", "interval_bca")


def main() -> None:
    """Parse the arguments, simulate, report."""
    parser = report.parser(__doc__, repeats=2_000)
    parser.add_argument("--resamples", type=int, default=1_000, help="default: %(default)s")
    parser.add_argument("--only", choices=("coverage", "alarms"), help="default: both")
    chosen = parser.parse_args()
    if chosen.only != "alarms":
        publish_coverage(chosen)
    if chosen.only != "coverage":
        publish_alarms(chosen)


def sizes(labels: int, *, rng: np.random.Generator) -> Floats:
    """Posts to expect of each subreddit, from 5 to 500, as many small ones as large ones."""
    return np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), labels))


def aligned(
    truth: NDArray[np.int64], baseline: NDArray[np.int64], candidate: NDArray[np.int64], labels: int
) -> Aligned:
    """A sample as a comparison sees it: one prediction a post, p@1 of no interest."""
    n = len(truth)
    return Aligned(
        post_id=np.arange(n).astype(object),
        truth=truth.astype(np.int32),
        baseline=baseline[:, None].astype(np.int32),
        candidate=candidate[:, None].astype(np.int32),
        baseline_probs=np.full((n, 1), 0.5),
        candidate_probs=np.full((n, 1), 0.5),
        names=tuple(f"s{i}" for i in range(labels)),
        shared=np.ones(labels, dtype=bool),
    )


def covered(posts: Population, runs: int, seed: int, *, resamples: int, paired: bool) -> Runs:
    """How often each interval holds the true value, in ``runs`` samples.

    Keys: ``metric/kind`` for the difference, ``metric/one model`` for the baseline's own value.
    """
    rng = np.random.default_rng(seed)
    hits: Runs = {}
    for run in range(runs):
        first = aligned(*posts.draw(rng), posts.labels)
        sides = first.sides
        if not paired:
            sides = (sides[0], aligned(*posts.draw(rng), posts.labels).sides[1])
        found = metric_intervals(
            sides, labels=posts.labels, paired_=paired, resamples=resamples, seed=run
        )
        for metric, (before, after) in posts.values.items():
            for kind in KINDS:
                low, high = getattr(found[metric], kind)
                key = f"{metric}/{kind}"
                hits[key] = hits.get(key, 0) + int(low <= after - before <= high)
            low, high = found[metric].interval_baseline
            key = f"{metric}/one model"
            hits[key] = hits.get(key, 0) + int(low <= before <= high)
    return hits


def alarms(
    posts: Population, runs: int, seed: int, *, paired: bool, losing: int | None = None
) -> Runs:
    """What is called in ``runs`` samples, added up over them.

    ``any``: samples with a call of a subreddit whose true change is 0. ``wrong``: such calls as a
    share of the sample's calls. ``lost``: samples in which ``losing`` is called worse.
    """
    rng = np.random.default_rng(seed)
    hits: Runs = {"any": 0, "wrong": 0.0, "lost": 0}
    for run in range(runs):
        first = aligned(*posts.draw(rng), posts.labels)
        if paired:
            tested = paired_significance(first, resamples=2, seed=run)
        else:
            other = aligned(*posts.draw(rng), posts.labels)
            tested = unpaired_significance(
                first.sides[0],
                _thinned(other.sides[1], rng),
                names=first.names,
                shared=first.shared,
                resamples=2,
            )
        verdicts = tested.subreddits["verdict"].to_numpy()
        equal = np.isclose(posts.changes, 0, atol=1e-9)
        called = np.isin(verdicts, [BETTER, WORSE])
        hits["any"] += bool(called[equal].any())
        hits["wrong"] += called[equal].sum() / max(called.sum(), 1)
        hits["lost"] += losing is not None and verdicts[losing] == WORSE
    return hits


def publish_coverage(chosen: argparse.Namespace) -> None:
    """Coverage of the intervals, on subreddits of very different and of equal sizes."""
    rng = np.random.default_rng(0)
    cases = {
        f"{SUBREDDITS} subreddits of {SMALLEST} to {LARGEST} posts": (
            sizes(SUBREDDITS, rng=rng),
            True,
        ),
        "40 subreddits of 100 posts": (np.full(40, 100.0), True),
        f"{SUBREDDITS} of {SMALLEST} to {LARGEST}, two samples": (
            sizes(SUBREDDITS, rng=rng),
            False,
        ),
    }
    rows, outside = [], 0
    for name, (expected, paired) in cases.items():
        posts = population(expected, rng=rng, gain=0.1)
        count = partial(covered, posts, resamples=chosen.resamples, paired=paired)
        found = in_processes(count, chosen.repeats)
        note(f"{name}: {found}")
        for metric in posts.values:
            shares = [found[f"{metric}/{kind}"] / chosen.repeats for kind in (*KINDS, "one model")]
            outside += sum(not LOWEST <= share <= HIGHEST for share in (shares[0], shares[-1]))
            rows.append([name, metric, *(f"{share:.1%}" for share in shares)])
    kept = "all within" if not outside else f"**{outside} outside**"
    section = report.Section(
        title="Coverage of 95% intervals",
        text=f"{chosen.repeats:,} simulated comparisons of models with known true figures"
        f" (`bench/population.py`), {chosen.resamples:,} resamples. *Interval* is the one that is"
        " shown, for the difference and for one model; percentile and BCa are stored with it.",
        columns=("posts", "metric", "interval", "percentile", "BCa", "interval of one model"),
        rows=rows,
        verdict=f"Promise: intervals that are shown cover 93% to 97%. Measured: {kept}.",
    )
    report.publish(section, write=chosen.write)


def publish_alarms(chosen: argparse.Namespace) -> None:
    """False alarms between equal models, and how often a real loss is found."""
    rng = np.random.default_rng(1)
    expected = sizes(SUBREDDITS, rng=rng)
    losing = SUBREDDITS // 2
    expected[losing] = LOSING_POSTS
    equal = exchangeable(population(expected, rng=rng))
    steady = exchangeable(population(expected, rng=rng, recall=LOSING_RECALL))
    cases: list[tuple[str, Population, bool, int | None]] = [
        ("two equal models, same posts", equal, True, None),
        ("two equal models, different posts", equal, False, None),
    ]
    for loss in LOSSES:
        name = f"one subreddit of {LOSING_POSTS:.0f} posts loses {loss:.2f} F1, same posts"
        cases.append((name, with_loss(steady, losing, loss=loss), True, losing))
    rows, lowest, mostly = [], 0.0, 0.0
    for name, posts, paired, label in cases:
        found = in_processes(partial(alarms, posts, paired=paired, losing=label), chosen.repeats)
        note(f"{name}: {found}")
        runs = chosen.repeats
        low, high = share_interval(int(found["any"]), runs)
        alarm = f"{found['any'] / runs:.1%} ({low:.1%}–{high:.1%})"
        if label is None:
            lowest = max(lowest, low)
            rows.append([name, alarm, "–", "–"])
        else:
            wrong = found["wrong"] / runs
            mostly = max(mostly, wrong)
            rows.append([name, alarm, f"{wrong:.1%}", f"{found['lost'] / runs:.1%}"])
    kept = lowest <= FALSE_ALARMS and mostly <= FALSE_ALARMS
    section = report.Section(
        title="False alarms and power",
        text=f"{chosen.repeats:,} simulated comparisons, {SUBREDDITS} subreddits of {SMALLEST} to"
        f" {LARGEST} posts. *False alarm*: any subreddit without a true change is called better or"
        " worse, with the 95% interval of this share. *Wrong calls*: their share of a"
        " comparison's calls, on average. *Found*: the subreddit with the loss is called worse.",
        columns=("comparison", "false alarm", "wrong calls", "found"),
        rows=rows,
        verdict=f"Promise: between equal models a false alarm in at most {FALSE_ALARMS:.0%} of"
        f" comparisons, else at most {FALSE_ALARMS:.0%} wrong calls. Measured:"
        f" {'kept, as far as this number of runs shows' if kept else '**missed**'}.",
    )
    report.publish(section, write=chosen.write)


def _thinned(side: Predictions, rng: np.random.Generator) -> Predictions:
    """Half of the posts: two samples are seldom of one size."""
    kept = rng.random(len(side.truth)) < 0.5
    return Predictions(side.truth[kept], side.top[kept], side.probs[kept])


if __name__ == "__main__":
    main()
