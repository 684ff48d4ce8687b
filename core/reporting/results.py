"""What a model card says, as values: what is printed as JSON, and what its words are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.comparison.results import TopicSource
from core.stats.intervals import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How the model was made.

    ``what``: family and parameters in short. ``name``, ``note``: what people call it; empty:
    nothing. ``at``, ``by``: of its training, or of taking it in. ``commit``: of the code; None
    outside a git checkout. ``elsewhere``: it was taken in, not trained here; then ``parameters``
    say nothing of its training. ``training_known``: whether it is recorded which posts it, and each
    model that it was made of, was trained on.
    """

    training: int
    family: str
    what: str
    name: str
    note: str
    parameters: Mapping[str, str]
    seed: int
    at: datetime
    by: str
    commit: str | None
    digest: str
    subreddits: int
    elsewhere: bool
    training_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOfData:
    """``begins``, ``ends``: when its oldest and its newest post were made; None where that is not
    known. ``erased``: how many of ``posts`` have been erased since it was frozen.
    """

    split: str
    posts: int
    erased: int
    begins: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The executions that had brought posts in when the snapshot was frozen, by how they did, and
    whether the snapshot has texts that users sent.
    """

    imports: tuple[int, ...]
    collections: tuple[int, ...]
    feedback: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The snapshot of the training. ``left_out``: reason -> posts."""

    snapshot: str
    digest: str
    frozen_at: datetime
    kind: str
    generated: bool
    subreddits: int
    splits: tuple[SplitOfData, ...]
    left_out: Mapping[str, int]
    sources: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOfModel:
    """A metric with its 95% interval; None where it has none."""

    key: str
    name: str
    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The accuracy on some of the posts, with its 95% interval."""

    name: str
    posts: int
    accuracy: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Share):
    """A topic group, and how many of its subreddits any of these posts has."""

    subreddits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubredditF1:
    """The F1 of a subreddit with its 95% interval."""

    subreddit: str
    posts: int
    f1: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A subreddit that the model cannot name: how many posts or texts are of it."""

    subreddit: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well it does, on the posts that the approval rests on.

    ``split``: ``test`` where its sealed test was opened, else ``valid``. ``groups``: the lowest
    accuracy first. ``topics``: where the groups come from.
    """

    evaluation: int
    snapshot: str
    split: str
    posts: int
    metrics: tuple[FigureOfModel, ...]
    groups: tuple[Group, ...]
    topics: TopicSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where it fails.

    ``coverage``: the share of the posts whose subreddit it can name. ``unknown``: the subreddits of
    the others, most posts first, of ``unknown_subreddits``. ``wanted``: what users named and it
    cannot, most texts first, of ``wanted_subreddits``. ``worst_subreddits``: the lowest F1 of those
    with :data:`core.reporting.limits.FEWEST` posts or more, of ``judged_subreddits``.
    ``worst_slices``: the lowest accuracy, of ``judged_slices``, on the split ``slices_split``.
    ``caveats``: why the figures promise too much, as sentences.
    """

    coverage: float
    unknown: tuple[Counted, ...]
    unknown_subreddits: int
    wanted: tuple[Counted, ...]
    wanted_subreddits: int
    worst_subreddits: tuple[SubredditF1, ...]
    judged_subreddits: int
    worst_slices: tuple[Share, ...]
    judged_slices: int
    slices_split: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that somebody did: who, when, and what they wrote of it; empty: nothing."""

    by: str
    at: datetime
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event as a sentence without a full stop."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who approved it and why.

    ``opened``: the opening of its sealed test, and ``verdict`` what its gates said; None where no
    opening gave a result. ``override``: why it was approved although a gate failed; None where none
    did. ``void``: why the approval no longer holds, as a sentence. ``evidence``: the
    digest of what it rests on. ``history``: what else happened to it, newest first.
    """

    proposed: Said
    opened: Said | None
    verdict: str | None
    approved: Said
    override: str | None
    void: str | None
    evidence: str
    history: tuple[Happened, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that a model card says of a version, as it was at ``at``.

    ``aliases``: that name it. ``share``: of the callers, while it is the canary.
    """

    version: str
    at: datetime
    signoff: str
    aliases: tuple[str, ...]
    share: float | None
    made: Made
    data: Data
    figures: Figures
    limits: Limits
    decision: Decision
