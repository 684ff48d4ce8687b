"""How often two trainings of one configuration, which differ in their seed alone, are told apart.

On the real posts, with a noise band that none of the trainings went into.
"""

import itertools
from pathlib import Path

import numpy as np

from bench import report
from bench.measure import note
from bench.posts import imported
from core.comparison.compare import Pair, changes_of, compare, summary_of
from core.comparison.noise import FIRST_SEED, measure
from core.comparison.results import BETTER, WITHIN, WORSE
from core.evaluation.evaluate import evaluate
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store.models import Evaluation
from core.store.snapshots import Snapshot
from core.training.families import DEFAULT_FAMILY, FAMILIES
from core.training.train import train

LARGE_MOVE = 0.05
FALSE_ALARMS = 0.05


def main() -> None:
    """Parse the arguments, train, compare every pair, report."""
    parser = report.parser(__doc__, repeats=5)
    parser.add_argument("--trainings", type=int, default=7, help="default: %(default)s")
    parser.add_argument(
        "--model", choices=list(FAMILIES), default=DEFAULT_FAMILY, help="default: %(default)s"
    )
    parser.add_argument("--home", type=Path, help="a workspace to go on in, with --snapshot")
    parser.add_argument("--snapshot", default="", help="its name or digest")
    chosen = parser.parse_args()
    store, snapshot = _opened(chosen.home, chosen.snapshot)
    measure(store, snapshot, model=chosen.model, repeats=chosen.repeats)
    judged = [
        _judged(store, snapshot, chosen.model, seed) for seed in range(1, chosen.trainings + 1)
    ]
    pairs = list(itertools.combinations(judged, 2))
    found = [_compared(store, Pair(*pair)) for pair in pairs]
    called, tested, within, low_p, moved, changed, macro = (
        np.array(row) for row in zip(*found, strict=True)
    )
    alarm = float((called > 0).mean())
    rows = [
        ["pairs of trainings", f"{len(pairs)}"],
        ["subreddits tested in each", f"{int(np.median(tested))}"],
        ["pairs with any subreddit called better or worse", f"{(called > 0).sum()} ({alarm:.1%})"],
        ["by the test on posts alone", f"{((called + within) > 0).sum()}"],
        ["pairs whose macro F1 is called better or worse", f"{macro.sum()}"],
        ["raw p-values below 0.05", f"{low_p.sum() / tested.sum():.1%}"],
        [f"subreddits that moved by more than {LARGE_MOVE}", f"{moved.sum() / tested.sum():.1%}"],
        ["first predictions that differ", f"{changed.mean():.1%}"],
    ]
    section = report.Section(
        title=f"Reseeded trainings of one configuration: {chosen.model}",
        text=f"Real posts. {chosen.trainings} trainings with seeds 1 to"
        f" {chosen.trainings}, every pair; the band from {chosen.repeats} others, seeds from"
        f" {FIRST_SEED:,}.",
        columns=("", "measured"),
        rows=rows,
        verdict=f"Promise: at most {FALSE_ALARMS:.0%} of such pairs call any subreddit."
        f" Measured: {alarm:.1%}, {'kept' if alarm <= FALSE_ALARMS else '**missed**'}.",
    )
    report.publish(section, write=chosen.write)


def _opened(home: Path | None, snapshot: str) -> tuple[Store, Snapshot]:
    if home is not None:
        store = open_store(home)
        return store, find(store, snapshot)
    store, _ = imported()
    return store, create(store, Rules())[0]


def _judged(store: Store, snapshot: Snapshot, model: str, seed: int) -> Evaluation:
    note(f"training with seed {seed}")
    return evaluate(store, train(store, snapshot, model=model, seed=seed), snapshot)


def _compared(store: Store, pair: Pair) -> tuple[float, ...]:
    """Called, tested, within noise, p below 0.05, moved far; posts that changed, macro F1."""
    made = compare(store, pair)
    changes, summary = changes_of(store, made), summary_of(store, made)
    verdicts = changes["verdict"]
    return (
        verdicts.isin([BETTER, WORSE]).sum(),
        changes["p_value"].notna().sum(),
        (verdicts == WITHIN).sum(),
        (changes["p_value"] < 0.05).sum(),
        (changes["difference"].abs() > LARGE_MOVE).sum(),
        (summary.churn.changed if summary.churn else 0) / summary.posts,
        summary.metrics["f1_macro"].verdict in (BETTER, WORSE),
    )


if __name__ == "__main__":
    main()
