"""The sentence says what the numbers say, and no more."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.comparison.results import (
    BETTER,
    SAME,
    WITHIN,
    WORSE,
    ComparisonSummary,
    Judgement,
    Kind,
    LabelChange,
    MetricChange,
    NoiseSource,
    NoiseSources,
    SharedLabels,
)
from core.comparison.sentence import verdict_sentence
from core.comparison.significance import judged
from core.metrics import SPOKEN, Better
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


def summary_of(changes: Mapping[str, MetricChange], **more: Any) -> ComparisonSummary:
    """A summary whose spoken metrics are these, all others showing no difference."""
    same = {each.key: metric(0.0) for each in SPOKEN}
    return make_summary(**({"metrics": same | dict(changes)} | more))


def spoken(changes: Mapping[str, MetricChange], **more: Any) -> str:
    return verdict_sentence(summary_of(changes, **more), baseline="#3", candidate="#5")


GAIN = metric(0.021, interval=(0.017, 0.025), verdict=BETTER, noise=0.004)
LOSS = metric(-0.009, interval=(-0.013, -0.005), verdict=WORSE, noise=0.004)
LESS_CALIBRATED = MetricChange(
    baseline=0.074, candidate=0.178, difference=0.104, interval=(0.1, 0.108), verdict=WORSE
)


def test_what_got_worse_stands_in_the_first_words() -> None:
    changes = {"f1_macro": GAIN, "accuracy": GAIN, "recall_at_5": LOSS, "ece": LESS_CALIBRATED}
    assert spoken(changes).startswith(
        "#5 is better than #3 in macro F1 and accuracy (+0.021), but worse in recall@5 (−0.009) and"
        " calibration error (0.074 → 0.178): macro F1 +0.021 (95% interval +0.017 to +0.025,"
    )


def test_what_else_got_better_comes_after_the_numbers() -> None:
    text = spoken({"f1_macro": GAIN, "accuracy": GAIN, "recall_at_5": GAIN})
    assert text.startswith("#5 is better than #3: macro F1 +0.021 (95%")
    assert "on 1,000 posts. Also better in accuracy (+0.021) and recall@5 (+0.021). S" in text


def test_no_difference_is_of_macro_f1_only_where_something_else_differs() -> None:
    text = spoken({"ece": LESS_CALIBRATED, "accuracy": GAIN})
    assert text.startswith(
        "These posts show no difference in macro F1 between #5 and #3, but #5 is better in accuracy"
        " (+0.021) and worse in calibration error (0.074 → 0.178): macro F1 ±0.000"
    )


def test_winners_and_losers_are_named() -> None:
    gains = tuple(LabelChange(name, 0.2, 0.6) for name in ("cats", "dogs", "birds"))
    losses = (LabelChange("news", 0.5, 0.4),)
    labels = replace(make_subreddits(better=61, worse=1), gains=gains, losses=losses)
    assert spoken({}, subreddits=labels).endswith(
        "Subreddits: 61 better (most of all r/cats 0.200 → 0.600, r/dogs 0.200 → 0.600, r/birds"
        " 0.200 → 0.600), 1 worse (r/news 0.500 → 0.400)."
    )


def test_nothing_that_did_not_happen_is_counted() -> None:
    assert spoken({}).endswith("Subreddits: no change is beyond chance.")
    known = NoiseSources(candidate=NoiseSource(7, 5))
    assert spoken({}, subreddits=make_subreddits(better=1), noise=known).endswith(
        "Subreddits: 1 better; no loss is beyond chance and noise."
    )


def test_only_a_few_new_subreddits_are_named() -> None:
    assert "New: r/added0, r/added1, r/added2 and 2 more." in said(metric(0.0), added=5)


WAYS = {Kind.PAIRED: ("better", "worse"), Kind.UNPAIRED: ("higher", "lower")}
NEAR = st.sampled_from([-0.0101, -0.01, -1e-9, 0.0, 1e-9, 0.01, 0.0101]) | st.floats(-1, 1)


@st.composite
def borderline(draw: st.DrawFn) -> MetricChange:
    """A change whose interval ends near 0, or whose size is near the noise."""
    low, middle, high = sorted(draw(st.tuples(NEAR, NEAR, NEAR)))
    return MetricChange(
        baseline=0.4,
        candidate=0.4 + middle,
        difference=middle,
        interval=draw(st.none() | st.just((low, high))),
        noise=draw(st.none() | st.sampled_from([0.0, 0.01, abs(middle)]) | st.floats(0, 1)),
    )


def supported(change: MetricChange) -> int:
    """1 or -1 where interval and noise leave out 0, by a rule of its own; else 0."""
    if change.interval is None or abs(change.difference) <= (change.noise or 0):
        return 0
    return int(min(change.interval) > 0) - int(max(change.interval) < 0)


def claims(text: str) -> dict[str, str]:
    """Metric, named with a number -> the last word before it that says which way it went."""
    names = "|".join(each.spoken for each in SPOKEN[1:])
    found, way = {}, ""
    for word in re.findall(rf"better|worse|higher|lower|(?:{names})(?= \()", text):
        each = next((each for each in SPOKEN if each.spoken == word), None)
        if each is None:
            way = word
        else:
            found[each.key] = way
    return found


@given(
    st.fixed_dictionaries({each.key: borderline() for each in SPOKEN}),
    st.sampled_from(Kind),
    st.booleans(),
)
def test_no_sentence_says_more_than_interval_and_noise(
    changes: dict[str, MetricChange], kind: Kind, apart: bool
) -> None:
    noise = {name: change.noise for name, change in changes.items() if change.noise is not None}
    metrics = judged(changes, noise)
    sets = replace(make_label_sets(metric(0.0), posts=9), shared=SharedLabels(9, metrics))
    everywhere = dict.fromkeys(changes, GAIN) if apart else metrics
    summary = summary_of(everywhere, label_sets=sets if apart else None, kind=kind)
    text = verdict_sentence(summary, baseline="#3", candidate="#5").split(" Subreddits:")[0]
    expected = {}
    for each in SPOKEN:
        up = supported(changes[each.key])
        if kind == Kind.PAIRED and each.better == Better.LOWER:
            up = -up
        if up:
            expected[each.key] = WAYS[kind][up < 0]
    macro = expected.pop("f1_macro", None)
    head = re.match(r"#5 (?:is|scores) (\w+) than #3", text)
    assert (head and head[1]) == macro
    assert claims(text) == expected
    if not macro and not expected:
        assert not re.search(r"\b(better|worse|higher|lower|more|less|gain|loss)\b", text)


def test_a_gain_with_its_interval_and_its_subreddits() -> None:
    macro = metric(0.021, interval=(0.017, 0.025), verdict=BETTER, noise=0.004)
    assert said(macro, better=61, worse=9) == (
        "#5 is better than #3: macro F1 +0.021 (95% interval +0.017 to +0.025, noise of retraining"
        " ±0.004) on 2,000 posts. Subreddits: 61 better, 9 worse."
    )


def test_a_loss() -> None:
    text = said(metric(-0.02, interval=(-0.03, -0.01), verdict=WORSE), worse=3)
    assert text.startswith("#5 is worse than #3: macro F1 −0.020 (95% interval −0.030 to −0.010")
    assert text.endswith("Subreddits: 3 worse; no gain is beyond chance.")


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
    assert text.endswith("New: r/added0 and r/added1. No longer known: r/removed0.")


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


def test_models_that_share_no_subreddit_are_not_called_better() -> None:
    summary = make_summary(
        metrics={"f1_macro": metric(0.3, interval=(0.2, 0.4), verdict=BETTER)},
        subreddits=make_subreddits(shared=0, added=2, removed=1),
    )
    text = verdict_sentence(summary, baseline="#3", candidate="#5")
    assert text.startswith("#5 and #3 share no subreddit, so neither is called better.")
    assert "macro F1" not in text
