"""What is said of a model's windows, as values: stored, printed as JSON and shown on pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.drift.windows import Window
from core.stats.intervals import Interval


class On(StrEnum):
    """Whose texts: posts of Reddit, or what users sent."""

    POSTS = "posts"
    SUBMISSIONS = "submissions"


class State(StrEnum):
    """What a window is. Only a ``complete`` one can alarm."""

    COMPLETE = "complete"
    RUNNING = "running"
    """It has not ended yet."""
    PARTIAL = "partly collected"
    """It has ended, but the newest post is from well before its end: more may come."""
    CUT = "cut off"
    """The model's own snapshot ends within it: only the posts after that are new."""
    FEW = "too few posts"
    PARTLY_SEALED = "partly sealed"
    """More than a tenth of its posts may be in a sealed test split."""
    SEALED = "sealed"
    """Its posts may be in a sealed test split: they are not read."""
    EMPTY = "no posts"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95% interval, which speaks of this window alone."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """A figure as it is without labels. ``interval``: 95%, for what the labels would show; None
    where earlier models do not tell how far it may be off: then it is not ``corrected`` for ageing.
    """

    value: float
    interval: Interval | None
    corrected: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """How much further a figure falls than the model's probabilities say.

    ``slope``: for each point; ``ageing``: in a year, of a model of
    :data:`core.stats.label_free.TRAINED` posts; and standard deviations: ``slope_error`` and
    ``ageing_error`` of these, ``level`` of a model and ``window`` of a window besides.
    """

    slope: float
    slope_error: float
    ageing: float
    ageing_error: float
    level: float
    window: float


@dataclass(frozen=True, slots=True)
class Distances:
    """How far p@1 is from that of the reference. ``psi`` has no upper limit."""

    ks: float
    wasserstein: float
    psi: float


@dataclass(frozen=True, slots=True)
class LabelMix:
    """How far the shares of the subreddits are from those of the reference, from 0 to 1: half the
    sum of the differences (total variation). ``by_chance``: what two samples of these sizes are
    apart on average where nothing has changed.
    """

    distance: float
    by_chance: float


@dataclass(frozen=True, slots=True)
class Present:
    """A subreddit with its posts in the window and, of the reference, its share of the posts."""

    subreddit: str
    posts: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WordChange:
    """A word in the posts of a window and of the reference: in how many ``posts`` of the window it
    stands, and in which ``share`` of either. ``interval``: 95%, of the change of the share.
    ``new``: it stands in no training post.
    """

    word: str
    posts: int
    share_reference: float
    share: float
    interval: Interval
    q_value: float
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WordChanges:
    """The words whose share of posts moved most, the furthest first. ``judged``: of how many."""

    judged: int
    rose: tuple[WordChange, ...]
    fell: tuple[WordChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one window holds. ``posts``: 1 or more.

    ``p_at_1_histogram``: posts in 50 equal bins. ``distances``, ``label_mix``, ``gone``: None
    without a reference. ``realised``: by metric; None where the posts have no label, or
    too few have. ``unlabelled``: posts that were predicted while their label may have been about to
    be sealed. ``expected``:
    what the model's own probabilities say of these metrics, as far as it kept enough of them.
    ``label_coverage``: the share of posts whose subreddit the model knows. ``unknown_words``: the
    share of words that stand in no training post; None where there is no text.
    ``new``: subreddits that the model cannot name, the largest first; ``gone``: those that it can
    name, which should have posts here, and have none. ``words``: only of the newest complete window
    of the last run that predicted.
    """

    posts: int
    p_at_1: Measured
    p_at_1_histogram: tuple[int, ...]
    distances: Distances | None
    realised: Mapping[str, Measured] | None
    label_coverage: float | None
    unknown_words: float | None
    label_mix: LabelMix | None
    new: tuple[Present, ...]
    gone: tuple[Present, ...]
    words: WordChanges | None = None
    expected: Mapping[str, float] = field(default_factory=dict)
    unlabelled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceReport:
    """What windows are compared with. ``parts``: how many parts of it the alarm level was
    calibrated on; 0: too few posts for that. ``figures``: of all its posts.
    """

    evaluation: int
    snapshot: str
    posts: int
    begins: int
    ends: int
    parts: int
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A window's place in the sequence of looks.

    ``look``: 1, 2, 3, …; ``levels``: beyond them, a distance alarms; ``alarms``: the distances
    that do.
    """

    look: int
    levels: Distances
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowReport:
    """One window, from ``begins`` to before ``ends`` (epoch seconds).

    ``figures``: None of an empty or sealed one. ``judged``: None where it cannot alarm; ``why``:
    why not, as a sentence. ``estimated``: by metric, without labels; empty without a reference.
    """

    begins: int
    ends: int
    state: State
    figures: Figures | None
    judged: Judged | None
    why: str = ""
    estimated: Mapping[str, Estimated] = field(default_factory=dict)

    @property
    def has_labels(self) -> bool:
        """Whether anything is said of it that needs labels."""
        return self.figures is not None and self.figures.realised is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure whose level changed. ``figure``: ``p_at_1_mean`` or ``accuracy``.

    ``began``: the first moment of the window from which on it most likely was another one;
    ``fired``: of the window at which that was evident. ``size``: how far it is from the reference.
    """

    figure: str
    began: int
    fired: int
    size: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class SubredditChange:
    """A subreddit in the reference and in a window. ``interval``: 95%, of the change of F1.
    ``posts``: in the window.
    """

    subreddit: str
    posts: int
    f1_reference: float
    f1: float
    interval: Interval
    q_value: float
    p_at_1_reference: float
    p_at_1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChange:
    """A topic group in the reference and in a window: the share of its posts whose first prediction
    is right. ``interval``: 95%, of the change. ``posts``: in the window.
    """

    topic: str
    posts: int
    accuracy_reference: float
    accuracy: float
    interval: Interval
    q_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """Which subreddits changed. ``judged``: those with enough posts; ``worse``, ``better``: of
    these, whose change is more than chance (q-value below 0.05). ``changes``: the largest losses.
    ``topics``: every topic group with posts on both sides, the largest significant loss first.
    """

    judged: int
    worse: int
    better: int
    changes: tuple[SubredditChange, ...]
    topics: tuple[TopicChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateReport:
    """What estimates rest on.

    ``models``: the earlier trainings that corrections were learned from. ``corrections``: by
    metric; empty where there are too few, and ``uncorrected`` says why, as a sentence.
    """

    models: tuple[int, ...]
    corrections: Mapping[str, Correction]
    uncorrected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """How one model does on one kind of texts since its snapshot ended.

    ``since``: from when on texts are new to it, in epoch seconds. ``reference``: None without one;
    ``no_reference``: why. ``level``: the chance of any false alarm in 26 judged windows.
    ``causes``: of the newest complete window with labels; None without one.
    ``estimates``: what they rest on; None without a reference. ``left_out``: reason -> posts that
    were not predicted.
    """

    on: On
    window: Window
    training: int
    model: str
    since: int
    level: float
    reference: ReferenceReport | None
    no_reference: str
    windows: tuple[WindowReport, ...]
    changes: tuple[Change, ...]
    causes: Causes | None
    left_out: Mapping[str, int]
    estimates: EstimateReport | None = None

    @property
    def first_alarm(self) -> WindowReport | None:
        """The first window of which a distance is beyond its level."""
        return next((each for each in self.windows if each.judged and each.judged.alarms), None)

    @property
    def newest(self) -> WindowReport | None:
        """The newest complete window."""
        return next(reversed(self._complete), None)

    @property
    def labelled(self) -> WindowReport | None:
        """The newest complete window with labels."""
        return next((each for each in reversed(self._complete) if each.has_labels), None)

    @property
    def _complete(self) -> list[WindowReport]:
        return [each for each in self.windows if each.state == State.COMPLETE]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestWindow:
    """Two models on the posts of the newest complete window that is new to both.

    ``posts``: that both have predicted. ``change``: of the accuracy, from the first model to the
    second; a post whose subreddit a model does not know is wrong.
    """

    window: Window
    begins: int
    posts: int
    change: Measured


@dataclass(frozen=True, slots=True)
class NoNewestWindow:
    """There is no such window. ``why``: as a sentence that begins in lower case."""

    why: str


@dataclass(frozen=True, slots=True)
class Below:
    """When accuracy is below a limit, as far as a straight line tells, with a chance of 2.5, 50 and
    97.5%: the first moments of those windows, at the earliest the newest complete one. None: not
    within a year of that. ``level``: the limit.
    """

    level: float
    earliest: int | None
    expected: int | None
    latest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What waiting costs. ``windows``: how many it was told from.

    ``per_week``: the change of accuracy in a week of ageing; None where there are too few windows.
    ``below``: None without a limit, without a reference, or where it is not shown that accuracy
    falls.
    """

    window: Window
    windows: int
    per_week: Measured | None
    below: Below | None = None

    @property
    def falls(self) -> bool:
        """Whether it is shown that accuracy falls."""
        return self.per_week is not None and self.per_week.interval[1] < 0
