"""Where among the posts the candidate gains and loses."""

import pandas as pd
import streamlit as st

from core.comparison.significance import WORSE
from dashboard import components as c
from dashboard import state, words
from dashboard.pair import Chosen
from dashboard.parts.metrics import verdict

SLICE, WORST = "slice", "worst"


def show_where(chosen: Chosen) -> None:
    """The worst slices found, then every slice of one dimension, folded away."""
    if chosen.slices is None:
        return
    worst = chosen.slices[chosen.slices["section"] == WORST]
    c.section("Where it loses", reading(worst))
    if not worst.empty:
        _table(chosen, worst, worst["slice"], key="worst")
        st.caption("Tick a row to read its posts.")
    found = chosen.slices[chosen.slices["section"] == SLICE]
    folded = st.expander("Every slice", key="slices", bind="query-params")
    if folded.open:
        with folded:
            _show_dimension(chosen, found)


def reading(worst: pd.DataFrame) -> str:
    """The worst slices in one sentence."""
    if worst.empty:
        return "No slice of the posts was found where the candidate loses."
    called = worst[worst["verdict"] == WORSE]
    if called.empty:
        return (
            "Slices of one or two attributes were searched for losses of accuracy; these lose most,"
            " and none of them more than chance."
        )
    first = called.iloc[0]
    return (
        "Slices of one or two attributes were searched for losses of accuracy. More than chance:"
        f" {words.count(len(called), 'slice')}, first {words.plain(first['slice'])}, with"
        f" {words.signed(first['difference'])} on {words.count(int(first['posts']), 'post')}."
    )


def _show_dimension(chosen: Chosen, found: pd.DataFrame) -> None:
    options = {name: name for name in found["dimension"].unique()}
    name = state.chosen("Slice by", "by", options, default=next(iter(options), None), width=260)
    rows = found[found["dimension"] == name]
    _table(chosen, rows, rows["value"], key="slices-table")


def _table(chosen: Chosen, rows: pd.DataFrame, named: "pd.Series[str]", *, key: str) -> None:
    """Slices in the order given; a ticked one opens its posts."""
    verdicts = rows["verdict"] if "verdict" in rows else pd.Series(index=rows.index, dtype=object)
    tested = "Verdict" if verdicts.notna().any() else "Fixed / broken"
    frame = pd.DataFrame(
        {
            "Slice": named,
            "Change": rows["difference"],
            tested: verdicts.map(verdict) if tested == "Verdict" else _counts(rows),
            "q": rows["q_value"].map(words.chance),
            "Posts": rows["posts"].astype(int),
            "Accuracy": [
                f"{words.three(before)} → {words.three(after)}"
                for before, after in zip(
                    rows["accuracy_baseline"], rows["accuracy_candidate"], strict=True
                )
            ],
        }
    )
    number = st.column_config.NumberColumn
    event = st.dataframe(
        frame,
        hide_index=True,
        row_height=50 if tested == "Verdict" else None,  # the words of a found slice are long
        on_select="rerun",
        selection_mode="single-row",
        key=c.shown_key(key, frame["Slice"].tolist()),
        alt="Accuracy of both models slice by slice",
        column_config={
            "Slice": st.column_config.TextColumn(width=340),
            "Change": number(format="%+.3f", help="Of accuracy"),
            "q": st.column_config.TextColumn(
                help="Share of wrong calls if this slice and all with a smaller q are called"
            ),
            "Posts": number(format="localized"),
            "Accuracy": st.column_config.TextColumn(help="Of the baseline and of the candidate"),
        },
    )
    for place in event["selection"]["rows"]:
        st.switch_page(c.CHURN, query_params=chosen.query | query_of(rows.iloc[place]))


def _counts(rows: pd.DataFrame) -> list[str]:
    return [
        f"{fixed:,.0f} / {broken:,.0f}"
        for fixed, broken in zip(rows["fixed"], rows["broken"], strict=True)
    ]


def query_of(row: pd.Series) -> dict[str, str]:
    """The address of a slice's posts on the page Churn."""
    query = {"slice": row["dimension"], "value": row["value"]}
    if pd.notna(row.get("dimension_2")):
        query |= {"slice_2": row["dimension_2"], "value_2": row["value_2"]}
    return query
