"""Two-sample tests, against dealing posts out by hand and against scipy."""

import numpy as np
import pytest
from scipy import stats

from core.stats.classification import label_counts
from core.stats.unpaired import fisher_exact, two_sample_test_f1

LABELS = 3
Ints = np.ndarray


def sample(rng: np.random.Generator, posts: int, skill: float) -> tuple[Ints, Ints]:
    truth = rng.integers(0, LABELS, posts)
    return truth, np.where(rng.random(posts) < skill, truth, rng.integers(0, LABELS, posts))


def test_p_value_is_that_of_dealing_the_posts_out_anew() -> None:
    rng = np.random.default_rng(0)
    one, other = sample(rng, 60, 0.6), sample(rng, 40, 0.35)
    truth, said = (np.concatenate(parts) for parts in zip(one, other, strict=True))

    def change(order: Ints) -> Ints:
        before, after = (
            label_counts(truth[part], said[part], labels=LABELS)
            for part in (order[:60], order[60:])
        )
        return after.f1 - before.f1

    seen = np.abs(change(np.arange(100)))
    dealt = np.array([change(rng.permutation(100)) for _ in range(6_000)])
    test = two_sample_test_f1(
        label_counts(*one, labels=LABELS), label_counts(*other, labels=LABELS), posts=(60, 40)
    )
    by_hand = (np.abs(dealt) >= seen - 1e-12).mean(axis=0)
    np.testing.assert_allclose(test.p_value, by_hand, atol=0.02)
    np.testing.assert_allclose(test.null_sd, np.sqrt((dealt**2).mean(axis=0)), rtol=0.05)


def test_equal_models_are_rarely_told_apart() -> None:
    rng = np.random.default_rng(1)
    p_values = []
    for _ in range(300):
        sides = [label_counts(*sample(rng, 120, 0.6), labels=LABELS) for _ in "ab"]
        p_values.extend(two_sample_test_f1(*sides, posts=(120, 120)).p_value)
    assert 0.03 <= np.mean(np.array(p_values) < 0.05) <= 0.07


@pytest.mark.slow
def test_large_samples_keep_their_probability() -> None:
    """The grid leaves out tails; what it holds must still add up to one."""
    rng = np.random.default_rng(2)
    one = label_counts(*sample(rng, 60_000, 0.6), labels=LABELS)
    same = two_sample_test_f1(one, one, posts=(60_000, 60_000))
    np.testing.assert_allclose(same.p_value, 1.0, atol=1e-6)


def test_a_label_without_posts_has_nothing_to_tell() -> None:
    nothing = label_counts(np.zeros(4, int), np.zeros(4, int), labels=2)
    test = two_sample_test_f1(nothing, nothing, posts=(4, 4))
    assert (test.p_value[1], test.null_sd[1]) == (1.0, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_fisher_equals_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    posts = rng.integers(1, 60, (2, 40))
    hits = rng.binomial(posts, rng.random((2, 1)))
    expected = [
        stats.fisher_exact(np.stack([h, n - h])).pvalue
        for h, n in zip(hits.T, posts.T, strict=True)
    ]
    np.testing.assert_allclose(fisher_exact(hits, posts), expected, rtol=1e-9)


def test_fisher_without_posts_on_a_side_tells_nothing() -> None:
    assert fisher_exact(np.array([[0], [5]]), np.array([[0], [9]]))[0] == 1.0
