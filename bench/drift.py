"""What ``signoff drift`` takes besides predicting: a year of weekly windows, and a look at them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench import generate, report
from bench.measure import fresh, note, peak_mib, timed
from bench.scratch import scratch_folder
from core.drift import report as drift_report
from core.drift.stored import Watched
from core.drift.tables import DriftTable, by_month, to_parquet
from core.drift.windows import Window
from core.evaluation.evaluate import evaluate
from core.executions import record
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store, drift, models, open_store
from core.store.drift import REFERENCE, DriftFile, LookedThrough
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.store.writing import write
from core.training.train import train
from tests.factories import QUICK, fill, make_corpus

WEEKS, POSTS, LABELS = 52, 20_000, 2_500
VALIDATION = 100_000
BUDGET_SECONDS, BUDGET_MIB = 3.0, 1_024
_WEEK = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of all figures of a year, and of a look at stored ones; the most memory held."""

    figures: float
    look: float
    peak_mib: float


def main() -> None:
    """Parse the arguments, measure, report."""
    chosen = report.parser(__doc__, repeats=3).parse_args()
    with scratch_folder() as folder:
        fresh(build, folder)
        runs = [fresh(measure, folder) for _ in range(chosen.repeats)]
    for each in runs:
        note(str(each))
    first, second, memory = (
        sorted(getattr(each, name) for each in runs)[len(runs) // 2]
        for name in ("figures", "look", "peak_mib")
    )
    held = first + second <= BUDGET_SECONDS and memory <= BUDGET_MIB
    section = report.Section(
        title="Drift",
        text=f"{WEEKS} weeks of {POSTS:,} generated posts, {LABELS:,} subreddits, a reference of"
        f" {VALIDATION:,} posts, predictions stored. *Figures*: what a run stores of weeks, months"
        " and the newest days; *look*: what one waits for then, with alarms, changes and causes.",
        columns=("figures", "look", "memory"),
        rows=[[f"{first:.2f} s", f"{second:.2f} s", f"{memory:,.0f} MiB"]],
        verdict=f"Budget: both in {BUDGET_SECONDS:g} s, {BUDGET_MIB:,} MiB:"
        f" {'kept' if held else 'missed'}.",
    )
    report.publish(section, write=chosen.write)


def build(home: Path) -> None:
    """A workspace with one small model, and a year of predictions that it might have made."""
    store = open_store(home)
    fill(store, make_corpus())
    snapshot, _ = create(store, Rules(), name="small")
    model = train(store, snapshot, model="fasttext", params=QUICK, threads=1)
    evaluate(store, model, snapshot)
    bring_year(store, model, snapshot)


def bring_year(store: Store, model: Model, snapshot: Snapshot) -> None:
    """Predictions of a year that the model might have made, from two weeks after its snapshot."""
    begins = snapshot.cutoffs["end"] // _WEEK * _WEEK + 2 * _WEEK
    (said,) = generate.tables(WEEKS * POSTS + VALIDATION, LABELS, models=1)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(said.label))
    words = rng.integers(5, 80, len(order)).astype(np.int32)
    table = DriftTable(said, order, words, (words // 20).astype(np.int32)).taken(order)
    new = WEEKS * POSTS
    moments = np.sort(rng.integers(begins, begins + WEEKS * _WEEK, new))
    span = (snapshot.cutoffs["valid"], snapshot.cutoffs["test"])
    reference = replace(
        table.taken(np.arange(new, len(order))),
        created=np.sort(rng.integers(*span, VALIDATION)),
    )
    months = by_month(replace(table.taken(np.arange(new)), created=moments))
    _store(store, model, months | {REFERENCE: reference})


def _store(store: Store, model: Model, tables: dict[str, DriftTable]) -> None:
    with record(store, "drift", params={}, inputs={}) as run:
        files = [
            DriftFile(
                model=model.digest,
                part=part,
                file=store.artifacts.put_bytes(to_parquet(table)),
                posts=len(table),
                newest=int(table.created[-1]),
                execution=run.number,
                erased_until=0,
            )
            for part, table in tables.items()
        ]
    now = LookedThrough(model=model.digest, written_since=0, words="", left_out={}, sealed={})
    with write(store) as session:
        drift.replace_files(session, before={}, files=files, now=now)


def measure(home: Path) -> Taken:
    """As one command does it after predicting, then as the next one finds it."""
    store = open_store(home)
    with store.read() as session:
        model = models.models(session)[0]
    made = []
    watched = Watched(store, model)
    figures = timed(lambda: [made.extend(watched.stale(window)) for window in reversed(Window)])
    with write(store) as session:
        drift.write_windows(session, made, erased_until=0)
    later = datetime.fromtimestamp(2_000_000_000, UTC)
    look = timed(drift_report.report, store, model, now=later)
    with write(store) as session:
        old = [replace(each, content="0" * 64) for each in made]
        drift.write_windows(session, old, erased_until=0)
    return Taken(figures, look, peak_mib())


if __name__ == "__main__":
    main()
