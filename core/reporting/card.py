"""The model card of a version: what is known of it, read together. Reads only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version as version_of

import pandas as pd

from core.comparison import caveats
from core.comparison import compare as comparing
from core.comparison.align import align, numbered
from core.comparison.difference import confused_topics
from core.comparison.results import TopicSource
from core.comparison.slices import by_slice, dimensions_of
from core.comparison.topics import read_topics, topics_file
from core.evaluation import evaluate as evaluating
from core.evaluation.history import Training, trainings
from core.executions.history import listing as executions
from core.feedback import summary as feedback
from core.metrics import METRICS
from core.release import aliases, check, openings
from core.release import case as cases
from core.release.case import Case
from core.release.identity import described
from core.release.released import released_model
from core.reporting import limits
from core.reporting.results import (
    Card,
    Counted,
    Data,
    Decision,
    FigureOfModel,
    Figures,
    Happened,
    Limits,
    Made,
    Said,
    Sources,
    SplitOfData,
)
from core.snapshots import read as snapshots
from core.stats.intervals import Interval
from core.store import Store
from core.store.executions import SUCCEEDED
from core.store.frames import read_frame
from core.store.models import Comparison, Evaluation
from core.store.snapshots import Snapshot
from core.training import onnx_model
from core.training.provenance import handed_in

MOST = 10
"""Rows of each list of what is worst, or not known."""
_IMPORTS, _COLLECTIONS = ("import",), ("collect",)
"""The kinds of executions that bring posts."""


def read(store: Store, name: str) -> Card:
    """The card of a version, or of the one that an alias names.

    Raises:
        NotFoundError: there is neither.
        BrokenChainError: the audit log is broken, or the model is not the one that was approved.
        CorruptArtifactError: a file that holds its figures is missing or damaged.
    """
    version = aliases.current(store).get(name, name)
    model = released_model(store, version)
    case = cases.read(store, model.execution)
    training = next(each for each in trainings(store) if each.number == model.execution)
    evaluation, comparison = case.evidence.evaluation, case.evidence.comparison
    subreddits = read_frame(store.artifacts, evaluation.subreddits)
    topic_of, source = _topics(store, evaluation, comparison)
    return Card(
        version=version,
        at=datetime.now(UTC),
        signoff=version_of("signoff"),
        aliases=tuple(each for each, named in case.names.items() if named == version),
        share=case.canary.share if case.canary and case.on_canary else None,
        made=_made(store, training),
        data=_data(store, training.snapshot),
        figures=Figures(
            evaluation=evaluation.execution,
            snapshot=_name(store, evaluation.snapshot),
            split=evaluation.split,
            posts=evaluation.posts,
            metrics=_metrics(store, evaluation, comparison),
            groups=limits.groups(subreddits, topic_of),
            topics=source,
        ),
        limits=_limits(store, case, subreddits),
        decision=_decision(store, case),
    )


def _made(store: Store, training: Training) -> Made:
    execution, model = training.execution, training.model
    parameters = execution.params.get("params") or {}
    return Made(
        training=training.number,
        family=model.family,
        what=described(training),
        name=training.name,
        note=training.note,
        parameters={name: str(value) for name, value in parameters.items()},
        seed=training.seed,
        at=execution.started_at,
        by=execution.by,
        commit=execution.code.get("commit"),
        digest=model.digest,
        subreddits=model.subreddits,
        elsewhere=model.family == onnx_model.NAME,
        training_known=handed_in(store, model.family, model.digest) is not None,
    )


def _data(store: Store, snapshot: Snapshot) -> Data:
    def numbers(kinds: tuple[str, ...]) -> tuple[int, ...]:
        found = executions(store, kinds=kinds, status=SUCCEEDED)
        return tuple(each.number for each in reversed(found) if each.number < snapshot.execution)

    return Data(
        snapshot=snapshot.id,
        digest=snapshot.digest,
        frozen_at=snapshot.created_at,
        kind=snapshot.split,
        generated=snapshot.generated,
        subreddits=snapshot.subreddits,
        splits=tuple(
            _split(store, snapshot, name, posts) for name, posts in snapshot.splits.items()
        ),
        left_out=snapshot.left_out,
        sources=Sources(
            imports=numbers(_IMPORTS),
            collections=numbers(_COLLECTIONS),
            feedback=bool(snapshot.rules.get("feedback")),
        ),
    )


def _split(store: Store, snapshot: Snapshot, name: str, posts: int) -> SplitOfData:
    begins, ends = _span(store, snapshot, name)
    return SplitOfData(
        split=name,
        posts=posts,
        erased=snapshot.erased.get(name, 0),
        begins=None if begins is None else datetime.fromtimestamp(begins, UTC),
        ends=None if ends is None else datetime.fromtimestamp(ends, UTC),
    )


def _span(store: Store, snapshot: Snapshot, split: str) -> tuple[int, int] | tuple[None, None]:
    """When its oldest and newest post were made. Of the sealed test only what its snapshot says."""
    if split in snapshots.OPEN_SPLITS:
        return snapshots.span(store, snapshot, split) or (None, None)
    cutoffs = snapshot.cutoffs
    return (cutoffs["test"], cutoffs["end"] - 1) if cutoffs else (None, None)


def _name(store: Store, digest: str) -> str:
    return snapshots.find(store, digest).id


def _metrics(
    store: Store, evaluation: Evaluation, comparison: Comparison | None
) -> tuple[FigureOfModel, ...]:
    """In the order of tables, without those that follow from others."""
    if comparison is None:
        intervals: Mapping[str, Interval | None] = check.own_intervals(store, evaluation)
    else:
        compared = comparing.summary_of(store, comparison).metrics
        intervals = {key: each.interval_candidate for key, each in compared.items()}
    return tuple(
        FigureOfModel(
            key=metric.key,
            name=metric.name,
            value=evaluation.metrics[metric.key],
            interval=intervals.get(metric.key),
        )
        for metric in METRICS
        if not metric.implied and metric.has_interval and metric.key in evaluation.metrics
    )


def _topics(
    store: Store, evaluation: Evaluation, comparison: Comparison | None
) -> tuple[Mapping[str, str], TopicSource]:
    """Subreddit, lower-cased -> its topic: as compared, else by the file or what it confuses."""
    if comparison is not None:
        changes = comparing.changes_of(store, comparison)
        topic_of = dict(zip(changes["subreddit"].str.lower(), changes["topic"], strict=True))
        return topic_of, comparing.summary_of(store, comparison).topics
    filed = read_topics(topics_file(store.home))
    if filed:
        return filed, TopicSource.FILE
    table = evaluating.predictions(store, evaluation)
    names = table.vocabulary
    return confused_topics(numbered(table, names), names), TopicSource.CONFUSIONS


def _limits(store: Store, case: Case, subreddits: pd.DataFrame) -> Limits:
    evaluation = case.evidence.evaluation
    missing = subreddits[~subreddits["known"] & (subreddits["support"] > 0)]
    missing = missing.sort_values(["support", "subreddit"], ascending=[False, True])
    demand = feedback.demand(store, aliases.find(store, case.version or ""))
    worst, judged = limits.worst_subreddits(subreddits, most=MOST)
    slices, split = _slices(store, case)
    worst_slices, judged_slices = limits.worst_slices(slices, most=MOST)
    return Limits(
        coverage=evaluation.metrics["label_coverage"],
        unknown=tuple(
            Counted(subreddit=str(name), count=int(posts))
            for name, posts in zip(
                missing["subreddit"].head(MOST), missing["support"].head(MOST), strict=True
            )
        ),
        unknown_subreddits=len(missing),
        wanted=tuple(Counted(subreddit=one.subreddit, count=one.texts) for one in demand[:MOST]),
        wanted_subreddits=len(demand),
        worst_subreddits=worst,
        judged_subreddits=judged,
        worst_slices=worst_slices,
        judged_slices=judged_slices,
        slices_split=split,
        caveats=tuple(caveats.of_model(store, evaluation)),
    )


def _slices(store: Store, case: Case) -> tuple[pd.DataFrame, str]:
    """How its posts fare slice by slice, and of which split: those that the approval rests on where
    they were compared; else, as nothing but figures is kept of a test, its validation split.
    """
    if case.evidence.comparison is not None:
        stored = comparing.slices_of(store, case.evidence.comparison)
        if stored is not None:
            return stored[stored["section"] == "slice"], case.evidence.evaluation.split
    evaluation = comparing.evaluation_of(store, case.number)
    table = evaluating.predictions(store, evaluation)
    posts = align(table, table)
    if posts is None:
        raise RuntimeError("a table that is not of its own posts")
    attributes = snapshots.load_attributes(
        store, snapshots.find(store, evaluation.snapshot), evaluation.split
    )
    return by_slice(posts, dimensions_of(posts, attributes, topics={})), evaluation.split


def _decision(store: Store, case: Case) -> Decision:
    candidate = case.candidate
    proposal, approval = candidate.proposal, candidate.approval
    if approval is None:
        raise RuntimeError("a version without an approval")
    last = openings.last_of(candidate)
    result = last.result if last else None
    opened = last.row if last and result else None
    names = snapshots.names(store)
    told = {each.id for each in (proposal, opened, result, approval) if each is not None}
    return Decision(
        proposed=Said(by=proposal.by, at=proposal.at, comment=proposal.comment),
        opened=Said(by=opened.by, at=opened.at, comment=opened.comment) if opened else None,
        verdict=str(result.verdict) if result else None,
        approved=Said(by=approval.by, at=approval.at, comment=approval.comment),
        override=approval.override,
        void=case.void,
        evidence=approval.shown,
        history=tuple(
            Happened(at=event.at, sentence=event.sentence(names))
            for event in cases.history(store, candidate)
            if event.id not in told
        ),
    )
