"""What a model's figures are on posts whose labels are not known. Pure.

The method stands in :mod:`core.stats.label_free`; docs/decisions/0041-label-free.md says why it is
this, and how far it errs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.drift.figures import EXPECTED, REALISED, expected_of
from core.drift.results import Correction, Estimated, EstimateReport
from core.stats import label_free
from core.stats.bootstrap import cells
from core.stats.classification import label_counts
from core.stats.figures import OverLabels
from core.stats.jackknife import influence_over_labels
from core.stats.label_free import Chance, Falls
from core.stats.predictions import Predictions

UNCORRECTED = "No backtest shows how models of this configuration age."
TOO_FEW = "Too few models of a backtest were measured before this one's new posts."


@dataclass(frozen=True, slots=True)
class Known:
    """Some posts of a model: how many, its figures by the labels, and by its own probabilities."""

    posts: int
    realised: Mapping[str, float]
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier model, by its training: its validation split, and windows since, 1 or more."""

    training: int
    reference: Known
    windows: Sequence[Known]


def known(said: Predictions, *, labels: int) -> Known:
    """The figures of 1 post or more, with their labels."""
    counts = label_counts(said.truth, said.first, labels=labels)
    expected = expected_of(said, labels=labels)
    realised = {key: REALISED[key].value(said, counts) for key in expected}
    return Known(len(said.truth), realised, expected)


class Estimator:
    """Estimates figures of windows of one model, corrected by what earlier ones show.

    Args:
        reference: of the model's own validation split, 1 post or more.
        past: earlier models of the same configuration; too few leave estimates uncorrected.
    """

    def __init__(self, reference: Predictions, past: Sequence[Past], *, labels: int) -> None:
        self._reference = known(reference, labels=labels)
        self._chance = {
            key: chance_of(reference, key, labels=labels) for key in self._reference.realised
        }
        self._past = past
        found = {
            key: label_free.learned(
                [_falls(each, key) for each in past if key in each.reference.expected], chance
            )
            for key, chance in self._chance.items()
        }
        self._corrections = {key: each for key, each in found.items() if each is not None}

    @property
    def report(self) -> EstimateReport:
        """What the estimates rest on."""
        made = {
            key: Correction(found.slope, found.error, found.level, found.window)
            for key, found in self._corrections.items()
        }
        return EstimateReport(
            models=tuple(each.training for each in self._past) if made else (),
            corrections=made,
            uncorrected="" if made else TOO_FEW if self._past else UNCORRECTED,
        )

    def estimated(self, expected: Mapping[str, float], *, posts: int) -> dict[str, Estimated]:
        """Each figure of a window of so many posts, by what the model's probabilities say of it."""
        return {
            key: self._estimated(key, said, posts)
            for key, said in expected.items()
            if key in self._reference.realised
        }

    def _estimated(self, key: str, said: float, posts: int) -> Estimated:
        before, correction = self._reference, self._corrections.get(key)
        fall = before.expected[key] - said
        if correction is None:
            value = float(np.clip(before.realised[key] - fall, 0.0, 1.0))
            return Estimated(value=value, interval=None, corrected=False)
        middle = before.realised[key] - correction.fall(fall)
        reach = correction.reach(fall, self._chance[key], posts=posts, reference=before.posts)
        low, value, high = np.clip([middle - reach, middle, middle + reach], 0.0, 1.0).tolist()
        return Estimated(value=value, interval=(low, high), corrected=True)


def chance_of(said: Predictions, key: str, *, labels: int) -> Chance:
    """How much single posts add to a figure, by the posts of a validation split."""
    figure, expected = REALISED[key], EXPECTED[key](said, labels).variance
    if isinstance(figure, OverLabels):
        posts = cells(said.truth, said.first)
        influence = influence_over_labels(figure, posts, posts.first[0], labels=labels)
        return Chance(float(np.average(influence**2, weights=posts.posts)), expected)
    return Chance(float(figure.of_posts(said).var()), expected)


def _falls(past: Past, key: str) -> Falls:
    before, windows = past.reference, past.windows
    return Falls(
        expected=np.array([before.expected[key] - each.expected[key] for each in windows]),
        realised=np.array([before.realised[key] - each.realised[key] for each in windows]),
        posts=np.array([each.posts for each in windows], dtype=np.float64),
    )
