"""What is missing in a file, however programs write that."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.collect.missing import WORDS
from core.store import Store
from tests.intake import POSTS, as_csv, as_lines, bring, expected, post, stored, texts, write


@pytest.mark.parametrize("word", sorted({*WORDS, "NaN", "None", "NULL", r"\N", "N/A", "NA", ""}))
def test_a_word_for_nothing_is_nothing_but_in_a_title(
    store: Store, tmp_path: Path, word: str
) -> None:
    rows = [
        post(
            1, selftext=word, removed_by_category=word, link_flair_text=word, url=word, score=word
        ),
        post(2, title=word or "x", removed_by_category=word or "False", is_self=word),
    ]
    counts = bring(store, write(tmp_path / "a.csv", as_csv(rows)))
    assert counts.stored == 2
    first, second = stored(store).values()
    assert (first.body, first.flair, first.score, first.is_self) == ("", "", 0, False)
    assert second.title == (word or "x")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "null"])
@pytest.mark.parametrize("name", ["score", "selftext", "link_flair_text", "removed_by_category"])
def test_a_number_that_is_none_is_missing_in_json(
    store: Store, tmp_path: Path, name: str, value: str
) -> None:
    line = as_lines([post(1, **{name: "HERE"})]).replace('"HERE"', value)
    bring(store, write(tmp_path / "a.ndjson", line + as_lines([post(2)])))
    assert set(stored(store)) == {"zz001", "zz002"}


@pytest.mark.parametrize("name", ["score", "removed_by_category", "link_flair_text", "is_self"])
def test_nan_is_missing_in_every_column_of_parquet(store: Store, tmp_path: Path, name: str) -> None:
    rows = pa.Table.from_pylist(POSTS).append_column(name, pa.array([float("nan")] * 4))
    pq.write_table(rows, tmp_path / "a.parquet")
    bring(store, tmp_path / "a.parquet")
    assert texts(store) == expected(POSTS)


def test_bytes_that_are_utf8_are_text(store: Store, tmp_path: Path) -> None:
    rows = [row | {"title": row["title"].encode(), "id": row["id"].encode()} for row in POSTS]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    bring(store, tmp_path / "a.parquet")
    assert texts(store) == expected(POSTS)


@pytest.mark.parametrize("value", [["a"], {"a": 1}, True])
def test_what_is_no_text_does_not_become_one(store: Store, tmp_path: Path, value: object) -> None:
    rows = [post(1, selftext=value, link_flair_text=value), post(2, title=value)]
    bring(store, write(tmp_path / "a.ndjson", as_lines(rows)))
    assert texts(store) == {
        "zz001": ("Tomato plant number 1", ""),
        "zz002": ("", "The leaves of plant 2 are yellow."),
    }
