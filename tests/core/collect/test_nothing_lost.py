"""Whatever happens between and during runs, what Reddit showed is stored: once, and as it is."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event

from core.collect.newest import collect_newest
from core.store import Store, open_store
from core.store.posts import posts_in_order
from tests.fake_reddit import FIRST, FakeClock, FakeReddit, access_to, serving
from tests.properties import examples

CAP, PAGE = 60, 10
"""What the listing shows, and what a page does: small, so that little brings much about."""


class Crashed(Exception):  # noqa: N818 - what a test makes happen
    """In the middle of a run."""


Change = tuple[str, int]
CHANGES = st.tuples(
    st.sampled_from(["post", "post", "delete", "remove", "edit", "swap", "cut"]),
    st.integers(0, 30),
)
RUNS = st.tuples(
    st.lists(CHANGES, max_size=8),  # before it
    st.lists(CHANGES, max_size=8),  # during it, one before each page
    st.one_of(st.none(), st.integers(0, 14)),  # the commit at which it crashes
)


def swapped(n: int, listing: list) -> list:  # type: ignore[type-arg]
    """Neighbours ``n`` and ``n + 1`` have traded places."""
    if n + 1 < len(listing):
        listing[n], listing[n + 1] = listing[n + 1], listing[n]
    return listing


def change(reddit: FakeReddit, what: str, n: int) -> None:
    """``n``: how many posts come, or which of the newest is meant.

    ``swap`` has neighbours about the end of the first page trade places. ``cut`` deletes the post
    behind which the page begins that is asked for.
    """
    cats = reddit.subreddits["cats"]
    listed = cats.shown()
    if what == "post":
        first = int(listed[0].created_utc - FIRST) // 60 + 1 if listed else 0
        cats.fill(n, first=max(first, len(cats.posts)))
    elif what == "swap":
        cats.order = lambda listing: swapped(PAGE - 3 + n % 6, listing)
    elif what == "cut":
        cats.posts.pop(reddit.asked.get("after", "").removeprefix("t3_"), None)
    elif n < len(listed):
        post = listed[n]
        if what == "delete":
            del cats.posts[post.id]
        elif what == "remove":
            post.gone = "removed"
        else:
            post.title += " edited"


@contextmanager
def crashing(store: Store, at: int | None) -> Iterator[None]:
    """The commit of that number fails, counted from 0."""
    left = [at]

    def commit(_connection: object) -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                left[0] = None
                raise Crashed

    event.listen(store.engine, "commit", commit)
    try:
        yield
    except Crashed:
        pass
    finally:
        event.remove(store.engine, "commit", commit)


def stored(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {post.id: post.title for batch in posts_in_order(session) for post in batch}


@pytest.fixture(scope="module")
def reddit() -> FakeReddit:
    return FakeReddit()


@pytest.fixture(scope="module")
def url(reddit: FakeReddit) -> Iterator[str]:
    with serving(reddit) as address:
        yield address


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = open_store(tmp_path_factory.mktemp("empty") / "workspace")
    store.engine.dispose()
    return store.home


@contextmanager
def copied(template: Path) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(dir=template.parent) as folder:
        store = open_store(shutil.copytree(template, Path(folder, "workspace")))
        try:
            yield store
        finally:
            store.engine.dispose()


@hypothesis_settings(max_examples=examples(20))
@given(runs=st.lists(RUNS, min_size=1, max_size=3), posts=st.integers(0, 80))
def test_what_was_shown_is_stored_once_and_as_it_is(
    reddit: FakeReddit,
    url: str,
    template: Path,
    runs: list,
    posts: int,  # type: ignore[type-arg]
) -> None:
    reddit.subreddits, reddit.cap, reddit.largest_page = {}, CAP, PAGE
    cats = reddit.add("cats", posts=posts)
    shown: set[str] = set()

    def collect(store: Store, during: list[Change], *, whole: bool = False) -> None:
        left = list(during)

        def on_request(path: str) -> None:
            if path.endswith("/new"):
                if left:
                    change(reddit, *left.pop(0))
                shown.update(post.id for post in cats.listing(CAP))

        reddit.on_request = on_request
        collect_newest(store, access_to(url), names=["cats"], whole=whole, clock=FakeClock())

    with copied(template) as store:
        for before, during, crash in runs:
            for one in before:
                change(reddit, *one)
            with crashing(store, crash):
                collect(store, during)
        collect(store, [])  # nothing happens any more
        found = stored(store)
        listed = {post.id: post for post in cats.listing(CAP)}
        alive = {post_id for post_id, post in listed.items() if not post.gone}
        assert alive <= found.keys() <= shown
        collect(store, [], whole=True)
        found = stored(store)
        for post_id, post in listed.items():
            assert found.get(post_id) == (None if post.gone else post.title)
