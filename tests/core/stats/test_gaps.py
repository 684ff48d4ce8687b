"""Gaps: called where days are missing, and hardly ever where days are merely quiet."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from core.stats.gaps import FEWEST_BUSY, SHORTEST_SIDE, SIDE, find_gaps

DAYS = 365
Ints = NDArray[np.int64]

rows_of_counts = st.lists(st.integers(0, 3), min_size=1, max_size=150).map(
    lambda counts: np.array([1, *counts, 1], dtype=np.int64)
)


def one_by_one(counts: Ints, looked_at: int) -> list[tuple[int, int, float]]:
    """The same by plain loops: start, days and p-value of every run that can be judged."""
    found, day = [], 0
    while day < len(counts):
        end = day
        while end < len(counts) and counts[end] == 0:
            end += 1
        sides = [counts[max(day - SIDE, 0) : day], counts[end : end + SIDE]]
        told = [len(s) >= SHORTEST_SIDE and (s > 0).sum() >= FEWEST_BUSY for s in sides]
        if end > day and all(told):
            chance = max(chance_of_none(side) for side in sides)
            found.append((day, end - day, min(1.0, chance ** (end - day) * looked_at)))
        day = max(end, day + 1)
    return found


def chance_of_none(side: Ints) -> float:
    mean, variance = float(side.mean()), float(side.var(ddof=1))
    share = float((side == 0).mean())
    share += float(np.sqrt(share * (1 - share) / len(side)))
    if variance <= mean:
        return max(share, float(stats.poisson.pmf(0, mean)))
    size = mean**2 / (variance - mean)
    return max(share, float(stats.nbinom.pmf(0, size, size / (size + mean))))


@given(rows_of_counts, st.integers(0, 40))
def test_it_is_what_plain_loops_find(counts: Ints, missing: int) -> None:
    counts = np.concatenate([counts, np.zeros(missing, dtype=np.int64), counts[::-1]])
    found = find_gaps(counts, looked_at=len(counts), level=2.0)  # above 1: all that can be judged
    expected = one_by_one(counts, len(counts))
    assert [(int(s), int(d)) for s, d in zip(found.start, found.days, strict=True)] == [
        run[:2] for run in expected
    ]
    assert found.p_value == pytest.approx([run[2] for run in expected], rel=1e-6)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.poisson(0.05, DAYS),
        lambda rng: rng.poisson(0.5, DAYS),
        lambda rng: rng.poisson(20, DAYS),
        lambda rng: rng.negative_binomial(1, 0.25, DAYS),
        lambda rng: rng.negative_binomial(0.5, 0.5 / 10, DAYS),
        lambda rng: rng.poisson(np.resize([3, 3, 3, 3, 3, 0.05, 0.05], DAYS)),
        lambda rng: rng.poisson(np.resize([10, 0, 0, 0, 0, 0, 0], DAYS)),
        lambda rng: rng.poisson(np.exp(np.linspace(-4, 3, DAYS))),
        lambda rng: rng.poisson(np.exp(np.linspace(3, -4, DAYS))),
    ],
    ids=["rare", "quiet", "busy", "bursty", "wild", "weekdays", "weekly", "growing", "fading"],
)
def test_where_nothing_is_missing_hardly_anything_is_called(
    draw: Callable[[np.random.Generator], Ints],
) -> None:
    rng = np.random.default_rng(0)
    rounds = [[np.trim_zeros(draw(rng)) for _ in range(50)] for _ in range(10)]
    called = [
        sum(len(find_gaps(row, looked_at=sum(map(len, rows))).start) for row in rows)
        for rows in rounds
    ]
    assert sum(number > 0 for number in called) <= 1


@pytest.mark.parametrize(("mean", "missing"), [(1, 30), (2, 14), (5, 7), (20, 2), (200, 1)])
def test_missing_days_are_found_where_they_are(mean: float, missing: int) -> None:
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(20):
        row = rng.poisson(mean, DAYS)
        row[[0, -1]] = 1
        row[150 : 150 + missing] = 0
        gaps = find_gaps(row, looked_at=100 * DAYS)
        hit = (gaps.start <= 150) & (gaps.start + gaps.days >= 150 + missing)
        found += bool(hit.any())
        assert gaps.expected[hit] == pytest.approx(mean * missing, rel=0.6)
    assert found >= 18


def test_waking_up_or_falling_asleep_is_no_gap() -> None:
    lone, awake = np.zeros(300, dtype=np.int64), np.full(60, 9)
    lone[0] = 1
    waking = np.concatenate([lone, awake])
    assert len(find_gaps(waking, looked_at=len(waking)).start) == 0
    assert len(find_gaps(waking[::-1], looked_at=len(waking)).start) == 0


def test_the_more_days_are_looked_at_the_more_it_takes() -> None:
    row = np.full(100, 3)
    row[50:55] = 0
    alone = find_gaps(row, looked_at=100)
    assert alone.days.tolist() == [5]
    assert alone.expected.tolist() == [15.0]
    assert alone.p_value == pytest.approx([100 * np.exp(-15)])
    assert len(find_gaps(row, looked_at=1_000_000).start) == 0


@pytest.mark.parametrize("row", [[1], [1, 1], [1, 0, 1], [5] * 40])
def test_short_and_full_rows_have_none(row: list[int]) -> None:
    assert len(find_gaps(np.array(row), looked_at=len(row)).start) == 0
