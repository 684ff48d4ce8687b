"""The only cache of the pages: thin wrappers over core.

Only what can never change is cached, and always by number or digest: a finished comparison, an
evaluation, a loaded model. What may have moved since the last look is read anew.
"""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from core import audit
from core.access import authorisation, identity, members
from core.access.identity import Role, Way
from core.arrays import Places
from core.audit import clock
from core.audit.verification import Verification
from core.comparison import Comparison
from core.comparison import compare as comparing
from core.comparison import posts as laying
from core.comparison.compare import Pair
from core.comparison.posts import Laid, Page, PostInFull
from core.comparison.results import ComparisonSummary
from core.drift import backtests
from core.drift import due as drift_due
from core.drift import report as drift
from core.drift.agreement_results import Agreement
from core.drift.backtest_results import Backtest
from core.drift.behind import PostsBehind, posts_behind
from core.drift.due import Standing
from core.drift.results import DriftReport, On
from core.drift.windows import Window
from core.errors import RefusedError
from core.evaluation import Evaluation
from core.evaluation import evaluate as evaluating
from core.evaluation.aggregate import HISTOGRAM_BINS, histogram
from core.evaluation.history import Training, evaluations, trainings
from core.evaluation.influence import Influence, influential_words
from core.evaluation.intervals import intervals as intervals_of
from core.evaluation.results import EvaluationSummary, Histogram
from core.feedback import submissions, summary
from core.feedback.summary import Counted
from core.quality import Holdings
from core.quality import check as quality
from core.quality.check import Check
from core.quality.summary import QualitySummary
from core.release.drift_judged import Judged, judged
from core.release.released import released_model
from core.serving.suggest import Suggester, load_version
from core.settings import settings
from core.snapshots import read as snapshots
from core.stats.intervals import Interval
from core.store import Store, existing_store
from core.store.frames import read_frame, read_record
from core.training.classifier import Classifier
from core.training.load import load
from core.training.train import of_execution

TWO, FEW, SOME = 2, 3, 64
"""How many large, middling and small things a cache keeps."""


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The workspace of this process."""
    return existing_store(settings().home)


def clock_doubt() -> str | None:
    """Why the clock of this machine cannot be right, as a sentence."""
    return clock.doubt(store())


def against_keeping() -> RefusedError | None:
    """Why nothing that the visitor writes on Try it is stored; None for a visitor who is known."""
    if identity.current_actor().way != Way.NOBODY:
        return None
    return RefusedError(
        "You are not signed in, so nothing is stored",
        "Sign in, or use Signoff on the machine it runs on.",
    )


def require_somebody() -> None:
    """Raises RefusedError where the visitor is not known."""
    if refusal := against_keeping():
        raise refusal


def role() -> Role:
    """The role that the visitor has now."""
    with store().read() as session:
        return authorisation.role_of(session, identity.current_actor())


def why_not(needed: Role, *, to: str) -> RefusedError | None:
    """Why the current user may not do that now; None where they may."""
    with store().read() as session:
        return authorisation.refusal(session, needed, to=to)


def holders(needed: Role) -> list[str]:
    """Who was given that role, or a higher one."""
    return members.holders(store(), needed)


def verified() -> tuple[Verification, datetime]:
    """Whether the audit log is whole, and when that was looked at: at most a minute ago."""
    head = audit.head(store())
    return _verified(head.digest if head else None)


@st.cache_data(show_spinner="Verifying the audit log …", max_entries=TWO, ttl=60)
def _verified(head: str | None) -> tuple[Verification, datetime]:
    """By the digest of the log's head, so that after each decision it is verified anew."""
    return audit.verify(store(), anchors=audit.anchors_of_itself()), datetime.now(UTC)


def snapshot_names() -> dict[str, str]:
    """Digest -> what people call the snapshot."""
    return snapshots.names(store())


def all_trainings() -> list[Training]:
    return trainings(store())


def all_evaluations() -> list[Evaluation]:
    """Every evaluation, newest first."""
    return evaluations(store())


def compared(baseline: int, candidate: int) -> tuple[Pair, Comparison | None]:
    """Two trainings or evaluations, and their comparison; None where it has to be made first.

    Looked up anew each time: with noise measured since, there is a newer comparison to make.
    """
    pair = comparing.pair(store(), baseline, candidate)
    return pair, comparing.kept(store(), pair)


def recorded(comparison: int) -> tuple[Pair, Comparison]:
    """The comparison that execution ``comparison`` recorded."""
    record = comparing.of_execution(store(), comparison)
    return _pair(record.baseline, record.candidate), record


def _pair(baseline: int, candidate: int) -> Pair:
    """Two evaluations by their execution numbers."""
    return Pair(
        evaluating.of_execution(store(), baseline), evaluating.of_execution(store(), candidate)
    )


@st.cache_resource(show_spinner=False, max_entries=SOME)
def quality_summary(digest: str) -> QualitySummary:
    """The stored figures of a check of the data, by digest."""
    return read_record(store().artifacts, digest, QualitySummary)


@st.cache_resource(show_spinner=False, max_entries=SOME)
def comparison_summary(digest: str) -> ComparisonSummary:
    """The stored numbers of a comparison, by digest."""
    return read_record(store().artifacts, digest, ComparisonSummary)


@st.cache_resource(show_spinner=False, max_entries=SOME)
def agreement(digest: str) -> Agreement:
    """How far two models agree over all history, by digest."""
    return read_record(store().artifacts, digest, Agreement)


@st.cache_data(show_spinner=False, max_entries=SOME)
def frame_artifact(digest: str) -> pd.DataFrame:
    """A stored frame, by digest."""
    return read_frame(store().artifacts, digest)


def posts(comparison: int, places: Places, *, start: int = 0, most: int) -> Page:
    """Some of the posts of a paired comparison that :func:`core.comparison.posts.chosen` gave.

    Titles are read anew, since a post may be erased at any time.
    """
    page = laying.page(laid(comparison), places, start=start, most=most)
    return Page(page.total, laying.with_titles(store(), page.rows))


@st.cache_resource(show_spinner="Matching the posts of both models …", max_entries=FEW)
def laid(comparison: int) -> Laid:
    """Every post of a paired comparison, by the comparison's number. Never changed by anyone."""
    pair, record = recorded(comparison)
    changes = frame_artifact(record.changes)
    topic_of = dict(zip(changes["subreddit"].str.lower(), changes["topic"], strict=True))
    return laying.lay_out(store(), pair, topic_of)


def post(comparison: int, post_id: str) -> PostInFull:
    """One post with both models' predictions, read anew, since it may be erased at any time."""
    return laying.post_in_full(store(), recorded(comparison)[0], post_id)


@st.cache_data(show_spinner="Testing the influence of each word …", max_entries=SOME)
def words_for(training: int, subreddit: str, line: str) -> list[Influence]:
    """The words of a line that speak for ``subreddit``, by the model of a training."""
    return influential_words(classifier(training), line, subreddit)


@st.cache_resource(show_spinner="Loading the model …", max_entries=TWO)
def classifier(training: int) -> Classifier:
    """The model of a training, loaded."""
    model = of_execution(store(), training)
    return load(store(), model, lines=model.normaliser)


@st.cache_resource(show_spinner="Loading the model …", max_entries=TWO)
def suggester(version: str) -> Suggester:
    """A released version, loaded; versions never change, so this never goes stale."""
    return load_version(store(), version)


def intervals(evaluation: Evaluation) -> dict[str, Interval]:
    """Metric -> its 95% interval, for the chance of the posts."""
    return _intervals(evaluation.predictions, evaluation)


@st.cache_data(show_spinner="Computing the intervals …", max_entries=500)
def _intervals(predictions: str, _evaluation: Evaluation) -> dict[str, Interval]:
    """By the digest of the prediction table, which has all that they rest on."""
    del predictions
    return intervals_of(store(), _evaluation)


def summary_of(evaluation: Evaluation) -> EvaluationSummary:
    """p@1 histogram, reliability curve and confusions of an evaluation."""
    return _evaluation_summary(evaluation.summary)


@st.cache_resource(show_spinner=False, max_entries=SOME)
def _evaluation_summary(digest: str) -> EvaluationSummary:
    return read_record(store().artifacts, digest, EvaluationSummary)


def submitted(training: int) -> Histogram | None:
    """Histogram of p@1 over the texts that users sent to a training's version; None if none."""
    posts = submissions.p_at_1_counts(store(), training, bins=HISTOGRAM_BINS)
    return histogram(posts) if any(posts) else None


def counted() -> Counted:
    """All that users sent and said until now, counted."""
    return _counted(summary.newest(store()))


@st.cache_data(show_spinner="Counting the feedback …", max_entries=TWO)
def _counted(newest: tuple[int, int]) -> Counted:
    """By the numbers of the newest submission and answer: nothing before them changes a count."""
    return summary.count(store())


def checked() -> tuple[Check | None, Holdings]:
    """The newest check of the data, None before the first, and what there is now."""
    made = quality.latest(store())
    return made, made.now if made else quality.holdings(store())


def posts_by_day(check: Check, subreddit: str | None) -> pd.DataFrame:
    """``day`` (since the epoch) and ``posts`` of one subreddit, None for all; days with posts."""
    if subreddit is None:
        return frame_artifact(check.digest("per_day"))
    return _days_of(check.digest("days"), subreddit)


@st.cache_data(show_spinner=False, max_entries=SOME)
def _days_of(digest: str, subreddit: str) -> pd.DataFrame:
    """One subreddit's rows of a frame that is too large to keep."""
    days = read_frame(store().artifacts, digest)
    return days.loc[days["subreddit"] == subreddit, ["day", "posts"]]


def drift_report(version: str, window: Window, on: On) -> DriftReport:
    """What is stored of a version, window by window. Predicts nothing."""
    model = released_model(store(), version)
    rests_on = drift.rests_on(store(), model)
    sent = summary.newest(store()) if on == On.SUBMISSIONS else None
    return _drift_report(version, window, on, (rests_on, sent, datetime.now(UTC).date()))


@st.cache_resource(show_spinner="Judging the windows …", max_entries=SOME)
def _drift_report(version: str, window: Window, on: On, rests_on: object) -> DriftReport:
    """By all that it is made of, and by the day: a window ends at midnight."""
    del rests_on
    return drift.report(store(), released_model(store(), version), window=window, on=on)


def drift_judged(version: str, made: DriftReport) -> Judged:
    """A report of a version by the policy in force."""
    return judged(store(), released_model(store(), version), [made])[0]


def backtest(version: str) -> Backtest | None:
    """The last backtest of a version's configuration, else of any; None: there was none."""
    own = backtests.newest_of(store(), released_model(store(), version))
    return own or backtests.newest(store())


def drift_standing(version: str) -> Standing:
    """How current that is, and how many posts wait to be predicted."""
    return _drift_standing(version, drift_due.rests_on(store()))


@st.cache_data(show_spinner="Looking for new posts …", max_entries=SOME)
def _drift_standing(version: str, rests_on: tuple[int, int]) -> Standing:
    """By what may have brought posts: while a run goes on, as it was at its beginning."""
    del rests_on
    return drift_due.standing(store(), released_model(store(), version))


def drift_posts(version: str, window: Window, begins: int, subreddit: str) -> PostsBehind:
    """The posts behind a subreddit in a window, read anew, since one may be erased at any time."""
    model = released_model(store(), version)
    return posts_behind(store(), model, begins=begins, window=window, subreddit=subreddit)
