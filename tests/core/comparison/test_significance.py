"""What is called better or worse, and what never is."""

import numpy as np
import pytest

from core.comparison.align import Aligned
from core.comparison.results import FEW, SAME, WITHIN
from core.comparison.significance import metric_verdict, paired_significance

LABELS, POSTS_EACH = 8, 80


def aligned(
    *, lost: float = 0.0, seed: int = 0, shared: list[bool] | None = None, few: int = 0
) -> Aligned:
    """Two models that err independently; the candidate loses a share of label 0.

    ``few`` posts more have a last label of their own.
    """
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.repeat(np.arange(LABELS), POSTS_EACH), np.full(few, LABELS)])
    n, labels = len(truth), LABELS + 1
    first, second = (np.where(rng.random(n) < 0.7, truth, rng.integers(0, LABELS, n)) for _ in "ab")
    second = np.where((truth == 0) & (rng.random(n) < lost), 1, second)
    top = [
        np.stack([said, (said + 1) % labels, (said + 2) % labels], axis=1)
        for said in (first, second)
    ]
    return Aligned(
        post_id=np.array([f"p{i}" for i in range(n)], dtype=object),
        truth=truth.astype(np.int32),
        baseline=top[0].astype(np.int32),
        candidate=top[1].astype(np.int32),
        baseline_probs=rng.random((n, 1)),
        candidate_probs=rng.random((n, 1)),
        names=tuple(f"s{i}" for i in range(labels)),
        shared=np.array(shared or [True] * labels),
    )


def verdicts(posts: Aligned) -> dict[str, str]:
    frame = paired_significance(posts, resamples=200).subreddits
    return dict(zip(frame["subreddit"], frame["verdict"], strict=True))


def test_a_lost_subreddit_is_called_worse_and_the_others_are_not() -> None:
    found = verdicts(aligned(lost=0.5))
    assert found["s0"] == "worse"
    assert {found[f"s{i}"] for i in range(2, LABELS)} == {SAME}


@pytest.mark.slow
def test_two_equally_good_models_are_rarely_told_apart() -> None:
    called = [
        set(verdicts(aligned(seed=seed)).values()) & {"better", "worse"} for seed in range(40)
    ]
    assert sum(map(bool, called)) <= 6  # about one in twenty is expected


def test_too_few_posts_are_never_judged() -> None:
    assert verdicts(aligned(few=5))[f"s{LABELS}"] == FEW


def test_a_subreddit_that_one_model_does_not_know_is_not_tested() -> None:
    posts = aligned(lost=0.9, shared=[False] + [True] * LABELS)
    frame = paired_significance(posts, resamples=100).subreddits.set_index("subreddit")
    assert frame.loc["s0", "verdict"] == ""
    assert frame.loc["s0", ["p_value", "q_value", "interval_low"]].isna().all()


def test_intervals_surround_the_differences_and_are_reproducible() -> None:
    posts = aligned(lost=0.5)
    one, other = paired_significance(posts), paired_significance(posts)
    assert one.intervals == other.intervals
    change = (posts.candidate[:, 0] == posts.truth).mean() - (
        posts.baseline[:, 0] == posts.truth
    ).mean()
    low, high = one.intervals["accuracy"].interval or ()
    assert low < change < high
    assert set(one.intervals) >= {"f1_macro", "f1_weighted", "recall_at_3", "p_at_1_mean"}
    assert "recall_at_5" not in one.intervals  # three predictions were kept


@pytest.mark.parametrize(
    ("name", "interval", "noise", "expected"),
    [
        ("f1_macro", (0.01, 0.03), None, "better"),
        ("f1_macro", (-0.03, -0.01), None, "worse"),
        ("f1_macro", (-0.01, 0.05), None, SAME),
        ("f1_macro", (0.01, 0.03), 0.019, "better"),
        ("f1_macro", (0.01, 0.03), 0.021, WITHIN),
        ("f1_macro", (-0.03, -0.01), 0.021, WITHIN),
        ("f1_macro", (-0.01, 0.05), 0.001, SAME),
        ("ece", (0.01, 0.03), None, "worse"),
        ("ece", (-0.03, -0.01), None, "better"),
        ("p_at_1_mean", (0.01, 0.03), None, None),
        ("f1_macro", None, 0.01, None),
    ],
)
def test_a_metric_is_judged_by_its_interval_its_noise_and_its_direction(
    name: str, interval: tuple[float, float] | None, noise: float | None, expected: str | None
) -> None:
    difference = sum(interval or (0.0, 0.0)) / 2
    assert metric_verdict(name, difference, interval=interval, noise=noise) == expected
