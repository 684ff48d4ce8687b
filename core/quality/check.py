"""Checking the posts of the store: one recorded run, and how its results are found again."""

from dataclasses import dataclass
from functools import partial

import pandas as pd

from core.errors import InputError
from core.executions import Run, Step, run_cached
from core.hints import Command, Hint
from core.progress import Progress, silent
from core.quality.languages import Sample, languages
from core.quality.measure import NO_TEXT, Measured, joined, measure
from core.quality.summary import Quality, QualitySummary, summarise
from core.store import Store
from core.store import executions as executions_table
from core.store import quality as quality_table
from core.store.executions import SUCCEEDED, Execution
from core.store.frames import put_frame, put_record, read_frame, read_record
from core.store.quality import Holdings

STEP = Step(
    "check",
    code=(
        "core.quality",
        "core.stats.gaps",
        "core.stats.intervals",
        "core.stats.shares",
        "core.records",
        "core.store.frames",
        "core.store.quality",
        "core.invisible",
        "core.text",
    ),
)
FRAMES = ("subreddits", "days", "per_day", "gaps")
"""What is stored with the summary, by the names of :class:`core.quality.summary.Quality`."""


@dataclass(frozen=True, slots=True)
class Check:
    """A finished check, and what the store holds now."""

    execution: Execution
    now: Holdings

    @property
    def current(self) -> bool:
        """Whether no post came, changed or went since."""
        return inputs_of(self.now) == self.execution.inputs

    def digest(self, name: str) -> str:
        """Of the stored ``summary``, or of one of :data:`FRAMES`."""
        return str(self.execution.outputs[name])


def check(store: Store, *, force: bool = False, progress: Progress = silent) -> Check:
    """Count what the store holds, or give back the check of these very posts.

    Reads every post once; holds 32 bytes of each.

    Raises:
        InputError: there are no posts.
    """
    now = holdings(store)
    if not now.posts:
        raise InputError(
            "There are no posts to check", Hint("Import some first.", Command("import", "FOLDER"))
        )
    made = run_cached(
        store,
        STEP,
        partial(_check, store, now.posts, progress),
        params={},
        inputs=inputs_of(now),
        force=force,
    )
    return Check(made, holdings(store))


def _check(store: Store, posts: int, progress: Progress, run: Run) -> None:
    quality = _quality(store, posts, progress)
    run.outputs = {"summary": put_record(store.artifacts, quality.summary)}
    for name in FRAMES:
        run.outputs[name] = put_frame(store.artifacts, getattr(quality, name))
    run.metrics = dict(quality.summary.counts())


def holdings(store: Store) -> Holdings:
    """What the store holds now, quick at any size."""
    with store.read() as session:
        return quality_table.holdings(session)


def latest(store: Store) -> Check | None:
    """The newest check; None before the first."""
    with store.read() as session:
        newest = executions_table.listing(
            session, kinds=(STEP.kind,), statuses=(SUCCEEDED,), limit=1
        )
    if not newest:
        return None
    return Check(newest[0], holdings(store))


def summary(store: Store, check: Check) -> QualitySummary:
    """Figures of all posts."""
    return read_record(store.artifacts, check.digest("summary"), QualitySummary)


def frame(store: Store, check: Check, name: str) -> pd.DataFrame:
    """One of :data:`FRAMES`."""
    return read_frame(store.artifacts, check.digest(name))


def inputs_of(held: Holdings) -> dict[str, int | None]:
    """What a check rests on: nothing changes a post without changing either number."""
    return {"posts": held.posts, "last_import": held.last_execution}


def _quality(store: Store, total: int, progress: Progress) -> Quality:
    sample, parts, done = Sample(), list[Measured](), 0
    with store.read() as session:
        for posts in quality_table.every_post(session):
            progress("Reading the posts", done, total)
            part = measure(posts)
            sample.take(
                [
                    f"{post.title} {post.body}"
                    for post, text in zip(posts, part.text.tolist(), strict=True)
                    if text != NO_TEXT
                ]
            )
            parts.append(part)
            done += len(posts)
        names, erased = quality_table.names(session), quality_table.erased(session)
    progress("Counting", 0, None)
    return summarise(joined(parts), names=names, erased=erased, languages=languages(sample.texts))
