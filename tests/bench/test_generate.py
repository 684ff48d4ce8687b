"""Generated prediction tables look like those of real posts."""

import numpy as np
import pytest

from bench.generate import SMALLEST, names, sizes, tables
from core.evaluation.aggregate import aggregate

POSTS, LABELS = 20_000, 200


@pytest.mark.parametrize(
    ("posts", "labels"), [(20_000, 200), (200_000, 2_500), (1_000, 900), (100_000, 5)]
)
def test_sizes_are_skewed_and_sum_to_the_posts(posts: int, labels: int) -> None:
    found = sizes(posts, labels, rng=np.random.default_rng(0))
    assert found.sum() == posts
    assert 1 <= found.min() <= max(SMALLEST, posts // labels)
    assert found.max() > 1.5 * np.median(found)


def test_fewer_posts_than_subreddits_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        sizes(10, 11, rng=np.random.default_rng(0))


def test_two_models_are_about_as_good_and_as_alike_as_real_ones() -> None:
    baseline, candidate = tables(POSTS, LABELS)
    metrics = aggregate(baseline).metrics
    assert 0.40 < metrics["accuracy"] < 0.50
    assert 0.65 < metrics["recall_at_5"] < 0.75
    assert 0.70 < (baseline.first == candidate.first).mean() < 0.80
    right, wrong = baseline.p_at_1[baseline.right], baseline.p_at_1[~baseline.right]
    assert right.mean() > wrong.mean() + 0.1


def test_a_subreddit_is_mistaken_for_a_few_neighbours() -> None:
    table, _ = tables(POSTS, LABELS)
    largest = np.bincount(table.label).argmax()
    said = table.first[(table.label == largest) & ~table.right]
    counts = np.sort(np.bincount(said, minlength=LABELS))[::-1]
    assert counts[:6].sum() > 0.6 * len(said)


def test_predictions_are_valid() -> None:
    table, other = tables(POSTS, LABELS)
    assert len(np.unique(table.post_id)) == POSTS
    assert list(table.vocabulary) == sorted(names(LABELS))
    assert (np.sort(table.top_labels, axis=1)[:, 1:] > np.sort(table.top_labels)[:, :-1]).all()
    assert (np.diff(table.top_probs, axis=1) <= 0).all()
    assert (table.top_probs.sum(axis=1) <= 1 + 1e-6).all()
    assert table.post_id is other.post_id


def test_a_seed_gives_the_same_tables_again() -> None:
    first, again, another = (tables(POSTS, LABELS, seed=seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first.top_labels, again.top_labels)
    assert not np.array_equal(first.top_labels, another.top_labels)
