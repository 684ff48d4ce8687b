"""A gate is not passed because too few posts were looked at for anything to go wrong."""

import numpy as np
import pytest

from core.comparison.results import MetricChange
from core.comparison.significance import metric_intervals
from core.metrics import METRICS
from core.release.gate import Evidence, Gate, GateVerdict
from core.release.gates import judge
from core.release.policy import Limit, Policy
from core.stats.predictions import Predictions
from tests.factories import make_summary


def compared(truth: np.ndarray, first: np.ndarray, other: np.ndarray) -> dict[str, MetricChange]:
    sides = tuple(
        Predictions(
            truth, np.stack([said] + [np.full(len(truth), -1)] * 4, axis=1), np.full((78, 5), 0.2)
        )
        for said in (first, other)
    )
    return metric_intervals((sides[0], sides[1]), labels=4, paired_=True, resamples=2)


def judged(gate: str, key: str, limit: float, metrics: dict[str, MetricChange]) -> Gate:
    evidence = Evidence(
        metrics={name: metric.candidate for name, metric in metrics.items()},
        intervals={name: metric.interval_candidate for name, metric in metrics.items()},
        summary=make_summary(metrics=metrics),
        changes=None,
    )
    (answer,) = judge(Policy("test", "0" * 64, (Limit(gate, key, limit),)), evidence)
    return answer


TRUTH = np.arange(78) % 4
ALL_RIGHT = compared(TRUTH, TRUTH, TRUTH)


@pytest.mark.parametrize(
    "key", [m.key for m in METRICS if m.gateable and m.key != "p_at_1_mean" and "sion" not in m.key]
)
def test_78_of_78_right_is_no_proof_of_99_percent(key: str) -> None:
    gate = judged("minimum_metric", key, 0.99, ALL_RIGHT)
    assert gate.value == pytest.approx(1)
    assert gate.verdict == GateVerdict.INCONCLUSIVE


def test_calibration_that_is_right_on_78_posts_is_no_proof() -> None:
    metrics = ALL_RIGHT
    gate = judged("maximum_calibration_error", "limit", metrics["ece"].candidate, metrics)
    assert gate.verdict == GateVerdict.INCONCLUSIVE


@pytest.mark.parametrize("right", [0, 39, 78])
def test_models_that_agree_on_78_posts_are_not_proven_as_good_to_a_thousandth(right: int) -> None:
    said = np.where(np.arange(78) < right, TRUTH, (TRUTH + 1) % 4)
    tied = compared(TRUTH, said, said)
    gate = judged("non_inferiority", "margin", 0.001, tied)
    assert (gate.value, gate.verdict) == (0, GateVerdict.INCONCLUSIVE)
    assert judged("non_inferiority", "margin", 0.2, tied).verdict == GateVerdict.PASS
