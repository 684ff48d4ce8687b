"""Whether the intervals of a backtest hold the truth, by simulation.

A model's accuracy in a window is its own quality, its decay by then, how hard the window is (for
all models alike), and chance. Models come to be better, as they are trained on more posts. What
holds on average over windows and models is the truth.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from bench import report
from bench.measure import note
from core.arrays import Floats
from core.drift.ageing import (
    FEWEST_DIFFERENCES,
    FEWEST_POSTS,
    Ageing,
    MeanDifference,
    ageing,
    of_figure,
)
from core.drift.backtest_results import Cell, Trained
from core.drift.results import Measured

FIGURE = "accuracy"
DECAY = 0.01
"""Accuracy lost in the first window, and twice as much in the fourth."""
QUALITY, CHANCE = 0.003, 0.0015
"""Standard deviations: of how good models of as many posts are, and of one measurement."""
AGES = (1, 3, 6, 9)


@dataclass(frozen=True, slots=True)
class Setting:
    """``cutoffs``: how many models. ``windows``: the standard deviation of how hard windows are.
    ``persists``: the correlation between one and the next. ``better``: by how much each model is
    better than the one before.
    """

    cutoffs: int
    windows: float
    persists: float
    better: float


SETTINGS = (
    Setting(6, 0.008, 0.0, 0.002),
    Setting(12, 0.003, 0.0, 0.002),
    Setting(12, 0.008, 0.0, 0.002),
    Setting(12, 0.008, 0.0, 0.006),
    Setting(12, 0.008, 0.5, 0.002),
    Setting(12, 0.008, 0.9, 0.002),
)


def main() -> None:
    """Parse the arguments, simulate, report."""
    chosen = report.parser(__doc__, repeats=1_000).parse_args()
    section = report.Section(
        title="Intervals of backtests",
        text=f"{chosen.repeats:,} simulated backtests each. Windows differ in how hard they are by"
        " that standard deviation; *persists* is the correlation of a window with the next one;"
        " models become better by that much from one to the next. Shown: how often the 95%"
        f" interval holds the truth; – where there is none (fewer than {FEWEST_DIFFERENCES} models"
        " or windows).",
        columns=(
            *("cut-offs", "windows differ by", "persists", "better by"),
            *(f"decay at {age}" for age in AGES),
            *(f"gain over {age} older" for age in AGES),
        ),
        rows=[row(each, chosen.repeats) for each in SETTINGS],
        verdict="Promised: 95%, unless difficulty persists.",
    )
    report.publish(section, write=chosen.write)


def row(setting: Setting, repeats: int) -> list[str]:
    """One line of the table."""
    rng, held = np.random.default_rng(0), Counter[tuple[str, int, bool]]()
    for _ in range(repeats):
        found = ageing(models_of(simulated(setting, rng)), of_figure(FIGURE))
        held.update(judged(found, setting))
    cells = [
        *(str(setting.cutoffs), f"{100 * setting.windows:g} pt"),
        *(f"{setting.persists:g}", f"{100 * setting.better:g} pt"),
    ]
    for kind in ("decay", "gain"):
        for age in AGES:
            yes, no = held[kind, age, True], held[kind, age, False]
            cells.append(f"{yes / (yes + no):.1%}" if yes + no else "–")
    note(" | ".join(cells))
    return cells


def judged(found: Ageing, setting: Setting) -> list[tuple[str, int, bool]]:
    """Whether each interval holds the truth."""
    decay = [("decay", each.age, each.change, decay_by(each.age)) for each in found.decay]
    gains = [
        ("gain", each.by, each.gain, each.by * setting.better + decay_by(1) - decay_by(1 + each.by))
        for each in found.gains
    ]
    return [
        (kind, age, _holds(said, truth))
        for kind, age, said, truth in (*decay, *gains)
        if said.interval is not None
    ]


def decay_by(age: int) -> float:
    """The true change of a model's accuracy from its validation to that age."""
    return -DECAY * float(np.sqrt(age))


def simulated(setting: Setting, rng: np.random.Generator) -> Floats:
    """Accuracy of each model by age, shape (m, m + 1); NaN after the last window."""
    m = setting.cutoffs
    hard = _persisting(m + 1, setting.persists, rng) * setting.windows
    quality = setting.better * np.arange(m) + rng.normal(0, QUALITY, m)
    table = np.full((m, m + 1), np.nan)
    for model in range(m):
        ages = np.arange(m - model + 1)
        lost = np.array([decay_by(age) for age in ages.tolist()])
        chance = rng.normal(0, CHANCE, len(ages))
        table[model, ages] = 0.5 + quality[model] + lost + hard[model + ages] + chance
    return table


def models_of(table: Floats) -> list[Trained]:
    """The table as a backtest has it."""
    made = []
    for model, values in enumerate(table.tolist()):
        validation, *later = [
            Cell(
                age=age,
                begins=model + age,
                ends=model + age + 1,
                posts=FEWEST_POSTS,
                figures={FIGURE: Measured(value, (value, value))},
                topics={},
            )
            for age, value in enumerate(values)
            if not np.isnan(value)
        ]
        made.append(
            Trained(
                training=model,
                predicting=model,
                model=str(model),
                cutoff=model + 1,
                validated_since=model,
                posts=1,
                validation=validation,
                later=tuple(later),
            )
        )
    return made


def _persisting(windows: int, correlation: float, rng: np.random.Generator) -> Floats:
    """A stationary sequence of variance 1."""
    drawn = rng.normal(0, 1, windows)
    for window in range(1, windows):
        fresh = np.sqrt(1 - correlation**2) * drawn[window]
        drawn[window] = correlation * drawn[window - 1] + fresh
    return drawn


def _holds(said: MeanDifference, truth: float) -> bool:
    low, high = said.interval or (truth, truth)
    return low <= truth <= high


if __name__ == "__main__":
    main()
