"""Which words of a post speak for a subreddit, and which against it."""

from dataclasses import dataclass

import numpy as np

from core.text import FIELD
from core.training.classifier import Classifier

MOST = 8
MOST_TRIED = 200
"""Of a longer line only the first words are tried, up to this number; each costs one prediction."""
SMALLEST = 1e-6
"""Smaller effects are rounding."""


@dataclass(frozen=True, slots=True)
class Influence:
    """``effect``: how far the label's probability falls without ``word``; negative if it rises."""

    word: str
    effect: float


def influential_words(
    classifier: Classifier, line: str, label: str, *, most: int = MOST
) -> list[Influence]:
    """The words of a normalised line that move the probability of ``label`` most, by leaving out.

    Each word, and the domain, is taken out wherever it stands, and the line is predicted again:
    any family of models can be asked so. A linear model such as fastText, which scores the mean of
    the vectors of its words, answers with nearly the word's own share of the score, since nothing
    but its vectors leaves the sum; nearly, because the mean is then of fewer words, neighbours
    become pairs that were none before, and the probability is not linear in the score. Words that
    only matter together get little each.

    Returns:
        At most ``most``, the largest effect first, whichever way; none for a label that the model
        does not know, an empty line, or words that the model does not heed. Of very long lines
        only the first :data:`MOST_TRIED` different words are tried.
    """
    if label not in classifier.labels:
        return []
    words = list(dict.fromkeys(line.split()))[:MOST_TRIED]
    without = [_without(line, word) for word in words]
    whole, *rest = _probabilities(classifier, [line, *without], label)
    influences = [Influence(word, whole - left) for word, left in zip(words, rest, strict=True)]
    influences = [influence for influence in influences if abs(influence.effect) > SMALLEST]
    return sorted(influences, key=lambda influence: -abs(influence.effect))[:most]


def _without(line: str, word: str) -> str:
    """The line without a word, or without its domain; the other fields stay as they are."""
    parts = (field.split(" ") for field in line.split(FIELD))
    return FIELD.join(" ".join(token for token in part if token != word) for part in parts)


def _probabilities(classifier: Classifier, lines: list[str], label: str) -> list[float]:
    """The probability of ``label`` for each line, 0 where the model does not give it one."""
    said = classifier.predict(lines, k=len(classifier.labels))
    named = said.labels == classifier.labels.index(label)
    probabilities: list[float] = (
        np.where(named, said.probabilities, 0).sum(axis=1, dtype=float).tolist()
    )
    return probabilities
