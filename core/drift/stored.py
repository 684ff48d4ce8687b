"""What is stored of one model, and the figures of its windows. Predicts nothing."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
import orjson

from core.arrays import Int64s
from core.comparison.topics import read_topics, topics_file
from core.drift.alarms import Calibration, calibrated
from core.drift.causes import causes
from core.drift.figures import Reference, expected_of, figures_of
from core.drift.pending import watched_since
from core.drift.reading import NOTHING, Stored, read
from core.drift.results import Causes, Figures, ReferenceReport, State, WindowReport
from core.drift.windows import Edges, Window, edges, end_of, months_of, places
from core.executions.code import source_digest
from core.records import from_json, to_json
from core.store import Store
from core.store import drift as drift_table
from core.store import models as models_table
from core.store import snapshots as snapshots_table
from core.store.drift import REFERENCE, DriftFile, DriftWindow
from core.store.models import Evaluation, Model
from core.store.snapshots import Snapshot

CODE = ("core.drift", "core.evaluation", "core.stats", "core.metrics")
"""What stored figures depend on, besides the predictions."""
AT_ONCE = 100
"""Windows of one kind whose figures a run stores: a year of days would take as long as all else."""
NEVER_EVALUATED = "The model was never evaluated on its own validation split."
"""Why there is no reference that somebody can mend."""


def snapshot_of(store: Store, model: Model) -> Snapshot:
    """What the model was trained on."""
    with store.read() as session:
        return cast("Snapshot", snapshots_table.get(session, model.snapshot))


def own_evaluation(store: Store, model: Model) -> Evaluation | None:
    """The newest evaluation of a model on its own validation split; None without one."""
    with store.read() as session:
        made = models_table.evaluations(
            session, model_executions=[model.execution], snapshot=model.snapshot, split="valid"
        )
    return next(iter(made), None)


@dataclass(frozen=True, slots=True)
class Sealed:
    """The posts that were not read since a sealed test split may hold them, by day.

    ``days``: first moment of each, ascending; ``posts``: how many.
    """

    days: Int64s
    posts: Int64s

    @classmethod
    def of(cls, by_day: Mapping[str, int]) -> "Sealed":
        """``by_day``: such as ``2026-05-31`` -> posts."""
        days = np.array(sorted(by_day), dtype="datetime64[D]")
        counts = np.array([by_day[day] for day in sorted(by_day)], dtype=np.int64)
        return cls(days.astype("datetime64[s]").astype(np.int64), counts)

    def within(self, begins: int, ends: int) -> int:
        """How many there are from one moment to before another."""
        return int(self.posts[(self.days >= begins) & (self.days < ends)].sum())


class Watched:
    """What is stored of one model; its predictions are read only if something asks for them."""

    def __init__(self, store: Store, model: Model) -> None:
        self.store, self.model = store, model
        self.snapshot: Snapshot = snapshot_of(store, model)
        self.since = watched_since(self.snapshot)
        self.evaluation = own_evaluation(store, model)
        with store.read() as session:
            self.files: Mapping[str, DriftFile] = drift_table.files_of(session, model.digest)
            watched = drift_table.watched(session, model.digest)
        self.looked_through = watched is not None
        self.left_out = dict(watched.left_out) if watched else {}
        self.sealed = Sealed.of(watched.sealed if watched else {})
        self._read: tuple[frozenset[str], Stored, Reference | None] | None = None

    @property
    def newest(self) -> int | None:
        """The moment of the newest predicted post; None without any."""
        moments = [file.newest for part, file in self.files.items() if part != REFERENCE]
        return max(moments, default=None)

    @property
    def no_reference(self) -> str:
        """Why there is none, as a sentence; empty where there is one."""
        if self.reference is not None:
            return ""
        if self.evaluation is None:
            return NEVER_EVALUATED
        if REFERENCE not in self.files:
            return "Its validation split has not been read yet."
        return "No post of its validation split is left."

    @cached_property
    def validation(self) -> Stored:
        """The reference alone."""
        return read(self.store, self.model, months=())

    @cached_property
    def reference(self) -> Reference | None:
        """What p@1 is measured against."""
        return reference_of(self.validation)

    def calibration(self, window: Window) -> Calibration | None:
        """By which windows are judged; None without a reference, or where it is too small."""
        posts = self.validation.reference
        return None if posts is None else calibrated(posts.said.p_at_1, posts.created, window)

    def reference_report(self, judging: Calibration | None) -> ReferenceReport | None:
        """What is told of the reference."""
        posts, stored = self.validation.reference, self.validation
        if posts is None or self.evaluation is None or self.reference is None:
            return None
        return ReferenceReport(
            evaluation=self.evaluation.execution,
            snapshot=self.snapshot.id,
            posts=len(posts),
            begins=int(posts.created[0]),
            ends=int(posts.created[-1]) + 1,
            parts=judging.parts if judging else 0,
            figures=replace(
                figures_of(posts, None, names=stored.names, known=stored.known),
                expected=expected_of(
                    posts.said, self.reference.recalibration, labels=len(stored.names)
                ),
            ),
        )

    def causes(self, windows: Sequence[WindowReport], window: Window) -> Causes | None:
        """Which subreddits changed in the newest complete window with labels; None without one."""
        complete = [each for each in windows if each.state == State.COMPLETE and each.has_labels]
        if not complete or self.reference is None:
            return None
        begins = np.array([complete[-1].begins], dtype=np.int64)
        every = Edges(begins, end_of(begins, window))
        stored = read(self.store, self.model, months=months_of(every)[0])
        if stored.posts is None or stored.reference is None:
            return None
        (start,), (end,) = places(stored.posts.created, every)
        posts = stored.posts.part(start, end).labelled
        return causes(
            stored.reference,
            posts,
            names=stored.names,
            known=stored.known,
            topics=read_topics(topics_file(self.store.home)),
        )

    def figures(self, window: Window) -> dict[int, Figures]:
        """First moment -> figures, of windows with posts."""
        kept, lacking = self._kept(window)
        found = {
            begins: from_json(Figures, row.figures) for begins, row in kept.items() if row.figures
        }
        return dict(sorted((found | self._computed(lacking, window)).items()))

    def stale(self, window: Window) -> list[DriftWindow]:
        """The figures of windows that are not stored as they are now, to be stored: of the newest
        :data:`AT_ONCE` of them. Until the next run, whoever looks computes the others.
        """
        _, lacking = self._kept(window)
        lacking = dict(sorted(lacking.items())[-AT_ONCE:])
        computed = self._computed(lacking, window)
        return [
            DriftWindow(
                model=self.model.digest,
                window=window,
                begins=begins,
                content=content,
                figures=to_json(computed[begins]) if begins in computed else {},
            )
            for begins, content in lacking.items()
        ]

    def _kept(self, window: Window) -> tuple[dict[int, DriftWindow], dict[int, str]]:
        """First moment -> stored figures; and of windows without, -> what theirs are made of."""
        with self.store.read() as session:
            rows = drift_table.windows(session, self.model.digest, window)
        contents = dict(self._contents(window))
        kept = {
            begins: rows[begins]
            for begins, content in contents.items()
            if begins in rows and rows[begins].content == content
        }
        return kept, {b: content for b, content in contents.items() if b not in kept}

    def _computed(self, which: Collection[int], window: Window) -> dict[int, Figures]:
        begins = np.array(list(which), dtype=np.int64)
        every = Edges(begins, end_of(begins, window))
        months = {month for pair in months_of(every) for month in pair}
        stored, reference = self._stored(frozenset(months)) if which else (NOTHING, None)
        if stored.posts is None:
            return {}
        starts, ends = places(stored.posts.created, every)
        return {
            begin: figures_of(
                stored.posts.part(start, end), reference, names=stored.names, known=stored.known
            )
            for begin, start, end in zip(begins.tolist(), starts, ends, strict=True)
            if end > start
        }

    def _stored(self, months: frozenset[str]) -> tuple[Stored, Reference | None]:
        """The predictions of these months, perhaps of others as well, and what they are measured
        against. The last ones stay, for other windows of the time.
        """
        if self._read is None or not months <= self._read[0]:
            stored = read(self.store, self.model, months=months)
            self._read = months, stored, reference_of(stored)
        return self._read[1:]

    def _contents(self, window: Window) -> Iterator[tuple[int, str]]:
        """First moment of each window, and a digest of all that its figures are made of."""
        every, code = self._every(window), source_digest(*CODE)
        for begins, months in zip(every.begins.tolist(), months_of(every), strict=True):
            parts = {*months, REFERENCE} & self.files.keys()
            named = {part: self.files[part].file for part in parts}
            said = orjson.dumps([code, named], option=orjson.OPT_SORT_KEYS)
            yield begins, hashlib.sha256(said).hexdigest()

    def _every(self, window: Window) -> Edges:
        """From the first new moment to the newest post."""
        newest = self.newest
        return edges(self.since, self.since - 1 if newest is None else newest, window)


def reference_of(stored: Stored) -> Reference | None:
    """What windows of a model are measured against; None if no post of it is left."""
    posts = stored.reference
    return Reference(posts, labels=len(stored.names)) if posts is not None and len(posts) else None
