"""Freezing the same posts anew gives no new test: uses count for all splits of the same time."""

from dataclasses import replace
from datetime import UTC, datetime

from core.release.budget import Budget, budget_of
from core.release.policy import BUILT_IN, DEFAULT, parse
from core.store.snapshots import Snapshot
from tests.factories import make_event, make_snapshot

POLICY = parse(DEFAULT.encode(), source=BUILT_IN)
DAY = 86_400
NOW = datetime.now(UTC)


def snapshot(name: str, *, test: int, end: int) -> Snapshot:
    """Whose test split spans these days."""
    return make_snapshot(
        digest=name * 64,
        name=name,
        splits={"train": 100, "valid": 100, "test": 100_000},
        cutoffs={"valid": 0, "test": test * DAY, "end": end * DAY},
    )


OCTOBER = snapshot("a", test=100, end=130)
AGAIN = snapshot("b", test=110, end=130)
NOVEMBER = snapshot("c", test=130, end=160)


def budget(of: Snapshot) -> Budget:
    opened = make_event("opened", snapshot=OCTOBER.digest, id=1)
    return budget_of([opened], of, POLICY, others=[OCTOBER, AGAIN, NOVEMBER])


def test_a_use_counts_for_every_split_that_may_hold_the_same_posts() -> None:
    assert (budget(OCTOBER).used, budget(OCTOBER).elsewhere) == (1, 0)
    assert (budget(AGAIN).used, budget(AGAIN).elsewhere) == (1, 1)
    assert (budget(NOVEMBER).used, budget(NOVEMBER).elsewhere) == (0, 0)


def test_a_random_split_shares_its_time_with_all_before_it_was_frozen() -> None:
    random = replace(snapshot("d", test=0, end=0), split="random", cutoffs={})
    found = budget_of(
        [make_event("opened", snapshot="a" * 64, id=1)],
        random,
        POLICY,
        others=[OCTOBER, random],
    )
    assert found.elsewhere == 1


def test_a_spent_split_says_how_to_freeze_one_of_newer_posts() -> None:
    spent = replace(budget(OCTOBER), used=10_000, elsewhere=3)
    assert spent.closed is not None
    assert spent.closed.endswith("10,000 uses of 87, 3 of them through other snapshots.")
    assert str(spent.hint).endswith("signoff snapshot create --test-since 1970-05-12")
