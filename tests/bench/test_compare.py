"""Comparisons are measured on tables that went through the disk, as real ones do."""

from pathlib import Path

import pandas as pd

from bench.compare import measure, write_tables
from bench.generate import attributes, post_ids
from core.snapshots.content import SCHEMA

POSTS, LABELS = 600, 20


def test_both_figures_and_comparison_are_measured(tmp_path: Path) -> None:
    write_tables(tmp_path, POSTS, LABELS)
    ours = measure(tmp_path, repeats=2)
    assert len(ours.compare) == 2
    assert ours.first >= ours.aggregate > 0
    assert ours.peak_mib >= ours.loaded_mib > 0


def test_the_peers_get_the_same_predictions(tmp_path: Path) -> None:
    write_tables(tmp_path, POSTS, LABELS)
    frame = pd.read_parquet(tmp_path / "peers.parquet")
    assert list(frame.columns) == ["label", "baseline", "candidate"]
    assert len(frame) == POSTS
    assert frame["label"].nunique() == LABELS


def test_posts_are_described_as_snapshots_describe_them() -> None:
    kept = {name for name in SCHEMA.names if name not in ("label", "line")}
    assert set(attributes(post_ids(POSTS)).columns) == kept
