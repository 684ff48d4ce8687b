"""Whether the advice of drift keeps what it promises: how fast accuracy falls, and when it is below
a limit, by simulation.

Accuracy falls along a line, or not at all. Each week has an effect of its own, whose standard
deviation is given in points; effects of neighbouring weeks are correlated, of distant ones less.
"""

from collections import Counter
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench import report
from bench.measure import note
from bench.simulate import Runs, in_processes
from core.arrays import Floats
from core.drift.advice import WEEK, advice
from core.drift.results import (
    Advice,
    DriftReport,
    Figures,
    Measured,
    On,
    ReferenceReport,
    State,
    WindowReport,
)
from core.drift.windows import Window

POSTS, VALIDATION = 3_000, 12_000
BEFORE, SLOPE, DROP = 0.4, -0.002, 0.05
"""The accuracy of the validation split and of week 0, its change a week, and the limit."""
PROMISED = 0.95


@dataclass(frozen=True, slots=True)
class Setting:
    """How many weeks there are, how far they differ, and how alike neighbours are."""

    weeks: int
    effects: float
    correlation: float


SETTINGS = tuple(
    Setting(weeks, effects, correlation)
    for weeks in (8, 13, 26, 52)
    for effects, correlation in ((0.0, 0.0), (0.01, 0.3), (0.01, 0.8), (0.02, 0.3), (0.02, 0.8))
)


def main() -> None:
    """Parse the arguments, simulate, report."""
    chosen = report.parser(__doc__, repeats=400).parse_args()
    rows = [row(each, chosen.repeats) for each in SETTINGS]
    section = report.Section(
        title="Drift advice",
        text=f"Weeks of {POSTS:,} posts, a validation split of {VALIDATION:,}; accuracy falls by"
        f" {-100 * SLOPE:g} points a week. *Slope*: 95% intervals that hold it. *Shown*: runs in"
        " which it is shown that accuracy falls. *When*: of those, intervals that hold the week"
        f" from which on accuracy is {100 * DROP:g} points below validation. *False*: runs in which"
        " it is shown to fall, and does not.",
        columns=("weeks", "weeks differ by", "neighbours", "slope", "shown", "when", "false"),
        rows=rows,
        verdict=f"Promised: {PROMISED:.0%} of the intervals of the slope, and at most"
        f" {(1 - PROMISED) / 2:.1%} false.",
    )
    report.publish(section, write=chosen.write)


def row(setting: Setting, repeats: int) -> list[str]:
    """One line of the table."""
    falling = in_processes(partial(simulated, setting, SLOPE), repeats)
    flat = in_processes(partial(simulated, setting, 0.0), repeats)
    shown = falling.get("shown", 0.0)
    cells = [
        *(f"{setting.weeks}", f"{100 * setting.effects:g} pt", f"{setting.correlation:g}"),
        *(f"{falling.get('slope', 0.0) / repeats:.1%}", f"{shown / repeats:.1%}"),
        f"{falling.get('when', 0.0) / shown:.1%}" if shown else "–",
        f"{flat.get('shown', 0.0) / repeats:.1%}",
    ]
    note(" | ".join(cells))
    return cells


def simulated(setting: Setting, slope: float, runs: int, seed: int) -> Runs:
    """In how many runs the intervals hold slope and week, and a fall is shown."""
    rng = np.random.default_rng(seed)
    count: Counter[str] = Counter()
    for _ in range(runs):
        found = advice(drawn(setting, slope, rng), accuracy_drop=DROP)
        assert found.per_week is not None
        low, high = found.per_week.interval
        count["slope"] += low <= slope <= high
        count["shown"] += found.falls
        count["when"] += found.falls and holds(found, setting, slope)
    return dict(count)


def holds(found: Advice, setting: Setting, slope: float) -> bool:
    """Whether the interval holds the week in which the line reaches the limit.

    None is told before the newest week, nor more than a year after it.
    """
    if found.below is None or not slope:
        return False
    truth = max(-DROP / slope, setting.weeks - 1)
    earliest, latest = (
        float("inf") if moment is None else moment / WEEK
        for moment in (found.below.earliest, found.below.latest)
    )
    return earliest <= truth + 1 and latest >= truth - 1


def drawn(setting: Setting, slope: float, rng: np.random.Generator) -> DriftReport:
    """A report that has what the advice looks at."""
    place = np.arange(setting.weeks)
    shared = setting.correlation ** np.abs(place[:, None] - place) * setting.effects**2
    effects = rng.multivariate_normal(np.zeros(setting.weeks), shared)
    accuracy = rng.binomial(POSTS, BEFORE + slope * place + effects) / POSTS
    before = rng.binomial(VALIDATION, BEFORE) / VALIDATION
    reference = ReferenceReport(
        evaluation=1,
        snapshot="",
        posts=VALIDATION,
        begins=-8 * WEEK,
        ends=0,
        parts=8,
        figures=_figures(before, VALIDATION),
    )
    return DriftReport(
        on=On.POSTS,
        window=Window.WEEK,
        training=1,
        model="",
        since=0,
        level=1 - PROMISED,
        reference=reference,
        no_reference="",
        windows=_windows(accuracy),
        changes=(),
        causes=None,
        left_out={},
    )


def _windows(accuracy: Floats) -> tuple[WindowReport, ...]:
    return tuple(
        WindowReport(
            begins=week * WEEK,
            ends=(week + 1) * WEEK,
            state=State.COMPLETE,
            figures=_figures(value, POSTS),
            judged=None,
        )
        for week, value in enumerate(accuracy.tolist())
    )


def _figures(accuracy: float, posts: int) -> Figures:
    reach = 1.96 * float(np.sqrt(accuracy * (1 - accuracy) / posts))
    found = Measured(accuracy, (accuracy - reach, accuracy + reach))
    return Figures(
        posts=posts,
        p_at_1=found,
        p_at_1_histogram=(),
        distances=None,
        realised={"accuracy": found},
        label_coverage=None,
        unknown_words=None,
        label_mix=None,
        new=(),
        gone=(),
    )


if __name__ == "__main__":
    main()
