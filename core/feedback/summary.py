"""What users' texts and answers say of each version.

Those who answer are not a random sample of those who ask: shares of answers are of those who
answered, and say nothing of the others.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

import numpy as np

from core.access.identity import Role
from core.access.transactions import acting
from core.arrays import Floats, Int64s
from core.collect.names import is_at_reddit
from core.errors import InputError
from core.evaluation.aggregate import HISTOGRAM_BINS
from core.evaluation.evaluate import labels_of, summary_of
from core.feedback.submissions import subreddit_in
from core.stats.calibration import BINS, Reliability, expected_calibration_error
from core.stats.classification import ratio
from core.stats.distances import binned_distances, binned_means_margin
from core.stats.intervals import Interval, within
from core.stats.shares import wilson_interval
from core.store import Store, collection, models, releases
from core.store import feedback as feedback_table
from core.store.feedback import BinCounts, DayCounts, Named
from core.store.models import Evaluation
from core.store.releases import Version
from core.training.train import of_execution

_Counted = TypeVar("_Counted", BinCounts, DayCounts)

_FINE = 150
"""Bins that SQL counts: those of a histogram and those of a reliability curve are made of them."""
DAY, WEEK = "day", "week"
PERIODS = (DAY, WEEK)


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of``, and the share with its 95% interval (Wilson); None of none."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson_interval(self.count, self.of) if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """p@1 of users' texts against p@1 of the posts on which the version was judged.

    ``posts``: counts in :data:`core.evaluation.aggregate.HISTOGRAM_BINS` bins.
    """

    evaluation: int
    snapshot: str
    split: str
    mean: float
    posts: list[int]
    ks: float
    wasserstein: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFeedback:
    """What users sent to a version, and what they said of its suggestions.

    ``texts``: that users got its suggestions for. ``shadows``: for which it was asked too. Both
    have a p@1: ``p_mean`` (None without any) and ``p_posts``, counts in as many bins as
    ``against`` has. ``first`` is of all answers; ``five`` of those to five suggestions, or to all
    that the version can name where it knows fewer: who saw one cannot find the right one among
    five. ``reliability`` is of the answered ones.
    """

    version: str
    training: int
    texts: int
    shadows: int
    answered: int
    first: Share
    five: Share
    p_mean: float | None
    p_posts: list[int]
    against: Against | None
    reliability: Reliability

    @property
    def p_change(self) -> tuple[float, Interval] | None:
        """How far ``p_mean`` is from that of ``against``, with its 95% interval; None where there
        is nothing to compare.

        It is one model on two samples of texts, so retraining plays no part.
        """
        if self.against is None or self.p_mean is None:
            return None
        moved = self.p_mean - self.against.mean
        margin = binned_means_margin(np.array(self.p_posts), np.array(self.against.posts))
        return moved, within((moved - margin, moved + margin), -1.0, 1.0)

    @property
    def calibration_error(self) -> float | None:
        """None without any answer to a suggestion."""
        judged = self.reliability.posts.sum()
        return expected_calibration_error(self.reliability) if judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One day, or the week that begins then, of one version."""

    version: str
    begins: date
    texts: int
    answered: int
    first: Share
    five: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A subreddit that users name and a version cannot. ``listed``: the collector knows it."""

    subreddit: str
    texts: int
    newest: datetime
    listed: bool


@dataclass(frozen=True, slots=True)
class Added:
    """A subreddit, without ``r/``, on the collector's list. ``new``: it was not there before."""

    subreddit: str
    new: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """All that users sent and said, counted once: what the figures are made of.

    ``tried``: version -> texts that reviewers sent to it, which are not among the others.
    """

    bins: list[BinCounts]
    days: list[DayCounts]
    tried: Mapping[str, int]


def newest(store: Store) -> tuple[int, int]:
    """The numbers of the newest submission and answer: while they stay, so does :func:`count`."""
    with store.read() as session:
        return feedback_table.newest(session)


def count(store: Store) -> Counted:
    """Count what was sent and said until now."""
    with store.read() as session:
        return Counted(
            bins=feedback_table.bins(session, number=_FINE),
            days=feedback_table.days(session),
            tried=feedback_table.tried(session),
        )


def by_version(store: Store, counted: Counted) -> list[VersionFeedback]:
    """Of every version that was ever asked, newest first."""
    bins, days = _by_version(counted.bins), _by_version(counted.days)
    with store.read() as session:
        versions = releases.versions(session)
    return [
        _of_version(store, version, bins.get(version.version, []), days.get(version.version, []))
        for version in versions
        if version.version in bins or version.version in days
    ]


def over_time(counted: Counted, *, period: str = WEEK) -> list[Span]:
    """Of every version in every day or week in which users asked it, by time. Pure.

    Raises:
        InputError: there is no such period.
    """
    if period not in PERIODS:
        raise InputError(f"{period!r} is not a period", f"Choose {' or '.join(PERIODS)}.")
    parts: dict[tuple[date, str], list[DayCounts]] = {}
    for one in counted.days:
        day = date.fromisoformat(one.day)
        begins = day if period == DAY else day - timedelta(days=day.weekday())
        parts.setdefault((begins, one.version), []).append(one)
    return [
        Span(
            version=version,
            begins=begins,
            texts=sum(one.texts for one in days),
            answered=sum(one.answered for one in days),
            first=_first(days),
            five=_five(days),
        )
        for (begins, version), days in sorted(parts.items())
    ]


def demand(store: Store, version: Version) -> list[Wanted]:
    """What users asked any version for and ``version`` cannot name, the most wanted first."""
    known = _known(store, version)
    with store.read() as session:
        named, listed = feedback_table.named(session), feedback_table.collected(session)
    return [_wanted(one, listed) for one in named if one.key not in known]


def can_name(store: Store, version: Version, subreddit: str) -> bool:
    """Whether a version knows a subreddit, however it is written."""
    return subreddit.lower() in _known(store, version)


def add_to_collector(store: Store, subreddit: str) -> Added:
    """Put a subreddit on the list that ``signoff collect posts`` reads.

    Raises:
        InputError: Reddit gives no such name.
        RefusedError: the actor is not a reviewer.
    """
    name = subreddit_in(subreddit)
    if not is_at_reddit(name):
        raise InputError(
            f"Reddit cannot have a subreddit named {name!r}",
            "Names have 2 to 22 letters, digits and underscores.",
        )
    with acting(store, Role.REVIEWER, to="add subreddits to the collector's list") as (session, _):
        new = not collection.known_among(session, [name])
        collection.ensure(session, name)
    return Added(name, new)


def _known(store: Store, version: Version) -> set[str]:
    """The subreddits that a version can name, in lower case."""
    return {name.lower() for name in labels_of(store, of_execution(store, version.candidate))}


def _of_version(
    store: Store, version: Version, counted: list[BinCounts], sent: list[DayCounts]
) -> VersionFeedback:
    known = sum(one.texts for one in counted)
    p_posts = _coarse(counted, "texts", HISTOGRAM_BINS).astype(np.int64)
    return VersionFeedback(
        version=version.version,
        training=version.candidate,
        texts=sum(one.texts for one in sent),
        shadows=sum(one.shadows for one in counted),
        answered=sum(one.answered for one in sent),
        first=_first(sent),
        five=_five(sent),
        p_mean=sum(one.p for one in counted) / known if known else None,
        p_posts=p_posts.tolist(),
        against=_against(store, version, p_posts) if known else None,
        reliability=_reliability(counted),
    )


def _against(store: Store, version: Version, p_posts: Int64s) -> Against | None:
    """The test split that was last opened for the version, else its own validation split; None
    where it was evaluated on neither.
    """
    with store.read() as session:
        made = models.evaluations(session, model_executions=[version.candidate])
        model = models.model(session, version.candidate)
    own = [each for each in made if model is not None and each.snapshot == model.snapshot]
    tested = [each for each in made if each.split == "test"]
    judged = next(iter([*tested, *(each for each in own if each.split == "valid")]), None)
    return None if judged is None else _compared(store, judged, p_posts)


def _compared(store: Store, judged: Evaluation, p_posts: Int64s) -> Against:
    posts = np.array(summary_of(store, judged).p_at_1_histogram.posts)
    ks, wasserstein = binned_distances(p_posts, posts)
    return Against(
        evaluation=judged.execution,
        snapshot=judged.snapshot,
        split=judged.split,
        mean=judged.metrics["p_at_1_mean"],
        posts=posts.tolist(),
        ks=ks,
        wasserstein=wasserstein,
    )


def _reliability(counted: Sequence[BinCounts]) -> Reliability:
    answered = _coarse(counted, "answered", BINS).astype(np.int64)
    return Reliability(
        posts=answered,
        mean_p=ratio(_coarse(counted, "p_answered", BINS), answered),
        accuracy=ratio(_coarse(counted, "right", BINS), answered),
    )


def _coarse(counted: Sequence[BinCounts], what: str, bins: int) -> Floats:
    """A sum in each of ``bins`` bins, of which the fine ones are parts; shape (bins,)."""
    fine = np.zeros(_FINE)
    for one in counted:
        fine[one.bin] += getattr(one, what)
    coarse: Floats = fine.reshape(bins, -1).sum(axis=1)
    return coarse


def _first(days: Sequence[DayCounts]) -> Share:
    return Share(sum(one.first for one in days), sum(one.answered for one in days))


def _five(days: Sequence[DayCounts]) -> Share:
    return Share(sum(one.five for one in days), sum(one.answered_five for one in days))


def _by_version(counted: Iterable[_Counted]) -> dict[str, list[_Counted]]:
    groups: dict[str, list[_Counted]] = {}
    for one in counted:
        groups.setdefault(one.version, []).append(one)
    return groups


def _wanted(one: Named, listed: Collection[str]) -> Wanted:
    return Wanted(subreddit=one.name, texts=one.texts, newest=one.newest, listed=one.key in listed)
