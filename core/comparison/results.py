"""What a comparison found, as values: what is stored, printed as JSON and shown on pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import pandas as pd

from core.comparison.confusions import ConfusionChange, ConfusionCounts
from core.comparison.thresholds import Thresholds
from core.stats.intervals import Interval

BETTER: Final = "better"
WORSE: Final = "worse"
SAME: Final = "no change shown"
WITHIN: Final = "within noise"
"""More than the chance of these posts, but no more than retraining alone does."""
FEW: Final = "too few posts"
"""Of a subreddit only."""

HIGHER: Final = "higher"
LOWER: Final = "lower"

Judgement = Literal["better", "worse", "no change shown", "within noise"]
"""What a metric's change is called."""
Direction = Literal["higher", "lower", "no change shown", "within noise"]
"""Which way a number went, as far as that is shown."""


def direction(difference: float, *, interval: Interval | None, noise: float | None) -> Direction:
    """Whether a number is higher or lower than another: the one place that decides it.

    No sentence may say better, worse, more, less, higher or lower of two numbers where this does
    not. ``interval``: 95%, of the difference; without one nothing is shown, and the ends belong to
    it. ``noise``: half the width of the band of retraining, of which a difference must be outside;
    None where it was not measured, or where retraining plays no part.
    """
    if interval is None or interval[0] <= 0 <= interval[1]:
        return SAME
    if noise is not None and abs(difference) <= noise:
        return WITHIN
    return HIGHER if interval[0] > 0 else LOWER


class Kind(StrEnum):
    """``paired``: both models predicted the same posts."""

    PAIRED = "paired"
    UNPAIRED = "unpaired"


class TopicSource(StrEnum):
    """Where the topic groups come from: people's file, or what the models take for each other."""

    FILE = "file"
    CONFUSIONS = "confusions"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """One metric of both models.

    ``interval``: 95%, of the difference; ``interval_percentile`` and ``interval_bca`` are the same
    by the bootstrap. ``interval_baseline``, ``interval_candidate``: of the values themselves. All
    are None where the metric has no interval. ``noise``: half the width of the band of retraining,
    None where it was not measured. ``verdict``: None where the change is not judged.
    """

    baseline: float
    candidate: float
    difference: float
    interval: Interval | None = None
    interval_percentile: Interval | None = None
    interval_bca: Interval | None = None
    interval_baseline: Interval | None = None
    interval_candidate: Interval | None = None
    noise: float | None = None
    verdict: Judgement | None = None

    @property
    def direction(self) -> Direction:
        """See :func:`direction`; also of a metric of which more is not better by itself."""
        return direction(self.difference, interval=self.interval, noise=self.noise)


@dataclass(frozen=True, slots=True)
class SharedLabels:
    """Both models on the posts of the subreddits that both models know."""

    posts: int
    metrics: Mapping[str, MetricChange]


@dataclass(frozen=True, slots=True)
class OwnLabels:
    """One model on the posts of the subreddits that it knows."""

    posts: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class BothOwnLabels:
    """Each model on the posts of its own subreddits."""

    baseline: OwnLabels
    candidate: OwnLabels


@dataclass(frozen=True, slots=True)
class LabelSets:
    """Metrics of two models that know different subreddits."""

    shared: SharedLabels
    own: BothOwnLabels


@dataclass(frozen=True, slots=True)
class PairedAccuracyTest:
    """Are both right equally often? By the posts that only one of them gets right."""

    test: str
    only_baseline: int
    only_candidate: int
    p_value: float


@dataclass(frozen=True, slots=True)
class UnpairedAccuracyTest:
    """Are both right equally often, each on its own posts?"""

    test: str
    posts_baseline: int
    posts_candidate: int
    p_value: float


AccuracyTest = PairedAccuracyTest | UnpairedAccuracyTest


@dataclass(frozen=True, slots=True)
class Rename:
    """``removed``, which only the baseline knows, may be called ``added`` in the candidate.

    ``posts``: how many the baseline puts into the one and the candidate into the other.
    ``share``: of all that the one model puts there, the smaller of both ways.
    """

    removed: str
    added: str
    posts: int
    share: float


@dataclass(frozen=True, slots=True)
class LabelChange:
    """The F1 of a subreddit by both models."""

    subreddit: str
    baseline: float
    candidate: float


@dataclass(frozen=True, slots=True)
class Subreddits:
    """How many subreddits both models know, only one of them knows, and how many changed.

    ``gains``, ``losses``: the largest of those called better or worse, the largest first; empty
    in comparisons that older versions made.
    """

    shared: int
    added: int
    removed: int
    added_names: tuple[str, ...]
    removed_names: tuple[str, ...]
    better: int
    worse: int
    renames: tuple[Rename, ...]
    gains: tuple[LabelChange, ...] = ()
    losses: tuple[LabelChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ChurnCounts:
    """Posts whose first prediction differs, see :class:`core.comparison.churn.Churn`."""

    changed: int
    fixed: int
    broken: int
    swapped: int


@dataclass(frozen=True, slots=True)
class NormalFit:
    """Mean and standard deviation of the F1 changes of the subreddits."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class ConfidenceShift:
    """Means of p@1, and the distances of its two distributions."""

    baseline_mean: float
    candidate_mean: float
    ks: float
    wasserstein: float
    psi: float


@dataclass(frozen=True, slots=True)
class NoiseSource:
    """The execution that measured the noise of retraining, and by how many repeats."""

    execution: int
    repeats: int


@dataclass(frozen=True, slots=True)
class NoiseSources:
    """Of each side's configuration; None where it was not measured."""

    baseline: NoiseSource | None = None
    candidate: NoiseSource | None = None

    @property
    def known(self) -> tuple[NoiseSource, ...]:
        """What was measured, each measurement once."""
        return tuple(dict.fromkeys(one for one in (self.candidate, self.baseline) if one))

    @property
    def missing(self) -> str | None:
        """The side whose noise is missing where the other's is known."""
        if not self.known or (self.baseline and self.candidate):
            return None
        return "candidate" if self.baseline else "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSummary:
    """All numbers of a comparison, without the tables of subreddits and slices.

    ``posts``: on the candidate's side. ``label_sets``: None where both models know the same
    subreddits or share none that has posts. ``churn``: None if unpaired. ``changes_normal``: None
    for fewer than two shared subreddits. ``one_model``: whether one model is compared on two sets
    of posts. ``confused``, ``confusions``: pairs of subreddits that both models know, see
    :func:`core.comparison.confusions.confusions`. ``threshold``: on the posts of :attr:`common`.
    These three are None in comparisons that older versions made.
    """

    kind: Kind
    posts: int
    posts_baseline: int
    metrics: Mapping[str, MetricChange]
    label_sets: LabelSets | None
    accuracy_test: AccuracyTest
    subreddits: Subreddits
    topics: TopicSource
    churn: ChurnCounts | None
    changes_normal: NormalFit | None
    p_at_1: ConfidenceShift
    noise: NoiseSources = NoiseSources()
    one_model: bool = False
    confused: ConfusionCounts | None = None
    confusions: tuple[ConfusionChange, ...] | None = None
    threshold: Thresholds | None = None

    @property
    def paired(self) -> bool:
        return self.kind == Kind.PAIRED

    @property
    def common(self) -> Mapping[str, MetricChange]:
        """What sentence, gates and key figures speak of: the metrics on the posts of the
        subreddits that both models know. Where the models know different ones, that is only some
        of the metrics.
        """
        return self.label_sets.shared.metrics if self.label_sets else self.metrics

    @property
    def deciding(self) -> MetricChange:
        """Macro F1; where the models know different subreddits, on the shared ones."""
        return self.common["f1_macro"]


@dataclass(frozen=True, slots=True)
class NoiseBands:
    """What retraining alone does to a difference: half-widths of 95% bands.

    ``metrics``: metric -> band. ``subreddits``: a frame with ``subreddit``, ``band`` and the
    standard deviation ``noise_sd``, which is known with ``degrees`` degrees of freedom.
    """

    metrics: Mapping[str, float]
    subreddits: pd.DataFrame


NOT_MEASURED = NoiseBands(
    {}, pd.DataFrame({"subreddit": []}, dtype=str).assign(noise_sd=0.0, band=0.0, degrees=0.0)
)
