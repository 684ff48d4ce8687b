"""What the methods of a workspace give: frozen values. Their names and fields are kept, but for
fields whose description says that they may change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from core.comparison.results import ComparisonSummary
from core.drift.results import DriftReport
from core.evaluation.results import EvaluationSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Frozen posts. ``name``: how others call it, given or the beginning of ``digest``. ``posts``:
    split -> how many; the test split is sealed. ``subreddits``: how many.
    """

    name: str
    digest: str
    posts: Mapping[str, int]
    subreddits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A trained model. ``execution``: its number. ``metrics``: of its evaluation on the validation
    split. ``seconds``: that the training took.
    """

    execution: int
    family: str
    params: Mapping[str, object]
    snapshot: str
    metrics: Mapping[str, float]
    evaluation: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A model applied to a split. ``posts``: how many it has."""

    execution: int
    training: int
    split: str
    posts: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A candidate held against a baseline.

    ``sentence``: the verdict. ``metrics``: one row a metric, with ``difference``, its 95% interval
    (``low``, ``high``), the ``noise`` of retraining and the ``verdict``. ``changes``: one row a
    subreddit. ``differences``: what differs in code, data, parameters and environment.

    ``details`` and ``curves`` are what :mod:`dashboard.notebook` draws; their fields may change.
    """

    execution: int
    baseline: int
    candidate: int
    sentence: str
    caveats: tuple[str, ...]
    metrics: pd.DataFrame
    changes: pd.DataFrame
    differences: pd.DataFrame
    details: ComparisonSummary = field(repr=False)
    curves: tuple[EvaluationSummary, EvaluationSummary] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a version does on the posts that came since its training. ``windows``: one row each,
    oldest first, with ``begins``, ``posts``, ``p_at_1_mean``, ``accuracy``, ``f1_macro``,
    ``recall_at_5`` and ``state``; a figure is missing where the window has none.

    ``details`` is what :mod:`dashboard.notebook` draws; its fields may change.
    """

    version: str
    sentence: str
    windows: pd.DataFrame
    details: DriftReport = field(repr=False)
