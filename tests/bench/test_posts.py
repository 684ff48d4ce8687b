"""Generated files of posts can be imported, whole."""

from pathlib import Path

from bench.import_posts import insert_bare
from bench.posts import write_posts
from core.collect.files import import_files
from core.store import Store

POSTS, SUBREDDITS = 300, 8


def test_generated_posts_are_imported_by_us_and_by_the_peer(store: Store, tmp_path: Path) -> None:
    write_posts(tmp_path / "posts", POSTS, SUBREDDITS)
    counts = import_files(store, [tmp_path / "posts"])
    assert (counts.written.inserted, len(counts.subreddits)) == (POSTS, SUBREDDITS)
    assert not counts.skipped
    assert insert_bare(sorted((tmp_path / "posts").glob("*.csv.gz")))[1] == POSTS
