"""Which subreddits the models take for each other, and how that moved between them."""

import streamlit as st

from core.comparison.confusions import OFTENER, RARER, ConfusionChange
from core.comparison.posts import Which
from core.comparison.readings import confusions_sentence, posts_of
from dashboard import components as c
from dashboard import pages, words
from dashboard.pair import Chosen
from dashboard.parts.posts import query_of, readable
from dashboard.parts.thresholds import NOT_COMPUTED

SHOWN = 8
MOVED, COMMON = "moved most", "most common"


def show_confusions(chosen: Chosen) -> None:
    """Pairs that moved most, or the candidate's commonest ones; each leads to its posts, or to its
    subreddit where nobody reads them.
    """
    pairs = chosen.summary.confusions
    if pairs is None:
        c.section("Confused pairs", NOT_COMPUTED)
        return
    c.section("Confused pairs", words.plain(confusions_sentence(chosen.summary)))
    if not pairs:
        return
    order = st.segmented_control(
        "Order",
        (MOVED, COMMON),
        default=MOVED,
        required=True,
        key="pairs",
        bind="query-params",
        label_visibility="collapsed",
    )
    if order == COMMON:
        pairs = tuple(sorted(pairs, key=lambda pair: -pair.candidate))
    c.table(
        ("Posts of → taken for", "Posts", "Points"),
        [_row(chosen, pair) for pair in pairs[:SHOWN]],
    )
    st.caption(
        "Posts: baseline → candidate, out of all posts of that subreddit. Points: the change of"
        " that share, in percentage points."
    )


def _row(chosen: Chosen, pair: ConfusionChange) -> tuple[c.Link | str, ...]:
    called = f", {pair.verdict}" if pair.verdict in (RARER, OFTENER) else ""
    which = Which(subreddit=pair.subreddit, taken_for=pair.predicted)
    page, about = (
        (pages.CHURN, query_of(which))
        if readable(chosen)
        else (pages.SUBREDDITS, {"subreddit": pair.subreddit})
    )
    return (
        c.Link(f"r/{pair.subreddit} → r/{pair.predicted}", page, chosen.query | about),
        posts_of(pair, paired=chosen.paired).removesuffix(" posts").replace(" ", words.NO_BREAK),
        f"{words.points(pair.difference)}{called}",
    )
