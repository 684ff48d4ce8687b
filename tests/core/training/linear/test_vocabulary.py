"""The vocabulary is the one that counting everything at once gives."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.linear.ngrams import NGrams, ngrams
from core.training.linear.vocabulary import (
    FEWEST_BUCKETS,
    MOST_BUCKETS,
    Vocabulary,
    buckets_for,
    vocabulary,
)

LINES = st.lists(st.text(alphabet="abc ", max_size=12), max_size=12)


def counted(lines: Sequence[str], *, min_df: int, buckets: int = 64, batch: int = 5) -> Vocabulary:
    def batches() -> Iterable[NGrams]:
        return (ngrams(lines[start : start + batch]) for start in range(0, len(lines), batch))

    return vocabulary(batches, posts=len(lines), min_df=min_df, buckets=buckets)


@given(LINES, st.integers(1, 5))
def test_it_is_exact(lines: list[str], min_df: int) -> None:
    df = Counter(key for line in lines for key in ngrams([line]).keys.tolist())
    expected = sorted((-count, key) for key, count in df.items() if count >= min_df)
    found = counted(lines, min_df=min_df)
    assert found.keys.tolist() == [key for _, key in expected]
    assert found.df.tolist() == [-count for count, _ in expected]


@given(LINES, st.sampled_from([1, 2, 1024]), st.integers(1, 4))
def test_neither_buckets_nor_batches_change_it(lines: list[str], buckets: int, batch: int) -> None:
    one = counted(lines, min_df=2)
    other = counted(lines, min_df=2, buckets=buckets, batch=batch)
    np.testing.assert_array_equal(one.keys, other.keys)
    np.testing.assert_array_equal(one.df, other.df)


def test_more_posts_than_a_bucket_counts_are_counted() -> None:
    found = counted(["a"] * 300 + ["b"] * 299, min_df=300)
    assert found.df.tolist() == [300, 300]  # the word, and "<a>"
    assert counted(["a"] * 300, min_df=301).df.tolist() == []


@pytest.mark.slow
def test_more_keys_than_a_first_table_holds_are_counted() -> None:
    lines = [f"word{n}" for n in range(FEWEST_BUCKETS)]
    found = counted(lines, min_df=1, buckets=1 << 20, batch=4_096)
    distinct = {key for line in lines for key in ngrams([line]).keys.tolist()}
    assert set(found.keys.tolist()) == distinct


def test_the_rarer_the_larger_the_idf() -> None:
    found = counted(["a b", "a", "a c"], min_df=1)
    assert found.idf[0] == pytest.approx(1)
    assert found.idf[-1] == pytest.approx(np.log(4 / 2) + 1)


def test_buckets_are_a_power_of_two_within_bounds() -> None:
    assert [buckets_for(n) for n in (0, 1 << 17, (1 << 17) + 1, 1 << 40)] == [
        FEWEST_BUCKETS,
        1 << 17,
        1 << 18,
        MOST_BUCKETS,
    ]
