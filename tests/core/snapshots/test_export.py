"""What makers of models elsewhere get: what models read, and nothing of the sealed split."""

from pathlib import Path

import pandas as pd
import pytest

from core.errors import RefusedError
from core.snapshots import create, load_split
from core.snapshots.export import exported
from core.snapshots.rules import Rules
from core.store import Store
from core.text import normalise
from tests.commands import signoff
from tests.conftest import Road
from tests.factories import fill, make_corpus


def test_the_fields_make_the_line_again(store: Store) -> None:
    fill(store, make_corpus())
    snapshot, _ = create(store, Rules(min_posts=5))
    for split in ("train", "valid"):
        data, frame = load_split(store, snapshot, split), exported(store, snapshot, split)
        rows = zip(frame["title"], frame["text"], frame["domain"], strict=True)
        assert [normalise(*row) for row in rows] == data.lines
        assert frame["id"].tolist() == data.ids
        assert frame["subreddit"].tolist() == [data.labels[label] for label in data.label]
        assert frame["created_utc"].tolist() == data.created.tolist()
    with pytest.raises(RefusedError, match="sealed"):
        exported(store, snapshot, "test")


@pytest.mark.parametrize("name", ["posts.csv", "posts.parquet"])
def test_the_command_writes_a_file(road: Road, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    made = signoff("snapshot", "export", road.snapshot.id, file)
    assert made.code == 0, made.err
    assert "Written: 192 posts of train" in made.out
    frame = pd.read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)
    assert frame["id"].tolist() == load_split(road.store, road.snapshot, "train").ids
    other = signoff("snapshot", "export", road.snapshot.id, tmp_path / "posts.txt")
    assert "neither .csv nor .parquet" in other.err
    sealed = signoff("snapshot", "export", road.snapshot.id, file, "--split", "test")
    assert "The test split is sealed" in sealed.err
