"""Can this candidate be released?"""

from collections.abc import Callable

import streamlit as st

from core.evaluation.history import Training
from core.release import candidates, identity
from core.release import case as cases
from core.release.candidates import Candidate
from core.release.case import Action, Case, next_step
from core.release.events import PRODUCTION
from core.release.identity import Everything
from dashboard import components as c
from dashboard import data, pages, state, words
from dashboard.pair import Chosen
from dashboard.parts import acts, decision, evidence, moving, opening
from dashboard.parts.ages import ages
from dashboard.parts.aliases import ALIASES, WAY_OUT, Seen, show_aliases, show_way_out
from dashboard.parts.answer import answer, by_whom
from dashboard.parts.beginning import offer_next
from dashboard.parts.card import show_card
from dashboard.parts.moves import moves_of, show_moves
from dashboard.parts.serving import show_trials, show_warnings
from dashboard.parts.stations import show_stations

MOST = 30
"""Events that are shown; all of them are on the page Ledger & audit."""


def choose(all_candidates: list[Candidate], everything: Everything) -> Candidate:
    """The select box; by default the candidate that Compare shows, else the newest."""
    titles = c.labels(everything.known, snapshots=False)
    options = {str(x.number): titles[str(x.number)] for x in all_candidates}
    usual = str(everything.default[1])
    default = usual if usual in options else next(iter(options))
    picked = state.chosen("Candidate", "candidate", options, default=default)
    return next(x for x in all_candidates if str(x.number) == picked)


def last_shown(case: Case) -> tuple[str, dict[str, str]]:
    """Digest of the evidence, and what every alias named, when the person looked.

    A click comes with a new run of this page, so what they looked at is what the run before has
    shown. Deciding on anything else must be refused, not done.
    """
    digest = case.evidence.digest
    now = (digest, dict(case.names))
    before: tuple[str, dict[str, str]] = st.session_state.get(f"shown-{case.number}", now)
    st.session_state[f"shown-{case.number}"] = now
    return before


def tell_changes(case: Case, seen: str, names: Seen, *, done: bool) -> None:
    """What others have done since the person looked.

    Args:
        seen: digest of the evidence as it was shown then.
        names: what every alias named then.
    """
    known, events = f"events-{case.number}", case.candidate.events
    fresh = events[st.session_state.get(known, len(events)) :]
    st.session_state[known] = len(events)
    moved = [name for name, version in case.names.items() if names.get(name) != version]
    if done:
        return
    for event in fresh:
        st.info(
            f"Meanwhile: {words.plain(event.sentence(data.snapshot_names()))}.",
            icon=":material/update:",
        )
    if fresh:
        return
    for name in moved:
        st.info(
            f"Meanwhile: {words.plain(name)} is now {case.names[name]}.", icon=":material/update:"
        )
    if not moved and seen != case.evidence.digest:
        st.info("The evidence has changed since you opened this page.", icon=":material/update:")


def about(case: Case, training: Training) -> None:
    """What was proposed, and what its proposer said of it."""
    proposal = case.candidate.proposal
    note = f"  \n“{words.plain(proposal.comment)}”" if proposal.comment else ""
    st.caption(
        f"{training.model.family}, trained {words.day(training.execution.started_at)} on"
        f" {training.execution.metrics['posts']:,} posts of {words.plain(training.snapshot.id)}"
        f"{words.erased(training.snapshot.erased.get('train', 0))},"
        f" proposed by {words.plain(proposal.by)}.{note}  \n{ages(case, training)}"
    )


def show_acts(case: Case, aliases_shown: Seen) -> None:
    """All that can be done, always in the order of the way out; what is not its turn is folded."""
    cards: list[tuple[str, tuple[Action, ...], Callable[[], None]]] = [
        (opening.CARD, (Action.OPEN,), lambda: opening.show_opening(case)),
        (decision.CARD, (Action.DECIDE,), lambda: decision.show_decision(case)),
        (WAY_OUT, (Action.STAGE, Action.SERVE), lambda: show_way_out(case, aliases_shown)),
        (ALIASES, tuple(Action), lambda: show_aliases(case, aliases_shown)),
    ]
    action = next_step(case).action
    for title, actions, show in cards:
        with acts.card(title, open_=action in actions):
            show()
    moving.show_asked()


def show_evidence(case: Case, compared: Chosen | None) -> None:
    """What the decision rests on, and what became of the candidate so far."""
    evidence.show_gate_section(case)
    if compared is not None:
        evidence.show_ways(compared)
        st.header("What differs", anchor=False)
        c.facts(compared.differences, compared.names)
    evidence.show_digests(case)
    if case.version is not None:
        show_card(case.version)
    show_moves(PRODUCTION, moves_of(PRODUCTION))
    c.section(f"History of \\#{case.number}", "Newest first. Nothing is ever changed or deleted.")
    c.events(cases.history(data.store(), case.candidate)[:MOST])
    c.way(pages.LEDGER, "All decisions", {"candidate": str(case.number)})


top = c.question("Can this candidate be released?")
all_candidates = candidates.listing(data.store())
everything = identity.read(data.store())
if not all_candidates:
    with top:
        c.answer("No candidate has been proposed yet.")
    offer_next("There is nothing to release.", everything.own)
    st.stop()
said = st.container()
with st.container(key="case"):  # static/style.html lays these out where there is room
    about_it, side, main = (st.container(key=f"case-{name}") for name in ("about", "side", "main"))
with about_it, st.container(key="halves-candidate"):
    left, right = st.columns([1, 1.5], vertical_alignment="bottom")
with left:
    candidate = choose(all_candidates, everything)
training = next(k.training for k in everything.known if k.number == candidate.number)
case = opening.with_work(
    cases.read(data.store(), candidate.number, opening.chosen_split(candidate))
)
compared = evidence.of(case)
digest, aliases_shown = last_shown(case)
with top:
    c.answer(answer(case), generated=training.snapshot.generated)
    if who := by_whom(case):
        c.reading(who)
with said:
    if doubt := data.clock_doubt():
        st.warning(doubt, icon=":material/schedule:")
    show_warnings()
    tell_changes(case, digest, aliases_shown, done=acts.last_done())
    evidence.show_caveats(case)
with right:
    about(case, training)
with about_it:
    show_stations(case)
with side:
    show_acts(case, aliases_shown)
with main:
    evidence.show_key_figures(case, compared)
    show_trials()
    show_evidence(case, compared)
