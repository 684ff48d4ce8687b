"""How much each model answers if it only answers above a p@1."""

import streamlit as st

from core.comparison.readings import threshold_sentence
from core.comparison.thresholds import STEP, USUAL, Thresholds
from dashboard import components as c
from dashboard import words
from dashboard.charts import thresholds as charts
from dashboard.pair import Chosen

NOT_COMPUTED = (
    "Not computed: an earlier version of Signoff made this comparison, and it is shown as it was"
    " made."
)


def show_thresholds(chosen: Chosen) -> None:
    """Both models' answers at a p@1 that the reader chooses, and where the candidate is as precise
    as the baseline is there.
    """
    found = chosen.summary.threshold
    title = "Answering only when confident"
    if found is None:
        c.section(title, NOT_COMPUTED)
        return
    st.header(title, anchor=False)
    reading = st.container()  # its line depends on what is chosen below
    figure, table = st.columns([4, 3], gap="large", vertical_alignment="center")
    with table:
        at = st.slider(
            "The baseline answers at p@1 of at least",
            0.0,
            1.0 - STEP,
            USUAL,
            STEP,
            key="at",
            bind="query-params",
        )
        _show_table(chosen, found, at)
    baseline, candidate = (f"#{number}" for number in chosen.numbers)
    with reading:
        held = threshold_sentence(chosen.summary, at, baseline=baseline, candidate=candidate)
        c.reading(words.emphasised(held))
    with figure:
        c.chart(
            charts.answers(found, at, chosen.names, c.colours()),
            key="answers",
            alt="Share of answers that are right against the share of posts answered",
        )


def _show_table(chosen: Chosen, found: Thresholds, at: float) -> None:
    """Baseline and candidate at the same p@1, and the candidate where it is as precise."""
    baseline, candidate = chosen.numbers
    match = found.match(at)
    held = match.candidate if match else None
    rows = [
        (f"#{baseline}", found.baseline, at),
        (f"#{candidate}, same p@1", found.candidate, at),
        *([(f"#{candidate}, as precise", found.candidate, held)] if held is not None else []),
    ]
    c.table(
        ("Model", f"p@1{words.NO_BREAK}≥", "Answered", "Right"),
        [
            (name, f"{p:.2f}", words.share(side.share(p)), words.share(side.precision(p)))
            for name, side, p in rows
        ],
    )
    st.caption("Answered: of all posts. Right: of the answers.")
