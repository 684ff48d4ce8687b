"""Is the candidate really better?"""

import pandas as pd
import streamlit as st

from core.comparison import what_differs
from core.hints import Command
from core.training.families import KINDS
from core.words import listed
from dashboard import components as c
from dashboard import data, pages, words
from dashboard.charts import changes as charts
from dashboard.pair import Chosen, choose, posts_of
from dashboard.parts.agreement import show_agreement
from dashboard.parts.confidence import show_confidence, show_trust
from dashboard.parts.confusions import show_confusions
from dashboard.parts.metrics import (
    accuracy_test,
    metric_table,
    show_figures,
    show_label_sets,
)
from dashboard.parts.slices import show_where
from dashboard.parts.subreddit import uncalled
from dashboard.parts.thresholds import show_thresholds

PATCH = 400
"""Height of a unified diff, which scrolls."""


def notes(chosen: Chosen) -> None:
    """What kind of comparison this is, where it is not the usual one."""
    if not chosen.paired:
        before, after = (words.plain(posts_of(side)) for side in chosen.sides)
        st.info(
            f"**Two-sample comparison**: {words.count(chosen.summary.posts, 'post')} of {after}"
            f" against {chosen.summary.posts_baseline:,} of {before}. Intervals and tests are"
            " for two samples and wider than on the same posts. Single posts cannot be"
            " compared.",
            icon=":material/call_split:",
        )


def reading(chosen: Chosen, changes: pd.DataFrame) -> str:
    """How to read the histogram of the changes."""
    shared = len(changes)
    labels = chosen.summary.subreddits
    better, worse = ("better", "worse") if chosen.paired else ("higher", "lower")
    counts = ((labels.better, better), (labels.worse, worse))
    called = listed([f"{number:,} {way}" for number, way in counts if number])
    called = called.replace(" ", f" of {shared:,} ", 1)
    others = uncalled(changes, paired=chosen.paired)
    return f"{'; '.join(filter(None, [called, others]))}."


def lines(chosen: Chosen) -> list[str]:
    """What the lines in the histogram are."""
    sentences = ["Click a bar to list its subreddits. Dashed lines: changes of ±0.20."]
    normal = chosen.summary.changes_normal
    if normal:
        sentences.append(
            f"Dotted: the normal distribution with mean {words.signed(normal.mean)} and standard"
            f" deviation {words.three(normal.sd)}."
        )
    if chosen.summary.noise.known:
        sentences.append("The outline shows what a change of seed alone does.")
    return sentences


def noise_of(chosen: Chosen) -> str:
    """Where the noise band comes from, or how to get one."""
    known = chosen.summary.noise.known
    if not known and chosen.candidate.model.family in KINDS:
        family = chosen.candidate.model.family
        return f"There is no noise of retraining: a model of the kind {family} cannot be retrained."
    if not known:
        return (
            "The noise of retraining has not been measured. Measure it with the same parameters:"
            f" {words.code(str(Command('noise', snapshot=chosen.candidate.snapshot.id)))}."
        )
    sources = " and ".join(f"{one.repeats} retrainings (\\#{one.execution})" for one in known)
    return f"Noise: {sources}."


def show_changes(chosen: Chosen) -> None:
    """The histogram of the changes; a bar leads to its subreddits."""
    c.section(
        "F1 change per subreddit", reading(chosen, chosen.changes.dropna(subset=["difference"]))
    )
    figure = charts.f1_changes(
        chosen.changes,
        c.colours(),
        normal=chosen.summary.changes_normal,
        paired=chosen.paired,
    )
    clicked = c.clickable(
        figure, key="f1-changes", alt="Histogram of the F1 changes of the subreddits"
    )
    if clicked:
        low, high = (f"{end:.2f}" for end in clicked)
        st.switch_page(pages.SUBREDDITS.path, query_params=chosen.query | {"from": low, "to": high})
    c.lines(lines(chosen))


def show_patches(chosen: Chosen) -> None:
    """How their code differs, folded away; read only where somebody looks."""
    if all(f.where != "Code" for f in chosen.differences if f.differs):
        return
    folded = st.expander("How the code differs", key="code", bind="query-params")
    if folded.open:
        with folded:
            for patch in chosen.patches:
                st.caption(words.plain(patch.name))
                st.code(patch.text, language="diff", height=PATCH)
            if not chosen.patches:
                st.caption(what_differs.NO_PATCH)


def show_details(chosen: Chosen) -> None:
    """Every metric, and calibration, folded away."""
    everything = st.expander("All metrics", key="metrics", bind="query-params")
    if everything.open:
        with everything:
            metric_table(chosen.summary.metrics, chosen.names, paired=chosen.paired)
            st.caption(
                f"{accuracy_test(chosen)} 95% intervals for the chance of these posts."
                f" {noise_of(chosen)} Comparison recorded as execution"
                f" \\#{chosen.comparison.execution}."
            )
    trust = st.expander("Can p@1 be trusted?", key="trust", bind="query-params")
    if trust.open:
        with trust:
            show_trust(chosen)


top = c.question("Is the candidate really better?")
chosen = choose(data.all_trainings(), pages.COMPARE, top)
with top:
    c.answer(words.emphasised(chosen.sentence), generated=chosen.generated)
with st.container():  # there without notes too: the filters below keep their places
    notes(chosen)
    c.caveats(chosen.caveats)
    show_figures(chosen)
left, right = st.columns(2, gap="large")
with left:
    show_changes(chosen)
with right:
    show_confusions(chosen)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Who wins, who loses", type="primary", icon=":material/leaderboard:"):
        st.switch_page(pages.SUBREDDITS.path, query_params=chosen.query)
    if chosen.paired:
        c.way(pages.CHURN, "Which posts changed", chosen.query)
show_confidence(chosen)
show_thresholds(chosen)
show_label_sets(chosen)
show_where(chosen)
c.section("What differs", "Between the two trainings.")
c.facts(chosen.differences, chosen.names)
show_patches(chosen)
show_agreement(chosen)
show_details(chosen)
