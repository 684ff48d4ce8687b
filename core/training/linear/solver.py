"""One-vs-rest support vector machines, all labels at once.

For each label, w and b minimise ½(‖w‖² + b²) + Σ Cᵢ max(0, 1 - yᵢ(w·xᵢ + b))², where yᵢ is 1 for
the label's posts and -1 for all others. The dual is solved by coordinate descent (Hsieh et al.
2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM", algorithm 1 with L2 loss),
as liblinear does, but post by post for many labels side by side: their weights of one column lie
next to each other, so that a post is read once for all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

import numpy as np

from core.arrays import Floats, Int32s, Int64s
from core.training.compiled import compiled
from core.training.linear.features import Float32s, Rows

CHUNK = 4_096
"""Posts of one call, which takes a fraction of a second; in between, Ctrl-C is heard."""
_0, _1 = np.float32(0), np.float32(1)


@dataclass(frozen=True, slots=True)
class Problem:
    """What the labels of n posts are learnt from.

    ``label`` (int32, n); ``cost`` (float32, n): Cᵢ of a post for the labels that it does not have;
    for the one that it has, times ``positive``. ``width``: columns of ``rows``. ``orders`` (int32,
    epochs x n): the order in which each epoch takes the posts.
    """

    rows: Rows
    width: int
    label: Int32s
    cost: Float32s
    positive: float
    orders: Int32s


@dataclass(frozen=True, slots=True)
class Solution:
    """Of a block of labels: ``weights`` (float32, width x labels), ``bias`` (float32, labels).

    The bias is the mean over the last epoch. All posts share it: after a few epochs each post of a
    label still raises it, and the posts that follow lower it again, so its last value would be
    decided by which posts happen to come last.
    """

    weights: Float32s
    bias: Float32s


class StoppedError(Exception):
    """Somebody asked to stop."""


def solve(
    problem: Problem, labels: range, *, stop: Event, done: Callable[[int], object]
) -> Solution:
    """The machines of some neighbouring labels. No other label changes a bit of theirs.

    Args:
        stop: looked at every moment.
        done: called with the number of posts taken since it was called last.

    Raises:
        StoppedError: ``stop`` was set.
    """
    rows, posts = problem.rows, len(problem.rows)
    weights = np.zeros((problem.width, len(labels)), dtype=np.float32)
    bias = np.zeros(len(labels), dtype=np.float32)
    duals = np.zeros((posts, len(labels)), dtype=np.float32)
    biases = np.zeros(len(labels), dtype=np.float64)
    for order in problem.orders:
        biases[:] = 0
        for start in range(0, posts, CHUNK):
            if stop.is_set():
                raise StoppedError
            chunk = order[start : start + CHUNK]
            _descend(
                chunk,
                rows.starts,
                rows.columns,
                rows.values,
                problem.label,
                problem.cost,
                np.float32(problem.positive),
                labels.start,
                weights,
                bias,
                duals,
                biases,
            )
            done(len(chunk))
    return Solution(weights, (biases / posts).astype(np.float32))


@compiled
def _descend(
    order: Int32s,
    starts: Int64s,
    columns: Int32s,
    values: Float32s,
    label: Int32s,
    cost: Float32s,
    positive: np.float32,
    first: int,
    weights: Float32s,
    bias: Float32s,
    duals: Float32s,
    biases: Floats,
) -> None:
    """One step for each post of ``order`` and each label of a block, which begins at ``first``.

    Changes ``weights`` (columns x labels), ``bias`` (labels) and ``duals`` (posts x labels), and
    adds the bias after each post to ``biases`` (labels). For
    the labels that the post has not, the dual's gradient is -(w·x + b) - 1 + D·α with D = 1/(2C),
    and its second derivative x·x + 1 + D; for its own label the sign of w·x + b turns.
    """
    labels = len(bias)
    step = np.empty(labels, dtype=np.float32)
    for post in order:
        begin, end = starts[post], starts[post + 1]
        step[:] = bias
        _add_scores(columns[begin:end], values[begin:end], weights, step)
        norm = _1
        for value in values[begin:end]:
            norm += value * value
        dual = duals[post]
        own = label[post] - first
        damping = np.float32(0.5) / cost[post]
        own_step, own_dual = _0, _0
        if 0 <= own < labels:
            own_damping = damping / positive
            gradient = step[own] - _1 + own_damping * dual[own]
            own_dual = max(dual[own] - gradient / (norm + own_damping), _0)
            own_step = own_dual - dual[own]
        inverse = _1 / (norm + damping)
        for k in range(labels):
            gradient = damping * dual[k] - step[k] - _1
            new = dual[k] - gradient * inverse
            new = max(_0, new)
            step[k] = dual[k] - new
            dual[k] = new
        if 0 <= own < labels:
            step[own], dual[own] = own_step, own_dual
        for k in range(labels):
            bias[k] += step[k]
            biases[k] += bias[k]
        for entry in range(begin, end):
            value, row = values[entry], weights[columns[entry]]
            for k in range(labels):
                row[k] += value * step[k]


@compiled
def _add_scores(columns: Int32s, values: Float32s, weights: Float32s, scores: Float32s) -> None:
    """Add the product of a row and ``weights`` to ``scores``.

    Four columns at once: the scores are fetched and stored a quarter as often, which saves a
    sixth of the time of a step.
    """
    fours = len(columns) // 4 * 4
    for entry in range(0, fours, 4):
        a, b, c, d = values[entry], values[entry + 1], values[entry + 2], values[entry + 3]
        of_a, of_b = weights[columns[entry]], weights[columns[entry + 1]]
        of_c, of_d = weights[columns[entry + 2]], weights[columns[entry + 3]]
        for k in range(len(scores)):
            scores[k] += (a * of_a[k] + b * of_b[k]) + (c * of_c[k] + d * of_d[k])
    for entry in range(fours, len(columns)):
        value, row = values[entry], weights[columns[entry]]
        for k in range(len(scores)):
            scores[k] += value * row[k]
