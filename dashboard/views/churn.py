"""Which posts changed?"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.arrays import Places
from core.comparison.posts import KINDS, Which
from core.comparison.results import ChurnCounts
from core.hints import Command
from dashboard import components as c
from dashboard import data, listing, pages, panes, state, words
from dashboard.paging import turn
from dashboard.pair import Chosen, choose, posts_of
from dashboard.parts.post import show_post
from dashboard.parts.posts import (
    ALL_CHANGED,
    ANY,
    CHANGED,
    ORDERS,
    places_of,
    post_table,
    read,
    unread,
    where,
)

ALL = "all changed"
SHOWN = {ALL: CHANGED, **{kind: (kind,) for kind in KINDS}, ANY: KINDS}
EACH = 25
"""Posts a page."""


def answer(chosen: Chosen) -> str:
    """The page in one sentence."""
    churn, posts = chosen.summary.churn, chosen.summary.posts
    if churn is None:
        return (
            f"The two were evaluated on different posts, {chosen.summary.posts:,} against"
            f" {chosen.summary.posts_baseline:,}, so single posts cannot be compared."
        )
    counts = {"fixed": churn.fixed, "broken": churn.broken, "swapped": churn.swapped}
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)
    return (
        f"**{churn.changed:,}** of {posts:,} posts"
        f" ({words.share(churn.changed / max(posts, 1))}) changed their first prediction"
        f"{': ' if kinds else ''}{kinds}."
    )


def meanings(churn: ChurnCounts, posts: int) -> str:
    """What the words mean, and what they add up to."""
    net = churn.fixed - churn.broken
    sign = "+" if net > 0 else "−" if net < 0 else "±"
    return (
        "▲ Fixed: only the candidate is right. ▼ Broken: only the baseline is right. ⇄ Swapped:"
        f" both are wrong, with different predictions. Fixed − broken: {sign}{abs(net):,} posts,"
        f" {words.signed(net / posts)} accuracy on all posts."
    )


def asked(chosen: Chosen) -> Which:
    """The filter line; what only links say can be taken away."""
    names = sorted(chosen.changes["subreddit"], key=str.lower)
    notes = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Show", list(SHOWN), key="change", bind="query-params", width=126)
        subreddit = state.chosen(
            "Subreddit",
            "subreddit",
            {name: f"r/{name}" for name in names},
            default=None,
            placeholder="all",
            width=140,
            notes=notes,
        )
        slices = [one_slice(chosen, notes)]
    if "slice_2" in st.query_params:
        second = (st.query_params["slice_2"], st.query_params.get("value_2", ""))
        slices.append(second)
        state.removable(words.plain(": ".join(second)), "slice_2", "value_2")
    taken_for = st.query_params.get("taken_for")
    if taken_for is not None:
        state.removable(f"Taken for r/{words.plain(taken_for[:40])}", "taken_for")
    return Which(
        kinds=SHOWN[kind],
        subreddit=subreddit,
        taken_for=taken_for,
        slices=tuple(pair for pair in slices if pair is not None),
    )


def one_slice(chosen: Chosen, notes: DeltaGenerator) -> tuple[str, str] | None:
    """A dimension and one of its values."""
    dimensions = {d.name: d.values for d in data.laid(chosen.comparison.execution).dimensions}
    name = state.chosen(
        "Slice by",
        "slice",
        {name: name for name in dimensions},
        default=None,
        placeholder="nothing",
        width=120,
        notes=notes,
    )
    if name is None:
        state.show("value", None)
        return None
    values = {value: value for value in dimensions[name]}
    default = next(iter(values))
    value = state.chosen("Slice", "value", values, default=default, width=120, notes=notes)
    return None if value is None else (name, value)


def show_posts(chosen: Chosen, filters: object, places: Places) -> None:
    """One page of the posts: the page of the post that is read, where there is one.

    Args:
        filters: what chose and ordered ``places``.
    """
    total, post_id = len(places), st.query_params.get("post")
    if not total:
        c.empty("No post matches these filters. Remove one.")
        return
    place = where(chosen, places, post_id).place if post_id else None
    table = st.container(key="list-place")
    with st.container(horizontal=True, vertical_alignment="center"):
        counted = words.count(total, "post")
        shown = turn("page", filters, total, each=EACH, counted=counted, place=place)
        if post_id is None:
            start = st.container(width="content")
    with table:
        rows = data.posts(chosen.comparison.execution, places, start=shown.start, most=EACH).rows
        post_table(rows, alt="Posts that match", inner=False)
    if post_id is None and "post" not in st.query_params:
        with start:
            panes.begin(panes.steps(rows["post_id"].tolist(), None), read)


top = c.question("Which posts changed?")
chosen = choose(data.all_trainings(), pages.CHURN, top)
with top:
    c.answer(answer(chosen), generated=chosen.generated)
if chosen.summary.churn is None:
    c.empty(
        "To see the changed posts, evaluate both models on the same posts, for example:",
        Command("evaluate", chosen.baseline.number, on=posts_of(chosen.pair.candidate)),
    )
    st.stop()
with top:
    c.reading(meanings(chosen.summary.churn, max(chosen.summary.posts, 1)))
if chosen.pair.sealed:
    unread(chosen, ALL_CHANGED)
    st.stop()
left, right = panes.side_by_side()
with left:
    which = asked(chosen)
    places = places_of(chosen, which)
    show_posts(chosen, (which, listing.order("post", ORDERS)), places)
post_id = st.query_params.get("post")
if post_id is not None:
    with right, panes.detail("post", post_id, where(chosen, places, post_id), read):
        show_post(chosen, post_id)
about = {"subreddit": which.subreddit} if which.subreddit else {}
with st.container(horizontal=True):
    c.way(pages.SUBREDDITS, "Who wins, who loses", chosen.query | about)
    c.way(pages.COMPARE, "Is it better", chosen.query)
