"""Files as people really hand them on: what comes in, what does not, and what is said of it.

Nothing may be lost or made up in silence: every record is stored, or counted with a reason.
"""

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.collect.columns import NAMES
from core.collect.files import ImportCounts, PartlyImportedError, complaint, import_files
from core.collect.missing import WORDS
from core.collect.rows import Wanted
from core.errors import InputError
from core.store import Store, erasure, open_store
from core.store import posts as table
from tests.commands import signoff
from tests.properties import examples

FIRST = 1_600_000_000
NEEDED = ("id", "subreddit", "created_utc", "title", "selftext")
Fields = dict[str, Any]


def post(number: int, **changes: Any) -> Fields:
    """The fields of one post as a file has them."""
    fields = {
        "id": f"zz{number:03d}",
        "subreddit": "gardening",
        "created_utc": FIRST + number,
        "title": f"Tomato plant number {number}",
        "selftext": f"The leaves of plant {number} are yellow.",
    }
    return fields | changes


def as_csv(rows: Sequence[Fields], separator: str = ",", **options: Any) -> str:
    text = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, delimiter=separator, lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_lines(rows: Sequence[Fields]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def bring(store: Store, *paths: Path, **options: Any) -> ImportCounts:
    """Import, whatever cannot be read; what is counted adds up."""
    try:
        counts = import_files(store, paths, **options)
    except PartlyImportedError as error:
        counts = error.counts
    out = counts.stored + counts.not_wanted + counts.skipped.total()
    assert out == counts.read
    return counts


def stored(store: Store) -> dict[str, table.PostContent]:
    with store.read() as session:
        return {one.id: one for some in table.posts_in_order(session) for one in some}


def texts(store: Store) -> dict[str, tuple[str, str]]:
    return {post_id: (one.title, one.body) for post_id, one in stored(store).items()}


def expected(rows: Sequence[Fields]) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["title"], row["selftext"]) for row in rows}


POSTS = [post(number) for number in range(4)]


@contextmanager
def workspace_in(factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    """A workspace and a folder for one example."""
    folder = factory.mktemp("intake")
    store = open_store(folder / "workspace")
    try:
        yield store, folder
    finally:
        store.engine.dispose()


# One bad file costs no other.


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", as_csv(POSTS))
    return packed.getvalue()


def tarred() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        content = as_csv(POSTS).encode()
        entry = tarfile.TarInfo("a.csv")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


BAD = {
    "a web page": b"<!DOCTYPE html><html><head><title>404</title></head></html>",
    "zip archive": zipped(),
    "tar archive": tarred(),
    "only zeros": gzip.compress(b"\0" * 300_000),
    "damaged": b"\0" * 200_000,
    "truncated": zstandard.compress(as_lines([post(n) for n in range(400, 500)]).encode())[:-9],
    "is empty": b"",
    "no column": b"QUJD" * 100_000,
    "Excel": b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml",
    "SQLite": b"SQLite format 3\0" + b"\0" * 100,
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
}


@pytest.mark.parametrize("said", BAD)
@pytest.mark.parametrize("name", ["a.csv.gz", "z.ndjson.zst"])
def test_a_bad_file_is_told_and_the_one_beside_it_comes_in(
    store: Store, tmp_path: Path, said: str, name: str
) -> None:
    bad = write(tmp_path / "in" / name, BAD[said])
    write(tmp_path / "in" / "m.csv", as_csv(POSTS))
    with pytest.raises(PartlyImportedError, match=said) as caught:
        import_files(store, [tmp_path / "in"])
    assert str(bad) in caught.value.reason
    assert "The other one is imported." in str(caught.value.hint)
    assert expected(POSTS).items() <= texts(store).items()


@pytest.mark.parametrize("said", ["zip archive", "tar archive"])
def test_a_folder_of_archives_says_to_unpack_them(store: Store, tmp_path: Path, said: str) -> None:
    write(tmp_path / "in" / "posts.tar.gz", BAD[said])
    with pytest.raises(InputError, match=said) as caught:
        import_files(store, [tmp_path / "in"])
    assert "Unpack" in str(caught.value.hint)


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b"id,subreddit," + b"x" * 9_000_000,
        b'"' + b"x,\n" * 3_000_000,
        b"id,subreddit,created_utc,title,selftext\nzz1,cats,1600000000,T," + b"x" * 9_000_000,
        b'id,subreddit,created_utc,title,selftext\nzz1,cats,1600000000,T,"' + b"x\n" * 2_300_000,
        b"[" * 9_000_000,
        b'[{"title": "' + b"x" * 20_000_000,
        b"{" * 20_000_000,
    ],
    ids=range(7),
)
def test_what_has_no_end_fills_no_memory(store: Store, tmp_path: Path, content: bytes) -> None:
    counts = bring(store, write(tmp_path / "posts.csv", content))
    assert complaint(counts) or counts.failed
    assert not counts.stored


def test_nothing_but_zeros_without_end_is_told(store: Store) -> None:
    with pytest.raises(InputError, match="only zeros"):
        import_files(store, [Path("/dev/zero")])


@pytest.mark.slow
def test_a_small_parquet_file_of_gigabytes_is_read_bit_by_bit(store: Store, tmp_path: Path) -> None:
    rows = 200
    columns: Fields = {name: [post(n)[name] for n in range(rows)] for name in NEEDED[:-1]}
    once = pa.array(["x" * 2**22])
    columns["selftext"] = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), once)
    path = tmp_path / "posts.parquet"
    pq.write_table(pa.table(columns), path, compression="zstd")
    assert path.stat().st_size < 20_000
    counts = bring(store, path)
    assert counts.skipped == {"too_long": rows}


# What is missing.


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


# Whose post it is.


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


# Broken quotes.


def test_an_unclosed_quote_costs_its_own_record_only(store: Store, tmp_path: Path) -> None:
    rows = [f'zz{n},gardening,{FIRST + n},"T{n}",b{n}' for n in range(9)]
    for broken in (
        'zx1,gardening,1600000000,"Unclosed title,body',
        'zx1,gardening,1600000000,t,"b',
    ):
        content = "\n".join([",".join(NEEDED), *rows[:4], broken, *rows[4:]]) + "\n"
        counts = bring(store, write(tmp_path / "a.csv", content))
        assert counts.skipped == {"broken_quotes": 1}
        assert texts(store) == {f"zz{n}": (f"T{n}", f"b{n}") for n in range(9)}


@hypothesis_settings(
    max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    broken=st.sets(st.integers(0, 29), min_size=1, max_size=8),
    last=st.booleans(),
    quoted=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_wherever_a_quote_is_lost_no_text_is_of_two_posts(
    tmp_path_factory: pytest.TempPathFactory, broken: set[int], last: bool, quoted: Any
) -> None:
    rows = [post(n, selftext=f"body {n}" + "\nand more" * (n % 3)) for n in range(30)]
    lines = [",".join(NEEDED) + "\n"]
    for number, row in enumerate(rows):
        record = as_csv([row], quoting=quoted).split("\n", 1)[1]
        at = record.index(row["selftext"][:6] if last else row["title"])
        cut = record[:at].rstrip('"') + '"' + record[at:].replace('"', "")
        lines.append(cut if number in broken else record)
    with workspace_in(tmp_path_factory) as (store, folder):
        counts = bring(store, write(folder / "a.csv", "".join(lines)))
        whole = expected([row for n, row in enumerate(rows) if n not in broken])
        assert texts(store).items() == whole.items()
        assert counts.skipped.total() >= len(broken)


def test_a_stray_quote_in_a_text_of_several_lines_leaves_no_half_text(
    store: Store, tmp_path: Path
) -> None:
    rows = as_csv([post(1), post(3, selftext="a\nb")])
    broken = 'zz002,gardening,1600000002,T,"one\nshe said "hi\nthere"\n'
    at = rows.index("zz003")
    counts = bring(store, write(tmp_path / "a.csv", rows[:at] + broken + rows[at:]))
    assert set(stored(store)) == {"zz001", "zz003"}
    assert (counts.read, counts.skipped) == (3, {"broken_quotes": 1})


def test_a_quote_is_lost_where_the_id_stands_behind_the_text(store: Store, tmp_path: Path) -> None:
    content = (
        "created_utc,title,selftext,id,subreddit\n"
        '1600000001,"Unclosed,b,zz1,cats\n1600000002,T2,"x\ny",zz2,cats\n'
        "1600000003,T3,b3,zz3,cats\n"
    )
    counts = bring(store, write(tmp_path / "a.csv", content))
    assert texts(store) == {"zz2": ("T2", "x\ny"), "zz3": ("T3", "b3")}
    assert (counts.read, counts.skipped) == (3, {"broken_quotes": 1})


def test_somebody_who_quotes_records_is_believed(store: Store, tmp_path: Path) -> None:
    inner = as_csv([post(7), post(8)])
    rows = [post(1, selftext=inner.strip()), post(2)]
    bring(store, write(tmp_path / "a.csv", as_csv(rows)))
    assert texts(store) == expected(rows)


def test_a_quote_behind_a_backslash_is_a_quote(store: Store, tmp_path: Path) -> None:
    content = r"""id,subreddit,created_utc,title,selftext
zz1,gardening,1600000001,"He said \"grow\" loudly",body
zz2,gardening,1600000002,"A \"b, c\" d","x
y"
zz3,gardening,1600000003,ok,fine
"""
    bring(store, write(tmp_path / "a.csv", content))
    assert texts(store) == {
        "zz1": ('He said "grow" loudly', "body"),
        "zz2": ('A "b, c" d', "x\ny"),
        "zz3": ("ok", "fine"),
    }


@pytest.mark.parametrize("text", [r"C:\dir\"", r"\"quoted\"", r"a\b", r'so "he" \o/', "\\"])
def test_a_backslash_in_a_well_quoted_table_stays(store: Store, tmp_path: Path, text: str) -> None:
    rows = [post(1, title=text, selftext=text), post(2)]
    bring(store, write(tmp_path / "a.csv", as_csv(rows)))
    assert texts(store) == expected(rows)


# Taken back.

NOTICES = {
    "removed": [
        *("[removed]", "[Removed]", "[ removed ]", "*[removed]*", "[removed by moderator]"),
        *("[ Removed by moderator ]", "[ Removed by Reddit ]", "[removed by reddit]"),
        "[ Removed by reddit in response to a copyright notice. ]",
        "[ Removed by Reddit on account of violating the [content policy](/help/contentpolicy). ]",
        *("[unavailable]", "**[removed]**", "[removed]\n", "\u200b[removed]", "&#91;removed&#93;"),
        "Sorry, this post has been removed by the moderators of r/gardening.",
    ],
    "deleted": [
        *("[deleted]", "[DELETED]", r"\[deleted\]", "[deleted by user]", "[ Deleted By User ]"),
        *("[deleted by author]", "_[deleted]_", "> [deleted]", "[removed by author]"),
        "Sorry, this post was deleted by the person who originally posted it.",
    ],
}


@pytest.mark.parametrize(
    ("reason", "notice"), [(why, text) for why, some in NOTICES.items() for text in some]
)
def test_a_notice_takes_a_stored_post_away(
    store: Store, tmp_path: Path, reason: str, notice: str
) -> None:
    bring(store, write(tmp_path / "RS_2020-01.ndjson", as_lines(POSTS)))
    later = as_lines([post(1, selftext=notice), post(8, selftext=notice)])
    counts = bring(store, write(tmp_path / "RS_2020-02.ndjson", later))
    assert counts.skipped == {reason: 2}
    assert counts.erased == 1
    assert set(stored(store)) == {"zz000", "zz002", "zz003"}
    with store.read() as session:
        assert erasure.buried(session, ["zz001", "zz008"]) == {"zz001"}
    again = bring(store, tmp_path / "RS_2020-01.ndjson")
    assert again.skipped == {"erased": 1}


@pytest.mark.parametrize(
    "text",
    [
        *("Why is my post [removed]?", "[removed] is what I see", "[deleted scene]", "removed"),
        *("[OC] removed a wall", "[Removed my tomatoes]", "[deletion]", "Sorry, this post is long"),
    ],
)
def test_what_a_person_writes_of_removal_is_no_notice(
    store: Store, tmp_path: Path, text: str
) -> None:
    bring(store, write(tmp_path / "a.ndjson", as_lines([post(1, title=text, selftext=text)])))
    assert texts(store) == {"zz001": (text, text)}


@pytest.mark.parametrize("size", [1, 2, 3, 20_000])
def test_the_order_of_rows_decides_however_they_are_batched(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("core.collect.files.BATCH", size)
    gone = {"selftext": "[removed]"}
    rows = [post(1), post(2, **gone), post(1, **gone), post(3), post(2), post(1), post(3, **gone)]
    counts = bring(store, write(tmp_path / "a.ndjson", as_lines(rows)))
    assert set(stored(store)) == {"zz002"}
    assert counts.erased == 2
    assert counts.skipped == {"removed": 3, "erased": 1}


# What else files do.


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *((FIRST, FIRST), (f"{FIRST}.0", FIRST), (FIRST * 1000, FIRST), (FIRST * 10**9, FIRST)),
        *(("2020-09-13 12:26:40", FIRST), ("2020-09-13T12:26:40Z", FIRST), (f" {FIRST} ", FIRST)),
        *(("2020-09-13T14:26:40+02:00", FIRST), ("2020-09-13 12:26:40 UTC", FIRST)),
        *(("2020-09-13", FIRST - 44_800), ("13/09/2020", FIRST - 44_800), ("1.6E+09", FIRST)),
        *(("9/13/2020", FIRST - 44_800), ("Sun Sep 13 12:26:40 2020", FIRST)),
        *(("Sun, 13 Sep 2020 12:26:40 GMT", FIRST), ("05/06/2020", None), ("", None), (0, None)),
        *((-5, None), (4_000_000_000, None), ("soon", None), ("2020-13-45", None), ("1e400", None)),
    ],
)
@pytest.mark.parametrize("form", [as_csv, as_lines])
def test_moments_are_read_as_utc_or_refused(
    store: Store,
    tmp_path: Path,
    written: object,
    read: int | None,
    form: Callable[[Sequence[Fields]], str],
) -> None:
    content = form([post(1, created_utc=written), post(2)])
    counts = bring(store, write(tmp_path / "a.x", content))
    found = stored(store).get("zz001")
    assert (found.created_utc if found else None) == read
    assert counts.skipped == ({} if read else {"bad_time": 1})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("1,234", 1234), ("1.2k", 1200), ("3.4M", 3_400_000), ("•", 0), ("nan", 0), ("3.0", 3)),
        *(("-5", -5), ("1e3", 1000), ("inf", 0), ("", 0), ("12,34", 0), ("k", 0), ("9" * 400, 0)),
    ],
)
def test_a_score_that_is_no_number_costs_no_post(
    store: Store, tmp_path: Path, written: str, read: int
) -> None:
    bring(store, write(tmp_path / "a.csv", as_csv([post(1, score=written)])))
    assert stored(store)["zz001"].score == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("t3_zz1a", "zz1a"), ("ZZ1B", "zz1b"), (" zz1d", "zz1d"), ("T3_ZZ1E ", "zz1e")),
        *((123456, "123456"), ("t1_zz1h", None), ("t3_t3_zz", None), ("", None), ("nan", None)),
        *(("zz 1", None), ("https://redd.it/zz1f", None)),
    ],
)
def test_ids_are_read_or_counted(
    store: Store, tmp_path: Path, written: object, read: str | None
) -> None:
    counts = bring(store, write(tmp_path / "a.ndjson", as_lines([post(1, id=written)])))
    assert list(stored(store)) == ([read] if read else [])
    assert counts.skipped == ({} if read else {"bad_id": 1})


@pytest.mark.parametrize(
    "written",
    ["r/Gardening", "/r/gardening/", "R/gardening", " gardening ", "GARDENING", "/R/Gardening"],
)
@pytest.mark.parametrize("wanted", [Wanted(), Wanted(frozenset({"gardening"}))])
@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_forms_of_a_name_are_one_subreddit_with_a_filter_or_without(
    store: Store, tmp_path: Path, written: str, wanted: Wanted, kind: str
) -> None:
    rows = [
        post(1, subreddit=written),
        post(2, subreddit=None, subreddit_name_prefixed="r/gardening"),
        post(3, subreddit=None, permalink="/r/gardening/comments/zz003/x/"),
    ]
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        write(path, as_lines(rows) if kind == "ndjson" else as_csv(rows))
    counts = bring(store, path, wanted=wanted)
    assert counts.stored == (3 if kind != "parquet" else counts.stored)
    assert {one.subreddit.lower() for one in stored(store).values()} == {"gardening"}


@pytest.mark.parametrize("written", ["u_someone", "u/someone", "/u/someone/", "U/someone"])
def test_a_profile_has_one_name(store: Store, tmp_path: Path, written: str) -> None:
    wanted = Wanted(frozenset({"u_someone"}))
    lines = as_lines([post(1, subreddit=written)])
    bring(store, write(tmp_path / "a.ndjson", lines), wanted=wanted)
    assert [one.subreddit for one in stored(store).values()] == ["u_someone"]


def test_entities_are_characters_once_and_what_nobody_sees_is_no_text(
    store: Store, tmp_path: Path
) -> None:
    rows = [
        post(1, title="Q&amp;A &lt;3 &gt;", selftext="x"),
        post(2, title="How to write &amp;amp; in HTML", selftext="x"),
        post(3, title="It&#39;s &quot;ok&quot;", selftext="&#x200B;"),
        post(4, title="&amp;#x200B;", selftext=""),
        post(5, title="\u200b\u2063\u3164", selftext="\ufeff"),
        post(6, title="", selftext="only text"),
        post(7, title="🍅", selftext="&nbsp;"),
    ]
    counts = bring(store, write(tmp_path / "a.ndjson", as_lines(rows)))
    assert counts.skipped == {"no_text": 2}
    assert texts(store) == {
        "zz001": ("Q&A <3 >", "x"),
        "zz002": ("How to write &amp; in HTML", "x"),
        "zz003": ('It\'s "ok"', ""),
        "zz006": ("", "only text"),
        "zz007": ("🍅", ""),
    }


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
        "f.jsonl.zip": zipped(),
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


# What the command says.


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
