"""Every subreddit in a table: from when to when there are posts, and what they hold."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_config_utils import ColumnConfigMappingInput

from dashboard import components as c
from dashboard import state

COVERAGE, TEXTS = "coverage", "texts"


def show_table(subreddits: pd.DataFrame) -> None:
    """All subreddits; a ticked one is shown over time."""
    c.section("Subreddits", "Select a row to see that subreddit over time, above.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search", key="search", bind="query-params", placeholder="subreddit", width=190
        )
        view = st.segmented_control(
            "Show",
            (COVERAGE, TEXTS),
            default=COVERAGE,
            required=True,
            key="show",
            bind="query-params",
        )
    wanted = (text or "").strip().lower().removeprefix("r/")
    rows = subreddits[subreddits["subreddit"].str.lower().str.contains(wanted, regex=False)]
    if rows.empty:
        c.empty("No subreddit matches this search.")
        return
    columns = _coverage(rows) if view == COVERAGE else _texts(rows)
    event = st.dataframe(
        columns,
        hide_index=True,
        height=420 if len(rows) > 10 else "content",
        on_select="rerun",
        selection_mode="single-row",
        key=c.shown_key("subreddits", [view, *rows["subreddit"]]),
        alt="Every subreddit, most posts first",
        column_config=_config(columns, subreddits),
    )
    picked = [str(rows["subreddit"].iloc[place]) for place in event["selection"]["rows"]]
    state.follow("subreddit", picked[0] if picked else None, by="table")


def _coverage(rows: pd.DataFrame) -> pd.DataFrame:
    """From when to when, how many, and what is missing."""
    return pd.DataFrame(
        {
            "Subreddit": "r/" + rows["subreddit"],
            "Posts": rows["posts"],
            "First": pd.to_datetime(rows["first_utc"], unit="s"),
            "Last": pd.to_datetime(rows["last_utc"], unit="s"),
            "Per day": rows["per_day"],
            "Gaps": rows["gaps"],
            "Days missing": rows["gap_days"],
        }
    )


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    """What the posts hold, as shares of the subreddit's own."""
    shares = {
        "No text": "no_text",
        "Repeats": "repeats",
        "Elsewhere": "elsewhere",
        "Title only": "title_only",
    }
    return pd.DataFrame(
        {
            "Subreddit": "r/" + rows["subreddit"],
            "Posts": rows["posts"],
            **{label: rows[name] / rows["posts"] for label, name in shares.items()},
            "Words": rows["words_median"],
        }
    )


def _config(columns: pd.DataFrame, everything: pd.DataFrame) -> ColumnConfigMappingInput:
    """Bars for counts and small shares, each as long as it is next to the largest of its kind."""
    number, date = st.column_config.NumberColumn, st.column_config.DateColumn
    bar = st.column_config.ProgressColumn
    most = int(everything["posts"].max())
    shares = {
        label: bar(
            format="percent",
            min_value=0,
            max_value=max(float(columns[label].max()), 0.01),
            color="gray",
            help=text,
        )
        for label, text in (
            ("Repeats", "Posts that repeat the text of another post in this subreddit"),
            ("Elsewhere", "Posts whose text also appears in another subreddit"),
        )
        if label in columns
    }
    return {
        "Posts": bar(format="localized", min_value=0, max_value=most, color="gray"),
        "First": date(format="YYYY-MM-DD"),
        "Last": date(format="YYYY-MM-DD"),
        "Per day": number(format="%.2f", help="Posts per day, from the first to the last"),
        "Gaps": number(help="Stretches of days without posts that are unlikely to be chance"),
        "Days missing": number(help="Days in all gaps together"),
        "No text": number(format="percent", help="Posts with no text left for a model"),
        "Title only": number(format="percent", help="Posts without a body"),
        "Words": number(format="%.0f", help="Median number of words in title and body"),
        **shares,
    }
