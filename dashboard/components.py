"""Pieces that pages share: the head, the answer, what is empty, what went wrong."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access.identity import Role
from core.comparison.differences import Fact
from core.comparison.results import BETTER, WORSE, MetricChange
from core.errors import SignoffError
from core.hints import Command
from core.release.events import ReleaseEvent
from core.release.identity import Known
from dashboard import data, words
from dashboard.charts.theme import Palette, palette
from dashboard.current_user import current
from dashboard.figures import chart, clickable
from dashboard.pages import Page

__all__ = ["chart", "clickable"]
"""Pages draw with the rest of this module."""


@contextmanager
def boundary() -> Iterator[None]:
    """Expected errors become a sentence with its remedy; the rest of the site goes on."""
    try:
        yield
    except SignoffError as error:
        st.error(f"**{words.plain(error.reason)}.** {words.hint(error.hint)}")


def head(question_: str, answer_: str, *, generated: bool = False) -> None:
    """The page's question, and its answer in one sentence (Markdown)."""
    with question(question_):
        answer(answer_, generated=generated)


def question(text: str) -> DeltaGenerator:
    """The page's question, there before anything can go wrong; the place for its answer."""
    st.title(text, anchor=False)
    return st.container()


def answer(sentence_: str, *, generated: bool = False) -> None:
    """The answer in one sentence (Markdown)."""
    if generated:
        st.badge(
            words.GENERATED,
            icon=":material/science:",
            color="gray",
            help="These posts were generated for the demo. None of them is real.",
        )
    st.markdown(sentence_)


def empty(sentence_: str, command: Command | None = None) -> None:
    """Nothing to show: what to do next."""
    st.info(sentence_, icon=":material/arrow_forward:")
    if command:
        st.code(str(command), language=None)  # in bash, alias and set would stand out


def colours() -> Palette:
    """The palette of the theme that the person sees."""
    return palette(st.context.theme.type)


def section(title: str, reading_: str) -> None:
    """A heading and the one line that says how to read what follows."""
    st.header(title, anchor=False)
    reading(reading_)


def reading(line: str) -> None:
    """How to read the figure or table below (Markdown)."""
    st.caption(line)


def lines(captions: Sequence[str]) -> None:
    """Captions one below the other, without gaps between them (Markdown)."""
    st.caption("  \n".join(captions))


def way(page: Page, label: str, query: Mapping[str, str]) -> None:
    """A link to another page of a comparison; the query keeps what is shown."""
    st.page_link(page.path, label=label, icon=":material/arrow_forward:", query_params=dict(query))


def figures(entries: Sequence[tuple[str, str, str]]) -> None:
    """Key figures in one row: of each its label, its value, and a note."""
    with st.container(horizontal=True):
        for label, value, note in entries:
            figure(label, value, note)


def figure(label: str, value: str, note: str, *, help_: str | None = None) -> None:
    """One of them; what is noted below it says nothing of better or worse."""
    st.metric(
        label,
        value,
        note,
        delta_color="gray",
        delta_arrow="off",
        border=True,
        width="stretch",
        help=help_,
    )


_COLOURS: dict[str, Literal["green", "orange"]] = {BETTER: "green", WORSE: "orange"}


def metric(label: str, change: MetricChange, *, help_: str = "") -> None:
    """The candidate's value and its difference, coloured only where it is more than chance."""
    shown = words.signed(change.difference)
    flat = shown.startswith("±")
    rises = change.difference > 0
    st.metric(
        label,
        words.three(change.candidate),
        shown,
        delta_arrow="off" if flat else "up" if rises else "down",
        delta_color=_COLOURS.get(change.verdict or "", "gray"),
        border=True,
        width="stretch",
        help=f"Baseline {words.three(change.baseline)}; 95% interval of the difference"
        f" {words.interval(change.interval)}; noise of retraining"
        f" {words.band(change.noise)}. {help_}".strip(),
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A cell of a table that leads to another page."""

    label: str
    page: Page
    query: Mapping[str, str]

    @property
    def markdown(self) -> str:
        return f"[{words.plain(self.label)}]({self.page.url}?{urlencode(self.query)})"


@dataclass(frozen=True, slots=True)
class Rich:
    """A cell of a table that is Markdown already."""

    markdown: str


def table(columns: Sequence[str], rows: Sequence[Sequence[str | Link | Rich]]) -> None:
    """A small table whose long words break; for many rows or numbers use ``st.dataframe``."""
    cells = [
        [words.plain(cell) if isinstance(cell, str) else cell.markdown for cell in line]
        for line in (columns, *rows)
    ]
    cells.insert(1, ["---"] * len(columns))
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in cells))


def labels(known: Sequence[Known], *, snapshots: bool) -> dict[str, str]:
    """Execution number -> what select boxes call a training.

    Args:
        snapshots: whether to say which one each was trained on, because there are several.
    """
    return {
        str(one.number): one.title + (f" · {one.training.snapshot.id}" if snapshots else "")
        for one in known
    }


def caveats(sentences: Sequence[str]) -> None:
    """What a reader must know before believing the numbers."""
    for caveat in sentences:
        st.warning(words.plain(caveat), icon=":material/warning:")


def shown_key(name: str, shown: Sequence[object]) -> str:
    """The key of a table whose rows are picked by position: other rows, another key.

    A tick would otherwise stay at its place while another row moves there.
    """
    digest = hashlib.sha256(repr(list(shown)).encode()).hexdigest()
    return f"{name}-{digest[:12]}"


def events(history: Sequence[ReleaseEvent]) -> None:
    """History as sentences, one line each."""
    names = data.snapshot_names()
    lines = [
        f":gray[{words.minute(event.at)}]  {words.plain(event.sentence(names))}"
        for event in history
    ]
    st.markdown("\n\n".join(lines) or "Nothing yet.")


def facts(all_facts: Sequence[Fact], names: tuple[str, str]) -> None:
    """What differs between two executions; what is the same, folded away."""
    differing = [fact for fact in all_facts if fact.differs]
    if differing:
        _fact_table(differing, names)
    else:
        st.markdown("Nothing: code, data, parameters and environment are the same.")
    with st.expander("What is identical"):
        _fact_table([fact for fact in all_facts if not fact.differs], names)


def who() -> None:
    """Who looks and what they may do, in the sidebar; why a page is read only, above it."""
    visitor = current()
    with st.sidebar:
        if visitor.why:
            st.caption("Not signed in · read-only")
        else:
            st.caption(f"{words.plain(visitor.actor.name)} · {data.role().title}")
        if visitor.can_sign_in:
            st.button("Sign in", icon=":material/login:", on_click=st.login)
        if visitor.can_sign_out:
            st.button("Sign out", icon=":material/logout:", on_click=st.logout)
    if visitor.why:
        with st.container(key="read-only"):
            st.warning(f"**Read only.** {words.plain(visitor.why)}", icon=":material/lock:")


def why_not(needed: Role, *, to: str) -> str | None:
    """Why the visitor cannot do that, what role it takes and who gives it (Markdown).

    None if they may. For what a button that is ``disabled`` says; core asks again when it writes.

    Args:
        to: what they want to do, as a verb with its object: ``approve a candidate``.
    """
    refusal = data.why_not(needed, to=to)
    return None if refusal is None else words.refusal(refusal)


def _fact_table(facts: Sequence[Fact], names: tuple[str, str]) -> None:
    rows = [(fact.where, fact.what, fact.baseline, fact.candidate) for fact in facts]
    table(("Where", "What", *names), rows)
