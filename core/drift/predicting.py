"""Predicting the posts that came since: once each, recorded, and only what is new."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from core.access.transactions import WITHIN_A_RUN, unattended
from core.batches import batches
from core.drift.applying import applied, counted
from core.drift.due import Due, due
from core.drift.newest_words import with_words
from core.drift.pending import NO_TEXT, is_among
from core.drift.reading import table_of
from core.drift.stored import Watched
from core.drift.tables import DriftTable, by_month, joined, to_parquet, without_labels
from core.drift.texts import with_text
from core.drift.training_words import TrainingWords, from_bytes, to_bytes, training_words
from core.drift.windows import Window
from core.evaluation.evaluate import TOP
from core.evaluation.evaluate import predictions as predictions_of
from core.executions import Run, record
from core.progress import Progress, silent
from core.snapshots import content
from core.snapshots.content import read_lines
from core.snapshots.files import clear, keep
from core.snapshots.read import open_split
from core.store import Store
from core.store import drift as drift_table
from core.store.drift import REFERENCE, DriftFile, LookedThrough, NewPost
from core.store.models import Evaluation, Model
from core.store.snapshots import Snapshot
from core.text import NORMALISER, words_of
from core.training.families import kind
from core.training.load import require_readable

KIND = "drift"
"""Of the execution that predicts."""
PREDICT = "predict new posts"
"""What who runs it does."""
AT_ONCE = 200_000
"""Posts whose texts are in memory together."""


def bring_up_to_date(
    store: Store,
    model: Model,
    *,
    freezing: Snapshot | None = None,
    progress: Progress = silent,
) -> int | None:
    """Predict what ``model`` has not predicted yet, and store the figures of all windows that this
    changes; the execution that did, None without any.

    Args:
        freezing: a snapshot that is about to exist: the posts that its test split may hold are
            predicted without their labels.

    Raises:
        RefusedError: there is something to predict, and the actor is not a reviewer; or the model
            cannot read texts as this Signoff normalises them.
        ConflictError: another run predicted the same posts meanwhile.
    """
    wanted = due(store, model, freezing=freezing)
    if not wanted.anything:
        return None
    require_readable(model, NORMALISER)
    inputs = {
        "model": model.digest,
        "training": model.execution,
        "snapshot": wanted.snapshot.digest,
        "posts": len(wanted.posts),
    }
    params = {"k": TOP}
    packages = kind(model.family).packages
    with record(store, KIND, params=params, inputs=inputs, packages=packages) as run:
        clear(store, run)  # what earlier runs wrote anew
        work = _Work(store, model, wanted, run, progress)
        if wanted.reference is not None:
            work.keep_reference(wanted.reference)
        work.predict()
        work.finish()
        watched = Watched(store, model)
        figures = [
            row
            for window in reversed(Window)  # months first: what is read for them is read once
            for row in with_words(watched, window, watched.stale(window), training=work.words)
        ]
        until = wanted.posts.erased_until
        run.on_success(partial(drift_table.write_windows, made=figures, erased_until=until))
    return run.number


class _Work:
    """One run: the files that it makes, and what it left out."""

    def __init__(
        self, store: Store, model: Model, wanted: Due, run: Run, progress: Progress
    ) -> None:
        self._store, self._model, self._run, self._progress = store, model, run, progress
        self._snapshot, self._ahead = wanted.snapshot, wanted.posts
        self._kept, self._before = wanted.kept, wanted.before
        self._words_file, self.words = self._training_words()
        self._made: dict[str, DriftTable] = {}
        self._without_text = 0

    def keep_reference(self, judged: Evaluation) -> None:
        """The predictions of the validation split, which the evaluation has made."""
        data = open_split(self._store, self._snapshot, "valid")
        said = predictions_of(self._store, judged)
        words, unknown = counted(self.words, data)
        place = {post: i for i, post in enumerate(data.ids.to_pylist())}
        here = np.array([place.get(post, -1) for post in said.post_id], dtype=np.int64)
        kept = here >= 0  # the others were erased since
        here = here[kept]
        created = content.read_moments(data)
        self._made[REFERENCE] = joined(
            [DriftTable(said.among(kept), created[here], words[here], unknown[here])]
        )

    def predict(self) -> None:
        """Of each part of the posts, what the model says, sorted into months."""
        done, total = 0, len(self._ahead)
        for ids in batches(self._ahead.ids.tolist(), AT_ONCE):
            self._progress("Reading new posts", done, total)
            with self._store.read() as session:
                posts = drift_table.contents(session, ids)
            table = self._predicted(posts)
            for month, part in by_month(table).items():
                parts = [self._made[month], part] if month in self._made else [part]
                self._made[month] = joined(parts)
            done += len(ids)

    def finish(self) -> None:
        """Add what was stored before to the months that got posts, and name the new files.

        At once, not as the run succeeds: whatever comes then, no post is predicted twice.
        """
        files = []
        for part, table in self._made.items():
            before = self._kept.get(part)
            if before is not None:
                table = joined([table_of(self._store, before), table])  # noqa: PLW2901
            file = keep(self._store, to_parquet(table), self._run)
            files.append(self._file(part, file, table, before))
        left_out = {**self._ahead.left_out, NO_TEXT: self._without_text}
        sealed = Counter(self._ahead.sealed)  # of the posts that were looked through now
        if self._before is not None:
            left_out[NO_TEXT] += self._before.left_out.get(NO_TEXT, 0)
            sealed.update(self._before.sealed)
        now = LookedThrough(
            model=self._model.digest,
            written_since=self._ahead.written_since,
            words=self._words_file,
            left_out={reason: posts for reason, posts in left_out.items() if posts},
            sealed=dict(sorted(sealed.items())),
        )
        self._run.outputs = {file.part: file.file for file in files}
        self._run.metrics = {
            "predicted": sum(len(t) for part, t in self._made.items() if part != REFERENCE),
            "left_out": {**now.left_out, "sealed": sealed.total()},
        }
        self._run.log(
            f"{len(self._ahead)} new posts, left out {now.left_out}, sealed {sealed.total()}"
        )
        with unattended(self._store, because=WITHIN_A_RUN) as session:
            drift_table.replace_files(session, before=self._kept, files=files, now=now)

    def _file(self, part: str, file: str, table: DriftTable, before: DriftFile | None) -> DriftFile:
        until = self._ahead.erased_until
        return DriftFile(
            model=self._model.digest,
            part=part,
            file=file,
            posts=len(table),
            newest=int(table.created.max(initial=0)),
            execution=self._run.number,
            erased_until=until if before is None else min(until, before.erased_until),
        )

    def _predicted(self, posts: Sequence[NewPost]) -> DriftTable:
        data = with_text(posts)
        self._without_text += len(posts) - len(data)
        table = applied(
            self._store,
            self._model,
            data,
            self.words,
            lines=NORMALISER,
            progress=self._progress,
        )
        withheld = pa.array(self._ahead.ids[self._ahead.unlabelled], pa.string())
        return without_labels(table, is_among(table.said.post_id, withheld))

    def _training_words(self) -> tuple[str, TrainingWords]:
        if self._before is not None:
            return self._before.words, from_bytes(self._store.artifacts.read(self._before.words))
        self._progress("Reading the training posts", 0, None)
        data = open_split(self._store, self._snapshot, "train")
        words = training_words(
            [words_of(line) for line in read_lines(data.source, group)]
            for group in range(len(data.sizes))
        )
        return self._store.artifacts.put_bytes(to_bytes(words)), words
