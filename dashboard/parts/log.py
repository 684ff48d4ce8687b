"""The audit log: filtered, page by page, and how to keep it and prove it."""

from collections.abc import Sequence

import streamlit as st

from core import audit
from core.audit import Entry
from core.audit.lines import Line
from core.hints import Command
from dashboard import components as c
from dashboard import data, state, words
from dashboard.paging import turn
from dashboard.parts.ledger import candidate_link

EACH = 25
"""Entries a page."""
ANCHORS = "anchors.jsonl"
ANCHORING = (Command("audit anchor", ANCHORS), Command("audit verify", anchor=ANCHORS))


def show_log(lines: Sequence[Line]) -> str | None:
    """The entries that fit the filters, newest first; the alias that was chosen there."""
    c.section("Audit log", "Every decision, each chained to the one before. Newest first.")
    matches = filtered(lines)
    alias: str | None = st.session_state.get("alias-choice")
    if not matches:
        c.empty("No entry matches these filters. Remove one.")
        return alias
    table, below = st.container(), st.container(horizontal=True, vertical_alignment="center")
    filters = [
        st.session_state.get(f"{key}-choice") for key in ("what", "who", "candidate", "alias")
    ]
    with below:
        counted = words.count(len(matches), "entry", "entries")
        shown = matches[turn("page", filters, len(matches), each=EACH, counted=counted)]
        download()
    with table:
        c.table(
            ("Entry", "Candidate", "When (UTC)", "What happened"),
            [
                (
                    f"{line.number:,}",
                    candidate_link(line.candidate) if line.candidate else "–",
                    c.Rich(words.unbroken(words.minute(line.at))) if line.at else "–",
                    line.sentence,
                )
                for line in shown
            ],
        )
    return alias


def filtered(lines: Sequence[Line]) -> list[Line]:
    """The filters, in one line, and what they leave."""
    kinds = {line.kind: line.kind.replace("_", " ") for line in lines}
    people = {line.by: line.by for line in lines if line.by}
    candidates = {str(line.candidate): f"#{line.candidate}" for line in lines if line.candidate}
    aliases = {line.alias: line.alias for line in lines if line.alias}
    notes = st.container()
    with st.container(horizontal=True):
        kind, who, candidate, alias = (
            state.chosen(
                label,
                key,
                {one: options[one] for one in sorted(options)},
                default=None,
                placeholder="all",
                notes=notes,
            )
            for label, key, options in (
                ("What", "what", kinds),
                ("Who", "who", people),
                ("Candidate", "candidate", candidates),
                ("Alias", "alias", aliases),
            )
        )
    return [
        line
        for line in lines
        if kind in (None, line.kind)
        and who in (None, line.by)
        and candidate in (None, str(line.candidate))
        and alias in (None, line.alias)
    ]


def download() -> None:
    """The whole log; the file is made when it is asked for."""
    st.download_button(
        "JSON lines",
        lambda: "".join(f"{line}\n" for line in audit.exported(data.store())),
        file_name="signoff-audit.jsonl",
        mime="application/x-ndjson",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="The whole log, one entry per line, with the exact text that was hashed.",
    )


def show_anchoring(head: Entry | None) -> None:
    """How anyone can prove later that nothing was taken away."""
    with st.expander("How to prove later that nothing was edited"):
        st.markdown(
            "Anybody who can write to the database could rewrite the whole chain. Keep the"
            " latest hash out of their reach: in a git tag, or in a file on another machine."
        )
        if head is not None:
            st.markdown(f"Head, entry {head.number:,}:")
            st.code(head.digest, language=None)
        st.markdown("Append it to a file, and check the log against that file later:")
        st.code(
            "\n".join(map(str, ANCHORING)),
            language="bash",
        )
