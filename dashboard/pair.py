"""The two executions that the pages of a comparison are about: chosen once, kept in the address."""

from collections import Counter
from dataclasses import dataclass
from typing import NoReturn

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access.identity import Role
from core.comparison import Comparison
from core.comparison import compare as comparing
from core.comparison.caveats import caveats
from core.comparison.compare import Pair
from core.comparison.differences import Fact, differences
from core.comparison.results import ComparisonSummary
from core.comparison.sentence import verdict_sentence
from core.evaluation import Evaluation
from core.evaluation.history import Training
from core.jobs import SUCCEEDED, Job, kinds
from core.jobs.kinds import COMPARE
from core.release.aliases import version_of
from core.release.candidates import listing
from core.release.events import PRODUCTION
from core.release.states import CandidateState
from core.snapshots import find
from dashboard import components as c
from dashboard import data, state, work
from dashboard.pages import Page
from dashboard.work import Piece

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


def choose(trainings: list[Training], page: Page, top: DeltaGenerator) -> Chosen:
    """Two select boxes, production and the newest proposal by default, and what was chosen.

    What was chosen last is the default of the other pages. Where there is nothing to show yet, the
    page says why and ends here.

    Args:
        page: that asks.
        top: the place of the page's answer.
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
        _stop(top, "Choose two training runs.")
    if baseline == candidate:
        _stop(top, "Both sides show the same training. Choose another one on either side.")
    st.session_state["pair"] = (baseline, candidate)
    numbers = (int(baseline), int(candidate))
    chosen, comparison = data.compared(*numbers)
    if comparison is None:
        comparison = _made(chosen, numbers, page, top)
    return _with_results(trainings, numbers, chosen, comparison)


def _stop(top: DeltaGenerator, why: str) -> NoReturn:
    with top:
        c.answer("This page needs two evaluated trainings.")
    c.empty(why)
    st.stop()


def _made(chosen: Pair, numbers: tuple[int, int], page: Page, top: DeltaGenerator) -> Comparison:
    """The comparison that a job made for this page; the page ends here until it has."""
    names = " and ".join(f"\\#{number}" for number in numbers)
    piece = Piece(
        kind=COMPARE,
        inputs=kinds.comparison(data.store(), chosen, numbers),
        page=page,
        done="",
        not_done=f"{names} have not been compared",
        cancel="Cancel the comparison",
        if_cancelled=lambda _job: "If you cancel now, nothing is kept of it.",
    )
    job = work.latest(piece)
    if job is None:
        work.begin(piece)
        st.rerun()
    # Done, and yet not found as kept: code that is newer than this server's has made it.
    made = comparing.newest(data.store(), chosen) if job.status == SUCCEEDED else None
    if made is None:
        _wait(piece, job, top)
    return made


def _wait(piece: Piece, job: Job, top: DeltaGenerator) -> NoReturn:
    """How far the comparison is, or why there is none."""
    with top:
        c.answer("They are being compared." if job.under_way else f"{piece.not_done}.")
    if job.under_way:
        with st.container(width=WIDTH):
            work.show(piece, job)
    else:
        with st.container(width=2 * WIDTH):
            _offer_again(piece, job)
    st.stop()


def _offer_again(piece: Piece, job: Job) -> None:
    work.show_end(piece, job)
    why_not = c.why_not(Role.REVIEWER, to="compare two models")
    if st.button(
        "Compare them again", icon=":material/refresh:", type="primary", disabled=bool(why_not)
    ):
        work.begin(piece)
        st.rerun()
    if why_not:
        st.caption(why_not)


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
