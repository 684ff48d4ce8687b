"""What a decision on a candidate rests on."""

import streamlit as st

from core.metrics import HEADLINES
from core.release.case import Case, caveats
from dashboard import components as c
from dashboard import data, pages, pair, words
from dashboard.pair import Chosen
from dashboard.parts.gates import counted, show_gates
from dashboard.parts.metrics import show_figures
from dashboard.parts.policy import show_policy
from dashboard.parts.posts import ALL_CHANGED, unread


def of(case: Case) -> Chosen | None:
    """The comparison with production that is the evidence; None where there was none."""
    shown = case.candidate.result or case.candidate.proposal
    if shown.comparison is None:
        return None
    return pair.load_recorded(data.all_trainings(), shown.comparison)


def show_key_figures(case: Case, chosen: Chosen | None) -> None:
    """Of the opened test, else of validation, and which of the two."""
    if chosen is not None:
        show_figures(chosen, changed=False)  # a gate says it, and four stand in one row
    else:
        with st.container(horizontal=True):
            for metric in HEADLINES:
                value = words.three(case.evidence.evaluation.metrics[metric.key])
                st.metric(metric.name, value, border=True, width="stretch")
    st.caption(judged_by(case, chosen))


def judged_by(case: Case, chosen: Chosen | None) -> str:
    """Which posts the figures and gates are of (Markdown)."""
    evaluation = case.evidence.evaluation
    snapshot = words.plain(pair.posts_of(evaluation).rpartition(":")[0])
    split = "the **sealed test**" if evaluation.split == "test" else "**validation**"
    against = f", against \\#{chosen.numbers[0]}" if chosen else ", without a comparison"
    return f"Judged on {split} of {snapshot}, {words.count(evaluation.posts, 'post')}{against}."


def show_caveats(case: Case) -> None:
    """What a reviewer must know before believing any of it."""
    c.caveats(caveats(data.store(), case))


def show_gate_section(case: Case) -> None:
    """The gates, and by which policy they were judged."""
    st.header("Gates", anchor=False)
    c.reading(f"{counted(case.evidence.gates)}; by {words.plain(case.policy.named)}.")
    show_gates(case.evidence.gates)
    show_policy()


def show_ways(chosen: Chosen) -> None:
    """The comparison in one sentence, and the pages that show it in full."""
    st.header("Evidence", anchor=False)
    st.markdown(words.emphasised(chosen.sentence))
    with st.container(horizontal=True):
        c.way(pages.COMPARE, "Compare in full", chosen.query)
        c.way(pages.SUBREDDITS, "Who wins, who loses", chosen.query)
        if not chosen.pair.sealed:
            c.way(pages.CHURN, "Which posts changed", chosen.query)
    if chosen.pair.sealed:
        unread(chosen, ALL_CHANGED)


def show_digests(case: Case) -> None:
    """What an approval would be bound to."""
    comparison = case.evidence.comparison
    recorded = f" Comparison: execution \\#{comparison.execution}." if comparison else ""
    st.caption(
        f"Evidence `{case.evidence.digest[:12]}`, policy `{case.evidence.policy.digest[:12]}`:"
        f" an approval is tied to these and becomes void when they change.{recorded}"
    )
