"""The tables of an export: their columns, and their rows. docs/exports.md says what each means.

The columns are a promise to the tools that read them: the same whether there are rows or not, and
only added to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

import pyarrow as pa

from core.comparison.results import ComparisonSummary
from core.metrics import METRICS
from core.reporting.exports.contents import Contents, as_text, parameters
from core.store.executions import Execution

INT, FLOAT, TEXT, BOOL = pa.int64(), pa.float64(), pa.string(), pa.bool_()
MOMENT = pa.timestamp("us", tz="UTC")
Value = str | int | float | bool | datetime | None
Row = Mapping[str, Value]

SMALL: Mapping[str, pa.Schema] = {
    "executions": pa.schema(
        {
            "execution": INT,
            "kind": TEXT,
            "status": TEXT,
            "purpose": TEXT,
            "name": TEXT,
            "note": TEXT,
            "tags": TEXT,
            "by": TEXT,
            "started_at": MOMENT,
            "finished_at": MOMENT,
            "seconds": FLOAT,
            "peak_memory_mib": FLOAT,
            "command": TEXT,
            "commit": TEXT,
            "dirty": BOOL,
            "error": TEXT,
        }
    ),
    "parameters": pa.schema({"execution": INT, "parameter": TEXT, "value": TEXT}),
    "inputs": pa.schema({"execution": INT, "input": TEXT, "value": TEXT}),
    "metrics": pa.schema({"execution": INT, "metric": TEXT, "value": FLOAT}),
    "snapshots": pa.schema(
        {
            "snapshot": TEXT,
            "name": TEXT,
            "execution": INT,
            "created_at": MOMENT,
            "split": TEXT,
            "train": INT,
            "valid": INT,
            "test": INT,
            "subreddits": INT,
            "generated": BOOL,
        }
    ),
    "models": pa.schema(
        {"execution": INT, "model": TEXT, "family": TEXT, "snapshot": TEXT, "subreddits": INT}
    ),
    "evaluations": pa.schema(
        {"execution": INT, "training": INT, "snapshot": TEXT, "split": TEXT, "posts": INT}
    ),
    "versions": pa.schema(
        {
            "version": TEXT,
            "training": INT,
            "model": TEXT,
            "approved_at": MOMENT,
            "approved_by": TEXT,
            "comment": TEXT,
            "override": TEXT,
        }
    ),
    "aliases": pa.schema({"alias": TEXT, "version": TEXT, "share": FLOAT}),
    "alias_moves": pa.schema(
        {"at": MOMENT, "by": TEXT, "alias": TEXT, "before": TEXT, "after": TEXT, "event": TEXT}
    ),
}
"""Table -> its columns, of what the database holds."""
COMPARISONS = pa.schema(
    {
        "execution": INT,
        "baseline": INT,
        "candidate": INT,
        "baseline_training": INT,
        "candidate_training": INT,
        "kind": TEXT,
        "posts": INT,
        "posts_baseline": INT,
        "shared": INT,
        "added": INT,
        "removed": INT,
        "better": INT,
        "worse": INT,
        "changed": INT,
        "fixed": INT,
        "broken": INT,
        "swapped": INT,
        "ks": FLOAT,
        "wasserstein": FLOAT,
        "psi": FLOAT,
    }
)
METRIC_CHANGES = pa.schema(
    {
        "execution": INT,
        "metric": TEXT,
        "baseline": FLOAT,
        "candidate": FLOAT,
        "difference": FLOAT,
        "interval_low": FLOAT,
        "interval_high": FLOAT,
        "noise": FLOAT,
        "verdict": TEXT,
    }
)
SUBREDDITS = pa.schema(
    {
        "execution": INT,
        "subreddit": TEXT,
        "support": INT,
        "predicted": INT,
        "precision": FLOAT,
        "recall": FLOAT,
        "f1": FLOAT,
        "p_at_1_mean": FLOAT,
        "known": BOOL,
    }
)
SUBREDDIT_CHANGES = pa.schema(
    {
        "execution": INT,
        "subreddit": TEXT,
        "status": TEXT,
        "support": INT,
        "support_baseline": INT,
        "f1_baseline": FLOAT,
        "f1_candidate": FLOAT,
        "difference": FLOAT,
        "interval_low": FLOAT,
        "interval_high": FLOAT,
        "p_value": FLOAT,
        "q_value": FLOAT,
        "verdict": TEXT,
    }
)
SCHEMAS: Mapping[str, pa.Schema] = {
    **SMALL,
    "comparisons": COMPARISONS,
    "metric_changes": METRIC_CHANGES,
    "subreddits": SUBREDDITS,
    "subreddit_changes": SUBREDDIT_CHANGES,
}
"""Every table."""


def small_rows(table: str, contents: Contents) -> list[Row]:
    """The rows of one of :data:`SMALL`, the oldest first."""
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
