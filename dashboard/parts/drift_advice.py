"""When to retrain: the limits of the policy, what a week of waiting costs, what backtests found."""

import streamlit as st

from core.drift import backtest_sentence
from core.drift.advice import advice_sentence
from core.drift.ageing import ageing, of_figure
from core.drift.backtest_results import Backtest
from core.drift.cutoffs import Every
from core.drift.results import DriftReport, On
from core.hints import Command
from core.metrics import METRIC
from core.release.drift_judged import MARKS, Judged
from core.release.drift_limits import DriftLimit
from dashboard import components as c
from dashboard import words
from dashboard.charts import ageing as charts

COLOURS = {True: "orange", False: "green", None: "gray"}
"""By whether a limit is exceeded."""


def show_exceeded(found: Judged) -> None:
    """The limits that are exceeded, near the head of the page."""
    for each in found.exceeded:
        st.warning(
            f"**A limit of the release policy is exceeded.** {words.plain(each.why)}",
            icon=":material/front_hand:",
        )


def show_retraining(
    found: Judged, made: DriftReport, backtest: Backtest | None, figure: str
) -> None:
    """The advice, each limit, and what the last backtest found; of texts of users nothing."""
    if made.on != On.POSTS:
        return
    c.section("When to retrain?", words.plain(advice_sentence(found.advice)))
    lines = [_line(each) for each in found.limits]
    st.markdown("  \n".join(lines) or "The release policy has no limits for production.")
    if backtest is None:
        c.reading(
            "No backtest has shown yet what waiting costs and what retraining buys:"
            f" {words.code(str(Command('backtest')))}."
        )
        return
    _show_backtest(backtest, figure)


def _line(each: DriftLimit) -> str:
    sign = f":{COLOURS[each.exceeded]}[**{MARKS[each.exceeded]}**]"
    return f"{sign} {words.plain(each.why)}"


def _show_backtest(found: Backtest, figure: str) -> None:
    """How its models age, and what younger ones gain."""
    ages, every = ageing(found.models, of_figure(figure)), Every.parse(found.every)
    name = METRIC[figure].name
    small = name[0].lower() + name[1:]
    st.markdown(
        f"**Backtest \\#{found.execution}.** {words.plain(backtest_sentence.headline(found))}"
    )
    with st.container(key="halves-ageing"):
        left, right = st.columns(2, gap="large")
    with left:
        c.reading(f"**Decay by age**: {name} minus the model's own validation, with 95% intervals.")
        if ages.decay:
            c.chart(
                charts.decay(ages.decay, c.colours(), every=every, y=f"change of {small}"),
                key="decay",
                alt=f"{name} by the age of the model, against its own validation",
            )
    with right:
        c.reading("**What retraining gains**: a younger model minus an older one, same posts.")
        if ages.gains:
            c.chart(
                charts.gain(ages.gains, c.colours(), every=every, y=f"gain of {small}"),
                key="gain",
                alt=f"{name} gained by a younger model, by how much younger it is",
            )
