"""What is exported, read together. No post is, nor a figure of a sealed test: an opening is one
look, and nobody counts how often a figure is looked at elsewhere.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from core.executions.annotations import NOTHING, Annotations, noticeboard
from core.release import aliases
from core.release.events import CANARY, AliasEvent, Approved
from core.release.history import events, moves
from core.store import Store
from core.store import executions as executions_table
from core.store import models as models_table
from core.store import releases as releases_table
from core.store import snapshots as snapshots_table
from core.store.executions import Execution
from core.store.models import Comparison, Evaluation, Model
from core.store.reaping import as_seen
from core.store.releases import Version
from core.store.snapshots import Snapshot
from core.store.types import Json


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All of a workspace at one moment, the oldest first.

    ``evaluations``, ``comparisons``: without those of a sealed test. ``sealed``: the executions
    that made those. ``aliases``: what names a version now; the canary only while it is on.
    ``share``: of the callers whom the canary serves; None where it is off. ``approvals``: version
    -> the approval that made it.
    """

    executions: tuple[Execution, ...]
    annotations: Mapping[int, Annotations]
    snapshots: tuple[Snapshot, ...]
    models: tuple[Model, ...]
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Comparison, ...]
    sealed: frozenset[int]
    versions: tuple[Version, ...]
    aliases: Mapping[str, str]
    share: float | None
    moves: tuple[AliasEvent, ...]
    approvals: Mapping[str, Approved]

    @cached_property
    def workspace(self) -> str | None:
        """Tells this workspace from others, and never changes; None before anything was run.

        It follows from how the first execution began, so a copy of the workspace has the same.
        """
        if not self.executions:
            return None
        first = self.executions[0]
        began = [first.started_at.isoformat(), first.process]
        return hashlib.sha256(json.dumps(began, sort_keys=True).encode()).hexdigest()[:12]

    @cached_property
    def model_of(self) -> Mapping[int, Model]:
        """Training -> the model that it made."""
        return {model.execution: model for model in self.models}

    def noted(self, execution: int) -> Annotations:
        """What people note on an execution."""
        return self.annotations.get(execution, NOTHING)

    def metrics(self, execution: Execution) -> dict[str, float]:
        """Its figures by name, those within others as ``outer.inner``; none of a sealed test."""
        if execution.number in self.sealed:
            return {}
        return {
            name: float(value)
            for name, value in leaves(execution.metrics)
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
        }


def parameters(execution: Execution) -> dict[str, str]:
    """What the caller chose, by name, those within others as ``outer.inner``."""
    return {name: as_text(value) for name, value in leaves(execution.params) if value is not None}


def leaves(values: Json, within: str = "") -> Iterator[tuple[str, object]]:
    """What JSON holds that is no mapping, with its name."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


def as_text(value: object) -> str:
    """A text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read(store: Store) -> Contents:
    """All that is exported. Nothing is written."""
    with store.read() as session:
        executions = executions_table.listing(session)
        evaluations = models_table.evaluations(session)
        comparisons = models_table.comparisons(session)
        happened = events(session)
        canary = aliases.canary_on(session)
        named = releases_table.aliases(session)
        opened = {each.execution for each in evaluations if each.split == "test"}
        sealed = opened | {
            each.execution
            for each in comparisons
            if each.baseline in opened or each.candidate in opened
        }
        return Contents(
            executions=tuple(as_seen(each, store.presence) for each in reversed(executions)),
            annotations=noticeboard(session).of,
            snapshots=tuple(reversed(snapshots_table.listing(session))),
            models=tuple(reversed(models_table.models(session))),
            evaluations=tuple(e for e in reversed(evaluations) if e.execution not in sealed),
            comparisons=tuple(c for c in reversed(comparisons) if c.execution not in sealed),
            sealed=frozenset(sealed),
            versions=tuple(reversed(releases_table.versions(session))),
            aliases={name: v for name, v in named.items() if canary or name != CANARY},
            share=canary.share if canary else None,
            moves=tuple(moves(happened)),
            approvals={each.version: each for each in happened if isinstance(each, Approved)},
        )
