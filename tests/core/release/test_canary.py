"""On the way out: staging first, then a share of the callers, then all; and always a way back."""

import pytest
from scipy.stats import binom

from core import audit
from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.release import aliases, candidates
from core.release.aliases import canary, current, move, of_share, set_canary, version_for
from core.release.review import approve
from core.store import Store
from tests.commands import race
from tests.core.release.conftest import Ready
from tests.factories import CAREFUL, LENIENT, by, set_policy

CALLERS = [f"caller-{n}" for n in range(100_000)]
SOME = CALLERS[:200]
UNLIKELY = 1e-9


@pytest.fixture
def staged(approved: Store, ready: Ready) -> Store:
    """#5 was approved and is in staging; #3 is in production."""
    first, second = ready.versions
    move(approved, "staging", second, expected=first)
    return approved


def served(store: Store) -> dict[str, int]:
    """Version -> how many callers get it."""
    found = [version_for(store, caller) for caller in SOME]
    names = [version.version if version else "" for version in found]
    return {name: names.count(name) for name in set(names)}


def test_callers_get_what_was_in_staging_only(approved: Store, ready: Ready) -> None:
    first, second = ready.versions
    before = current(approved)
    with pytest.raises(RefusedError, match=f"{second} has not been in staging"):
        move(approved, "production", second, expected=first)
    with pytest.raises(RefusedError, match="has not been in staging"):
        set_canary(approved, second, share=0.1)
    assert current(approved) == before
    move(approved, "beta", second, expected=None)  # a name of the team's own is not callers'
    move(approved, "staging", second, expected=first)
    move(approved, "staging", first, expected=second)  # it need not be there any more
    move(approved, "production", second, expected=first)
    assert candidates.get(approved, 5).state == "released"


def test_where_the_policy_wants_no_staging_a_version_goes_out_directly(
    tested: Store, ready: Ready
) -> None:
    set_policy(tested, f"{CAREFUL}[release]\nstaging_first = false\n")
    with by("bob"):
        version = str(approve(tested, 5, comment="fine").version)
    move(tested, "production", version, expected=ready.versions[0])
    assert current(tested)["production"] == version


def test_a_canary_serves_its_share_and_production_the_others(staged: Store, ready: Ready) -> None:
    first, second = ready.versions
    assert (canary(staged), served(staged)) == (None, {first: len(SOME)})
    with by("cy"):
        event = set_canary(staged, second, share=0.25)
    assert (event.kind, event.by, event.version, event.share) == ("canary", "cy", second, 0.25)
    on = canary(staged)
    assert on is not None
    assert (on.version, on.share) == (second, 0.25)
    expected = sum(of_share(caller, second, 0.25) for caller in SOME)
    assert served(staged) == {first: len(SOME) - expected, second: expected}
    assert candidates.get(staged, 5).state == "approved"  # not yet released
    assert audit.verify(staged).broken is None


@pytest.mark.slow
def test_each_caller_gets_the_same_again_and_more_as_the_share_grows(
    staged: Store, ready: Ready
) -> None:
    second = ready.versions[1]
    before: set[str] = set()
    for share in (0.01, 0.1, 0.5, 0.9):
        set_canary(staged, second, share=share)
        theirs = {
            caller
            for caller in CALLERS[:150]
            if (found := version_for(staged, caller)) and found.version == second
        }
        assert before <= theirs
        before = theirs
    assert 100 < len(before) < 150


def test_a_share_of_0_ends_it(staged: Store, ready: Ready) -> None:
    first, second = ready.versions
    set_canary(staged, second, share=0.5)
    event = set_canary(staged, second, share=0)
    assert (event.share, canary(staged), served(staged)) == (0, None, {first: len(SOME)})
    with pytest.raises(RefusedError, match=f"The canary of {second} has ended"):
        set_canary(staged, second, share=0)
    assert audit.verify(staged).broken is None


def test_only_the_canary_that_is_on_is_ended(staged: Store, ready: Ready) -> None:
    first, second = ready.versions
    set_canary(staged, second, share=0.5)
    with pytest.raises(RefusedError, match=f"{first} is not the canary"):
        set_canary(staged, first, share=0)
    on = canary(staged)
    assert on is not None
    assert on.version == second


def test_a_canary_can_be_ended_whatever_has_changed_since(staged: Store, ready: Ready) -> None:
    second = ready.versions[1]
    set_canary(staged, second, share=0.5)
    set_policy(staged, LENIENT + "# another\n")
    set_canary(staged, second, share=0)
    assert canary(staged) is None


@pytest.mark.parametrize("share", [-0.1, 1, 1.5, float("nan"), float("inf")])
def test_a_share_is_from_0_to_below_1(staged: Store, ready: Ready, share: float) -> None:
    with pytest.raises(InputError, match="is not at least 0 and below 1"):
        set_canary(staged, ready.versions[1], share=share)
    assert canary(staged) is None


def test_a_canary_is_no_plain_name_and_has_no_way_back_of_its_own(
    staged: Store, ready: Ready
) -> None:
    second = ready.versions[1]
    with pytest.raises(InputError, match="share of callers"):
        move(staged, "canary", second, expected=None)
    set_canary(staged, second, share=0.5)
    with pytest.raises(RefusedError, match="canary has no earlier version"):
        aliases.rollback(staged, "canary")
    with pytest.raises(NotFoundError, match=r"no version 20200101\.1"):
        set_canary(staged, "20200101.1", share=0.5)


def test_without_production_there_is_nothing_to_try_a_canary_against(store: Store) -> None:
    assert version_for(store, "anybody") is None
    with pytest.raises(NotFoundError):
        set_canary(store, "20200101.1", share=0.5)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5])
def test_the_share_is_kept_within_what_chance_allows(share: float) -> None:
    theirs = sum(of_share(caller, "20260531.2", share) for caller in CALLERS)
    low, high = binom.ppf([UNLIKELY, 1 - UNLIKELY], len(CALLERS), share)
    assert low <= theirs <= high


def test_another_version_is_tried_on_other_callers() -> None:
    """Else the same people would get every canary."""
    one, other = (
        {caller for caller in CALLERS if of_share(caller, version, 0.1)}
        for version in ("20260531.2", "20260531.3")
    )
    low, high = binom.ppf([UNLIKELY, 1 - UNLIKELY], len(one), 0.1)
    assert low <= len(one & other) <= high


def test_nobody_and_everybody() -> None:
    assert not any(of_share(caller, "1", 0) for caller in CALLERS[:1_000])
    assert all(of_share(caller, "1", 1) for caller in CALLERS[:1_000])
    assert isinstance(of_share("größer 🚀", "1", 0.5), bool)


def test_what_was_in_production_comes_back_whatever_has_changed(
    staged: Store, ready: Ready
) -> None:
    first, second = ready.versions
    move(staged, "production", second, expected=first)
    set_policy(staged, CAREFUL + "[minimum_metric]\np_at_1_mean = 1\n")
    with by("cy"):
        event = aliases.rollback(staged, "production", expected=second)
    assert (event.kind, event.version, event.before) == ("rolled_back", first, second)
    move(staged, "production", second, expected=first)
    set_canary(staged, first, share=0.5)
    assert served(staged).keys() == {first, second}


@pytest.mark.slow
def test_of_releasers_who_move_production_at_once_exactly_one_wins(
    staged: Store, ready: Ready
) -> None:
    first, second = ready.versions
    prepare = """
import sys
from core.errors import ConflictError
from core.release.aliases import move, rollback
from core.settings import settings
from core.store import open_store
from tests.factories import by
store, me = open_store(settings().home), sys.argv[1]"""
    act = f"""
with by("releaser" + me):
    try:
        move(store, "production", {second!r}, expected={first!r})
        print("won")
    except ConflictError as error:
        print(error.reason)"""
    said = race(prepare, act, processes=3)
    told = f"production now names {second}, not {first}: somebody has moved it"
    assert sorted(said) == [told, told, "won"]
    assert len(aliases.history(staged, "production")) == 2
    assert audit.verify(staged).broken is None


def test_two_who_roll_back_what_they_saw_go_one_step_only(staged: Store, ready: Ready) -> None:
    first, second = ready.versions
    move(staged, "production", second, expected=first)
    aliases.rollback(staged, "production", expected=second)
    with pytest.raises(ConflictError, match="somebody has moved it"):
        aliases.rollback(staged, "production", expected=second)
    assert current(staged)["production"] == first


def test_of_two_who_set_a_canary_the_second_is_told(staged: Store, ready: Ready) -> None:
    _, second = ready.versions
    set_canary(staged, second, share=0.1, expected="")
    with pytest.raises(
        ConflictError, match=r"canary now names .*, not nothing: somebody has moved it"
    ):
        set_canary(staged, second, share=0.2, expected="")
    on = canary(staged)
    assert on is not None
    assert (on.version, on.share) == (second, 0.1)


def test_the_share_that_a_canary_has_is_not_given_again(staged: Store, ready: Ready) -> None:
    set_canary(staged, ready.versions[1], share=0.1)
    with pytest.raises(RefusedError, match="already gets 10% of callers"):
        set_canary(staged, ready.versions[1], share=0.1)
