"""Whose posts a file holds, and what its columns are called."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.collect.columns import NAMES
from core.collect.files import import_files
from core.collect.rows import Wanted
from core.errors import InputError
from core.store import Store
from tests.intake import (
    FIRST,
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


def without_subreddit(rows: Sequence[Fields] = POSTS) -> list[Fields]:
    return [{name: value for name, value in row.items() if name != "subreddit"} for row in rows]


@pytest.mark.parametrize(
    "name",
    [
        *("posts", "part-0", "part_00001", "train-00000-of-00005", "train", "data", "Submissions"),
        *("reddit_posts", "RedditPosts", "gardening_posts", "output (1)", "2020-01", "1", "a"),
        *("RS_2020-01", "test_data", "sheet1", "export-2020", "chunk12", "untitled", "df"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".CSV.gz", ".tsv", ".parquet"])
def test_a_name_that_says_what_a_file_holds_is_no_subreddit(
    store: Store, tmp_path: Path, name: str, ending: str
) -> None:
    path = tmp_path / f"{name}{ending}"
    rows = without_subreddit()
    if ending == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        content = as_csv(rows, "\t" if ending == ".tsv" else ",").encode()
        write(path, gzip.compress(content) if ending.endswith(".gz") else content)
    with pytest.raises(InputError, match="does not say which subreddit it is") as caught:
        import_files(store, [path])
    assert "--subreddit" in str(caught.value.hint)
    assert bring(store, path, wanted=Wanted(frozenset({"gardening"}))).stored == 4
    assert {one.subreddit for one in stored(store).values()} == {"gardening"}


@pytest.mark.parametrize(
    "name", ["gardening", "AskReddit", "Watch_Me_Ban_You", "tf2trade", "4chan", "u_someone"]
)
def test_a_name_that_can_only_be_a_subreddit_is_one(
    store: Store, tmp_path: Path, name: str
) -> None:
    bring(store, write(tmp_path / f"{name}.csv", as_csv(without_subreddit())))
    assert {one.subreddit for one in stored(store).values()} == {name}


@pytest.mark.parametrize("name", ["part-0.csv", "cats.csv", "part-0.ndjson"])
def test_a_folder_that_names_the_subreddit_counts_before_the_file(
    store: Store, tmp_path: Path, name: str
) -> None:
    write_as = as_lines if name.endswith("ndjson") else as_csv
    write(tmp_path / "in" / "subreddit=gardening" / name, write_as(without_subreddit()))
    bring(store, tmp_path / "in")
    assert {one.subreddit for one in stored(store).values()} == {"gardening"}


def test_a_dump_that_names_no_subreddit_is_of_the_one_asked_for(
    store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path / "posts.ndjson", as_lines(without_subreddit()))
    assert bring(store, path).skipped == {"bad_subreddit": 4}
    wanted = Wanted(frozenset({"gardening"}))
    assert bring(store, path, wanted=wanted).stored == 4
    mixed = write(tmp_path / "mixed.ndjson", as_lines([post(5), *without_subreddit([post(6)])]))
    assert bring(store, mixed, wanted=wanted).skipped == {"bad_subreddit": 1}


@pytest.mark.parametrize("name", ["posts.csv", "cats.csv"])
def test_the_address_of_a_post_knows_its_subreddit_and_its_id(
    store: Store, tmp_path: Path, name: str
) -> None:
    rows = without_subreddit()
    for row in rows:
        row["permalink"] = f"/r/gardening/comments/{row.pop('id')}/tomato_plant/"
    bring(store, write(tmp_path / name, as_csv(rows)))
    assert texts(store) == expected(POSTS)
    assert {one.subreddit for one in stored(store).values()} == {"gardening"}


HEADERS = {
    "subreddit": ["Subreddit", "SUBREDDIT", "subreddit.name", "subreddit_name_prefixed"],
    "id": ["ID", "post_id", "name", "Post ID"],
    "created_utc": ["Created_UTC", "created", "created utc", "timestamp", "created_at"],
    "title": ["Title", " title ", "post_title"],
    "selftext": ["Selftext", "body", "text", "self_text"],
}


@hypothesis_settings(
    max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.fixed_dictionaries({n: st.sampled_from([n, *more]) for n, more in HEADERS.items()}),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    ending=st.sampled_from(["\n", "\r\n"]),
    order=st.permutations(list(HEADERS)),
)
def test_however_a_table_is_written_its_posts_come_in(
    tmp_path_factory: pytest.TempPathFactory,
    names: dict[str, str],
    separator: str,
    encoding: str,
    quoting: Any,
    ending: str,
    order: list[str],
) -> None:
    rows = [*POSTS, post(9, title='a, "b"; c\td|é', selftext="one\ntwo 🍅")]
    written = [{names[name]: row[name] for name in order} for row in rows]
    content = as_csv(written, separator, quoting=quoting).replace("\n", ending)
    with workspace_in(tmp_path_factory) as (store, folder):
        bring(store, write(folder / "data.csv", content.encode(encoding)))
        said = {k: (t, b.replace("\r", "")) for k, (t, b) in texts(store).items()}
        assert said == expected(rows)
        assert {one.subreddit for one in stored(store).values()} == {"gardening"}


def test_a_blank_behind_each_comma_belongs_to_no_text(store: Store, tmp_path: Path) -> None:
    content = "id, subreddit, created_utc, title, selftext\n" + "".join(
        f'zz{n}, cats, {FIRST}, "T, {n}", "one\ntwo"\n' for n in range(3)
    )
    bring(store, write(tmp_path / "a.csv", content))
    assert texts(store) == {f"zz{n}": (f"T, {n}", "one\ntwo") for n in range(3)}


def test_a_column_of_another_name_is_read_where_the_user_says_so(
    store: Store, tmp_path: Path
) -> None:
    rows = [{"nr": r["id"], "where": "r/gardening", "t": r["title"], "b": r["selftext"],
             "at": r["created_utc"]} for r in POSTS]  # fmt: skip
    columns = {"id": "nr", "subreddit": "where", "title": "t", "selftext": "b", "created_utc": "at"}
    for name, content in (("a.csv", as_csv(rows)), ("a.ndjson", as_lines(rows))):
        bring(store, write(tmp_path / name, content), columns=columns)
        assert texts(store) == expected(POSTS)
    assert columns.keys() <= NAMES.keys()
