"""Is the candidate really better?"""

import streamlit as st

from dashboard import components as c
from dashboard import data, words
from dashboard.charts import comparison as charts
from dashboard.pair import Chosen, choose

NAMES = {
    "f1_macro": "Macro F1",
    "f1_weighted": "Weighted F1",
    "f1_micro": "Micro F1",
    "accuracy": "Accuracy",
    "recall_at_1": "Recall@1",
    "recall_at_3": "Recall@3",
    "recall_at_5": "Recall@5",
    "precision_at_1": "Precision@1",
    "precision_at_3": "Precision@3",
    "precision_at_5": "Precision@5",
    "p_at_1_mean": "Mean p@1",
    "ece": "Calibration error (ECE)",
    "label_coverage": "Posts whose subreddit it knows",
    "seen_in_training": "Posts seen in training",
}
KEY_FIGURES = ("f1_macro", "accuracy", "recall_at_5")


def show_figures(chosen: Chosen) -> None:
    """The candidate's key figures, and their difference from the baseline."""
    with st.container(horizontal=True):
        metrics = chosen.summary["metrics"]
        for name in KEY_FIGURES:
            c.metric(NAMES[name], metrics[name])
        c.metric(
            NAMES["p_at_1_mean"],
            metrics["p_at_1_mean"],
            help_="How sure it is of its first prediction. More is not better by itself.",
        )
        churn = chosen.summary["churn"]
        if churn:
            posts = chosen.summary["posts"]
            st.metric(
                "Posts that changed",
                words.share(churn["changed"] / posts),
                f"fixed {words.share(churn['fixed'] / posts)},"
                f" broken {words.share(churn['broken'] / posts)}",
                delta_color="gray",
                delta_arrow="off",
                border=True,
                width="stretch",
                help="Posts whose first prediction differs between the two.",
            )


def reading(chosen: Chosen, shared: int) -> str:
    """How to read the histogram of the changes."""
    labels = chosen.summary["subreddits"]
    if labels["better"] is None:
        return "Different posts, so no change is tested: small subreddits move by chance alone."
    unclear = shared - labels["better"] - labels["worse"]
    noise = "" if chosen.summary["noise"] is None else " The outline is what reseeding alone does."
    return (
        f"{labels['better']:,} of {shared:,} better and {labels['worse']:,} worse; the other"
        f" {unclear:,} cannot be told from chance or from retraining (grey).{noise}"
    )


def noise_of(chosen: Chosen) -> str:
    """Where the noise band comes from, or how to get one."""
    noise = chosen.summary["noise"]
    if noise is None:
        return (
            "Noise of retraining is not measured; `signoff noise --snapshot"
            f" {chosen.candidate.snapshot.id}` with the same parameters measures it."
        )
    return f"Noise: {noise['repeats']} retrainings, execution \\#{noise['execution']}."


def show_charts(chosen: Chosen) -> None:
    """Two figures, each with the line that says how to read it."""
    shared = chosen.changes["difference"].dropna()
    p = chosen.summary["p_at_1"]
    left, right = st.columns(2, gap="large")
    with left:
        c.section("F1 change per subreddit", reading(chosen, len(shared)))
        c.chart(
            charts.f1_changes(chosen.changes, c.colours()),
            key="f1-changes",
            alt="Histogram of the F1 changes of the subreddits",
        )
    with right:
        change = words.signed(p["candidate_mean"] - p["baseline_mean"])
        surer = {"+": "surer", "−": "less sure"}.get(change[0], "as sure")
        c.section(
            "How sure the models are",
            f"The candidate is {surer}: mean p@1 {words.three(p['candidate_mean'])} against"
            f" {words.three(p['baseline_mean'])} (KS {words.three(p['ks'])}).",
        )
        before, after = (
            data.summary_of(side) for side in (chosen.pair.baseline, chosen.pair.candidate)
        )
        c.chart(
            charts.p_at_1(
                before["p_at_1_histogram"], after["p_at_1_histogram"], chosen.names, c.colours()
            ),
            key="p-at-1",
            alt="Distributions of p@1 of baseline and candidate",
        )


def show_details(chosen: Chosen) -> None:
    """Every metric, and calibration, folded away."""
    with st.expander("All metrics"):
        metrics = chosen.summary["metrics"]
        known = [name for name in NAMES if name in metrics]
        rows = [
            (
                NAMES[name],
                words.three(metrics[name]["baseline"]),
                words.three(metrics[name]["candidate"]),
                words.signed(metrics[name]["difference"]),
                words.interval(metrics[name]["interval"]),
                words.band(metrics[name]["noise"]),
            )
            for name in known
        ]
        c.table(("Metric", *chosen.names, "Difference", "95% interval", "Noise"), rows)
        p = chosen.summary["p_at_1"]
        st.caption(
            f"Distance of the p@1 distributions: KS {words.three(p['ks'])}, Wasserstein"
            f" {words.three(p['wasserstein'])}, PSI {words.three(p['psi'])}. Intervals: bootstrap"
            f" over posts, 1,000 resamples. {noise_of(chosen)}"
            f" Comparison recorded as execution #{chosen.comparison.execution}."
        )
    with st.expander("Calibration: is p@1 the share of posts it is right for?"):
        before, after = (
            data.summary_of(side) for side in (chosen.pair.baseline, chosen.pair.candidate)
        )
        c.chart(
            charts.reliability(
                before["reliability"], after["reliability"], chosen.names, c.colours()
            ),
            key="reliability",
            alt="Reliability curves of baseline and candidate",
        )


top = st.container()
chosen = choose(data.all_trainings())
with top:
    c.head(
        "Is the candidate really better?",
        words.emphasised(chosen.sentence) if chosen else "Two trainings are needed to tell.",
        generated=chosen is not None and chosen.generated,
    )
if chosen is None:
    st.stop()
c.caveats(chosen.caveats)
show_figures(chosen)
show_charts(chosen)
with st.container(horizontal=True):
    if st.button("Who wins, who loses", type="primary", icon=":material/leaderboard:"):
        st.switch_page(c.SUBREDDITS, query_params=chosen.query)
c.section("What differs", "Between the two trainings.")
c.facts(chosen.differences, chosen.names)
show_details(chosen)
