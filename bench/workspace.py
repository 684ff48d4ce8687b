"""A workspace of the size that teams have: 2,500 subreddits, 500 executions, 200,000 posts judged.

One small model is really trained; all other trainings and evaluations are rows that share its file
and a few generated prediction tables. Pages cannot tell, and it is built in a minute or two.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench import generate
from bench.drift import bring_year
from bench.measure import note
from bench.scratch import SCRATCH
from core.collect.posts import Post, store_posts
from core.comparison.compare import Pair, compare
from core.drift.stored import Watched
from core.drift.windows import Window
from core.evaluation.aggregate import aggregate
from core.evaluation.evaluate import TOP
from core.evaluation.prediction_table import PredictionTable, to_parquet
from core.executions import get, record
from core.executions.code import code_version
from core.feedback import submissions
from core.feedback.submissions import Sent
from core.quality.check import check
from core.release import aliases, history
from core.release.adoption import built_in
from core.release.events import PRODUCTION, Approved, Proposed, Rejected, Released, ReleaseEvent
from core.release.released import released_model
from core.serving.model import Suggestion
from core.snapshots import create, load_split
from core.snapshots.rules import Rules
from core.store import Store, drift, open_store, releases
from core.store import models as rows
from core.store.frames import put_frame, put_json
from core.store.models import Comparison, Evaluation, Model
from core.store.snapshots import Snapshot
from core.store.writing import write
from core.training.train import train

FRACTIONS = (0.1, 0.8, 0.1)
TABLES = 4
"""Prediction tables; the evaluations take them in turn."""
SMALL = {"loss": "hs", "dim": "8", "epoch": "1", "bucket": "1000"}
FIRST_UTC, LAST_UTC = 1_700_000_000, 1_760_000_000
CANDIDATES, WAITING = 40, 3
"""Trainings that were proposed, and how many of them, the last, are not yet decided."""
WORDS = 5_000
TEXTS, VERSIONS, SOME = 100_000, 5, 5_000
"""Texts that users sent, to how many versions, and how many are kept at once; every second one is
answered."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What an evaluation keeps: posts, metrics, and the digests of table, frame and summary."""

    posts: int
    metrics: dict[str, float]
    predictions: str
    subreddits: str
    summary: str


def large_workspace(*, subreddits: int, executions: int, posts: int) -> Path:
    """The folder of such a workspace, built unless this code has built it before.

    ``posts`` are those of the validation split. Workspaces of other code are removed.
    """
    source = code_version().source[:12]
    home = SCRATCH / f"large-{source}-{subreddits}-{executions}-{posts}"
    if (home / "complete").exists():
        return home
    for other in SCRATCH.glob("large-*"):
        shutil.rmtree(other)
    note("building a large workspace …")
    store = open_store(home)
    bring_posts(store, subreddits, round(posts / FRACTIONS[1]))
    snapshot, _ = create(store, Rules(fractions=FRACTIONS, min_posts=1), name="large")
    fill(store, snapshot, executions)
    watch(store, snapshot)
    send_texts(store, generate.names(subreddits))
    check(store)
    store.engine.dispose()
    (home / "complete").touch()
    return home


def bring_posts(store: Store, subreddits: int, posts: int) -> None:
    """Generated posts of ``subreddits``, as one import."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(subreddits), generate.sizes(posts, subreddits, rng=rng))
    names = generate.names(subreddits)
    moments = rng.integers(FIRST_UTC, LAST_UTC, posts).tolist()
    words = rng.integers(0, WORDS, (posts, 8)).tolist()
    made = [
        Post(
            id=post,
            subreddit=names[label],
            created_utc=moment,
            title=" ".join(f"word{word}" for word in title),
        )
        for post, label, moment, title in zip(
            generate.post_ids(posts), labels.tolist(), moments, words, strict=True
        )
    ]
    with record(store, "import", params={}, inputs={}) as run:
        counts = store_posts(store, made, source="generated", execution=run.number)
        run.metrics = {"read": posts, "inserted": counts.inserted}


def fill(store: Store, snapshot: Snapshot, executions: int) -> None:
    """Trainings with their evaluations, comparisons, candidates and versions."""
    model = train(store, snapshot, model="fasttext", params=SMALL)
    judged = _judged(store, snapshot)
    evaluations = []
    for number in range(executions * 2 // 5):
        trained = _training(store, model, seed=number + 1)
        evaluations.append(_evaluation(store, trained, judged[number % TABLES], number))
    comparison = compare(store, Pair(*evaluations[-2:]))
    compared = [
        _comparison(store, Pair(evaluations[n], evaluations[n + 1]), comparison)
        for n in range(executions - 2 * len(evaluations))
    ]
    proposed = compared[:CANDIDATES]
    _decisions(store, proposed)
    # What Compare and Subreddits show first: production against the last that waits.
    decided, waiting = proposed[-WAITING - 1], proposed[-1]
    by_number = {evaluation.execution: evaluation for evaluation in evaluations}
    compare(store, Pair(by_number[decided.candidate], by_number[waiting.candidate]))


def watch(store: Store, snapshot: Snapshot) -> None:
    """A year of predictions by what is in production, and the figures of its weeks."""
    model = released_model(store, aliases.current(store)[PRODUCTION])
    bring_year(store, model, snapshot)
    figures = Watched(store, model).stale(Window.WEEK)
    with write(store) as session:
        drift.write_windows(session, figures, erased_until=0)


def send_texts(store: Store, names: Sequence[str], *, texts: int = TEXTS) -> None:
    """What users sent over three months to the newest versions, and what they said of it."""
    rng = np.random.default_rng(2)
    versions = [version.version for version in aliases.versions(store)[:VERSIONS]]
    until = datetime.now(UTC)
    for _ in range(texts // SOME):
        first = rng.integers(0, len(names), SOME).tolist()
        sure, days = rng.beta(2, 2, SOME).tolist(), (90 * rng.random(SOME)).tolist()
        sent = [
            Sent(
                title="What users write",
                body="",
                version=versions[int(day / 90 * len(versions))],
                suggestions=[
                    Suggestion(names[(label + place) % len(names)], chance / (place + 1))
                    for place in range(5)
                ],
                source="api",
                at=until - timedelta(days=day),
            )
            for label, chance, day in zip(first, sure, days, strict=True)
        ]
        publics = submissions.keep(store, sent)
        said = rng.integers(0, 7, SOME).tolist()  # one of the five, or another
        answered = [
            (public, names[(label + place) % len(names)])
            for public, label, place in zip(publics, first, said, strict=True)
        ]
        submissions.answers(store, answered[::2])


def _judged(store: Store, snapshot: Snapshot) -> list[Judged]:
    """What several models say of the validation split, generated."""
    split = load_split(store, snapshot, "valid")
    ids = np.array(split.ids, dtype=object)
    tables = generate.predictions(
        split.label, ids, split.labels, np.random.default_rng(1), models=TABLES
    )
    return [_kept(store, table) for table in tables]


def _kept(store: Store, table: PredictionTable) -> Judged:
    found = aggregate(table)
    return Judged(
        posts=len(table.label),
        metrics=found.metrics | {"seen_in_training": 0.0},
        predictions=store.artifacts.put_bytes(to_parquet(table)),
        subreddits=put_frame(store.artifacts, found.subreddits),
        summary=put_json(store.artifacts, found.summary),
    )


def _training(store: Store, like: Model, *, seed: int) -> Model:
    """One more training of the same model, by another seed."""
    real = get(store, like.execution)
    params = {**real.params, "seed": seed}
    with record(store, "train", params=params, inputs=real.inputs) as run:
        made = replace(like, execution=run.number)
        run.outputs, run.metrics = real.outputs, real.metrics
        run.on_success(lambda session: rows.insert_model(session, made))
    return made


def _evaluation(store: Store, model: Model, judged: Judged, number: int) -> Evaluation:
    """Its evaluation: a table that others share, metrics a little of its own."""
    metrics = {name: value * (1 - 0.0001 * number) for name, value in judged.metrics.items()}
    inputs = {"model": model.digest, "training": model.execution, "snapshot": model.snapshot}
    params = {"split": "valid", "k": TOP}
    with record(store, "evaluate", params=params, inputs=inputs) as run:
        made = Evaluation(
            execution=run.number,
            model_execution=model.execution,
            snapshot=model.snapshot,
            split="valid",
            posts=judged.posts,
            k=TOP,
            metrics=metrics,
            predictions=judged.predictions,
            subreddits=judged.subreddits,
            summary=judged.summary,
        )
        run.outputs, run.metrics = {"predictions": made.predictions}, metrics
        run.on_success(lambda session: rows.insert_evaluation(session, made))
    return made


def _comparison(store: Store, pair: Pair, like: Comparison) -> Comparison:
    """One more comparison, with the figures of another."""
    inputs = {"baseline": pair.baseline.execution, "candidate": pair.candidate.execution}
    with record(store, "compare", params={}, inputs=inputs) as run:
        made = replace(like, execution=run.number, **inputs)
        run.outputs = {"summary": made.summary, "changes": made.changes}
        run.on_success(lambda session: rows.insert_comparison(session, made))
    return made


COMMENT = "Generated for the benchmark."


def _decisions(store: Store, proposed: Sequence[Comparison]) -> None:
    """The last candidates wait; of the others three in four went to production, one did not."""
    production = None
    for number, comparison in enumerate(proposed):
        with store.read() as session:
            evaluation = rows.evaluation(session, comparison.candidate)
        if evaluation is None:
            raise RuntimeError("a comparison without its evaluation")
        candidate = evaluation.model_execution
        said = {"at": datetime.now(UTC), "by": "bench", "candidate": candidate}
        shown = {"comment": COMMENT, "comparison": comparison.execution}
        judged = {"shown": comparison.summary, "policy": built_in().recorded}
        _append(store, Proposed(**said, **shown))
        if number >= len(proposed) - WAITING:
            continue
        if number % 4 == 3:
            _append(store, Rejected(**said, **shown, **judged))
            continue
        with write(store) as session:
            version = releases.next_version(session, at=datetime.now(UTC), candidate=candidate)
            releases.move_alias(session, PRODUCTION, before=production, after=version)
        approved = Approved(**said, **shown, **judged, version=version, override=None)
        _append(store, approved)
        moved = {"alias": PRODUCTION, "before": production, "version": version}
        _append(store, Released(**said, comment=COMMENT, **moved))
        production = version


def _append(store: Store, event: ReleaseEvent) -> None:
    with write(store) as session:
        history.append(session, event)
