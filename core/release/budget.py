"""How often a sealed test may still be opened, and when it may not be any more. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.hints import Command, Hint
from core.release.events import EndOfOpening, LeakedTest, Opened, ReleaseEvent, Tested
from core.release.gate import GateVerdict
from core.release.looks import NO_LOOKS, Looks
from core.release.policy import Policy
from core.release.states import ends
from core.stats.testset import Adaptivity, Bound, Promise, candidates_possible
from core.store.snapshots import Snapshot
from core.words import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The uses of one sealed test split.

    ``possible``: candidates that its posts can judge within the policy's tolerance. ``used``: looks
    so far. They are its openings, also those cut off; openings of other sealed tests with posts of
    the same time or the same texts (``elsewhere`` of them): freezing the same posts again gives no
    new test; and models that were evaluated on its texts where another snapshot holds them openly
    (``in_the_open`` of them). ``age``: days since its freezing. ``passed``: the candidate that
    passed, where the policy replaces a split after its first pass. ``released``: when its posts,
    sealed in the store until then, were put back there in the clear; None: they never were.
    """

    snapshot: Snapshot
    possible: int
    used: int
    elsewhere: int
    in_the_open: int
    age: int
    max_age: int | None
    passed: int | None
    epsilon: float
    released: datetime | None = None

    @property
    def posts(self) -> int:
        return self.snapshot.readable["test"]

    @property
    def left(self) -> int:
        """Openings that may follow; 0 for a split that is spent."""
        if self.passed is not None or self.released is not None:
            return 0
        return max(0, self.possible - self.used)

    @property
    def spent(self) -> bool:
        """Used up: its posts are ordinary data from now on."""
        return self.used > 0 and self.left == 0

    @property
    def stale(self) -> bool:
        return self.max_age is not None and self.age > self.max_age

    @property
    def state(self) -> str:
        """``sealed`` (never opened), ``in use``, ``spent``, ``stale``, ``too small`` or
        ``released``.
        """
        if self.released is not None:
            return "released"
        if self.spent:
            return "spent"
        if self.possible == 0:
            return "too small"
        if self.stale:
            return "stale"
        return "in use" if self.used else "sealed"

    @property
    def others(self) -> str:
        """How many of the uses were no openings of this split, in words; empty if none were."""
        ways = {
            "through other snapshots": self.elsewhere,
            "by evaluating models where another snapshot holds its posts openly": self.in_the_open,
        }
        return " and ".join(f"{uses:,} of them {way}" for way, uses in ways.items() if uses)

    @property
    def closed(self) -> str | None:
        """Why it cannot be opened any more, as a sentence; None if it can."""
        split = f"The test split of {self.snapshot.id}"
        if self.released is not None:
            return (
                f"{split} is no longer sealed: its posts were released in the store on"
                f" {self.released:%Y-%m-%d}."
            )
        if self.passed is not None:
            return (
                f"{split} is spent: #{self.passed} passed it, and the policy allows only one pass."
            )
        if self.possible == 0:
            return (
                f"{split} has {count(self.posts, 'post')}: too few to judge even one candidate"
                f" within ±{self.epsilon:g}."
            )
        if self.left == 0:
            also = f", {self.others}" if self.others else ""
            return f"{split} is spent: {self.used:,} uses of {self.possible:,}{also}."
        if self.age < 0:
            return f"{split} was frozen in the future: the clock has been set back since then."
        if self.stale:
            age = count(self.age, "day")
            return f"{split} is stale: it was frozen {age} ago, and the limit is {self.max_age:,}."
        return None

    @property
    def hint(self) -> Hint:
        """What to do about :attr:`closed`."""
        if self.age < 0:
            return Hint("Set this machine's clock to the right time.")
        if self.possible == 0:
            return Hint(
                "Allow a larger epsilon under [test_budget] in release-policy.toml and adopt it, or"
                " freeze a larger snapshot, after working out how large it must be.",
                Command("ledger plan"),
            )
        end = datetime.fromtimestamp(self.snapshot.test_span[1], UTC) + timedelta(days=1)
        return Hint(
            "Import newer posts, then freeze a snapshot whose test split begins where this one"
            " ends.",
            Command("snapshot create", test_since=f"{end:%Y-%m-%d}"),
        )


def budget_of(
    events: Iterable[ReleaseEvent],
    snapshot: Snapshot,
    policy: Policy,
    *,
    others: Iterable[Snapshot] = (),
    looks: Looks = NO_LOOKS,
    released: datetime | None = None,
) -> Budget:
    """The uses of the test split of ``snapshot``, by all events so far.

    An opening whose test had leaked does not count: nobody learned how well a model does.

    Args:
        others: all snapshots there are.
        looks: those that other snapshots allowed at the texts of this one.
        released: when its posts were released in the store.
    """
    rules = policy.rules
    shared = {each.digest for each in others if _share_time(each, snapshot)} | {snapshot.digest}
    shared |= looks.tests
    mine = [e for e in events if isinstance(e, Opened | EndOfOpening) and e.snapshot in shared]
    ended = ends(mine)
    leaked = {number for number, event in ended.items() if isinstance(event, LeakedTest)}
    uses = [event for event in mine if isinstance(event, Opened) and event.id not in leaked]
    results = [event for event in ended.values() if isinstance(event, Tested)]
    passed = [event.candidate for event in results if event.verdict == GateVerdict.PASS]
    fresh = policy.limit("test_opened")
    once = rules.adaptivity == Adaptivity.FIRST_CHANGE
    return Budget(
        snapshot=snapshot,
        possible=candidates_possible(
            promise_of(policy), posts=snapshot.readable["test"], epsilon=rules.epsilon
        ),
        used=len(uses) + looks.in_the_open,
        elsewhere=sum(event.snapshot != snapshot.digest for event in uses),
        in_the_open=looks.in_the_open,
        age=(datetime.now(UTC) - snapshot.created_at).days,
        max_age=int(fresh.value) if fresh else None,
        passed=passed[0] if once and passed else None,
        epsilon=rules.epsilon,
        released=released,
    )


def _share_time(one: Snapshot, other: Snapshot) -> bool:
    """Whether both test splits may hold the same posts."""
    return one.test_span[0] < other.test_span[1] and other.test_span[0] < one.test_span[1]


def promise_of(policy: Policy) -> Promise:
    """What the policy promises of every answer of a sealed test."""
    rules = policy.rules
    return Promise(
        delta=rules.delta,
        adaptivity=Adaptivity(rules.adaptivity),
        bound=Bound.EXACT,
        disagreement=rules.disagreement,
        answers=rules.answers,
    )
