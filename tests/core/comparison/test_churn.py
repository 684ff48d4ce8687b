"""Fixed, broken and swapped part the changed posts among them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.comparison.churn import churn

judged = st.lists(
    st.tuples(st.integers(0, 4), st.integers(-1, 4), st.integers(-1, 4)), min_size=1, max_size=50
)


@given(judged)
def test_each_changed_post_is_of_exactly_one_kind(judged: list[tuple[int, int, int]]) -> None:
    truth, before, after = np.array(judged).T
    found = churn(truth, before, after)
    kinds = found.fixed.astype(int) + found.broken + found.swapped
    np.testing.assert_array_equal(kinds, (before != after).astype(int))
    np.testing.assert_array_equal(found.changed, before != after)


@given(judged)
def test_churn_accounts_for_the_change_of_accuracy(judged: list[tuple[int, int, int]]) -> None:
    truth, before, after = np.array(judged).T
    found = churn(truth, before, after)
    gained = (after == truth).sum() - (before == truth).sum()
    assert found.fixed.sum() - found.broken.sum() == gained


@given(judged)
def test_going_back_turns_fixed_into_broken(judged: list[tuple[int, int, int]]) -> None:
    truth, before, after = np.array(judged).T
    there, back = churn(truth, before, after), churn(truth, after, before)
    np.testing.assert_array_equal(there.fixed, back.broken)
    np.testing.assert_array_equal(there.swapped, back.swapped)
