"""Importing files: what comes in, what does not, and what is said of it."""

import gzip
from pathlib import Path

import pytest

from core.collect.files import ImportCounts, as_metrics, import_files
from core.collect.paths import find_files
from core.erasure.erase import erase
from core.errors import InputError
from core.executions import get, listing
from core.executions.history import log_text
from core.store import Store
from core.store import posts as table
from core.store.posts import WriteCounts
from tests.factories import COLUMNS, as_cells, make_corpus, make_post, write_csv, write_folder


def total(store: Store) -> int:
    with store.read() as session:
        return table.totals(session).posts


def log_of(store: Store, counts: ImportCounts) -> str:
    return log_text(store, get(store, counts.execution))


def test_a_folder_is_imported_and_counted(store: Store, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "in", make_corpus(posts=9))
    metrics = as_metrics(import_files(store, [folder]))
    assert metrics == {
        "files": 4,
        "read": 36,
        "inserted": 36,
        "updated": 0,
        "unchanged": 0,
        "not_wanted": 0,
        "skipped": {},
        "link_posts": 12,
        "subreddits": 4,
    }
    assert total(store) == 36


def test_importing_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "in", make_corpus(posts=9))
    import_files(store, [folder])
    with store.read() as session:
        before = table.totals(session)
    assert import_files(store, [folder]).written == WriteCounts(unchanged=36)
    with store.read() as session:
        assert table.totals(session) == before


def test_a_corrected_row_updates_its_post(store: Store, tmp_path: Path) -> None:
    posts = [make_post(id="a1"), make_post(id="a2")]
    import_files(store, [write_folder(tmp_path / "in", posts)])
    posts[1] = make_post(id="a2", title="Corrected")
    counts = import_files(store, [write_folder(tmp_path / "in", posts)])
    assert counts.written == WriteCounts(updated=1, unchanged=1)
    with store.read() as session:
        assert table.posts_by_id(session, ["a2"])["a2"].title == "Corrected"
        assert table.totals(session).last_execution == counts.execution


def test_malformed_rows_are_counted_by_reason_and_logged_with_file_and_line(
    store: Store, tmp_path: Path
) -> None:
    good = as_cells(make_post())
    rows = [
        good,
        ["n/o", *good[1:]],
        ["a2", "soon", *good[2:]],
        good[:3],
        ["a3", good[1], "title", "[removed]", *good[4:]],
    ]
    path = write_csv(tmp_path / "cats.csv", rows)
    counts = import_files(store, [path])
    assert (counts.read, counts.written.inserted) == (5, 1)
    assert counts.skipped == {"bad_id": 1, "bad_time": 1, "wrong_field_count": 1, "removed": 1}
    log = log_of(store, counts)
    for line, reason in enumerate(("bad_id", "bad_time", "wrong_field_count", "removed"), 3):
        assert f"{path}:{line}: skipped, {reason}:" in log


def test_bytes_that_are_not_utf8_cost_their_row_only(store: Store, tmp_path: Path) -> None:
    rows = [as_cells(make_post(id=name, title=f"title {name}")) for name in ("a1", "a2", "a3")]
    path = write_csv(tmp_path / "cats.csv", rows)
    path.write_bytes(path.read_bytes().replace(b"title a2", b"title \xff"))
    counts = import_files(store, [path])
    assert (counts.written.inserted, counts.skipped) == (2, {"not_utf8": 1})


def test_a_long_cell_comes_in_and_one_without_end_costs_its_row_only(
    store: Store, tmp_path: Path
) -> None:
    texts = {"a1": "x" * 200_000, "a2": "x" * 2_000_000, "a3": "x" * 9_000_000, "a4": "short"}
    rows = [as_cells(make_post(id=name, body=body)) for name, body in texts.items()]
    counts = import_files(store, [write_csv(tmp_path / "cats.csv", rows)])
    assert (counts.read, counts.written.inserted) == (4, 2)
    assert counts.skipped == {"too_long": 1, "unparsable": 1}


def test_line_breaks_blank_lines_and_a_byte_order_mark_are_read(
    store: Store, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "cats.csv", [as_cells(make_post(body="one\ntwo"))])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\r\n")
    counts = import_files(store, [path])
    assert (counts.read, counts.written.inserted) == (1, 1)
    with store.read() as session:
        assert table.posts_by_id(session, ["abc1"])["abc1"].body == "one\ntwo"


def test_a_file_that_cannot_be_read_is_told_after_the_others_are_in(
    store: Store, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "in", make_corpus(posts=9))
    cut = folder / "cooking.csv.gz"
    cut.write_bytes(cut.read_bytes()[:-20])
    (folder / "empty.csv").write_text("")
    (folder / "no gzip.csv.gz").write_text("plain")
    with pytest.raises(InputError) as caught:
        import_files(store, [folder])
    assert "3 of 6 files could not be read" in caught.value.reason
    assert "cooking.csv.gz cannot be read" in caught.value.reason
    assert "empty.csv is empty" in caught.value.reason
    assert "other 3 are imported" in str(caught.value.hint)
    assert total(store) >= 27
    failed = listing(store)[0]
    assert (failed.status, failed.metrics["inserted"]) == ("failed", total(store))


def test_a_subreddit_keeps_one_name_whatever_the_case_of_later_files(
    store: Store, tmp_path: Path
) -> None:
    for name, post in (("Cats", "a1"), ("cats", "a2"), ("CATS", "a3")):
        import_files(store, [write_csv(tmp_path / f"{name}.csv", [as_cells(make_post(id=post))])])
    with store.read() as session:
        assert table.totals(session).subreddits == 1
        found = table.posts_by_id(session, ["a1", "a2", "a3"])
    assert {post.subreddit for post in found.values()} == {"Cats"}


def test_files_are_found_below_folders_once_and_in_order(tmp_path: Path) -> None:
    inner = tmp_path / "in" / "deep"
    inner.mkdir(parents=True)
    paths = [inner / "b.csv", tmp_path / "in" / "a.csv.gz"]
    for path in (*paths, inner / "notes.txt"):
        path.touch()
    found = find_files([tmp_path / "in", paths[0]])
    assert [file.path for file in found] == sorted(paths)


@pytest.mark.parametrize("what", ["missing", "a folder without posts"])
def test_nothing_to_import_is_an_error_and_no_execution(
    store: Store, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "in"
    if what != "missing":
        path.mkdir()
        (path / "notes.txt").touch()
    with pytest.raises(InputError):
        import_files(store, [path])
    assert listing(store) == []


@pytest.mark.parametrize("name", ["notes.txt", "two words.csv", ".csv"])
def test_a_file_that_names_no_subreddit_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    path = write_csv(tmp_path / name, [as_cells(make_post())])
    with pytest.raises(InputError, match="its name does not say which subreddit it is"):
        import_files(store, [path])


def test_a_missing_column_is_named(store: Store, tmp_path: Path) -> None:
    columns = [name for name in COLUMNS if name != "selftext"]
    path = write_csv(tmp_path / "cats.csv", [], columns)
    with pytest.raises(InputError, match="has no column selftext"):
        import_files(store, [path])


@pytest.mark.slow
def test_what_was_read_before_a_file_breaks_off_stays(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.collect.files.BATCH", 10)
    posts = [make_post(id=f"a{n}", title=f"title number {n}" * 40) for n in range(2_000)]
    path = write_csv(tmp_path / "cats.csv.gz", [as_cells(post) for post in posts])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError):
        import_files(store, [path])
    kept = total(store)
    assert 1_900 < kept < 2_000
    path.write_bytes(gzip.compress(b"\n".join([b"id,created_utc,title,selftext"])))
    whole = write_csv(tmp_path / "cats.csv", [as_cells(post) for post in posts])
    assert import_files(store, [whole]).written == WriteCounts(2_000 - kept, 0, kept)


def test_an_erased_post_does_not_come_back_and_is_counted(store: Store, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "in", make_corpus(posts=2))
    import_files(store, [folder])
    erase(store, ["p00001", "p00002"])
    counts = import_files(store, [folder])
    assert as_metrics(counts)["skipped"] == {"erased": 2}
    assert (counts.read, counts.written.unchanged, total(store)) == (8, 6, 6)
