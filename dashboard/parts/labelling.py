"""Texts that users corrected, for a reviewer to label one by one, by keys if they like."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.access.identity import Role
from core.feedback import queue
from core.feedback.queue import EVALUATE, TRAIN, Corrected, Which
from core.hints import Command
from core.release import aliases
from dashboard import components as c
from dashboard import data, state, words
from dashboard.parts import acts
from dashboard.parts.acts import Act

USES = {EVALUATE: "testing only", TRAIN: "training, like any post"}
ANY, NEWEST, UNSURE = "any", "newest", "least confident"
OTHER_KEY, ASIDE_KEY, SKIP_KEY, UNDO_KEY = "l", "a", "s", "z"
MOST_OF_A_BODY = 600
"""Characters that are shown at once."""
PLACE = "waiting"
"""In the address: which of the texts that match is shown, from 1."""
GIVEN = "labels-given"
"""Session key of the labels that can be taken back, the last one last."""


@dataclass(frozen=True, slots=True)
class Given:
    """A label that was given here: of which text, where that stood in the queue."""

    public: str
    place: int


def show_queue() -> None:
    """The filters, and the text whose turn it is, with a button for each label it may get."""
    waiting = queue.count_waiting(data.store())
    c.section(
        "Corrected by users",
        f"{words.count(waiting, 'text')} without a label, whose users did not choose the first"
        " suggestion. Labelled ones come into snapshots that ask for them:"
        f" `{Command('snapshot create', feedback=True)}`.",
    )
    why_not = c.why_not(Role.REVIEWER, to="label texts")
    which = _which() if waiting else Which()
    total = queue.count_waiting(data.store(), which) if waiting else 0
    if not total:
        if waiting:
            c.empty("No text matches these filters.")
        else:
            st.markdown(":green[**✓ No text is waiting for a label.**]")
        _offer_undo(why_not)
        return
    place = int(min(max(state.number(PLACE) or 1, 1), total))
    (one,) = queue.waiting(data.store(), limit=1, after=place - 1, which=which)
    with st.container(border=True, key="halves-queue"):
        text, answers = st.columns([3, 2], gap="large")
        with text:
            _show_text(one)
            use = _use()
            _show_steps(place, total)
            _offer_undo(why_not)
        with answers, st.container(gap="xsmall"):
            _offer_labels(one, place, use, why_not)


def _which() -> Which:
    """The filter line."""
    versions = [one.version for one in aliases.versions(data.store())]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            key="text",
            bind="query-params",
            placeholder="title, text or subreddit",
            width=230,
            on_change=state.show,
            args=(PLACE, None),
        )
        version = st.selectbox(
            "Answered by",
            [ANY, *versions],
            key="answered_by",
            bind="query-params",
            width=170,
            on_change=state.show,
            args=(PLACE, None),
        )
        first = st.selectbox(
            "Order",
            (NEWEST, UNSURE),
            key="order",
            bind="query-params",
            width=170,
            on_change=state.show,
            args=(PLACE, None),
        )
    wanted = text.strip().removeprefix("r/")
    return Which(
        text=wanted, version=None if version == ANY else version, unsure_first=first == UNSURE
    )


def _show_text(one: Corrected) -> None:
    said = f"**r/{words.plain(one.said)}**" if one.said else "**none of these**"
    who = "a reviewer on Try it" if one.tried else "the user"
    st.markdown(f"**{words.plain(one.title) or 'No title'}**")
    if one.body:
        more = "…" if len(one.body) > MOST_OF_A_BODY else ""
        st.markdown(words.paragraphs(one.body[:MOST_OF_A_BODY] + more))
    st.caption(
        f"{words.unbroken(words.minute(one.at))} · answered by {words.plain(one.version)};"
        f" {who} says {said}."
    )


def _show_steps(place: int, total: int) -> None:
    """Which text it is, and the ways to the one before and after it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, to, key in (("Previous", place - 1, None), ("Skip", place + 1, SKIP_KEY)):
            st.button(
                label,
                key=f"queue-{label.lower()}",
                shortcut=key,
                disabled=not 1 <= to <= total,
                on_click=state.show,
                args=(PLACE, str(to) if to > 1 else None),
            )
        st.caption(f"{place:,} of {words.count(total, 'text')}", width="content")


def _use() -> str:
    return str(
        st.segmented_control(
            "Use labelled texts for",
            list(USES),
            format_func=USES.__getitem__,
            default=EVALUATE,
            required=True,
            key="label-use",
        )
    )


def choices(one: Corrected) -> dict[str, str]:
    """Subreddit -> what its button says: the suggestions, then what else the user named. Pure."""
    said = (one.said or "").lower()
    marks = {
        name: " · the user's answer" if name.lower() == said else "" for name, _ in one.suggestions
    }
    found = {name: f"r/{name} · {words.share(p)}{marks[name]}" for name, p in one.suggestions}
    if one.said and said not in {name.lower() for name in found}:
        found[one.said] = f"r/{one.said} · the user's answer"
    return {name: words.plain(label) for name, label in found.items()}


def _offer_labels(one: Corrected, place: int, use: str, why_not: str | None) -> None:
    """A button for each subreddit that it may be of, for another one, and for none."""
    given = Given(one.public, place)
    st.markdown("**Which subreddit is it?**")
    acts.offer(
        [
            Act(
                key=f"label-{one.public}-{number}",
                label=label,
                icon="",
                why_not=why_not,
                do=partial(_label, given, name, use),
                done=f"Labelled r/{words.plain(name)}.",
                next_=name.lower() == (one.said or "").lower(),
                shortcut=str(number),
            )
            for number, (name, label) in enumerate(choices(one).items(), 1)
        ]
        + [
            Act(
                key=f"other-{one.public}",
                label="Another subreddit …",
                icon=":material/edit:",
                why_not=why_not,
                do=partial(_ask_other, given, use),
                shortcut=OTHER_KEY,
            ),
            Act(
                key=f"aside-{one.public}",
                label="Set aside: no clear label",
                icon=":material/block:",
                why_not=why_not,
                do=partial(_label, given, None, use),
                done="Set aside.",
                shortcut=ASIDE_KEY,
            ),
        ]
    )


@st.dialog("Which subreddit is it?")
def _ask_other(given: Given, use: str) -> None:
    """Any name: also one that no version can suggest."""
    with st.form("other-label", border=False):
        name = st.text_input("Subreddit", placeholder="r/ireland", key=f"other-name-{given.public}")
        if st.form_submit_button("Label it", type="primary", icon=":material/label:"):
            acts.perform(lambda: _label(given, name, use), f"Labelled {words.plain(name)}.")


def _label(given: Given, name: str | None, use: str) -> None:
    queue.label(data.store(), given.public, name, use=use)
    st.session_state[GIVEN] = [*st.session_state.get(GIVEN, []), given]


def _offer_undo(why_not: str | None) -> None:
    """The way back to the text that was labelled last in this session."""
    given: list[Given] = st.session_state.get(GIVEN, [])
    if not given:
        return
    with st.container(width=230):
        acts.offer(
            [
                Act(
                    key="undo-label",
                    label="Undo the last label",
                    icon=":material/undo:",
                    why_not=why_not,
                    do=partial(_undo, given[-1]),
                    done="Taken back: the text waits again.",
                    shortcut=UNDO_KEY,
                )
            ]
        )


def _undo(last: Given) -> None:
    st.session_state[GIVEN] = st.session_state[GIVEN][:-1]
    queue.withdraw(data.store(), last.public)
    state.show(PLACE, str(last.place) if last.place > 1 else None)
