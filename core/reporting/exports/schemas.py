"""The columns of an export's tables; docs/exports.md says what each means.

They are a promise to the tools that read them: the same whether there are rows or not, and only
added to.
"""

from collections.abc import Mapping

import pyarrow as pa

INT, FLOAT, TEXT, BOOL = pa.int64(), pa.float64(), pa.string(), pa.bool_()
MOMENT = pa.timestamp("us", tz="UTC")

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
