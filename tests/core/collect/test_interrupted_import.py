"""An import that is killed loses nothing and doubles nothing."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core.collect.files import import_files
from core.executions import get, listing
from core.executions.history import log_text
from core.store import Store
from core.store import posts as table
from tests.dumps import write_dump
from tests.factories import make_corpus, write_folder
from tests.faults import parts

POSTS, BATCH = 400, 20
KILLED_IN_BATCH = f"""
import os, signal, sys
from pathlib import Path
from core.collect import files
from core.settings import settings
from core.store import open_store
files.BATCH, real, left = {BATCH}, files.write_posts, [int(sys.argv[2])]
def write(session, rows, execution):
    found = real(session, rows, execution)
    left[0] -= len(rows) > 0
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
files.write_posts = write
files.import_files(open_store(settings().home), [Path(sys.argv[1])])
"""


def stored(store: Store) -> int:
    with store.read() as session:
        return table.totals(session).posts


@parts(3, name="seed")
def test_a_killed_import_keeps_whole_batches_and_is_completed_by_the_next(
    store: Store, tmp_path: Path, seed: int
) -> None:
    folder = write_folder(tmp_path / "in", make_corpus(posts=POSTS // 4))
    batch = Random(seed).randrange(1, POSTS // BATCH)
    command = [sys.executable, "-c", KILLED_IN_BATCH, str(folder), str(batch)]
    assert subprocess.run(command, check=False).returncode == -9
    assert stored(store) == BATCH * (batch - 1)
    (killed,) = listing(store)
    assert (killed.status, killed.finished_at) == ("interrupted", None)  # nothing recorded it yet
    assert "import #1 started" in log_text(store, killed)

    counts = import_files(store, [folder])
    assert stored(store) == POSTS
    assert counts.written.inserted == POSTS - BATCH * (batch - 1)
    assert counts.written.unchanged == BATCH * (batch - 1)
    assert get(store, counts.execution).status == "succeeded"
    recorded = get(store, killed.number)
    assert recorded.finished_at is not None
    assert replace(recorded, finished_at=None) == killed


KILLED_AT_RANDOM = """
import os, random, signal, sys, time
from pathlib import Path
from core.collect import chunks, files, readers
from core.settings import settings
from core.store import open_store
files.BATCH, chunks.CHUNK, readers.SMALL, readers.cores = 50, 10, 0, lambda: 2
moments = random.Random(0)
for _ in range(12):
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        tell = lambda *_: os.write(told, b".")
        files.import_files(open_store(settings().home), [Path(sys.argv[1])], progress=tell)
        os._exit(0)
    for _ in range(moments.randrange(int(sys.argv[2]) // 10)):
        os.read(heard, 1)
    time.sleep(moments.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(heard)
    os.close(told)
"""


@pytest.mark.slow
def test_killed_again_and_again_nothing_is_lost_and_nothing_is_there_twice(
    store: Store, tmp_path: Path
) -> None:
    posts = make_corpus(posts=500)
    folder = tmp_path / "in"
    for number, kind in enumerate((".csv.gz", ".ndjson.zst", ".parquet", ".jsonl.xz")):
        write_dump(folder / f"{number}{kind}", posts[number * 400 :][:800])  # each one twice
    command = [sys.executable, "-c", KILLED_AT_RANDOM, str(folder), str(len(posts))]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kept = stored(store)
    assert kept > 0
    assert {run.status for run in listing(store)} == {"interrupted"}

    counts = import_files(store, [folder])
    assert counts.written.inserted == len(posts) - kept
    with store.read() as session:
        found = [post for batch in table.posts_in_order(session) for post in batch]
    assert [(post.id, post.title, post.body) for post in found] == [
        (post.id, post.title, post.body) for post in posts
    ]
