"""The sentence says what the numbers say, and no more."""

from core.comparison.results import BETTER, SAME, WITHIN, WORSE, Judgement, Kind, MetricChange
from core.comparison.sentence import verdict_sentence
from tests.factories import make_label_sets, make_subreddits, make_summary


def metric(
    difference: float,
    *,
    interval: tuple[float, float] = (-0.1, 0.1),
    verdict: Judgement = SAME,
    noise: float | None = None,
) -> MetricChange:
    return MetricChange(
        baseline=0.4,
        candidate=0.4 + difference,
        difference=difference,
        interval=interval,
        verdict=verdict,
        noise=noise,
    )


def said(
    macro: MetricChange,
    *,
    kind: Kind = Kind.PAIRED,
    shared: MetricChange | None = None,
    one_model: bool = False,
    **labels: int,
) -> str:
    summary = make_summary(
        kind=kind,
        posts=2_000,
        posts_baseline=1_500,
        metrics={"f1_macro": macro},
        label_sets=make_label_sets(shared, posts=1_900) if shared else None,
        subreddits=make_subreddits(**({"shared": 237} | labels)),
        one_model=one_model,
    )
    return verdict_sentence(summary, baseline="#3", candidate="#5")


def test_a_gain_with_its_interval_and_its_subreddits() -> None:
    macro = metric(0.021, interval=(0.017, 0.025), verdict=BETTER, noise=0.004)
    assert said(macro, better=61, worse=9) == (
        "#5 is better than #3: macro F1 +0.021 (95% interval +0.017 to +0.025, noise of retraining"
        " ±0.004) on 2,000 posts. Subreddits: 61 better, 9 worse."
    )


def test_a_loss() -> None:
    text = said(metric(-0.02, interval=(-0.03, -0.01), verdict=WORSE), worse=3)
    assert text.startswith("#5 is worse than #3: macro F1 −0.020 (95% interval −0.030 to −0.010")
    assert "0 better, 3 worse." in text


def test_an_interval_around_zero_shows_no_difference() -> None:
    text = said(metric(0.004, interval=(-0.002, 0.01)))
    assert text.startswith("These posts show no difference between #5 and #3: macro F1 +0.004")


def test_a_gain_no_larger_than_the_noise_is_none() -> None:
    text = said(metric(0.01, interval=(0.006, 0.014), verdict=WITHIN, noise=0.02))
    assert text.startswith("The difference between #5 and #3 is within the noise: macro F1 +0.010")


def test_noise_that_was_not_measured_is_said_to_be_so() -> None:
    assert "noise of retraining not measured" in said(metric(0.004))


def test_other_subreddits_are_judged_on_those_that_both_know() -> None:
    """All posts together would say that the candidate gained; it only knows more."""
    everything = metric(0.08, interval=(0.07, 0.09), verdict=BETTER)
    both = metric(-0.02, interval=(-0.03, -0.01), verdict=WORSE)
    text = said(everything, shared=both, added=2, removed=1)
    assert text.startswith("#5 is worse than #3: macro F1 −0.020")
    assert "on 1,900 posts of the 237 subreddits that both models know." in text
    assert text.endswith("2 new, 1 no longer known.")


def test_two_models_on_different_posts_are_never_called_better_or_worse() -> None:
    gain = metric(0.05, interval=(0.03, 0.07), verdict=BETTER)
    text = said(gain, kind=Kind.UNPAIRED, better=3, worse=1)
    assert text.startswith("#5 scores higher than #3: macro F1 +0.050")
    assert "on 2,000 posts, against 1,500 others. Subreddits: 3 higher, 1 lower." in text
    assert text.endswith("so this reflects both.")
    assert "better" not in text


def test_one_model_on_two_sets_of_posts_tells_of_the_posts() -> None:
    loss = metric(-0.05, interval=(-0.07, -0.03), verdict=WORSE)
    text = said(loss, kind=Kind.UNPAIRED, one_model=True)
    assert text.startswith("#5 scores lower than #3")
    assert text.endswith("This is one model on two sets of posts: only the posts differ.")
