"""A check as a recorded run: found again while the posts are the same, then outdated."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InputError
from core.executions import listing
from core.quality import check as quality
from core.quality.summary import DAY
from core.store import Store, collection, erasure
from core.store import quality as table
from core.store.writing import write
from tests.factories import FIRST, fill, make_corpus, make_post


def test_a_check_counts_what_is_stored(store: Store) -> None:
    fill(store, make_corpus())
    made = quality.check(store)
    summary = quality.summary(store, made)
    assert (summary.posts, summary.subreddits) == (240, 4)
    assert summary.first_utc == FIRST
    assert summary.generated == 0
    assert summary.languages.sample == 240
    assert made.execution.metrics["posts"] == 240
    assert quality.frame(store, made, "subreddits")["posts"].tolist() == [60] * 4
    assert quality.frame(store, made, "per_day")["posts"].sum() == 240
    days = quality.frame(store, made, "days")
    assert days[days["subreddit"] == "cats"]["posts"].sum() == 60
    assert days["day"].min() == FIRST // DAY
    assert len(quality.frame(store, made, "gaps")) == 0


def test_the_same_posts_are_checked_once(store: Store) -> None:
    fill(store, make_corpus())
    first = quality.check(store)
    assert quality.check(store).execution.number == first.execution.number
    assert quality.check(store, force=True).execution.number != first.execution.number
    kinds = [execution.kind for execution in listing(store)]
    assert kinds == ["check", "check", "import"]


def test_a_check_is_outdated_by_posts_that_come_change_or_go(store: Store) -> None:
    posts = make_corpus()
    fill(store, posts)

    def current() -> bool:
        latest = quality.latest(store)
        assert latest is not None
        return latest.current

    quality.check(store)
    assert current()
    fill(store, posts)  # brings nothing new
    assert current()
    fill(store, [make_post(id="new1")])
    assert not current()
    quality.check(store)
    assert current()
    fill(store, [replace(posts[0], title="Another title")])
    assert not current()
    quality.check(store)
    with write(store) as session:
        erasure.bury(session, {posts[1].id: "deleted"}, execution=1, at=datetime.now(UTC))
    assert not current()
    found = quality.check(store)
    assert found.current
    summary = quality.summary(store, found)
    assert (summary.posts, summary.erased) == (240, 1)


def test_without_posts_there_is_nothing_to_check(store: Store) -> None:
    assert quality.latest(store) is None
    with pytest.raises(InputError, match="no posts to check"):
        quality.check(store)
    assert listing(store) == []


def test_progress_is_told_of_all_posts(store: Store) -> None:
    fill(store, make_corpus())
    told: list[tuple[str, float, float | None]] = []
    quality.check(store, progress=lambda *report: told.append(report))
    assert told == [("Reading the posts", 0, 240), ("Counting", 0, None)]


def test_holdings_are_those_of_the_posts(store: Store) -> None:
    with store.read() as session:
        assert table.holdings(session) == table.Holdings(0, None)
    fill(store, make_corpus())
    with store.read() as session:
        assert table.holdings(session) == table.Holdings(240, 1)


def test_outcomes_of_collecting_are_counted(store: Store) -> None:
    early, late = (datetime(2026, 5, day, tzinfo=UTC) for day in (1, 2))
    with write(store) as session:
        for name, outcome, at in (
            ("cats", "private", early),
            ("dogs", "collected", early),
            ("birds", "private", late),
        ):
            collection.write_outcome(
                session, name, outcome=outcome, detail="", at=at, failures=0, retry_at=None
            )
    with store.read() as session:
        found = table.outcomes(session)
    assert found == [
        table.OutcomeCount("private", 2, late),
        table.OutcomeCount("collected", 1, early),
    ]
