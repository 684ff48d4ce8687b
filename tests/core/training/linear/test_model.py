"""A linear model's file and its predictions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RefusedError
from core.training.classifier import ABSENT
from core.training.linear import model as module
from core.training.linear.features import Reads
from core.training.linear.model import LinearClassifier, LinearModel, load, save
from core.training.linear.ngrams import ngrams
from core.training.linear.weights import Weights

SCORES = st.lists(st.floats(-20, 20, width=32) | st.sampled_from([0.0, 1.0]), min_size=1)


def make_model(bias: list[float], **more: object) -> LinearModel:
    """One that knows the word "cat", which speaks for the first label, and nothing else."""
    weights = Weights(
        starts=np.array([0, 1]),
        labels=np.array([0], dtype=np.uint8),
        values=np.array([127], dtype=np.int8),
        scales=np.array([1 / 127], dtype=np.float32),
        bias=np.array(bias, dtype=np.float32),
    )
    made = LinearModel(
        labels=tuple(f"label{n:03d}" for n in range(len(bias))),
        keys=ngrams(["cat"], spelt=0).keys,
        idf=np.ones(1, dtype=np.float32),
        weights=weights,
        reads=Reads(characters=0.5, domain=0),
        made={"posts": 3},
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_model_comes_back_from_its_file(tmp_path: Path) -> None:
    model = make_model([-1.0, -0.5, 0.0])
    save(model, tmp_path / "model")
    again = load(tmp_path / "model")
    assert (again.labels, again.made) == (model.labels, {"posts": 3})
    lines = ["cat", "the cat", "dog", ""]
    one, other = LinearClassifier(model).predict(lines, k=3), again.predict(lines, k=3)
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(one.probabilities, other.probabilities)
    assert one.labels[:, 0].tolist() == [0, 0, 2, 2]


@given(st.lists(st.sampled_from([1.0, 2.0, 2.5]), max_size=9))
def test_runs_of_equal_values_are_stored_once(values: list[float]) -> None:
    once, lengths = module._runs(np.float32(values))
    assert (np.diff(once) != 0).all()
    assert np.repeat(once, lengths).tolist() == values


def test_the_same_model_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        save(make_model([-1.0, 1.0]), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_the_file_of_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(make_model([0.0]), tmp_path / "model")
    monkeypatch.setattr(module, "FORMAT", 2)
    with pytest.raises(RefusedError, match="has format 1, but this Signoff reads 2"):
        load(tmp_path / "model")


@given(SCORES, st.integers(1, 8))
def test_labels_come_by_score_and_then_in_their_order(scores: list[float], k: int) -> None:
    said = LinearClassifier(make_model(scores)).predict(["dog"], k=k)
    expected = sorted(range(len(scores)), key=lambda label: (-np.float32(scores[label]), label))
    given_labels = min(k, len(scores))
    assert said.labels[0, :given_labels].tolist() == expected[:given_labels]
    assert (said.labels[0, given_labels:] == ABSENT).all()


@given(SCORES)
def test_probabilities_fall_with_the_scores_and_add_up_to_one_at_most(scores: list[float]) -> None:
    said = LinearClassifier(make_model(scores)).predict(["dog"], k=len(scores))
    found = said.probabilities[0].astype(float)
    assert 0.999 < found.sum() <= 1
    assert (np.diff(found) <= 0).all()
    values = np.float32(sorted(scores, reverse=True)).astype(float)
    odds = 1 / (1 + np.exp(-8 * values))
    np.testing.assert_allclose(found, odds / odds.sum(), rtol=1e-5, atol=1e-37)


@given(st.lists(st.text(), max_size=5))
def test_any_text_is_predicted(lines: list[str]) -> None:
    said = LinearClassifier(make_model([0.0, 0.5])).predict(lines, k=2)
    assert np.isfinite(said.probabilities).all()
    assert said.labels.shape == (len(lines), 2)


def test_more_lines_than_one_batch_are_predicted() -> None:
    lines = ["cat", "dog"] * module.BATCH
    said = LinearClassifier(make_model([0.0, 0.5])).predict(lines, k=1)
    assert said.labels[:, 0].tolist() == [0, 1] * module.BATCH
