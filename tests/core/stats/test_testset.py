"""How many candidates a test split can judge: the paper's figures, inverses, kept promises."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from core.stats.testset import (
    MOST_CANDIDATES,
    Adaptivity,
    Bound,
    Promise,
    candidates_left,
    candidates_possible,
    log_failure,
    log_histories,
    plans,
    posts_needed,
    tolerance,
)
from tests.properties import examples

NONE, FULL, FIRST_CHANGE = Adaptivity
promises = st.builds(
    Promise,
    delta=st.floats(1e-6, 0.5),
    adaptivity=st.sampled_from(Adaptivity),
    bound=st.sampled_from(Bound),
    disagreement=st.none() | st.floats(0.02, 1),
    sides=st.sampled_from([1, 2]),
    answers=st.integers(2, 5),
)
epsilons = st.floats(0.02, 0.9)
counts = st.integers(1, 40)
quick = settings(max_examples=examples(60))


# Renggli et al. 2019. All figures are for one side: an answer that errs, errs towards pass or
# towards fail; its Bennett inequality alone has two.


@pytest.mark.parametrize(
    ("delta", "epsilon", "none", "full"),
    [
        (0.01, 0.1, 404, 1_340),
        (0.01, 0.05, 1_615, 5_358),
        (0.01, 0.01, 40_355, 133_930),
        (0.001, 0.1, 519, 1_455),
        (0.001, 0.025, 8_299, 23_271),
        (0.0001, 0.05, 2_536, 6_279),
        (0.0001, 0.01, 63_381, 156_956),
        (0.00001, 0.1, 749, 1_685),
    ],
)
def test_figure_2_one_accuracy_32_steps(delta: float, epsilon: float, none: int, full: int) -> None:
    """Section 3, figure 2: conditions F1 and F4, H = 32."""
    for adaptivity, expected in ((NONE, none), (FULL, full), (FIRST_CHANGE, none)):
        promise = Promise(
            delta=delta, adaptivity=adaptivity, bound=Bound.ACCURACY_HOEFFDING, sides=1
        )
        assert posts_needed(promise, epsilon=epsilon, candidates=32) == expected


@pytest.mark.parametrize(
    ("delta", "epsilon", "none", "full"),
    [
        (0.01, 0.1, 1_753, 5_496),
        (0.001, 0.1, 2_214, 5_957),
        (0.0001, 0.025, 42_782, 102_670),
        (0.00001, 0.05, 12_538, 27_510),
    ],
)
def test_figure_2_a_difference_32_steps(delta: float, epsilon: float, none: int, full: int) -> None:
    """Section 3, figure 2: conditions F2 and F3, each accuracy at half the tolerance, H = 32."""
    for adaptivity, expected in ((NONE, none), (FULL, full)):
        promise = Promise(delta=delta, adaptivity=adaptivity, bound=Bound.HALVES, sides=1)
        assert posts_needed(promise, epsilon=epsilon, candidates=32) == expected


def test_pattern_1_29k_and_67k_posts() -> None:
    """Section 4.1: p = 0.1, 1 - δ = 0.9999, ε = 0.01, H = 32; "29K" and "67K".

    Half of δ goes into the test that the disagreement is below p.
    """
    for adaptivity, thousands in ((NONE, 29), (FULL, 67)):
        promise = Promise(
            delta=0.0001 / 2, adaptivity=adaptivity, bound=Bound.BENNETT, disagreement=0.1
        )
        assert posts_needed(promise, epsilon=0.01, candidates=32) // 1000 == thousands


@pytest.mark.parametrize(
    ("bound", "adaptivity", "epsilon", "expected"),
    [
        (Bound.HALVES, NONE, 0.02, 44_269),
        (Bound.HALVES, FULL, 0.02, 58_799),
        (Bound.BENNETT, NONE, 0.02, 4_713),
        (Bound.BENNETT, FULL, 0.022, 5_204),
    ],
)
def test_semeval_seven_steps(
    bound: Bound, adaptivity: Adaptivity, epsilon: float, expected: int
) -> None:
    """Section 5: H = 7, 1 - δ = 0.998, p = 0.1, a test set of 5,509; 44,268 is rounded down."""
    sides = 1 if bound is Bound.HALVES else 2
    promise = Promise(
        delta=0.002, adaptivity=adaptivity, bound=bound, disagreement=0.1, sides=sides
    )
    found = posts_needed(promise, epsilon=epsilon, candidates=7)
    assert found == expected
    assert (found <= 5_509) == (bound is Bound.BENNETT)


@pytest.mark.parametrize(
    ("theirs", "ours", "disagreement", "none", "full"),
    [
        (
            Bound.ACCURACY_HOEFFDING,
            Bound.ACCURACY_EXACT,
            None,
            (66_847, 54_445),
            (160_421, 145_680),
        ),
        (Bound.HALVES, Bound.HOEFFDING, None, (281_248, 267_385), (655_547, 641_684)),
        (Bound.BENNETT, Bound.EXACT, 0.1, (27_616, 21_875), (66_274, 58_441)),
    ],
)
def test_ours_needs_fewer_posts_than_the_papers_bounds(
    theirs: Bound,
    ours: Bound,
    disagreement: float | None,
    none: tuple[int, int],
    full: tuple[int, int],
) -> None:
    """ε = 0.01, 1 - δ = 0.9999, H = 32 once more, for two sides: a fiftieth to a fifth fewer."""
    for adaptivity, expected in ((NONE, none), (FULL, full)):
        found = [
            posts_needed(
                Promise(
                    delta=0.0001, adaptivity=adaptivity, bound=bound, disagreement=disagreement
                ),
                epsilon=0.01,
                candidates=32,
            )
            for bound in (theirs, ours)
        ]
        assert tuple(found) == expected
        assert found[1] < found[0]


def test_the_papers_semeval_split_could_have_judged_more_than_seven() -> None:
    """Section 5 once more: p = 0.1, ε = 0.022, 1 - δ = 0.998, all answers seen, 5,509 posts."""
    uses = [
        candidates_possible(
            Promise(delta=0.002, bound=bound, disagreement=0.1), posts=5_509, epsilon=0.022
        )
        for bound in (Bound.BENNETT, Bound.EXACT)
    ]
    assert uses == [7, 12]


# The bounds themselves


@pytest.mark.parametrize("posts", [1, 2, 7, 30, 101])
@pytest.mark.parametrize("epsilon", [0.01, 0.1, 0.35, 0.9])
def test_exact_accuracy_is_the_largest_binomial_tail(posts: int, epsilon: float) -> None:
    tails = [
        stats.binom.sf(count - 1, posts, max(count / posts - epsilon, 0))
        for count in range(1, posts + 1)
    ]
    promise = Promise(delta=0.1, bound=Bound.ACCURACY_EXACT, sides=1)
    found = log_failure(promise, posts=posts, epsilon=epsilon)
    assert found == pytest.approx(math.log(max(tails)), abs=1e-9)


def difference_tails(posts: int, epsilon: float, disagreement: float) -> list[float]:
    """P(mean of posts values -1, 0, 1 > its expectation + ε), slowly, for every threshold."""
    found = []
    for total in range(-posts, posts + 1):
        mean = min(total / posts - epsilon, disagreement)
        if mean < -disagreement or mean <= (total - 1) / posts - epsilon:
            continue
        one = [(disagreement - mean) / 2, 1 - disagreement, (disagreement + mean) / 2]
        ways = np.ones(1)
        for _ in range(posts):
            ways = np.convolve(ways, one)
        found.append(float(ways[total + posts :].sum()))
    return found


@pytest.mark.parametrize("posts", [41, 60])
@pytest.mark.parametrize("epsilon", [0.08, 0.1, 0.15])
@pytest.mark.parametrize("disagreement", [0.15, 0.3, 0.5])
def test_exact_difference_is_the_largest_tail_at_any_smaller_disagreement_too(
    posts: int, epsilon: float, disagreement: float
) -> None:
    promise = Promise(delta=0.1, bound=Bound.EXACT, disagreement=disagreement, sides=1)
    found = math.exp(log_failure(promise, posts=posts, epsilon=epsilon))
    largest = max(difference_tails(posts, epsilon, disagreement))
    assert largest <= found * (1 + 1e-9)
    assert found == pytest.approx(largest, rel=1e-3, abs=1e-6)
    for share in (0.3, 0.6, 0.9):
        assert max(difference_tails(posts, epsilon, disagreement * share), default=0) <= found


@quick
@given(promises, epsilons, st.integers(0, 3_000))
def test_the_tighter_bound_is_never_looser(promise: Promise, epsilon: float, posts: int) -> None:
    def failure(bound: Bound) -> float:
        by = Promise(
            delta=promise.delta, bound=bound, disagreement=promise.disagreement, sides=promise.sides
        )
        return log_failure(by, posts=posts, epsilon=epsilon)

    assert failure(Bound.ACCURACY_EXACT) <= failure(Bound.ACCURACY_HOEFFDING) <= 0
    ordered = [failure(b) for b in (Bound.EXACT, Bound.BENNETT, Bound.HOEFFDING, Bound.HALVES)]
    assert ordered == sorted(ordered)


# Solving for one thing or another


@quick
@given(promises, epsilons, counts)
@example(Promise(delta=0.1, bound=Bound.EXACT, disagreement=0.5), 0.9, 1)
def test_inverse_functions_agree(promise: Promise, epsilon: float, candidates: int) -> None:
    posts = posts_needed(promise, epsilon=epsilon, candidates=candidates)
    assert candidates_possible(promise, posts=posts, epsilon=epsilon) >= candidates
    assert candidates_possible(promise, posts=posts - 1, epsilon=epsilon) < candidates
    assert tolerance(promise, posts=posts, candidates=candidates) <= epsilon + 1e-7
    assert tolerance(promise, posts=posts - 1, candidates=candidates) > epsilon - 1e-7


@quick
@given(promises, epsilons, counts, st.integers(1, 2_000))
def test_more_posts_and_less_asked_never_hurt(
    promise: Promise, epsilon: float, candidates: int, posts: int
) -> None:
    needed = posts_needed(promise, epsilon=epsilon, candidates=candidates)
    assert posts_needed(promise, epsilon=epsilon * 1.1, candidates=candidates) <= needed
    assert posts_needed(promise, epsilon=epsilon, candidates=candidates + 1) >= needed
    possible = candidates_possible(promise, posts=posts, epsilon=epsilon)
    assert candidates_possible(promise, posts=posts + 1, epsilon=epsilon) >= possible
    exact_to = tolerance(promise, posts=posts, candidates=candidates)
    assert tolerance(promise, posts=posts + 1, candidates=candidates) <= exact_to


@given(counts, st.integers(2, 6))
def test_more_that_is_seen_asks_more(candidates: int, answers: int) -> None:
    none, full, first_change = (
        log_histories(Promise(delta=0.1, adaptivity=one, answers=answers), candidates)
        for one in Adaptivity
    )
    slack = 1e-9
    assert none <= first_change + slack
    assert first_change <= full + slack
    failing = sum((answers - 1) ** step for step in range(candidates))
    assert first_change == pytest.approx(math.log(failing), abs=1e-9)


def test_each_tells_what_is_left() -> None:
    promise = Promise(delta=0.001, disagreement=0.1)
    possible = candidates_possible(promise, posts=53_905, epsilon=0.01)
    assert possible == 32
    assert candidates_left(promise, posts=53_905, epsilon=0.01, used=30) == 2
    assert candidates_left(promise, posts=53_905, epsilon=0.01, used=40) == 0
    (one,) = plans(promise, epsilon=0.01, candidates=32, posts=20_000, bounds=(Bound.EXACT,))
    assert (one.bound, one.posts_needed) == (Bound.EXACT, 53_905)
    assert one.uses == candidates_possible(promise, posts=20_000, epsilon=0.01)
    assert one.tolerance == tolerance(promise, posts=20_000, candidates=32)
    (unasked,) = plans(promise, epsilon=0.01, candidates=32, bounds=(Bound.HALVES,))
    assert (unasked.uses, unasked.tolerance) == (None, None)


# Edges


@pytest.mark.parametrize("bound", Bound)
def test_no_posts_tell_nothing(bound: Bound) -> None:
    promise = Promise(delta=0.1, bound=bound)
    assert candidates_possible(promise, posts=0, epsilon=0.5) == 0
    widest = 1.0 if "accuracy" in bound else 2.0
    assert tolerance(promise, posts=0, candidates=1) == widest


@pytest.mark.parametrize("bound", Bound)
def test_what_no_answer_can_miss_needs_no_posts(bound: Bound) -> None:
    promise = Promise(delta=0.1, bound=bound)
    assert posts_needed(promise, epsilon=2, candidates=5) == 0
    assert candidates_possible(promise, posts=0, epsilon=2) == MOST_CANDIDATES
    assert posts_needed(promise, epsilon=0.1, candidates=0) == 0
    assert tolerance(promise, posts=0, candidates=0) == 0


@pytest.mark.parametrize("bound", Bound)
def test_hardly_any_failure_and_very_many_candidates_stay_finite(bound: Bound) -> None:
    needed = [
        posts_needed(
            Promise(delta=delta, bound=bound, disagreement=0.2), epsilon=0.05, candidates=candidates
        )
        for delta, candidates in ((1e-3, 5), (1e-300, 5), (5e-324, 5), (1e-300, 5_000))
    ]
    assert needed == sorted(set(needed))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"delta": 0}, "delta"),
        ({"delta": 1}, "delta"),
        ({"delta": math.nan}, "delta"),
        ({"disagreement": 0}, "disagreement"),
        ({"disagreement": 1.01}, "disagreement"),
        ({"sides": 3}, "sides"),
        ({"answers": 1}, "pass and fail"),
    ],
)
def test_what_cannot_be_promised_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Promise(**{"delta": 0.1, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("epsilon", [0, -0.1, math.nan])
def test_a_tolerance_is_positive(epsilon: float) -> None:
    with pytest.raises(ValueError, match="epsilon"):
        posts_needed(Promise(delta=0.1), epsilon=epsilon, candidates=1)


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than none"):
        candidates_possible(Promise(delta=0.1), posts=-1, epsilon=0.1)
    with pytest.raises(ValueError, match="fewer than none"):
        tolerance(Promise(delta=0.1), posts=1, candidates=-1)
    for epsilon in (1e-9, 1e-200):
        with pytest.raises(ValueError, match="posts would be needed"):
            posts_needed(Promise(delta=0.1), epsilon=epsilon, candidates=1)


# Simulated: does what is promised happen?


@pytest.mark.parametrize("bound", [Bound.EXACT, Bound.BENNETT])
@pytest.mark.parametrize("candidates", [1, 5])
def test_candidates_made_beforehand_are_judged_within_the_tolerance(
    bound: Bound, candidates: int
) -> None:
    promise = Promise(delta=0.1, adaptivity=NONE, bound=bound, disagreement=0.2)
    posts = posts_needed(promise, epsilon=0.05, candidates=candidates)
    rng = np.random.default_rng(7)
    better, worse, rounds = 0.11, 0.09, 8_000
    counts = rng.multinomial(posts, [better, worse, 1 - better - worse], size=(rounds, candidates))
    measured = (counts[..., 0] - counts[..., 1]) / posts
    failed = (np.abs(measured - (better - worse)) > 0.05).any(axis=1).mean()
    assert failed <= promise.delta + 3 * math.sqrt(0.1 * 0.9 / rounds)
    if bound is Bound.EXACT:  # and not by being far too careful
        assert failed > promise.delta / 2


def best_of_what_was_seen(rng: np.random.Generator, *, posts: int, candidates: int) -> float:
    """How far the last candidate's measured accuracy is above its true one, 0.5.

    The adversary guesses each post at random, keeps the candidates that pass (above one half), and
    submits at last what most of them say: it learns the split, and nothing else.
    """
    guesses = rng.integers(0, 2, (candidates - 1, posts), dtype=np.int8)
    kept = guesses[guesses.mean(axis=1) > 0.5]
    votes = kept.sum(axis=0) * 2 - len(kept)
    last = np.where(votes == 0, rng.integers(0, 2, posts), votes > 0)
    return float(last.mean() - 0.5)


def test_people_who_see_answers_break_a_promise_made_for_none_but_not_for_full() -> None:
    posts, candidates, rounds = 600, 200, 60
    promised = {
        adaptivity: tolerance(
            Promise(delta=0.05, adaptivity=adaptivity, bound=Bound.ACCURACY_EXACT),
            posts=posts,
            candidates=candidates,
        )
        for adaptivity in (NONE, FULL)
    }
    rng = np.random.default_rng(11)
    off = np.array(
        [best_of_what_was_seen(rng, posts=posts, candidates=candidates) for _ in range(rounds)]
    )
    assert (off > promised[NONE]).mean() > 0.5
    assert (off > promised[FULL]).mean() <= 0.05


def test_the_slow_half_of_scipy_is_not_loaded() -> None:
    code = "import sys, core.stats.testset; print('scipy.stats' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "False\n"
