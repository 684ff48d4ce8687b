"""Reading one listing: where to go on, when to stop, what is remembered."""

from datetime import UTC, datetime, timedelta

import pytest

from core.collect.sweep import (
    IDLE,
    OVERLAP,
    ROW,
    SHOWN,
    STEP_BACK,
    WHOLE_AFTER,
    End,
    Entry,
    Sweep,
    Swept,
    mark_for,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MARK = 1_790_000_000


def entries(count: int, *, first: int = 0, newest: int = MARK + 1_000_000) -> list[Entry]:
    """A piece of a listing, a minute apart: names ``p0`` (the newest), ``p1``, …"""
    return [Entry(f"p{n}", newest - 60 * n) for n in range(first, first + count)]


def names(page: list[Entry]) -> set[str]:
    return {entry.name for entry in page}


def test_pages_follow_each_other_a_few_posts_overlapping() -> None:
    sweep = Sweep(limit=1_000)
    assert (sweep.after, sweep.wanted) == (None, 1_000)
    assert sweep.take(entries(100), follows=True, known=()) == list(range(100))
    assert sweep.after == f"p{99 - STEP_BACK}"
    repeated = entries(100, first=100 - STEP_BACK)
    assert sweep.take(repeated, follows=True, known=()) == list(range(STEP_BACK, 100))
    assert (sweep.read, sweep.ended) == (200 - STEP_BACK, None)


def test_neighbours_that_trade_places_over_the_end_of_a_page_are_both_read() -> None:
    listing = entries(20)
    sweep = Sweep(limit=100)
    sweep.take(listing[:10], follows=True, known=())
    listing[9], listing[10] = listing[10], listing[9]
    start = next(i for i, e in enumerate(listing) if e.name == sweep.after) + 1
    sweep.take(listing[start:], follows=False, known=())
    assert sweep.read == 20


def test_the_end_of_the_listing() -> None:
    sweep = Sweep(limit=1_000)
    sweep.take(entries(5), follows=False, known=())
    assert sweep.ended == End.LISTING


def test_a_subreddit_without_posts() -> None:
    sweep = Sweep(limit=1_000)
    assert sweep.take([], follows=False, known=()) == []
    assert (sweep.ended, sweep.read) == (End.LISTING, 0)


def test_the_limit_ends_it_and_no_post_more_is_given() -> None:
    sweep = Sweep(limit=7)
    assert sweep.take(entries(10), follows=True, known=()) == list(range(7))
    assert sweep.ended == End.LIMIT


def test_a_row_of_old_and_known_posts_ends_it() -> None:
    page = entries(10) + entries(ROW, first=10, newest=MARK - OVERLAP)
    sweep = Sweep(limit=1_000, mark=MARK)
    sweep.take(page, follows=True, known=names(page[10:]))
    assert sweep.ended == End.KNOWN


@pytest.mark.parametrize("nearly", ["one short", "not all known", "too new", "no mark"])
def test_what_nearly_is_such_a_row_does_not_end_it(nearly: str) -> None:
    page = entries(ROW - (nearly == "one short"), newest=MARK - OVERLAP - 1)
    known = names(page) - ({"p12"} if nearly == "not all known" else set())
    if nearly == "too new":
        page[12] = Entry("p12", MARK - OVERLAP)
    sweep = Sweep(limit=1_000, mark=None if nearly == "no mark" else MARK)
    sweep.take(page, follows=True, known=known)
    assert sweep.ended is None


def test_a_row_may_lie_on_two_pages() -> None:
    old = entries(2 * ROW, newest=MARK - OVERLAP - 1)
    sweep = Sweep(limit=1_000, mark=MARK)
    sweep.take(old[: ROW - 5], follows=True, known=names(old))
    assert sweep.ended is None
    sweep.take(old[ROW - 5 - STEP_BACK :], follows=True, known=names(old))
    assert sweep.ended == End.KNOWN


def test_behind_a_post_that_is_gone_it_goes_on_further_back() -> None:
    sweep = Sweep(limit=1_000)
    sweep.take(entries(100), follows=True, known=())
    tried = []
    while sweep.ended is None:
        tried.append(sweep.after)
        sweep.take([], follows=False, known=())
    assert tried == ["p96", "p93", "p87", "p75", "p51", "p3", "p0"]
    assert sweep.ended == End.BROKEN_OFF


def test_once_there_is_a_way_on_it_goes_on_as_before() -> None:
    sweep = Sweep(limit=1_000)
    sweep.take(entries(100), follows=True, known=())
    sweep.take([], follows=False, known=())
    assert sweep.take(entries(100, first=94), follows=True, known=()) == list(range(6, 100))
    assert sweep.after == f"p{193 - STEP_BACK}"


def test_a_listing_that_goes_round_in_circles_is_left() -> None:
    sweep = Sweep(limit=1_000)
    pages = 0
    while sweep.ended is None:
        sweep.take(entries(100), follows=True, known=())
        pages += 1
    assert (sweep.ended, pages, sweep.read) == (End.BROKEN_OFF, 1 + IDLE, 100)


def test_the_same_post_twice_on_a_page_is_one() -> None:
    sweep = Sweep(limit=1_000)
    assert sweep.take(entries(3) + entries(3), follows=False, known=()) == [0, 1, 2]


def test_the_mark_is_the_newest_moment_of_the_first_page() -> None:
    sweep = Sweep(limit=1_000)
    sweep.take([Entry("b", 50), Entry("a", 60), Entry("c", 40)], follows=True, known=())
    sweep.take([Entry("late", 70)], follows=False, known=())
    assert sweep.swept(Swept(), NOW) == Swept(mark=60, reach=SHOWN, whole_at=NOW)


def test_the_mark_never_moves_back_nor_into_the_future() -> None:
    sweep = Sweep(limit=1_000)
    sweep.take([Entry("a", 60)], follows=False, known=())
    assert sweep.swept(Swept(mark=90), NOW).mark == 90
    future = Sweep(limit=1_000)
    future.take([Entry("a", 2**40)], follows=False, known=())
    assert future.swept(Swept(), NOW).mark == int(NOW.timestamp())


def test_a_sweep_that_stopped_at_the_limit_reaches_as_far() -> None:
    sweep = Sweep(limit=5)
    sweep.take(entries(5), follows=True, known=())
    swept = sweep.swept(Swept(), NOW)
    assert swept.reach == 5
    assert mark_for(swept, limit=5, now=NOW) == swept.mark
    assert mark_for(swept, limit=6, now=NOW) is None


def test_a_sweep_that_stopped_at_what_was_known_reaches_as_far_as_before() -> None:
    page = entries(ROW, newest=MARK - OVERLAP - 1)
    sweep = Sweep(limit=1_000, mark=MARK)
    sweep.take(page, follows=True, known=names(page))
    before = Swept(mark=MARK, reach=300, whole_at=NOW - timedelta(days=1))
    assert sweep.swept(before, NOW) == before


def test_now_and_then_a_listing_is_read_whatever_is_known() -> None:
    swept = Swept(mark=MARK, reach=SHOWN, whole_at=NOW - WHOLE_AFTER + timedelta(seconds=1))
    assert mark_for(swept, limit=5_000, now=NOW) == MARK
    assert mark_for(swept, limit=10, now=NOW + timedelta(seconds=1)) is None
