"""What holds for every metric of the list, whichever is added."""

import numpy as np
import pytest

from core.comparison.significance import metric_verdict
from core.metrics import FIGURES, HEADLINES, METRIC, METRICS, Better, Metric
from core.stats.classification import label_counts
from core.stats.estimates import Estimate, estimate
from core.stats.figures import Figure
from core.stats.predictions import Predictions

LABELS, POSTS = 6, 40
JUDGED = [metric for metric in METRICS if metric.better != Better.NEITHER]


def sample(seed: int, posts: int = POSTS) -> Predictions:
    """Five predictions a post; one label stands in a single post, one is only predicted."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, LABELS - 2, posts)
    ranked = np.argsort(rng.random((posts, LABELS - 2)), axis=1)
    first = np.where(rng.random(posts) < 0.5, truth, ranked[:, 0])
    top = np.concatenate([first[:, None], ranked], axis=1)[:, :5]
    truth[0], top[0, 0], top[1, 0] = LABELS - 2, LABELS - 1, -1
    probs = np.sort(rng.dirichlet(np.ones(5), posts), axis=1)[:, ::-1]
    return Predictions(truth, top, probs)


def value(figure: Figure, said: Predictions) -> float:
    counts = label_counts(said.truth, said.first, labels=LABELS)
    return figure.value(said, counts)


def kept(said: Predictions, posts: np.ndarray) -> Predictions:
    return Predictions(said.truth[posts], said.top[posts], said.probs[posts])


def estimated(said: Predictions) -> dict[str, Estimate]:
    return estimate([said], FIGURES, labels=LABELS, rng=np.random.default_rng(0))[0]


def test_keys_and_names_are_each_given_once() -> None:
    assert len({metric.key for metric in METRICS}) == len(METRICS) == len(METRIC)
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.help.endswith(".") for metric in METRICS)


def test_what_is_gated_or_told_of_label_sets_has_an_interval() -> None:
    assert all(m.has_interval for m in METRICS if m.gateable or m.on_label_sets)


def test_a_gate_asks_for_a_minimum_so_lower_is_never_better() -> None:
    assert not [m.key for m in METRICS if m.gateable and m.better == Better.LOWER]


def test_there_are_few_key_figures() -> None:
    assert [metric.key for metric in HEADLINES] == [
        "f1_macro",
        "accuracy",
        "recall_at_5",
        "p_at_1_mean",
    ]


@pytest.mark.parametrize("metric", JUDGED, ids=lambda metric: metric.key)
def test_a_rise_is_called_by_the_direction_of_the_metric(metric: Metric) -> None:
    rise = metric_verdict(metric.key, 0.1, interval=(0.05, 0.15), noise=None)
    assert rise == ("better" if metric.better == Better.HIGHER else "worse")


@pytest.mark.parametrize("key", FIGURES)
def test_estimates_have_the_value_of_the_formula(key: str) -> None:
    said = sample(1)
    assert estimated(said)[key].value == pytest.approx(value(FIGURES[key], said), abs=1e-12)


@pytest.mark.parametrize("key", FIGURES)
def test_values_lie_in_the_range_of_the_metric(key: str) -> None:
    for seed in range(20):
        found = value(FIGURES[key], sample(seed))
        assert FIGURES[key].span[0] <= found <= FIGURES[key].span[1]


@pytest.mark.parametrize("key", FIGURES)
def test_influence_is_that_of_leaving_each_post_out(key: str) -> None:
    """Its sums over the posts, which are all that an interval takes from it."""
    said = sample(2)
    whole = value(FIGURES[key], said)
    by_hand = np.array(
        [
            (POSTS - 1) * (whole - value(FIGURES[key], kept(said, np.arange(POSTS) != post)))
            for post in range(POSTS)
        ]
    )
    ((influence, posts),) = estimated(said)[key].parts
    assert posts.sum() == POSTS
    for power in (1, 2, 3):
        expected = (by_hand**power).sum()
        assert (posts * influence**power).sum() == pytest.approx(expected, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("key", FIGURES)
def test_draws_spread_like_resampled_posts(key: str) -> None:
    said = sample(3, posts=400)
    rng = np.random.default_rng(0)
    by_rows = [value(FIGURES[key], kept(said, rng.integers(0, 400, 400))) for _ in range(300)]
    draws = estimated(said)[key].draws
    assert draws.std() == pytest.approx(np.std(by_rows), rel=0.25)
    assert draws.mean() == pytest.approx(np.mean(by_rows), abs=np.std(by_rows) / 2)
