"""The sealed tests: what each can still judge, and every look that was taken."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.hints import Command
from core.release.budget import Budget
from core.release.openings import Opening
from dashboard import components as c
from dashboard import data, pages, words
from dashboard.components import Link, Rich
from dashboard.paging import turn

EACH = 10
"""Openings a page."""
STATES = {"sealed": "✓ sealed", "in use": "✓ in use"}
"""A split that can judge; any other cannot."""
ANSWERS = {
    "pass": ":green[✓] pass",
    "fail": ":orange[✗] fail",
    "inconclusive": "? inconclusive",
    "refused": ":orange[–] refused",
    "unfinished": ":orange[…] unfinished",
}


def show_splits(budgets: Sequence[Budget]) -> None:
    """One line a split; what a spent or stale one needs, below."""
    c.section(
        "Sealed tests",
        "How many candidates each split can still judge at the tolerance set in the policy.",
    )
    if not budgets:
        c.empty("There is no test split yet. Create a snapshot:", Command("snapshot create"))
        return
    c.table(
        ("Test split", "Posts", "Frozen", "Used", "Left", "State"),
        [
            (
                budget.snapshot.id,
                f"{budget.posts:,}{words.erased(budget.snapshot.erased.get('test', 0))}",
                Rich(words.unbroken(words.day(budget.snapshot.created_at))),
                f"{budget.used:,} of {budget.possible:,}",
                f"{budget.left:,}",
                Rich(STATES.get(budget.state, f":orange[✗] {budget.state}")),
            )
            for budget in budgets
        ],
    )
    for budget in budgets:
        if budget.others and not budget.closed:
            uses = words.count(budget.used, "use")
            st.caption(words.plain(f"Of {budget.snapshot.id}, {uses} so far: {budget.others}."))
        if budget.closed:
            st.caption(f":orange[✗] {words.plain(budget.closed)} {words.hint(budget.hint)}")


def show_openings(openings: Sequence[Opening]) -> None:
    """The ledger, the last first."""
    c.section("Ledger", "Every opening of a sealed test, recorded before any post was read.")
    if not openings:
        c.empty("No sealed test has been opened yet.")
        return
    table, below = st.container(), st.container(horizontal=True, vertical_alignment="center")
    if len(openings) > EACH:
        counted = words.count(len(openings), "opening")
        with below:
            openings = openings[turn("openings", None, len(openings), each=EACH, counted=counted)]
    names = data.snapshot_names()
    with table:
        c.table(
            ("When (UTC)", "Candidate", "Answer", "Who", "Against", "Test split", "Why"),
            [_row(each, names) for each in openings],
        )


def _row(opening: Opening, names: Mapping[str, str]) -> list[str | Link | Rich]:
    row = opening.row
    return [
        Rich(words.unbroken(words.minute(row.at))),
        candidate_link(row.candidate),
        Rich(ANSWERS[opening.answer].replace(" ", words.NO_BREAK)),
        row.by,
        f"#{row.baseline}" if row.baseline else "–",
        names.get(row.snapshot, row.snapshot[:12]),
        row.comment,
    ]


def candidate_link(number: int) -> Link:
    """To where the candidate can be decided on."""
    return Link(f"#{number}", pages.RELEASE, {"candidate": str(number)})
