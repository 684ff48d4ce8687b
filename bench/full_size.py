"""Training and evaluation at the size that is normal: 2,500 subreddits, two million posts.

Everything as people run it: posts in the store, a frozen snapshot, a recorded training with the
defaults of its family, and its evaluation on the validation split, each in a process of its own.
Generated posts; what a model scores on them says nothing of real ones. Budgets: training 8 minutes
and 8 GiB, evaluation 60 s for 200,000 posts.
"""

import resource
import time
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.corpus import corpus
from bench.measure import fresh, note, peak_mib
from bench.scratch import SCRATCH
from core.collect.posts import store_posts
from core.errors import NotFoundError
from core.evaluation.evaluate import evaluate
from core.executions import get, record
from core.processes import cores
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import open_store
from core.training.families import DEFAULT_FAMILY, FAMILIES
from core.training.train import of_execution, train

NAME = "full"
TRAIN_SECONDS, TRAIN_MIB, EVALUATE_SECONDS = 480.0, 8_192.0, 60.0
JUDGED = 200_000
"""Posts that the budget of an evaluation is for."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one recorded step took, and the most memory of its process or of one it started."""

    execution: int
    seconds: float
    mib: float


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=1)
    parser.add_argument("--posts", type=int, default=2_250_000, help="default: %(default)s")
    parser.add_argument("--subreddits", type=int, default=2_500, help="default: %(default)s")
    parser.add_argument("--families", nargs="+", default=[DEFAULT_FAMILY], choices=list(FAMILIES))
    asked = parser.parse_args()
    home = SCRATCH / f"full-size-{asked.posts}-{asked.subreddits}"
    splits = fresh(prepared, home, asked.posts, asked.subreddits)
    rows = []
    for family in asked.families:
        trained = fresh(trained_by, home, family)
        note(f"{family}: {trained}")
        judged = fresh(evaluated, home, trained.execution)
        note(f"{family}: {judged}")
        rows.append((family, trained, judged))
    within = all(
        trained.seconds <= TRAIN_SECONDS
        and trained.mib <= TRAIN_MIB
        and judged.seconds * JUDGED / splits["valid"] <= EVALUATE_SECONDS
        for _, trained, judged in rows
    )
    section = report.Section(
        title="Full size",
        text=f"{splits['train']:,} generated training posts of {asked.subreddits:,} subreddits,"
        f" {splits['valid']:,} posts evaluated, {cores()} cores.",
        columns=("family", "training", "memory", "model", "evaluation", "per 200,000 posts"),
        rows=[_row(home, *row, posts=splits["valid"]) for row in rows],
        verdict=f"Budget: {TRAIN_SECONDS:.0f} s and {TRAIN_MIB:,.0f} MiB for a training,"
        f" {EVALUATE_SECONDS:.0f} s for {JUDGED:,} posts: {'kept' if within else 'not kept'}.",
    )
    report.publish(section, write=asked.write)


def prepared(home: Path, posts: int, subreddits: int) -> dict[str, int]:
    """Posts of each split of the snapshot, which is made unless it is there."""
    store = open_store(home)
    try:
        return find(store, NAME).splits
    except NotFoundError:
        note("generating posts …")
    with record(store, "import", params={}, inputs={}) as run:
        for block in corpus(posts, subreddits):
            store_posts(store, block, source="generated", execution=run.number)
    note("freezing a snapshot …")
    return create(store, Rules(min_posts=1), name=NAME)[0].splits


def trained_by(home: Path, family: str) -> Step:
    """One recorded training with the defaults."""
    store, started = open_store(home), time.perf_counter()
    model = train(store, find(store, NAME), model=family, force=True)
    return Step(model.execution, time.perf_counter() - started, _most_mib())


def evaluated(home: Path, training: int) -> Step:
    """One recorded evaluation on the validation split."""
    store, started = open_store(home), time.perf_counter()
    made = evaluate(store, of_execution(store, training), find(store, NAME), force=True)
    return Step(made.execution, time.perf_counter() - started, _most_mib())


def _most_mib() -> float:
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return max(peak_mib(), of_children)


def _row(home: Path, family: str, trained: Step, judged: Step, *, posts: int) -> list[str]:
    run = get(open_store(home), trained.execution)
    return [
        family,
        f"{trained.seconds:.0f} s",
        f"{trained.mib:,.0f} MiB",
        f"{run.metrics['model_mib']:,.0f} MiB",
        f"{judged.seconds:.0f} s",
        f"{judged.seconds * JUDGED / posts:.0f} s",
    ]


if __name__ == "__main__":
    main()
