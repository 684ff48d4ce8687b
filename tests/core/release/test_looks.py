"""Which looks at a sealed test were taken through other snapshots."""

from core.release.looks import NO_LOOKS, AllLooks, Looks
from core.store.shared_texts import SharedTexts

MINE, OTHER, THIRD = "a" * 64, "b" * 64, "c" * 64
EVERY = frozenset({MINE, OTHER})


def pair(*, train: float = 0, valid: float = 0, test: float = 0) -> SharedTexts:
    return SharedTexts(snapshot=MINE, holder=OTHER, train=train, valid=valid, test=test)


def looks(held: SharedTexts, **evaluated: set[int]) -> Looks:
    models = {(OTHER, split): found for split, found in evaluated.items()}
    return AllLooks({MINE: [held]}, EVERY, EVERY, models).at(MINE)


def test_openings_of_a_test_with_more_than_a_tenth_of_the_texts_count() -> None:
    assert looks(pair(test=0.11)).tests == {OTHER}
    assert looks(pair(test=0.1)) == NO_LOOKS
    assert looks(pair(train=1.0, valid=1.0)).tests == frozenset()


def test_each_model_counts_once_for_all_splits_that_hold_the_texts() -> None:
    held = pair(train=0.5, valid=0.4)
    assert looks(held, train={1, 2}, valid={2, 3}, test={4}).in_the_open == 3
    assert looks(pair(valid=0.4), train={1, 2}, valid={2, 3}).in_the_open == 2
    assert looks(pair(valid=0.05), valid={2, 3}).in_the_open == 0


def test_what_could_not_be_compared_counts_as_shared() -> None:
    every = frozenset({MINE, OTHER, THIRD})
    found = AllLooks({MINE: [pair()]}, frozenset({MINE, OTHER}), every, {}).at(MINE)
    assert found.tests == {THIRD}


def test_what_was_not_compared_yet_does_not() -> None:
    assert AllLooks({}, frozenset(), EVERY, {}).at(MINE) == NO_LOOKS
