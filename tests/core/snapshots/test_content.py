"""What a split holds survives the way to the disk, and its digest means it."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.snapshots.content import (
    SplitData,
    content_digest,
    from_parquet,
    manifest_digest,
    to_parquet,
)
from tests.factories import make_corpus, make_split

printable = st.text(st.characters(codec="utf-8"), max_size=20)
rows = st.lists(
    st.tuples(printable, printable, st.integers(0, 2), st.integers(-(2**62), 2**62)), max_size=20
)


@st.composite
def splits(draw: st.DrawFn) -> SplitData:
    drawn = draw(rows)
    labels = draw(st.lists(printable, min_size=3, max_size=3, unique=True))
    return SplitData(
        ids=[row[0] for row in drawn],
        lines=[row[1] for row in drawn],
        label=np.array([row[2] for row in drawn], dtype=np.int32),
        created=np.array([row[3] for row in drawn], dtype=np.int64),
        labels=tuple(labels),
    )


@given(splits())
def test_a_split_survives_parquet(data: SplitData) -> None:
    back = from_parquet(to_parquet(data))
    assert (back.ids, back.lines, back.labels) == (data.ids, data.lines, data.labels)
    np.testing.assert_array_equal(back.label, data.label)
    np.testing.assert_array_equal(back.created, data.created)
    assert (back.label.dtype, back.created.dtype) == (np.int32, np.int64)
    assert content_digest(back) == content_digest(data)


@given(splits())
def test_numbering_labels_otherwise_leaves_the_digest(data: SplitData) -> None:
    renamed = dataclasses.replace(data, labels=data.labels[::-1], label=2 - data.label)
    assert content_digest(renamed) == content_digest(data)


def test_every_part_of_a_post_is_in_the_digest() -> None:
    data = make_split(make_corpus(posts=2))
    changed = [
        dataclasses.replace(data, ids=["other", *data.ids[1:]]),
        dataclasses.replace(data, lines=["other", *data.lines[1:]]),
        dataclasses.replace(data, created=data.created + 1),
        dataclasses.replace(data, label=data.label[::-1]),
        data.take(np.array([1, 0, *range(2, len(data))])),
        data.take(np.arange(len(data) - 1)),
    ]
    digests = {content_digest(one) for one in (data, *changed)}
    assert len(digests) == 1 + len(changed)


def test_the_digest_is_the_same_on_every_machine() -> None:
    """Pinned: a change here breaks every snapshot that exists, so FORMAT must change too."""
    data = make_split(make_corpus(posts=2))
    assert content_digest(data) == CONTENT
    assert manifest_digest({"b": [1, 2.5], "a": "é"}) == MANIFEST


CONTENT = "4f894224de87857f72ea74acda163cca84b6394c77ce785435adb465cab150dd"
MANIFEST = "123b424b7606d08d0756074e1f76051117423e1a66a03e02f56fd334de63705b"
