"""A word's influence is what the probability loses without it."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.evaluation.influence import MOST_TRIED, Influence, influential_words
from core.training.classifier import ABSENT, Predictions
from core.training.load import load
from tests.conftest import Road
from tests.factories import WORDS

WEIGHTS = {"purr": 0.3, "whiskers": 0.2, "dog": -0.4, "the": 0.0}


class Weighing:
    """A classifier that adds up the weights of a line's different words for ``cats``."""

    labels = ("cats", "dogs", "never")

    def __init__(self) -> None:
        self.calls: list[int] = []

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        self.calls.append(len(lines))
        cats = [0.5 + sum(WEIGHTS.get(word, 0) for word in set(line.split())) for line in lines]
        probabilities = np.array([[p, 1 - p, 0] for p in cats], dtype=np.float32)
        order = np.argsort(-probabilities, axis=1)
        labels = np.where(order == 2, ABSENT, order).astype(np.int32)
        return Predictions(labels, np.take_along_axis(probabilities, order, axis=1))


def test_words_come_by_the_size_of_their_effect_with_its_sign() -> None:
    found = influential_words(Weighing(), "the dog purr whiskers unheard", "cats")
    assert [influence.word for influence in found] == ["dog", "purr", "whiskers"]
    assert [influence.effect for influence in found] == pytest.approx([-0.4, 0.3, 0.2])


def test_what_speaks_for_one_label_speaks_against_the_other() -> None:
    found = influential_words(Weighing(), "purr", "dogs")
    assert found == [Influence("purr", pytest.approx(-0.3))]


def test_a_repeated_word_is_taken_out_wherever_it_stands() -> None:
    (found,) = influential_words(Weighing(), "purr purr purr", "cats")
    assert found.effect == pytest.approx(0.3)


def test_a_domain_is_taken_out_like_a_word_and_the_fields_stay() -> None:
    asked: list[str] = []

    class Asked(Weighing):
        def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
            asked.extend(lines)
            return super().predict(lines, k=k)

    influential_words(Asked(), "the purr\tdog the\timgur.com", "cats")
    assert asked == [
        "the purr\tdog the\timgur.com",
        "purr\tdog\timgur.com",
        "the\tdog the\timgur.com",
        "the purr\tthe\timgur.com",
        "the purr\tdog the\t",
    ]


def test_only_the_largest_are_given() -> None:
    found = influential_words(Weighing(), "purr whiskers dog", "cats", most=1)
    assert [influence.word for influence in found] == ["dog"]


@pytest.mark.parametrize(
    ("line", "label"), [("", "cats"), ("purr", "space"), ("purr", "never"), ("unheard", "cats")]
)
def test_nothing_is_said_where_there_is_nothing_to_say(line: str, label: str) -> None:
    assert influential_words(Weighing(), line, label) == []


def test_one_batch_predicts_all_and_long_lines_are_tried_in_part() -> None:
    classifier = Weighing()
    words = [f"word{n}" for n in range(MOST_TRIED)]
    found = influential_words(classifier, " ".join([*words, "purr"]), "cats")
    assert found == []
    assert classifier.calls == [1 + MOST_TRIED]
    assert influential_words(classifier, " ".join(["purr", *words]), "cats") != []


def test_a_trained_model_heeds_the_words_of_the_subreddit(road: Road) -> None:
    classifier = load(road.store, road.baseline)
    found = influential_words(classifier, "the rocket why orbit about lunar", "space")
    words = {influence.word for influence in found if influence.effect > 0}
    assert set(WORDS["space"]) & words
    assert found[0].word in WORDS["space"]
