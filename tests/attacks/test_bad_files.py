"""One bad file costs no other."""

import gzip
import io
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from core.collect.files import PartlyImportedError, complaint, import_files
from core.errors import InputError
from core.store import Store
from tests.intake import (
    NEEDED,
    POSTS,
    Fields,
    as_csv,
    as_lines,
    bring,
    expected,
    post,
    texts,
    write,
)


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
    "zip archive": b"PK\x03\x04" + b"\0" * 100,
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
