"""What changed under a model: which subreddits lost, the posts behind them, what came and went."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.comparison.significance import Q_LIMIT
from core.drift.behind import MISSED, RIGHT, TAKEN, PostBehind, PostsBehind
from core.drift.results import DriftReport, Present, SubredditChange, TopicChange
from core.drift.windows import called
from dashboard import components as c
from dashboard import data, state, tables, words
from dashboard.charts.drift_tracks import moment, window_name
from dashboard.paging import turn
from dashboard.parts.post import show_text

MARKS = {MISSED: "▼ missed", TAKEN: "▼ mistaken for it", RIGHT: "✓ right"}
MOST, EACH = 10, 12
"""Subreddits and topic groups that are named, and posts a page."""


def show_causes(made: DriftReport, version: str) -> None:
    """The subreddits that lost most F1; the posts behind the one that is ticked."""
    found, newest = made.causes, made.labelled
    if found is None or newest is None:
        return
    where = called(newest.begins, made.window)
    c.section("Which subreddits lost most?", _reading(made, where))
    if not found.changes:
        return
    names = [each.subreddit for each in found.changes]
    wanted = st.query_params.get("subreddit")
    ticked = tables.draw(
        pd.DataFrame([_row(each) for each in found.changes]),
        {
            "Subreddit": tables.text(160),
            "Change": tables.change("Of F1"),
            "95% interval": tables.text(150, "Of the change, for the chance of both sets of posts"),
            "q": tables.chance("Chance of such a change, over all subreddits that are judged"),
            "F1": tables.score(f"In {where}"),
            "F1, validation": tables.score("On its own validation split"),
            "Posts": tables.count(f"In {where}"),
        },
        key=c.shown_key("causes", names),
        alt="Subreddits that lost most F1",
        pick="one",
        picked=[names.index(wanted)] if wanted in names else [],
    )
    state.follow("subreddit", names[ticked[0]] if ticked else None, by="causes", leave=True)
    subreddit = st.query_params.get("subreddit")
    if subreddit is not None:
        _show_behind(
            data.drift_posts(version, made.window, newest.begins, subreddit), subreddit, where
        )


def _reading(made: DriftReport, where: str) -> str:
    found = made.causes
    if found is None or not found.judged:
        return f"In {where}, no subreddit has enough posts on both sides to tell."
    judged = words.count(found.judged, "subreddit")
    verb = "is" if found.worse == 1 else "are"
    head = (
        f"In {where}, of {judged} with enough posts, **{found.worse:,}** {verb} worse and"
        f" **{found.better:,}** better than on validation."
    )
    if not found.changes:
        return f"{head} None lost F1."
    if not found.worse:
        head += " No loss below is more than chance."
    return f"{head} Select a row to read its posts."


def show_topics(made: DriftReport) -> None:
    """The topic groups that lost most accuracy."""
    found, newest = made.causes, made.labelled
    if found is None or newest is None or not found.topics:
        return
    st.markdown("**Topic groups**")
    c.reading("Share of posts whose first prediction is right; largest significant loss first.")
    tables.draw(
        pd.DataFrame([_topic_row(each) for each in found.topics[:MOST]]),
        {
            "Topic": tables.text(230),
            "Change": tables.change("Of accuracy"),
            "95% interval": tables.text(150, "Of the change, for the chance of both sets of posts"),
            "q": tables.chance("Chance of such a change, over all groups"),
            "Accuracy": tables.score(window_name(newest, made).capitalize()),
            "Accuracy, validation": tables.score("On its own validation split"),
            "Posts": tables.count(),
        },
        alt="Topic groups, the largest significant loss of accuracy first",
    )
    if len(found.topics) > MOST:
        st.caption(f"{len(found.topics) - MOST:,} more.")


def _topic_row(each: TopicChange) -> dict[str, object]:
    change = each.accuracy - each.accuracy_reference
    sign = "" if each.q_value >= Q_LIMIT else "▼ " if change < 0 else "▲ "
    return {
        "Topic": f"{sign}{each.topic}",
        "Change": change,
        "95% interval": words.interval(each.interval),
        "q": each.q_value,
        "Accuracy": each.accuracy,
        "Accuracy, validation": each.accuracy_reference,
        "Posts": each.posts,
    }


def _row(each: SubredditChange) -> dict[str, object]:
    sign = "▼ " if each.q_value < Q_LIMIT else ""
    return {
        "Subreddit": f"{sign}r/{each.subreddit}",
        "Change": each.f1 - each.f1_reference,
        "95% interval": words.interval(each.interval),
        "q": each.q_value,
        "F1": each.f1,
        "F1, validation": each.f1_reference,
        "Posts": each.posts,
    }


def _show_behind(found: PostsBehind, subreddit: str, where: str) -> None:
    """The posts of a subreddit and those that were taken for it, wrong ones first."""
    counts = ", ".join(f"{found.counts[kind]:,} {mark}" for kind, mark in MARKS.items())
    hidden = ""
    if found.hidden:
        more = words.count(found.hidden, "more post")
        hidden = f" {more} may be in a sealed test by now and cannot be shown."
    st.subheader(f"Posts behind r/{words.plain(subreddit[:40])}", anchor=False)
    c.reading(f"In {where}: {counts}.{hidden}")
    if not found.shown:
        return
    with st.container(key="halves-behind"):
        left, right = st.columns([3, 2], gap="medium")
    with left:
        read = _choose_post(found.shown, subreddit)
    with right:
        _show_post(read)


def _choose_post(posts: Sequence[PostBehind], subreddit: str) -> PostBehind:
    """A page of the posts, and the one that is ticked, else the first."""
    ids = [each.id for each in posts]
    wanted = st.query_params.get("post")
    place = ids.index(wanted) if wanted in ids else None
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        counted = words.count(len(posts), "post")
        part = turn("page", subreddit, len(posts), each=EACH, counted=counted, place=place)
    with table:
        ticked = tables.draw(
            pd.DataFrame([_post_row(each) for each in posts[part]]),
            {
                "What": tables.text(120, "What became of its first prediction"),
                "Title": tables.text(170),
                "Prediction": tables.text(120, "The first one"),
                "p@1": tables.score("Its probability"),
            },
            key=c.shown_key("behind", ids[part]),
            alt=f"Posts behind r/{subreddit}",
            pick="one",
            picked=[ids[part].index(wanted)] if wanted in ids[part] else [],
        )
        state.follow("post", ids[part][ticked[0]] if ticked else None, by="behind", leave=True)
    wanted = st.query_params.get("post")
    return posts[ids.index(wanted)] if wanted in ids else posts[part][0]


def _post_row(each: PostBehind) -> dict[str, object]:
    name, p = each.said[0] if each.said else (None, None)
    return {
        "What": MARKS[each.kind],
        "Title": each.title,
        "Prediction": f"r/{name}" if name else "–",
        "p@1": p,
    }


def _show_post(each: PostBehind) -> None:
    """One post, and the model's first five."""
    st.markdown(f"**{words.plain(each.title) or '(no title)'}**")
    written = words.unbroken(words.minute(moment(each.created_utc)))
    c.reading(f"r/{words.plain(each.subreddit)} · {written} UTC · {MARKS[each.kind]}")
    if each.post is not None and not each.post.sealed:
        show_text(each.post.body)
    c.table(
        ("Prediction", "Probability"),
        [
            (f"{'✓ ' if name == each.subreddit else ''}r/{name}", words.three(p))
            for name, p in each.said
        ],
    )
    if each.post is not None and each.post.address:
        st.link_button(
            "Open on Reddit", each.post.address, icon=":material/open_in_new:", type="tertiary"
        )


def show_new_and_gone(made: DriftReport) -> None:
    """Subreddits that the model cannot name, and those without a post."""
    newest = made.labelled
    if newest is None or newest.figures is None or newest.figures.label_coverage is None:
        return
    found, where = newest.figures, called(newest.begins, made.window)
    c.section(
        "New and gone subreddits",
        f"In {where}. The model can name the subreddit of {words.share(found.label_coverage)} of"
        " posts.",
    )
    left, right = st.columns(2, gap="large")
    with left:
        _show_present("Unknown to the model", found.new, expected=False)
    with right:
        _show_present("No posts", found.gone, expected=True)


def _show_present(title: str, found: Sequence[Present], *, expected: bool) -> None:
    st.markdown(f"**{title}** :gray[{words.count(len(found), 'subreddit')}]")
    if not found:
        st.markdown("None.")
        return
    column = "Expected" if expected else "Posts"
    c.table(
        ("Subreddit", column),
        [
            (f"r/{each.subreddit}", f"{each.expected:.1f}" if expected else f"{each.posts:,}")
            for each in found[:MOST]
        ],
    )
    if len(found) > MOST:
        st.caption(f"{len(found) - MOST:,} more.")
