"""Every metric in a table: overall, and where the models know different subreddits."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.comparison.results import BETTER, WORSE, MetricChange, PairedAccuracyTest
from core.metrics import HEADLINES, METRIC, METRICS
from dashboard import components as c
from dashboard import words
from dashboard.pair import Chosen

FEW_NAMES = 24
"""Subreddits that are named in one line."""


def show_figures(chosen: Chosen, *, changed: bool = True) -> None:
    """The candidate's key figures, and their difference from the baseline, on the posts that the
    sentence is of.

    Args:
        changed: whether to say how many posts changed, where both models predicted the same ones.
    """
    summary = chosen.summary
    churn = summary.churn if changed else None
    with st.container(horizontal=True):
        for metric in HEADLINES:
            if metric.key in summary.common:
                c.metric(metric.name, summary.common[metric.key], help_=metric.help)
        if churn:
            posts = summary.posts
            c.figure(
                "Posts that changed",
                words.share(churn.changed / posts),
                f"fixed {words.share(churn.fixed / posts)},"
                f" broken {words.share(churn.broken / posts)}",
                help_="Posts whose first prediction differs between the two.",
            )
    if summary.label_sets:
        of_all = f" Posts that changed: of all {summary.posts:,}." if churn else ""
        st.caption(
            f"Figures: of the {words.count(summary.label_sets.shared.posts, 'post')} in the"
            f" {words.count(summary.subreddits.shared, 'subreddit')} that both models know."
            f"{of_all}"
        )


def metric_table(
    metrics: Mapping[str, MetricChange], names: tuple[str, str], *, paired: bool
) -> None:
    """All metrics, both sides with their own 95% intervals."""
    rows = [
        (
            metric.name,
            words.around(change.baseline, change.interval_baseline),
            words.around(change.candidate, change.interval_candidate),
            words.signed(change.difference),
            words.interval(change.interval),
            words.band(change.noise),
            verdict(change, paired=paired),
        )
        for metric in METRICS
        if (change := metrics.get(metric.key))
    ]
    c.table(("Metric", *names, "Difference", "95% interval", "Noise", "Verdict"), rows)


def verdict(change: MetricChange, *, paired: bool) -> str:
    """A verdict in a sign and a word; a dash where more is not better by itself. Between two
    samples of posts the word is which way it went.
    """
    if change.verdict is None:
        return "–"
    said = words.called(change.verdict, paired=True)
    if paired or change.verdict not in (BETTER, WORSE):
        return said
    return f"{said[0]} {change.direction}"


def accuracy_test(chosen: Chosen) -> str:
    """The exact test of the accuracies in words."""
    test = chosen.summary.accuracy_test
    p = words.chance(test.p_value)
    if isinstance(test, PairedAccuracyTest):
        return (
            f"Accuracy, post by post: {words.count(test.only_candidate, 'post')} that only the"
            f" candidate predicts correctly, {test.only_baseline:,} that only the baseline does."
            " If both were right equally often, a split at least this uneven would occur with"
            " probability"
            f" {p} ({test.test})."
        )
    return (
        f"Accuracy on {words.count(test.posts_baseline, 'post')} of the baseline and"
        f" {test.posts_candidate:,} other posts of the candidate: if both were right equally"
        f" often, a difference at least this large would occur with probability {p}"
        f" ({test.test})."
    )


def show_label_sets(chosen: Chosen) -> None:
    """What both models know, what each knows, and which subreddits came and went."""
    sets, labels = chosen.summary.label_sets, chosen.summary.subreddits
    if not labels.added and not labels.removed:
        return
    sides = ((labels.added, "only to the candidate"), (labels.removed, "only to the baseline"))
    apart = "".join(f", {number:,} {whose}" for number, whose in sides if number)
    c.section(
        "On the subreddits that both models know",
        f"{words.count(labels.shared, 'subreddit')} known to both models{apart}. In “All metrics”,"
        " posts of a subreddit that a model does not know count as wrong.",
    )
    if sets:
        metric_table(sets.shared.metrics, chosen.names, paired=chosen.paired)
        st.caption(
            f"{words.count(sets.shared.posts, 'post')} of the shared subreddits. A first"
            " prediction outside of them counts as no prediction."
        )
        st.markdown("**Each model on all subreddits that it knows**")
        own = (sets.own.baseline, sets.own.candidate)
        scores = [
            (METRIC[name].name, *(words.three(side.metrics[name]) for side in own))
            for name in own[0].metrics
        ]
        posts = ("Posts", *(f"{side.posts:,}" for side in own))
        c.table(("Metric", *chosen.names), [posts, *scores])
    for names, title in ((labels.added_names, "New"), (labels.removed_names, "No longer known")):
        if names:
            st.markdown(f"**{title}** {listed(names)}")
    for rename in labels.renames:
        st.markdown(
            f"r/{words.plain(rename.removed)} looks like r/{words.plain(rename.added)}:"
            f" {words.share(rename.share)} of its posts ({rename.posts:,})."
        )


def listed(names: Sequence[str]) -> str:
    """Subreddits in one line, the first few of many."""
    shown = ", ".join(f"r/{words.plain(name)}" for name in names[:FEW_NAMES])
    left = len(names) - FEW_NAMES
    return f"{shown} and {left:,} more" if left > 0 else shown
