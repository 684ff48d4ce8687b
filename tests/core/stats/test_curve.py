"""F1 by p@1, against scikit-learn and by coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression
from sklearn.isotonic import IsotonicRegression

from core.stats import curve
from core.stats.curve import F1ByP, binned, f1_by_p, isotonic, pool_adjacent_violators

Floats = np.ndarray
shares = st.integers(0, 12).map(lambda n: n / 12)  # few values, so that many are equal
labels = st.lists(st.tuples(shares, shares, st.integers(0, 50)), min_size=1, max_size=40)


def seeded() -> np.random.Generator:
    return np.random.default_rng(0)


def drawn_labels(rng: np.random.Generator, count: int) -> tuple[Floats, Floats, Floats]:
    """Labels whose F1 scatters about :func:`expected`."""
    p = rng.random(count)
    f1 = (expected(p) + rng.normal(0, 0.1, count)).clip(0, 1)
    return p, f1, rng.integers(1, 100, count)


def expected(p: Floats) -> Floats:
    return 0.3 + 0.4 * p**2


def arrays(found: F1ByP) -> list[Floats]:
    return [
        getattr(part, name) for part in (found.binned, found.isotonic) for name in part.__slots__
    ]


@given(labels)
def test_the_isotonic_curve_is_that_of_scikit_learn(rows: list[tuple[float, float, int]]) -> None:
    p, f1, support = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = isotonic(p, f1, support + 1, rng=seeded())
    peer = IsotonicRegression().fit(p, f1, sample_weight=support + 1)
    np.testing.assert_allclose(found.f1, peer.predict(found.p), rtol=0, atol=1e-12)
    assert (np.diff(found.f1) >= -1e-12).all()
    assert (found.p[0], found.p[-1]) == (p.min(), p.max())


def test_each_draw_is_the_curve_of_the_labels_drawn() -> None:
    """Weights of zero leave a label out, and those drawn twice count twice."""
    p, f1, support = drawn_labels(np.random.default_rng(1), 30)
    times = np.random.default_rng(2).multinomial(30, np.full(30, 1 / 30))
    grid = np.unique(p)
    found = curve._fits(p, f1, np.stack([support * times, support]), grid)
    rows = np.repeat(np.arange(30), times)
    for row, chosen in zip(found, (rows, np.arange(30)), strict=True):
        peer = IsotonicRegression(out_of_bounds="clip").fit(p[chosen], f1[chosen], support[chosen])
        np.testing.assert_allclose(row, peer.predict(grid), rtol=0, atol=1e-12)


@given(st.lists(st.lists(st.tuples(shares, st.integers(1, 9)), min_size=1), min_size=1, max_size=5))
def test_pooling_is_that_of_scipy_in_every_row(rows: list[list[tuple[float, int]]]) -> None:
    values, weights = (np.array([pair[i] for row in rows for pair in row]) for i in (0, 1))
    sizes = [len(row) for row in rows]
    number = np.repeat(np.arange(len(rows)), sizes)
    found = pool_adjacent_violators(values, weights, number)
    for n in range(len(rows)):
        peer = isotonic_regression(values[number == n], weights=weights[number == n]).x
        np.testing.assert_allclose(found[number == n], peer, rtol=0, atol=1e-12)


def test_every_resample_draws_as_many_labels_as_there_are() -> None:
    times = curve._draw_times(30, np.random.default_rng(5))
    assert times.shape == (curve.RESAMPLES, 30)
    assert set(times.sum(axis=1)) == {30}
    assert times.mean(axis=0) == pytest.approx(np.ones(30), abs=0.25)


@given(labels, st.randoms(use_true_random=False))
def test_the_order_of_the_labels_changes_nothing(
    rows: list[tuple[float, float, int]], random: object
) -> None:
    other = list(rows)
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = (
        f1_by_p(*(np.array(column) for column in zip(*each, strict=True)), rng=seeded())
        for each in (rows, other)
    )
    if one is None or two is None:
        assert one is two
        return
    for a, b in zip(arrays(one), arrays(two), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", ["binned", "isotonic"])
def test_intervals_cover_the_truth(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Share of all points of 60 simulated curves whose interval holds the true F1."""
    monkeypatch.setattr(curve, "RESAMPLES", 200)
    rng, covered = np.random.default_rng(3), []
    for _ in range(60):
        p, f1, _ = drawn_labels(rng, 300)
        order = np.argsort(p)
        if kind == "binned":
            found = binned(p[order], f1[order], rng=rng)
            truth = np.array([expected(part).mean() for part in np.array_split(p[order], 10)])
        else:
            found = isotonic(p, f1, np.ones(300), rng=rng)
            truth = expected(found.p)
        covered.append((found.low <= truth) & (truth <= found.high))
    assert 0.88 <= np.mean(covered) <= 0.99


def test_bins_hold_equal_numbers_of_labels() -> None:
    p, f1, support = drawn_labels(np.random.default_rng(4), 239)
    found = f1_by_p(p, f1, support, rng=seeded())
    assert found is not None
    assert found.binned.labels.sum() == 239
    assert set(found.binned.labels) == {23, 24}
    lowest = np.argsort(p)[:24]
    assert found.binned.p[0] == pytest.approx(p[lowest].mean())
    assert found.binned.f1[0] == pytest.approx(f1[lowest].mean())
    assert (np.diff(found.binned.p) > 0).all()
    assert len(found.isotonic.p) == curve.GRID


@pytest.mark.parametrize(("count", "bins"), [(3, 1), (9, 1), (10, 2), (49, 9), (60, 10)])
def test_few_labels_give_fewer_bins(count: int, bins: int) -> None:
    found = f1_by_p(*drawn_labels(seeded(), count), rng=seeded())
    assert found is not None
    assert len(found.binned.labels) == bins


def test_two_labels_give_no_curve_and_labels_without_posts_do_not_count() -> None:
    p, f1, support = drawn_labels(seeded(), 5)
    support[:3] = 0
    assert f1_by_p(p, f1, support, rng=seeded()) is None
    assert f1_by_p(p[:0], f1[:0], support[:0], rng=seeded()) is None
    support[2] = 1
    with_empty = f1_by_p(p, f1, support, rng=seeded())
    without = f1_by_p(p[2:], f1[2:], support[2:], rng=seeded())
    assert with_empty is not None
    assert without is not None
    for a, b in zip(arrays(with_empty), arrays(without), strict=True):
        np.testing.assert_array_equal(a, b)


def test_labels_of_one_p_are_one_point() -> None:
    found = f1_by_p(
        np.full(4, 0.5), np.array([0.2, 0.4, 0.6, 0.8]), np.array([1, 1, 1, 5]), rng=seeded()
    )
    assert found is not None
    assert found.isotonic.p.tolist() == [0.5]
    assert found.isotonic.f1 == pytest.approx([(0.2 + 0.4 + 0.6 + 5 * 0.8) / 8])
    assert found.isotonic.low < found.isotonic.f1 < found.isotonic.high


def test_one_f1_gives_a_flat_curve_without_doubt() -> None:
    found = f1_by_p(np.linspace(0.1, 0.9, 20), np.full(20, 0.25), np.full(20, 7), rng=seeded())
    assert found is not None
    for values in (found.binned, found.isotonic):
        for side in (values.f1, values.low, values.high):
            np.testing.assert_allclose(side, 0.25, rtol=0, atol=1e-15)
