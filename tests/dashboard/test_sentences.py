"""No sentence of a page says of two numbers what their interval and the noise do not show."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparison.results import MetricChange, SharedLabels
from core.feedback.summary import Against, Share, VersionFeedback
from core.stats.calibration import reliability
from core.stats.distances import binned_means_margin
from dashboard.parts.confidence import compared as of_models
from dashboard.parts.feedback import compared as of_users
from dashboard.parts.subreddit import uncalled
from tests.factories import make_change, make_label_sets, make_summary

CLAIMS = re.compile(r"\b(more|less|better|worse|higher|lower)\b")
ENDS = st.sampled_from([-0.02, -1e-9, 0.0, 1e-9, 0.02]) | st.floats(-0.5, 0.5)
BANDS = st.none() | st.sampled_from([0.0, 0.01, 0.02]) | st.floats(0, 0.5)
"""Near them is where a sentence may say too much."""


NOTHING = np.empty(0)


def test_numbers_that_are_shown_alike_are_not_called_different() -> None:
    change = MetricChange(
        baseline=0.6794, candidate=0.6786, difference=-0.0008, interval=(-0.01, 0.009), noise=0.013
    )
    assert of_models(make_summary(metrics={"p_at_1_mean": change})) == (
        "These posts show no difference in confidence: mean p@1 0.679 against 0.679 (difference"
        " −0.001, 95% interval −0.010\u00a0to\u00a0+0.009, noise ±0.013)."
    )


@given(st.tuples(ENDS, ENDS).map(sorted), BANDS)
def test_a_model_is_more_confident_only_where_interval_and_noise_leave_out_0(
    ends: list[float], noise: float | None
) -> None:
    low, high = ends
    change = make_change(low, high, noise=noise)
    found = CLAIMS.findall(of_models(make_summary(metrics={"p_at_1_mean": change})))
    outside = (low > 0 or high < 0) and abs(change.difference) > (noise or 0)
    assert found == ([("less", "more")[low > 0]] if outside else [])


def test_the_sentence_is_of_the_posts_that_the_key_figures_are_of() -> None:
    gain = MetricChange(baseline=0.3, candidate=0.5, difference=0.2, interval=(0.1, 0.3))
    sets = make_label_sets(make_change(0.1, 0.2), posts=900)
    sets = replace(sets, shared=SharedLabels(900, {"p_at_1_mean": gain}))
    everywhere = {"p_at_1_mean": make_change(-0.3, -0.2)}
    text = of_models(make_summary(metrics=everywhere, label_sets=sets))
    assert text.startswith("The candidate is more confident than the baseline: mean p@1 0.500")


def feedback(p_posts: list[int], posts: list[int]) -> VersionFeedback:
    """A version with these histograms of p@1; its means are theirs."""
    means = [
        sum((place + 0.5) / len(counts) * number for place, number in enumerate(counts))
        / max(sum(counts), 1)
        for counts in (p_posts, posts)
    ]
    return VersionFeedback(
        version="20261130.1",
        training=3,
        texts=sum(p_posts),
        shadows=0,
        answered=0,
        first=Share(0, 0),
        five=Share(0, 0),
        p_mean=means[0],
        p_posts=p_posts,
        against=Against(
            evaluation=4,
            snapshot="s",
            split="valid",
            mean=means[1],
            posts=posts,
            ks=0.0,
            wasserstein=0.0,
        ),
        reliability=reliability(NOTHING, NOTHING > 0),
    )


@given(*[st.lists(st.integers(0, 400), min_size=5, max_size=5).filter(any)] * 2)
def test_a_version_is_more_confident_of_users_texts_only_where_the_interval_leaves_out_0(
    p_posts: list[int], posts: list[int]
) -> None:
    one = feedback(p_posts, posts)
    assert one.p_mean is not None
    assert one.against is not None
    change = one.p_mean - one.against.mean
    found = CLAIMS.findall(of_users(one))
    outside = abs(change) > binned_means_margin(np.array(p_posts), np.array(posts))
    assert found == ([("less", "more")[change > 0]] if outside else [])
    assert "valid posts" in of_users(one)


def test_a_single_text_shows_no_difference() -> None:
    assert of_users(feedback([0, 0, 0, 0, 1], [10, 20, 40, 20, 10])).startswith(
        "So far, users' texts show no difference in confidence from its valid posts: mean p@1 0.900"
    )


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([], ""),
        (["better", "worse"], ""),
        (["no change shown"] * 2, "2 show no change"),
        (["within noise"] * 3, "3 show no more change than retraining alone causes"),
        (["no change shown", "too few posts"], "1 shows no change and 1 has too few posts to tell"),
    ],
)
def test_what_is_not_called_is_counted_by_its_reason(verdicts: list[str], said: str) -> None:
    assert uncalled(pd.DataFrame({"verdict": verdicts}), paired=True) == said
