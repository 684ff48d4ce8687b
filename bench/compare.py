"""Comparing two models, at several numbers of subreddits, against what others offer for it.

Ours is :func:`core.comparison.difference.difference` with everything: 1,000 bootstrap resamples,
the test of every subreddit, churn, slices, distances. The peers get the same predictions: mlflow
evaluates each model, Evidently makes its classification report, scikit-learn reports on each
model and resamples rows for the interval of macro F1.
"""

import statistics
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bench import peers, report
from bench.generate import attributes, tables
from bench.measure import fresh, note, peak_mib, timed
from bench.peers import Outcome
from bench.scratch import scratch_folder
from core.comparison.difference import Side, difference
from core.evaluation.aggregate import aggregate
from core.evaluation.prediction_table import PredictionTable, from_parquet, to_parquet

BUDGET_POSTS, BUDGET_LABELS, BUDGET_SECONDS, BUDGET_MIB = 200_000, 2_500, 3.0, 1_024


@dataclass(frozen=True, slots=True)
class Ours:
    """Seconds: of both evaluations' figures, and of each comparison, the first one cold.

    Memory: after loading the tables, and at the end.
    """

    aggregate: float
    compare: tuple[float, ...]
    loaded_mib: float
    peak_mib: float

    @property
    def first(self) -> float:
        """Everything, as one command would wait for it."""
        return self.aggregate + self.compare[0]


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=5)
    parser.add_argument("--posts", type=int, default=BUDGET_POSTS, help="default: %(default)s")
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1_000, BUDGET_LABELS, 5_000])
    parser.add_argument("--limit", type=float, default=120, help="seconds a peer may take")
    parser.add_argument("--no-peers", action="store_true", help="measure ours only")
    chosen = parser.parse_args()
    chosen_peers = () if chosen.no_peers else peers.PEERS
    rows, budget = [], "Budget: needs --posts 200000 and --labels 2500."
    notes: dict[str, str] = {}
    late: set[str] = set()
    for labels in sorted(chosen.labels):
        with scratch_folder() as folder:
            fresh(write_tables, folder, chosen.posts, labels)
            ours = fresh(measure, folder, repeats=chosen.repeats)
            note(f"{labels} subreddits: {ours}")
            outcomes = _run_peers(chosen_peers, folder, chosen.limit, late)
        notes |= {peer: outcome.note for peer, outcome in outcomes.items() if outcome.note}
        rows.append(_row(labels, ours, outcomes))
        if (chosen.posts, labels) == (BUDGET_POSTS, BUDGET_LABELS):
            budget = _verdict(ours)
    said = "".join(f" {peer}: {text}." for peer, text in notes.items())
    section = report.Section(
        title="Comparing two models",
        text=f"{chosen.posts:,} generated posts, both models' five predictions of each. *Figures*:"
        " the evaluations of both models; *comparison*: what differs, with 1,000 resamples, the"
        f" first in its process, then the median of {chosen.repeats}. Peers do part of both. A"
        f" peer gets {chosen.limit:g} s including its start; once it takes longer, it is not run"
        f" with more subreddits.{said}",
        columns=("subreddits", "figures", "comparison", "memory", *chosen_peers),
        rows=rows,
        verdict=budget,
        peers=peers.versions() if chosen_peers else {},
    )
    report.publish(section, write=chosen.write)


def write_tables(folder: Path, posts: int, labels: int) -> None:
    """Both prediction tables as Signoff keeps them, and as one file for the peers."""
    baseline, candidate = tables(posts, labels)
    for name, table in (("baseline", baseline), ("candidate", candidate)):
        (folder / f"{name}.table").write_bytes(to_parquet(table))
    columns = {"label": baseline.label, "baseline": baseline.first, "candidate": candidate.first}
    pd.DataFrame(columns).to_parquet(folder / "peers.parquet")
    attributes(baseline.post_id).to_parquet(folder / "attributes.parquet")


def measure(folder: Path, *, repeats: int) -> Ours:
    """Figures and comparison of the tables in ``folder``; to be called in a fresh process."""
    loaded = [
        from_parquet((folder / f"{name}.table").read_bytes()) for name in ("baseline", "candidate")
    ]
    described = pd.read_parquet(folder / "attributes.parquet")
    loaded_mib = peak_mib()
    sides: list[Side] = []
    figures = timed(lambda: sides.extend(map(side, loaded)))
    compared = [timed(difference, *sides, attributes=described) for _ in range(repeats)]
    return Ours(figures, tuple(compared), loaded_mib, peak_mib())


def side(table: PredictionTable) -> Side:
    """A table with its figures."""
    found = aggregate(table)
    return Side(
        metrics=found.metrics | {"seen_in_training": 0.0}, subreddits=found.subreddits, table=table
    )


def _run_peers(
    chosen: tuple[str, ...], folder: Path, limit: float, late: set[str]
) -> dict[str, Outcome]:
    """Ask each peer that was not late before; add to ``late`` those that are."""
    found = {}
    for peer in chosen:
        if peer in late:
            found[peer] = Outcome(failed="not asked")
            continue
        found[peer] = peers.run(peer, folder / "peers.parquet", limit=limit)
        note(f"{peer}: {found[peer]}")
        if found[peer].failed.startswith(">"):
            late.add(peer)
    return found


def _row(labels: int, ours: Ours, outcomes: dict[str, Outcome]) -> list[str]:
    middle = statistics.median(ours.compare)
    return [
        f"{labels:,}",
        f"{ours.aggregate:.2f} s",
        f"{ours.compare[0]:.2f} s, then {middle:.2f} s",
        f"{ours.peak_mib:,.0f} MiB",
        *map(str, outcomes.values()),
    ]


def _verdict(ours: Ours) -> str:
    first = report.verdict(ours.compare[0], BUDGET_SECONDS, "s for the first comparison")
    memory = report.verdict(ours.peak_mib, BUDGET_MIB, "MiB")
    return f"At {BUDGET_LABELS:,} subreddits. {first} {memory}"


if __name__ == "__main__":
    main()
