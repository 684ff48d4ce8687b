"""A pipeline with nothing to do, on the real posts: seconds and processor time of the command.

The pipeline of a new project is run twice, with another parameter the second time, so that there is
a comparison and a report. Then nothing has changed.
"""

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench import report
from bench.measure import note, timed
from bench.scratch import scratch_folder
from core.project.init import begin
from core.settings import settings

BUDGET = 2.0
"""Seconds."""
SIGNOFF = Path(sys.executable).with_name("signoff")
SMALL = ("--set", "train.newest=10000", "--set", "noise.repeats=3")


def main() -> None:
    options = report.parser(__doc__, repeats=5).parse_args()
    with scratch_folder() as folder:
        begin(folder)
        (folder / "data").mkdir()
        (folder / "data" / "posts").symlink_to(settings().shared_posts)
        for seed in (0, 1):
            note(f"making everything, seed {seed}")
            run(folder, *SMALL, "--set", f"train.seed={seed}")
        sides = {
            "run": lambda: run(folder, *SMALL, "--set", "train.seed=1"),
            "run --dry-run": lambda: run(folder, *SMALL, "--set", "train.seed=1", "--dry-run"),
        }
        rows = [
            row(name, [measured(side) for _ in range(options.repeats)])
            for name, side in sides.items()
        ]
    slower = max(float(each[1]) for each in rows)
    kept = "kept" if slower < BUDGET else "missed"
    report.publish(
        report.Section(
            title="A pipeline with nothing to do",
            text=f"Nine steps on the real posts, all reused; {options.repeats} times each.",
            columns=("command", "seconds, median", "seconds, most", "of them processor time"),
            rows=rows,
            verdict=f"Budget: {BUDGET:g} s, median: **{kept}**.",
        ),
        write=options.write,
    )


def run(folder: Path, *words: str) -> None:
    """The command, as people run it."""
    environment = {name: value for name, value in os.environ.items() if name != "SIGNOFF_HOME"}
    subprocess.run(
        [SIGNOFF, "pipeline", "run", *words],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def measured(side: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and processor seconds."""
    before = processor()
    seconds = timed(side)
    return seconds, processor() - before


def processor() -> float:
    """Processor seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(name: str, found: list[tuple[float, float]]) -> tuple[str, str, str, str]:
    seconds = [each[0] for each in found]
    work = statistics.median(each[1] for each in found)
    return (
        f"`signoff pipeline {name}`",
        f"{statistics.median(seconds):.2f}",
        f"{max(seconds):.2f}",
        f"{work:.2f}",
    )


if __name__ == "__main__":
    main()
