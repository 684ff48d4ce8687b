"""What differs between two executions: code with its patches, data, parameters, environment, and
what came of them. Commands, reports and pages show this.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.comparison.differences import Fact, differences
from core.executions.code import changes_between
from core.snapshots import listing as snapshots
from core.snapshots import names as snapshot_names
from core.store import Store
from core.store import models as models_table
from core.store.executions import Execution
from core.store.models import Evaluation
from core.store.snapshots import Snapshot
from core.words import signed

_ORDER = ("Evaluation", "Step", "Parameters", "Data", "Code", "Environment")
NO_PATCH = (
    "There is no unified diff: the two commits are not both in this checkout, or there is none."
)


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


def sides(store: Store, baseline: Evaluation, candidate: Evaluation) -> tuple[str, str]:
    """The posts of two evaluations as the command line names them: ``2026-05:valid``."""
    names = snapshot_names(store)
    before, after = (f"{names[side.snapshot]}:{side.split}" for side in (baseline, candidate))
    return before, after


def patches(store: Store, before: Execution, after: Execution) -> tuple[Patch, ...]:
    """How the code of the two differs: between their commits, and what was not committed on either
    side where that is not the same. Of commits that this checkout does not have, nothing.
    """
    found: list[Patch] = []
    commits = before.code["commit"], after.code["commit"]
    if all(commits) and commits[0] != commits[1]:
        text = changes_between(*commits)
        if text:
            found.append(_patch(f"Code from {commits[0][:10]} to {commits[1][:10]}", text))
    if before.code["patch"] != after.code["patch"]:
        found += [
            _patch(f"Uncommitted changes of #{each.number}", store.artifacts.read(patch))
            for each in (before, after)
            if (patch := each.code["patch"])
        ]
    return tuple(found)


def figures(store: Store, before: Execution, after: Execution) -> tuple[Figure, ...]:
    """The numbers that came of both and differ. A training has those of its evaluation on
    validation, too; of executions of two kinds there are none.
    """
    if before.kind != after.kind:
        return ()
    one, other = _numbers(store, before), _numbers(store, after)
    return tuple(
        Figure(name=name, baseline=one[name], candidate=other[name])
        for name in one
        if name in other and one[name] != other[name]
    )


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


def _numbers(store: Store, execution: Execution) -> dict[str, float]:
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
