"""What differs between two executions: code with its patches, data, parameters, environment, and
what came of them. Commands, reports and pages show this.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core.comparison.differences import Fact, differences
from core.executions.code import changes_between, project_changes_between
from core.settings import settings
from core.snapshots import listing as snapshots
from core.snapshots import names as snapshot_names
from core.store import Store
from core.store import models as models_table
from core.store.executions import Execution
from core.store.models import Evaluation
from core.store.snapshots import Snapshot
from core.words import signed

_ORDER = ("Evaluation", "Step", "Parameters", "Data", "Code", "Environment")
NO_PATCH = "No diff can be shown: this is not a git checkout, or it lacks one of the two commits."


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Changes of code, ``name``: which, as a unified diff."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that both executions have, such as a metric; ``name`` as it is recorded."""

    name: str
    baseline: float
    candidate: float

    @property
    def difference(self) -> float:
        """The candidate's minus the baseline's."""
        return self.candidate - self.baseline

    @property
    def said(self) -> str:
        """The difference in words: ``+0.021``, of counts ``−1,200``."""
        whole = isinstance(self.baseline, int) and isinstance(self.candidate, int)
        return f"{self.difference:+,}".replace("-", "−") if whole else signed(self.difference)


def facts(
    store: Store, before: Execution, after: Execution, *, posts: tuple[str, str] | None = None
) -> list[Fact]:
    """Everything that is recorded of the two and can be told apart, what differs first.

    Snapshots go by the names that people gave them; where they differ, so do their counts.

    Args:
        posts: that two models were evaluated on, such as ``2026-05:valid``.
    """
    names = snapshot_names(store)
    found = [
        *([Fact("Evaluation", "posts", *posts)] if posts else []),
        *([Fact("Step", "kind", before.kind, after.kind)] if before.kind != after.kind else []),
        *differences(before, after, names=names),
        *_counts(store, before, after),
    ]
    return sorted(found, key=lambda fact: (not fact.differs, _ORDER.index(fact.where)))


def differing(
    store: Store, before: Execution, after: Execution, *, posts: tuple[str, str] | None = None
) -> list[Fact]:
    """Those of :func:`facts` that differ."""
    return [fact for fact in facts(store, before, after, posts=posts) if fact.differs]


def sides(store: Store, baseline: Evaluation, candidate: Evaluation) -> tuple[str, str]:
    """The posts of two evaluations as the command line names them: ``2026-05:valid``."""
    names = snapshot_names(store)
    before, after = (f"{names[side.snapshot]}:{side.split}" for side in (baseline, candidate))
    return before, after


def patches(store: Store, before: Execution, after: Execution) -> tuple[Patch, ...]:
    """How the code of the two differs: between their commits, and what was not committed on either
    side where that is not the same. Of commits that this checkout does not have, nothing.
    """
    return (
        *_patches(store, before, after, "project_", "The project", _project_changes),
        *_patches(store, before, after, "", "Signoff", changes_between),
    )


def figures(store: Store, before: Execution, after: Execution) -> tuple[Figure, ...]:
    """The numbers that came of both and differ. A training has those of its evaluation on
    validation, too; of executions of two kinds there are none.
    """
    if before.kind != after.kind:
        return ()
    one, other = numbers(store, before), numbers(store, after)
    return tuple(
        Figure(name=name, baseline=one[name], candidate=other[name])
        for name in one
        if name in other and one[name] != other[name]
    )


def numbers(store: Store, execution: Execution) -> dict[str, float]:
    """The numbers that came of an execution; of a training also the metrics of its model on its own
    validation split, if it was evaluated.
    """
    judged: Mapping[str, object] = {}
    if execution.kind == "train":
        with store.read() as session:
            own = models_table.evaluations(
                session, model_executions=[execution.number], split="valid"
            )
        wanted = execution.inputs.get("snapshot")
        judged = next((each.metrics for each in own if each.snapshot == wanted), {})
    return {
        name: value
        for name, value in {**judged, **execution.metrics}.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _patches(
    store: Store,
    before: Execution,
    after: Execution,
    of: str,
    called: str,
    between: Callable[[str, str], bytes | None],
) -> Iterator[Patch]:
    old, new = (each.code.get(f"{of}commit") for each in (before, after))
    if old and new and old != new and (text := between(old, new)):
        yield _patch(f"{called} from {old[:10]} to {new[:10]}", text)
    if before.code.get(f"{of}patch") != after.code.get(f"{of}patch"):
        for each in (before, after):
            if patch := each.code.get(f"{of}patch"):
                name = f"{called}, uncommitted changes of #{each.number}"
                yield _patch(name, store.artifacts.read(patch))


def _project_changes(before: str, after: str) -> bytes | None:
    folder = settings().project
    return project_changes_between(folder, before, after) if folder else None


def _patch(name: str, text: bytes) -> Patch:
    return Patch(name=name, text=text.decode(errors="replace"))


def _counts(store: Store, before: Execution, after: Execution) -> Iterator[Fact]:
    digests = [each.inputs.get("snapshot") for each in (before, after)]
    if digests[0] == digests[1]:
        return
    by_digest = {snapshot.digest: snapshot for snapshot in snapshots(store)}
    one, other = (_counted(by_digest.get(str(digest))) for digest in digests)
    for name in dict.fromkeys([*one, *other]):
        yield Fact("Data", name, one.get(name, "–"), other.get(name, "–"))


def _counted(snapshot: Snapshot | None) -> Mapping[str, str]:
    if snapshot is None:
        return {}
    splits = {f"posts in {split}": f"{posts:,}" for split, posts in snapshot.splits.items()}
    return {"digest": snapshot.digest[:12], **splits, "subreddits": f"{snapshot.subreddits:,}"}
