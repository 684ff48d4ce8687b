"""Who did what?"""

from collections.abc import Sequence

import streamlit as st

from core.audit.lines import Line, lines
from core.audit.verification import Verification
from core.hints import Command
from core.release import identity, openings
from core.release.adoption import policy_shown
from core.release.budget import Budget
from core.release.events import PRODUCTION
from core.release.history import ALL_EVENTS
from core.release.openings import Opening
from dashboard import components as c
from dashboard import data, words
from dashboard.parts.beginning import offer_next
from dashboard.parts.ledger import show_openings, show_splits
from dashboard.parts.log import show_anchoring, show_log
from dashboard.parts.moves import moves_of, show_moves

MOVES = 20
"""Of an alias, that are shown; the log below has all."""


def answer(entries: Sequence[Line], checked: Verification) -> str:
    """The page in one sentence: how much was decided, and whether the log can be believed."""
    if checked.broken:
        return (
            f":orange[**✗ The audit log is broken at entry {checked.broken.number:,}**]:"
            f" {words.plain(checked.broken.why)}."
        )
    if not entries:
        return "No decisions yet."
    people = len({line.by for line in entries})
    who = "one person" if people == 1 else f"{people:,} people"
    decisions = words.count(len(entries), "decision")
    return f"{decisions} by {who}; :green[**✓ the audit log is intact**]."


def show_figures(
    entries: Sequence[Line], looks: Sequence[Opening], budgets: Sequence[Budget]
) -> None:
    """How much there is of each."""
    able = [budget for budget in budgets if budget.closed is None]
    unfinished = sum(look.state == "unfinished" for look in looks)
    left = max((budget.left for budget in able), default=0)
    figures = (
        (
            "Decisions",
            f"{len(entries):,}",
            f"last {words.age(entries[0].at)} ago" if entries[0].at else "",
        ),
        ("Sealed tests opened", f"{len(looks):,}", f"{unfinished:,} unfinished"),
        (
            "Test splits with openings left",
            f"{len(able):,} of {len(budgets):,}",
            f"{left:,} on the one with most",
        ),
    )
    c.figures(figures)


top = c.question("Who did what?")
store = data.store()
checked, at = data.verified()
entries, looks = lines(store, ALL_EVENTS, data.snapshot_names()), openings.listing(store)
budgets = openings.budgets(store, policy_shown(store))
with top:
    c.answer(answer(entries, checked), generated=any(each.snapshot.generated for each in budgets))
    if checked.broken:
        c.empty(
            "Leave the database as it is, and compare it with a backup or an earlier export:",
            Command("audit verify"),
        )
    if entries:
        c.reading(f"Verified at {at:%H:%M:%S} UTC, entry by entry.")
if entries:
    show_figures(entries, looks, budgets)
history = st.container()  # filled once it is known which alias the filters name
show_splits(budgets)
show_openings(looks)
if not entries:
    offer_next("Nothing has been decided yet.", identity.read(data.store()).own)
    st.stop()
alias = show_log(entries) or PRODUCTION
with history:
    show_moves(alias, moves_of(alias), most=MOVES)
show_anchoring(checked.head)
