"""Where among the posts the candidate gains and loses."""

from collections.abc import Hashable, Mapping

import pandas as pd
import streamlit as st

from core.comparison.posts import Which
from core.comparison.results import WORSE
from dashboard import components as c
from dashboard import pages, state, words
from dashboard.pair import Chosen
from dashboard.parts.posts import CHANGED, query_of

SLICE, WORST = "slice", "worst"
FEW = 5
"""Slices that are listed where fewer are called worse."""


def show_where(chosen: Chosen) -> None:
    """The worst slices found, then every slice of one dimension, folded away."""
    if chosen.slices is None:
        return
    worst = chosen.slices[chosen.slices["section"] == WORST]
    called = int((worst["verdict"] == WORSE).sum())
    c.section("Where it loses" if called else "No slice loses beyond chance", reading(worst))
    if not worst.empty:
        _table(chosen, worst.head(max(called, FEW)))
        st.caption(
            "Accuracy of baseline and candidate; ▼ is worse by more than the chance of these posts."
            " q: below 0.05, a slice is called. Click a slice to see its posts."
        )
    slices = chosen.slices[chosen.slices["section"] == SLICE]
    folded = st.expander("Every slice", key="slices", bind="query-params")
    if folded.open:
        with folded:
            _show_dimension(chosen, slices)


def reading(worst: pd.DataFrame) -> str:
    """The worst slices in one sentence."""
    if worst.empty:
        return "The search found no slice with a loss of accuracy."
    called = worst[worst["verdict"] == WORSE]
    if called.empty:
        return (
            "Slices by one or two attributes were searched for losses of accuracy. These lose"
            " most, but none by more than the chance of these posts."
        )
    first = called.iloc[0]
    return (
        "Slices by one or two attributes were searched for losses of accuracy. Losing by more"
        " than the chance of these posts, though retraining alone may do as much:"
        f" {words.count(len(called), 'slice')}, first {words.plain(first['slice'])}, with"
        f" {words.signed(first['difference'])} on {words.count(int(first['posts']), 'post')}."
    )


def _show_dimension(chosen: Chosen, slices: pd.DataFrame) -> None:
    options = {name: name for name in slices["dimension"].unique()}
    name = state.chosen("Slice by", "by", options, default=next(iter(options), None), width=260)
    _table(chosen, slices[slices["dimension"] == name])


def _table(chosen: Chosen, rows: pd.DataFrame) -> None:
    """Slices in the order given, each a link to its posts."""
    records = rows.astype({"posts": int, "fixed": int, "broken": int}).to_dict("records")
    c.table(
        ("Slice", "Posts", "Accuracy", "Change", "q", "Fixed / broken"),
        [
            (
                c.Link(named(row), pages.CHURN, chosen.query | query_of(which(row))),
                f"{row['posts']:,}",
                words.three(row["accuracy_baseline"])
                + "\u00a0→\u00a0"
                + words.three(row["accuracy_candidate"]),
                words.signed(row["difference"]) + ("\u00a0▼" if row["verdict"] == WORSE else ""),
                words.chance(row["q_value"]).replace(" ", words.NO_BREAK),
                f"{row['fixed']:,} / {row['broken']:,}",
            )
            for row in records
        ],
    )


def named(row: Mapping[Hashable, object]) -> str:
    """A found slice in words; a slice of one dimension by its value."""
    return str(row["slice"] if row["section"] == WORST else row["value"])


def which(row: Mapping[Hashable, object]) -> Which:
    """The changed posts of a slice."""
    ends = ["", "_2"] if row["section"] == WORST and isinstance(row["dimension_2"], str) else [""]
    slices = tuple((str(row[f"dimension{end}"]), str(row[f"value{end}"])) for end in ends)
    return Which(kinds=CHANGED, slices=slices)
