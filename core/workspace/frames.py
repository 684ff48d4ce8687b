"""What the methods of a workspace give, as pandas frames."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from core.comparison.differences import Fact, flat
from core.comparison.results import ComparisonSummary
from core.drift.results import DriftReport
from core.evaluation.history import trainings
from core.executions import annotations
from core.executions.annotations import NOTHING
from core.store import Store
from core.store.executions import Execution


def executions(store: Store, found: Sequence[Execution]) -> pd.DataFrame:
    """One row each, with a column for each parameter and each figure."""
    noted = annotations.read(store).of
    judged = {each.number: each.evaluation.metrics for each in trainings(store) if each.evaluation}
    rows = [
        {
            "execution": each.number,
            "kind": each.kind,
            "status": each.status,
            "by": each.by,
            "started_at": each.started_at,
            "seconds": each.seconds,
            "name": noted.get(each.number, NOTHING).name,
            "tags": list(noted.get(each.number, NOTHING).tags),
            "purpose": each.purpose,
            **_prefixed("params", flat(each.params)),
            **_prefixed("metrics", {**judged.get(each.number, {}), **each.metrics}),
        }
        for each in found
    ]
    return pd.DataFrame(rows or {"execution": []}).set_index("execution")


def _prefixed(what: str, values: Mapping[str, object]) -> dict[str, object]:
    return {f"{what}.{name}": value for name, value in values.items()}


def metrics(summary: ComparisonSummary) -> pd.DataFrame:
    """One row a metric."""
    rows = [
        {
            "metric": name,
            "baseline": each.baseline,
            "candidate": each.candidate,
            "difference": each.difference,
            "low": each.interval[0] if each.interval else None,
            "high": each.interval[1] if each.interval else None,
            "noise": each.noise,
            "verdict": each.verdict,
        }
        for name, each in summary.metrics.items()
    ]
    return pd.DataFrame(rows).set_index("metric")


def differences(facts: Sequence[Fact]) -> pd.DataFrame:
    """One row for each fact."""
    rows = [
        (fact.where, fact.what, fact.baseline, fact.candidate) for fact in facts if fact.differs
    ]
    return pd.DataFrame(rows, columns=["where", "what", "baseline", "candidate"])


def windows(found: DriftReport) -> pd.DataFrame:
    """One row a window, oldest first."""
    rows = []
    for each in found.windows:
        figures = each.figures
        realised = figures.realised if figures and figures.realised else {}
        rows.append(
            {
                "begins": datetime.fromtimestamp(each.begins, UTC),
                "posts": figures.posts if figures else 0,
                "p_at_1_mean": figures.p_at_1.value if figures else None,
                **{name: value.value for name, value in realised.items()},
                "state": str(each.state),
            }
        )
    return pd.DataFrame(rows)
