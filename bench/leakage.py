"""Looking for posts of a test split, and near-duplicates of them, among the training posts.

Ours is all of :func:`core.release.leakage.find_leakage`, both splits read from their files. The
peer, datasketch, gets the same lines in memory, the same shingles and the same bands, and compares
exactly what agrees, as ours does; it knows nothing of the marks of crossposts. Of the generated
test posts one in a hundred is a training post with one word replaced.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench import peers, report
from bench.measure import fresh, note, peak_mib, timed
from bench.peers import Outcome
from bench.posts import imported
from bench.scratch import scratch_folder
from core.release.leakage import Leakage, find_leakage
from core.snapshots.content import ROW_GROUP, split_file
from core.store import posts as posts_table
from core.text import normalise

PEER = "datasketch"
SMALL, REAL, GENERATED = (20_000, 2_000), (190_000, 20_000), (2_000_000, 200_000)
"""Training posts, and those of the test split."""
BUDGET_SECONDS, BUDGET_MIB = 180.0, 2_048
WORDS, LINE_WORDS, PLANTED = 50_000, 45, 100


@dataclass(frozen=True, slots=True)
class Ours:
    """Seconds, the most memory held, and the counts that came of it."""

    seconds: float
    peak_mib: float
    counts: dict[str, int]


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=1)
    parser.add_argument("--limit", type=float, default=300, help="seconds the peer may take")
    parser.add_argument("--no-generated", action="store_true", help="leave the largest out")
    chosen = parser.parse_args()
    rows = []
    budget = "Budget: needs the generated posts."
    for size, write in ((SMALL, write_stored), (REAL, write_stored), (GENERATED, write_generated)):
        if chosen.no_generated and write is write_generated:
            continue
        with scratch_folder() as folder:
            what = fresh(write, folder, *size)
            found = [fresh(measure, folder) for _ in range(chosen.repeats)]
            ours = sorted(found, key=lambda one: one.seconds)[len(found) // 2]
            note(f"{size}: {ours}")
            peer = Outcome(failed="not asked")
            if size != GENERATED:
                peer = peers.run(PEER, folder / "peers.parquet", limit=chosen.limit)
                note(f"{PEER}: {peer}")
        rows.append(_row(what, size, ours, peer))
        if size == GENERATED:
            seconds = report.verdict(ours.seconds, BUDGET_SECONDS, "s")
            budget = f"{seconds} {report.verdict(ours.peak_mib, BUDGET_MIB, 'MiB')}"
    section = report.Section(
        title="Looking for leakage",
        text="Searching a test split for training posts: the same post, the same text, nearly the"
        f" same text. *{PEER}*: the same shingles, bands and exact comparison, lines in memory,"
        " crosspost marks not removed. One in a hundred generated test posts is a training post"
        " with one word replaced.",
        columns=("posts", "near-duplicates", "seconds", "memory", PEER),
        rows=rows,
        verdict=budget,
        peers=peers.versions(PEER),
    )
    report.publish(section, write=chosen.write)


def measure(folder: Path) -> Ours:
    """Look for leakage between the splits in ``folder``; to be called in a fresh process."""
    train, test = (split_file(folder / name) for name in ("train", "test"))
    found: list[Leakage] = []
    seconds = timed(
        lambda: found.append(find_leakage([train], test, first_moment=None, most_near=1.0))
    )
    return Ours(seconds, peak_mib(), found[0].counts)


def write_stored(folder: Path, train: int, test: int) -> str:
    """The newest posts of the workspace as two splits; what to call them."""
    store, what = imported()
    with store.read() as session:
        batches = posts_table.posts_in_order(session, since=None, until=None)
        lines = [normalise(post.title, post.body) for batch in batches for post in batch]
    _write(folder, [line for line in lines if line][-(train + test) :], train)
    return what


def write_generated(folder: Path, train: int, test: int) -> str:
    """Lines of words of two to ten letters, the n-th n times as rare as the first, in two splits;
    what to call them.
    """
    rng = np.random.default_rng(0)
    letters = rng.integers(ord("a"), ord("z") + 1, (WORDS, 10)).astype(np.uint8)
    sizes = rng.integers(2, 11, WORDS)
    words = np.array(
        [row[:size].tobytes().decode() for row, size in zip(letters, sizes, strict=True)], object
    )
    lines: list[str] = []
    while len(lines) < train + test:
        lengths = rng.integers(4, 2 * LINE_WORDS - 4, ROW_GROUP)
        drawn = words[(WORDS ** rng.random(int(lengths.sum()))).astype(np.int64) - 1]
        lines += [" ".join(part) for part in np.split(drawn, np.cumsum(lengths)[:-1])]
    for place in range(train, train + test, PLANTED):
        known = lines[place - train].split()
        known[len(known) // 2] = "other"
        lines[place] = " ".join(known)
    _write(folder, lines[: train + test], train)
    return "generated"


def _write(folder: Path, lines: list[str], train: int) -> None:
    """Both splits as Signoff keeps them, and as one file for the peer."""
    asked = np.arange(len(lines)) >= train
    pd.DataFrame({"line": lines, "asked": asked}).to_parquet(folder / "peers.parquet")
    _write_split(folder / "train", lines[:train], range(train))
    _write_split(folder / "test", lines[train:], range(train, len(lines)))


def _write_split(path: Path, lines: list[str], numbers: Iterable[int]) -> None:
    numbered = list(numbers)
    columns = {
        "post_id": [f"p{number}" for number in numbered],
        "label": pa.array(np.zeros(len(lines), dtype=np.int32)),
        "created_utc": pa.array(numbered, pa.int64()),
        "line": lines,
    }
    table = pa.table(columns).replace_schema_metadata({"labels": orjson.dumps(["posts"])})
    pq.write_table(table, path, row_group_size=ROW_GROUP, compression="zstd")


def _row(what: str, size: tuple[int, int], ours: Ours, peer: Outcome) -> list[str]:
    alike = sum(ours.counts[kind] for kind in ("same_text", "near", "contained"))
    return [
        f"{size[0]:,} {what} against {size[1]:,}",
        f"{alike:,} ({alike / size[1]:.2%})",
        f"{ours.seconds:.1f} s",
        f"{ours.peak_mib:,.0f} MiB",
        f"{peer}; {peer.note}" if peer.note else str(peer),
    ]


if __name__ == "__main__":
    main()
