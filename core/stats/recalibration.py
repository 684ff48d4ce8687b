"""How likely a first prediction is right, as the model's own validation split shows it.

Probabilities of single posts are off in ways that depend on the label and on how the other
predictions compare. A logistic regression learns both::

    logit(right) = logit(p@1) + a + Σ b_i · log(p of the i-th prediction) + effect of the first one

Effects of labels are N(0, :data:`LABEL_VARIANCE`) and the other coefficients N(0, 1), so what few
posts show counts little, and without posts it says p@1. For a window of later posts, the mean
follows a shift to labels and texts that the model is worse at, which mean p@1 does not see.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from core.arrays import Floats, Ints
from core.stats.predictions import Predictions

LABEL_VARIANCE = 0.1
_SMALLEST = 1e-6
_STEPS, _ENOUGH = 50, 1e-9


@dataclass(frozen=True, slots=True)
class Recalibration:
    """``weights``: of 1 and of the log of each of k probabilities, shape (k + 1,). ``effects``: of
    the label of the first prediction, shape (labels,).
    """

    weights: Floats
    effects: Floats

    def right(self, said: Predictions) -> Floats:
        """The chance that each first prediction is right; 0 where there is none. Shape (n,).

        Args:
            said: with k predictions a post, whose labels are not looked at.
        """
        score = _own(said) + _logs(said) @ self.weights + np.append(self.effects, 0.0)[said.first]
        return np.where(said.first >= 0, special.expit(score), 0.0)


def recalibrated(said: Predictions, *, labels: int) -> Recalibration:
    """What posts with known labels show.

    Newton's method on the penalised likelihood, which has one maximum; steps that overshoot are
    halved.
    """
    posts = np.flatnonzero(said.first >= 0)
    own, logs, first = _own(said)[posts], _logs(said)[posts], said.first[posts]
    right = said.right[posts].astype(np.float64)
    found = np.zeros(logs.shape[1] + labels)
    penalty = np.r_[np.ones(logs.shape[1]), np.full(labels, 1 / LABEL_VARIANCE)]

    def score(at: Floats) -> Floats:
        weights, effects = np.split(at, [logs.shape[1]])
        moved: Floats = own + logs @ weights + effects[first]
        return moved

    def likelihood(at: Floats) -> float:
        z = score(at)
        return float((right * z - np.logaddexp(0, z)).sum() - (penalty * at**2).sum() / 2)

    reached = likelihood(found)
    for _ in range(_STEPS):
        step = _newton(logs, first, right, special.expit(score(found)), penalty, at=found)
        while (further := likelihood(found + step)) < reached and np.abs(step).max() > _ENOUGH:
            step /= 2
        found, gained, reached = found + step, further - reached, further
        if gained < _ENOUGH * (1 + abs(reached)):
            break
    weights, effects = np.split(found, [logs.shape[1]])
    return Recalibration(weights, effects)


def _newton(
    logs: Floats, first: Ints, right: Floats, said: Floats, penalty: Floats, *, at: Floats
) -> Floats:
    """The step to where a parabola through the likelihood is highest.

    Each post has one label, so that part of the curvature is a diagonal, and is solved for first.
    """
    k, labels = logs.shape[1], len(penalty) - logs.shape[1]
    rest, curved = right - said, said * (1 - said)

    def by_label(values: Floats) -> Floats:
        return np.bincount(first, weights=values, minlength=labels).astype(np.float64)

    rise = np.r_[logs.T @ rest, by_label(rest)] - penalty * at
    diagonal = by_label(curved) + penalty[k:]
    across = np.stack([by_label(curved * column) for column in logs.T], axis=1)
    among = (logs * curved[:, None]).T @ logs + np.diag(penalty[:k])
    weights = np.linalg.solve(
        among - across.T @ (across / diagonal[:, None]), rise[:k] - across.T @ (rise[k:] / diagonal)
    )
    return np.concatenate([weights, (rise[k:] - across @ weights) / diagonal])


def _own(said: Predictions) -> Floats:
    p_at_1 = np.clip(said.p_at_1, _SMALLEST, 1 - _SMALLEST)
    return np.log(p_at_1) - np.log1p(-p_at_1)


def _logs(said: Predictions) -> Floats:
    """1 and the log of each probability, shape (n, k + 1)."""
    logs = np.log(np.maximum(said.probs.astype(np.float64), _SMALLEST))
    return np.column_stack([np.ones(len(logs)), logs])
