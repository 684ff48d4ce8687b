"""The two executions that the pages of a comparison are about: chosen once, kept in the address."""

from collections import Counter
from dataclasses import dataclass
from typing import NoReturn

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access.identity import Role
from core.comparison import Comparison, what_differs
from core.comparison import compare as comparing
from core.comparison.caveats import caveats
from core.comparison.compare import Pair
from core.comparison.differences import Fact
from core.comparison.results import ComparisonSummary
from core.comparison.sentence import verdict_sentence
from core.comparison.what_differs import Patch
from core.evaluation import Evaluation
from core.evaluation.history import Training
from core.executions import Execution
from core.hints import Command
from core.jobs import SUCCEEDED, WAITING, Job, kinds
from core.jobs.kinds import COMPARE
from core.release import identity
from core.release.identity import Everything
from core.snapshots import find
from dashboard import components as c
from dashboard import data, state, work
from dashboard.pages import Page
from dashboard.work import Piece

WIDTH, BOX_WIDTH = 330, 430
"""Of a small part, and of a select box: two stand in a row, on a phone one below the other."""
Choice = tuple[str | None, str | None]
"""Baseline and candidate, as their select boxes have them."""


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
    def executions(self) -> tuple[Execution, Execution]:
        return self.baseline.execution, self.candidate.execution

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
        posts = what_differs.sides(data.store(), *self.sides)
        return what_differs.facts(data.store(), *self.executions, posts=posts)

    @property
    def patches(self) -> tuple[Patch, ...]:
        """How the code of the two trainings differs, as unified diffs."""
        return what_differs.patches(data.store(), *self.executions)

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
    """Two select boxes and what was chosen; by default what
    :func:`core.release.pairing.default_pair` says.

    What somebody chose last is the default of the other pages. Where there is nothing to show yet,
    the page says why and ends here.

    Args:
        page: that asks.
        top: the place of the page's answer.
    """
    everything = identity.read(data.store(), trainings)
    usual = _as_options(everything.default)
    before = st.session_state.get("pair") or usual
    notes = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        boxes = [st.container(width=BOX_WIDTH) for _ in range(2)]
        options = _options(everything, before)
        first = [str(number) for number in everything.tagged if str(number) in options]
        sides = ({**dict.fromkeys(first, ""), **options}, options)
        baseline, candidate = (
            _box(box, label, offered, default, notes)
            for box, label, offered, default in zip(
                boxes, ("Baseline", "Candidate"), sides, before, strict=True
            )
        )
    if not options:
        train = Command("train", snapshot="SNAPSHOT")
        _stop(top, "No model has been trained and evaluated yet. Train two:", train)
    if baseline is None or candidate is None:
        _stop(top, "Choose two training runs.")
    if baseline == candidate:
        _stop(top, "Both sides show the same training. Choose another one on either side.")
    _remember((baseline, candidate), usual)
    numbers = (int(baseline), int(candidate))
    chosen, comparison = data.compared(*numbers)
    if comparison is None:
        comparison = _made(chosen, numbers, page, top)
    return _with_results(trainings, numbers, chosen, comparison)


def _stop(top: DeltaGenerator, why: str, command: Command | None = None) -> NoReturn:
    with top:
        c.answer("This page needs two evaluated trainings.")
    c.empty(why, command)
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
        c.answer(_state(piece, job))
    if job.under_way:
        with st.container(width=WIDTH):
            work.show(piece, job)
    else:
        with st.container(width=2 * WIDTH):
            _offer_again(piece, job)
    st.stop()


def _state(piece: Piece, job: Job) -> str:
    if job.status == WAITING:
        return "The comparison has not started yet."
    return "They are being compared." if job.under_way else f"{piece.not_done}."


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


def recorded_summary(comparison: int) -> tuple[Pair, ComparisonSummary]:
    """The same without its frames, for pages that show several in a few words."""
    pair, record = data.recorded(comparison)
    return pair, data.comparison_summary(record.summary)


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


def _options(everything: Everything, before: Choice) -> dict[str, str]:
    """What can be chosen: the evaluated trainings that somebody asked for. Retrainings and trials
    only where the reader wants them, or where a link or an earlier choice names one.
    """
    evaluated = [known for known in everything.known if known.training.evaluation]
    others = [known for known in evaluated if not identity.is_own(known)]
    label = "Retrainings and trials too"
    wanted = bool(others) and st.toggle(
        label,
        key="retrainings",
        bind="query-params",
        help="Trainings that signoff noise and signoff tune made.",
    )
    named = {*before, *(st.query_params.get(key) for key in ("baseline", "candidate"))}
    shown = [
        known
        for known in evaluated
        if wanted or identity.is_own(known) or str(known.number) in named
    ]
    several = len({known.training.snapshot.digest for known in shown}) > 1
    return c.labels(shown, snapshots=several) | _further()


def _box(
    box: DeltaGenerator,
    label: str,
    options: dict[str, str],
    default: str | None,
    notes: DeltaGenerator,
) -> str | None:
    with box:
        return state.chosen(label, label.lower(), options, default=default, notes=notes)


def _remember(chosen: Choice, usual: Choice) -> None:
    """Keep a choice for the other pages; the usual pair is no choice: it moves on by itself."""
    if chosen == usual:
        st.session_state.pop("pair", None)
    else:
        st.session_state["pair"] = chosen


def _as_options(pair: tuple[int | None, int | None]) -> Choice:
    baseline, candidate = (None if number is None else str(number) for number in pair)
    return baseline, candidate
