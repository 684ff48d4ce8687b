"""What a model's figures are on posts whose labels are not known. Pure.

The method stands in :mod:`core.stats.label_free`; docs/decisions/0041-label-free.md says why it is
this, and how far it errs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.drift.figures import REALISED, expected_of
from core.drift.results import Correction, Estimated, EstimateReport
from core.stats import label_free
from core.stats.bootstrap import cells
from core.stats.classification import label_counts
from core.stats.figures import OverLabels
from core.stats.jackknife import influence_over_labels
from core.stats.label_free import Falls
from core.stats.predictions import Predictions
from core.stats.recalibration import Recalibration

UNCORRECTED = "No backtest shows how models of this configuration age."
TOO_FEW = "Too few models of a backtest were measured before this one's new posts."
YEAR = 365.25 * 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Known:
    """Some posts of a model: how many, its figures by the labels, and by its own probabilities.

    ``at``: the middle of their time, in epoch seconds.
    """

    posts: int
    realised: Mapping[str, float]
    expected: Mapping[str, float]
    at: float


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier model, by its training: so many posts it was ``trained`` on, its validation split,
    and windows since, 1 or more.
    """

    training: int
    trained: int
    reference: Known
    windows: Sequence[Known]


def known(said: Predictions, recalibration: Recalibration, *, labels: int, at: float) -> Known:
    """The figures of 1 post or more, with their labels.

    Args:
        recalibration: of the model's own validation split.
        at: the middle of their time, in epoch seconds.
    """
    counts = label_counts(said.truth, said.first, labels=labels)
    expected = expected_of(said, recalibration, labels=labels)
    realised = {key: REALISED[key].value(said, counts) for key in expected}
    return Known(len(said.truth), realised, expected, at)


class Estimator:
    """Estimates figures of windows of one model, corrected by what earlier ones show.

    Args:
        said: of the model's own validation split, 1 post or more; ``reference``: its figures.
        past: earlier models of the same configuration; too few leave estimates uncorrected.
        trained: posts that the model was trained on, 1 or more.
    """

    def __init__(
        self,
        said: Predictions,
        reference: Known,
        past: Sequence[Past],
        *,
        trained: int,
        labels: int,
    ) -> None:
        self._reference, self._past, self._trained = reference, past, trained
        found = {
            key: label_free.learned(
                [_falls(each, key) for each in past if key in each.reference.expected],
                chance=chance_of(said, key, labels=labels),
            )
            for key in reference.realised
        }
        self._corrections = {key: each for key, each in found.items() if each is not None}

    @property
    def report(self) -> EstimateReport:
        """What the estimates rest on."""
        made = {key: _told(found) for key, found in self._corrections.items()}
        return EstimateReport(
            models=tuple(each.training for each in self._past) if made else (),
            corrections=made,
            uncorrected="" if made else TOO_FEW if self._past else UNCORRECTED,
        )

    def estimated(
        self, expected: Mapping[str, float], *, posts: int, at: float
    ) -> dict[str, Estimated]:
        """Each figure of a window of so many posts, by what the model's probabilities say of it.

        Args:
            at: the middle of the window, in epoch seconds.
        """
        return {
            key: self._estimated(key, said, posts, at)
            for key, said in expected.items()
            if key in self._reference.realised
        }

    def _estimated(self, key: str, said: float, posts: int, at: float) -> Estimated:
        before, correction = self._reference, self._corrections.get(key)
        fall, years = before.expected[key] - said, _years(before.at, at)
        if correction is None:
            value = float(np.clip(before.realised[key] - fall, 0.0, 1.0))
            return Estimated(value=value, interval=None, corrected=False)
        middle = before.realised[key] - correction.fall(fall, years, trained=self._trained)
        reach = correction.reach(
            fall, years, trained=self._trained, posts=posts, reference=before.posts
        )
        low, value, high = np.clip([middle - reach, middle, middle + reach], 0.0, 1.0).tolist()
        return Estimated(value=value, interval=(low, high), corrected=True)


def chance_of(said: Predictions, key: str, *, labels: int) -> float:
    """The variance of what single posts add to a figure, by the posts of a validation split."""
    figure = REALISED[key]
    if isinstance(figure, OverLabels):
        posts = cells(said.truth, said.first)
        influence = influence_over_labels(figure, posts, posts.first[0], labels=labels)
        return float(np.average(influence**2, weights=posts.posts))
    return float(figure.of_posts(said).var())


def _falls(past: Past, key: str) -> Falls:
    before, windows = past.reference, past.windows
    return Falls(
        expected=np.array([before.expected[key] - each.expected[key] for each in windows]),
        realised=np.array([before.realised[key] - each.realised[key] for each in windows]),
        years=np.array([_years(before.at, each.at) for each in windows]),
        posts=np.array([each.posts for each in windows], dtype=np.float64),
        reference=before.posts,
        trained=past.trained,
    )


def _years(since: float, at: float) -> float:
    return (at - since) / YEAR


def _told(found: label_free.Correction) -> Correction:
    slope_error, ageing_error = np.sqrt(np.diag(found.covariance)).tolist()
    return Correction(
        slope=found.slope,
        slope_error=slope_error,
        ageing=found.ageing,
        ageing_error=ageing_error,
        level=found.level,
        window=found.window,
    )
