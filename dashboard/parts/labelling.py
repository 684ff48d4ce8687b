"""Texts that users corrected, for a reviewer to label one by one: the text, beside it the form."""

import streamlit as st

from core.access.identity import Role
from core.feedback import queue
from core.feedback.queue import EVALUATE, TRAIN, Corrected
from core.hints import Command
from dashboard import components as c
from dashboard import data, words
from dashboard.paging import turn
from dashboard.parts import acts
from dashboard.parts.acts import Act

USES = {EVALUATE: "used for testing only", TRAIN: "used for training, like any post"}
MOST_OF_A_BODY = 600
"""Characters that are shown at once."""


def show_queue() -> None:
    """The oldest texts that wait, each with a form; how many there are."""
    total = queue.count_waiting(data.store())
    c.section(
        "Corrected by users",
        f"{words.count(total, 'text')} without a label, whose users did not choose the first"
        " suggestion. Labelled ones come into snapshots that ask for them:"
        f" `{Command('snapshot create', feedback=True)}`.",
    )
    if not total:
        st.markdown(":green[**✓ No text is waiting for a label.**]")
        return
    part = slice(0, 1)
    if total > 1:
        # Above the text, so that it stays where it is pressed. Without the total among the filters:
        # the next text comes up where one was labelled.
        with st.container(horizontal=True, vertical_alignment="center"):
            part = turn("waiting", None, total, each=1, counted=words.count(total, "text"))
    why_not = c.why_not(Role.REVIEWER, to="label texts")
    for one in queue.waiting(data.store(), limit=1, after=part.start):
        with st.container(border=True, key="halves-queue"):
            text, form = st.columns([3, 2], gap="large")
            with text:
                _show_text(one)
            with form, st.form(f"label-{one.public}", border=False):
                _show_form(one, why_not)


def _show_text(one: Corrected) -> None:
    said = f"**r/{words.plain(one.said)}**" if one.said else "**none of these**"
    first = f"r/{words.plain(one.suggestions[0][0])}" if one.suggestions else "nothing"
    st.markdown(f"**{words.plain(one.title) or 'No title'}**")
    if one.body:
        more = "…" if len(one.body) > MOST_OF_A_BODY else ""
        st.markdown(words.paragraphs(one.body[:MOST_OF_A_BODY] + more))
    st.caption(
        f"{words.unbroken(words.minute(one.at))} · {words.plain(one.version)} suggested {first};"
        f" the user says {said}."
    )


def _show_form(one: Corrected, why_not: str | None) -> None:
    suggested = {name.lower(): name for name, _ in one.suggestions}
    said = [suggested.get(one.said.lower(), one.said)] if one.said else []
    names = list(dict.fromkeys([*said, *suggested.values()]))
    chosen = st.selectbox(
        "It belongs to",
        names,
        format_func=lambda name: f"r/{name}",
        key=f"belongs-{one.public}",
        index=0 if one.said else None,
        placeholder="Choose or write a subreddit",
        accept_new_options=True,
    )
    use = st.radio("The text", list(USES), format_func=USES.__getitem__, key=f"use-{one.public}")
    acts.offer(
        [
            Act(
                key=f"give-{one.public}",
                label="Label it",
                icon=":material/label:",
                why_not=why_not,
                do=lambda: queue.label(data.store(), one.public, chosen or "", use=str(use)),
                done="Labelled.",
                next_=True,
            ),
            Act(
                key=f"aside-{one.public}",
                label="Set aside: no clear label",
                icon=":material/block:",
                why_not=why_not,
                do=lambda: queue.label(data.store(), one.public, None),
                done="Set aside.",
            ),
        ],
        in_form=True,
    )
