"""May it go out?"""

from collections.abc import Callable

import streamlit as st

from core.errors import SignoffError
from core.release import aliases, review
from core.release.candidates import Candidate
from core.release.events import PRODUCTION, State, sentence
from dashboard import components as c
from dashboard import data, pair, state, words

STATES = {
    State.PROPOSED: "waits for review",
    State.APPROVED: "approved",
    State.REJECTED: "rejected",
    State.RELEASED: "released",
}
MOVES = 12


def answer(candidate: Candidate, production: str | None) -> str:
    """The page in one sentence, and what comes next."""
    number, version = candidate.number, candidate.version
    if candidate.state == State.PROPOSED:
        return f"Candidate **#{number}** waits for a decision. **Next: approve or reject it**."
    if candidate.state == State.APPROVED:
        return f"**#{number}** is approved as **{version}**. **Next: release it to production**."
    if candidate.state == State.REJECTED:
        last = candidate.events[-1]
        return f"No: {words.plain(last.by)} rejected **#{number}** on {words.day(last.at)}."
    now = "and is in production" if version == production else f"; production is {production}"
    return f"**#{number}** was released as **{version}** {now}."


def act(what: Callable[[], object], done: str) -> None:
    """Do it once, then say so after the page was drawn anew; a refusal stays on the page."""
    try:
        what()
    except SignoffError as refusal:
        st.error(f"**{words.plain(refusal.reason)}.** {words.plain(refusal.hint)}")
        return
    st.session_state["done"] = done
    st.rerun()


def decide(candidate: Candidate, operator: str | None) -> None:
    """The decision on a proposed candidate."""
    comment = st.text_area(
        "Comment",
        key=f"comment-{candidate.number}",
        placeholder="Why approve or reject? It stays in the history.",
        max_chars=review.MAX_COMMENT,
    )
    number, store = candidate.number, data.store()
    blocked = operator is None
    if st.button(
        f"Approve #{number}",
        type="primary",
        icon=":material/check:",
        width="stretch",
        disabled=blocked,
    ):
        act(
            lambda: review.approve(store, number, by=operator or "", comment=comment),
            f"#{number} is approved. It goes out when an alias is moved to it.",
        )
    if st.button(f"Reject #{number}", icon=":material/close:", width="stretch", disabled=blocked):
        act(
            lambda: review.reject(store, number, by=operator or "", comment=comment),
            f"#{number} is rejected.",
        )
    st.caption("Approving gives it a version number and moves nothing. Rejecting is for good.")


def release(
    candidate: Candidate, production: str | None, seen: str | None, operator: str | None
) -> None:
    """Moving production to an approved version, if it names what was ``seen``."""
    version = candidate.version or ""
    if version == production:
        st.markdown(f"**{version}** is in production.")
        return
    if st.button(
        f"Release {version} to production",
        type="primary",
        icon=":material/rocket_launch:",
        width="stretch",
        disabled=operator is None,
    ):
        act(
            lambda: aliases.move(
                data.store(), PRODUCTION, version, by=operator or "", expected=seen
            ),
            f"production is now {version}.",
        )
    st.caption(f"Production is {production or 'not set'}. Whoever asks for it gets the new one.")


def show_evidence(candidate: Candidate) -> None:
    """The comparison that the proposal came with."""
    trainings = data.all_trainings()
    st.subheader("Evidence", anchor=False)
    c.caveats(review.caveats(data.store(), candidate))
    if candidate.proposal.comparison is None:
        return
    chosen = pair.load_recorded(trainings, candidate.proposal.comparison)
    st.markdown(words.emphasised(chosen.sentence))
    metrics = chosen.summary["metrics"]
    with st.container(horizontal=True):
        for label, name in (("Macro F1", "f1_macro"), ("Accuracy", "accuracy")):
            c.metric(label, metrics[name])
        c.metric("Mean p@1", metrics["p_at_1_mean"])
    with st.container(horizontal=True):
        if st.button("Compare in full", icon=":material/compare_arrows:"):
            st.switch_page(c.COMPARE, query_params=chosen.query)
        if st.button("Who wins, who loses", icon=":material/leaderboard:"):
            st.switch_page(c.SUBREDDITS, query_params=chosen.query)
    st.caption(
        "Gates, the sealed test and its budget are not part of this version: what is shown here"
        " is the validation split."
    )
    st.subheader("What differs", anchor=False)
    c.facts(chosen.differences, chosen.names)


def show_aliases(operator: str | None) -> None:
    """What every alias names, and one step back."""
    for name, version in aliases.current(data.store()).items():
        st.markdown(f"{name} → **{version}**")
        target = aliases.rollback_target(data.store(), name)
        if target is None:
            st.caption(f"Nothing to roll {name} back to.")
            continue
        if st.button(
            f"Roll {name} back to {target}",
            icon=":material/undo:",
            width="stretch",
            disabled=operator is None,
        ):
            roll_back(name, version, target, operator or "")


@st.dialog("Roll back?")
def roll_back(name: str, version: str, target: str, operator: str) -> None:
    """Ask once more: this changes what users get."""
    st.markdown(f"**{name}** goes from **{version}** back to **{target}**, at once, for everyone.")
    if st.button(f"Roll back to {target}", type="primary", icon=":material/undo:"):
        act(
            lambda: aliases.rollback(data.store(), name, by=operator, expected=version),
            f"{name} is back at {target}.",
        )


candidates = review.listing(data.store())
if not candidates:
    c.head("May it go out?", "Nothing was proposed yet.")
    c.empty("Propose the model of a training:", "signoff release propose EXECUTION")
    st.stop()
production = aliases.current(data.store()).get(PRODUCTION)
# A click comes with a new run of this page, so what the person looked at is what the last run
# showed. Moving from anything else must be refused, not done.
seen = st.session_state.get("production-seen", production)
st.session_state["production-seen"] = production
title, said = st.container(), st.container()
options = {
    str(x.number): f"#{x.number} · {STATES[x.state]}" + (f" · {x.version}" if x.version else "")
    for x in candidates
}
waiting = next((str(x.number) for x in candidates if x.state == State.PROPOSED), None)
picked = state.chosen("Candidate", "candidate", options, default=waiting or next(iter(options)))
candidate = next(x for x in candidates if str(x.number) == picked)
training = next(t for t in data.all_trainings() if t.number == candidate.number)
with title:
    c.head("May it go out?", answer(candidate, production), generated=training.snapshot.generated)
done = st.session_state.pop("done", None)
if done:
    said.success(done)
known = f"state-{candidate.number}"
if st.session_state.get(known, candidate.state) != candidate.state and not done:
    st.info(f"Meanwhile: {words.plain(sentence(candidate.events[-1]))}.", icon=":material/update:")
st.session_state[known] = candidate.state
main, side = st.columns([2.2, 1], gap="large")
with side:
    operator = c.operator()
    with st.container(border=True):
        st.markdown(f"**Candidate #{candidate.number}**")
        st.caption(
            f"{training.model.family}, trained {words.day(training.execution.started_at)} on"
            f" {training.execution.metrics['posts']:,} posts of {training.snapshot.id}"
        )
        if candidate.proposal.comment:
            st.markdown(f"“{words.plain(candidate.proposal.comment)}”")
        if candidate.state == State.PROPOSED:
            decide(candidate, operator)
        elif candidate.state in (State.APPROVED, State.RELEASED):
            release(candidate, production, seen, operator)
    with st.container(border=True):
        st.markdown("**Aliases**")
        show_aliases(operator)
with main:
    show_evidence(candidate)
c.section("History", "Every decision, the latest first. Nothing is ever changed or deleted.")
everything = sorted((e for x in candidates for e in x.events), key=lambda e: -e.id)
c.events(everything[:MOVES])
if len(everything) > MOVES:
    with st.expander(f"All {len(everything)} decisions"):
        c.events(everything[MOVES:])
