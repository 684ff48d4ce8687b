"""The bootstrap, against row resampling and against theory."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.stats import bootstrap, scores
from core.stats.bootstrap import LARGE_CELL, Cells, cells, draw_over_labels, draw_sums

LABELS = 6
Ints = np.ndarray
FIGURES = {
    "accuracy": scores.accuracy,
    "f1_macro": scores.f1_macro,
    "f1_micro": scores.f1_micro,
    "f1_weighted": scores.f1_weighted,
}


def draw_f1(posts: Cells, *, labels: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return draw_over_labels(posts, FIGURES, labels=labels, rng=rng)


def sample(rng: np.random.Generator, posts: int, skills: tuple[float, float]) -> tuple[Ints, ...]:
    truth = rng.integers(0, LABELS, posts)
    said = [
        np.where(rng.random(posts) < skill, truth, rng.integers(0, LABELS, posts))
        for skill in skills
    ]
    return truth, said[0], said[1]


def f1_scores(truth: Ints, first: Ints, second: Ints, average: str = "macro") -> list[float]:
    return [f1_score(truth, said, average=average, zero_division=0) for said in (first, second)]


def test_cells_hold_every_post_once() -> None:
    rng = np.random.default_rng(0)
    truth, first, second = sample(rng, 500, (0.5, 0.6))
    first[:20] = -1
    found = cells(truth, first, second)
    rows = np.repeat(np.stack([found.truth, *found.first]), found.posts, axis=1)
    expected = np.stack([truth, first, second])
    np.testing.assert_array_equal(rows[:, np.lexsort(rows)], expected[:, np.lexsort(expected)])


@pytest.mark.slow
@pytest.mark.parametrize(
    "metric",
    [
        "f1_macro",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("f1_weighted", "f1_micro")),
    ],
)
def test_spread_equals_that_of_resampling_rows(metric: str) -> None:
    rng = np.random.default_rng(0)
    truth, first, second = sample(rng, 800, (0.5, 0.6))
    drawn = draw_f1(cells(truth, first, second), labels=LABELS, rng=rng)[metric]
    rows = [rng.integers(0, 800, 800) for _ in range(200)]
    by_rows = [f1_scores(truth[r], first[r], second[r], metric.removeprefix("f1_")) for r in rows]
    change, expected = drawn[1] - drawn[0], np.diff(by_rows, axis=1)
    assert change.std() == pytest.approx(expected.std(), rel=0.15)
    assert change.mean() == pytest.approx(expected.mean(), abs=0.003)
    assert drawn[0].mean() == pytest.approx(np.mean(by_rows, axis=0)[0], abs=0.003)


def test_the_same_seed_gives_the_same_draws_on_any_number_of_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posts = cells(*sample(np.random.default_rng(1), 300, (0.5, 0.5)))
    found = []
    for number in (1, 3):
        monkeypatch.setattr(bootstrap, "cores", lambda number=number: number)
        found.append(draw_f1(posts, labels=LABELS, rng=np.random.default_rng(7))["f1_macro"])
    np.testing.assert_array_equal(*found)


def test_a_model_against_itself_never_differs() -> None:
    rng = np.random.default_rng(2)
    truth, first, _ = sample(rng, 300, (0.5, 0.5))
    drawn = draw_f1(cells(truth, first, first), labels=LABELS, rng=rng)
    assert all(np.array_equal(baseline, candidate) for baseline, candidate in drawn.values())


def test_missing_predictions_count_for_no_label() -> None:
    rng = np.random.default_rng(3)
    truth = np.repeat([0, 1], 200)
    nothing = np.full(400, -1)
    drawn = draw_f1(cells(truth, nothing, truth), labels=2, rng=rng)
    for values in drawn.values():
        np.testing.assert_allclose(values[0], 0.0)
        np.testing.assert_allclose(values[1], 1.0, rtol=1e-6)


@pytest.mark.parametrize("posts", [1, 2, LARGE_CELL, LARGE_CELL + 1, 400])
def test_the_weight_of_a_cell_is_poisson(posts: int) -> None:
    """Through the accuracy: one cell right, one wrong, both of so many posts."""
    rng = np.random.default_rng(4)
    found = bootstrap._poisson_weights(np.array([posts, 1]))(20_000, rng)
    assert found[0].mean() == pytest.approx(posts, rel=0.03)
    assert found[0].var() == pytest.approx(posts, rel=0.05)


def test_sums_spread_as_theory_says() -> None:
    rng = np.random.default_rng(5)
    values = rng.random(5_000)
    cell, sums = draw_sums(
        np.searchsorted([0.2, 0.5], values), values[:, None], rng=rng, resamples=4_000
    )
    assert cell.tolist() == [0, 1, 2]
    means = sums[0].sum(axis=0) / sums[1].sum(axis=0)
    between = np.array([0.1, 0.35, 0.75])  # what is left of the values' spread by three bins
    assert means.mean() == pytest.approx(values.mean(), abs=0.001)
    spread = np.sqrt(np.array([0.2, 0.3, 0.5]) @ (between - values.mean()) ** 2)
    assert means.std() == pytest.approx(spread / np.sqrt(5_000), rel=0.06)
