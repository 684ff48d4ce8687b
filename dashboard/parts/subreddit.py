"""One subreddit in detail: figures, tests, confusions, posts."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.comparison import posts as laying
from core.comparison.posts import Which
from core.comparison.results import FEW, SAME, WITHIN
from core.evaluation import Evaluation
from core.words import listed
from dashboard import components as c
from dashboard import data, pages, panes, state, words
from dashboard.pair import Chosen
from dashboard.panes import Steps
from dashboard.parts.post import show_post
from dashboard.parts.posts import (
    CHANGED,
    ids_of,
    places_of,
    post_table,
    query_of,
    read,
    readable,
    unread,
    where,
)

CONFUSIONS = 5
MOST_POSTS = 200


def mark(row: pd.Series, *, paired: bool) -> str:
    """A change in a word and a sign; on different posts none is better or worse for the model."""
    outside = {"added": "new", "removed": "dropped", "unknown": "unknown to both"}
    if row["status"] in outside:
        return outside[row["status"]]
    if pd.isna(row["difference"]):
        return "no posts"
    return words.called(row["verdict"], paired=paired) or "not tested"


def uncalled(shared: pd.DataFrame, *, paired: bool) -> str:
    """How many shared subreddits are called neither way, and why; empty where all are called."""
    meanings = (
        (SAME, "no change" if paired else "no change between the two samples of posts"),
        (WITHIN, "no more change than retraining alone causes"),
        (FEW, "too few posts to tell"),
    )
    counts = [(int((shared["verdict"] == kind).sum()), kind, said) for kind, said in meanings]
    return listed(
        [
            f"{number:,} {'has' if number == 1 else 'have'} {said}"
            if kind == FEW
            else f"{number:,} {'shows' if number == 1 else 'show'} {said}"
            for number, kind, said in counts
            if number
        ]
    )


def show_one(chosen: Chosen, subreddit: str, at: Steps, go: Callable[[str], None]) -> None:
    """One subreddit in detail, or the post behind its figures that the address names.

    Args:
        at: where it stands in the list beside it.
        go: shows another subreddit.
    """
    row = chosen.changes[chosen.changes["subreddit"] == subreddit]
    post_id = st.query_params.get("post")
    if row.empty:
        with panes.detail("subreddit", subreddit, at, go):
            st.warning(
                f"r/{words.plain(subreddit[:40])} is not in this comparison.",
                icon=":material/link_off:",
            )
        return
    laid = data.laid(chosen.comparison.execution) if readable(chosen) else None
    behind = laying.behind(laid, subreddit) if laid else ()
    if post_id is not None:
        for which in behind:
            places = places_of(chosen, which)
            among = where(chosen, places, post_id)
            if among.place is not None:
                with panes.detail("subreddit", subreddit, among, read, back="post"):
                    show_post(chosen, post_id)
                return
        state.show("post", None)
    with panes.detail("subreddit", subreddit, at, go):
        show_figures(chosen, row.iloc[0], behind)
        for which in behind:
            show_posts(chosen, which)
        if not behind:
            show_none(chosen, subreddit)
        if "post" in st.query_params:
            st.rerun()  # ticked just now: it is read in the place of this
        show_confused(chosen, subreddit)


def show_figures(chosen: Chosen, values: pd.Series, behind: Sequence[Which]) -> None:
    """What changed, as the tests have it, in F1, precision and recall.

    Args:
        behind: the posts that it rests on, empty where nobody reads them.
    """
    title = f"r/{words.plain(values['subreddit'])}"
    c.section(title, described(values, paired=chosen.paired))
    if behind:
        _offer_reading(chosen, behind)
    rows = []
    for label, key in (("F1", "f1"), ("Precision", "precision"), ("Recall", "recall")):
        before, after = (
            None if pd.isna(values[f"{key}_{side}"]) else values[f"{key}_{side}"]
            for side in ("baseline", "candidate")
        )
        change = "–" if before is None or after is None else words.signed(after - before)
        rows.append((label, words.three(before), words.three(after), change))
    c.table(("Metric", *chosen.names, "Change"), rows)


def _offer_reading(chosen: Chosen, behind: Sequence[Which]) -> None:
    """The button to the first post: on a phone it is in view, and no table's toolbar covers it."""
    places = next(filter(len, (places_of(chosen, which) for which in behind)), None)
    st.button(
        "Read the posts",
        icon=":material/article:",
        shortcut="Enter",
        disabled=places is None,
        on_click=read,
        args=("" if places is None else ids_of(chosen, places[:1])[0],),
    )


def show_confused(chosen: Chosen, subreddit: str) -> None:
    """With what both models confuse it, side by side."""
    columns = st.columns(2, gap="medium")
    for column, side, title in zip(columns, chosen.sides, chosen.names, strict=True):
        with column:
            st.markdown(f"**Confused with, by {words.plain(title)}**")
            show_confusions(side, subreddit)


def described(values: pd.Series, *, paired: bool) -> str:
    """The tests of one subreddit in words."""
    head = f"{values['support']:,} posts; {mark(values, paired=paired)}."
    if pd.isna(values["p_value"]):
        return head
    bounds = (values["interval_low"], values["interval_high"])
    noise = None if pd.isna(values["band"]) else values["band"]
    recall_p = values["recall_p_value"]
    recall = (
        "" if pd.isna(recall_p) else f" Exact test of recall alone: p {words.chance(recall_p)}."
    )
    return (
        f"{head} Change of F1 {words.signed(values['difference'])}, 95% interval"
        f" {words.interval(bounds)}, p {words.chance(values['p_value'])}, q"
        f" {words.chance(values['q_value'])}, noise of retraining {words.band(noise)}.{recall}"
        f" With this many posts, a change smaller than {words.three(values['smallest_change'])}"
        " would be missed at least one time in five."
    )


def show_confusions(side: Evaluation, subreddit: str) -> None:
    """What the posts of a subreddit are most often taken for."""
    pairs = [pair for pair in data.summary_of(side).confusions if pair.subreddit == subreddit]
    if not pairs:
        st.markdown("No other subreddit is among the most common confusions.")
        return
    lines = [
        f"r/{words.plain(pair.predicted)} :gray[{words.count(pair.posts, 'post')}]"
        for pair in pairs[:CONFUSIONS]
    ]
    st.markdown("  \n".join(lines))


def show_posts(chosen: Chosen, which: Which) -> None:
    """Some of the posts behind the number, changed ones first; a ticked one is read."""
    places = places_of(chosen, which)
    own = which.taken_for is None
    title = "Posts" if own else "Taken for it"
    st.markdown(f"**{title}** :gray[{counted(chosen, which, len(places))}]")
    if not len(places):
        return
    rows = data.posts(chosen.comparison.execution, places, most=MOST_POSTS).rows
    post_table(rows, alt=f"{title}, with both predictions", subreddits=not own, inner=True)
    changed = replace(which, kinds=CHANGED)
    name = words.plain(which.subreddit or which.taken_for or "")
    c.way(
        pages.CHURN,
        f"Only changed posts, {'in' if own else 'taken for'} r/{name}",
        chosen.query | query_of(changed),
    )


def counted(chosen: Chosen, which: Which, total: int) -> str:
    """How many there are, and how many only one of the models takes for it."""
    said = [words.count(total, "post")]
    if which.taken_for is not None:
        laid = data.laid(chosen.comparison.execution)
        alone = laying.taken_by_one(laid, which.taken_for)
        said = [f"{words.count(total, 'post')} of other subreddits"] + [
            f"{number:,} by {words.plain(name)} alone"
            for number, name in zip(alone, chosen.names, strict=True)
            if number
        ]
    return ", ".join([*said, *([f"the first {MOST_POSTS} shown"] if total > MOST_POSTS else [])])


def show_none(chosen: Chosen, subreddit: str) -> None:
    """Why nobody reads the posts."""
    if chosen.paired:
        unread(chosen, Which(subreddit=subreddit, kinds=CHANGED))
    else:
        st.caption(
            "The two models were evaluated on different posts, so single posts cannot be compared."
        )
