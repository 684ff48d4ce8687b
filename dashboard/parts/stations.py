"""Where a candidate stands on its way out, in one slim row."""

import streamlit as st

from core.release.case import Action, Case, next_step
from core.release.events import PRODUCTION, STAGING, CanarySet
from core.release.gate import GateVerdict
from core.release.states import CandidateState
from core.serving import watch
from dashboard import words

DONE, OPEN, NEXT, LATER, STOPPED, BACK = "✓", "?", "→", "○", "✗", "↩"
COLOURS = {
    DONE: "green",
    OPEN: "gray",
    NEXT: "violet",
    LATER: "gray",
    STOPPED: "orange",
    BACK: "orange",
}
"""Beside the sign, never alone."""
Station = tuple[str, str]


def show_stations(case: Case) -> None:
    """From its proposal to production: what is behind it (✓), what is next (→), what may follow."""
    badges = [f":{COLOURS[sign]}-badge[{sign} {name}]" for sign, name in stations(case)]
    st.markdown(" ".join(badges))


def stations(case: Case) -> list[Station]:
    """Sign and name of each."""
    action = next_step(case).action
    return [
        (DONE, "proposed"),
        _tested(case, action),
        _decided(case, action),
        _staging(case, action),
        _canary(case),
        _production(case, action),
    ]


def _tested(case: Case, action: Action) -> Station:
    result = case.candidate.result
    if case.leaked:
        return (STOPPED, "not tested")
    if action == Action.OPEN:
        return (NEXT, "test cut off" if case.candidate.unfinished else "tested")
    if result is not None:
        sign = {GateVerdict.PASS: DONE, GateVerdict.FAIL: STOPPED}.get(result.verdict, OPEN)
        return (sign, f"tested: {result.verdict}")
    return (LATER, "tested")


def _decided(case: Case, action: Action) -> Station:
    state = case.candidate.state
    if state == CandidateState.REJECTED:
        return (STOPPED, "rejected")
    if case.void:
        return (STOPPED, "approval void")
    if state in (CandidateState.APPROVED, CandidateState.RELEASED):
        return (DONE, "approved")
    return (NEXT if action == Action.DECIDE else LATER, "decision")


def _staging(case: Case, action: Action) -> Station:
    if case.candidate.was_in(STAGING):
        return (DONE, "in staging" if case.names.get(STAGING) == case.version else "staging")
    return (NEXT if action == Action.STAGE else LATER, "staging")


def _canary(case: Case) -> Station:
    if case.canary is not None and case.on_canary:
        return (DONE, f"canary {words.per_cent(case.canary.share)}")
    canaries = [event for event in case.candidate.events if isinstance(event, CanarySet)]
    if canaries and watch.ended_by_policy(canaries[-1]):
        return (STOPPED, "canary stopped")
    return (DONE if canaries else LATER, "canary")


def _production(case: Case, action: Action) -> Station:
    if not case.candidate.was_in(PRODUCTION):
        return (NEXT if action == Action.SERVE else LATER, "production")
    now = case.names.get(PRODUCTION) == case.version
    return (DONE, "in production") if now else (BACK, "was in production")
