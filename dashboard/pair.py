"""The two executions that Compare and Subreddits are about: chosen once, kept in the address."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.comparison.compare import Pair, caveats
from core.comparison.differences import Fact, differences
from core.comparison.sentence import verdict_sentence
from core.evaluation.history import Training
from core.release.aliases import version_of
from core.release.events import State
from core.release.review import PRODUCTION, listing
from core.store.models import Comparison
from dashboard import components as c
from dashboard import data, state

WIDTH = 330
"""Of a select box: two stand in a row, on a phone one below the other."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A compared pair and everything stored of it."""

    baseline: Training
    candidate: Training
    pair: Pair
    comparison: Comparison
    summary: dict[str, Any]
    changes: pd.DataFrame

    @property
    def names(self) -> tuple[str, str]:
        return f"#{self.baseline.number} baseline", f"#{self.candidate.number} candidate"

    @property
    def sentence(self) -> str:
        baseline, candidate = f"#{self.baseline.number}", f"#{self.candidate.number}"
        return verdict_sentence(self.summary, baseline=baseline, candidate=candidate)

    @property
    def differences(self) -> list[Fact]:
        """What differs between the two trainings, snapshots by the names that people gave."""
        names = {t.snapshot.digest: t.snapshot.id for t in (self.baseline, self.candidate)}
        return differences(self.baseline.execution, self.candidate.execution, names=names)

    @property
    def caveats(self) -> list[str]:
        return caveats(data.store(), self.comparison)

    @property
    def generated(self) -> bool:
        return self.baseline.snapshot.generated or self.candidate.snapshot.generated

    @property
    def query(self) -> dict[str, str]:
        """The address that shows this pair."""
        return {"baseline": str(self.baseline.number), "candidate": str(self.candidate.number)}


def choose(trainings: list[Training]) -> Chosen | None:
    """Two select boxes, production and the newest proposal by default; None until two differ."""
    options = c.labels(trainings, _production())
    baseline_default, candidate_default = _defaults(trainings)
    with st.container(horizontal=True):
        baseline = state.chosen(
            "Baseline", "baseline", options, default=baseline_default, width=WIDTH
        )
        candidate = state.chosen(
            "Candidate", "candidate", options, default=candidate_default, width=WIDTH
        )
    if baseline is None or candidate is None:
        c.empty("Choose two trainings.")
        return None
    if baseline == candidate:
        c.empty("Both are the same training: choose another one on either side.")
        return None
    return load(trainings, int(baseline), int(candidate))


def load(trainings: list[Training], baseline: int, candidate: int) -> Chosen:
    """The comparison of two trainings, made if nobody has looked at it yet."""
    return _with_results(trainings, *data.compared(baseline, candidate))


def load_recorded(trainings: list[Training], comparison: int) -> Chosen:
    """The comparison that an execution recorded."""
    return _with_results(trainings, *data.recorded(comparison))


def _with_results(trainings: list[Training], pair: Pair, comparison: Comparison) -> Chosen:
    by_number = {training.number: training for training in trainings}
    return Chosen(
        baseline=by_number[pair.baseline.model_execution],
        candidate=by_number[pair.candidate.model_execution],
        pair=pair,
        comparison=comparison,
        summary=data.json_artifact(comparison.summary),
        changes=data.frame_artifact(comparison.changes),
    )


def _production() -> int | None:
    version = version_of(data.store(), PRODUCTION)
    return version.candidate if version else None


def _defaults(trainings: list[Training]) -> tuple[str | None, str | None]:
    """Production against the newest proposal, else the two newest trainings."""
    newest = [training.number for training in trainings]
    waiting = [c.number for c in listing(data.store()) if c.state == State.PROPOSED]
    candidate = next(iter([*waiting, *newest]), None)
    others = [number for number in (_production(), *newest) if number not in (None, candidate)]
    return (str(others[0]) if others else None), (str(candidate) if candidate else None)
