"""How often a sealed test may still be opened, and when it may not be any more. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.release.events import Kind, ends
from core.release.gates import Verdict
from core.release.policy import Policy
from core.stats.testset import Adaptivity, Bound, Promise, candidates_possible
from core.store.releases import EventRecord
from core.store.snapshots import Snapshot

FRESH = (
    "freeze a newer one from the posts that came since: signoff import FOLDER, then signoff"
    " snapshot create --name NAME"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The uses of one sealed test split.

    ``possible``: candidates that its posts can judge within the policy's tolerance. ``used``:
    openings so far, also those cut off. ``age``: days since its freezing. ``passed``: the
    candidate that passed, where the policy replaces a split after its first pass.
    """

    snapshot: Snapshot
    possible: int
    used: int
    age: int
    max_age: int | None
    passed: int | None
    epsilon: float

    @property
    def posts(self) -> int:
        return self.snapshot.splits["test"]

    @property
    def left(self) -> int:
        """Openings that may follow; 0 for a split that is spent."""
        return 0 if self.passed is not None else max(0, self.possible - self.used)

    @property
    def spent(self) -> bool:
        """Used up: its posts are ordinary data from now on."""
        return self.used > 0 and self.left == 0

    @property
    def stale(self) -> bool:
        return self.max_age is not None and self.age > self.max_age

    @property
    def state(self) -> str:
        """``sealed`` (never opened), ``in use``, ``spent``, ``stale`` or ``too small``."""
        if self.spent:
            return "spent"
        if self.possible == 0:
            return "too small"
        if self.stale:
            return "stale"
        return "in use" if self.used else "sealed"

    @property
    def closed(self) -> str | None:
        """Why it cannot be opened any more, as a sentence; None if it can."""
        split = f"The test split of {self.snapshot.id}"
        if self.passed is not None:
            return f"{split} is spent: #{self.passed} passed it, and by the policy that ends it."
        if self.possible == 0:
            return (
                f"{split} has {self.posts:,} posts: too few to judge even one candidate within"
                f" ±{self.epsilon:g}."
            )
        if self.left == 0:
            return f"{split} is spent: it was opened {self.used:,} times of {self.possible:,}."
        if self.age < 0:
            return f"{split} was frozen in the future: the clock was set back since."
        if self.stale:
            return f"{split} is stale: frozen {self.age:,} days ago, the limit is {self.max_age:,}."
        return None

    @property
    def remedy(self) -> str:
        """What to do about :attr:`closed`, beginning in lower case."""
        if self.age < 0:
            return "set the clock of this machine right"
        if self.possible == 0:
            return (
                "freeze a larger one (signoff ledger plan says how large), or allow a larger"
                " epsilon under [test_budget] in release-policy.toml"
            )
        return FRESH


def budget_of(events: Iterable[EventRecord], snapshot: Snapshot, policy: Policy) -> Budget:
    """The uses of the test split of ``snapshot``, by the events so far, those of others included.

    An opening that was refused does not count: nobody learned how well a model does.
    """
    rules = policy.rules
    mine = [event for event in events if event.snapshot == snapshot.digest]
    ended = ends(mine)
    openings = [event for event in mine if event.kind == Kind.OPENED]
    refused = {number for number, event in ended.items() if event.kind == Kind.REFUSED}
    passed = [event.candidate for event in ended.values() if event.verdict == Verdict.PASS]
    fresh = policy.limit("test_opened")
    once = rules.adaptivity == Adaptivity.FIRST_CHANGE
    return Budget(
        snapshot=snapshot,
        possible=candidates_possible(
            promise_of(policy), posts=snapshot.splits["test"], epsilon=rules.epsilon
        ),
        used=sum(event.id not in refused for event in openings),
        age=(datetime.now(UTC) - snapshot.created_at).days,
        max_age=int(fresh.value) if fresh else None,
        passed=passed[0] if once and passed else None,
        epsilon=rules.epsilon,
    )


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
