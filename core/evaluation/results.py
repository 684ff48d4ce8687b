"""What an evaluation holds besides its metrics: curves and confusions, as pages show them."""

from dataclasses import dataclass

Floats = tuple[float, ...]
Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Posts in each of b bins, and the b + 1 edges of the bins."""

    edges: Floats
    posts: Counts


@dataclass(frozen=True, slots=True)
class ReliabilityCurve:
    """Posts, mean p@1 and accuracy in each bin, see :mod:`core.stats.calibration`."""

    posts: Counts
    mean_p: Floats
    accuracy: Floats


@dataclass(frozen=True, slots=True)
class BinnedF1:
    """See :class:`core.stats.curve.Binned`."""

    p: Floats
    f1: Floats
    low: Floats
    high: Floats
    subreddits: Counts


@dataclass(frozen=True, slots=True)
class IsotonicF1:
    """See :class:`core.stats.curve.Isotonic`."""

    p: Floats
    f1: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class F1Curves:
    """The F1 to expect of a subreddit, given its mean p@1."""

    binned: BinnedF1
    isotonic: IsotonicF1


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many posts of ``subreddit`` are taken for ``predicted``."""

    subreddit: str
    predicted: str
    posts: int


@dataclass(frozen=True, slots=True)
class EvaluationSummary:
    """``f1_by_p``: None for too few subreddits. ``confusions``: the commonest of each subreddit."""

    p_at_1_histogram: Histogram
    reliability: ReliabilityCurve
    f1_by_p: F1Curves | None
    confusions: tuple[Confusion, ...]
