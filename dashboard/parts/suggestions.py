"""Suggestions with their bars, and what a person says of them: for the demo page and Try it.

The demo page shows this to the public, so nothing of the reviewers' is imported here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.serving.model import Suggestion
from dashboard import words

ANSWERS = 2
"""How often a person may say what is right: once, and once more with second thoughts."""
_LEAST = 0.001
"""Smaller probabilities are not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A text that was sent, what a version suggested, and what the person said of that.

    ``submission``: its public id; None where it was not kept, so that nobody can say anything.
    ``said``: one answer after the other, None for none of the suggestions and no other name.
    """

    title: str
    version: str
    suggestions: Sequence[Suggestion]
    submission: str | None
    said: tuple[str | None, ...] = ()

    @property
    def may_say(self) -> bool:
        """Whether there is an answer left to give."""
        return self.submission is not None and len(self.said) < ANSWERS

    def saying(self, subreddit: str | None) -> "Asked":
        """With that answer; a click that arrives twice is one answer."""
        if self.said[-1:] == (subreddit,):
            return self
        return replace(self, said=(*self.said, subreddit))

    def is_answer(self, subreddit: str) -> bool:
        """Whether that is the person's latest word."""
        latest = self.said[-1] if self.said else None
        return latest is not None and latest.lower() == subreddit.lower()


def choose(asked: Asked, say: Callable[[str | None], None]) -> None:
    """Every suggestion with a button, and a place to say that none is right; without both, what
    was not kept.

    Args:
        say: called with the subreddit that is right; None: none of these, and nobody knows which.
    """
    for place, one in enumerate(asked.suggestions):
        with _card():
            bar(one)
            if _button(asked, one.subreddit, place):
                say(one.subreddit)
    if asked.may_say:
        with st.form(f"none-{asked.submission}"):
            name = st.text_input(
                "None of these? Enter the right one, if you know it", placeholder="r/DevelEire"
            )
            if st.form_submit_button("None of these", icon=":material/close:", width="stretch"):
                say(name.strip() or None)


def compare(names: Mapping[str, str], one: Asked, other: Asked) -> None:
    """Both side by side, each under what ``names`` calls its version."""
    pairs = ((one, other), (other, one))
    for column, (ours, theirs) in zip(st.columns(2, gap="medium"), pairs, strict=True):
        with column:
            st.header(words.plain(names[ours.version]), anchor=False)
            for suggestion, note in zip(ours.suggestions, beside(ours, theirs), strict=True):
                with _card():
                    bar(suggestion, note=note)


def bar(one: Suggestion, *, note: str = "") -> None:
    """A subreddit and its probability, as a bar and in figures."""
    said = f"**r/{words.plain(one.subreddit)}** · {probability(one)}"
    with st.container(width="stretch"):
        st.progress(min(one.probability, 1.0), text=" · ".join(filter(None, (said, note))))


def probability(one: Suggestion) -> str:
    """``59.4%``; what is next to none, or next to certain, is not rounded to it. Pure."""
    if one.probability < _LEAST:
        return "< 0.1%"
    return words.share(one.probability) if one.probability <= 1 - _LEAST else "> 99.9%"


def beside(ours: Asked, theirs: Asked) -> list[str]:
    """Of each of our suggestions, where it stands among theirs; in signs and words. Pure."""
    places = {one.subreddit.lower(): place for place, one in enumerate(theirs.suggestions, 1)}
    return [
        _beside(place, places.get(one.subreddit.lower()))
        for place, one in enumerate(ours.suggestions, 1)
    ]


def agreement(one: Asked, other: Asked) -> str:
    """How far two versions agree on a text, in a sentence (Markdown). Pure."""
    ours, theirs = ([s.subreddit for s in asked.suggestions] for asked in (one, other))
    shared = len({name.lower() for name in ours} & {name.lower() for name in theirs})
    most = max(len(ours), len(theirs))
    if ours[0].lower() == theirs[0].lower():
        first = f"Both predict **r/{words.plain(ours[0])}** first"
    else:
        first = (
            f"They differ: {words.plain(one.version)} predicts **r/{words.plain(ours[0])}** first,"
            f" {words.plain(other.version)} **r/{words.plain(theirs[0])}**"
        )
    return f"{first}; {shared} of {words.count(most, 'suggestion')} appear in both."


def answer(asked: Asked) -> str:
    """The person's latest word (Markdown)."""
    latest = asked.said[-1]
    return "**none of these**" if latest is None else f"**r/{words.plain(latest)}**"


def thanks(asked: Asked) -> str:
    """What the person said, read back (Markdown)."""
    said = answer(asked)
    return f"Thank you: {said}." if asked.said[-1] is None else f"Thank you: {said} it is."


def _card() -> DeltaGenerator:
    return st.container(border=True, horizontal=True, vertical_alignment="center")


def _beside(here: int, there: int | None) -> str:
    if there is None:
        return "◆ only here"
    return "= same place" if here == there else f"⇅ number {there} there"


def _button(asked: Asked, subreddit: str, place: int) -> bool:
    if asked.submission is None:
        return False
    mine = asked.is_answer(subreddit)
    return st.button(
        "Your answer" if mine else "This one",
        key=f"pick-{asked.submission}-{place}",
        icon=":material/check:" if mine else None,
        disabled=mine or not asked.may_say,
    )
