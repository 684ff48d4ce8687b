"""Every form of JSON, whole folders, and what the command says of them."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.collect.files import complaint
from core.store import Store
from tests.commands import signoff
from tests.intake import (
    NEEDED,
    POSTS,
    Fields,
    as_csv,
    as_lines,
    bring,
    expected,
    post,
    stored,
    texts,
    workspace_in,
    write,
)
from tests.properties import examples


def listing(rows: Sequence[Fields]) -> Fields:
    return {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": r} for r in rows]}}


COMMENT = {"kind": "t1", "data": {"id": "c1", "body": "So true", "parent_id": "t3_zz001"}}
DOCUMENTS: dict[str, Callable[[list[Fields]], str]] = {
    "lines": as_lines,
    "array": json.dumps,
    "array over lines": lambda rows: json.dumps(rows, indent=2),
    "array a line each": lambda rows: "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n",
    "objects over lines": lambda rows: "\n".join(json.dumps(row, indent=1) for row in rows),
    "listing": lambda rows: json.dumps(listing(rows)),
    "listing over lines": lambda rows: json.dumps(listing(rows), indent=4),
    "listings": lambda rows: json.dumps([listing(rows[:2]), listing(rows[2:])]),
    "things a line each": lambda rows: as_lines([{"kind": "t3", "data": row} for row in rows]),
    "an archive's answer": lambda rows: json.dumps({"data": rows, "metadata": {"total": 4}}),
}


@hypothesis_settings(
    max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(list(DOCUMENTS)),
    marks=st.lists(st.text('{}[]"\\,:é🍅\n', max_size=20), min_size=4, max_size=4),
    packed=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_posts_come_in_from_every_form_of_json(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    marks: list[str],
    packed: bool,
    encoding: str,
) -> None:
    rows = [row | {"title": f"T {mark} T"} for row, mark in zip(POSTS, marks, strict=True)]
    content = DOCUMENTS[kind](rows).encode(encoding)
    with workspace_in(tmp_path_factory) as (store, folder):
        bring(store, write(folder / "a.json", gzip.compress(content) if packed else content))
        assert texts(store) == expected(rows)


def test_comments_in_a_listing_are_no_posts(store: Store, tmp_path: Path) -> None:
    both = [listing(POSTS), {"kind": "Listing", "data": {"children": [COMMENT]}}]
    counts = bring(store, write(tmp_path / "thread.json", json.dumps(both)))
    assert texts(store) == expected(POSTS)
    assert counts.skipped == {"comment": 1}


def test_an_array_that_breaks_off_is_told_and_its_whole_posts_come_in(
    store: Store, tmp_path: Path
) -> None:
    content = json.dumps(POSTS)
    for end in (-1, -20):
        counts = bring(store, write(tmp_path / "a.json", content[:end]))
        assert "truncated" in next(iter(counts.failed.values()))
        assert expected(POSTS[:3]).items() <= texts(store).items()


def test_half_an_emoji_is_replaced(store: Store, tmp_path: Path) -> None:
    line = as_lines([post(1, title="cut HERE")]).replace("HERE", r"\ud83d")
    bring(store, write(tmp_path / "a.ndjson", line + as_lines([post(2)])))
    assert texts(store)["zz001"][0] == "cut \ufffd"
    assert len(stored(store)) == 2


def test_of_a_folder_every_file_of_posts_is_read_and_all_others_are_named(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    names = ["RS_2020-01", "UPPER.CSV", "c.json", "d.tsv", "e.NDJSON", "g.txt", "h.JSONL", "s/j.x"]
    for number, name in enumerate(names):
        row = [post(number)]
        table_like = name.lower().endswith(("csv", "tsv"))
        content = as_csv(row, "\t" if "tsv" in name else ",") if table_like else as_lines(row)
        write(folder / name, content)
    comment = as_lines([{"id": "c1", "body": "x", "link_id": "t3_a", "subreddit": "cats"}])
    others = {
        "RC_2020-01.zst": comment,
        "r_cats_comments.jsonl": comment,
        "subreddits_2025-01.ndjson": as_lines([{"id": "2abcd", "display_name": "cats"}]),
        "f.jsonl.zip": b"PK\x03\x04zz",
        "i.zst_blocks": "xx",
        "._UPPER.CSV": b"\0\5\x16\7\0\2\0\0Mac OS X",
        "README.md": "# Posts\n\nTitle and text of posts.",
        "settings.json": "{}",
    }
    for name, content in others.items():
        write(folder / name, content)
    counts = bring(store, folder)
    assert len(stored(store)) == counts.read == len(names)
    assert {path.name for path in counts.left_out} == set(others)
    assert complaint(counts) is None


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (POSTS, 0),
        ([], 1),
        ([post(n, created_utc="soon") for n in range(3)], 1),
        ([*POSTS[:2], *(post(n + 10, id="?") for n in range(3))], 1),
        ([*POSTS[:2], *(post(n + 10, selftext="[removed]") for n in range(3))], 0),
        ([*POSTS, post(9, id="?")], 0),
    ],
)
def test_the_exit_code_tells_when_nothing_or_most_was_skipped(
    home: Path, tmp_path: Path, rows: list[Fields], code: int
) -> None:
    path = write(tmp_path / "a.csv", as_csv(rows) if rows else ",".join(NEEDED) + "\n")
    done = signoff("import", path, "--json")
    assert (done.code != 0) == bool(code)
    found = json.loads(done.out)
    assert found["read"] == len(rows)
    assert found["read"] == found["inserted"] + sum(found["skipped"].values())
