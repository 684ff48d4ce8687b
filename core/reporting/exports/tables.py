"""The rows of an export's tables. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from core.comparison.results import ComparisonSummary
from core.metrics import METRICS
from core.reporting.exports.contents import Contents, as_text, parameters
from core.store.executions import Execution

Value = str | int | float | bool | datetime | None
Row = Mapping[str, Value]


def small_rows(table: str, contents: Contents) -> list[Row]:
    """The rows of one of :data:`core.reporting.exports.schemas.SMALL`, the oldest first."""
    return list(_ROWS[table](contents))


def _executions(contents: Contents) -> Iterator[Row]:
    for each in contents.executions:
        noted = contents.noted(each.number)
        yield {
            "execution": each.number,
            "kind": each.kind,
            "status": each.status,
            "purpose": each.purpose,
            "name": noted.name or None,
            "note": noted.note or None,
            "tags": " ".join(noted.tags) or None,
            "by": each.by,
            "started_at": each.started_at,
            "finished_at": each.finished_at,
            "seconds": each.seconds,
            "peak_memory_mib": each.peak_memory_mib,
            "command": each.command,
            "commit": each.code.get("commit"),
            "dirty": each.code.get("dirty"),
            "error": each.error,
        }


def _pairs(
    contents: Contents,
    columns: tuple[str, str],
    of: Callable[[Execution], Mapping[str, Value]],
) -> Iterator[Row]:
    """A row for each name and value that an execution has."""
    name, value = columns
    for each in contents.executions:
        for key, found in of(each).items():
            yield {"execution": each.number, name: key, value: found}


def _inputs(execution: Execution) -> dict[str, Value]:
    return {name: as_text(value) for name, value in execution.inputs.items() if value is not None}


def _snapshots(contents: Contents) -> Iterator[Row]:
    for each in contents.snapshots:
        yield {
            "snapshot": each.digest,
            "name": each.name,
            "execution": each.execution,
            "created_at": each.created_at,
            "split": each.split,
            **{name: each.splits.get(name) for name in ("train", "valid", "test")},
            "subreddits": each.subreddits,
            "generated": each.generated,
        }


def _models(contents: Contents) -> Iterator[Row]:
    for each in contents.models:
        values = asdict(each)
        yield {**values, "model": values["digest"]}


def _evaluations(contents: Contents) -> Iterator[Row]:
    for each in contents.evaluations:
        yield {
            "execution": each.execution,
            "training": each.model_execution,
            "snapshot": each.snapshot,
            "split": each.split,
            "posts": each.posts,
        }


def _versions(contents: Contents) -> Iterator[Row]:
    for each in contents.versions:
        approval = contents.approvals.get(each.version)
        yield {
            "version": each.version,
            "training": each.candidate,
            "model": contents.model_of[each.candidate].digest,
            "approved_at": each.created_at,
            "approved_by": approval.by if approval else None,
            "comment": approval.comment or None if approval else None,
            "override": approval.override if approval else None,
        }


def _aliases(contents: Contents) -> Iterator[Row]:
    for alias, version in contents.aliases.items():
        share = contents.share if alias == "canary" else None
        yield {"alias": alias, "version": version, "share": share}


def _moves(contents: Contents) -> Iterator[Row]:
    for each in contents.moves:
        yield {
            "at": each.at,
            "by": each.by,
            "alias": each.alias,
            "before": each.before,
            "after": each.after,
            "event": str(each),
        }


_ROWS: Mapping[str, Callable[[Contents], Iterable[Row]]] = {
    "executions": _executions,
    "parameters": lambda contents: _pairs(contents, ("parameter", "value"), parameters),
    "inputs": lambda contents: _pairs(contents, ("input", "value"), _inputs),
    "metrics": lambda contents: _pairs(contents, ("metric", "value"), contents.metrics),
    "snapshots": _snapshots,
    "models": _models,
    "evaluations": _evaluations,
    "versions": _versions,
    "aliases": _aliases,
    "alias_moves": _moves,
}


def comparison_row(summary: ComparisonSummary) -> Row:
    """The counts of a comparison."""
    found, churn, shift = summary.subreddits, summary.churn, summary.p_at_1
    return {
        "kind": str(summary.kind),
        "posts": summary.posts,
        "posts_baseline": summary.posts_baseline,
        **{name: getattr(found, name) for name in ("shared", "added", "removed")},
        **{name: getattr(found, name) for name in ("better", "worse")},
        **{
            name: getattr(churn, name) if churn else None
            for name in ("changed", "fixed", "broken", "swapped")
        },
        **{name: getattr(shift, name) for name in ("ks", "wasserstein", "psi")},
    }


def metric_rows(summary: ComparisonSummary) -> Iterator[Row]:
    """Each metric of both models, on the posts of the subreddits that both know."""
    for metric in METRICS:
        if (change := summary.common.get(metric.key)) is None:
            continue
        low, high = change.interval or (None, None)
        yield {
            "metric": metric.key,
            "baseline": change.baseline,
            "candidate": change.candidate,
            "difference": change.difference,
            "interval_low": low,
            "interval_high": high,
            "noise": change.noise,
            "verdict": change.verdict,
        }
