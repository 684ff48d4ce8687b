"""Files in every format and compression, whole and broken, and what is taken from them."""

import subprocess
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.collect import chunks, containers, formats, parquet
from core.collect.files import ImportCounts, import_files
from core.collect.formats import Format
from core.collect.paths import find_files
from core.collect.posts import Post
from core.collect.rows import Wanted
from core.errors import InputError
from core.executions import get, listing
from core.executions.history import log_text
from core.store import Store, open_store
from core.store import posts as table
from tests.commands import SIGNOFF
from tests.dumps import (
    COMPRESSIONS,
    KINDS,
    as_fields,
    as_ndjson,
    as_parquet,
    long_zstd,
    write_dump,
    zstd_frames,
)
from tests.factories import FIRST, HOUR, make_corpus, make_post
from tests.properties import examples

POSTS = [
    replace(
        post, flair="Fun & games", score=n, over_18=n % 7 == 0, domain="x.org", url="http://x.org/&"
    )
    for n, post in enumerate(make_corpus(posts=30))
]


def stored(store: Store) -> list[tuple[object, ...]]:
    """Everything of every post, but which execution wrote it."""
    with store.read() as session:
        return [tuple(post) for batch in table.posts_in_order(session) for post in batch]


def expected(posts: list[Post]) -> list[tuple[object, ...]]:
    in_order = sorted(posts, key=lambda post: (post.created_utc, post.id))
    return [
        (
            *(p.id, p.subreddit, p.created_utc, p.title, p.body, "file", bool(p.body), p.domain),
            *(p.flair, p.over_18, p.score, p.num_comments),
        )
        for p in in_order
    ]


def log_of(store: Store, counts: ImportCounts) -> str:
    return log_text(store, get(store, counts.execution))


@pytest.mark.parametrize("kind", [*KINDS, "_submissions.zst"])
def test_every_kind_of_file_brings_the_same_posts(store: Store, tmp_path: Path, kind: str) -> None:
    counts = import_files(store, [write_dump(tmp_path / f"some posts{kind}", POSTS)])
    assert (counts.read, counts.written.inserted) == (len(POSTS), len(POSTS))
    assert stored(store) == expected(POSTS)


@pytest.mark.parametrize("kind", [".csv", ".ndjson.zst", ".parquet"])
def test_a_wrong_name_misleads_nobody(store: Store, tmp_path: Path, kind: str) -> None:
    path = write_dump(tmp_path / f"posts{kind}", POSTS)
    import_files(store, [path.rename(tmp_path / "posts.gz")])
    assert stored(store) == expected(POSTS)


def test_the_window_of_the_monthly_dumps_is_read(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "RS_2024-01.zst"
    path.write_bytes(long_zstd(as_ndjson(map(as_fields, POSTS))))
    header = path.read_bytes()[:18]
    assert zstandard.get_frame_parameters(header).window_size == containers.WINDOW
    assert import_files(store, [path]).written.inserted == len(POSTS)


def test_zstd_in_several_frames_is_read_to_its_end(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson.zst"
    path.write_bytes(zstd_frames(as_ndjson(map(as_fields, POSTS))))
    assert import_files(store, [path]).written.inserted == len(POSTS)


@pytest.mark.parametrize("packed", [kind for kind in COMPRESSIONS if kind])
def test_a_cut_file_is_told_and_costs_no_other(store: Store, tmp_path: Path, packed: str) -> None:
    rows = [make_post(id=f"b{n}", title=Random(n).randbytes(40).hex()) for n in range(3_000)]
    cut = write_dump(tmp_path / f"cut.ndjson{packed}", rows)
    cut.write_bytes(cut.read_bytes()[:-40])
    write_dump(tmp_path / "whole.ndjson", POSTS)
    with pytest.raises(InputError, match=r"cut\.ndjson.* cannot be read"):
        import_files(store, [tmp_path])
    ids = {row[0] for row in stored(store)}
    assert ids >= {post.id for post in POSTS}
    assert listing(store)[0].metrics["inserted"] == len(ids)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in (".csv", ".ndjson", ".jsonl")]
)
def test_a_damaged_file_is_told_and_costs_no_other(store: Store, tmp_path: Path, kind: str) -> None:
    damaged = write_dump(tmp_path / f"damaged{kind}", POSTS)
    content = damaged.read_bytes()
    damaged.write_bytes(content[:12] + b"\xff" * (len(content) - 24) + content[-12:])
    write_dump(tmp_path / "whole.ndjson", POSTS)
    with pytest.raises(InputError, match=r"1 of 2 files could not be read: .*damaged"):
        import_files(store, [tmp_path])
    assert stored(store) == expected(POSTS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"\0" * 9, "only zeros"),
        (b"PAR1 and no more", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n", "has no column id"),
        (as_parquet([{"id": "a1", "title": "x"}]), "has no column created_utc, selftext"),
    ],
)
def test_a_file_without_posts_says_why(
    store: Store, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        import_files(store, [path])


def test_lines_that_are_no_posts_are_counted_and_logged(store: Store, tmp_path: Path) -> None:
    good = as_ndjson([as_fields(post) for post in POSTS[:2]]).splitlines()
    comment = as_ndjson([{**as_fields(POSTS[3]), "title": None, "selftext": None, "body": "No."}])
    lines = [good[0], b"{'id': 1}", b"", b'"text"', b'{"title": "\xff"}', comment, good[1][:-9]]
    path = tmp_path / "posts.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(line.strip() for line in [*lines, good[1]]))
    counts = import_files(store, [path])
    assert (counts.read, counts.written.inserted) == (7, 2)
    assert counts.skipped == {"unparsable": 3, "not_utf8": 1, "no_text": 1}
    for line, reason in ((2, "unparsable"), (4, "unparsable"), (5, "not_utf8"), (7, "unparsable")):
        assert f"{path}:{line}: skipped, {reason}:" in log_of(store, counts)


def test_a_line_without_end_is_no_post_and_fills_no_memory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "LONGEST", 2_000)
    lines = [
        as_ndjson([as_fields(POSTS[0])]),
        b"{" * 9_000 + b"\n",
        as_ndjson([as_fields(POSTS[1])]),
    ]
    path = tmp_path / "posts.ndjson"
    path.write_bytes(b"".join(lines) + b"{" * 4_000)
    counts = import_files(store, [path])
    assert (counts.written.inserted, counts.skipped) == (2, {"unparsable": 2})


def test_the_log_names_only_the_first_of_many(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "LISTED", 3)
    rows = [{**as_fields(post), "removed_by_category": "moderator"} for post in POSTS]
    counts = import_files(store, [write_dump(tmp_path / "posts.ndjson", rows)])
    assert counts.skipped == {"removed": len(POSTS)}
    assert log_of(store, counts).count("skipped, removed:") == 3
    assert f"{len(POSTS) - 3} more skipped, removed" in log_of(store, counts)


def test_a_column_names_the_subreddit_and_not_the_file(store: Store, tmp_path: Path) -> None:
    rows = [as_fields(post) for post in POSTS[:2]]
    rows[1]["subreddit"] = ""
    counts = import_files(store, [write_dump(tmp_path / "everything.csv", rows)])
    assert (counts.subreddits, counts.skipped) == ({"cats"}, {"bad_subreddit": 1})


@pytest.mark.parametrize("kind", [".csv.xz", ".parquet"])
def test_a_table_without_that_column_is_of_the_subreddit_that_names_it(
    store: Store, tmp_path: Path, kind: str
) -> None:
    rows = [as_fields(post) for post in POSTS]
    for row in rows:
        del row["subreddit"]
    import_files(store, [write_dump(tmp_path / f"Astronomy{kind}", rows)])
    assert {row[1] for row in stored(store)} == {"Astronomy"}


@pytest.mark.parametrize("kind", [".csv.gz", ".ndjson", ".jsonl.zst", ".parquet"])
def test_only_wanted_posts_are_taken(store: Store, tmp_path: Path, kind: str) -> None:
    since, until = FIRST + 20 * HOUR, FIRST + 90 * HOUR
    rows = [as_fields(post) for post in POSTS]
    rows[40]["subreddit"], rows[43]["subreddit"] = "r/cats", "SPACE"
    path = write_dump(tmp_path / f"posts{kind}", rows)
    wanted = Wanted(frozenset({"cats", "space"}), since=since, until=until)
    counts = import_files(store, [path], wanted=wanted)
    taken = [p for p in POSTS if p.subreddit in wanted.subreddits]
    taken = [p for p in taken if since <= p.created_utc < until]
    assert [row[0] for row in stored(store)] == [post.id for post in taken]
    assert counts.written.inserted == len(taken)
    assert (counts.read, counts.not_wanted) == (len(POSTS), len(POSTS) - len(taken))


def test_a_crosspost_of_a_wanted_post_is_not_wanted_itself(store: Store, tmp_path: Path) -> None:
    parent = {"subreddit": "cats", "id": "a9"}
    rows = [
        {"crosspost_parent_list": [parent], **as_fields(make_post(id="a1", subreddit="space"))},
        {"crosspost_parent_list": [parent], **as_fields(make_post(id="a2", subreddit="cats"))},
        {"crosspost_parent_list": [{"subreddit": "space"}], **as_fields(make_post(id="a3"))},
    ]
    path = write_dump(tmp_path / "posts.ndjson", rows)
    counts = import_files(store, [path], wanted=Wanted(frozenset({"cats"})))
    assert [row[0] for row in stored(store)] == ["a2", "a3"]
    assert counts.not_wanted == 1


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"a1","created_utc":1700000000,"title":"x","subreddit" : "Cats"}',
        b'{"id":"a1","created_utc":1700000000,"title":"x","subreddit":"r\\/cats"}',
        b'{"id":"a1","created_utc":1700000000,"title":"x","subreddit":"\\u0063ats"}',
        b'{"id":"a1","created_utc":1700000000,"title":"x","subreddit_name_prefixed":"r/cats"}',
        b'{"id":"a1","created_utc":1700000000,"title":"\\"subreddit\\":\\"space\\"","subreddit":"cats"}',
    ],
)
def test_however_a_line_names_its_subreddit_it_is_found(
    store: Store, tmp_path: Path, line: bytes
) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(line)
    assert import_files(store, [path], wanted=Wanted(frozenset({"cats"}))).written.inserted == 1


def test_lines_of_other_subreddits_are_not_parsed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_dump(tmp_path / "posts.ndjson", POSTS)
    parsed: list[bytes] = []
    real = formats._parse
    monkeypatch.setattr(formats, "_parse", lambda line: parsed.append(line) or real(line))
    import_files(store, [path], wanted=Wanted(frozenset({"cats"})))
    assert len(parsed) == len(POSTS) // 4


def test_row_groups_that_hold_nothing_wanted_are_not_read(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "posts.parquet"
    path.write_bytes(as_parquet([as_fields(post) for post in POSTS], group=10))
    read: list[int] = []
    real = parquet.pq.ParquetFile.iter_batches

    def iter_batches(self: object, *words: object, **options: list[int]) -> object:
        read.extend(options["row_groups"])
        return real(self, *words, **options)

    monkeypatch.setattr(parquet.pq.ParquetFile, "iter_batches", iter_batches)
    counts = import_files(store, [path], wanted=Wanted(since=FIRST + 95 * HOUR))
    assert read == [9, 10, 11]
    assert (counts.written.inserted, counts.not_wanted) == (25, 95)


def test_patterns_folders_and_names_are_found_each_once(tmp_path: Path) -> None:
    names = ("a/RS_2024-01.zst", "a/RC_2024-01.zst", "a/cats_submissions.zst")
    names += ("a/cats_comments.zst", "b/cats.csv", "b/x.tar.gz", "b/notes.txt", "b/x.jsonl.bz2")
    names += ("b/x.parquet", "b/_comments.csv")
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "b" / "folder.csv").mkdir()

    def found(*patterns: str) -> set[str]:
        paths = [file.path for file in find_files([tmp_path / pattern for pattern in patterns])]
        assert len(paths) == len(set(paths))
        assert paths == sorted(paths)
        return {path.relative_to(tmp_path).as_posix() for path in paths}

    posts = {"a/RS_2024-01.zst", "a/cats_submissions.zst", "b/_comments.csv", "b/cats.csv"}
    posts |= {"b/x.jsonl.bz2", "b/x.parquet"}
    assert found(".", "a", "b/cats.csv") == posts
    assert found("*/cats*") == {"a/cats_submissions.zst", "a/cats_comments.zst", "b/cats.csv"}
    assert found("**/RC*.zst") == {"a/RC_2024-01.zst"}
    assert found("?") == posts
    with pytest.raises(InputError, match="No file matches"):
        find_files([tmp_path / "*.xlsx"])


@pytest.mark.slow
@pytest.mark.parametrize(("form", "packed"), [(Format.CSV, ""), (Format.NDJSON, ".zst")])
def test_standard_input_is_a_file_like_any_other(
    home: Path, tmp_path: Path, form: Format, packed: str
) -> None:
    path = write_dump(tmp_path / f"posts.{form}{packed}", POSTS)
    words = [SIGNOFF, "import", "-", "--format", form, "--subreddit", "r/Cats", "--json"]
    done = subprocess.run(words, check=True, capture_output=True, input=path.read_bytes())
    assert b'"inserted": 30' in done.stdout
    store = open_store(home)
    assert stored(store) == expected([post for post in POSTS if post.subreddit == "cats"])
    assert listing(store)[0].params == {"format": form, "subreddits": ["cats"]}
    store.engine.dispose()


@pytest.mark.slow
def test_parquet_from_a_pipe_is_refused_with_a_way_out(home: Path, tmp_path: Path) -> None:
    path = write_dump(tmp_path / "posts.parquet", POSTS)
    words = [SIGNOFF, "import", "-"]
    done = subprocess.run(words, check=False, capture_output=True, input=path.read_bytes())
    assert done.returncode == 1
    assert b"is Parquet, which cannot be read from a pipe" in done.stderr


pieces = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(KINDS), st.booleans()), min_size=1, max_size=6
)


@given(pieces, st.randoms(use_true_random=False))
@hypothesis_settings(
    max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_however_posts_are_split_into_files_the_same_table_is_stored(
    tmp_path_factory: pytest.TempPathFactory,
    pieces: list[tuple[int, str, bool]],
    random: Random,
) -> None:
    folder = tmp_path_factory.mktemp("split")
    left = random.sample(POSTS, len(POSTS))
    for number, (size, kind, again) in enumerate([*pieces, (len(left), ".csv.gz", True)]):
        part, left = left[:size], left[size:]
        repeated = random.sample(POSTS, 5) if again else []
        if part + repeated:
            write_dump(folder / "in" / str(number % 2) / f"{number}{kind}", part + repeated)
    store = open_store(folder / "workspace")
    counts = import_files(store, [folder / "in"])
    assert stored(store) == expected(POSTS)
    assert counts.written.inserted == len(POSTS)
    assert counts.read == len(POSTS) + counts.written.unchanged
    store.engine.dispose()
