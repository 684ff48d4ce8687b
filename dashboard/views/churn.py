"""Which posts changed?"""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.comparison.posts import Page
from core.comparison.results import ChurnCounts
from core.hints import Command
from dashboard import components as c
from dashboard import data, pages, state, words
from dashboard.paging import turn
from dashboard.pair import Chosen, choose, posts_of
from dashboard.parts.post import show_post
from dashboard.parts.subreddit import post_table, unread

CHANGED = ("broken", "fixed", "swapped")
ALL = "all changed"
EACH = 25
"""Posts a page."""
MEANINGS = {
    "fixed": "The candidate is right, the baseline was wrong.",
    "broken": "The baseline was right, the candidate is wrong.",
    "swapped": "Both are wrong, with different predictions.",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of the changed posts are shown."""

    kinds: tuple[str, ...]
    subreddit: str | None
    slices: tuple[tuple[str, str], ...]


def answer(chosen: Chosen) -> str:
    """The page in one sentence."""
    churn, posts = chosen.summary.churn, chosen.summary.posts
    if churn is None:
        return (
            f"The two were evaluated on different posts, {chosen.summary.posts:,} against"
            f" {chosen.summary.posts_baseline:,}, so single posts cannot be compared."
        )
    return (
        f"**{churn.changed:,}** of {posts:,} posts"
        f" ({words.share(churn.changed / max(posts, 1))}) changed their first prediction:"
        f" {churn.fixed:,} fixed, {churn.broken:,} broken, {churn.swapped:,} swapped."
    )


def show_figures(churn: ChurnCounts, posts: int) -> None:
    """How many posts changed, and how."""
    net = churn.fixed - churn.broken
    figures = (
        (
            "Posts that changed",
            churn.changed,
            "Posts whose first prediction differs between the two models.",
        ),
        ("▲ Fixed", churn.fixed, MEANINGS["fixed"]),
        ("▼ Broken", churn.broken, MEANINGS["broken"]),
        ("⇄ Swapped", churn.swapped, MEANINGS["swapped"]),
    )
    with st.container(horizontal=True):
        for label, value, meaning in figures:
            c.figure(
                label, f"{value:,}", f"{words.share(value / posts)} of all posts", help_=meaning
            )
        sign = "+" if net > 0 else "−" if net < 0 else "±"
        accuracy = f"{words.signed(net / posts)} accuracy"
        added_up = (
            "The sum of the changes. All posts count here, also of subreddits that only one of the"
            " models knows; the accuracy on Compare is of the shared ones."
        )
        c.figure("Fixed − broken", f"{sign}{abs(net):,}", accuracy, help_=added_up)


def chosen_filters(chosen: Chosen) -> Filters:
    """The filter line; what a link says of a second slice can be taken away."""
    names = sorted(chosen.changes["subreddit"], key=str.lower)
    notes = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Show", (ALL, *CHANGED), key="change", bind="query-params", width=130)
        subreddit = state.chosen(
            "Subreddit",
            "subreddit",
            {name: f"r/{name}" for name in names},
            default=None,
            placeholder="all",
            width=190,
            notes=notes,
        )
        slices = [one_slice(chosen, notes)]
    if "slice_2" in st.query_params:
        second = (st.query_params["slice_2"], st.query_params.get("value_2", ""))
        slices.append(second)
        state.removable(words.plain(": ".join(second)), "slice_2", "value_2")
    return Filters(
        kinds=CHANGED if kind == ALL else (kind,),
        subreddit=subreddit,
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
        width=165,
        notes=notes,
    )
    if name is None:
        state.show("value", None)
        return None
    values = {value: value for value in dimensions[name]}
    default = next(iter(values))
    value = state.chosen("Slice", "value", values, default=default, width=235, notes=notes)
    return None if value is None else (name, value)


def show_posts(chosen: Chosen, filters: Filters) -> None:
    """One page of the posts, and where among all of them it is."""

    def part(*, start: int, most: int) -> Page:
        return data.changed_posts(
            chosen.comparison.execution,
            kinds=filters.kinds,
            subreddit=filters.subreddit,
            slices=filters.slices,
            start=start,
            most=most,
        )

    total = part(start=0, most=0).total
    if not total:
        c.empty("No changed post matches these filters. Remove one.")
        return
    table, below = st.container(), st.container(horizontal=True, vertical_alignment="center")
    with below:
        shown = turn("page", filters, total, each=EACH, counted=words.count(total, "post"))
    with table:
        rows = part(start=shown.start, most=EACH).rows
        post_table(rows, key="churn", alt="Posts that changed", subreddits=True)


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
show_figures(chosen.summary.churn, max(chosen.summary.posts, 1))
if chosen.pair.sealed:
    unread(chosen)
    st.stop()
filters = chosen_filters(chosen)
show_posts(chosen, filters)
if "post" in st.query_params:
    show_post(chosen, st.query_params["post"])
about = {"subreddit": filters.subreddit} if filters.subreddit else {}
with st.container(horizontal=True):
    c.way(pages.SUBREDDITS, "Who wins, who loses", chosen.query | about)
    c.way(pages.COMPARE, "Is it better", chosen.query)
