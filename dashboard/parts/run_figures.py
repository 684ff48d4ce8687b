"""Several trainings in figures: one metric against another, and parameters beside macro F1."""

import streamlit as st

from core.comparison.ranking import repeats_of
from core.comparison.side_by_side import SideBySide
from core.evaluation.history import Training
from core.metrics import METRIC, Metric
from dashboard import components as c
from dashboard import data, pages
from dashboard.charts import runs as charts
from dashboard.charts.runs import Line, Spot

NO_AXIS = ("snapshot", "seed", "threads")
"""What no figure of the parameters shows: data, and what is left to chance."""
AXES = ("f1_macro", "recall_at_5")
"""The metrics that the figure shows first."""


def show_two_metrics(both: SideBySide, everything: list[Training], names: dict[int, str]) -> None:
    """One metric against another."""
    c.section(
        "Two metrics",
        "Bars: 95% intervals. Circles: the same configuration trained with other seeds, which is"
        " how far a run may move without any change.",
    )
    keys = [each.metric.key for each in both.measured if None not in each.values]
    with st.container(horizontal=True):
        x, y = (
            METRIC[
                st.selectbox(
                    label,
                    keys,
                    index=keys.index(first) if first in keys else 0,
                    format_func=lambda key: METRIC[key].name,
                    key=label.lower(),
                    bind="query-params",
                    width=240,
                )
            ]
            for label, first in zip(("Across", "Upwards"), AXES, strict=True)
        )
    best, repeats = _best(both, x) & _best(both, y), repeats_of(everything)
    spots = [
        _spot(each, (x, y), repeats.get(each.number, []), names[each.number], best)
        for each in both.trainings
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
    repeats: list[Training],
    name: str,
    best: frozenset[int],
) -> Spot:
    def at(one: Training) -> tuple[float, float] | None:
        values = one.evaluation.metrics if one.evaluation else {}
        x, y = (values.get(metric.key) for metric in metrics)
        return None if x is None or y is None else (x, y)

    place = at(training) or (0.0, 0.0)  # every one of them has both
    found = data.intervals(training.evaluation) if training.evaluation else {}
    bounds = [found.get(m.key, (v, v)) for m, v in zip(metrics, place, strict=True)]
    return Spot(
        number=training.number,
        name=name,
        at=place,
        low=(bounds[0][0], bounds[1][0]),
        high=(bounds[0][1], bounds[1][1]),
        repeats=tuple(there for each in repeats if (there := at(each))),
        best=training.number in best,
    )


def show_parameters(both: SideBySide, names: dict[int, str]) -> None:
    """Which parameters go with which macro F1."""
    differing = [each for each in both.chosen if each.differs and each.key not in NO_AXIS]
    if not differing:
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
