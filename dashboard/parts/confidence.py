"""How sure the models are of their first predictions, and whether that can be believed."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import streamlit as st

from core.comparison.results import (
    HIGHER,
    LOWER,
    SAME,
    WITHIN,
    ComparisonSummary,
    ConfidenceShift,
)
from core.evaluation import Evaluation
from core.evaluation.results import Histogram, IsotonicF1
from dashboard import components as c
from dashboard import data, words
from dashboard.charts import confidence as charts
from dashboard.charts.confidence import ConfidenceCurve
from dashboard.pair import Chosen, posts_of

VIEWS = ("distribution", "cumulative")
COMPARED, SUBMISSIONS = "compared", "submissions"
"""Sets of posts; further ones are named as the command line names them: ``2026-05:train``."""
ALONE = "these posts"
QUARTILES = (0.25, 0.75)
LITTLE, SOME = 0.1, 0.25
"""Below them a PSI says little or some shift, by the usual rule of thumb."""

Sets = dict[str, list[tuple[Histogram, bool]]]
"""Name of a set of posts -> histograms of p@1 over it, and whether they are the candidate's."""


def show_confidence(chosen: Chosen) -> None:
    """Both distributions of p@1, and beside them the F1 to expect of a subreddit by its p@1."""
    c.section(
        "How confident the models are",
        f"{compared(chosen.summary)} p@1 is the probability of the first prediction.",
    )
    left, right = st.columns(2, gap="large")
    with left:
        _show_p_at_1(chosen)
    with right:
        _show_f1_by_p(chosen)


def _show_p_at_1(chosen: Chosen) -> None:
    """Both distributions, on the compared posts and on others that the store has."""
    figure = st.container()
    sets = _sets(chosen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.segmented_control(
            "View",
            VIEWS,
            default=VIEWS[0],
            required=True,
            key="p",
            bind="query-params",
            label_visibility="collapsed",
        )
        other = ALONE
        if len(sets) > 1:
            other = st.selectbox(
                "Overlay",
                (ALONE, *(name for name in sets if name != COMPARED)),
                key="over",
                bind="query-params",
                label_visibility="collapsed",
            )
    over = [COMPARED, *([] if other == ALONE else [other])]
    with figure:
        c.reading("**Distribution of p@1**: the share of posts at each p@1.")
        c.chart(
            charts.p_at_1(
                list(_overlaid(sets, over, chosen.names)),
                c.colours(),
                cumulative=view == VIEWS[1],
            ),
            key="p-at-1",
            alt="Distributions of p@1 of baseline and candidate",
        )
    c.lines(distances(chosen.summary.p_at_1))


def _show_f1_by_p(chosen: Chosen) -> None:
    """The candidate's curve of F1 by mean p@1, and the line that reads it."""
    before, after = (data.summary_of(side).f1_by_p for side in chosen.sides)
    if after is None:
        c.reading("**F1 by p@1**")
        c.empty("Too few subreddits have posts to draw a curve.")
        return
    c.reading(f"**F1 by p@1**: {expected(chosen.changes, after.isotonic)}")
    c.chart(
        charts.f1_by_p(chosen.changes, before, after, chosen.names, c.colours()),
        key="f1-by-p",
        alt="F1 against mean p@1 of the subreddits, with the isotonic curve and its band",
    )


def expected(changes: pd.DataFrame, curve: IsotonicF1) -> str:
    """What the candidate's curve says of a subreddit with a low and with a high mean p@1: the lower
    and the upper quartile of all subreddits.
    """
    known = changes["p_at_1_mean_candidate"].dropna().to_numpy(float)
    shown = charts.supported(curve, known)
    if not shown.p:
        return "too few subreddits have a similar p@1 to expect an F1."
    ends = dict.fromkeys(words.three(float(p)) for p in np.quantile(known, QUARTILES))
    (p, f1), *others = ((p, words.around(*_read(shown, float(p)))) for p in ends)
    more = "".join(f"; at {p}, {f1}" for p, f1 in others)
    return (
        f"at a mean p@1 of {p}, expect an F1 of {f1} from the candidate{more}. In brackets: the 95%"
        " band."
    )


def _read(curve: IsotonicF1, p: float) -> tuple[float, tuple[float, float]]:
    """The F1 that the curve has at a mean p@1, and its band there."""
    f1, low, high = (
        float(np.interp(p, curve.p, values)) for values in (curve.f1, curve.low, curve.high)
    )
    return f1, (low, high)


SORTED = "with each side sorted by p@1, the two differ by this much on average"
"""What a Wasserstein distance says; single posts can differ by more."""


def distances(p: ConfidenceShift) -> list[str]:
    """The three distances of the distributions, each with what it means."""
    ks, moved, psi = map(words.three, (p.ks, p.wasserstein, p.psi))
    shift = "little" if p.psi < LITTLE else "some" if p.psi < SOME else "a large"
    side = (
        f"the largest gap between the two cumulative distributions is {words.share(p.ks)} of the"
        " posts."
    )
    rule = f"rule of thumb ({LITTLE}, {SOME}), which ignores chance and retraining."
    return [
        f"**KS {ks}**: {side}",
        f"**Wasserstein {moved}**: {SORTED}.",
        f"**PSI {psi}**: {shift} shift by the usual {rule}",
    ]


def _overlaid(sets: Sets, over: list[str], names: tuple[str, str]) -> Iterator[ConfidenceCurve]:
    """The curves of the chosen sets, named by their posts where there are several."""
    for place, name in enumerate(over):
        for histogram, candidate in sets[name]:
            of = f", {name}" if place else ""
            yield ConfidenceCurve(f"{names[candidate]}{of}", histogram, candidate, place)


def compared(summary: ComparisonSummary) -> str:
    """Which model is more confident, as far as that is shown, on the posts of the key figures."""
    change = summary.common.get("p_at_1_mean", summary.metrics["p_at_1_mean"])
    heads = {
        HIGHER: "The candidate is more confident than the baseline",
        LOWER: "The candidate is less confident than the baseline",
        WITHIN: "The difference in confidence is within the noise of retraining",
        SAME: "These posts show no difference in confidence",
    }
    return (
        f"{heads[change.direction]}: mean p@1 {words.three(change.candidate)} against"
        f" {words.three(change.baseline)} (difference {words.signed(change.difference)}, 95%"
        f" interval {words.interval(change.interval)}, noise {words.band(change.noise)})."
    )


def _sets(chosen: Chosen) -> Sets:
    """The compared posts, then other posts that either model was evaluated on, then users' texts.

    The sealed test is not among them: evaluations of it are not stored here.
    """
    sides = chosen.sides
    sets: Sets = {
        COMPARED: [
            (data.summary_of(side).p_at_1_histogram, place == 1) for place, side in enumerate(sides)
        ]
    }
    for evaluation, candidate in _others(chosen):
        histogram = data.summary_of(evaluation).p_at_1_histogram
        sets.setdefault(posts_of(evaluation), []).append((histogram, candidate))
    for training, candidate in zip(chosen.trainings, (False, True), strict=True):
        submitted = data.submitted(training.number)
        if submitted is not None:
            sets.setdefault(SUBMISSIONS, []).append((submitted, candidate))
    return sets


def _others(chosen: Chosen) -> Iterator[tuple[Evaluation, bool]]:
    """Further evaluations of the two models, the newest of each on each split."""
    compared = {(e.model_execution, e.snapshot, e.split) for e in chosen.sides}
    for evaluation in data.all_evaluations():
        for training, candidate in zip(chosen.trainings, (False, True), strict=True):
            key = (training.number, evaluation.snapshot, evaluation.split)
            if evaluation.model_execution == training.number and key not in compared:
                compared.add(key)
                yield evaluation, candidate


def show_trust(chosen: Chosen) -> None:
    """Calibration of both models."""
    before, after = (data.summary_of(side) for side in chosen.sides)
    c.reading("**Calibration**: on the dotted line, p@1 equals the share of correct predictions.")
    c.chart(
        charts.reliability(before.reliability, after.reliability, chosen.names, c.colours()),
        key="reliability",
        alt="Reliability curves of baseline and candidate",
    )
