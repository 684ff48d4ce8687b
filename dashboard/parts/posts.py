"""The posts behind a number of a comparison: lists to choose from, and the address of each."""

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from core.arrays import Places
from core.comparison import posts as laying
from core.comparison.posts import BASELINE, CANDIDATE, CHANGE, KINDS, SUBREDDIT, Which
from dashboard import components as c
from dashboard import data, listing, pages, state, tables, words
from dashboard.listing import Listing
from dashboard.pair import Chosen
from dashboard.panes import Steps
from dashboard.parts.post import MARKS

CHANGED = KINDS[:3]
ALL_CHANGED = Which(kinds=CHANGED)
ANY = "all posts"
"""What the page Churn calls every kind; without it, it shows :data:`CHANGED`."""
ORDERS = {
    "Change": CHANGE,
    "Subreddit": SUBREDDIT,
    "Baseline predicts": BASELINE,
    "Candidate predicts": CANDIDATE,
}
"""Column of a table of posts -> what :func:`core.comparison.posts.chosen` orders by."""


def query_of(which: Which) -> dict[str, str]:
    """What the address of the page Churn says of these posts, besides the pair."""
    named = {"subreddit": which.subreddit, "taken_for": which.taken_for}
    if which.kinds != CHANGED:
        named["change"] = ANY if len(which.kinds) > 1 else which.kinds[0]
    for number, (dimension, value) in enumerate(which.slices, start=1):
        end = "" if number == 1 else f"_{number}"
        named |= {f"slice{end}": dimension, f"value{end}": value}
    return {key: value for key, value in named.items() if value is not None}


def readable(chosen: Chosen) -> bool:
    """Whether posts can be read one by one: the same on both sides, and of no sealed test."""
    return chosen.paired and not chosen.pair.sealed


def places_of(chosen: Chosen, which: Which) -> Places:
    """The posts as their table orders them."""
    by = listing.order("post", ORDERS)
    laid = data.laid(chosen.comparison.execution)
    return laying.chosen(laid, which, order=ORDERS.get(by.column or "", CHANGE), down=by.down)


def ids_of(chosen: Chosen, places: Places) -> list[str]:
    """Their ids."""
    ids: list[str] = data.laid(chosen.comparison.execution).posts.post_id[places].tolist()
    return ids


def where(chosen: Chosen, places: Places, post_id: str) -> Steps:
    """Where a post stands among these."""
    place = laying.place_of(data.laid(chosen.comparison.execution), places, post_id)
    around = range(1) if place is None else range(place - 1, place + 2)
    ids = [ids_of(chosen, places[n : n + 1])[0] if 0 <= n < len(places) else None for n in around]
    if place is None:
        return Steps(place=None, total=len(places), previous=None, next_=ids[0])
    return Steps(place=place, total=len(places), previous=ids[0], next_=ids[2])


def read(post_id: str) -> None:
    """Put a post into the address."""
    state.show("post", post_id)


def unread(chosen: Chosen, which: Which) -> None:
    """Nobody reads the posts of a sealed test; the way to the same ones of validation."""
    st.caption("The posts of a sealed test are not shown, so that it can judge the next candidate.")
    models = (chosen.pair.baseline.model_execution, chosen.pair.candidate.model_execution)
    query = dict(zip(("baseline", "candidate"), map(str, models), strict=True))
    c.way(pages.CHURN, "Which validation posts changed", query | query_of(which))


def post_table(rows: pd.DataFrame, *, alt: str, subreddits: bool = True, inner: bool) -> None:
    """Posts with both first predictions; a ticked one goes into the address: ``?post=``.

    Args:
        subreddits: whether to name each post's own.
        inner: see :func:`dashboard.listing.show`; without the predictions, for which there is no
            room.
    """
    title = 231 if not inner else 155 if subreddits else 270
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
            "Title": tables.text(title),
            "Subreddit": tables.text(115, "The post's own"),
            "Baseline predicts": said,
            "Candidate predicts": said,
        },
        inner=inner,
        alt=alt,
    )


def _firsts(names: Iterable[Sequence[str]], p: "pd.Series[float]") -> list[str]:
    """First predictions with their p@1: ``r/politics 0.521``."""
    return [
        f"r/{said[0]} {words.three(chance)}" if said else "–"
        for said, chance in zip(names, p, strict=True)
    ]
