"""One subreddit in detail: figures, tests, confusions, posts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import pandas as pd
import streamlit as st

from core.comparison import posts as laying
from core.comparison.posts import BASELINE, CANDIDATE, CHANGE, SUBREDDIT, Page
from core.comparison.results import FEW, SAME, WITHIN
from core.evaluation import Evaluation
from core.words import listed
from dashboard import components as c
from dashboard import data, listing, pages, panes, state, tables, words
from dashboard.listing import Listing
from dashboard.pair import Chosen
from dashboard.panes import Steps
from dashboard.parts.post import MARKS, show_post

CONFUSIONS = 5
MOST_POSTS = 200
ORDERS = {
    "Change": CHANGE,
    "Subreddit": SUBREDDIT,
    "Baseline predicts": BASELINE,
    "Candidate predicts": CANDIDATE,
}
"""Column of a table of posts -> what :func:`core.comparison.posts.page` orders by."""


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


def show_one(chosen: Chosen, subreddit: str, where: Steps, go: Callable[[str], None]) -> None:
    """One subreddit in detail, or the one of its posts that the address names.

    Args:
        where: it stands in the list beside it.
        go: shows another subreddit.
    """
    row = chosen.changes[chosen.changes["subreddit"] == subreddit]
    post_id = st.query_params.get("post")
    if row.empty:
        with panes.detail("subreddit", subreddit, where, go):
            st.warning(
                f"r/{words.plain(subreddit[:40])} is not in this comparison.",
                icon=":material/link_off:",
            )
        return
    if post_id is not None and chosen.paired and not chosen.pair.sealed:
        ids = posts_of(chosen, subreddit).rows["post_id"].tolist()
        if post_id in ids:
            among = panes.steps(ids, post_id)
            with panes.detail("subreddit", post_id, among, read, back="post"):
                show_post(chosen, post_id)
            return
        state.show("post", None)
    with panes.detail("subreddit", subreddit, where, go):
        readable = chosen.paired and not chosen.pair.sealed
        found = posts_of(chosen, subreddit) if readable else None
        show_figures(row.iloc[0], chosen.names, found, paired=chosen.paired)
        show_posts(chosen, subreddit, found)
        show_confused(chosen, subreddit)


def read(post_id: str) -> None:
    """Put a post into the address."""
    state.show("post", post_id)


def show_figures(
    values: pd.Series, names: tuple[str, str], found: Page | None, *, paired: bool
) -> None:
    """What changed, as the tests have it, in F1, precision and recall.

    Args:
        found: its posts; None: nobody reads them.
    """
    c.section(f"r/{words.plain(values['subreddit'])}", described(values, paired=paired))
    if found is not None:
        _offer_reading(found)
    rows = []
    for label, key in (("F1", "f1"), ("Precision", "precision"), ("Recall", "recall")):
        before, after = (
            None if pd.isna(values[f"{key}_{side}"]) else values[f"{key}_{side}"]
            for side in ("baseline", "candidate")
        )
        change = "–" if before is None or after is None else words.signed(after - before)
        rows.append((label, words.three(before), words.three(after), change))
    c.table(("Metric", *names, "Change"), rows)


def _offer_reading(found: Page) -> None:
    """The button to the first post: on a phone it is in view, and no table's toolbar covers it."""
    ids = found.rows["post_id"].tolist()
    st.button(
        "Read the posts",
        icon=":material/article:",
        shortcut="Enter",
        disabled=not ids,
        on_click=read,
        args=(ids[0] if ids else "",),
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


def posts_of(chosen: Chosen, subreddit: str) -> Page:
    """The posts of a subreddit as their table orders them, at most :data:`MOST_POSTS`."""
    comparison = chosen.comparison.execution
    column, down = post_order()
    places = laying.chosen(data.laid(comparison), subreddit=subreddit, order=column, down=down)
    return data.posts(comparison, places, most=MOST_POSTS)


def post_order() -> tuple[str, bool]:
    """By what the table of posts orders, and whether from the largest down."""
    by = listing.order("post", ORDERS)
    return ORDERS.get(by.column or "", CHANGE), by.down


def show_posts(chosen: Chosen, subreddit: str, found: Page | None) -> None:
    """The posts behind the number, those that changed first; a ticked one is read."""
    if not chosen.paired:
        st.caption(
            "The two models were evaluated on different posts, so single posts cannot be compared."
        )
        return
    if found is None:
        unread(chosen, {"subreddit": subreddit})
        return
    shown = "" if found.total <= MOST_POSTS else f", the first {MOST_POSTS} shown"
    st.markdown(f"**Posts** :gray[{words.count(found.total, 'post')}{shown}]")
    post_table(found.rows, alt=f"Posts of r/{subreddit} with both predictions")
    if "post" in st.query_params:
        st.rerun()  # ticked just now: it is read in the place of this
    c.way(
        pages.CHURN,
        f"Only changed posts, in r/{words.plain(subreddit)}",
        chosen.query | {"subreddit": subreddit},
    )


def unread(chosen: Chosen, about: Mapping[str, str] = MappingProxyType({})) -> None:
    """Nobody reads the posts of a sealed test; the way to those of validation.

    Args:
        about: what the other page shall show of them.
    """
    st.caption("The posts of a sealed test are not shown, so that it can judge the next candidate.")
    models = (chosen.pair.baseline.model_execution, chosen.pair.candidate.model_execution)
    query = dict(zip(("baseline", "candidate"), map(str, models), strict=True))
    c.way(pages.CHURN, "Which validation posts changed", {**query, **about})


def post_table(rows: pd.DataFrame, *, alt: str, subreddits: bool = False) -> None:
    """Posts with both first predictions; a ticked one goes into the address: ``?post=``.

    Args:
        subreddits: whether to name each post's own.
    """
    frame = pd.DataFrame(
        {
            "Change": rows["change"].map(MARKS),
            "Title": rows["title"],
            **({"Subreddit": "r/" + rows["subreddit"]} if subreddits else {}),
            "Baseline predicts": _firsts(rows["baseline"], rows["baseline_p"]),
            "Candidate predicts": _firsts(rows["candidate"], rows["candidate_p"]),
        }
    )
    help_ = "First prediction and its probability, p@1. The heading orders by p@1."
    said = tables.text(160, help_, keep=len(" 0.000"))
    listing.show(
        Listing(
            name="post",
            frame=frame,
            ids=rows["post_id"].tolist(),
            by=listing.order("post", ORDERS),
            sortable=[name for name in ORDERS if name in frame],
            brief=["Change", "Title", *(["Subreddit"] if subreddits else [])],
            go=read,
        ),
        {
            "Change": tables.text(85, "What became of the first prediction"),
            "Title": tables.text(231),
            "Subreddit": tables.text(115, "The post's own"),
            "Baseline predicts": said,
            "Candidate predicts": said,
        },
        inner=not subreddits,
        alt=alt,
    )


def _firsts(names: Iterable[Sequence[str]], p: "pd.Series[float]") -> list[str]:
    """First predictions with their p@1: ``r/politics 0.521``."""
    return [
        f"r/{said[0]} {words.three(chance)}" if said else "–"
        for said, chance in zip(names, p, strict=True)
    ]
