"""How time and memory of evaluation figures and of a comparison grow with the posts.

Each size in a process of its own. The target: work grows no faster than the posts.
"""

import math
import statistics

from bench import report
from bench.compare import Ours, measure, write_tables
from bench.measure import fresh, note
from bench.scratch import scratch_folder

SIZES = (100_000, 300_000, 1_000_000, 3_000_000, 5_000_000)
LARGEST = 3
"""The growth is told from so many of the largest sizes."""
LINEAR = 1.1
"""Exponent of the growth up to which it counts as linear: a measurement is not exact."""


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=3)
    parser.add_argument("--posts", type=int, nargs="+", default=SIZES)
    parser.add_argument("--labels", type=int, default=2_500, help="default: %(default)s")
    chosen = parser.parse_args()
    found = {}
    for posts in sorted(chosen.posts):
        with scratch_folder() as folder:
            fresh(write_tables, folder, posts, chosen.labels)
            found[posts] = fresh(measure, folder, repeats=chosen.repeats)
            note(f"{posts:,} posts: {found[posts]}")
    section = report.Section(
        title="Growth",
        text=f"Generated posts of {chosen.labels:,} subreddits. *Figures*: the evaluations of both"
        f" models, *comparison*: what differs, with 1,000 resamples, median of {chosen.repeats}."
        " *Memory*: the peak of the process, and how much of it loading both tables took.",
        columns=("posts", "figures", "comparison", "per million posts", "memory", "of it tables"),
        rows=[_row(posts, ours) for posts, ours in found.items()],
        verdict=_verdict(found),
    )
    report.publish(section, write=chosen.write)


def exponent(posts: list[int], values: list[float]) -> float:
    """The power in values = a · posts^power, by least squares on logarithms; 1 is linear."""
    slope, _ = statistics.linear_regression(
        [math.log(size) for size in posts], [math.log(value) for value in values]
    )
    return slope


def _row(posts: int, ours: Ours) -> list[str]:
    compared = statistics.median(ours.compare)
    both = (ours.aggregate + compared) / posts * 1_000_000
    return [
        f"{posts:,}",
        f"{ours.aggregate:.2f} s",
        f"{compared:.2f} s",
        f"{both:.2f} s",
        f"{ours.peak_mib:,.0f} MiB",
        f"{ours.loaded_mib:,.0f} MiB",
    ]


def _verdict(found: dict[int, Ours]) -> str:
    if len(found) < 2:
        return "One size shows no growth."
    # What every process costs at its start would make the growth from small sizes look flat.
    posts = list(found)[-LARGEST:]
    large = [found[size] for size in posts]
    values = {
        "figures": [ours.aggregate for ours in large],
        "comparison": [statistics.median(ours.compare) for ours in large],
        "memory": [ours.peak_mib for ours in large],
    }
    grown = {name: exponent(posts, each) for name, each in values.items()}
    shown = ", ".join(f"{name} posts^{power:.2f}" for name, power in grown.items())
    said = (
        "linear or better"
        if max(grown.values()) <= LINEAR
        else "**work grows faster than the posts**"
    )
    return f"Growth from {posts[0]:,} posts on: {shown}: {said}."


if __name__ == "__main__":
    main()
