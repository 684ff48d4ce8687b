"""What a run would do now: the posts that a model has not predicted yet. Predicts nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from core.drift.pending import Pending, pending
from core.drift.reading import predicted_ids
from core.drift.stored import own_evaluation, snapshot_of
from core.store import Store, erasure
from core.store import drift as drift_table
from core.store.drift import REFERENCE, DriftFile, LookedThrough
from core.store.models import Evaluation, Model
from core.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be done, and what was there when that was looked for.

    ``posts``: to predict. ``reference``: the evaluation of the model's own validation split, whose
    predictions are not kept yet; None: they are, or it was never evaluated. ``kept``: part -> its
    file; ``before``: how far posts were looked through, None: never.
    """

    snapshot: Snapshot
    posts: Pending
    reference: Evaluation | None
    kept: Mapping[str, DriftFile]
    before: LookedThrough | None

    @property
    def anything(self) -> bool:
        """Whether a run would change what is shown."""
        return bool(len(self.posts)) or self.reference is not None or self._tells_of_sealed

    @property
    def _tells_of_sealed(self) -> bool:
        """Whether there are sealed posts that no earlier run has counted."""
        since = self.before.written_since if self.before else 0
        return bool(self.posts.sealed) and self.posts.written_since > since


def due(store: Store, model: Model, *, freezing: Snapshot | None = None) -> Due:
    """What a run would do now.

    Args:
        freezing: a snapshot that is about to exist: the labels of posts that its test split may
            hold are not read.
    """
    snapshot, judged = snapshot_of(store, model), own_evaluation(store, model)
    with store.read() as session:
        kept = drift_table.files_of(session, model.digest)
        before = drift_table.watched(session, model.digest)
    return Due(
        snapshot=snapshot,
        posts=pending(
            store,
            model,
            snapshot,
            predicted=partial(predicted_ids, store, model),
            freezing=freezing,
        ),
        reference=judged if REFERENCE not in kept else None,
        kept=kept,
        before=before,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How current what is shown of a model is.

    ``newest``: the moment of the newest post that it has predicted, in epoch seconds;
    ``execution``: the newest that predicted; None before the first. ``waiting``: posts that it has
    not predicted yet; ``behind``: whether a run would change what is shown.
    """

    newest: int | None
    execution: int | None
    waiting: int
    behind: bool


def standing(store: Store, model: Model) -> Standing:
    """How current what is shown of it is."""
    now = due(store, model)
    months = [file for part, file in now.kept.items() if part != REFERENCE]
    return Standing(
        newest=max((file.newest for file in months), default=None),
        execution=max((file.execution for file in now.kept.values()), default=None),
        waiting=len(now.posts),
        behind=now.anything,
    )


def rests_on(store: Store) -> tuple[int, int]:
    """What :func:`due` gives rests on it, but for what a run that goes on has written since: the
    first execution that may still write posts, and the newest tombstone.
    """
    with store.read() as session:
        return drift_table.unread_since(session), erasure.newest(session)
