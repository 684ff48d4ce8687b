"""How do these runs differ?"""

import pandas as pd
import streamlit as st

from core.comparison.differences import shown
from core.comparison.ranking import ranking
from core.comparison.side_by_side import Measured, SideBySide, side_by_side
from core.errors import InputError
from core.evaluation.history import Training
from core.executions.history import number
from core.hints import Command
from core.metrics import METRIC, METRICS, Metric
from core.release import identity
from core.release.identity import Known
from dashboard import components as c
from dashboard import data, pages, words
from dashboard.charts import runs as charts
from dashboard.charts.runs import Line, Spot
from dashboard.components import Link

FEWEST, MOST = 2, 20
FIRST = 250
"""Of the column of names."""
BEST, TIED = "▲", "≈"
NO_AXIS = ("snapshot", "seed", "threads")
"""What no figure of the parameters shows: data, and what is left to chance."""
AXES = ("f1_macro", "recall_at_5")
"""The metrics that the figure shows first."""


def wanted(known: list[Known]) -> list[Known]:
    """The trainings that the address names, in its order.

    Raises:
        InputError: it names something else, too few or too many.
    """
    by_number = {each.number: each for each in known}
    named = st.query_params.get("runs", "").split(",")
    numbers = list(dict.fromkeys(number(text) for text in named if text))
    missing = [each for each in numbers if each not in by_number]
    if missing:
        raise InputError(f"#{missing[0]} is not a training", "Choose others on Executions.")
    if not FEWEST <= len(numbers) <= MOST:
        raise InputError(
            f"The link names {words.count(len(numbers), 'training')}",
            f"Tick {FEWEST} to {MOST} on the page Executions.",
        )
    return [by_number[each] for each in numbers]


def answer(both: SideBySide, everything: list[Training]) -> str:
    """The page in one sentence."""
    if not both.same_posts:
        return (
            "Not ranked: they were not all evaluated on the same posts. Compare two of them to have"
            " both models predict the same."
        )
    among = {each.number for each in both.trainings}
    found = ranking(data.store(), everything, among=among)
    if found is None:
        return "None of these trainings was evaluated."
    hint = f" {words.hint(found.hint)}." if found.hint else ""
    return f"{words.emphasised(found.sentence)}{hint}"


def show_chosen(both: SideBySide, heads: list[str]) -> None:
    """What was chosen differently for them; what is the same, folded away."""
    c.section(
        "What differs",
        "Parameters and data. Parameters of one family only stand here where they are not as by"
        " default."
        if len({each.model.family for each in both.trainings}) > 1
        else "Parameters and data.",
    )
    differing = [each for each in both.chosen if each.differs]
    if differing:
        rows = [(each.name, *map(shown, each.values)) for each in differing]
        table(["Parameter", *heads], rows, key="differing")
    else:
        st.markdown("Nothing: their parameters and data are the same.")
    with st.expander("What is identical"):
        same = [(each.name, shown(each.values[0])) for each in both.chosen if each.same]
        c.table(("Parameter", "All"), same)


def show_measured(both: SideBySide, heads: list[str]) -> None:
    """Every metric of each, with its interval and the noise."""
    ranked = any(each.best for each in both.measured)
    c.section(
        "How well each does",
        "On its own validation split, with the 95% interval for the chance of the posts."
        + (
            f" {BEST} best by more than the noise of retraining; {TIED} among the best: the noise"
            " cannot tell them apart."
            if ranked
            else ""
        )
        + (
            " On the same posts, two runs differ by less chance than their intervals suggest:"
            " compare two to see how much."
            if both.same_posts
            else ""
        ),
    )
    bounds = [data.intervals(t.evaluation) if t.evaluation else {} for t in both.trainings]
    rows = []
    for each in both.measured:
        cells = [
            _cell(training.number, value, each, of_each.get(each.metric.key))
            for training, value, of_each in zip(both.trainings, each.values, bounds, strict=True)
        ]
        rows.append((each.metric.name, *cells, _noise(each)))
    table(["Metric", *heads, "Noise"], rows, key="measured")


def _cell(run: int, value: float | None, row: Measured, bounds: tuple[float, float] | None) -> str:
    if value is None:
        return "–"
    sign = "" if run not in row.best else f"{BEST if len(row.best) == 1 else TIED} "
    return f"{sign}{words.around(value, bounds)}"


def _noise(row: Measured) -> str:
    """Of a difference between two trainings of one configuration; of several, the largest."""
    known = sorted({words.band(each) for each in row.noise if each is not None})
    if not known:
        return words.band(None)
    return known[0] if len(known) == 1 else f"up to {known[-1]}"


def table(columns: list[str], rows: list[tuple[str, ...]], *, key: str) -> None:
    """Facts below each other, runs side by side; the first column stays where it is."""
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        height="content",
        key=key,
        alt=f"{columns[0]}s of these runs side by side",
        column_config={columns[0]: st.column_config.TextColumn(pinned=True, width=FIRST)},
    )


def show_two_metrics(both: SideBySide, everything: list[Training], names: dict[int, str]) -> None:
    """One metric against another."""
    c.section(
        "Two metrics",
        "Bars: 95% intervals. Circles: the same configuration trained with other seeds, which is"
        " how far a run may move without any change.",
    )
    keys = [metric.key for metric in METRICS if any(m.metric is metric for m in both.measured)]
    with st.container(horizontal=True):
        x, y = (
            METRIC[
                st.selectbox(
                    label,
                    keys,
                    index=keys.index(first),
                    format_func=lambda key: METRIC[key].name,
                    key=label.lower(),
                    bind="query-params",
                    width=240,
                )
            ]
            for label, first in zip(("Across", "Upwards"), AXES, strict=True)
        )
    spots = [
        _spot(each, (x, y), everything, names[each.number], _best(both, x) & _best(both, y))
        for each in both.trainings
        if each.evaluation
    ]
    figure = charts.two_metrics(spots, c.colours(), x=x.name, y=y.name)
    clicked = c.clickable(figure, key="two-metrics", alt=f"{x.name} and {y.name} of each run")
    if clicked:
        st.switch_page(pages.EXECUTION.path, query_params={"execution": str(clicked[0])})


def _best(both: SideBySide, metric: Metric) -> frozenset[int]:
    return next(each.best for each in both.measured if each.metric is metric)


def _spot(
    training: Training,
    metrics: tuple[Metric, Metric],
    everything: list[Training],
    name: str,
    best: frozenset[int],
) -> Spot:
    def at(one: Training) -> tuple[float, float]:
        values = one.evaluation.metrics if one.evaluation else {}
        return values[metrics[0].key], values[metrics[1].key]

    place, found = at(training), data.intervals(training.evaluation) if training.evaluation else {}
    bounds = [found.get(m.key, (v, v)) for m, v in zip(metrics, place, strict=True)]
    return Spot(
        number=training.number,
        name=name,
        at=place,
        low=(bounds[0][0], bounds[1][0]),
        high=(bounds[0][1], bounds[1][1]),
        repeats=tuple(
            at(each)
            for each in everything
            if each.repeats == training.number and each.evaluation and not each.own
        ),
        best=training.number in best,
    )


def show_parameters(both: SideBySide, names: dict[int, str]) -> None:
    """Which parameters go with which macro F1."""
    differing = [each for each in both.chosen if each.differs and each.key not in NO_AXIS]
    evaluated = all(each.evaluation for each in both.trainings)
    if not differing or not evaluated:
        return
    c.section(
        "Parameters and macro F1",
        "A line for each run. Parameters stand in the order of their values, macro F1 is to scale.",
    )
    macro = next(each for each in both.measured if each.metric.key == "f1_macro")
    axes = [charts.axis(each.key, each.values) for each in differing]
    axes.append(charts.metric_axis("Macro F1", [value or 0.0 for value in macro.values]))
    lines = [
        Line(number=each.number, name=names[each.number], best=each.number in macro.best)
        for each in both.trainings
    ]
    c.chart(
        charts.parallel(axes, lines, c.colours()),
        key="parallel",
        alt="The parameters of each run, and its macro F1",
    )


top = c.question("How do these runs differ?")
trainings = data.all_trainings()
known = list(identity.read(data.store(), trainings).known)
chosen = wanted(known)
both = side_by_side(data.store(), [each.training for each in chosen], trainings)
with top:
    c.answer(answer(both, trainings), generated=any(t.snapshot.generated for t in both.trainings))
ticked = {"ticked": ",".join(str(each.number) for each in chosen)}
c.way(pages.EXECUTIONS, "Choose others", ticked)
heads = [f"#{each.number} {each.training.name}".strip() for each in chosen]
names = {each.number: each.title for each in chosen}
c.lines(
    [Link(each.title, pages.EXECUTION, {"execution": str(each.number)}).markdown for each in chosen]
)
show_measured(both, heads)
show_chosen(both, heads)
if all(each.evaluation for each in both.trainings):
    show_two_metrics(both, trainings, names)
    show_parameters(both, names)
else:
    c.empty("Evaluate all of them to see them in a figure:", Command("evaluate", "EXECUTION"))
