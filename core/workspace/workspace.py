"""The public face itself. It does what the commands of the same names do, and records it alike."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from core.collect.files import complaint, import_files
from core.comparison import compare as comparing
from core.comparison import what_differs
from core.comparison.caveats import caveats
from core.comparison.sentence import verdict_sentence
from core.drift.predicting import bring_up_to_date
from core.drift.report import report
from core.drift.sentence import headline, name_of
from core.drift.windows import Window
from core.errors import InputError
from core.evaluation.evaluate import evaluate, summary_of
from core.executions import get, listing
from core.progress import Progress, silent
from core.release.freezing import freeze
from core.release.released import released_model, version_of
from core.settings import settings
from core.snapshots import find
from core.snapshots import listing as snapshot_listing
from core.snapshots.rules import Rules
from core.store import Store, existing_store, open_store
from core.store.snapshots import Snapshot as StoredSnapshot
from core.training.train import of_execution, train
from core.workspace import frames
from core.workspace.results import Comparison, Drift, Evaluation, Snapshot, Training

Moment = str | datetime
"""A day or moment, such as ``2026-01-31``; without a time zone it is UTC."""
_NONE: Mapping[str, object] = MappingProxyType({})


class Workspace:
    """One workspace. Whoever may run its commands may call its methods; they raise
    :class:`core.errors.SignoffError` with what is wrong and how to mend it.
    """

    def __init__(self, store: Store, progress: Progress = silent) -> None:
        self._store, self._progress = store, progress

    def __repr__(self) -> str:
        return f"Workspace({str(self._store.home)!r})"

    def executions(self, *, kind: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """What has been run, newest first, with its number as index.

        Columns are ``kind``, ``status``, ``by``, ``started_at`` (UTC), ``seconds``, ``name``,
        ``tags``, ``purpose`` (None where somebody asked for it by itself) and one for each
        parameter and figure, such as ``params.seed`` and ``metrics.f1_macro``. A training has the
        metrics of its evaluation on validation.

        Args:
            kind: only this one, such as ``train``.
            limit: only so many; None: all.
        """
        kinds = (kind,) if kind else ()
        return frames.executions(self._store, listing(self._store, kinds=kinds, limit=limit))

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, newest first."""
        return [_snapshot(each) for each in snapshot_listing(self._store)]

    def import_posts(self, *paths: str | Path) -> dict[str, int]:
        """Read posts from files, as ``signoff import`` does; how many were ``read``, ``inserted``,
        ``updated`` and ``unchanged``. It is safe to run again.

        Raises:
            InputError: a path is missing, a file is damaged (all others are imported then), or
                nothing could be used.
        """
        counts = import_files(self._store, list(map(Path, paths)), progress=self._progress)
        if wrong := complaint(counts):
            raise wrong
        written = counts.written
        return {
            "read": counts.read,
            "inserted": written.inserted,
            "updated": written.updated,
            "unchanged": written.unchanged,
        }

    def freeze(
        self,
        name: str | None = None,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        min_posts: int = 20,
        max_posts: int | None = None,
        split: str = "chronological",
        fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
        seed: int = 0,
    ) -> Snapshot:
        """Freeze the stored posts and seal the test split, as ``signoff snapshot create`` does.

        Args:
            since: the first moment that is included; None: the first post.
            until: the first moment that is not; None: after the last post.
            min_posts: subreddits with fewer posts are left out.
            max_posts: of larger subreddits the newest are kept; None: all.
            split: ``chronological``, or ``random``, which is optimistic.
            fractions: shares of train, valid and test.
            seed: of a random split.
        """
        rules = Rules(
            since=_seconds(since),
            until=_seconds(until),
            min_posts=min_posts,
            max_posts=max_posts,
            split=split,
            fractions=fractions,
            seed=seed,
        )
        return _snapshot(freeze(self._store, rules, name=name, progress=self._progress).snapshot)

    def train(
        self,
        snapshot: Snapshot | str,
        *,
        model: str | None = None,
        params: Mapping[str, object] = _NONE,
        seed: int = 0,
        threads: int | None = None,
        name: str | None = None,
    ) -> Training:
        """Train a model and evaluate it on the validation split, as ``signoff train`` does. The
        same training is not done again.

        Args:
            snapshot: itself, its name, or how its digest begins.
            model: the family: docs/models.md.
            params: the family's parameters; the rest by default.
            threads: default: all cores.
            name: what to call it on pages and in lists.
        """
        data = find(self._store, _name(snapshot))
        made = train(
            self._store,
            data,
            model=model,
            params={key: _text(value) for key, value in params.items()},
            seed=seed,
            threads=threads,
            name=name,
            progress=self._progress,
        )
        judged = evaluate(self._store, made, data, progress=self._progress)
        ran = get(self._store, made.execution)
        return Training(
            execution=made.execution,
            family=made.family,
            params=ran.params["params"],
            snapshot=data.id,
            metrics=judged.metrics,
            evaluation=judged.execution,
            seconds=ran.seconds or 0.0,
        )

    def evaluate(
        self, training: Training | int, snapshot: Snapshot | str, *, split: str = "valid"
    ) -> Evaluation:
        """Apply a model to ``valid`` or ``train`` of a snapshot, as ``signoff evaluate`` does.

        Raises:
            RefusedError: the split is the sealed test.
        """
        model = of_execution(self._store, _number(training))
        data = find(self._store, _name(snapshot))
        made = evaluate(self._store, model, data, split=split, progress=self._progress)
        return Evaluation(
            execution=made.execution,
            training=model.execution,
            split=made.split,
            posts=made.posts,
            metrics=made.metrics,
        )

    def compare(
        self, baseline: Training | Evaluation | int, candidate: Training | Evaluation | int
    ) -> Comparison:
        """Compare two trainings, by their validation splits, or two evaluations, as ``signoff
        compare`` does.
        """
        store = self._store
        pair = comparing.pair(store, _number(baseline), _number(candidate))
        comparing.require_unsealed(pair)
        made = comparing.compare(store, pair)
        summary = comparing.summary_of(store, made)
        sides = (pair.baseline, pair.candidate)
        before, after = (get(store, side.model_execution) for side in sides)
        names = (f"#{_number(baseline)}", f"#{_number(candidate)}")
        return Comparison(
            execution=made.execution,
            baseline=_number(baseline),
            candidate=_number(candidate),
            sentence=verdict_sentence(summary, baseline=names[0], candidate=names[1]),
            caveats=tuple(caveats(store, made)),
            metrics=frames.metrics(summary),
            changes=comparing.changes_of(store, made),
            differences=frames.differences(
                what_differs.differing(
                    store, before, after, posts=what_differs.sides(store, *sides)
                )
            ),
            details=summary,
            curves=(summary_of(store, sides[0]), summary_of(store, sides[1])),
        )

    def drift(self, alias: str = "production", *, window: str = "week") -> Drift:
        """How a version does on newer posts, as ``signoff drift`` does; what is not predicted yet
        is predicted first. Alarms are not recorded, so no message is sent: the command does that.

        Args:
            alias: an alias, or a version.
            window: ``day``, ``week`` or ``month``.
        """
        version = version_of(self._store, alias)
        model = released_model(self._store, version)
        size = _window(window)
        bring_up_to_date(self._store, model, progress=self._progress)
        found = report(self._store, model, window=size)
        return Drift(
            version=version,
            sentence=headline(found, name=name_of(alias, version)),
            windows=frames.windows(found),
            details=found,
        )


def open_workspace(
    home: str | Path | None = None, *, make: bool = False, progress: Progress = silent
) -> Workspace:
    """Open a workspace.

    Args:
        home: its folder; None: the one that commands would use here, see ``SIGNOFF_HOME``.
        make: make it where there is none.
        progress: called with what is done, how far it is, and of how much (None: not known).

    Raises:
        NotFoundError: there is none, and ``make`` is False.
    """
    folder = settings().home if home is None else Path(home).expanduser().absolute()
    return Workspace(open_store(folder) if make else existing_store(folder), progress)


def _window(name: str) -> Window:
    try:
        return Window(name)
    except ValueError:
        known = ", ".join(Window)
        raise InputError(f"There is no window {name!r}", f"Choose one of {known}.") from None


def _snapshot(stored: StoredSnapshot) -> Snapshot:
    return Snapshot(
        name=stored.id, digest=stored.digest, posts=stored.splits, subreddits=stored.subreddits
    )


def _name(snapshot: Snapshot | str) -> str:
    return snapshot if isinstance(snapshot, str) else snapshot.digest


def _number(of: Training | Evaluation | int) -> int:
    return of if isinstance(of, int) else of.execution


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds(moment: Moment | None) -> int | None:
    if moment is None:
        return None
    try:
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError:
        raise InputError(f"{moment!r} is not a date", "Write it as 2026-01-31.") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
