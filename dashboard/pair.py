"""The two executions that the pages of a comparison are about: chosen once, kept in the address."""

from collections import Counter
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.comparison import Comparison
from core.comparison.caveats import caveats
from core.comparison.compare import Pair
from core.comparison.differences import Fact, differences
from core.comparison.results import ComparisonSummary
from core.comparison.sentence import verdict_sentence
from core.evaluation import Evaluation
from core.evaluation.history import Training
from core.release.aliases import version_of
from core.release.candidates import listing
from core.release.events import PRODUCTION
from core.release.states import CandidateState
from core.snapshots import find
from dashboard import components as c
from dashboard import data, state

WIDTH = 330
"""Of a select box: two stand in a row, on a phone one below the other."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A compared pair and everything stored of it.

    ``numbers``: what was chosen as baseline and candidate: a training's number, or an
    evaluation's. ``slices`` is None where the comparison has none.
    """

    numbers: tuple[int, int]
    baseline: Training
    candidate: Training
    pair: Pair
    comparison: Comparison
    summary: ComparisonSummary
    changes: pd.DataFrame
    slices: pd.DataFrame | None

    @property
    def names(self) -> tuple[str, str]:
        return f"#{self.numbers[0]} baseline", f"#{self.numbers[1]} candidate"

    @property
    def sides(self) -> tuple[Evaluation, Evaluation]:
        return self.pair.baseline, self.pair.candidate

    @property
    def trainings(self) -> tuple[Training, Training]:
        return self.baseline, self.candidate

    @property
    def paired(self) -> bool:
        """Whether both models predicted the same posts."""
        return self.summary.paired

    @property
    def sentence(self) -> str:
        baseline, candidate = (f"#{number}" for number in self.numbers)
        return verdict_sentence(self.summary, baseline=baseline, candidate=candidate)

    @property
    def differences(self) -> list[Fact]:
        """What differs between the two trainings and between the posts they were evaluated on.

        Snapshots by the names that people gave.
        """
        names = {t.snapshot.digest: t.snapshot.id for t in self.trainings}
        posts = [posts_of(side) for side in self.sides]
        return [
            *([Fact("Evaluation", "posts", *posts)] if posts[0] != posts[1] else []),
            *differences(self.baseline.execution, self.candidate.execution, names=names),
        ]

    @property
    def caveats(self) -> list[str]:
        return caveats(data.store(), self.comparison)

    @property
    def generated(self) -> bool:
        return self.baseline.snapshot.generated or self.candidate.snapshot.generated

    @property
    def query(self) -> dict[str, str]:
        """The address that shows this pair; of an opened test, by its evaluations."""
        sealed = tuple(side.execution for side in self.sides)
        baseline, candidate = sealed if self.pair.sealed else self.numbers
        return {"baseline": str(baseline), "candidate": str(candidate)}


def choose(trainings: list[Training]) -> Chosen | None:
    """Two select boxes, production and the newest proposal by default; None until two differ.

    What was chosen last is the default of the other pages.
    """
    options = c.labels(trainings, _production()) | _further()
    before = st.session_state.get("pair") or _defaults(trainings)
    notes = st.container()
    with st.container(horizontal=True):
        baseline, candidate = (
            state.chosen(label, label.lower(), options, default=default, width=WIDTH, notes=notes)
            for label, default in zip(("Baseline", "Candidate"), before, strict=True)
        )
    if baseline is None or candidate is None:
        c.empty("Choose two training runs.")
        return None
    if baseline == candidate:
        c.empty("Both sides show the same training. Choose another one on either side.")
        return None
    st.session_state["pair"] = (baseline, candidate)
    return load(trainings, int(baseline), int(candidate))


def load(trainings: list[Training], baseline: int, candidate: int) -> Chosen:
    """The comparison of two trainings or evaluations, made if nobody has looked at it yet."""
    return _with_results(trainings, (baseline, candidate), *data.compared(baseline, candidate))


def load_recorded(trainings: list[Training], comparison: int) -> Chosen:
    """The comparison that an execution recorded."""
    pair, record = data.recorded(comparison)
    numbers = (pair.baseline.model_execution, pair.candidate.model_execution)
    return _with_results(trainings, numbers, pair, record)


def posts_of(evaluation: Evaluation) -> str:
    """The posts of an evaluation as the command line names them: ``2026-05:valid``."""
    return f"{find(data.store(), evaluation.snapshot).id}:{evaluation.split}"


def _with_results(
    trainings: list[Training], numbers: tuple[int, int], pair: Pair, comparison: Comparison
) -> Chosen:
    by_number = {training.number: training for training in trainings}
    return Chosen(
        numbers=numbers,
        baseline=by_number[pair.baseline.model_execution],
        candidate=by_number[pair.candidate.model_execution],
        pair=pair,
        comparison=comparison,
        summary=data.comparison_summary(comparison.summary),
        changes=data.frame_artifact(comparison.changes),
        slices=data.frame_artifact(comparison.slices) if comparison.slices else None,
    )


def _further() -> dict[str, str]:
    """Evaluations of models that have several, and those that the address names.

    A training stands for its only one; several are told apart, such as one model on two sets of
    posts. Those of a sealed test go with those of their opening only: links bring them.
    """
    evaluations = data.all_evaluations()
    times = Counter(e.model_execution for e in evaluations if e.split != "test")
    named = {st.query_params.get(key) for key in ("baseline", "candidate")}
    return {
        str(e.execution): f"#{e.execution} · #{e.model_execution} on {posts_of(e)}"
        for e in evaluations
        if (times[e.model_execution] > 1 and e.split != "test") or str(e.execution) in named
    }


def _production() -> int | None:
    version = version_of(data.store(), PRODUCTION)
    return version.candidate if version else None


def _defaults(trainings: list[Training]) -> tuple[str | None, str | None]:
    """Production against the newest proposal, else the two newest trainings."""
    newest = [training.number for training in trainings]
    waiting = [c.number for c in listing(data.store()) if c.state == CandidateState.PROPOSED]
    candidate = next(iter([*waiting, *newest]), None)
    others = [number for number in (_production(), *newest) if number not in (None, candidate)]
    return (str(others[0]) if others else None), (str(candidate) if candidate else None)
