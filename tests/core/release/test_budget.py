"""How often a sealed test may still be opened, and what is said where it may not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.hints import Command, Hint
from core.release.budget import Budget, budget_of
from core.release.events import ReleaseEvent
from core.release.gate import GateVerdict
from core.release.looks import Looks
from core.release.policy import Policy, parse
from core.store.snapshots import Snapshot
from tests.factories import CAREFUL, FIRST, HOUR, make_event, make_snapshot

OTHER = make_snapshot(digest="cd" * 32, name="other")
LATER = make_snapshot(
    digest="ef" * 32, name="later", cutoffs={"test": FIRST + 48 * HOUR, "end": FIRST + 60 * HOUR}
)


def policy(**rules: Any) -> Policy:
    """24 posts can judge 5 candidates; with adaptivity "none", 424."""
    kept = parse(CAREFUL.encode())
    return replace(kept, rules=replace(kept.rules, **rules))


def openings(*answers: str, snapshot: Snapshot | None = None, first: int = 1) -> list[ReleaseEvent]:
    """One opening each, of candidates 1, 2, …: a verdict, ``refused``, or nothing if cut off."""
    made, ids = [], count(first * 100)
    of = (snapshot or make_snapshot()).digest
    for candidate, answer in enumerate(answers, start=first):
        opened = make_event("opened", id=next(ids), candidate=candidate, snapshot=of)
        made.append(opened)
        if answer:
            more = {"candidate": candidate, "snapshot": of, "opening": opened.id}
            refused = answer == "refused"
            end = make_event("refused", **more) if refused else None
            made.append(end or make_event("tested", verdict=GateVerdict(answer), **more))
    return made


def budget(*answers: str, snapshot: Snapshot | None = None, **rules: Any) -> Budget:
    return budget_of(openings(*answers), snapshot or make_snapshot(), policy(**rules))


def frozen(*, days: float) -> Snapshot:
    return make_snapshot(created_at=datetime.now(UTC) - timedelta(days=days, hours=1))


def test_a_split_that_was_never_opened_is_sealed() -> None:
    found = budget()
    assert (found.possible, found.used, found.left) == (5, 0, 5)
    assert (found.state, found.closed, found.posts, found.elsewhere) == ("sealed", None, 24, 0)


@pytest.mark.parametrize("answer", ["pass", "fail", "inconclusive", ""])
def test_every_opening_counts_also_one_that_was_cut_off(answer: str) -> None:
    found = budget(answer)
    assert (found.used, found.left, found.state, found.closed) == (1, 4, "in use", None)


def test_an_opening_that_was_refused_does_not_count() -> None:
    found = budget("refused", "refused")
    assert (found.used, found.left, found.state) == (0, 5, "sealed")


def test_a_split_that_is_used_up_is_spent_and_says_how_to_get_a_newer_one() -> None:
    found = budget("pass", "fail", "", "refused", "inconclusive", "fail")
    assert (found.used, found.left, found.spent, found.state) == (5, 0, True, "spent")
    assert found.closed == "The test split of small is spent: 5 uses of 5."
    assert str(found.hint).endswith("signoff snapshot create --test-since 2023-11-17")
    # The posts of the split are older than that.
    since = datetime(2023, 11, 17, tzinfo=UTC).timestamp()
    assert found.snapshot.cutoffs["end"] <= since < found.snapshot.cutoffs["end"] + 24 * HOUR


def test_what_is_left_is_never_below_nothing() -> None:
    """A policy may become stricter than the openings that there were."""
    found = budget(*["fail"] * 5, epsilon=0.4)
    assert (found.possible, found.used, found.left, found.state) == (2, 5, 0, "spent")


def test_a_split_of_too_few_posts_can_judge_nobody() -> None:
    found = budget(epsilon=0.02)
    assert (found.possible, found.state, found.spent) == (0, "too small", False)
    assert found.closed == (
        "The test split of small has 24 posts: too few to judge even one candidate within ±0.02."
    )
    assert found.hint.command == Command("ledger plan")
    assert "release-policy.toml" in found.hint.text


@pytest.mark.parametrize(("days", "stale"), [(0, False), (90, False), (91, True)])
def test_a_split_is_stale_after_the_policys_days(days: int, stale: bool) -> None:
    found = budget(snapshot=frozen(days=days))
    assert (found.age, found.max_age, found.stale) == (days, 90, stale)
    assert found.state == ("stale" if stale else "sealed")
    assert (found.closed is not None) == stale
    if found.closed:
        assert found.closed == (
            "The test split of small is stale: it was frozen 91 days ago, and the limit is 90."
        )
        assert "--test-since" in str(found.hint)


def test_where_the_policy_sets_no_age_no_split_is_stale() -> None:
    found = budget_of([], frozen(days=4_000), parse(b"[maximum_churn]\nshare = 1"))
    assert (found.max_age, found.stale) == (None, False)


def test_a_spent_split_says_so_also_when_it_is_stale() -> None:
    found = budget(*["fail"] * 5, snapshot=frozen(days=200))
    assert found.state == "spent"
    assert "is spent" in str(found.closed)


def test_a_clock_that_was_set_back_opens_nothing() -> None:
    found = budget(snapshot=frozen(days=-2))
    assert found.age < 0
    assert found.closed == (
        "The test split of small was frozen in the future: the clock has been set back since then."
    )
    assert found.hint == Hint("Set this machine's clock to the right time.")


def test_the_first_pass_ends_a_split_where_the_policy_says_so() -> None:
    once = {"adaptivity": "first-change"}
    assert budget("fail", "inconclusive", **once).left == 6
    found = budget("fail", "pass", **once)
    assert (found.passed, found.left, found.spent) == (2, 0, True)
    assert found.closed == (
        "The test split of small is spent: #2 passed it, and the policy allows only one pass."
    )
    assert budget("fail", "pass").passed is None


def test_freezing_the_same_posts_anew_gives_no_new_test() -> None:
    """Splits of the same time hold the same posts, so an opening of one is one of the other."""
    events = [*openings("fail"), *openings("pass", "fail", "refused", snapshot=OTHER, first=2)]
    snapshots = [make_snapshot(), OTHER, LATER]
    found = budget_of(events, make_snapshot(), policy(), others=snapshots)
    assert (found.used, found.elsewhere, found.left) == (3, 2, 2)
    assert budget_of(events, LATER, policy(), others=snapshots).used == 0
    more = [*events, *openings("fail", "", snapshot=OTHER, first=7)]
    closed = budget_of(more, make_snapshot(), policy(), others=snapshots).closed
    assert (
        closed
        == "The test split of small is spent: 5 uses of 5, 4 of them through other snapshots."
    )


def test_a_pass_of_another_split_of_the_same_time_ends_this_one_too() -> None:
    events = openings("pass", snapshot=OTHER)
    once = policy(adaptivity="first-change")
    found = budget_of(events, make_snapshot(), once, others=[OTHER, make_snapshot()])
    assert (found.passed, found.spent) == (1, True)


def test_a_random_split_shares_its_time_with_every_other() -> None:
    drawn = make_snapshot(digest="99" * 32, cutoffs={}, split="random")
    for snapshot in (make_snapshot(), LATER):
        events = openings("fail", snapshot=snapshot)
        assert budget_of(events, drawn, policy(), others=[drawn, snapshot]).used == 1


@given(st.lists(st.sampled_from(["pass", "fail", "inconclusive", "refused", ""]), max_size=9))
def test_each_use_takes_one_away_and_none_comes_back(answers: list[str]) -> None:
    left = [budget(*answers[:number]).left for number in range(len(answers) + 1)]
    steps = [before - after for before, after in pairwise(left)]
    taken = [answer != "refused" for answer in answers]
    assert steps == [
        int(took and before > 0) for took, before in zip(taken, left[:-1], strict=True)
    ]


def test_looks_through_other_snapshots_count_and_are_told_apart() -> None:
    looks = Looks(frozenset({LATER.digest}), in_the_open=2)
    events = [*openings("fail"), *openings("fail", snapshot=LATER, first=2)]
    found = budget_of(events, make_snapshot(), policy(), others=[LATER], looks=looks)
    assert (found.used, found.elsewhere, found.in_the_open, found.left) == (4, 1, 2, 1)
    assert found.others == (
        "1 of them through other snapshots and 2 of them by evaluating models where another"
        " snapshot holds its posts openly"
    )
    assert budget("fail").others == ""
