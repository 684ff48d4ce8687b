"""The sentence says what the numbers say, and no more."""

from typing import Any

import pytest

from core.comparison.sentence import verdict_sentence


def said(
    difference: float,
    *,
    interval: list[float] | None = None,
    verdict: str | None = None,
    noise: float | None = None,
    **labels: int | None,
) -> str:
    macro: dict[str, Any] = {
        "baseline": 0.4,
        "candidate": 0.4 + difference,
        "difference": difference,
        "interval": interval,
        "verdict": verdict,
        "noise": noise,
    }
    counts = {"better": None, "worse": None, "added": 0, "removed": 0} | labels
    summary = {
        "kind": "unpaired" if interval is None else "paired",
        "posts": 2_000,
        "metrics": {"f1_macro": macro},
        "subreddits": counts,
    }
    return verdict_sentence(summary, baseline="#3", candidate="#5")


def test_a_gain_with_its_interval_and_its_subreddits() -> None:
    text = said(
        0.021, interval=[0.017, 0.025], verdict="better", noise=0.004, better=61, worse=9, added=2
    )
    assert text == (
        "#5 is better than #3: macro F1 +0.021 (95% interval +0.017 to +0.025, noise of retraining"
        " ±0.004) on 2,000 posts. Subreddits: 61 better, 9 worse, 2 new."
    )


def test_a_loss() -> None:
    text = said(-0.02, interval=[-0.03, -0.01], verdict="worse", better=0, worse=3)
    assert text.startswith("#5 is worse than #3: macro F1 −0.020 (95% interval −0.030 to −0.010")
    assert "0 better, 3 worse." in text


def test_an_interval_around_zero_shows_no_difference() -> None:
    text = said(0.004, interval=[-0.002, 0.01], verdict="no change shown", better=0, worse=0)
    assert text.startswith("No difference between #5 and #3 is shown: macro F1 +0.004")


def test_noise_that_was_not_measured_is_said_to_be_so() -> None:
    text = said(0.004, interval=[-0.002, 0.01], verdict="no change shown", better=0, worse=0)
    assert "noise of retraining not measured" in text


@pytest.mark.parametrize("word", ["better", "worse"])
def test_different_posts_are_never_judged(word: str) -> None:
    text = said(0.05, added=1, removed=2)
    assert "different posts, so nothing is tested: macro F1 +0.050 (0.450 against 0.400)" in text
    assert "Subreddits: 1 new, 2 no longer known." in text
    assert word not in text
