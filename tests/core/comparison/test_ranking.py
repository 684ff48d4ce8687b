"""Nothing is ranked within the noise, and nothing across splits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparison.noise import measure
from core.comparison.ranking import Ranking, Spread, Tried, leaders, ranking
from core.evaluation.evaluate import evaluate
from core.evaluation.history import trainings
from core.snapshots import create
from core.snapshots.rules import Rules
from core.training.train import train
from tests.conftest import Road
from tests.factories import QUICK

NOISE = Spread(sd=0.004, repeats=5)
"""A difference stays within 0.016 or so."""


def tried(number: int, *values: float, spread: Spread | None = NOISE) -> Tried:
    return Tried(number=number, values=values, spread=spread)


def best(*given_: Tried) -> list[int]:
    return [each.number for each in leaders(given_)]


def test_only_what_is_below_by_more_than_the_noise_is_behind() -> None:
    assert best(tried(3, 0.48), tried(5, 0.49)) == [5, 3]
    assert best(tried(3, 0.48), tried(5, 0.52)) == [5]
    assert best(tried(3, 0.48), tried(5, 0.52, spread=None)) == [5]


def test_the_luckiest_seed_does_not_count_more_than_the_others() -> None:
    assert best(tried(3, 0.47, 0.48, 0.55), tried(5, 0.502)) == [5, 3]


def test_without_a_measured_noise_nothing_is_behind() -> None:
    assert best(tried(3, 0.1, spread=None), tried(5, 0.9, spread=None)) == [5, 3]


def test_what_a_comparison_calls_chance_is_not_behind() -> None:
    sure = Spread(sd=0.0, repeats=3)
    pair = [tried(3, 0.480, spread=sure), tried(5, 0.481, spread=sure)]
    assert [each.number for each in leaders(pair)] == [5]
    assert [each.number for each in leaders(pair, chance=lambda *_: True)] == [5, 3]


@given(
    st.lists(
        st.tuples(
            st.lists(st.floats(0, 1), min_size=1, max_size=4),
            st.none() | st.builds(Spread, sd=st.floats(0, 0.2), repeats=st.integers(3, 9)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_highest_leads_and_more_noise_never_puts_anybody_behind(
    given_: list[tuple[list[float], Spread | None]],
) -> None:
    all_tried = [
        Tried(number=number, values=tuple(values), spread=spread)
        for number, (values, spread) in enumerate(given_)
    ]
    found = leaders(all_tried)
    assert found[0].mean == max(each.mean for each in all_tried)
    for each in all_tried:
        if each.mean == found[0].mean:
            assert each in found
    noisier = [
        Tried(
            number=each.number,
            values=each.values,
            spread=each.spread and Spread(sd=each.spread.sd * 2, repeats=each.spread.repeats),
        )
        for each in all_tried
    ]
    assert {each.number for each in found} <= {each.number for each in leaders(noisier)}


def made(*best_: Tried, behind: int = 0, measured: bool = True, elsewhere: int = 0) -> Ranking:
    return Ranking(
        snapshot="bb36", best=best_, behind=behind, measured=measured, elsewhere=elsewhere
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            made(tried(3, 0.487, 0.484, 0.491), behind=1),
            (
                "Best macro F1 within noise: #3 and its 2 retrainings, 0.484 to 0.491 on the"
                " validation split of bb36."
            ),
        ),
        (
            made(tried(3, 0.487), tried(5, 0.48)),
            "Best macro F1 within noise: #3, 0.487; #5, 0.480 on the validation split of bb36.",
        ),
        (made(tried(3, 0.487)), "Macro F1 on the validation split of bb36: #3, 0.487."),
        (
            made(tried(3, 0.487), tried(5, 0.48), measured=False, elsewhere=2),
            (
                "Macro F1 on the validation split of bb36, not ranked: #3, 0.487; #5, 0.480. The"
                " noise of retraining is not measured. 2 other trainings had other validation"
                " posts and cannot be ranked with these."
            ),
        ),
        (
            made(*(tried(number, 0.5) for number in range(8))),
            (
                "Best macro F1 within noise: #0, 0.500; #1, 0.500; #2, 0.500; #3, 0.500; #4, 0.500;"
                " and 3 more on the validation split of bb36."
            ),
        ),
    ],
)
def test_the_sentence_says_no_more_than_the_noise_lets_it(found: Ranking, sentence: str) -> None:
    assert found.sentence == sentence
    assert (found.hint is not None) == (not found.measured)


def test_trainings_of_other_splits_are_not_ranked_with_these(road: Road) -> None:
    newer, _ = create(road.store, Rules(max_posts=40), name="newer")
    assert ranking(road.store, []) is None
    model = train(road.store, newer, model="fasttext", params=QUICK, threads=1)
    evaluate(road.store, model, newer)
    found = ranking(road.store, trainings(road.store))
    assert found is not None
    assert (found.snapshot, found.elsewhere) == ("newer", 2)
    assert [each.number for each in found.best] == [model.execution]


def test_retrainings_count_with_what_they_repeat(road: Road) -> None:
    before = ranking(road.store, trainings(road.store))
    assert before is not None
    assert not before.measured
    measure(road.store, road.snapshot, repeats=3, model="fasttext", params=QUICK, threads=1)
    after = ranking(road.store, trainings(road.store))
    assert after is not None
    assert after.measured
    sizes = {each.number: len(each.values) for each in after.best}
    assert sizes == {road.baseline.execution: 4, road.candidate.execution: 1}
