"""Whether drift alarms keep what they promise: false alarms and delays, by simulation.

Each run has a validation split of eight parts and then weekly windows. A post has a p@1 and is
right with that probability; weeks differ by an effect of their own, whose standard deviation is
given in points of mean p@1. A drift lowers p@1, and with it accuracy, from one week on.
"""

from collections import Counter
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench import report
from bench.measure import note
from bench.simulate import Runs, in_processes
from core.arrays import Floats
from core.drift.alarms import PARTS, calibrated
from core.drift.changes import changes
from core.drift.figures import Reference, distances_of
from core.drift.reading import Posts
from core.drift.results import Figures, Measured, State, WindowReport
from core.drift.windows import Window
from core.stats.predictions import Predictions

LOOKS, QUIET = 26, 4
"""Weekly windows of a run, and how many of them there are before a drift."""
POINTS = (0.01, 0.03, 0.05)
LEVEL = 0.05
_WEEK = 7 * 86_400
_MEAN, _SD, _SLOPE = 0.3, 1.5, 5.8
"""Of the logits of p@1; how far they move for a change of mean p@1 by 1."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How many posts there are, how far weeks differ without a drift, and which share of the runs
    is made.
    """

    validation: int
    window: int
    spread: float
    share: float = 1.0


SETTINGS = (
    Setting(8_000, 1_000, 0.0),
    Setting(8_000, 1_000, 0.01),
    Setting(20_000, 2_000, 0.0, share=0.2),
    Setting(20_000, 2_000, 0.01, share=0.2),
    Setting(100_000, 20_000, 0.0, share=0.05),
)


def main() -> None:
    """Parse the arguments, simulate, report."""
    parser = report.parser(__doc__, repeats=1_000)
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    chosen = parser.parse_args()
    runs = chosen.repeats, chosen.repeats // 10
    rows = [row(each, *runs, first=chosen.seed) for each in SETTINGS]
    section = report.Section(
        title="Drift alarms",
        text="Runs without a drift, and a tenth as many with each drift, from the"
        f" {QUIET + 1}th week on, of {LOOKS} weekly looks. *False*: runs with any alarm of a"
        " distance, with any change point, with either. *Delay*: median of the weeks until the"
        " first alarm or change, 1 for the first drifted week; – if fewer than half are found in"
        f" {LOOKS - QUIET} weeks.",
        columns=(
            *(
                "runs",
                "validation",
                "posts a week",
                "weeks differ by",
                "false: distance",
                "false: change",
                "false: any",
            ),
            *(f"delay at {100 * points:g} pt" for points in POINTS),
        ),
        rows=rows,
        verdict=f"Stated: {LEVEL:.0%} of the runs have any false alarm.",
    )
    report.publish(section, write=chosen.write)


def row(setting: Setting, repeats: int, drifted: int, *, first: int = 0) -> list[str]:
    """One line of the table."""
    repeats, drifted = (max(round(runs * setting.share), 1) for runs in (repeats, drifted))
    quiet = in_processes(partial(simulated, setting, 0.0, first=first), repeats)
    false = [quiet.get(kind, 0.0) / repeats for kind in ("distance", "change", "any")]
    delays = [
        delay(in_processes(partial(simulated, setting, points, first=first), drifted), drifted)
        for points in POINTS
    ]
    cells = [
        *(
            f"{repeats:,}",
            f"{setting.validation:,}",
            f"{setting.window:,}",
            f"{100 * setting.spread:g} pt",
        ),
        *(f"{share:.1%}" for share in false),
        *(f"{weeks:g}" if np.isfinite(weeks) else "–" for weeks in delays),
    ]
    note(" | ".join(cells))
    return cells


def delay(found: Runs, runs: int) -> float:
    """Median weeks from the drift to the first alarm after it; infinite where most have none."""
    within = 0.0
    for look in range(QUIET + 1, LOOKS + 1):
        within += found.get(f"at {look}", 0.0)
        if within >= runs / 2:
            return look - QUIET
    return float("inf")


def simulated(setting: Setting, points: float, runs: int, seed: int, *, first: int = 0) -> Runs:
    """In how many runs there was an alarm of a distance, a change, any; and the look of the first
    alarm, ``at 7``.
    """
    rng = np.random.default_rng([first, seed])
    count: Counter[str] = Counter()
    for _ in range(runs):
        found = one_run(setting, points, rng)
        count.update(found.keys())
        if found:
            count.update(["any", f"at {min(found.values())}"])
    return dict(count)


def one_run(setting: Setting, points: float, rng: np.random.Generator) -> Counter[str]:
    """The first look with a distance beyond its level, and with a change, if there are any."""
    reference = _reference(setting, rng)
    against = Reference(reference, labels=2)
    judging = calibrated(reference.said.p_at_1, reference.created, Window.WEEK)
    assert judging is not None
    found: Counter[str] = Counter()
    windows = []
    for look in range(1, LOOKS + 1):
        p_at_1 = _drawn(setting.window, setting.spread, rng, points if look > QUIET else 0.0)
        windows.append(_window(p_at_1, look, rng))
        apart = distances_of(p_at_1, against)
        assert apart is not None
        judged = judging.judge(apart, posts=len(p_at_1), look=look, level=LEVEL / 2)
        if judged.alarms and "distance" not in found:
            found["distance"] = look
    fired = [each.fired for each in changes(reference, windows, Window.WEEK, level=LEVEL / 2)]
    if fired:
        found["change"] = min(fired) // _WEEK
    return found


def _reference(setting: Setting, rng: np.random.Generator) -> Posts:
    size = setting.validation // PARTS
    p_at_1 = np.concatenate([_drawn(size, setting.spread, rng) for _ in range(PARTS)])
    right = rng.random(len(p_at_1)) < p_at_1
    said = Predictions(np.where(right, 0, 1), np.zeros((len(p_at_1), 1), np.int64), p_at_1[:, None])
    none = np.zeros(len(p_at_1), dtype=np.int32)
    return Posts(said, np.arange(len(p_at_1), dtype=np.int64), none, none)


def _drawn(posts: int, spread: float, rng: np.random.Generator, points: float = 0.0) -> Floats:
    centre = _MEAN - _SLOPE * points + _SLOPE * rng.normal(0, spread)
    return np.asarray(1 / (1 + np.exp(-rng.normal(centre, _SD, posts))), dtype=np.float64)


def _window(p_at_1: Floats, look: int, rng: np.random.Generator) -> WindowReport:
    """What changes look at, of a window."""
    accuracy = float((rng.random(len(p_at_1)) < p_at_1).mean())
    unknown = (0.0, 1.0)
    figures = Figures(
        posts=len(p_at_1),
        p_at_1=Measured(float(p_at_1.mean()), unknown),
        p_at_1_histogram=(),
        distances=None,
        realised={"accuracy": Measured(accuracy, unknown)},
        label_coverage=1.0,
        unknown_words=None,
        label_mix=None,
        new=(),
        gone=(),
    )
    return WindowReport(
        begins=look * _WEEK,
        ends=(look + 1) * _WEEK,
        state=State.COMPLETE,
        figures=figures,
        judged=None,
    )


if __name__ == "__main__":
    main()
