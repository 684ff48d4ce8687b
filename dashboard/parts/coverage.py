"""Every subreddit in a table: from when to when there are posts, and what they hold."""

import pandas as pd
import streamlit as st

from dashboard import components as c
from dashboard import state, tables
from dashboard.tables import Column

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
    ticked = tables.draw(
        columns,
        _columns(columns, subreddits),
        key=c.shown_key("subreddits", [view, *rows["subreddit"]]),
        alt="Every subreddit, most posts first",
        pick="one",
    )
    picked = [str(rows["subreddit"].iloc[place]) for place in ticked]
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


def _columns(columns: pd.DataFrame, everything: pd.DataFrame) -> dict[str, Column]:
    """Bars for counts and small shares, each as long as it is next to the largest of its kind."""
    shares = {
        label: tables.bar("percent", max(float(columns[label].max()), 0.01), help_=text)
        for label, text in (
            ("Repeats", "Posts that repeat the text of another post in this subreddit"),
            ("Elsewhere", "Posts whose text also appears in another subreddit"),
        )
        if label in columns
    }
    return {
        "Posts": tables.bar("%,d", int(everything["posts"].max())),
        "First": tables.day("Its oldest post"),
        "Last": tables.day("Its newest post"),
        "Per day": tables.number("%.2f", "Posts per day, from the first to the last"),
        "Gaps": tables.count("Stretches of days without posts that are unlikely to be chance"),
        "Days missing": tables.count("Days in all gaps together"),
        "No text": tables.share("Posts with no text left for a model"),
        "Title only": tables.share("Posts without a body"),
        "Words": tables.number("%.0f", "Median number of words in title and body"),
        **shares,
    }
