"""Running what has changed, in order, and giving back the rest."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.collect.alone import alone
from core.errors import ConflictError, GateFailedError, RefusedError
from core.executions import Run, record
from core.executions.looking import WouldRunError, looking
from core.executions.purpose import PIPELINE, run_for
from core.hints import Command, Hint
from core.pipeline.definition import Pipeline
from core.pipeline.kinds import KINDS
from core.pipeline.kinds.collecting import COLLECT, IMPORT
from core.pipeline.kinds.freezing import last_frozen, rules_of
from core.pipeline.reasons import reason
from core.pipeline.work import At, Result, Step
from core.progress import Progress, silent
from core.store import Store

_PATIENCE = 0.5
"""Seconds between two looks at whether another run has ended."""


class State(StrEnum):
    """What became of a step."""

    REUSED = "reused"
    DUE = "due"
    RAN = "ran"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one step. ``why``: why it ran or would run, or failed; empty: it was reused.
    ``said``: what it gave; empty: nothing yet. ``seconds``: how long it ran.
    """

    step: str
    kind: str
    state: State
    why: str = ""
    said: str = ""
    executions: tuple[int, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be done: the ``pipeline`` of the folder ``project``. ``until``: the last step that
    counts; ``only``: the one step that may run, on what the others gave last; None: all.
    ``given``: the values that were set from outside, as they were written.
    """

    pipeline: Pipeline
    project: Path
    until: str | None = None
    only: str | None = None
    given: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """In order, with all that they wait for."""
        last = self.only or self.until
        return self.pipeline.before(last) if last else self.pipeline.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """``execution``: which recorded it; None where nothing had changed, so that nothing was."""

    execution: int | None
    outcomes: tuple[Outcome, ...]


def plan(store: Store, wanted: Wanted) -> tuple[Outcome, ...]:
    """What a run would do now, and why. Nothing is run or written.

    Raises:
        RefusedError: with ``only``, a step that it needs has nothing to give.
        Others as the steps do, such as where a file is missing.
    """
    state = _State(store, wanted, silent)
    outcomes: list[Outcome] = []
    for step in wanted.steps:
        due = next((each.step for each in outcomes if _holds_up(each, step)), None)
        if due is None:
            outcomes.append(state.look(step))
        else:
            why = f"after {due}"
            outcomes.append(Outcome(step=step.name, kind=step.kind, state=State.DUE, why=why))
    return tuple(outcomes)


def plan_of_nothing(wanted: Wanted) -> tuple[Outcome, ...]:
    """What a run would do where there is no workspace yet."""
    why = "there is no workspace yet"
    return tuple(
        Outcome(step=step.name, kind=step.kind, state=State.DUE, why=why) for step in wanted.steps
    )


def run(
    store: Store,
    wanted: Wanted,
    *,
    wait: bool = False,
    tell: Callable[[Outcome], object] = lambda _outcome: None,
    progress: Progress = silent,
) -> Done:
    """Run the steps that have changed, and give back the rest.

    Everything that runs is an execution of its own, and the whole is one of the kind ``pipeline``;
    where nothing has changed, nothing is recorded. After an error, an interruption or a crash,
    the next run goes on with the step that was not done.

    Args:
        wait: until another run in this workspace has ended.
        tell: called with each step, as soon as it is known what became of it.

    Raises:
        ConflictError: another process runs a pipeline here.
        GateFailedError: a step that was asked to has stopped the pipeline.
        Others as the steps do.
    """
    with _alone(store, wait=wait, progress=progress):
        state = _State(store, wanted, progress, tell)
        ahead = list(wanted.steps)
        while ahead:
            looked = state.look(ahead[0])
            if looked.state == State.DUE:
                break
            state.note(looked)
            ahead.pop(0)
        if not ahead:
            return Done(execution=None, outcomes=tuple(state.outcomes))
        with _recorded(store, wanted, state) as made:
            for step in ahead:
                state.bring_up_to_date(step, made)
        return Done(execution=made.number, outcomes=tuple(state.outcomes))


@contextmanager
def _recorded(store: Store, wanted: Wanted, state: "_State") -> Iterator[Run]:
    chosen = {"until": wanted.until, "only": wanted.only, "set": list(wanted.given)}
    params = {name: value for name, value in chosen.items() if value}
    text = store.artifacts.put_bytes(wanted.pipeline.text.encode())
    with record(store, PIPELINE, params=params, inputs={"pipeline": text}) as made:
        try:
            yield made
        finally:
            made.outputs = {"steps": {each.step: _as_json(each) for each in state.outcomes}}
            states = [each.state for each in state.outcomes]
            made.metrics = {str(each): states.count(each) for each in State if each in states}


@contextmanager
def _alone(store: Store, *, wait: bool, progress: Progress) -> Iterator[None]:
    """Two runs would do the same work twice."""
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(alone(store, PIPELINE))
                break
            except ConflictError as other:
                if not wait:
                    hint = Hint("Wait until it has ended.", Command("pipeline run", wait=True))
                    raise ConflictError(other.reason, hint) from None
            progress("Waiting for another run of the pipeline", 0, None)
            time.sleep(_PATIENCE)
        yield


@dataclass(slots=True)
class _State:
    """What the steps gave so far."""

    store: Store
    wanted: Wanted
    progress: Progress
    tell: Callable[[Outcome], object] = lambda _outcome: None
    given: dict[str, Result] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    def look(self, step: Step) -> Outcome:
        """Whether a step is due, and why. What is there already is given to the steps after it."""
        try:
            with looking(), self._told(step):
                result = self._do(step, silent)
        except WouldRunError as would:
            if self._may_run(step):
                why = reason(self.store, would)
                return Outcome(step=step.name, kind=step.kind, state=State.DUE, why=why)
            result = self._last(step)
        self.given[step.name] = result
        _require_fine(step, result)
        return self._outcome(step, State.REUSED, result)

    def bring_up_to_date(self, step: Step, made: Run) -> None:
        """Give back what is there, or run the step."""
        looked = self.look(step)
        if looked.state == State.REUSED:
            self.note(looked)
            return
        made.log(f"{step.name}: {looked.why}")
        started = time.monotonic()
        with self._told(step):
            result = self._do(step, self.progress)
        self.given[step.name] = result
        seconds = time.monotonic() - started
        self.note(self._outcome(step, State.RAN, result, why=looked.why, seconds=seconds))
        made.log(f"{step.name}: {result.said}")
        _require_fine(step, result)

    def note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.tell(outcome)

    @contextmanager
    def _told(self, step: Step) -> Iterator[None]:
        """Whatever ends the step is noted as its failure, and goes on."""
        try:
            yield
        except WouldRunError:
            raise
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            why = "it was interrupted" if interrupted else str(error) or type(error).__name__
            self.note(Outcome(step=step.name, kind=step.kind, state=State.FAILED, why=why))
            raise

    def _do(self, step: Step, progress: Progress) -> Result:
        at = At(store=self.store, project=self.wanted.project, given=self.given)

        called = step.name

        def within(step: str, done: float, total: float | None) -> None:
            progress(f"{called}: {step}", done, total)

        with run_for(PIPELINE):  # while looking, too: what it is for may be written down
            return KINDS[step.kind].do(at, step, within)

    def _may_run(self, step: Step) -> bool:
        return self.wanted.only in (None, step.name)

    def _last(self, step: Step) -> Result:
        """What a step gave last that may not run now, although something has changed."""
        kind = KINDS[step.kind]
        if kind in (IMPORT, COLLECT):
            return Result(said="left as it is")
        at = At(store=self.store, project=self.wanted.project, given=self.given)
        found = last_frozen(at, rules_of(step.values)) if step.kind == "snapshot" else None
        if found is None:
            raise RefusedError(
                f"The step {self.wanted.only!r} needs what {step.name!r} gives, and that is not up"
                " to date",
                Hint("Run all that it needs.", Command("pipeline run", until=self.wanted.only)),
            )
        return found

    @staticmethod
    def _outcome(
        step: Step, state: State, result: Result, *, why: str = "", seconds: float | None = None
    ) -> Outcome:
        return Outcome(
            step=step.name,
            kind=step.kind,
            state=state,
            why=why,
            said=result.said,
            executions=result.executions,
            seconds=seconds,
        )


def _holds_up(earlier: Outcome, step: Step) -> bool:
    return earlier.state == State.DUE and earlier.step in step.waits_for


def _require_fine(step: Step, result: Result) -> None:
    if result.problem:
        raise GateFailedError(
            f"{result.problem}, and the step {step.name!r} is to stop the pipeline then",
            "Look into it; or set stop = false in signoff.toml.",
        )


def _as_json(outcome: Outcome) -> Mapping[str, Any]:
    return {
        "state": str(outcome.state),
        "why": outcome.why,
        "said": outcome.said,
        "executions": list(outcome.executions),
        "seconds": None if outcome.seconds is None else round(outcome.seconds, 2),
    }
