"""Subreddits that users name and a version cannot."""

import pandas as pd
import streamlit as st

from core.access.identity import Role
from core.feedback import summary
from core.feedback.summary import VersionFeedback, Wanted
from core.hints import Command
from core.release.aliases import versions
from dashboard import components as c
from dashboard import data, tables, words
from dashboard.parts import acts
from dashboard.parts.acts import Act

SHOWN = 5
"""Subreddits with a button; the others are in a table."""


def show_demand(one: VersionFeedback) -> None:
    """The most wanted first, each with the way onto the collector's list."""
    c.section(
        "Which subreddits are missing?",
        "Subreddits that users named and this version cannot, by how many texts. One click puts one"
        f" on the list that `{Command('collect posts')}` reads.",
    )
    version = next(each for each in versions(data.store()) if each.version == one.version)
    demand = summary.demand(data.store(), version)
    if not demand and not one.answered:
        st.markdown("No user has named a missing subreddit yet.")
        return
    if not demand:
        st.markdown(":green[**✓ The model knows every subreddit that users named.**]")
        return
    why_not = c.why_not(Role.REVIEWER, to="add subreddits to the collector's list")
    for wanted in demand[:SHOWN]:
        _show(wanted, why_not)
    if len(demand) > SHOWN:
        with st.expander(f"{words.count(len(demand) - SHOWN, 'more subreddit')}"):
            tables.draw(
                _frame(demand[SHOWN:]),
                {
                    "Texts": tables.count("Texts for which users named it"),
                    "Last": tables.day("When it was last named"),
                },
                alt="Requested subreddits",
            )


def _show(wanted: Wanted, why_not: str | None) -> None:
    name = words.plain(f"r/{wanted.subreddit}")
    with st.container(border=True):
        said, way = st.columns([5, 4], vertical_alignment="center")
    said.markdown(
        f"**{name}** · {words.count(wanted.texts, 'text')}, last"
        f" {words.unbroken(words.day(wanted.newest))}"
    )
    with way:
        if wanted.listed:
            st.markdown(":green[✓ on the collector's list]")
            return
        acts.offer(
            [
                Act(
                    key=f"collect-{wanted.subreddit.lower()}",
                    label="Add to collection",
                    icon=":material/playlist_add:",
                    why_not=why_not,
                    do=lambda: summary.add_to_collector(data.store(), wanted.subreddit),
                    done=f"{name} is on the collector's list.",
                )
            ]
        )


def _frame(demand: list[Wanted]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Subreddit": [f"r/{one.subreddit}" for one in demand],
            "Texts": [one.texts for one in demand],
            "Last": [one.newest for one in demand],
            "Collected": [one.listed for one in demand],
        }
    )
