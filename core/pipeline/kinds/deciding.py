"""Steps for the people who decide: the report that they read, and the proposal."""

from functools import partial
from pathlib import Path

from core.comparison import compare as comparing
from core.comparison.compare import Pair
from core.drift.due import standing
from core.errors import NotFoundError
from core.evaluation.evaluate import of_execution
from core.executions import Run, get, listing, run_cached
from core.executions import Step as RecordedStep
from core.executions.looking import WouldRunError, is_looking
from core.hints import Command, Hint
from core.pipeline import keys
from core.pipeline.work import At, Kind, Result, Step
from core.progress import Progress
from core.release import aliases, review
from core.release import check as checking
from core.release.adoption import read_policy
from core.release.candidates import listing as candidates
from core.release.events import PRODUCTION
from core.release.gate import GateVerdict
from core.release.released import released_model
from core.store import Store
from core.store.artifacts import write_whole
from core.store.executions import SUCCEEDED
from core.words import listed

REPORTING = RecordedStep("report", code=("core.reporting",))
"""Its other inputs are results of steps, and the policy."""


_ENDINGS = (".md", ".html")


def _report(at: At, step: Step, progress: Progress) -> Result:
    compared = at.of(step, "compare")
    if compared.pair is None:
        return Result(said="there is no comparison to report on")
    pair = Pair(*(of_execution(at.store, number) for number in compared.pair))
    made = run_cached(
        at.store,
        REPORTING,
        partial(_write, at.store, pair, progress),
        params={},
        inputs={
            "comparison": comparing.compare(at.store, pair).execution,
            "policy": read_policy(at.store).digest,
            "production": _watched(at.store),
        },
    )
    paths = [at.project / path for path in step.values["output"]]
    for path in paths:
        _put(path, at.store.artifacts.read(made.outputs[path.suffix]))
    return Result(
        said=f"#{made.number} wrote {listed(step.values['output'])}",
        executions=(made.number,),
        training=compared.training,
        pair=compared.pair,
    )


def _watched(store: Store) -> int | None:
    """The newest execution in which production predicted posts, of which the report tells; None
    where there is none.
    """
    version = aliases.current(store).get(PRODUCTION)
    return None if version is None else standing(store, released_model(store, version)).execution


def reported_on(store: Store) -> Pair:
    """The pair on which a pipeline of this workspace reported last.

    Raises:
        NotFoundError: none has reported on any.
    """
    reports = listing(store, kinds=[REPORTING.kind], status=SUCCEEDED, limit=1)
    if not reports:
        raise NotFoundError(
            "No pipeline has reported on a comparison here yet",
            Hint("Run it, or name the two trainings.", Command("pipeline run")),
        )
    made = get(store, reports[0].inputs["comparison"])
    return Pair(*(of_execution(store, made.inputs[side]) for side in ("baseline", "candidate")))


def _write(store: Store, pair: Pair, progress: Progress, run: Run) -> None:
    from core.reporting.rendering import COMMENT, PAGE, fitting, html, markdown
    from core.reporting.report import read  # loading them takes a while, and is rarely needed
    from core.reporting.report_words import document

    found = document(read(store, pair, progress=progress))
    for ending, write, most in ((".md", markdown, COMMENT), (".html", html, PAGE)):
        content = fitting(found, write, most=most).encode()
        run.outputs[ending] = store.artifacts.put_bytes(content)


def _put(path: Path, content: bytes) -> None:
    """Write the file, unless it says this already."""
    if path.is_file() and path.read_bytes() == content:
        return
    if is_looking():
        raise WouldRunError(why=f"{path.name} is missing or says something else")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def _propose(at: At, step: Step, progress: Progress) -> Result:
    number = at.of(step, "train").training
    if number is None:
        raise RuntimeError("a train step gave no training")
    known = next((each for each in candidates(at.store) if each.number == number), None)
    if known is not None:
        return Result(said=f"#{number} is {known.state}", training=number)
    if step.values["unless_failing"]:
        found = checking.check(at.store, number, progress=progress)
        if found.verdict == GateVerdict.FAIL:
            gates = listed([gate.name for gate in found.failed])
            return Result(said=f"#{number} is not proposed: it fails {gates}", training=number)
    if is_looking():
        raise WouldRunError(why=f"#{number} has not been proposed")
    review.propose(at.store, number, note=step.values["note"], progress=progress)
    return Result(said=f"#{number} is proposed", training=number)


REPORT = Kind(
    keys={
        "output": keys.Key(
            words="a list of files whose names end in .md or .html",
            example='["reports/report.md"]',
            fits=lambda value: (
                isinstance(value, list)
                and bool(value)
                and all(isinstance(each, str) and Path(each).suffix in _ENDINGS for each in value)
            ),
            default=["reports/report.md", "reports/report.html"],
        )
    },
    do=_report,
    takes=("compare",),
)
PROPOSE = Kind(
    keys={
        "note": keys.text("Weekly retraining", default=""),
        "unless_failing": keys.truth(default=True),
    },
    do=_propose,
    takes=("train",),
)
