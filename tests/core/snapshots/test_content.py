"""What a split holds survives the way to the disk, and its digest means it."""

import io
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.snapshots import content
from core.snapshots.content import (
    SCHEMA,
    FrozenPosts,
    attributes_from_parquet,
    blanked,
    content_digest,
    from_parquet,
    held,
    ids_from_parquet,
    line_of,
    read_lines,
    read_moments,
    snapshot_digest,
    split_file,
    to_parquet,
)
from tests.factories import make_corpus, make_frozen

LABELS = 3
printable = st.text(st.characters(codec="utf-8"), max_size=20)
values = {
    pa.string(): printable,
    pa.int32(): st.integers(0, LABELS - 1),
    pa.int64(): st.integers(-(2**62), 2**62),
    pa.bool_(): st.booleans(),
    pa.float32(): st.floats(0, 1e4, width=32),
}


@st.composite
def frozen(draw: st.DrawFn) -> FrozenPosts:
    row = st.tuples(*[values[field.type] for field in SCHEMA])
    drawn = draw(st.lists(row, max_size=12))
    columns = list(zip(*drawn, strict=True)) or [()] * len(SCHEMA)
    rows = pa.table(dict(zip(SCHEMA.names, columns, strict=True)), schema=SCHEMA)
    labels = draw(st.lists(printable, min_size=LABELS, max_size=LABELS, unique=True))
    return FrozenPosts(rows, tuple(labels), positions=np.arange(len(drawn)))


def changed(posts: FrozenPosts, column: str, new: object) -> FrozenPosts:
    """The posts with another first value in ``column``."""
    values = [new, *posts.rows[column].to_pylist()[1:]]
    where = SCHEMA.get_field_index(column)
    rows = posts.rows.set_column(where, SCHEMA.field(where), pa.array(values, SCHEMA.types[where]))
    return replace(posts, rows=rows)


@given(frozen())
def test_a_split_survives_parquet(posts: FrozenPosts) -> None:
    stored = to_parquet(posts)
    back, rows = from_parquet(stored), posts.rows.to_pydict()
    assert back.labels == posts.labels
    assert (back.ids, back.lines) == (rows["post_id"], rows["line"])
    assert (back.label.tolist(), back.created.tolist()) == (rows["label"], rows["created_utc"])
    assert (back.label.dtype, back.created.dtype) == (np.int32, np.int64)
    assert ids_from_parquet(stored).to_pylist() == rows["post_id"]


@given(frozen())
def test_attributes_survive_parquet(posts: FrozenPosts) -> None:
    frame = attributes_from_parquet(to_parquet(posts))
    rows = posts.rows.drop_columns(["label", "line"])
    assert list(frame) == rows.schema.names
    assert frame.to_dict("list") == rows.to_pydict()


@given(frozen())
def test_numbering_labels_otherwise_leaves_the_digest(posts: FrozenPosts) -> None:
    where = SCHEMA.get_field_index("label")
    label = pa.array([LABELS - 1 - n for n in posts.rows["label"].to_pylist()], pa.int32())
    rows = posts.rows.set_column(where, SCHEMA.field(where), label)
    renamed = replace(posts, rows=rows, labels=posts.labels[::-1])
    assert content_digest(renamed) == content_digest(posts)


def test_every_part_of_a_post_that_a_model_meets_is_in_the_digest() -> None:
    posts = make_frozen(make_corpus(posts=2))
    others = [
        changed(posts, "post_id", "other"),
        changed(posts, "line", "other"),
        changed(posts, "created_utc", 1),
        changed(posts, "label", 2),
        replace(posts, rows=posts.rows.take([1, 0, *range(2, len(posts))])),
        replace(posts, positions=posts.positions[1:]),
        replace(posts, positions=posts.positions[:-1]),
    ]
    digests = {content_digest(one) for one in (posts, *others)}
    assert len(digests) == 1 + len(others)


@pytest.mark.parametrize(
    ("column", "new"),
    [("is_self", True), ("score", 9), ("domain", "x.com"), ("subreddit_age_days", 7.5)],
)
def test_what_no_model_sees_is_not_in_the_digest(column: str, new: object) -> None:
    posts = make_frozen(make_corpus(posts=2))
    other = changed(posts, column, new)
    assert other.rows != posts.rows
    assert content_digest(other) == content_digest(posts)


def test_how_rows_lie_in_memory_does_not_change_digest_or_file() -> None:
    posts = make_frozen(make_corpus(posts=5))
    parts = [posts.rows.slice(start, 3) for start in range(0, len(posts), 3)]
    scattered = replace(posts, rows=pa.concat_tables(parts))
    assert content_digest(scattered) == content_digest(posts)
    assert to_parquet(scattered) == to_parquet(posts)


def test_only_the_posts_meant_are_in_digest_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    posts = make_corpus(posts=6)
    expected = make_frozen(posts[1::3])
    some = replace(make_frozen(posts), positions=np.arange(len(posts))[1::3])
    for size in (2, 3, 100):
        monkeypatch.setattr(content, "ROW_GROUP", size)
        assert content_digest(some) == content_digest(expected)
        assert from_parquet(to_parquet(some)).ids == [post.id for post in posts[1::3]]


def test_a_file_can_be_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "ROW_GROUP", 5)
    file = pq.ParquetFile(io.BytesIO(to_parquet(make_frozen(make_corpus(posts=3)))))
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [5, 5, 2]


def erased(posts: FrozenPosts, *ids: str) -> bytes:
    found = blanked(pa.py_buffer(to_parquet(posts)), pa.array(ids, pa.string()))
    assert found is not None
    return found.content


@given(frozen(), st.data())
def test_without_the_text_of_some_posts_the_digest_stays(
    posts: FrozenPosts, data: st.DataObject
) -> None:
    ids = posts.rows["post_id"].to_pylist()
    gone = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
    before = to_parquet(posts)
    for part in (gone, data.draw(st.sets(st.sampled_from(ids))) if ids else set()):
        found = blanked(pa.py_buffer(before), pa.array(sorted(part), pa.string()))
        gone |= part
        before = found.content if found else before
    now = held(pa.py_buffer(before))
    assert (now.digest, now.posts) == (content_digest(posts), len(posts))
    assert now.erased == [post for post in ids if post in gone]
    left = from_parquet(pa.py_buffer(before))
    lines = posts.rows["line"].to_pylist()
    kept = [(i, line) for i, line in zip(ids, lines, strict=True) if i not in gone]
    assert list(zip(left.ids, left.lines, strict=True)) == kept


def test_what_a_post_held_is_in_no_byte_of_the_file() -> None:
    posts = changed(make_frozen(make_corpus(posts=3)), "flair", "tenderflair")
    posts = changed(posts, "domain", "secret.example")
    file = pq.ParquetFile(io.BytesIO(erased(posts, "p00000", "p00005")))
    said = str(file.read().to_pydict()) + str(file.metadata.row_group(0).to_dict())
    for word in ("tenderflair", "secret.example", "mark0x", "mark5x"):
        assert word not in said
    assert "mark1x" in said
    assert file.read()["score"].to_pylist() == posts.rows["score"].to_pylist()


def test_a_file_without_these_posts_is_left_as_it_is() -> None:
    file = pa.py_buffer(to_parquet(make_frozen(make_corpus(posts=2))))
    assert blanked(file, pa.array(["other"])) is None
    assert blanked(file, pa.array([], pa.string())) is None
    once = blanked(file, pa.array(["p00001"]))
    assert once is not None
    assert blanked(pa.py_buffer(once.content), pa.array(["p00001", "other"])) is None


def test_parts_and_lines_are_those_of_the_posts_that_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(content, "ROW_GROUP", 3)
    posts = make_frozen(make_corpus(posts=3))
    gone = ["p00001", "p00003", "p00004", "p00005", "p00011"]
    split = split_file(pa.py_buffer(erased(posts, *gone)))
    assert split.sizes == (2, 0, 3, 2)
    assert [len(read_lines(split.source, n)) for n in range(4)] == list(split.sizes)
    assert len(read_moments(split)) == len(split) == len(split.label) == 7
    for post in posts.rows["post_id"].to_pylist():
        words = line_of(split, post).split()
        assert (f"mark{int(post[1:])}x" in words) == (post not in gone)
    assert len(attributes_from_parquet(split.source)) == 12


def test_the_digest_is_the_same_on_every_machine() -> None:
    """Pinned: a change here breaks every snapshot that exists, so FORMAT must change too."""
    posts = make_frozen(make_corpus(posts=2))
    digest = content_digest(posts)
    assert digest == CONTENT
    named = snapshot_digest(
        normaliser=1,
        rules={"b": [1, 2.5], "a": "é"},
        labels=posts.labels,
        splits={"train": (len(posts), digest)},
    )
    assert named == SNAPSHOT


CONTENT = "9c6398c35207d08c0162e61dff095cc22edfb76bc2dd76952ea0b5457b6a40a7"
SNAPSHOT = "51f73640c6446039c772664ab648b2a4dc6f6ce63b4eae95bb40b6036287f9de"
