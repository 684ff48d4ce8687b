"""Zip archives: their files come in as those of a folder do, and nothing in them does harm."""

import gzip
import io
import json
import os
import struct
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.collect import archives
from core.collect.files import PartlyImportedError, import_files
from core.collect.formats import UNREADABLE
from core.errors import InputError
from core.store import Store
from tests.commands import signoff
from tests.intake import (
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

TABLE = as_csv(POSTS)
MORE = [post(number) for number in range(10, 14)]


def packed(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def refused(store: Store, path: Path) -> str:
    """Why an archive is not read, when it is named; a good file beside it comes in."""
    good = write(path.parent / "good" / "z.csv", as_csv(MORE))
    with pytest.raises(PartlyImportedError) as caught:
        import_files(store, [path, good], unpack=True)
    assert texts(store) == expected(MORE)
    assert caught.value.hint
    return caught.value.reason


def test_tables_and_lines_in_an_archive_come_in(store: Store, tmp_path: Path) -> None:
    files = {"some/where/a.csv": TABLE, "b.jsonl": as_lines(MORE), "c.json": json.dumps([post(20)])}
    counts = bring(store, write(tmp_path / "posts.zip", packed(files)), unpack=True)
    assert texts(store) == expected([*POSTS, *MORE, post(20)])
    assert (counts.files, counts.failed, counts.left_out) == (3, {}, {})


def test_nobody_unpacks_what_they_did_not_ask_for(home: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "posts.zip", packed({"a.csv": TABLE}))
    named = signoff("import", path)
    assert named.code == 1
    assert (
        "is a zip archive. No post came in. To import the files in it, add --unpack." in named.err
    )
    write(tmp_path / "in" / "good.csv", as_csv(MORE))
    found = signoff("import", tmp_path / "in", "--json").json
    assert found["inserted"] == len(MORE)
    assert "--unpack" in found["left_out"][str(path)]


def test_in_a_folder_and_whatever_its_name(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "in" / "dump", packed({"a.csv": TABLE}))
    found = signoff("import", tmp_path / "in", "--unpack", "--json").json
    assert (found["inserted"], found["failed"]) == (4, {})


def test_what_is_left_out_of_an_archive_is_named(store: Store, tmp_path: Path) -> None:
    files = {
        "a.csv": TABLE,
        "README.md": "# Posts",
        "__MACOSX/._a.csv": b"\0\5\x16\7\0\2\0\0Mac OS X",
        "RC_2020-01.ndjson": '{"body": "x"}',
        ".hidden.csv": TABLE,
    }
    counts = bring(store, path := write(tmp_path / "posts.zip", packed(files)), unpack=True)
    assert {str(left) for left in counts.left_out} == {f"{path} ({name})" for name in [*files][1:]}
    assert len(stored(store)) == 4


def test_a_bad_file_in_an_archive_costs_no_other(store: Store, tmp_path: Path) -> None:
    files = {"a.csv": "<!doctype html>", "b.csv": TABLE, "c.csv.gz": gzip.compress(b"x" * 99)}
    counts = bring(store, path := write(tmp_path / "posts.zip", packed(files)), unpack=True)
    assert texts(store) == expected(POSTS)
    said = {str(bad): why for bad, why in counts.failed.items()}
    assert "web page" in said[f"{path} (a.csv)"]
    assert "compressed twice" in said[f"{path} (c.csv.gz)"]


@pytest.mark.parametrize(
    "name", ["../../dogs.csv", "/srv/dogs.csv", "subreddit=dogs/a.csv", "C:\\dogs.csv", "dogs.csv"]
)
def test_no_path_of_an_archive_is_used(store: Store, tmp_path: Path, name: str) -> None:
    rows = [{key: value for key, value in row.items() if key != "subreddit"} for row in POSTS]
    path = write(tmp_path / "in" / "posts.zip", packed({name: as_csv(rows)}))
    before = sorted(tmp_path.rglob("*.csv"))
    with pytest.raises(PartlyImportedError, match="has no column subreddit"):
        import_files(store, [path], unpack=True)
    counts = import_files(store, [path], columns={"subreddit": "id"}, unpack=True)
    assert counts.subreddits == {row["id"] for row in POSTS}
    assert sorted(tmp_path.rglob("*.csv")) == before


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "without a file of posts"),
        ({"README.md": "# Posts"}, "README.md: it does not begin like a table"),
        ({"inner.zip": packed({"a.csv": TABLE})}, "inner.zip: it is a zip archive"),
        ({"[Content_Types].xml": "<x/>", "a.csv": TABLE}, "Excel or Word"),
        ({"a.csv": b"\0" * 2**20}, "expands to 1,048,576"),
        ({f"{n}.csv": "" for n in range(archives.MOST_MEMBERS + 1)}, "more than 2,000 files"),
    ],
)
def test_an_archive_that_is_not_of_posts_says_why(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], why: str
) -> None:
    monkeypatch.setattr(archives, "SMALL", 2**19)
    assert why in refused(store, write(tmp_path / "posts.zip", packed(files)))


def test_an_archive_in_an_archive_is_not_opened(store: Store, tmp_path: Path) -> None:
    inner = packed({"a.csv": TABLE})
    reason = refused(store, write(tmp_path / "posts.zip", packed({"posts.csv": inner})))
    assert "(posts.csv) is a zip archive" in reason


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_unpacks_in_unbounded_memory_is_refused(
    store: Store, tmp_path: Path, method: int
) -> None:
    path = write(tmp_path / "posts.zip", packed({"a.csv": TABLE}, method))
    assert "does not unpack" in refused(store, path)


def test_a_file_without_a_name_comes_in(store: Store, tmp_path: Path) -> None:
    content = packed({"a.csv": TABLE}).replace(b"a.csv", b"\0.csv")
    bring(store, write(tmp_path / "posts.zip", content), unpack=True)
    assert texts(store) == expected(POSTS)


def test_a_password_is_told(store: Store, tmp_path: Path) -> None:
    content = bytearray(packed({"a.csv": TABLE}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in refused(store, write(tmp_path / "posts.zip", bytes(content)))


def test_members_that_share_their_bytes_are_refused(store: Store, tmp_path: Path) -> None:
    content = packed({"a.csv": TABLE * 100})
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry = content[at:end]
    count = struct.pack("<HHLL", 50, 50, 50 * len(entry), at)
    path = write(
        tmp_path / "posts.zip", content[:at] + entry * 50 + b"PK\x05\x06\0\0\0\0" + count + b"\0\0"
    )
    assert "expands to" in refused(store, path)


def test_a_list_of_files_without_end_is_not_read(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "DIRECTORY", 2**17)
    files = {f"{'x' * 500}{n}.csv": "" for n in range(500)}
    path = write(tmp_path / "posts.zip", packed(files))
    assert "list of files is too long" in refused(store, path)


def test_a_damaged_file_is_told_and_what_was_read_of_it_stays(store: Store, tmp_path: Path) -> None:
    content = packed({"a.csv": TABLE}, zipfile.ZIP_STORED)
    path = write(tmp_path / "posts.zip", content.replace(b"plant 3 are", b"plant 3 ARE", 1))
    counts = bring(store, path, unpack=True)
    assert "Bad CRC-32" in counts.failed[Path(f"{path} (a.csv)")]


def test_a_pipe_is_not_looked_into(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for content in (TABLE.encode(), packed({"a.csv": as_csv(MORE)})):
        writer = Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
        writer.start()
        counts = bring(store, tmp_path / "pipe")
        writer.join()
    assert counts.failed == {tmp_path / "pipe": "is a zip archive"}
    assert texts(store) == expected(POSTS)


@hypothesis_settings(
    max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300), cut=st.integers(0, 400), at=st.integers(0, 400))
def test_whatever_the_bytes_reading_ends_with_what_an_import_can_tell(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cut: int, at: int
) -> None:
    whole = packed({"a.csv": TABLE, "b.csv": content})
    changed = whole[:at] + content[:9] + whole[at + 9 : len(whole) - cut]
    path = write(tmp_path_factory.mktemp("archive") / "posts.zip", changed)
    with suppress(InputError, EOFError, *UNREADABLE):
        for member in archives.members_of(path):
            with archives.open_member(path, member) as opened:
                opened.read()


@hypothesis_settings(
    max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.integers(0, 6), min_size=1, max_size=4), lines=st.booleans())
def test_an_archive_gives_what_its_folder_gives(
    tmp_path_factory: pytest.TempPathFactory, parts: list[int], lines: bool
) -> None:
    files: dict[str, str] = {}
    rows: list[Fields] = []
    for number, size in enumerate(parts):
        part = [post(100 * number + n) for n in range(size)]
        rows += part
        table = as_csv(part) if part else "id,subreddit,created_utc,title,selftext\n"
        files[f"part-{number}.x"] = as_lines(part) if lines and part else table
    with workspace_in(tmp_path_factory) as (store, folder):
        bring(store, write(folder / "posts.zip", packed(files)), unpack=True)
        assert texts(store) == expected(rows)
