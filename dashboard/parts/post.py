"""One post in full: what it says, what both models say, and which of its words speak for that."""

import pandas as pd
import streamlit as st

from core.comparison.posts import PostInFull
from core.evaluation.influence import Influence
from dashboard import components as c
from dashboard import data, tables, words
from dashboard.pair import Chosen

MARKS = {"fixed": "▲ fixed", "broken": "▼ broken", "swapped": "⇄ swapped", "same": "= same"}
"""What became of a post, in a word and a sign."""
LONG = 700
"""Characters of a text that gets a box to scroll in."""


def show_post(chosen: Chosen, post_id: str) -> None:
    """The post, and both models' first five side by side."""
    details = data.post(chosen.comparison.execution, post_id)
    name, mark = words.plain(details.subreddit), MARKS[details.change]
    if details.post is None:
        st.header("This post was erased", anchor=False)
        c.reading(f"r/{name} · {mark}. Its text has been deleted; the predictions remain.")
    elif details.post.sealed:
        st.header("The text of this post is sealed", anchor=False)
        c.reading(f"r/{name} · {mark}. It is in a sealed test whose posts are sealed in the store.")
    else:
        st.header(words.plain(details.post.title) or "(no title)", anchor=False)
        moment = pd.Timestamp(details.post.created_utc, unit="s")
        c.reading(f"r/{name} · {mark} · {words.minute(moment)} UTC · {words.plain(post_id)}")
        if details.post.address:
            st.link_button(
                "Open on Reddit",
                details.post.address,
                icon=":material/open_in_new:",
                type="tertiary",
            )
        show_text(details.post.body)
    left, right = st.columns(2, gap="small")
    for column, side, title in zip(
        (left, right), ("baseline", "candidate"), chosen.names, strict=True
    ):
        with column:
            st.markdown(f"**{words.plain(title)}**")
            show_top(details, side)
    if details.post is not None and not details.post.sealed:
        _show_words(chosen, details)


def show_top(details: PostInFull, side: str) -> None:
    """The first predictions of one side, the right one marked."""
    said = details.baseline if side == "baseline" else details.candidate
    if not said:
        st.markdown("No prediction: the model knows none of its words.")
        return
    frame = pd.DataFrame(
        {
            "Subreddit": [
                f"{'✓ ' if name == details.subreddit else ''}r/{name}" for name, _ in said
            ],
            "Probability": [p for _, p in said],
        }
    )
    tables.draw(
        frame,
        {
            "Subreddit": tables.text(138, "✓: the subreddit of the post"),
            "Probability": tables.number("%.3f", "Its probability", label="p", width=54),
        },
        key=f"top-{side}",
        alt=f"First predictions of the {side}",
    )
    if details.subreddit not in [name for name, _ in said]:
        st.caption(f"r/{words.plain(details.subreddit)} is not among its first {len(said)}.")


def show_text(body: str) -> None:
    """The text of a post, long ones in a box of their own."""
    if not body.strip():
        st.caption("No text: the title is all there is.")
        return
    with st.container(border=True, height=240 if len(body) > LONG else "content"):
        st.markdown(words.paragraphs(body))


def _show_words(chosen: Chosen, details: PostInFull) -> None:
    """The words that move each model's first prediction, asked of the model itself."""
    st.markdown("**Words that support the prediction**")
    c.reading(
        "How much the probability of the first prediction drops when the word is left out. Below"
        " 0, the word speaks against it."
    )
    columns = st.columns(2, gap="small")
    sides = zip(columns, chosen.trainings, (details.baseline, details.candidate), strict=True)
    for column, training, said in sides:
        if not said:
            continue
        with column:
            first = said[0][0]
            effects = data.words_for(training.number, first, details.line)
            show_effects(effects, first)


def show_effects(effects: list[Influence], subreddit: str) -> None:
    """Words and their effects on the probability of one subreddit."""
    if not effects:
        st.markdown(f"No single word moves r/{words.plain(subreddit)}.")
        return
    rows = [(influence.word, words.signed(influence.effect)) for influence in effects]
    c.table(("Word", f"For r/{subreddit}"), rows)
