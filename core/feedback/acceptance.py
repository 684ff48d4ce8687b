"""Whether users find a version's first suggestion right more often than that of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.comparison.results import HIGHER, LOWER, Direction, direction
from core.feedback.summary import Share, VersionFeedback
from core.stats.intervals import Interval
from core.stats.shares import independent_difference
from core.words import count, points


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceChange:
    """The share of answers that call the first suggestion right, ``share_before`` of ``before``.

    ``interval``: 95%, of the difference (Newcombe's, of shares of different answers). Retraining
    plays no part: it is two versions as they were released.
    """

    before: str
    share_before: Share
    difference: float
    interval: Interval

    @property
    def direction(self) -> Direction:
        return direction(self.difference, interval=self.interval, noise=None)

    @property
    def sentence(self) -> str:
        """Follows one that says the share of the version itself. Plain text."""
        head = {HIGHER: "That is more than for", LOWER: "That is less than for"}.get(
            self.direction, "That shows no difference from"
        )
        low, high = map(points, self.interval)
        return (
            f"{head} {self.before}, the version before"
            f" ({self.share_before.value or 0:.1%} of {count(self.share_before.of, 'answer')}):"
            f" {points(self.difference)} percentage points, 95% interval {low} to {high}."
        )


def change(one: VersionFeedback, versions: Sequence[VersionFeedback]) -> AcceptanceChange | None:
    """Against the version before ``one`` that users answered; None without answers to both. Pure.

    Args:
        versions: newest first, as :func:`core.feedback.summary.by_version` gives them.
    """
    names = [each.version for each in versions]
    older = versions[names.index(one.version) + 1 :]
    before = next((each for each in older if each.first.of), None)
    if before is None or not one.first.of:
        return None
    shares = [np.array(each.first.value) for each in (before, one)]
    intervals = [np.array(each.first.interval) for each in (before, one)]
    low, high = independent_difference(shares[0], shares[1], intervals[0], intervals[1])
    return AcceptanceChange(
        before=before.version,
        share_before=before.first,
        difference=float(shares[1] - shares[0]),
        interval=(float(low), float(high)),
    )
