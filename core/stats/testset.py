"""How many candidates one test split can judge, how many posts that takes, how exact it is.

After ease.ml/ci (Renggli et al. 2019, "Continuous Integration of Machine Learning Models with
ease.ml/ci: Towards a Rigorous Yet Practical Treatment", MLSys): the answer on every one of H
candidates is to be right within a tolerance ε, with probability at least 1 - δ, although people
see the answers and make the next candidate by them. Section numbers below are that paper's.

A :class:`Promise` says what is promised and by which bound; ``posts_needed``,
``candidates_possible`` and ``tolerance`` each solve it for one unknown. All three ask the same
question of the same bound, so they are each other's inverse to the last post.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache

import numpy as np
from scipy import special

from core.arrays import Floats

MOST_CANDIDATES = 10**6
"""Where ``candidates_possible`` stops counting: more than anyone will make."""
MOST_POSTS = 10**12
"""Where ``posts_needed`` gives up."""
MOST_EXACT_POSTS = 10**6
SMALLEST_EXACT_LOG = -300.0
"""With more posts, or below e^-300, the exact bounds give what their closed form does: sums grow
long, and floats end at e^-708."""
MOST_EXACT_DISAGREEMENT = 0.5
LEAST_EXACT_POSTS_OFF = 3
"""Outside these it is not proven that the exact difference is largest at the full disagreement:
then its closed form stands. See :func:`_log_difference_tail`."""
NEGLIGIBLE = 16.0
"""The exact sum leaves out what is e^-16 times as likely as the closed form, and adds that much."""
TOLERANCE_STEPS = 10**7
"""Tolerances are reported in steps of one part in this number."""


class Adaptivity(StrEnum):
    """Who sees an answer before the next candidate is made (section 2).

    ``NONE``: nobody who makes candidates, until all have been judged.
    ``FULL``: everybody.
    ``FIRST_CHANGE``: everybody, but the split is replaced after the first pass.
    """

    NONE = "none"
    FULL = "full"
    FIRST_CHANGE = "first-change"


class Bound(StrEnum):
    """What bounds the probability that one answer is off by more than the tolerance.

    The first two are about one model's accuracy, the others about the difference of two models'
    accuracies on the same posts. :func:`log_failure` has the formulas.
    """

    ACCURACY_HOEFFDING = "accuracy-hoeffding"
    ACCURACY_EXACT = "accuracy-exact"
    HALVES = "hoeffding-halves"
    HOEFFDING = "hoeffding"
    BENNETT = "bennett"
    EXACT = "exact"


ACCURACY = (Bound.ACCURACY_HOEFFDING, Bound.ACCURACY_EXACT)
"""Bounds on one model's accuracy; all others bound a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised of the answers, and by which bound.

    ``delta``: the probability that any answer is off by more than the tolerance, in (0, 1).
    ``disagreement``: the share of posts on which exactly one of the two models is right is at most
    this, in (0, 1]; the share with different first predictions is never smaller, and needs no
    labels. Only ``BENNETT`` and ``EXACT`` use it; without one it is 1.
    ``sides``: 2 if an answer may be neither too high nor too low, 1 if only one of them matters.
    ``answers``: how many different answers people can see of one candidate; 2 are pass and fail.

    Raises:
        ValueError: a value outside its range.
    """

    delta: float
    adaptivity: Adaptivity = Adaptivity.FULL
    bound: Bound = Bound.EXACT
    disagreement: float | None = None
    sides: int = 2
    answers: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.delta < 1:
            raise ValueError(f"delta {self.delta} is not between 0 and 1")
        if self.disagreement is not None and not 0 < self.disagreement <= 1:
            raise ValueError(f"disagreement {self.disagreement} is not above 0 and at most 1")
        if self.sides not in {1, 2}:
            raise ValueError(f"{self.sides} sides: an answer has one or two")
        if self.answers < 2:
            raise ValueError(f"{self.answers} answers: there are at least two, pass and fail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one bound says. ``uses`` and ``tolerance`` are None where no split was given."""

    bound: Bound
    posts_needed: int
    uses: int | None
    tolerance: float | None


def posts_needed(promise: Promise, *, epsilon: float, candidates: int) -> int:
    """The fewest posts on which the promise holds for a number of candidates.

    0 for no candidates, and for a tolerance that no answer can miss (1 for an accuracy, 2 for a
    difference).

    Raises:
        ValueError: ``epsilon`` is not positive, ``candidates`` is negative, or more than
            ``MOST_POSTS`` would be needed.
    """
    _check(epsilon=epsilon, candidates=candidates)
    if candidates == 0 or epsilon >= _range(promise.bound):
        return 0
    most = _closed_form_posts(promise, epsilon, candidates)
    return _first(lambda n: _holds(promise, n, epsilon, candidates), 1, most)


def candidates_possible(promise: Promise, *, posts: int, epsilon: float) -> int:
    """The most candidates that a number of posts can judge within the tolerance, at least 0.

    ``MOST_CANDIDATES`` stands for that many or more.

    Raises:
        ValueError: ``epsilon`` is not positive or ``posts`` is negative.
    """
    _check(epsilon=epsilon, posts=posts)
    log_one = log_failure(promise, posts=posts, epsilon=epsilon)
    spent = _first(
        lambda h: log_one + log_histories(promise, h) > math.log(promise.delta),
        1,
        MOST_CANDIDATES + 1,
    )
    return spent - 1


def candidates_left(promise: Promise, *, posts: int, epsilon: float, used: int) -> int:
    """How many more candidates after ``used`` ones; never negative."""
    return max(0, candidates_possible(promise, posts=posts, epsilon=epsilon) - used)


def tolerance(promise: Promise, *, posts: int, candidates: int) -> float:
    """The smallest tolerance that the promise can name for a number of candidates, to 1e-7 upwards.

    1 for an accuracy, 2 for a difference, where the posts tell nothing; 0 for no candidates.

    Raises:
        ValueError: ``posts`` or ``candidates`` is negative.
    """
    _check(posts=posts, candidates=candidates)
    if candidates == 0:
        return 0.0
    widest = round(_range(promise.bound) * TOLERANCE_STEPS)
    steps = _first(lambda s: _holds(promise, posts, s / TOLERANCE_STEPS, candidates), 1, widest)
    return steps / TOLERANCE_STEPS


def plans(
    promise: Promise,
    *,
    epsilon: float,
    candidates: int,
    posts: int | None = None,
    bounds: tuple[Bound, ...] = tuple(Bound),
) -> list[Plan]:
    """What each bound says of the same promise, in the order given.

    Args:
        posts: of the split in question, if there is one.
    """
    return [
        Plan(
            bound=bound,
            posts_needed=posts_needed(by, epsilon=epsilon, candidates=candidates),
            uses=None if posts is None else candidates_possible(by, posts=posts, epsilon=epsilon),
            tolerance=None if posts is None else tolerance(by, posts=posts, candidates=candidates),
        )
        for bound in bounds
        for by in [replace(promise, bound=bound)]
    ]


def log_histories(promise: Promise, candidates: int) -> float:
    """How many candidates must be judged rightly so that the H people make are; its logarithm.

    H is at least 1. With a answers that people can tell apart, the union bound runs over

    - ``NONE``: H, the candidates are what they are;
    - ``FULL``: a^H, every candidate that could follow some history of answers (2^H with pass and
      fail, section 3; strictly, 1 + a + ... + a^(H-1) would do);
    - ``FIRST_CHANGE``: 1 + (a-1) + ... + (a-1)^(H-1), as every answer so far was another than
      pass; H with pass and fail (the paper's hybrid scenario).
    """
    if promise.adaptivity is Adaptivity.FULL:
        return candidates * math.log(promise.answers)
    failing = promise.answers - 1
    if promise.adaptivity is Adaptivity.NONE or failing == 1:
        return math.log(candidates)
    grown = candidates * math.log(failing)
    return grown + math.log1p(-math.exp(-grown)) - math.log(failing - 1)


def log_failure(promise: Promise, *, posts: int, epsilon: float) -> float:
    """Bound on the probability that one answer is off by more than ε; its logarithm, at most 0.

    With n posts, s sides and disagreement p:

    - ``ACCURACY_HOEFFDING``: s exp(-2nε²) (Hoeffding 1963; section 3 with s = 1);
    - ``HALVES``: both accuracies within ε/2, 2s exp(-nε²/2) (section 3, for n - o);
    - ``HOEFFDING``: the paired difference itself, range 2, s exp(-nε²/2): half of ``HALVES``;
    - ``BENNETT``: s exp(-np h(ε/p)), h(u) = (1+u) ln(1+u) - u (Bennett 1962; section 4.1), as
      the difference is -1, 0 or 1 and its variance at most p; or ``HOEFFDING``, if that is less;
    - ``ACCURACY_EXACT``: s times the largest binomial tail over all accuracies (Langford 2005;
      section 4);
    - ``EXACT``: s times the largest tail over all ways to split p between the two models.

    0 for no posts, minus infinity where no answer can be so far off.
    """
    if epsilon >= _range(promise.bound):
        return -math.inf
    if posts == 0:
        return 0.0
    closed = _log_closed(promise, posts, epsilon)
    if posts <= MOST_EXACT_POSTS and closed > SMALLEST_EXACT_LOG:
        closed = min(closed, math.log(promise.sides) + _log_exact_tail(promise, posts, epsilon))
    return min(0.0, closed)


def _holds(promise: Promise, posts: int, epsilon: float, candidates: int) -> bool:
    log_one = log_failure(promise, posts=posts, epsilon=epsilon)
    return log_one + log_histories(promise, candidates) <= math.log(promise.delta)


def _closed_form_posts(promise: Promise, epsilon: float, candidates: int) -> int:
    """Posts by the closed form, one to spare against rounding."""
    wanted = _log_events(promise) + log_histories(promise, candidates) - math.log(promise.delta)
    rate = _rate(promise, epsilon)
    if wanted > MOST_POSTS * rate:
        raise ValueError(f"more than {MOST_POSTS:,} posts would be needed")
    return math.ceil(wanted / rate) + 1


def _log_closed(promise: Promise, posts: int, epsilon: float) -> float:
    return _log_events(promise) - posts * _rate(promise, epsilon)


def _log_events(promise: Promise) -> float:
    """How many ways there are for one answer to be off; its logarithm."""
    return math.log(promise.sides * (2 if promise.bound is Bound.HALVES else 1))


def _rate(promise: Promise, epsilon: float) -> float:
    """What each post takes off ln of the closed form, of which every exact bound has one."""
    if promise.bound in ACCURACY:
        return 2 * epsilon**2
    if promise.bound in {Bound.HALVES, Bound.HOEFFDING}:
        return epsilon**2 / 2
    return _difference_rate(epsilon, promise.disagreement or 1.0)


def _difference_rate(epsilon: float, p: float) -> float:
    u = epsilon / p
    return max(epsilon**2 / 2, p * ((1 + u) * math.log1p(u) - u))


def _range(bound: Bound) -> float:
    """How far an answer can be off at most."""
    return 1.0 if bound in ACCURACY else 2.0


def _log_exact_tail(promise: Promise, posts: int, epsilon: float) -> float:
    """0, which bounds everything, where the promise names no exact bound or it is not known."""
    if promise.bound is Bound.ACCURACY_EXACT:
        return _log_accuracy_tail(posts, epsilon)
    p = promise.disagreement or 1.0
    # Beyond p the tail of so rare events goes up and down from post to post; that at p bounds it.
    off = min(epsilon, p)
    proven = p <= MOST_EXACT_DISAGREEMENT and posts * off >= LEAST_EXACT_POSTS_OFF
    if promise.bound is Bound.EXACT and proven:
        return _log_difference_tail(posts, off, p)
    return 0.0


@lru_cache(maxsize=4096)
def _log_accuracy_tail(posts: int, epsilon: float) -> float:
    """The largest P(X/n - q > ε), X Binomial(n, q), over all q; its logarithm.

    Let k be the fewest hits that are too many. While q rises and k stays, the tail grows, so the
    largest is where q reaches k/n - ε, and k alone varies. The lower tail is its mirror image.
    """

    def log_tail(count: int) -> float:
        q = min(max(count / posts - epsilon, 0.0), 1.0)
        return _log(float(special.betainc(count, posts - count + 1, q)))

    return _peak(log_tail, max(1, math.ceil(posts * epsilon)), posts)


@lru_cache(maxsize=4096)
def _log_difference_tail(posts: int, epsilon: float, p: float) -> float:
    """The largest P(S/n - μ > ε), S the sum of n values -1, 0 or 1 of mean μ; its logarithm.

    A value is 0 with probability 1 - p, and given how many are not, those that are 1 are binomial.
    As for one accuracy, the largest tail is where μ = t/n - ε for a whole t, so t alone varies.

    A smaller p has no larger tail: the derivative by p at fixed μ is n/2 times P(S' = t-1) -
    P(S' = t), S' the sum of n - 1 values. For p at most 1/2 each value plus 1 is a sum of two
    independent trials, so the one mode of S' is within 1 of its mean (n-1)μ (Darroch 1964), and
    from nε = 3 on t - 1 lies above it.
    """
    exponent = posts * _difference_rate(epsilon, p) + NEGLIGIBLE
    moved, weights = _binomial(posts, p, exponent)

    def log_tail(total: int) -> float:
        share = min(max((1 + (total / posts - epsilon) / p) / 2, 0.0), 1.0)
        wins = np.ceil((moved + total) / 2)
        tails = np.where(wins > moved, 0.0, 1.0)
        open_ = (wins >= 1) & (wins <= moved)
        tails[open_] = special.betainc(wins[open_], (moved - wins + 1)[open_], share)
        return _log(float(weights @ tails))

    first, last = math.ceil(posts * (epsilon - p)), math.floor(posts * (epsilon + p)) + 1
    return float(np.logaddexp(_peak(log_tail, first, min(posts, last)), math.log(2) - exponent))


def _binomial(trials: int, p: float, exponent: float) -> tuple[Floats, Floats]:
    """Values of Binomial(trials, p) and their probabilities; 2 e^-exponent at most is left out."""
    reach = math.sqrt(2 * trials * p * (1 - p) * exponent) + exponent  # Bernstein's inequality
    low, high = math.floor(trials * p - reach), math.ceil(trials * p + reach)
    values = np.arange(max(0, low), min(trials, high) + 1, dtype=np.float64)
    log_ways = (
        special.gammaln(trials + 1)
        - special.gammaln(values + 1)
        - special.gammaln(trials - values + 1)
    )
    return values, np.exp(log_ways + values * math.log(p) + (trials - values) * math.log1p(-p))


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def _peak(function: Callable[[int], float], low: int, high: int) -> float:
    """The largest value on low, ..., high of a function that rises, then falls."""
    known = cache(function)
    while high - low > 4:
        middle = (low + high) // 2
        if known(middle) < known(middle + 1):
            low = middle + 1
        else:
            high = middle
    return max(known(k) for k in range(low, high + 1))


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest number from low on for which ``holds``; high if only that, or none, does."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _check(*, epsilon: float = 1.0, candidates: int = 0, posts: int = 0) -> None:
    if not epsilon > 0:
        raise ValueError(f"epsilon {epsilon} is not above 0")
    if candidates < 0 or posts < 0:
        raise ValueError("neither candidates nor posts can be fewer than none")
