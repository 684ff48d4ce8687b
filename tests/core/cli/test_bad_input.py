"""Each mistake: one line that says what is wrong and how to mend it, exit code 1, nothing left."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from core.executions import listing
from core.executions.history import log_text
from core.settings import settings
from core.snapshots import listing as snapshots
from core.store import Store, models, open_store
from core.store import posts as posts_table
from core.training import fasttext_family
from tests.commands import assert_refused, installed, signoff
from tests.conftest import Road
from tests.factories import as_cells, fill, make_corpus, make_post, write_csv, write_folder
from tests.tampering import tamper
from tests.workspaces import overwrite

FASTTEXT = ("train", "--snapshot", "small", "--model", "fasttext")


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (("executions", "show", 99), ("no execution #99", "signoff executions list")),
        (("executions", "show", "first"), ("'first' is not the number of an execution",)),
        (("train", "--snapshot", "autumn"), ("no snapshot 'autumn'", "signoff snapshot list")),
        (("snapshot", "show", "autumn"), ("no snapshot 'autumn'",)),
        (("evaluate", 99, "--on", "small"), ("no execution #99",)),
        (("evaluate", 3, "--on", "autumn:valid"), ("no snapshot 'autumn'",)),
        (("evaluate", 3, "--on", "small:test"), ("The test split is sealed", "Use :valid")),
        (("evaluate", 3, "--on", "small:all"), ("no split 'all'", "train, valid, test")),
        (("compare", 3, 99), ("no execution #99",)),
        (("compare", 1, 3), ("#1 is of kind import", "Compare two trainings")),
        (("compare", 3, 3), ("Both are the same evaluation",)),
        (("compare", 3, 5, "--table", "changes.xlsx"), ("neither .csv nor .parquet",)),
        (("topics", 2), ("#2 is of kind snapshot",)),
        (("release", "show", 3), ("no candidate #3", "signoff release list")),
        (("release", "approve", 3, "--comment", "x"), ("no candidate #3",)),
        (("release", "propose", 99), ("no execution #99",)),
        (("release", "test", 99, "--reason", "x"), ("no execution #99",)),
        (("release", "test", 3, "--reason", "x"), ("no candidate #3", "signoff release list")),
        (("release", "comment", 3, "x"), ("no candidate #3",)),
        (("alias", "canary", "20200101.1", "--share", 1), ("share 1 is not", "0.1")),
        (("alias", "canary", "20200101.1", "--share", "nan"), ("share nan is not",)),
        (("alias", "set", "production", "20200101.1"), ("no version 20200101.1",)),
        (("alias", "rollback", "production"), ("no earlier version",)),
        (
            (*FASTTEXT, "--param", "depth=3"),
            ("no parameter depth", "Its parameters are", "wordNgrams"),
        ),
        ((*FASTTEXT, "--param", "depth"), ("not name=value",)),
        ((*FASTTEXT, "--param", "lr=1e9"), ("Encountered NaN",)),
        (("train", "--snapshot", "small", "--model", "oracle"), ("'oracle'", "fasttext")),
        (("snapshot", "create", "--fractions", "1,2"), ("--fractions '1,2' is not three numbers",)),
        (("snapshot", "create", "--since", "spring"), ("--since 'spring' is not a date",)),
        (("snapshot", "create", "--min-posts", 1000), ("--min-posts",)),
        (("import", "nowhere"), ("nowhere does not exist",)),
    ],
)
def test_what_is_asked_for_wrongly_is_refused(
    road: Road,
    words: tuple[object, ...],
    fragments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fasttext_family, "HALVINGS", 0)
    before = [(e.number, e.status) for e in listing(road.store)]
    assert_refused(signoff(*words), *fragments)
    after = [(e.number, e.status) for e in listing(road.store)]
    assert [run for run in after if run not in before] in ([], [(7, "failed")])
    assert len(snapshots(road.store)) == 1
    assert not list(road.store.artifacts.root.glob("tmp*"))


def empty_folder(path: Path) -> None:
    path.mkdir()


def without_columns(path: Path) -> None:
    path.mkdir()
    write_csv(path / "cats.csv", [["a1", "title"]], ["id", "title"])


def broken_gzip(path: Path) -> None:
    path.mkdir()
    (path / "cats.csv.gz").write_bytes(b"\x1f\x8bnot gzip")


@pytest.mark.parametrize(
    ("make", "fragments"),
    [
        (empty_folder, ("has no files of posts", ".csv.gz")),
        (without_columns, ("has no column created_utc, selftext",)),
        (broken_gzip, ("cannot be read", "No post came in")),
    ],
)
def test_what_holds_no_posts_is_refused(
    home: Path, tmp_path: Path, make: Callable[[Path], None], fragments: tuple[str, ...]
) -> None:
    make(tmp_path / "in")
    assert_refused(signoff("import", tmp_path / "in", "--json"), *fragments)


@pytest.mark.parametrize(
    ("subreddits", "posts", "said"),
    [(["cats"], 30, "subreddit"), (["cats", "space"], 1, "2 posts are too few"), ([], 0, "import")],
)
def test_too_little_to_freeze_is_refused(
    store: Store, subreddits: list[str], posts: int, said: str
) -> None:
    if posts:
        fill(store, make_corpus(subreddits=subreddits, posts=posts))
    assert_refused(signoff("snapshot", "create", "--min-posts", 1, "--json"), said)
    assert snapshots(store) == []


def test_a_workspace_that_is_a_file_is_refused_and_left_alone(home: Path) -> None:
    home.write_text("mine")
    assert_refused(installed("executions", "list"), str(home), "SIGNOFF_HOME")
    assert home.read_text() == "mine"


def test_a_newer_database_is_refused_and_left_alone(store: Store) -> None:
    store.engine.dispose()
    connection = sqlite3.connect(store.home / "signoff.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = {path.name: path.stat().st_size for path in store.home.iterdir()}
    assert_refused(
        signoff("executions", "list"), "(9999)", "Use the version of Signoff that wrote it"
    )
    assert {path.name: path.stat().st_size for path in store.home.iterdir()} == before


def test_a_file_that_is_no_database_is_refused(home: Path) -> None:
    home.mkdir()
    (home / "signoff.db").write_bytes(b"something else" * 99)
    assert_refused(signoff("executions", "list"), "signoff.db", "backup")


def test_a_corrupted_artifact_is_named_and_not_loaded(road: Road) -> None:
    for digest in (road.baseline.digest, road.snapshot.train):
        path = road.store.artifacts.open(digest)
        overwrite(path, b"changed")
    evaluated = signoff("evaluate", 3, "--on", "small:valid", "--force")
    assert_refused(evaluated, f"Artifact {road.baseline.digest[:12]} is corrupted", "Restore")
    trained = signoff("train", "--snapshot", "small", "--seed", 9)
    assert_refused(trained, f"Artifact {road.snapshot.train[:12]} is corrupted")


def test_a_truncated_file_is_told_and_the_others_are_imported(home: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "in", make_corpus(posts=30))
    cut = folder / "cats.csv.gz"
    cut.write_bytes(cut.read_bytes()[:-30])
    assert_refused(
        signoff("import", folder, "--json"),
        "1 of 4 files could not be read",
        "cats.csv.gz",
        "The other 3 are imported",
    )
    assert signoff("import", folder / "space.csv.gz", "--json").json["unchanged"] == 30


def test_imports_tell_new_corrected_unchanged_and_malformed_rows(
    home: Path, tmp_path: Path
) -> None:
    rows = [as_cells(make_post(id=f"a{n}", title=f"post {n}")) for n in range(5)]
    path = write_csv(tmp_path / "cats.csv", rows)
    assert signoff("import", path, "--json").json["inserted"] == 5
    rows[0][2] = "corrected"
    rows += [["B?D", *rows[1][1:]], rows[1][:2], ["b1", "soon", *rows[1][2:]]]
    write_csv(path, rows)
    found = signoff("import", path, "--json").json
    assert (found["inserted"], found["updated"], found["unchanged"]) == (0, 1, 4)
    assert found["skipped"] == {"bad_id": 1, "wrong_field_count": 1, "bad_time": 1}
    store = open_store(settings().home)
    log = log_text(store, listing(store)[0])
    with store.read() as session:
        assert posts_table.totals(session).posts == 5
    store.engine.dispose()
    assert all(f"{path}:{line}: skipped" in log for line in (7, 8, 9))


def test_an_error_of_ours_asks_for_a_report_and_shows_more_on_demand(road: Road) -> None:
    tamper(road.store, "UPDATE executions SET params = 'no JSON' WHERE number = 3")
    told = signoff("executions", "show", 3)
    assert (told.code, len(told.err.splitlines())) == (1, 1)
    assert "Please report it" in told.err
    assert "Traceback" in signoff("executions", "show", 3, "--traceback").err


def test_a_table_that_cannot_be_written_is_said_to_be(road: Road, tmp_path: Path) -> None:
    assert_refused(
        signoff("compare", 3, 5, "--table", tmp_path / "missing" / "changes.csv"),
        "Cannot write to",
        "folder that exists",
    )


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("politics = [", "topics.toml is not valid TOML"),
        ("politics = 3", "topics.toml"),
        ('a = ["cats"]\nb = ["cats"]', "in two groups"),
    ],
)
def test_a_broken_topics_file_is_named(road: Road, text: str, fragment: str) -> None:
    (road.store.home / "topics.toml").write_text(text)
    assert_refused(signoff("compare", 3, 5), fragment)


@pytest.mark.parametrize("which", ["predictions", "subreddits"])
@pytest.mark.parametrize("how", ["changed", "missing", "cut"])
def test_a_damaged_evaluation_is_named_and_others_go_on(road: Road, which: str, how: str) -> None:
    with road.store.read() as session:
        judged = models.evaluation(session, 4)
    assert judged is not None
    path = road.store.artifacts.open(getattr(judged, which))
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        overwrite(path, content[:-9] if how == "cut" else b"x" + content[1:])
    assert_refused(signoff("compare", 3, 5), getattr(judged, which)[:12])
    assert signoff("executions", "show", 3).code == 0
