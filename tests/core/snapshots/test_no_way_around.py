"""Walked as people and CI walk it, the road leaves nothing of a sealed test split in its workspace.

The posts themselves lie in the table ``posts``, from which splits are frozen. What is shown here is
that nothing else tells which of them are in the test split, what they say, or how a model did on
them: no artifact, log, execution, evaluation, comparison or other row.
"""

import io
import os
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.comparison.compare import Pair, compare
from core.evaluation.evaluate import evaluate_unsealed
from core.snapshots import find
from core.snapshots.unsealed import attributes_of, unseal
from core.store import Store, open_store
from core.training.train import of_execution
from tests.commands import signoff
from tests.factories import QUICK, make_corpus, write_folder
from tests.workspaces import copied

SEALED = make_corpus()[-24:]
IDS = {post.id for post in SEALED}
MARKS = {word for post in SEALED for word in post.title.split() if word.startswith("mark")}
A_TRAINING_POST = make_corpus()[0]
PARAMS = ["--model", "fasttext"] + [
    word for name, value in QUICK.items() for word in ("--param", f"{name}={value}")
]
ROAD = (
    ("snapshot", "create", "--name", "small"),
    ("train", "--snapshot", "small", *PARAMS, "--seed", 1, "--threads", 1),
    ("train", "--snapshot", "small", *PARAMS, "--seed", 2, "--threads", 1),
    ("evaluate", 3, "--on", "small:train"),
    ("noise", "--snapshot", "small", *PARAMS, "--repeats", 3, "--threads", 1),
    ("compare", 3, 5),
    ("compare", 3, 5, "--json"),
    ("topics", 3, "--write"),
    ("release", "propose", 5, "--note", "better"),
    ("release", "check", 5, "--json"),
    ("release", "show", 5),
    ("ledger", "plan", "--snapshot", "small"),
    ("executions", "list", "--json"),
    ("seal", "status"),
    ("seal", "rotate"),
)


@dataclass(frozen=True, slots=True)
class Walked:
    """A workspace, and everything that the commands of the road printed."""

    home: Path
    told: list[str]


@pytest.fixture(scope="module")
def walked(plain_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    folder = tmp_path_factory.mktemp("walked")
    home = folder / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("SIGNOFF_HOME", str(home))
        said = [signoff("import", write_folder(folder / "in", make_corpus()))]
        said += [signoff(*words) for words in ROAD]
    assert [(one.code, one.err) for one in said if one.code not in {0, 3}] == []
    return Walked(home, [one.out + one.err for one in said])


def cells(content: bytes) -> str:
    """All that a Parquet file holds, as text; of other files, their bytes."""
    try:
        return str(pq.read_table(io.BytesIO(content)).to_pydict())
    except pa.ArrowInvalid:
        return content.decode("latin-1")


def files(home: Path) -> Iterator[str]:
    """Every file of the workspace but the database."""
    for path in home.rglob("*"):
        if path.is_file() and not path.name.startswith("signoff.db"):
            yield cells(path.read_bytes())


def database_without_posts(home: Path, folder: Path) -> str:
    """The bytes of the database, once its table of posts is emptied."""
    copy = folder / "copy.db"
    with sqlite3.connect(home / "signoff.db") as live:
        live.execute("VACUUM INTO ?", (str(copy),))
    live.close()
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.execute("DELETE FROM posts")
    connection.execute("VACUUM")
    connection.close()
    return copy.read_bytes().decode("latin-1")


def found(words: set[str], everything: list[str]) -> set[str]:
    return {word for text in everything for word in re.findall(r"\w+", text)} & words


def test_the_ordinary_road_tells_nothing_of_the_sealed_split(
    walked: Walked, tmp_path: Path
) -> None:
    database = database_without_posts(walked.home, tmp_path)
    everything = [*walked.told, *files(walked.home), database]
    assert found({A_TRAINING_POST.id, "mark0x"}, everything)  # the search finds what is there
    assert "noise" in database
    assert found(IDS | MARKS, everything) == set()


def test_the_ordinary_road_makes_no_figure_of_the_sealed_split(walked: Walked) -> None:
    connection = sqlite3.connect(walked.home / "signoff.db")
    splits = {split for (split,) in connection.execute("SELECT split FROM evaluations")}
    params = [text for (text,) in connection.execute("SELECT params FROM executions")]
    connection.close()
    assert splits == {"train", "valid"}
    assert any('"valid"' in text for text in params)
    assert not any('"test"' in text for text in params)


def written_by_an_opening(home: Path) -> list[Path]:
    """Evaluate and compare on the opened split, in a process that tells which files it writes."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        try:
            store = open_store(home)
            sys.addaudithook(partial(tell_writing, write_end))
            open_and_compare(store)
        except BaseException:  # noqa: BLE001 - nothing of this process may go on in the tests
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        told = pipe.read().splitlines()
    assert os.waitpid(child, 0)[1] == 0
    return [Path(line) for line in told if line != os.devnull]


def tell_writing(pipe: int, event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        os.write(pipe, f"{arguments[0]}\n".encode())


def open_and_compare(store: Store) -> None:
    """What an opening does with the split."""
    snapshot = find(store, "small")
    data = unseal(store, snapshot)
    models = [of_execution(store, number) for number in (3, 5)]
    pair = Pair(*(evaluate_unsealed(store, model, snapshot, data) for model in models))
    compare(store, pair, attributes=attributes_of(data))


def test_an_opening_leaves_figures_and_predictions_but_no_text(
    walked: Walked, home: Path, tmp_path: Path
) -> None:
    copied(walked.home, home)
    written = written_by_an_opening(home)
    assert written
    assert {path.relative_to(home).parts[0] for path in written} <= {
        "artifacts",
        "logs",
        "processes",
    }
    everything = [*files(home), database_without_posts(home, tmp_path)]
    assert found(IDS, everything) == IDS  # in the prediction tables
    assert found(MARKS, everything) == set()
