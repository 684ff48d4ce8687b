"""Files read by several processes: the same as by one, in the same order."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from core.collect import chunks, readers
from core.collect.chunks import Chunk, Reading
from core.collect.files import import_files
from core.collect.paths import PostFile, find_files
from core.collect.rows import EVERYTHING
from core.errors import SignoffError
from core.store import Store
from core.store import posts as table
from tests.dumps import KINDS, write_dump
from tests.factories import make_corpus, make_post

MAIN = os.getpid()


@pytest.fixture(autouse=True)
def processes_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, although there is next to nothing to read."""
    monkeypatch.setattr(readers, "SMALL", 0)
    monkeypatch.setattr(readers, "cores", lambda: 2)
    monkeypatch.setattr(chunks, "CHUNK", 7)


@pytest.fixture
def files(tmp_path: Path) -> list[PostFile]:
    posts = make_corpus(posts=25)
    for number, kind in enumerate(KINDS):
        write_dump(tmp_path / "in" / f"{number:02d}{kind}", posts[: 3 * number])
    (tmp_path / "in" / "cut.ndjson.gz").write_bytes(b"\x1f\x8b")
    return find_files([tmp_path / "in"])


@dataclass(frozen=True, slots=True)
class Killed:
    """Reads one chunk of each file, then is killed."""

    def __call__(self, file: PostFile) -> Iterator[Chunk]:
        yield Chunk()
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Endless:
    """Never comes to the end of a file."""

    def __call__(self, file: PostFile) -> Iterator[Chunk]:
        while True:
            yield Chunk(read=os.getpid())


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_processes_bring_what_one_brings_in_the_same_order(
    files: list[PostFile], monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def brought(found: Iterable[tuple[PostFile, Chunk]]) -> list[tuple[Path, object]]:
        """Without how it is divided: spawned processes make larger chunks."""
        rows = [(file.path, row) for file, chunk in found for row in [*chunk.rows, chunk.failure]]
        return [row for row in rows if row[1] is not None]

    read = Reading(EVERYTHING)
    one = brought((file, chunk) for file in files for chunk in read(file))
    monkeypatch.setattr(readers, "safe_context", lambda: multiprocessing.get_context(method))
    assert brought(readers.chunks_of(files, read)) == one
    assert sum(isinstance(row, str) for _, row in one) == 2  # cut, and one without rows


def test_of_two_files_with_one_post_the_later_counts(store: Store, tmp_path: Path) -> None:
    for number in range(9):
        write_dump(tmp_path / "in" / f"{number}.ndjson", [make_post(title=f"title {number}")])
    import_files(store, [tmp_path / "in"])
    with store.read() as session:
        assert table.posts_by_id(session, ["abc1"])["abc1"].title == "title 8"


def test_progress_is_told_in_bytes_and_grows(store: Store, files: list[PostFile]) -> None:
    told: list[tuple[float, float | None]] = []
    with pytest.raises(SignoffError):
        import_files(
            store,
            [file.path for file in files],
            progress=lambda _step, done, total: told.append((done, total)),
        )
    done = [part for part, _ in told]
    size = sum(file.size for file in files)
    assert {total for _, total in told} == {size}
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, size)


@pytest.mark.parametrize("why", ["one core", "small files"])
def test_no_process_is_started_where_it_gains_nothing(
    files: list[PostFile], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "one core":
        monkeypatch.setattr(readers, "cores", lambda: 1)
    else:
        monkeypatch.setattr(readers, "SMALL", 2**20)
    with closing(readers.chunks_of(files, Endless())) as found:
        assert next(found)[1].read == MAIN


@pytest.mark.parametrize(("kind", "processes"), [("ndjson.gz", 2), ("ndjson.zst", 1)])
def test_dumps_of_the_largest_window_are_read_one_at_a_time(
    tmp_path: Path, kind: str, processes: int
) -> None:
    for number in range(3):
        write_dump(tmp_path / "in" / f"{number}.{kind}", [make_post()])
    before = set(multiprocessing.active_children())
    found = readers.chunks_of(find_files([tmp_path / "in"]), Endless())
    with closing(found):
        next(found)
        assert len(set(multiprocessing.active_children()) - before) == processes


def test_leaving_early_leaves_no_process(files: list[PostFile]) -> None:
    before = set(multiprocessing.active_children())
    with closing(readers.chunks_of(files, Endless())) as found:
        assert next(found)[1].read != MAIN
    assert set(multiprocessing.active_children()) <= before


def test_a_process_that_ends_is_told_with_a_way_out(files: list[PostFile]) -> None:
    with pytest.raises(SignoffError, match="was killed, or ran out of memory") as caught:
        list(readers.chunks_of(files, Killed()))
    assert "Run the command again" in str(caught.value.hint)


@pytest.mark.slow
def test_processes_end_with_a_main_process_that_was_killed(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write_dump(tmp_path / "in" / name, [make_post()])
    code = f"""
import multiprocessing, pathlib
from core.collect import readers
from core.collect.paths import find_files
from tests.core.collect.test_readers import Endless
readers.SMALL, readers.cores = 0, lambda: 2
found = readers.chunks_of(find_files([pathlib.Path({str(tmp_path / "in")!r})]), Endless())
next(found)
print(*[child.pid for child in multiprocessing.active_children()], flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as main:
        assert main.stdout is not None
        found = [psutil.Process(int(word)) for word in main.stdout.readline().split()]
        assert len(found) == 2
        main.kill()
    _, alive = psutil.wait_procs(found, timeout=60)
    assert alive == []
