"""The prediction table: made from a classifier, kept as Parquet."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.collect.posts import Post
from core.evaluation.predict import predict
from core.evaluation.prediction_table import (
    PredictionTable,
    from_parquet,
    reindex,
    to_parquet,
)
from core.progress import silent
from core.snapshots.content import SplitFile, split_file
from core.snapshots.content import to_parquet as to_split
from core.training.classifier import ABSENT, Predictions
from tests.factories import make_corpus, make_frozen

NAMES = ("cats", "cooking", "python", "space")


class Echo:
    """A classifier that names the first of its words that is a label, and nothing else."""

    labels = ("rocket", "whiskers")

    def __init__(self) -> None:
        self.batches: list[int] = []

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        self.batches.append(len(lines))
        labels = np.full((len(lines), k), ABSENT, dtype=np.int32)
        for row, line in enumerate(lines):
            named = [index for index, label in enumerate(self.labels) if label in line.split()]
            labels[row, : len(named)] = named
        return Predictions(labels, np.where(labels == ABSENT, 0, 0.9).astype(np.float32))


@st.composite
def tables(draw: st.DrawFn) -> PredictionTable:
    n, k = draw(st.integers(0, 12)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    return PredictionTable(
        post_id=np.array([f"p{i}" for i in range(n)], dtype=object),
        label=rng.integers(0, len(NAMES), n, dtype=np.int32),
        top_labels=rng.integers(-1, len(NAMES), (n, k), dtype=np.int32),
        top_probs=rng.random((n, k), dtype=np.float32),
        vocabulary=NAMES,
        model_labels=NAMES[:2],
    )


@given(tables())
def test_a_table_survives_parquet(table: PredictionTable) -> None:
    back = from_parquet(to_parquet(table))
    assert (back.vocabulary, back.model_labels) == (table.vocabulary, table.model_labels)
    assert back.post_id.tolist() == table.post_id.tolist()
    for name in ("label", "top_labels", "top_probs"):
        before, after = getattr(table, name), getattr(back, name)
        assert after.dtype == before.dtype
        np.testing.assert_array_equal(after, before)


def on_disk(folder: Path, posts: Sequence[Post]) -> SplitFile:
    path = folder / "split.parquet"
    path.write_bytes(to_split(make_frozen(posts)))
    return split_file(path)


def test_labels_of_posts_and_of_the_model_share_one_vocabulary(tmp_path: Path) -> None:
    posts = make_corpus(posts=3)
    table = predict(Echo, on_disk(tmp_path, posts), k=2, progress=silent)
    assert table.vocabulary == ("cats", "cooking", "python", "rocket", "space", "whiskers")
    assert table.model_labels == Echo.labels
    truth = [table.vocabulary[label] for label in table.label]
    assert truth == [post.subreddit for post in posts]
    for post, first in zip(posts, table.first, strict=True):
        named = sorted({"rocket", "whiskers"} & set(post.title.split()))
        assert (table.vocabulary[first] if first >= 0 else None) == (named[0] if named else None)


def test_posts_are_predicted_in_parts_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("core.snapshots.content.ROW_GROUP", 7)
    monkeypatch.setattr("core.evaluation.workers.BATCH", 5)
    told: list[float] = []
    classifier = Echo()
    posts = make_corpus(posts=3)
    table = predict(
        lambda: classifier,
        on_disk(tmp_path, posts),
        k=1,
        progress=lambda _s, done, _t: told.append(done),
    )
    assert classifier.batches == [5, 2, 5]
    assert told == [0, 7, 12]
    assert table.post_id.tolist() == [post.id for post in posts]


def test_no_posts_give_an_empty_table(tmp_path: Path) -> None:
    empty = replace(make_frozen(make_corpus(posts=1)), positions=np.arange(0))
    (tmp_path / "empty").write_bytes(to_split(empty))
    table = predict(Echo, split_file(tmp_path / "empty"), k=3, progress=silent)
    assert table.top_labels.shape == table.top_probs.shape == (0, 3)
    assert table.post_id.tolist() == table.label.tolist() == []


def test_an_absent_label_stays_absent_in_any_vocabulary() -> None:
    places = reindex(["b", "a"], ["a", "b", "c"])
    assert places[np.array([0, 1, ABSENT])].tolist() == [1, 0, ABSENT]
